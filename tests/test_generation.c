/* test_generation.c - a database that comes back from a backup makes no task again. */
#include "config.h"

#include "tests/answers.h"
#include "tests/scratch.h"
#include "tests/session_world.h"
#include "tests/test.h"

#include "core/store_db.h"

#include <sys/stat.h>
#include <unistd.h>

#define NOW  "2024-01-16T21:10:45.031Z" /* $MULTISTAGE_NOW: the wall clock stands still */
#define KEY  "live_k_0123456789"
#define URLS ",\"params\":{\"attachments\":[\"s3://acme/scene-1.sfs\"]}"

struct scene {
	void *dir;
	struct canned_server *server;
	char url[64], database[512], beside[544];
};

static void
serve(struct scene *s, void **state, const struct canned *answers, size_t n)
{
	struct world w;

	setenv("MULTISTAGE_NOW", NOW, 1);
	*s = (struct scene){ .dir = *state, .server = canned_start(answers, n, NULL) };
	snprintf(s->url, sizeof(s->url), "http://127.0.0.1:%d/v1", canned_port(s->server));
	world_open(&w, s->dir, s->url, KEY);
	snprintf(s->database, sizeof(s->database), "%s", conf_paths(w.conf)->database);
	snprintf(s->beside, sizeof(s->beside), "%s.generation", s->database);
	world_close(&w);
}

static void
start(struct world *w)
{
	struct err err = ERR_INIT;

	world_good(session_start(w->s, world_now(w), &err), &err);
}

static int64_t
submit(struct world *w, const char *unique_id)
{
	struct draft *d = world_draft("p", unique_id);
	struct err err = ERR_INIT;
	int64_t seq = 0;

	world_good(session_submit(w->s, d, world_now(w), &seq, &err), &err);
	draft_free(d);
	return seq;
}

static void
row_is(struct world *w, int64_t seq, enum outbox_state state, bool ambiguous)
{
	struct err err = ERR_INIT;
	struct outbox_row r;

	outbox_row_init(&r);
	world_good(store_outbox_get(w->store, seq, &r, &err), &err);
	assert_int_equal(r.state, state);
	assert_int_equal(r.ambiguous, ambiguous);
	outbox_row_done(&r);
}

static void
what_was_sent_after_the_backup_is_found_and_not_made_again(void **state)
{
	const struct canned answers[] = {
		answer("200 OK", "", answer_task("u-1", NOW, "")),
		answer("200 OK", "", answer_page(answer_task("u-1", NOW, URLS), "")),
	};
	struct err note = ERR_INIT;
	struct session_event ev;
	struct world w;
	struct scene s;
	struct stat st;
	int64_t seq;
	char *backup;
	size_t n;

	serve(&s, state, answers, ARRAY_LEN(answers));
	world_open(&w, s.dir, s.url, KEY);
	seq = submit(&w, "u-1");
	world_close(&w);
	backup = scratch_read(s.database, &n);

	world_open(&w, s.dir, s.url, KEY);
	start(&w);
	world_wait_row(&w, TASK_PENDING, &ev);
	assert_false(session_put_back(w.s, &note));
	world_close(&w);
	assert_int_equal(stat(s.beside, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);

	scratch_write(s.database, backup, n);
	world_open(&w, s.dir, s.url, KEY);
	row_is(&w, seq, OUTBOX_QUEUED, false); /* so it believes */
	start(&w);
	assert_true(session_put_back(w.s, &note));
	assert_non_null(strstr(note.msg, "was a backup put back?"));
	assert_non_null(strstr(note.hint, "1 submission may have been sent since"));
	assert_false(session_put_back(w.s, &note));
	row_is(&w, seq, OUTBOX_UNCONFIRMED, true);
	world_wait_row(&w, TASK_PENDING, &ev);
	assert_true(ev.accepted);
	assert_string_equal(ev.key, ANSWER_ID);
	assert_int_equal(world_calls(&w, ENDPOINT_TASK_CREATE), 0);
	assert_int_equal(world_calls(&w, ENDPOINT_TASK_LIST), 1);
	world_close(&w);

	world_open(&w, s.dir, s.url, KEY); /* told once */
	start(&w);
	assert_false(session_put_back(w.s, &note));
	world_close(&w);
	free(backup);
	canned_stop(s.server);
}

static void
what_was_never_sent_goes_out_after_a_look(void **state)
{
	const struct canned answers[] = {
		answer("200 OK", "", answer_task("u-1", NOW, "")),
		answer("200 OK", "", answer_page("", "")),
		answer("200 OK", "", answer_task("u-1", NOW, "")),
	};
	struct session_event ev;
	struct world w;
	struct scene s;
	char *backup;
	size_t n;

	serve(&s, state, answers, ARRAY_LEN(answers));
	world_open(&w, s.dir, s.url, KEY);
	submit(&w, "u-1");
	world_close(&w);
	backup = scratch_read(s.database, &n);
	world_open(&w, s.dir, s.url, KEY);
	start(&w);
	world_wait_row(&w, TASK_PENDING, &ev);
	world_close(&w);
	scratch_write(s.database, backup, n);
	world_open(&w, s.dir, s.url, KEY);
	start(&w);
	world_wait_row(&w, TASK_PENDING, &ev);
	assert_int_equal(world_calls(&w, ENDPOINT_TASK_LIST), 1);
	assert_int_equal(world_calls(&w, ENDPOINT_TASK_CREATE), 1);
	world_close(&w);
	free(backup);
	canned_stop(s.server);
}

static void
a_new_database_or_a_broken_file_beside_it_is_no_backup(void **state)
{
	static const char *const files[] = { "", "nonsense", "0123456789abcdef 99\n",
					     "0123456789abcdef", "\n\n" };
	struct err note = ERR_INIT;
	struct world w;
	struct scene s;
	int64_t seq;

	serve(&s, state, NULL, 0);
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		unlink(s.database);
		scratch_write(s.beside, files[i], strlen(files[i]));
		world_open(&w, s.dir, s.url, KEY);
		seq = submit(&w, "u-1");
		start(&w);
		assert_false(session_put_back(w.s, &note));
		row_is(&w, seq, OUTBOX_SENDING, false);
		world_close(&w);
	}
	canned_stop(s.server);
}

/* The count of the file beside the database. */
static long
count(const struct scene *s)
{
	size_t n;
	char *text = scratch_read(s->beside, &n);
	long value;

	assert_true(n > 17);
	value = strtol(text + 17, NULL, 10);
	free(text);
	return value;
}

static void
the_count_is_raised_once_a_minute_and_by_no_one_who_sends_nothing(void **state)
{
	const struct canned answers[] = {
		answer("200 OK", "", answer_task("u-1", NOW, "")),
		answer("200 OK", "", answer_task("u-2", NOW, "")),
		answer("200 OK", "", answer_task("u-3", NOW, "")),
	};
	struct session_event ev;
	struct world w;
	struct scene s;

	serve(&s, state, answers, ARRAY_LEN(answers));
	world_open(&w, s.dir, s.url, KEY);
	start(&w);
	assert_int_equal(access(s.beside, F_OK), -1);
	submit(&w, "u-1");
	assert_int_equal(count(&s), 1); /* before the byte left, which is now */
	world_wait_row(&w, TASK_PENDING, &ev);
	submit(&w, "u-2");
	world_wait_row(&w, TASK_PENDING, &ev);
	assert_int_equal(count(&s), 1);
	w.skipped_ms += 120000;
	submit(&w, "u-3");
	world_wait_row(&w, TASK_PENDING, &ev);
	assert_int_equal(count(&s), 2);
	world_close(&w);
	canned_stop(s.server);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(what_was_sent_after_the_backup_is_found_and_not_made_again),
		CASE(what_was_never_sent_goes_out_after_a_look),
		CASE(a_new_database_or_a_broken_file_beside_it_is_no_backup),
		CASE(the_count_is_raised_once_a_minute_and_by_no_one_who_sends_nothing),
	};
	return cmocka_run_group_tests_name("generation", tests, NULL, NULL);
}
