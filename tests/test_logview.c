/* test_logview.c - the log: every call, newest first, and what went over the wire. */
#include "config.h"

#include "tests/ui_world.h"

#include "core/mem.h"

#define CALLS_MAX 300

static struct log { /* the table behind the view */
	struct api_call call[CALLS_MAX];
	size_t n;
	struct world *w;
} the_log;

static size_t
count(const void *arg)
{
	return ((const struct log *)arg)->n;
}

static const struct api_call *
get(const void *arg, size_t i)
{
	const struct log *l = arg;

	assert_true(i < l->n);
	return &l->call[l->n - 1 - i];
}

static struct api_call *
add(enum endpoint_id endpoint, const char *path, long status, enum err_code code)
{
	struct log *l = &the_log;
	struct api_call *c = &l->call[l->n++];

	*c = (struct api_call){ .ticket = (int)l->n,
				.endpoint = endpoint,
				.method = endpoints[endpoint].method,
				.path = path,
				.at_wall_ms = l->w->now.wall_ms - 3600000 + (int64_t)l->n * 7000,
				.took_ms = 312,
				.status = status,
				.code = code,
				.msg = "",
				.request_id = "",
				.sent = "",
				.got = "" };
	return c;
}

static void
body(const char **text, size_t *len, size_t *total, const char *s)
{
	*text = s;
	*len = *total = strlen(s);
}

/* Nine calls of a working day, the last one unclear. */
static struct world *
day(void)
{
	struct world *w = world_new();
	struct api_call *c;

	the_log = (struct log){ .w = w };
	w->ui.log.source = (struct log_source){ count, get, &the_log };
	c = add(ENDPOINT_TASK_CREATE, "/v1/task/multistage", 200, ERR_OK);
	body(&c->sent, &c->sent_len, &c->sent_total,
	     "{\"project\":\"Fleet Perception 3D\",\"attachments\":[\"https://data.acme.dev/n/0411/"
	     "frame_000.json?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=6c1d0000000000000000"
	     "0000000000000000&end=tail\"],\"scene_format\":\"split_base64\",\"priority\":20}");
	body(&c->got, &c->got_len, &c->got_total,
	     "{\"task_id\":\"65fe2b7c9d1e4a0012aa0411\",\"status\":\"pending\"}");
	c->request_id = "8a0d4c11";
	add(ENDPOINT_PROJECT_LIST, "/v1/projects", 429, ERR_BUSY)->msg =
		"too many requests; the service asks to wait 30 s";
	add(ENDPOINT_PROJECT_LIST, "/v1/projects", 200, ERR_OK)->got_total = 20480;
	add(ENDPOINT_TASK_LIST, "/v1/tasks?unique_id=fp3d%2Fnight-b%2F0412", 200, ERR_OK);
	add(ENDPOINT_BATCH_LIST, "/v1/batches?project=Fleet%20Perception%203D", 200, ERR_OK);
	add(ENDPOINT_TASK_GET, "/v1/task/65fe2b7c9d1e4a0012aa9377", 404, ERR_NOT_FOUND)->msg =
		"Task with that ID not found.";
	c = add(ENDPOINT_TASK_CREATE, "/v1/task/multistage", 400, ERR_API);
	c->msg = "Parameter is invalid, reason: \"attachments\" is required";
	body(&c->got, &c->got_len, &c->got_total,
	     "{\"status_code\":400,\"error\":\"Parameter is invalid, reason: "
	     "\\\"attachments\\\" is required\"}");
	add(ENDPOINT_TASK_LIST, "/v1/tasks", 0, ERR_NET)->msg = "cannot reach api.scale.com";
	c = add(ENDPOINT_TASK_CREATE, "/v1/task/multistage", 504, ERR_UNCONFIRMED);
	c->msg = "504 after the body left: it may or may not exist";
	c->took_ms = 30100;
	body(&c->got, &c->got_len, &c->got_total,
	     "<html>\n<h1>504 Gateway Time-out</h1>\n</html>\n");
	press(w, "3");
	return w;
}

static void
the_newest_call_stands_on_top(void **state)
{
	struct world *w = day();
	char *picture = world_picture(w, 24, 80);

	(void)state;
	assert_true(strstr(picture, "? no answer") < strstr(picture, "! not sent"));
	assert_true(strstr(picture, "! not sent") < strstr(picture, "! refused"));
	assert_non_null(strstr(picture, "! slow down"));
	assert_non_null(strstr(picture, "! not found"));
	free(picture);
	world_done(w);
}

static void
the_cursor_follows_its_call_when_new_ones_come(void **state)
{
	struct world *w = day();
	int ticket;

	(void)state;
	press(w, "jj");
	ticket = get(&the_log, w->ui.log.list.at)->ticket;
	for (int i = 0; i < 40; i++)
		add(ENDPOINT_TASK_LIST, "/v1/tasks", 200, ERR_OK);
	free(world_picture(w, 24, 80));
	assert_int_equal(get(&the_log, w->ui.log.list.at)->ticket, ticket);
	assert_int_equal(w->ui.log.list.at, 42);
	press(w, "g");
	add(ENDPOINT_TASK_LIST, "/v1/tasks", 200, ERR_OK);
	free(world_picture(w, 24, 80));
	assert_int_equal(w->ui.log.list.at, 0); /* at the top it stays with the newest */
	world_done(w);
}

static void
a_call_opens_and_closes_and_scrolls(void **state)
{
	struct world *w = day();

	(void)state;
	press(w, "G<Enter>");
	assert_shown(w, "\"scene_format\": \"split_base64\"");
	assert_shown(w, "Request");
	assert_shown(w, "&end=tail\""); /* a long URL keeps its tail */
	press(w, "jj");
	assert_int_equal(w->ui.log.doc.top, 2);
	press(w, "G");
	assert_shown(w, "\"task_id\": \"65fe2b7c9d1e4a0012aa0411\"");
	press(w, "<Enter>");
	assert_shown(w, "Calls, newest first");
	press(w, "<Enter>q");
	assert_shown(w, "Calls, newest first");
	world_done(w);
}

static void
an_open_call_stays_open_while_others_come(void **state)
{
	struct world *w = day();

	(void)state;
	press(w, "<Enter>");
	assert_shown(w, "504 Gateway Time-out");
	for (int i = 0; i < 5; i++)
		add(ENDPOINT_TASK_LIST, "/v1/tasks", 200, ERR_OK);
	assert_shown(w, "504 Gateway Time-out");
	world_done(w);
}

static void
a_running_call_is_shown_again_when_it_ends(void **state)
{
	struct world *w = day();
	struct api_call *c = add(ENDPOINT_TASK_LIST, "/v1/tasks", 0, ERR_OK);

	(void)state;
	c->took_ms = -1;
	press(w, "<Enter>");
	assert_shown(w, ". running");
	c->took_ms = 80;
	c->status = 200;
	assert_shown(w, "+ ok");
	world_done(w);
}

static void
a_cut_body_says_how_much_is_missing(void **state)
{
	struct world *w = day();
	struct api_call *c = add(ENDPOINT_TASK_LIST, "/v1/tasks", 200, ERR_OK);

	(void)state;
	c->got = "{\"docs\":[";
	c->got_len = 9;
	c->got_total = 200000;
	press(w, "<Enter>");
	assert_shown(w, "the other 199991 bytes are not kept here");
	press(w, "v");
	assert_non_null(strstr(w->last[UI_PAGER].text, "199991"));
	press(w, "w");
	assert_int_equal(w->asked[UI_WRITE], 1);
	world_done(w);
}

static void
the_note_says_why_a_call_failed(void **state)
{
	struct world *w = day();

	(void)state;
	press(w, "j");
	assert_shown(w, "cannot reach api.scale.com");
	press(w, "G");
	assert_shown(w, "call 9 of 9; no key and no header is kept");
	world_done(w);
}

static void
an_empty_log_is_safe(void **state)
{
	struct world *w = world_new();

	(void)state;
	press(w, "3jkGg<Enter><PgDn>vwj");
	assert_shown(w, "no call was made yet");
	world_done(w);
}

static void
what_came_over_the_wire_never_acts_on_the_terminal(void **state)
{
	struct world *w = day();
	struct api_call *c = add(ENDPOINT_TASK_LIST, "/v1/\x1b]0;x\x07", 200, ERR_API);
	char *picture;

	(void)state;
	c->msg = "a\x1b[2J\rb\xe2\x80\xae";
	body(&c->got, &c->got_len, &c->got_total, "\x1b[31m\x9b\xff\xe2\x80\xae");
	for (int open = 0; open < 2; open++) {
		picture = world_picture(w, 50, 160);
		for (const char *p = picture; *p; p++)
			if ((unsigned char)*p < 0x20 && *p != '\n')
				fail_msg("byte %d is in the picture", *p);
		assert_null(strstr(picture, "\xe2\x80\xae"));
		free(picture);
		press(w, "<Enter>");
	}
	world_done(w);
}

static void
golden(struct world *w, const char *name)
{
	world_golden(w, name, 10, 40);
	world_golden(w, name, 24, 80);
	world_golden(w, name, 50, 160);
}

static void
the_log_looks_right(void **state)
{
	struct world *w = day();

	(void)state;
	golden(w, "log");
	press(w, "G<Enter>");
	golden(w, "log-open");
	world_done(w);
}

static void
any_size_is_safe(void **state)
{
	static const int sides[] = { 1, 2, 3, 9, 10, 11, 24, 40, 60, 80, 100, 120, 160, 300 };
	struct world *w = day();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sides); i++)
		for (size_t k = 0; k < ARRAY_LEN(sides); k++) {
			if (sides[i] > 100)
				continue;
			free(world_picture(w, sides[i], sides[k]));
			press(w, "j<Enter>jj");
			free(world_picture(w, sides[i], sides[k]));
			press(w, "<PgDn>k<Enter>");
		}
	world_done(w);
}

static void
a_monkey_does_not_break_it(void **state)
{
	static const char *const keys[] = { "j",      "k",     "g",    "G",       "<PgDn>",
					    "<PgUp>", "<^D>",  "<^U>", "<Enter>", "<Enter>",
					    "v",      "w",     "?",    "<Esc>",   "q",
					    "x",      "<Tab>", "3" };
	struct world *w = day();
	unsigned seed = 42;

	(void)state;
	for (int i = 0; i < 4000; i++) {
		seed = seed * 1103515245u + 12345u;
		if (w->ui.view != VIEW_LOG)
			press(w, "<Esc>3");
		press(w, keys[(seed >> 16) % ARRAY_LEN(keys)]);
		if (seed % 41 == 0 && the_log.n < CALLS_MAX)
			add(ENDPOINT_TASK_LIST, "/v1/tasks", 200, ERR_OK);
		if (seed % 23 == 0)
			free(world_picture(w, 5 + (int)(seed >> 20) % 60,
					   20 + (int)(seed >> 12) % 200));
	}
	world_done(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_newest_call_stands_on_top),
		cmocka_unit_test(the_cursor_follows_its_call_when_new_ones_come),
		cmocka_unit_test(a_call_opens_and_closes_and_scrolls),
		cmocka_unit_test(an_open_call_stays_open_while_others_come),
		cmocka_unit_test(a_running_call_is_shown_again_when_it_ends),
		cmocka_unit_test(a_cut_body_says_how_much_is_missing),
		cmocka_unit_test(the_note_says_why_a_call_failed),
		cmocka_unit_test(an_empty_log_is_safe),
		cmocka_unit_test(what_came_over_the_wire_never_acts_on_the_terminal),
		cmocka_unit_test(the_log_looks_right),
		cmocka_unit_test(any_size_is_safe),
		cmocka_unit_test(a_monkey_does_not_break_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
