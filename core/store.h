/* store.h - everything this machine remembers, in one SQLite file.
 *
 * journal_mode=TRUNCATE, synchronous=FULL, STRICT tables; schema steps are
 * only appended (store_schema.c) and tested from every earlier version. A
 * function that returns ERR_OK has committed, but see store_group_begin().
 * Reads are drained at once; no statement stays open. Times are wall milliseconds.
 */
#ifndef CORE_STORE_H
#define CORE_STORE_H

#include "core/draft.h"
#include "core/err.h"
#include "core/filter.h"
#include "core/outbox.h"
#include "core/reply.h"
#include "core/task.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;

/*
 * path: a file in a folder that exists (conf.h makes it, 0700), or ":memory:".
 * The file is made 0600. Errors: ERR_STORE; a newer schema, a folder open to
 * others, a file that is no database are refused and never touched.
 */
struct store *store_open(const char *path, struct err *err) MUST_CHECK;
void store_close(struct store *s);
/* Another process that writes is waited for: 5 s, or 1 s once ending() is not 0. */
void store_ending(struct store *s, int (*ending)(void));
int store_schema_version(void); /* of this program */

/*
 * A group: all that is written until store_group_end() is one transaction, with one wait
 * for the disk. Each function does, or undoes, its part as it would alone, but ERR_OK
 * means no longer that it is committed: that is what store_group_end() says. Errors
 * of it, ERR_STORE: nothing of the group was written. No group within a group, and
 * none across a wait: until its end other processes cannot write. code: not ERR_OK undoes
 * it all, as an error does.
 */
void store_group_begin(struct store *s);
enum err_code store_group_end(struct store *s, enum err_code code, struct err *err) MUST_CHECK;
unsigned long store_commits(const struct store *s); /* so far, by this connection */

/* A target is a base URL and an account; rows are only ever sent to their own.
 * The key is kept as 12 hex of an HMAC with a salt of this database. */
enum err_code store_target(struct store *s, const char *base_url, const char *key, int64_t *target,
			   struct err *err) MUST_CHECK;
/* The other way: *base_url (owned) is replaced. ERR_NOT_FOUND. */
enum err_code store_target_get(struct store *s, int64_t target, char **base_url, char account[13],
			       struct err *err) MUST_CHECK;

/* Targets but this one of which anything is known here. *list: free(3). */
struct other_target {
	int64_t target;
	char base_url[256]; /* cut to it */
	bool same_url;      /* as this one's: only the key is another */
	long waiting;       /* rows queued, sending or unconfirmed */
	long rows;          /* of the board: tasks and rows */
};
enum err_code store_other_targets(struct store *s, int64_t target, struct other_target **list,
				  size_t *n, struct err *err) MUST_CHECK;
/*
 * Both targets are one account: all that is of from becomes to's, in one transaction and with
 * the sender's lock held. State and doubt of a row stay. *moved rows of the outbox; *left: those
 * whose intent or unique_id a row of to has, too; they stay.
 */
enum err_code store_target_move(struct store *s, int64_t from, int64_t to, long *moved, long *left,
				struct err *err) MUST_CHECK;

/* --- what stands in the way of all rows of a target; for every process --- */
enum hold_what {
	HOLD_NONE,
	HOLD_KEY,       /* 401 */
	HOLD_PAYMENT,   /* 402 */
	HOLD_FORBIDDEN, /* 403 */
	HOLD_REDIRECT,  /* 3xx */
	HOLD_TLS,       /* the service is not proven to be who it says */
	HOLD_COUNT
};
const char *hold_name(enum hold_what what); /* as the store spells it; "" for none */

struct hold { /* until a person acts */
	enum hold_what what;
	int64_t since_ms;
	long http;                 /* 0 for TLS */
	char note[256], hint[256]; /* one sentence each, fit to show */
	char under[33];            /* the configuration it was met under, see session_hold.c */
};
/* since_ms of one of the same kind that is there stays. */
enum err_code store_hold_put(struct store *s, int64_t target, const struct hold *h,
			     struct err *err) MUST_CHECK;
/* HOLD_NONE when there is none. */
enum err_code store_hold_get(struct store *s, int64_t target, struct hold *h,
			     struct err *err) MUST_CHECK;
enum err_code store_hold_lift(struct store *s, int64_t target, struct err *err) MUST_CHECK;

/* Nothing leaves before until_ms (wall; 0 = no pause); fails: calls in a row that did not
 * leave or were told to wait. Who reads it distrusts a time that is far away. */
enum err_code store_pace_put(struct store *s, int64_t target, int64_t until_ms, int fails,
			     struct err *err) MUST_CHECK;
enum err_code store_pace_get(struct store *s, int64_t target, int64_t *until_ms, int *fails,
			     struct err *err) MUST_CHECK;

/* --- drafts --- */
struct draft_info {
	char id[40];
	char name[96];
	int64_t updated_ms;
	bool submitted; /* on its way or arrived; not refused, nor held back for its key */
	size_t bytes;
};
enum err_code store_draft_put(struct store *s, const struct draft *d, int64_t now_ms,
			      struct err *err) MUST_CHECK;
struct draft *store_draft_get(struct store *s, const char *id, struct err *err) MUST_CHECK;
/* Newest first; *list is owned by the caller, free(3). */
enum err_code store_draft_list(struct store *s, struct draft_info **list, size_t *n,
			       struct err *err) MUST_CHECK;
enum err_code store_draft_delete(struct store *s, const char *id, struct err *err) MUST_CHECK;

/* --- outbox: see outbox.h --- */
/* Evidence: what was done for a row, and what came of it. Only ever added. */
enum evidence_what {
	EVIDENCE_POST,
	EVIDENCE_LOOK,   /* a look-up by unique_id */
	EVIDENCE_OWNER,  /* the fetch of the task that a 409 named */
	EVIDENCE_VERIFY, /* the late look-up of an accepted row */
	EVIDENCE_HAND,   /* a person */
	EVIDENCE_START,  /* the recovery of what a dead process left */
	EVIDENCE_COUNT
};
const char *evidence_name(enum evidence_what what); /* as the store spells it */

struct evidence {
	int n;    /* from 1, in the order of events */
	int post; /* POSTs begun until then */
	enum evidence_what what;
	int64_t at_ms, ms;       /* wall; how long the call took */
	enum outbox_state state; /* of the row, after it */
	long http;               /* 0 if no answer came, or none was asked for */
	int curl;                /* libcurl's code, 0 = good */
	char request_id[80];     /* as the service told it, "" if not */
	char note[256], hint[256];
};

enum outbox_wish { WISH_NONE, WISH_CANCEL };

struct outbox_row { /* strings owned, never NULL */
	int64_t seq, target;
	char *run_key;
	long item; /* the intent: draft id and 0, or --run KEY and a number */
	char *unique_id;
	char *project, *batch, *tags; /* for the board; tags joined by '\n' */
	int priority;
	char *payload;
	size_t payload_len; /* the exact bytes */
	char sha256[65];
	enum outbox_state state;
	bool ambiguous;
	int attempt;                          /* POSTs begun */
	int looks;                            /* look-ups since the last POST */
	int64_t created_ms, sent_ms, next_ms; /* 0 if never */
	char *task_id;                        /* "" until accepted */
	long http;                            /* last status, 0 if none */
	char *note;                           /* one line about the last outcome */
	char field[32];                       /* of a refusal, "" if none */
	char hint[256];                       /* what to do next, "" if nothing */
	bool made_id;                         /* the unique_id was made here, not chosen */
	enum outbox_wish wish;                /* to be done once the task is known */
	char owner[64];      /* the task that has our unique_id and is another one; "" if none */
	char twin[64];       /* a second task with our unique_id, "" if none */
	int64_t verify_ms;   /* accepted after a doubt: to be looked up once more; 0 = no */
	struct evidence how; /* of the outcome that is written next: what, ms, curl, request_id */
};
void outbox_row_init(struct outbox_row *r);
void outbox_row_done(struct outbox_row *r);

/*
 * Queue: insert the row, its local task row and the draft's "submitted" mark in
 * one transaction; r->seq is set. If the intent (target, run_key, item) is
 * there already nothing is written: *existed = true and r->seq is the old one.
 * But a row that was rejected, and never in doubt, takes r's bytes and is queued
 * again: *existed = false, r->seq and r->attempt are the row's. draft_id may be NULL.
 * Errors: ERR_RULE (field unique_id) when another row that may make a task has
 * this unique_id; ERR_STORE.
 */
enum err_code store_outbox_add(struct store *s, struct outbox_row *r, const char *draft_id,
			       bool *existed, struct err *err) MUST_CHECK;

/*
 * Many rows of one run in one transaction: all of them, or on an error none. next: hands
 * out the rows in turn, each with its item, unique_id, made_id, what the board shows, payload
 * and sha256; the rest is filled in here. It is called while the store is locked.
 */
typedef enum err_code outbox_source_fn(void *arg, struct outbox_row *r, bool *more,
				       struct err *err);
struct outbox_run {
	int64_t target, now_ms;
	const char *run_key;
	/* Rows of this run that are there already: with the same bytes they stand, and one that
	 * was rejected and never in doubt is queued anew. Else the run must be new. */
	bool go_on;
	/* Tasks accepted earlier may have a unique_id of these: then the service decides. */
	bool again;
};
struct outbox_queued {
	size_t made, renewed, there; /* rows: new, rejected ones queued anew, left as they are */
	size_t open;                 /* of those that were left: not at their end */
	int64_t first_ms;            /* when the run was queued first */
	bool known;                  /* it was, and is not to be gone on with */
};
/*
 * Errors: ERR_ALREADY when the run is there and not to be gone on with (q is set),
 * an item of it has other bytes, or a unique_id was used by a task that was accepted;
 * ERR_RULE (field unique_id) when a row that may make a task has it; those of next; ERR_STORE.
 */
enum err_code store_queue_many(struct store *s, const struct outbox_run *run,
			       outbox_source_fn *next, void *arg, struct outbox_queued *q,
			       struct err *err) MUST_CHECK;

/*
 * Rows in order, without their payload, at most cap; rows: from outbox_row_init() or used
 * before. _run: those of a run with an item above after. _open: those of target that are
 * queued, sending or unconfirmed, with a seq above after. *n = 0: there are no more.
 */
enum err_code store_queue_run(struct store *s, int64_t target, const char *run_key, long after,
			      struct outbox_row *rows, size_t cap, size_t *n,
			      struct err *err) MUST_CHECK;
enum err_code store_queue_open(struct store *s, int64_t target, int64_t after,
			       struct outbox_row *rows, size_t cap, size_t *n,
			       struct err *err) MUST_CHECK;
/* One row without its payload. ERR_NOT_FOUND. */
enum err_code store_queue_row(struct store *s, int64_t seq, struct outbox_row *r,
			      struct err *err) MUST_CHECK;
/* The newest row of target that is called id: "local-<seq>", a unique_id or a task_id.
 * ERR_NOT_FOUND. */
enum err_code store_queue_find(struct store *s, int64_t target, const char *id, int64_t *seq,
			       struct err *err) MUST_CHECK;
/* Open rows of target that would wait longer are due now. */
enum err_code store_queue_hasten(struct store *s, int64_t target, int64_t now_ms,
				 struct err *err) MUST_CHECK;
/* A number that changes when another process has written; 0 if it cannot be read. */
int64_t store_queue_version(struct store *s);
/* Open rows of other targets than this one. */
enum err_code store_queue_elsewhere(struct store *s, int64_t target, long *n,
				    struct err *err) MUST_CHECK;

/* r: fresh from outbox_row_init() or used before. ERR_NOT_FOUND. */
enum err_code store_outbox_get(struct store *s, int64_t seq, struct outbox_row *r,
			       struct err *err) MUST_CHECK;
/* The newest row with this unique_id; *seq = 0 when there is none. */
enum err_code store_outbox_find(struct store *s, int64_t target, const char *unique_id,
				int64_t *seq, struct err *err) MUST_CHECK;
/* The row that was accepted as this task; *seq = 0 when there is none. */
enum err_code store_outbox_of_task(struct store *s, int64_t target, const char *task_id,
				   int64_t *seq, struct err *err) MUST_CHECK;
/* Claim for a POST: attempt+1, state sending, looks 0, only if attempt still stands and
 * the row is open. *won tells. */
enum err_code store_outbox_claim(struct store *s, int64_t seq, int attempt, int64_t now_ms,
				 bool *won, struct err *err) MUST_CHECK;
/* Of a claim that was made a moment ago by the same process, and nothing was sent: queued, or in
 * doubt as before, and due at once. */
enum err_code store_outbox_release(struct store *s, int64_t seq, struct err *err) MUST_CHECK;
/*
 * Write an outcome: state, ambiguous, looks, next_ms, task_id, http, note, field, hint, owner
 * and verify_ms of r, evidence from r->how, and the board's row: the local one, or (when
 * accepted) task, which replaces it; what task leaves out is taken from r. task may be
 * NULL unless accepted. ERR_ALREADY when r->attempt no longer stands or the row is
 * accepted: another process knows more, and nothing is written.
 */
enum err_code store_outbox_outcome(struct store *s, const struct outbox_row *r,
				   const struct task *task, int64_t now_ms,
				   struct err *err) MUST_CHECK;
/* All evidence of a row, oldest first; *list: free(3). */
enum err_code store_evidence(struct store *s, int64_t seq, struct evidence **list, size_t *n,
			     struct err *err) MUST_CHECK;
/* Only when the row is due next: for a look-up that is under way. */
enum err_code store_outbox_wait(struct store *s, int64_t seq, int64_t next_ms,
				struct err *err) MUST_CHECK;
/* Remember a wish, unless the row has left r->state meanwhile: *done tells. r->how, note and
 * hint become evidence. The accepted row that has one and is oldest; *seq = 0 if none. */
enum err_code store_outbox_wish(struct store *s, const struct outbox_row *r, enum outbox_wish wish,
				int64_t now_ms, bool *done, struct err *err) MUST_CHECK;
enum err_code store_outbox_wished(struct store *s, int64_t target, int64_t *seq,
				  struct err *err) MUST_CHECK;
/* The accepted row that is to be looked up once more first; *seq = 0 if none. Another time. */
enum err_code store_outbox_verify_next(struct store *s, int64_t target, int64_t *seq,
				       int64_t *at_ms, struct err *err) MUST_CHECK;
enum err_code store_outbox_verify_at(struct store *s, int64_t seq, int64_t at_ms,
				     struct err *err) MUST_CHECK;
/* What came of either: wish, twin, verify_ms, note and hint of an accepted row, and r->how. */
enum err_code store_outbox_learned(struct store *s, const struct outbox_row *r, int64_t now_ms,
				   struct err *err) MUST_CHECK;
/* With the sender's lock held: sending -> unconfirmed and ambiguous, due at once. *n rows. */
enum err_code store_outbox_recover(struct store *s, int64_t now_ms, size_t *n,
				   struct err *err) MUST_CHECK;
/*
 * Was the database put back from a backup, so that it has forgotten what was sent? A count in
 * it is raised with a claim, in the same transaction, and written to a file beside it after the
 * commit and before a byte leaves. _check, with the sender's lock held: *back when the file is
 * ahead; then the *n open rows of all targets are in doubt, and looked up before anything else.
 */
enum err_code store_generation_raise(struct store *s, struct err *err) MUST_CHECK;
enum err_code store_generation_publish(struct store *s, struct err *err) MUST_CHECK;
enum err_code store_generation_check(struct store *s, int64_t now_ms, bool *back, size_t *n,
				     struct err *err) MUST_CHECK;
/* A row that is being sent, of any target; *seq = 0 if none. */
enum err_code store_outbox_sending(struct store *s, int64_t *seq, struct err *err) MUST_CHECK;
/* The row of target in this state, queued or unconfirmed, that is due first; *seq = 0 if none. */
enum err_code store_outbox_next(struct store *s, int64_t target, enum outbox_state state,
				int64_t *seq, int64_t *next_ms, struct err *err) MUST_CHECK;
/* Unconfirmed rows that are due until then, the first max of them; seqs: room for max. */
enum err_code store_outbox_doubts(struct store *s, int64_t target, int64_t until_ms, int64_t *seqs,
				  size_t max, size_t *n, struct err *err) MUST_CHECK;
/* The same of both states. */
enum err_code store_outbox_due(struct store *s, int64_t target, int64_t *seq, int64_t *next_ms,
			       struct err *err) MUST_CHECK;

/* --- tasks and the board --- */
#define BOARD_KEY_SIZE 64

/*
 * Insert or update n tasks of target in one transaction; *changed counts rows whose
 * status, tags, ids or priority differ from before (new ones count).
 * What an answer leaves out: project, batch, type, priority and times stay as known,
 * for no call takes them away. Tags, unique_id and note are taken as gone, but not
 * from a limited answer, which is one without created_at; its JSON is not kept
 * when a whole one is there. Ids that cannot be a board key (empty, BOARD_KEY_SIZE
 * bytes or more, "local-...") are passed over.
 */
enum err_code store_tasks_put(struct store *s, int64_t target, const struct task *tasks, size_t n,
			      int64_t now_ms, size_t *changed, struct err *err) MUST_CHECK;
/* The newest tasks of the service that are known, at most cap. */
enum err_code store_known_tasks(struct store *s, int64_t target, char (*ids)[BOARD_KEY_SIZE],
				size_t cap, size_t *n, struct err *err) MUST_CHECK;
bool store_task_id_fits(const char *task_id);
/* The service does not know this task any more: the board's row says so ("gone") until an
 * answer holds the task again. *changed: it was thought to be there. */
enum err_code store_task_gone(struct store *s, int64_t target, const char *key, int64_t now_ms,
			      bool *changed, struct err *err) MUST_CHECK;
/* key: a task_id, or "local-<seq>". ERR_NOT_FOUND when it is not here. */
enum err_code store_task_get(struct store *s, int64_t target, const char *key, struct task *t,
			     struct err *err) MUST_CHECK;

struct board_row {                /* copies, cut to what a row can show */
	char key[BOARD_KEY_SIZE]; /* task_id, or "local-<seq>" */
	enum task_status status;
	char word[24]; /* the status as it came */
	char unique_id[128], project[96], batch[96], tags[96], note[128];
	int priority;
	int64_t created_ms;
	int64_t updated_ms; /* last change: as the service told, else completed, else created */
	int64_t seen_ms;    /* this machine saw its status change; 0 if it never did */
};

enum board_sort {
	BOARD_SORT_CREATED,
	BOARD_SORT_CHANGED,
	BOARD_SORT_STATUS,
	BOARD_SORT_ID,
	BOARD_SORT_PRIORITY,
	BOARD_SORT_COUNT
};

struct board_query {
	int64_t target;
	struct filter filter;
	enum board_sort sort;
	bool reverse;
	int64_t now_ms; /* for age< */
};

/*
 * The window around key: up to before rows above it, the row, up to after
 * below, in order; at most before + 1 + after. key "" or gone: the window at
 * the top (*found = false). Uses the index of the sort (keyset), no offset.
 */
enum err_code store_board(struct store *s, const struct board_query *q, const char *key,
			  size_t before, size_t after, struct board_row *rows, size_t *n,
			  bool *found, struct err *err) MUST_CHECK;
/* The last n rows, in order: for G. */
enum err_code store_board_end(struct store *s, const struct board_query *q, size_t max,
			      struct board_row *rows, size_t *n, struct err *err) MUST_CHECK;
/* Rows that match, and rows above key (0 if it is not among them); either may be NULL.
 * Without a filter total is from counters kept by triggers. */
enum err_code store_board_count(struct store *s, const struct board_query *q, const char *key,
				long *total, long *above, struct err *err) MUST_CHECK;
/* Tasks of the target by status, from the counters. */
enum err_code store_status_counts(struct store *s, int64_t target, long counts[TASK_STATUS_COUNT],
				  struct err *err) MUST_CHECK;
/* Newest updated_at that the service told in a refresh that came to its end, 0 if
 * none did: where an incremental refresh starts. _put: one has come to its end. */
enum err_code store_sync_mark(struct store *s, int64_t target, int64_t *updated_ms,
			      struct err *err) MUST_CHECK;
enum err_code store_sync_mark_put(struct store *s, int64_t target, int64_t updated_ms,
				  struct err *err) MUST_CHECK;

/* --- what pickers offer: from the cache, at once --- */
struct choice { /* strings owned */
	char *name;
	char *detail;    /* one line: type, status, counts */
	int64_t used_ms; /* last used here, 0 if never */
};
void choices_free(struct choice *list, size_t n);
/* p: the whole list of the account; what is not in it is forgotten. */
enum err_code store_projects_put(struct store *s, int64_t target, const struct project *p, size_t n,
				 int64_t now_ms, struct err *err) MUST_CHECK;
/* b: some batches, as asked for project ("" = all). Others stay: batches are never deleted. */
enum err_code store_batches_put(struct store *s, int64_t target, const char *project,
				const struct batch *b, size_t n, int64_t now_ms,
				struct err *err) MUST_CHECK;
/*
 * what: PICK_PROJECT, PICK_BATCH (of project, "" = all), PICK_BLUEPRINT (of project, "" =
 * all; ids seen in tasks and ids used here, for no call lists them). Recently used
 * first, then by name. *list: choices_free(). *fetched_ms: age of the cache, 0 if
 * empty; for blueprints the time the newest was seen.
 */
enum err_code store_choices(struct store *s, int64_t target, enum field_pick what,
			    const char *project, struct choice **list, size_t *n,
			    int64_t *fetched_ms, struct err *err) MUST_CHECK;
enum err_code store_choice_used(struct store *s, int64_t target, enum field_pick what,
				const char *name, int64_t now_ms, struct err *err) MUST_CHECK;
struct batch_info {         /* what the cache knows of a batch */
	bool known;         /* it is in the cache; else all is empty */
	bool project_known; /* its project is in the cache too */
	bool rapid;         /* of a Rapid project: takes no tasks once it left "staging" */
	char project[128];
	char status[32]; /* "staging", "in_progress", "completed" */
	long tasks;      /* by the service's counters, else those seen on this machine */
	bool counted;    /* by the service's counters */
};
enum err_code store_batch_info(struct store *s, int64_t target, const char *batch,
			       struct batch_info *info, struct err *err) MUST_CHECK;

/* --- small things the program remembers: last draft, theme chosen here, sort --- */
enum err_code store_note_put(struct store *s, const char *name, const char *value,
			     struct err *err) MUST_CHECK;
/* out gets "" when there is none. */
enum err_code store_note_get(struct store *s, const char *name, char *out, size_t size,
			     struct err *err) MUST_CHECK;

#endif
