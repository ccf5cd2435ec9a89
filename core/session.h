/* session.h - joins api, outbox and store; what the screen and the command line both use.
 *
 * The one place that starts a POST of a task. Nothing blocks: start something,
 * step, take events. Every event is sent after its data are committed.
 */
#ifndef CORE_SESSION_H
#define CORE_SESSION_H

#include "core/api.h"
#include "core/conf.h"
#include "core/difference.h"
#include "core/draft.h"
#include "core/err.h"
#include "core/store.h"

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct session;

/* conf and store are borrowed until session_free(). key "" makes a session that can
 * only compose: every call answers ERR_AUTH. Errors: ERR_CONFIG, ERR_STORE. */
struct session *session_new(struct conf *conf, struct store *store, const char *key,
			    const char *key_origin, struct err *err) MUST_CHECK;
void session_free(struct session *s);

/* now: both clocks, read once a turn. */
struct now {
	int64_t mono_ms, wall_ms;
};

/*
 * Recover what an earlier process left (sending becomes unconfirmed), then go on
 * with the outbox, and with the automatic refresh, by itself. Until this is called
 * nothing is sent by itself: with a sandbox, call it when the sandbox is ready.
 * A hold that an earlier process met still stands, unless the configuration has changed.
 * Called again, by hand, it lifts a hold, a pause and a failed store.
 * Errors: ERR_AUTH without a key; ERR_SYS when the lock of the sender cannot be had at
 * all; ERR_STORE. That another process is sending now is none: rows wait their turn.
 */
enum err_code session_start(struct session *s, struct now now, struct err *err) MUST_CHECK;

/* What stands in the way of all rows of this target, in every process of the database: a
 * hold, until somebody submits or starts again by hand; false: none. A pause, until this
 * time (mono); -1 when there is none. Both as the last turn found them. */
bool session_hold(const struct session *s, struct hold *out);
int64_t session_pause_until(const struct session *s);

/* Submissions that wait for another key or address, in words to be said once; false: none. */
bool session_others(struct session *s, struct err *note);
/* The database was put back from a backup, in words; true once. After the lock of the sender was
 * won, which SESSION_TASKS tells. */
bool session_put_back(struct session *s, struct err *note);
/* The key in force takes over all that belongs to the target from: whoever calls this knows that
 * both are keys of one account. See store_target_move(). Errors: ERR_AUTH; ERR_BUSY, another
 * process sends; ERR_SYS; ERR_STORE. */
enum err_code session_adopt(struct session *s, int64_t from, struct now now, long *moved,
			    long *left, struct err *err) MUST_CHECK;

/*
 * Submit the draft: check, encode, commit the row (state queued), then POST.
 * *seq names the row. A draft that was submitted before gives ERR_ALREADY with
 * the old *seq, whose events come here too; one that was refused, and never in doubt,
 * is sent again as it is now. Errors before anything is written: ERR_AUTH,
 * ERR_RULE (err.field), ERR_TOO_BIG, ERR_STORE.
 */
enum err_code session_submit(struct session *s, const struct draft *d, struct now now, int64_t *seq,
			     struct err *err) MUST_CHECK;
/* The same with a run key and item of the caller's (scripts); run_key NULL = the draft's id. */
struct session_intent {
	const char *run_key;
	long item;
};
enum err_code session_submit_as(struct session *s, const struct draft *d,
				const struct session_intent *intent, struct now now, int64_t *seq,
				struct err *err) MUST_CHECK;

/*
 * Many submissions in one commit: between _begin and _end session_submit_as() gives each
 * its place only, and nothing is sent; they are queued when _end says ERR_OK, and else none
 * of them is. No step between the two, and a few thousand at most: others cannot write.
 */
void session_batch_begin(struct session *s, struct now now);
enum err_code session_batch_end(struct session *s, struct now now, struct err *err) MUST_CHECK;

/*
 * Queue all that bulk holds, in one commit, and begin to send (as session_submit()). When
 * ERR_OK comes back every task of it is on the disk; else none of it is. run, queued: see
 * store_queue_many(), of which target and now_ms are filled in here. No event is sent for the
 * rows; those that this session moves have theirs later. Errors: ERR_AUTH, those of
 * store_queue_many(), "record N: ...".
 */
struct bulk;
enum err_code session_queue_many(struct session *s, struct bulk *bulk, struct outbox_run *run,
				 struct now now, struct outbox_queued *queued,
				 struct err *err) MUST_CHECK;

/* A person acts: what is open is due now, not after its wait. */
enum err_code session_hasten(struct session *s, struct now now, struct err *err) MUST_CHECK;
/* Is another process sending? ERR_BUSY: yes, and who; ERR_SYS, ERR_STORE: as session_start(). */
enum err_code session_sender(struct session *s, struct err *err) MUST_CHECK;

/* An unconfirmed row: look it up now; send the same bytes again (only after a
 * look-up found nothing and OUTBOX_GATE_MS of quiet, ERR_RULE otherwise); stop caring
 * about it (also a queued one; it leaves the board, SESSION_TASKS tells).
 * ERR_BUSY: another process is sending, or this row is on its way. */
enum err_code session_look(struct session *s, int64_t seq, struct now now,
			   struct err *err) MUST_CHECK;
enum err_code session_resend(struct session *s, int64_t seq, struct now now,
			     struct err *err) MUST_CHECK;
enum err_code session_abandon(struct session *s, int64_t seq, struct now now,
			      struct err *err) MUST_CHECK;

/*
 * A row whose unique_id another task has (a conflict: its outcome says so, with that task's id):
 * what the task tells differently, by the store; and a person's word that it is the one all
 * the same: the row is accepted as it. *list: differences_free(). Errors: ERR_RULE when there
 * is no such task.
 */
enum err_code session_differences(struct session *s, int64_t seq, struct difference **list,
				  size_t *n, struct err *err) MUST_CHECK;
enum err_code session_link(struct session *s, int64_t seq, struct now now,
			   struct err *err) MUST_CHECK;

/* Board: ask for what changed since the last refresh (full: everything). One at a time. */
enum err_code session_refresh(struct session *s, bool full, struct now now,
			      struct err *err) MUST_CHECK;
void session_auto_refresh(struct session *s, int64_t every_ms); /* 0 = only by hand */
bool session_refreshing(const struct session *s);
int64_t session_refreshed_ms(const struct session *s);    /* wall, 0 if never in this process */
int64_t session_next_refresh_ms(const struct session *s); /* mono, -1 if none is planned */

/*
 * Cancel a task; or a row that is only here ("local-12"). One that has not left is given up
 * at once, SESSION_CANCELED says so. For one that may be on its way the wish is stored: it is
 * not sent again, and canceled when it is found, after a restart, too; SESSION_CANCELED comes
 * with ERR_UNCONFIRMED at once, and again when it is decided. Errors: ERR_RULE, there is
 * nothing to cancel.
 */
enum err_code session_cancel(struct session *s, const char *task_id, bool clear_unique_id,
			     struct now now, struct err *err) MUST_CHECK;
/* One task; the lists for the pickers; changes to a task. Each ends in its event. */
enum err_code session_task_fetch(struct session *s, const char *task_id, struct now now,
				 struct err *err) MUST_CHECK;
enum err_code session_fetch_projects(struct session *s, struct now now, struct err *err) MUST_CHECK;
enum err_code session_fetch_batches(struct session *s, const char *project, struct now now,
				    struct err *err) MUST_CHECK;

enum session_event_kind {
	/* An outbox row moved: seq, status, key, old_key, err. Queued with an error means: it
	 * waits, for a person (ERR_AUTH, ERR_SYS, ERR_STORE) or for another try. */
	SESSION_ROW,
	SESSION_TASKS,     /* board rows changed: count */
	SESSION_REFRESHED, /* a refresh ended: err, count = rows changed */
	SESSION_TASK,      /* one task was fetched or changed: key, err */
	SESSION_CANCELED,  /* a cancel ended: key, err */
	SESSION_PROJECTS,  /* the cache of projects was renewed: err, count */
	SESSION_BATCHES,   /* ... of batches */
	SESSION_KIND_COUNT
};

struct session_event {
	enum session_event_kind kind;
	int64_t seq;              /* SESSION_ROW */
	enum task_status status;  /* SESSION_ROW: queued ... rejected; when accepted, the task's */
	bool accepted;            /* SESSION_ROW: task_id is known now */
	char key[BOARD_KEY_SIZE]; /* board key (now) */
	char old_key[BOARD_KEY_SIZE]; /* SESSION_ROW: key until now; the cursor and marks follow */
	char unique_id[128];
	size_t count;
	struct err err; /* ERR_OK, or what went wrong; field set for a refusal */
};

#define SESSION_FDS_MAX 64 /* it never wants more */
size_t session_pollfds(const struct session *s, struct pollfd *fds, size_t cap);
int session_timeout(const struct session *s, int64_t now_mono_ms); /* ms; -1 = for ever */
void session_step(struct session *s, const struct pollfd *fds, size_t n, struct now now);
bool session_next(struct session *s, struct session_event *ev);
/* This process is about to stop (SIGTSTP), or to wait for another program: let others send
 * meanwhile. Calls in flight go on; what another process made of their rows counts. */
void session_suspend(struct session *s);
void session_resume(struct session *s, struct now now);
bool session_busy(const struct session *s); /* calls in flight */
void session_interrupt(struct session *s);  /* Ctrl-C: stop the calls in flight */
/* Begin nothing more: what is in flight may end, other rows are left to the next process. */
void session_retire(struct session *s);

/* Borrowed: the log of calls, and what this session talks to. */
const struct api *session_api(const struct session *s);
int64_t session_target(const struct session *s);
const char *session_base_url(const struct session *s);
const char *session_masked_key(const struct session *s); /* "live_....9f2c", "" without a key */
const char *session_key_origin(const struct session *s);
enum key_mode session_mode(const struct session *s);

#endif
