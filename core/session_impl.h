/* session_impl.h - private to core/session*.c: the state of a session.
 *
 * session.c          make, events, the loop's three calls, who gets an answer
 * session_submit.c   a draft becomes a row of the outbox; what a person does to a row
 * session_queue.c    many of them in one commit
 * session_outbox.c   the driver of the outbox: the one place that POSTs a task
 * session_group.c    what one turn writes is one commit; then the POSTs
 * session_window.c   claimed rows that wait for a place on the wire
 * session_answer.c   what an answer means for a row
 * session_look.c     rows in doubt are looked up, many in one call
 * session_match.c    whether a task that was found is the row's
 * session_link.c     a person says that it is
 * session_wish.c     a row is to be canceled
 * session_verify.c   a row that was in doubt is looked up once more
 * session_hold.c     what stands in the way of all rows of the target
 * session_watch.c    the rows that somebody waits for
 * session_lock.c     one sender at a time
 * session_sync.c     the refresh of the board
 * session_target.c   rows of another key or address
 * session_call.c     single tasks, cancel, projects, batches
 */
#ifndef CORE_SESSION_IMPL_H
#define CORE_SESSION_IMPL_H

#include "core/session.h"

enum call_kind {
	CALL_POST,    /* seq */
	CALL_LOOK,    /* look, owner: of a 409, "" if none */
	CALL_OWNER,   /* seq */
	CALL_PAGE,    /* of the refresh */
	CALL_TASK,    /* key */
	CALL_WEAK,    /* seq */
	CALL_VERIFY,  /* seq */
	CALL_CANCEL,  /* key; seq: of a wish, else 0 */
	CALL_RECHECK, /* the same; err: why it was not canceled */
	CALL_PROBE,   /* key, pages: how many more may be asked for */
	CALL_PROJECTS,
	CALL_BATCHES /* project, offset, pages, count */
};

struct call {       /* in flight */
	int ticket; /* 0: begins when its claim is committed */
	enum call_kind kind;
	int64_t seq;
	int attempt; /* of a POST */
	char key[BOARD_KEY_SIZE];
	char owner[64];
	struct err err;
	char *project;     /* owned or NULL */
	struct look *look; /* owned or NULL */
	long offset;
	int pages;
	size_t count;
};

struct watched { /* a row of ours that may be sent by another process */
	int64_t seq;
	enum outbox_state state; /* as last told in an event */
};

/* Times without another word are monotonic; -1 = none. */
struct outgoing {
	bool started;        /* session_start() was called */
	struct err broken;   /* the store failed: nothing is sent until session_start() */
	struct hold hold;    /* as last read: the service does not take us */
	int64_t pause_until; /* nothing new leaves before; 0 = no pause */
	int64_t asked_until; /* the part of it that a 429 asked for */
	int64_t pace_seen;   /* wall; the stored time that pause_until was made from */
	int64_t heed_at;     /* when to read both again while we send */
	int64_t wake;        /* when a row is due */
	int fails;           /* calls in a row that did not leave or were told to wait */
	int lock_fd;         /* of the lock file; -1 = not opened */
	bool locked;
	bool checked;     /* whether the database was put back */
	int64_t raise_at; /* when a claim raises the count again, see store_generation_raise() */
	bool told_locked; /* an event said that another process sends */
	struct watched *watched; /* owned; see session_watch.c */
	size_t watched_count, watched_live, watched_cap;
	int64_t watch_at; /* when to look at them next */
};

struct posting { /* a claimed row: its bytes leave when the claim is committed */
	int64_t seq;
	char *payload; /* owned */
	size_t len;
};

/* What is written between session_group_open() and session_group_close(). */
struct row_group {
	bool open;
	bool by_hand; /* session_batch_begin(): the pump waits for its end */
	bool raised;  /* the count of claims goes into its file before the posts leave */
	size_t told;  /* events that stood before it; later ones are true once it is committed */
	struct watched *rows; /* owned; those it writes, as they were last told */
	size_t row_count, row_cap;
	struct posting *posts; /* owned */
	size_t post_count, post_cap;
};

struct window {                /* see session_window.c */
	struct posting *posts; /* owned; from first on, in the order of their claims */
	size_t first, count, cap;
	size_t bytes;    /* of their payloads */
	int64_t look_at; /* mono; answers that have come wait until then; 0 = none does */
};

struct sync {
	bool running, full;
	int64_t after_ms; /* wall; asked for what was updated since */
	int64_t mark_ms;  /* wall; newest time seen */
	char **tokens;    /* owned; those already followed */
	size_t token_count;
	size_t changed;
	size_t brought;         /* tasks in its pages */
	int64_t every_ms, next; /* auto refresh; next: mono, -1 = none */
	int64_t ended_ms;       /* mono; of the last one, good or not; 0 = none yet */
	int64_t not_before;     /* mono; after failures */
	int fails;
	int64_t refreshed_ms; /* wall, 0 = never */
};

struct session {
	struct store *store; /* borrowed */
	struct api *api;
	char *base_url, *key_origin, *lock_path;
	char masked[32];
	bool has_key;
	enum key_mode mode;
	int64_t target;
	char under[33];     /* the configuration, as a hold remembers it */
	struct call *calls; /* in flight */
	size_t call_count, call_cap;
	struct session_event *events; /* from event_first on, not yet taken */
	size_t event_first, event_count, event_cap;
	struct outgoing out;
	struct row_group group;
	bool put_back; /* to be told once, see session_put_back() */
	size_t doubted;
	struct window window;
	int64_t wish_after; /* mono; no wish is carried out before */
	int wish_fails;
	unsigned jitter; /* 0..999, another one for each answer */
	bool more;       /* answers have come that this turn did not get to */
	struct sync sync;
};

/* A new event at the end of the queue, zeroed but for its kind; filled in by the caller
 * before the next one is made. */
struct session_event *session_emit(struct session *s, enum session_event_kind kind);

/* Remember a call in flight; *call is copied, its project taken. */
void session_add_call(struct session *s, const struct call *call);
/* Calls in flight of one kind for a row; seq 0 = any row. */
size_t session_calls(const struct session *s, enum call_kind kind, int64_t seq);
/* ERR_AUTH without a key. */
enum err_code session_need_key(const struct session *s, struct err *err) MUST_CHECK;

/* The queue: start what is due, as far as lock, hold and pause allow; sets out.wake. To be
 * called after anything that moves a row. */
void session_pump(struct session *s, struct now now);
/* Nothing forbids a POST: started, no hold, no pause, the store works. */
bool session_may_send(const struct session *s, struct now now);
/* What the board shows as the project of a row that names a batch alone. */
enum err_code session_name_project(struct session *s, struct outbox_row *r,
				   struct err *err) MUST_CHECK;
/* A row is being sent or looked up by us. */
bool session_row_busy(const struct session *s, int64_t seq);

/* session_hold.c: read hold and pause as other processes left them. */
void session_heed(struct session *s, struct now now);
/* Before the first session_heed(). */
void session_hold_under(struct session *s, const struct conf *conf);
/* A hold that was met under another configuration says nothing about this one. */
enum err_code session_lift_if_changed(struct session *s, struct err *err) MUST_CHECK;
/* Try again by hand: no hold, no pause. */
enum err_code session_lift(struct session *s, struct err *err) MUST_CHECK;
/* A person acts: no hold. One that cannot be lifted stands. */
void session_act(struct session *s);
/* What an answer means for all rows: a pause, a hold, or the end of a pause. */
void session_pace(struct session *s, enum outbox_event ev, const struct api_event *answer,
		  struct now now);
/* outbox_delay_ms() with the jitter of this turn's answer: rows that were asked for together
 * are due together again. */
int64_t session_delay(const struct session *s, enum outbox_event ev, int n, int64_t retry_after_ms);

/* Claim the row, to be POSTed when that is committed; look it up. An error of starting is an
 * outcome too. */
void session_not_started(struct session *s, const struct call *c, const struct err *err,
			 struct now now);
void session_post(struct session *s, struct outbox_row *r, struct now now);
void session_look_up(struct session *s, struct outbox_row *r, const char *owner, struct now now);

/*
 * The rows that one turn moves are written in one commit: a disk is waited for once, not
 * once a row. Events are taken back, and claimed rows not sent, when the commit fails;
 * then every row of the group is stopped as session_stop() does it. Both may be called
 * at any time; each does nothing when it is so already.
 */
#define GROUP_MAX 64 /* rows; then a turn ends */
void session_group_open(struct session *s);
void session_group_close(struct session *s, struct now now);
/* This row is about to be written; its claim was: send these bytes after the commit. */
/* The first claim, and one a minute, raises the count that a backup cannot know. */
enum err_code session_group_raise(struct session *s, struct now now, struct err *err) MUST_CHECK;
void session_group_row(struct session *s, int64_t seq);
void session_group_post(struct session *s, const struct outbox_row *r);
void session_group_free(struct session *s);

/* A row whose claim is committed; *p, its payload too, is the window's from now on. */
void session_window_add(struct session *s, struct posting *p);
/* May one more row be claimed? */
bool session_window_room(const struct session *s);
/* Forget the call of a row that is not sent. */
void session_window_drop(struct session *s, int64_t seq);
/* Send as many as there are places, or give all back if nothing may be sent. */
void session_window_feed(struct session *s, struct now now);
/* Not a byte has left: queued again, or in doubt as before. Not within a group. */
void session_window_give_back(struct session *s);
/* Answers are not to be looked at yet; until window.look_at at the latest. */
bool session_window_holds(struct session *s, struct now now);
void session_window_free(struct session *s);

/* The store failed at this row: nothing more is sent, and who waits for the row is told. */
void session_stop(struct session *s, int64_t seq, const struct err *err);

/* Of rows in doubt: this one and others that are due with it, in one call. */
void session_look_up_due(struct session *s, const struct outbox_row *r, struct now now);
bool session_looks_at(const struct session *s, int64_t seq); /* a call asks for this row */
void session_look_free(struct look *look);

/* What came of a POST; of a look-up, by unique_id or by the id of its owner. */
void session_on_post(struct session *s, const struct call *c, const struct api_event *ev,
		     struct now now);
void session_on_look(struct session *s, struct call *c, const struct api_event *ev, struct now now);
/* What a look-up says about one of its rows. more: another page is to come. False: nothing yet. */
bool session_take_look(struct session *s, struct outbox_row *r, const struct call *c,
		       const struct api_event *ev, bool more, struct now now);
/* May one more POST begin? */
bool session_may_post(const struct session *s);
/* What the next outcome says of it: err's words, field and hint, NULL for none. */
void session_note(struct outbox_row *r, const struct err *err);
/* The task is the row's; words: the note. */
void session_accept(struct session *s, struct outbox_row *r, const struct task *task,
		    const char *words, struct now now);
/* A person acts on a row: r is filled, the lock is ours. Errors: ERR_AUTH, ERR_NOT_FOUND,
 * ERR_RULE (of another target), ERR_BUSY. */
enum err_code session_take_row(struct session *s, int64_t seq, struct outbox_row *r,
			       struct err *err) MUST_CHECK;
/* Evidence of the next outcome. */
void session_how(struct outbox_row *r, enum evidence_what what, const struct api_event *ev);
/* What the failure of a call that only asks says. */
enum outbox_event session_failure(const struct api_event *ev);
/* A row with a wish has come to its end without a task. */
void session_canceled(struct session *s, struct outbox_row *r, struct outbox_step step,
		      struct now now);
/* Begin what is to be done for accepted rows: cancel one, look one up once more. */
void session_grant(struct session *s, struct now now);
void session_verify(struct session *s, struct now now);
/* What came of it. why: of the cancel, ERR_OK if the task is canceled. */
void session_granted(struct session *s, const struct call *c, const struct api_event *ev,
		     const struct err *why, struct now now);
void session_on_verify(struct session *s, const struct call *c, const struct api_event *ev,
		       struct now now);
/* A weak row was not found by its unique_id: ask for what looks like it. False: told already. */
bool session_ask_weak(struct session *s, const struct outbox_row *r, struct now now);
void session_on_weak(struct session *s, const struct call *c, const struct api_event *ev,
		     struct now now);
/* Not found: what the person is told, and when it is looked up next. like: tasks like it. */
#define WEAK_MANY 100
void session_still_absent(struct session *s, struct outbox_row *r, size_t like, struct now now);
/* Come back at this time (mono), or before. */
void session_wake(struct session *s, int64_t at);
/* session_cancel() of a row that is only here. */
enum err_code session_cancel_row(struct session *s, int64_t seq, struct now now,
				 struct err *err) MUST_CHECK;
/* A task with the row's unique_id was seen: accept it, or it is another one's. */
void session_found(struct session *s, struct outbox_row *r, const struct task *task,
		   struct now now);
/* Tasks of a refresh may settle rows in doubt. */
void session_settle(struct session *s, const struct task *tasks, size_t n, struct now now);
/* The row is due again in ms, and nothing else of it changes. False: the store failed. */
bool session_wait(struct session *s, int64_t seq, int64_t ms, struct now now);
/* Write what became of r; task: when accepted. False: told already why it is not written. */
bool session_write(struct session *s, struct outbox_row *r, const struct task *task,
		   struct now now);
/* The same, and tell it. err: why, may be NULL. */
void session_outcome(struct session *s, struct outbox_row *r, const struct task *task,
		     const struct err *err, struct now now);
/* Tell how a row stands: r as the store has it; or what the store has now. */
void session_tell_row(struct session *s, const struct outbox_row *r, const struct task *task,
		      const struct err *err);
void session_tell_now(struct session *s, int64_t seq);
/* Rows that session_watch() looks at; settled ones are let go. */
void session_follow(struct session *s, int64_t seq, enum outbox_state state);
void session_unfollow(struct session *s, int64_t seq);
/* How the row was last told; false: nobody follows it. The first one behind after, by seq. */
bool session_followed(const struct session *s, int64_t seq, enum outbox_state *state);
bool session_followed_after(const struct session *s, int64_t after, struct watched *out);
/* May the service give its unique_id back by itself? */
bool session_is_weak(const struct outbox_row *r);
/* outbox_next() for this row. */
struct outbox_step session_next_step(const struct outbox_row *r, enum outbox_event ev,
				     struct now now);

/* One sender at a time. Recovers rows of dead processes whenever the lock is won. Errors:
 * ERR_BUSY another process sends; ERR_SYS no lock can be had; ERR_STORE. */
enum err_code session_lock(struct session *s, struct err *err) MUST_CHECK;
void session_unlock(struct session *s);
#define SESSION_LOCK_MS 3000 /* to the next look while another process sends */
/* Recover what others left "sending", as soon as they let us; sets out.wake. */
void session_succeed(struct session *s, struct now now);
/* Rows of ours that another process moved: tell. */
void session_watch(struct session *s);

void session_on_page(struct session *s, const struct api_event *ev, struct now now);
void session_sync_due(struct session *s, struct now now);

/* A refresh brought nothing: are the tasks that we know still there? Newest first. */
void session_probe(struct session *s, int tasks, struct now now);
void session_on_call(struct session *s, struct call *c, const struct api_event *ev, struct now now);

#endif
