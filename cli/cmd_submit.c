/* cmd_submit.c - "multistage submit FILE": one payload becomes one task, once.
 *
 * Who submits what: the intent is --run KEY, or else the unique_id, which for a
 * payload without one is made from its content. The same command again finds the
 * same row and goes on with it, or says what became of it.
 */
#include "config.h"

#include "cli/command.h"
#include "cli/input.h"
#include "cli/out.h"
#include "cli/request.h"
#include "cli/run.h"

#include "core/check.h"
#include "core/clock.h"
#include "core/payload.h"
#include "core/random.h"

#include <stdio.h>
#include <string.h>

#define WAIT_SECONDS 90 /* past the gate of a row that must be sent again (outbox.h) */
#define WAIT_MAX     86400
#define DRAIN_MS     10000 /* for rows of others that we sent along */
#define RUN_KEY_MAX  200   /* bytes of --run */

struct submit {
	const struct cli *cli;
	const char *file; /* as it was named */
	struct draft *draft;
	char sha256[65]; /* of the bytes to send */
	struct run run;
	int64_t seq;
	struct session_event last; /* of our row */
	long wait_s;
	int64_t end_ms; /* monotonic; until when to wait */
	bool left;      /* a request with it has left this machine */
	char told[256]; /* why it is not settled, as the person knows it */
};

/* "ms-" and 130 bits of the hash in Crockford's base 32, as random_id() writes them. */
static void
id_of_content(const char *hex, char out[RANDOM_ID_SIZE])
{
	static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";
	unsigned bits = 0, have = 0;
	size_t n = 3;

	memcpy(out, "ms-", 3);
	for (; *hex && n < RANDOM_ID_SIZE - 1; hex++) {
		bits = bits << 4 | (unsigned)(*hex <= '9' ? *hex - '0' : *hex - 'a' + 10);
		have += 4;
		if (have >= 5) {
			have -= 5;
			out[n++] = digits[bits >> have & 31];
		}
	}
	out[n] = '\0';
}

static void
set_unique_id(struct submit *s)
{
	char id[RANDOM_ID_SIZE];
	struct payload *p;

	if (cli_has(s->cli, "again")) {
		random_id(id);
	} else if (draft_is_set(s->draft, FIELD_UNIQUE_ID)) {
		return;
	} else {
		p = payload_new();
		payload_update(p, s->draft);
		id_of_content(payload_sha256(p), id);
		payload_free(p);
	}
	draft_set(s->draft, FIELD_UNIQUE_ID, id, strlen(id));
}

/* Say all findings; an error among them ends it. */
static enum err_code
check(struct submit *s, struct err *err)
{
	struct check *c = check_new();
	enum err_code code = ERR_OK;

	check_update(c, s->draft);
	for (size_t i = 0; i < check_count(c); i++) {
		const struct finding *f = check_get(c, i);

		out_say("%s: %s: %s%s%s%s",
			f->field < FIELD_COUNT ? fields[f->field].name : s->file,
			f->severity == SEVERITY_ERROR ? "error" : "warning", f->msg,
			f->hint[0] ? " (" : "", f->hint, f->hint[0] ? ")" : "");
	}
	if (check_errors(c)) {
		code = err_set(err, ERR_RULE, "nothing was sent: %zu error%s in %s",
			       check_errors(c), check_errors(c) == 1 ? "" : "s", s->file);
		err->field = check_get(c, 0)->field < FIELD_COUNT
				     ? fields[check_get(c, 0)->field].name
				     : NULL;
	}
	check_free(c);
	return code;
}

static enum err_code
read_draft(struct submit *s, struct err *err)
{
	const char *run = cli_value(s->cli, "run");
	struct payload *p;

	s->wait_s = WAIT_SECONDS;
	if (cli_number(s->cli, "wait", 0, WAIT_MAX, &s->wait_s, err) != ERR_OK)
		return err->code;
	if (run && (!*run || strlen(run) > RUN_KEY_MAX))
		return err_set(err, ERR_USAGE, "--run takes 1 to %d bytes", RUN_KEY_MAX);
	if (run && cli_has(s->cli, "again")) {
		err_set(err, ERR_USAGE, "--run and --again contradict each other");
		return err_hint(err, "--run KEY submits once for each KEY");
	}
	if (input_draft(s->cli->args[0], &s->draft, err) != ERR_OK)
		return err->code;
	set_unique_id(s);
	if (check(s, err) != ERR_OK)
		return err->code;
	p = payload_new();
	payload_update(p, s->draft);
	snprintf(s->sha256, sizeof(s->sha256), "%s", payload_sha256(p));
	payload_free(p);
	return ERR_OK;
}

static const char *
unique_id(const struct submit *s)
{
	return draft_get(s->draft, FIELD_UNIQUE_ID);
}

static const char *
state_word(const struct submit *s)
{
	if (s->last.accepted)
		return outbox_state_name(OUTBOX_ACCEPTED);
	return task_statuses[s->last.status].name;
}

/* The outcome on stdout: the task_id alone, or an object. */
static void
print_outcome(const struct submit *s, const struct err *err)
{
	struct buf object = BUF_INIT(1u << 20), error = BUF_INIT(1u << 16);

	if (!cli_has(s->cli, "json")) {
		if (s->last.accepted)
			out_data("%s", s->last.key);
		return;
	}
	buf_adds(&object, "{");
	out_member(&object, "unique_id", unique_id(s));
	out_member(&object, "state", state_word(s));
	if (s->last.accepted) {
		out_member(&object, "task_id", s->last.key);
		out_member(&object, "status", task_statuses[s->last.status].name);
	}
	out_member(&object, "sha256", s->sha256);
	if (err->code != ERR_OK) {
		buf_adds(&error, "{");
		out_member(&error, "code", err_name(err->code));
		out_member(&error, "message", err->msg);
		if (err->field)
			out_member(&error, "field", err->field);
		buf_adds(&error, "}");
		out_member_raw(&object, "error", buf_str(&error), error.len);
	}
	buf_adds(&object, "}");
	out_json(buf_str(&object), object.len);
	buf_free(&object);
	buf_free(&error);
}

/* Time is up, or the person stopped it: what is true now, and how to go on. */
static enum err_code
not_settled(const struct submit *s, bool by_person, struct err *err)
{
	enum err_code code = by_person ? ERR_INTERRUPTED : ERR_UNCONFIRMED;

	if (s->last.status == TASK_UNCONFIRMED || s->last.status == TASK_SENDING)
		err_set(err, code, "unconfirmed: it left, and no answer that can be trusted came");
	else if (s->left)
		err_set(err, code, "still queued: no task was made");
	else
		err_set(err, code, "still queued: nothing has left this machine");
	return err_hint(err,
			"the same command again goes on with it and never makes a second "
			"task; or: multistage show %.100s",
			unique_id(s));
}

/* What stands in the way, each reason once in a row. */
static void
say_why(struct submit *s, const struct session_event *ev)
{
	const char *why = ev->err.msg;

	if (s->run.stop_ms || ev->err.code == ERR_OK || strcmp(why, s->told) == 0)
		return;
	snprintf(s->told, sizeof(s->told), "%s", why);
	if (ev->status == TASK_UNCONFIRMED && ev->err.code != ERR_BUSY)
		out_say("no answer that can be trusted: %s", why);
	else
		out_say("it waits: %s", why);
}

/* An event of our row. *settled: there is no more to wait for. */
static enum err_code
take_event(struct submit *s, const struct session_event *ev, bool *settled, struct err *err)
{
	s->last = *ev;
	*settled = true;
	if (ev->accepted)
		return ERR_OK;
	if (ev->status == TASK_REJECTED) {
		*err = ev->err;
		if (err->code == ERR_OK)
			err_set(err, ERR_API, "the service refused it");
		return err->field ? err_wrap(err, "%s", err->field) : err->code;
	}
	s->left = s->left || ev->status == TASK_SENDING;
	if (ev->err.code == ERR_STORE && s->left) {
		*err = ev->err;
		return err_hint(err, "it may have been sent: when the database is well again, the "
				     "same command looks for it by its unique_id");
	}
	if (ev->status == TASK_QUEUED && ev->err.code != ERR_OK && ev->err.code != ERR_BUSY) {
		*err = ev->err;
		if (!err->hint[0])
			err_hint(err, "it stays queued; the same command again goes on with it");
		return err->code;
	}
	say_why(s, ev);
	*settled = false;
	return ERR_OK;
}

static enum err_code
wait_for(struct submit *s, struct err *err)
{
	bool settled = false;

	while (!settled) {
		struct session_event ev;
		enum err_code code = run_event(&s->run, s->end_ms, &ev, err);

		if (code == ERR_TIMEOUT || code == ERR_INTERRUPTED)
			return not_settled(s, code == ERR_INTERRUPTED, err);
		if (code != ERR_OK)
			return code;
		if (ev.kind == SESSION_ROW && ev.seq == s->seq &&
		    take_event(s, &ev, &settled, err) != ERR_OK)
			return err->code;
	}
	out_say("accepted: unique_id %s, status %s", unique_id(s),
		task_statuses[s->last.status].name);
	return ERR_OK;
}

/* A row that ended earlier. */
static enum err_code
say_ended(struct submit *s, const struct outbox_row *row, struct err *err)
{
	char when[40];

	clock_local(row->created_ms, when, sizeof(when));
	if (row->state == OUTBOX_ACCEPTED) {
		s->last.accepted = true;
		s->last.status = TASK_PENDING;
		snprintf(s->last.key, sizeof(s->last.key), "%.*s", (int)sizeof(s->last.key) - 1,
			 row->task_id);
		err_set(err, ERR_ALREADY, "already submitted on %s as task %s", when, row->task_id);
	} else {
		s->last.status = TASK_UNCONFIRMED;
		err_set(err, ERR_ALREADY, "already submitted on %s, now %s", when,
			outbox_state_name(row->state));
	}
	return err_hint(err, "--again makes another task, with a new unique_id");
}

/* The intent is known already: go on with its row, or say what became of it. */
static enum err_code
go_on(struct submit *s, struct err *err)
{
	struct outbox_row row;
	enum err_code code;

	outbox_row_init(&row);
	code = store_outbox_get(s->run.store, s->seq, &row, err);
	if (code == ERR_OK && strcmp(row.sha256, s->sha256) != 0) {
		code = err_set(err, ERR_ALREADY, "%s was submitted before with another payload",
			       cli_has(s->cli, "run") ? "this --run" : "this unique_id");
		err_hint(err, "--again makes another task, with a new unique_id");
	} else if (code == ERR_OK && (row.state == OUTBOX_QUEUED || row.state == OUTBOX_SENDING ||
				      row.state == OUTBOX_UNCONFIRMED)) {
		out_say("submitted before and not settled; going on with it");
		s->last.status = row.state == OUTBOX_QUEUED ? TASK_QUEUED : TASK_UNCONFIRMED;
		s->left = row.attempt > 0;
		if (row.state == OUTBOX_UNCONFIRMED)
			code = session_look(s->run.session, s->seq, run_now(), err);
		if (code == ERR_OK || code == ERR_BUSY) /* busy: another process looks after it */
			code = wait_for(s, err);
	} else if (code == ERR_OK) {
		code = say_ended(s, &row, err);
	}
	outbox_row_done(&row);
	return code;
}

static enum err_code
send_it(struct submit *s, struct err *err)
{
	bool wait = !cli_has(s->cli, "no-wait");
	const char *run = cli_value(s->cli, "run");
	struct session_intent intent = { .run_key = run ? run : unique_id(s) };
	enum err_code code = ERR_OK;

	s->last.status = TASK_QUEUED;
	s->end_ms = clock_mono_ms() + s->wait_s * 1000;
	if (wait)
		code = session_start(s->run.session, run_now(), err);
	if (code == ERR_OK)
		code = session_submit_as(s->run.session, s->draft, &intent, run_now(), &s->seq,
					 err);
	if (code == ERR_ALREADY)
		code = go_on(s, err);
	else if (code == ERR_OK && wait)
		code = wait_for(s, err);
	else if (code == ERR_OK)
		code = not_settled(s, false, err);
	return code;
}

enum err_code
cmd_submit(const struct cli *cli, struct err *err)
{
	struct submit s = { .cli = cli, .file = input_name(cli->args[0]) };
	enum err_code code = read_draft(&s, err);

	if (code == ERR_OK && cli_has(cli, "dry-run")) {
		code = request_print(cli, s.draft, err);
	} else if (code == ERR_OK) {
		code = run_open_session(&s.run, cli, err);
		if (code == ERR_OK) {
			code = send_it(&s, err);
			print_outcome(&s, code == ERR_OK ? &(struct err)ERR_INIT : err);
			run_drain(&s.run, clock_mono_ms() + DRAIN_MS);
			run_close(&s.run);
		}
	}
	draft_free(s.draft);
	return code;
}
