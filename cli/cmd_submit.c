/* cmd_submit.c - "multistage submit FILE...": each payload becomes one task, once.
 *
 * All payloads are read and checked, then queued in one commit, then followed. What the
 * person intends has a name, the run: --run KEY, or one made from the payloads themselves.
 * A task of the run is its number in it. So the same command again finds the same rows.
 */
#include "config.h"

#include "cli/command.h"
#include "cli/follow.h"
#include "cli/out.h"
#include "cli/payloads.h"
#include "cli/request.h"
#include "cli/run.h"

#include "core/bulk.h"
#include "core/clock.h"
#include "core/random.h"

#include <stdio.h>
#include <string.h>

#define WAIT_SECONDS 90 /* past the gate of a row that must be sent again (outbox.h) */
#define WAIT_MAX     86400
#define DRAIN_MS     10000 /* for rows of others that we sent along */
#define RUN_KEY_MAX  200   /* bytes of --run */
#define WARN_MAX     20    /* payloads whose warnings are said */
#define PAGE         256   /* rows read at once */

struct submit {
	const struct cli *cli;
	struct run run;
	struct bulk *bulk;
	const char *key; /* of the run */
	char name[BULK_NAME_SIZE + 8];
	long wait_s;
	bool dry, again, keep_going, no_wait;
	bool alone; /* one file, one object */
	size_t records, bad, errors, warned;
	char first_bad[512];
	struct outbox_queued queued;
	struct follow *follow;
};

static enum err_code
read_options(struct submit *s, struct err *err)
{
	const struct cli *cli = s->cli;

	s->wait_s = WAIT_SECONDS;
	if (cli_number(cli, "wait", 0, WAIT_MAX, &s->wait_s, err) != ERR_OK ||
	    cli_number(cli, "timeout", 0, WAIT_MAX, &s->wait_s, err) != ERR_OK)
		return err->code;
	s->key = cli_value(cli, "run");
	s->dry = cli_has(cli, "dry-run");
	s->again = cli_has(cli, "again");
	s->keep_going = cli_has(cli, "keep-going");
	s->no_wait = cli_has(cli, "no-wait");
	if (s->key && (!*s->key || strlen(s->key) > RUN_KEY_MAX))
		return err_set(err, ERR_USAGE, "--run takes 1 to %d bytes", RUN_KEY_MAX);
	if (s->key && s->again) {
		err_set(err, ERR_USAGE, "--run and --again contradict each other");
		return err_hint(err, "--run KEY submits once for each KEY");
	}
	return ERR_OK;
}

/* --- reading --- */

static void
say_findings(struct submit *s, const struct payload_read *one)
{
	bool warnings = one->warnings > 0 && s->warned < WARN_MAX;

	s->warned += one->warnings > 0;
	payloads_say(one, warnings, out_say);
}

static enum err_code
take(struct submit *s, const struct payload_read *one, struct err *err)
{
	s->records++;
	s->alone = s->records == 1 && one->record->alone;
	say_findings(s, one);
	if (one->errors > 0) {
		s->errors += one->errors;
		if (s->bad++ == 0)
			payloads_place(one, s->first_bad, sizeof(s->first_bad));
		return ERR_OK;
	}
	if (s->dry)
		return request_print(s->cli, s->run.conf, one, err);
	if (bulk_add(s->bulk, one->draft, one->check, one->number, one->made_id, err) == ERR_OK)
		return ERR_OK;
	return err_wrap(err, "record %ld", one->number);
}

/* May what was read be queued? */
static enum err_code
judge(const struct submit *s, struct err *err)
{
	const char *plural = s->errors == 1 ? "" : "s";

	if (s->warned > WARN_MAX)
		out_say("and %zu more payloads with warnings; multistage check has them",
			s->warned - WARN_MAX);
	if (s->bad == 0 || (s->keep_going && s->bad < s->records))
		return ERR_OK;
	if (s->records == 1)
		return err_set(err, ERR_RULE, "nothing was sent: %zu error%s in %s", s->errors,
			       plural, s->first_bad);
	err_set(err, ERR_RULE, "nothing was sent: %zu of %zu records are bad; the first: %s",
		s->bad, s->records, s->first_bad);
	return err_hint(err, "--keep-going submits the others");
}

static enum err_code
read_all(struct submit *s, struct err *err)
{
	struct payloads *p = payloads_open(s->cli, s->again ? PAYLOAD_IDS_NEW : PAYLOAD_IDS_MADE);
	struct payload_read one;
	enum err_code code = ERR_OK;
	bool more = true;

	while (code == ERR_OK && more && !out_failed()) {
		code = payloads_next(p, &one, &more, err);
		if (code == ERR_OK && more)
			code = take(s, &one, err);
	}
	payloads_close(p);
	return code == ERR_OK ? judge(s, err) : code;
}

/* --- queueing --- */

/* The run's name without --run: from the payloads; --again makes one that never was. */
static void
name_run(struct submit *s)
{
	if (s->key)
		return;
	if (s->again) {
		memcpy(s->name, "again-", 6);
		random_hex(s->name + 6, 16);
	} else {
		bulk_name(s->bulk, s->name);
	}
	s->key = s->name;
}

/* The rows of the run, in their order. */
typedef void row_fn(struct submit *s, const struct outbox_row *r, const struct err *why);

static enum err_code
each_row(struct submit *s, row_fn *fn, const struct err *why, struct err *err)
{
	const int64_t target = session_target(s->run.session);
	struct outbox_row rows[PAGE];
	enum err_code code;
	long after = -1;
	size_t n = 0;

	for (size_t i = 0; i < PAGE; i++)
		outbox_row_init(&rows[i]);
	do {
		code = store_queue_run(s->run.store, target, s->key, after, rows, PAGE, &n, err);
		for (size_t i = 0; code == ERR_OK && i < n; i++)
			fn(s, &rows[i], why);
		after = code == ERR_OK && n > 0 ? rows[n - 1].item : after;
	} while (code == ERR_OK && n > 0 && !out_failed());
	for (size_t i = 0; i < PAGE; i++)
		outbox_row_done(&rows[i]);
	return code;
}

static void
follow(struct submit *s, const struct outbox_row *r, const struct err *why)
{
	(void)why;
	follow_add(s->follow, r);
}

static void
show(struct submit *s, const struct outbox_row *r, const struct err *why)
{
	follow_show(s->follow, r, why);
}

/* --- what becomes of them --- */

/* The run is known, and there is nothing of it to go on with. */
static enum err_code
already(struct submit *s, struct err *err)
{
	struct err other = ERR_INIT;
	char when[40];

	clock_local(s->queued.first_ms, when, sizeof(when));
	err_set(err, ERR_ALREADY, "already submitted on %s; nothing was queued", when);
	err_hint(err, "--again makes second copies; --run %s goes on with these", s->key);
	if (each_row(s, show, err, &other) != ERR_OK)
		*err = other;
	return err->code;
}

static enum err_code
leave_queued(struct submit *s, struct err *err)
{
	struct err other = ERR_INIT;
	size_t n = s->queued.made + s->queued.renewed;

	if (n > 0)
		err_set(err, ERR_UNCONFIRMED,
			"still queued: nothing has left this machine (%zu task%s)", n,
			n == 1 ? "" : "s");
	else
		err_set(err, ERR_UNCONFIRMED, "still queued or unconfirmed");
	err_hint(err, "\"multistage queue --wait\" sends what is queued, and so does the next "
		      "multistage");
	if (each_row(s, show, NULL, &other) != ERR_OK)
		*err = other;
	return err->code;
}

static enum err_code
go_on(struct submit *s, struct err *err)
{
	const struct outbox_queued *q = &s->queued;

	if (q->made + q->renewed + q->open == 0)
		return already(s, err);
	if (q->there > 0)
		out_say("%zu submitted before, %zu added; going on with run %s", q->there,
			q->made + q->renewed, s->key);
	if (s->no_wait)
		return leave_queued(s, err);
	if (each_row(s, follow, NULL, err) != ERR_OK ||
	    (q->there > 0 && session_hasten(s->run.session, run_now(), err) != ERR_OK))
		return err->code;
	return follow_wait(s->follow, s->wait_s, err);
}

static enum err_code
queue(struct submit *s, struct err *err)
{
	struct outbox_run run = {
		.run_key = s->key,
		.go_on = cli_has(s->cli, "run"),
		.again = s->again || cli_has(s->cli, "run"),
	};
	enum err_code code;

	code = session_queue_many(s->run.session, s->bulk, &run, run_now(), &s->queued, err);
	if (code == ERR_OK)
		return go_on(s, err);
	return code == ERR_ALREADY && s->queued.known ? already(s, err) : code;
}

/* A file that is one object is answered with one id. */
static enum follow_form
form(const struct submit *s)
{
	if (cli_has(s->cli, "json"))
		return FOLLOW_JSON;
	return s->alone ? FOLLOW_ID : FOLLOW_LINES;
}

static enum err_code
send(struct submit *s, struct err *err)
{
	enum err_code code = ERR_OK;

	name_run(s);
	s->follow = follow_new(&s->run, form(s));
	if (!s->no_wait)
		code = session_start(s->run.session, run_now(), err);
	if (code == ERR_OK)
		code = queue(s, err);
	if (code == ERR_OK && s->bad > 0) {
		code = err_set(err, ERR_PARTLY, "%zu of %zu records are bad and were left out",
			       s->bad, s->records);
		err_hint(err,
			 "correct them and submit all again with --run %s: what was taken is not "
			 "made again",
			 s->key);
	}
	return code;
}

enum err_code
cmd_submit(const struct cli *cli, struct err *err)
{
	struct submit s = { .cli = cli };
	enum err_code code = read_options(&s, err);

	if (code == ERR_OK)
		code = run_open_conf(&s.run, cli, err);
	if (code != ERR_OK)
		return code;
	s.bulk = bulk_new(conf_paths(s.run.conf)->state_dir);
	code = read_all(&s, err);
	if (code == ERR_OK && !s.dry)
		code = run_join_session(&s.run, cli, err);
	if (code == ERR_OK && !s.dry) {
		code = send(&s, err);
		run_drain(&s.run, clock_mono_ms() + DRAIN_MS);
	} else if (code == ERR_OK && s.bad > 0) {
		code = err_set(err, ERR_PARTLY, "%zu of %zu records are bad and were left out",
			       s.bad, s.records);
	}
	follow_free(s.follow);
	bulk_free(s.bulk);
	run_close(&s.run);
	return code;
}
