/* session_lock.c - one sender at a time on a database. See session_impl.h.
 *
 * flock(2) on a file of its own, held only while something of ours is on its
 * way. So a row that is "sending" while nobody holds the lock belongs to a
 * dead process: whoever wins the lock recovers it first. The kernel frees the
 * lock with the process; the descriptor is O_CLOEXEC, so no editor inherits it.
 * Safety does not depend on it (unique_id does that), only calm does.
 */
#include "config.h"

#include "core/session_impl.h"

#include "core/clock.h"
#include "core/lock_owner.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>

static enum err_code
open_lock(struct session *s, struct err *err)
{
	if (s->out.lock_fd >= 0)
		return ERR_OK;
	s->out.lock_fd = open(s->lock_path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (s->out.lock_fd >= 0)
		return ERR_OK;
	err_sys(err, "opening %s", s->lock_path);
	return err_hint(err, "nothing is sent without this lock file");
}

static enum err_code
recover(struct session *s, struct err *err)
{
	size_t n = 0;

	if (!s->out.checked) {
		if (store_generation_check(s->store, clock_wall_ms(), &s->put_back, &s->doubted,
					   err))
			return err->code;
		s->out.checked = true;
		if (s->put_back)
			session_emit(s, SESSION_TASKS)->count = s->doubted;
	}
	if (store_outbox_recover(s->store, clock_wall_ms(), &n, err))
		return err->code;
	if (n > 0)
		session_emit(s, SESSION_TASKS)->count = n;
	return ERR_OK;
}

static enum err_code
somebody_else(const struct session *s, struct err *err)
{
	struct lock_owner by;

	if (!lock_owner_read(s->out.lock_fd, &by))
		err_set(err, ERR_BUSY, "another multistage is sending from this database");
	else if (by.tty[0])
		err_set(err, ERR_BUSY, "multistage with pid %ld on %s is sending", (long)by.pid,
			by.tty);
	else
		err_set(err, ERR_BUSY, "multistage with pid %ld is sending", (long)by.pid);
	return err_hint(err, "this one waits for its turn and looks again every 3 s");
}

/* Source: flock(2), and what NFS and FUSE were seen to answer. */
static bool
knows_no_locks(int code)
{
	return code == ENOLCK || code == ENOSYS || code == EOPNOTSUPP || code == EINVAL;
}

static enum err_code
no_lock(const struct session *s, struct err *err)
{
	int code = errno;

	err_sys(err, "locking %s", s->lock_path);
	if (knows_no_locks(code))
		err_wrap(err, "the file system of the state folder knows no locks");
	return err_hint(err, "nothing is sent without the lock; put XDG_STATE_HOME on a local"
			     " file system");
}

enum err_code
session_lock(struct session *s, struct err *err)
{
	int rc;

	if (s->out.locked)
		return ERR_OK;
	if (open_lock(s, err))
		return err->code;
	do
		rc = flock(s->out.lock_fd, LOCK_EX | LOCK_NB);
	while (rc && errno == EINTR);
	if (rc)
		return errno == EWOULDBLOCK ? somebody_else(s, err) : no_lock(s, err);
	s->out.locked = true;
	lock_owner_write(s->out.lock_fd);
	s->out.told_locked = false;
	if (recover(s, err)) {
		session_unlock(s);
		return err->code;
	}
	return ERR_OK;
}

bool
session_put_back(struct session *s, struct err *note)
{
	size_t n = s->doubted;
	bool told = s->put_back && n > 0;

	s->put_back = false;
	if (!told)
		return false;
	err_set(note, ERR_UNCONFIRMED,
		"the database is older than what was sent from it: was a backup put back?");
	err_hint(note, "%zu submission%s may have been sent since; each is looked up first", n,
		 n == 1 ? "" : "s");
	return true;
}

void
session_unlock(struct session *s)
{
	if (s->out.locked) {
		lock_owner_clear(s->out.lock_fd);
		flock(s->out.lock_fd, LOCK_UN); /* fails only for a descriptor that is none */
	}
	s->out.locked = false;
}

void
session_suspend(struct session *s)
{
	session_window_give_back(s);
	session_unlock(s);
}

/* What is on its way here may have been recovered, looked up and settled by another process.
 * The answers are read first, in the next step; each finds its row as it stands by then. */
void
session_resume(struct session *s, struct now now)
{
	if (!s->out.started)
		return;
	s->out.watch_at = 0;
	s->out.heed_at = 0;
	s->out.wake = now.mono_ms;
}

/* A row that another process sends has nobody once that one is dead. */
void
session_succeed(struct session *s, struct now now)
{
	struct outgoing *o = &s->out;
	struct err err;
	int64_t seq = 0;

	if (o->locked || session_calls(s, CALL_POST, 0) > 0 ||
	    store_outbox_sending(s->store, &seq, &err) || seq == 0)
		return;
	if (session_lock(s, &err) == ERR_OK)
		o->wake = now.mono_ms; /* recovered: go on with it */
	else if (o->wake < 0 || o->wake > now.mono_ms + SESSION_LOCK_MS)
		o->wake = now.mono_ms + SESSION_LOCK_MS;
}

/* The row's own account of why it stands where it does. */
static struct err
reason(const struct outbox_row *r)
{
	struct err err = ERR_INIT;

	if (r->state == OUTBOX_REJECTED)
		err_set(&err, r->owner[0] ? ERR_CONFLICT : ERR_API, "%s", r->note);
	else if (r->state == OUTBOX_UNCONFIRMED)
		err_set(&err, r->owner[0] ? ERR_CONFLICT : ERR_UNCONFIRMED, "%s", r->note);
	err_hint(&err, "%s", r->hint);
	for (int f = 0; f < FIELD_COUNT; f++)
		if (err.code && strcmp(fields[f].name, r->field) == 0)
			err.field = fields[f].name;
	return err;
}

/* The task of an accepted row, for its status; t is from task_init(). */
static const struct task *
task_of(struct session *s, const struct outbox_row *r, struct task *t)
{
	struct err err;

	if (r->state != OUTBOX_ACCEPTED)
		return NULL;
	/* If it cannot be read the row is accepted all the same. */
	return store_task_get(s->store, s->target, r->task_id, t, &err) ? NULL : t;
}

void
session_tell_now(struct session *s, int64_t seq)
{
	struct outbox_row r;
	struct task t;
	struct err err;

	outbox_row_init(&r);
	task_init(&t);
	if (store_outbox_get(s->store, seq, &r, &err) == ERR_OK) {
		const struct err why = reason(&r);

		session_tell_row(s, &r, task_of(s, &r, &t), why.code ? &why : NULL);
	}
	task_done(&t);
	outbox_row_done(&r);
}

static enum outbox_state
state_now(struct session *s, const struct watched *w)
{
	enum outbox_state state = w->state;
	struct outbox_row r;
	struct err err;

	outbox_row_init(&r);
	if (store_outbox_get(s->store, w->seq, &r, &err) == ERR_OK)
		state = r.state;
	outbox_row_done(&r);
	return state;
}

void
session_watch(struct session *s)
{
	struct watched w = { .seq = 0 };

	while (session_followed_after(s, w.seq, &w))
		if (!session_row_busy(s, w.seq) && state_now(s, &w) != w.state)
			session_tell_now(s, w.seq);
}
