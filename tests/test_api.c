/* test_api.c - every call against the real sandbox, over TCP and over a unix socket. */
#include "config.h"

#include "tests/drive.h"
#include "tests/sandbox.h"
#include "tests/scratch.h"
#include "tests/test.h"

#include "core/api.h"
#include "core/buf.h"
#include "core/mem.h"

#include <signal.h>
#include <unistd.h>

#define PROJECT "Urban Fusion"
#define OTHER   "65a6f0c51c9d4400a1b2c3d4" /* an id of nobody */

struct world { /* one way to reach a sandbox */
	bool over_unix;
	void *folder;
	struct sandbox *sandbox;
	struct api *live, *test;
	int made; /* for unique ids */
};

static struct world tcp = { .over_unix = false }, local = { .over_unix = true };

static struct api *
client(const struct world *w, const char *key)
{
	struct err err = ERR_INIT;
	struct api *a = api_new(&(struct api_setup){ .base_url = sandbox_url(w->sandbox),
						     .unix_path = sandbox_unix(w->sandbox),
						     .key = key,
						     .key_origin = "the test" },
				&err);

	if (!a)
		fail_msg("%s", err.msg);
	return a;
}

static void
open_world(struct world *w)
{
	static const char *const args[] = { "--work", "100000", NULL };

	assert_int_equal(scratch_setup(&w->folder), 0);
	w->sandbox = sandbox_start(w->over_unix ? scratch_path(w->folder, "door") : NULL, args);
	w->live = client(w, SANDBOX_LIVE);
	w->test = client(w, SANDBOX_TEST);
}

static void
close_world(struct world *w)
{
	api_free(w->live);
	api_free(w->test);
	sandbox_stop(w->sandbox);
	scratch_teardown(&w->folder);
}

static int
open_both(void **state)
{
	(void)state;
	open_world(&tcp);
	open_world(&local);
	return 0;
}

static int
close_both(void **state)
{
	(void)state;
	close_world(&tcp);
	close_world(&local);
	return 0;
}

/* The event of the call that code and err are of the start of. */
static void
finish(struct api *a, enum err_code code, const struct err *err, struct api_event *ev)
{
	if (code)
		fail_msg("%s", err->msg);
	drive(a, ev);
}

#define CALL(a, ev, fn, ...)                                                    \
	do {                                                                    \
		struct err err_ = ERR_INIT;                                     \
		int ticket_ = 0;                                                \
		enum err_code code_ = fn((a), __VA_ARGS__, 0, &ticket_, &err_); \
		finish((a), code_, &err_, (ev));                                \
		assert_int_equal((ev)->ticket, ticket_);                        \
	} while (0)

static void
must(const struct api_event *ev, enum err_code code)
{
	if (ev->err.code != code)
		fail_msg("%s: %s instead of %s: %s (%s)", endpoints[ev->endpoint].name,
			 err_name(ev->err.code), err_name(code), ev->err.msg, ev->err.hint);
}

/* Create a task with a unique_id of its own; both are owned by the caller. */
static void
make_task(struct world *w, char **task_id, char **unique_id)
{
	struct buf payload = BUF_INIT(1024), id = BUF_INIT(64);
	struct api_event ev;

	buf_addf(&id, "run/%d \xC3\xA4&=+", w->made++);
	buf_addf(&payload,
		 "{\"project\":\"" PROJECT "\",\"attachments\":[\"s3://b/k.sfs\"],"
		 "\"scene_format\":\"sensor_fusion\",\"unique_id\":\"%s\",\"priority\":20,"
		 "\"tags\":[\"night\"]}",
		 buf_str(&id));
	CALL(w->live, &ev, api_task_create, payload.p, payload.len);
	must(&ev, ERR_OK);
	assert_int_equal(ev.reply.task_count, 1);
	assert_string_equal(ev.reply.tasks[0].unique_id, buf_str(&id));
	*task_id = mem_strdup(ev.reply.tasks[0].task_id);
	*unique_id = buf_take(&id);
	buf_free(&payload);
}

static void
a_task_is_created_and_found_by_its_ids(void **state)
{
	struct world *w = *state;
	struct api_event ev;
	const struct task *t;
	char *id, *unique;

	make_task(w, &id, &unique);
	CALL(w->live, &ev, api_task_get, id);
	must(&ev, ERR_OK);
	t = &ev.reply.tasks[0];
	assert_string_equal(t->task_id, id);
	assert_string_equal(t->unique_id, unique);
	assert_string_equal(t->type, "multistage");
	assert_string_equal(t->status, "pending");
	assert_string_equal(t->project, PROJECT);
	assert_string_equal(t->tags, "night");
	assert_false(t->is_test);
	assert_true(t->created_ms > 0 && t->json[0] == '{');

	CALL(w->live, &ev, api_task_list,
	     &((struct api_list){ .unique_ids = (const char *const[]){ unique, "no such" },
				  .unique_id_count = 2 }));
	must(&ev, ERR_OK);
	assert_int_equal(ev.reply.task_count, 1);
	assert_string_equal(ev.reply.tasks[0].task_id, id);
	assert_int_equal(ev.reply.total, 1);
	assert_false(ev.reply.has_more);

	/* the two environments share nothing */
	CALL(w->test, &ev, api_task_get, id);
	must(&ev, ERR_NOT_FOUND);
	free(id);
	free(unique);
}

static void
a_second_task_of_an_id_is_a_conflict_that_names_the_first(void **state)
{
	struct world *w = *state;
	struct buf payload = BUF_INIT(1024);
	struct api_event ev;
	char *id, *unique;

	make_task(w, &id, &unique);
	buf_addf(&payload,
		 "{\"project\":\"" PROJECT "\",\"attachments\":[\"s3://b/k.sfs\"],"
		 "\"scene_format\":\"sensor_fusion\",\"unique_id\":\"%s\"}",
		 unique);
	CALL(w->live, &ev, api_task_create, payload.p, payload.len);
	must(&ev, ERR_CONFLICT);
	assert_string_equal(ev.owner_task_id, id);
	assert_string_equal(ev.err.field, "unique_id");
	buf_free(&payload);
	free(id);
	free(unique);
}

static void
a_task_of_the_test_key_is_done_at_once(void **state)
{
	static const char payload[] = "{\"project\":\"" PROJECT "\",\"scene_format\":"
				      "\"sensor_fusion\",\"attachments\":[\"s3://b/k.sfs\"]}";
	struct world *w = *state;
	struct api_event ev;

	CALL(w->test, &ev, api_task_create, payload, sizeof(payload) - 1);
	must(&ev, ERR_OK);
	assert_string_equal(ev.reply.tasks[0].status, "completed");
	assert_true(ev.reply.tasks[0].is_test);
	assert_true(ev.reply.tasks[0].completed_ms > 0);
}

static void
a_refusal_names_the_field_to_change(void **state)
{
	static const struct {
		const char *payload;
		enum err_code code;
		const char *field;
	} cases[] = {
		{ "{\"project\":\"" PROJECT "\",\"scene_format\":\"sensor_fusion\"}", ERR_API,
		  "attachments" },
		{ "{\"project\":\"Front Perception 3D\",\"attachments\":[\"s3://b/k\"]}", ERR_API,
		  "scene_format" },
		{ "{\"project\":\"" PROJECT "\",\"scene_format\":\"sensor_fusion\","
		  "\"attachments\":[\"s3://b/k\"],\"priority\":15}",
		  ERR_API, "priority" },
		{ "{\"project\":\"" PROJECT "\",\"scene_format\":\"sensor_fusion\","
		  "\"attachments\":[\"no address\"]}",
		  ERR_API, "attachments" },
		{ "{\"scene_format\":\"sensor_fusion\",\"attachments\":[\"s3://b/k\"]}", ERR_API,
		  "project" },
		{ "{", ERR_API, NULL },
	};
	struct world *w = *state;
	struct api_event ev;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CALL(w->live, &ev, api_task_create, cases[i].payload, strlen(cases[i].payload));
		must(&ev, cases[i].code);
		if ((ev.err.field == NULL) != (cases[i].field == NULL) ||
		    (ev.err.field && strcmp(ev.err.field, cases[i].field) != 0))
			fail_msg("row %zu: %s: field %s", i, ev.err.msg,
				 ev.err.field ? ev.err.field : "none");
	}
}

static void
a_key_that_nobody_knows_is_named(void **state)
{
	struct world *w = *state;
	struct api *a = client(w, "dummy_api_key_1234");
	struct api_event ev;

	CALL(a, &ev, api_batch_get, "x");
	must(&ev, ERR_AUTH);
	assert_non_null(strstr(ev.err.msg, "....1234 from the test"));
	api_free(a);
}

/* Walk all pages of q; how many tasks there were, each seen once. */
static long
walk(struct api *a, struct api_list q, long *total)
{
	struct buf seen = BUF_INIT(1u << 20);
	char *token = NULL;
	struct api_event ev;
	bool more = true;
	long n = 0;

	for (int page = 0; more; page++) {
		if (page > 100)
			fail_msg("the pages do not end");
		q.next_token = token;
		CALL(a, &ev, api_task_list, &q);
		must(&ev, ERR_OK);
		for (size_t i = 0; i < ev.reply.task_count; i++, n++) {
			if (strstr(buf_str(&seen), ev.reply.tasks[i].task_id))
				fail_msg("%s twice", ev.reply.tasks[i].task_id);
			buf_addf(&seen, "%s ", ev.reply.tasks[i].task_id);
		}
		*total = ev.reply.total;
		more = ev.reply.has_more;
		free(token);
		token = more && ev.reply.next_token ? mem_strdup(ev.reply.next_token) : NULL;
		if (more && !token)
			fail_msg("more, but no token");
	}
	free(token);
	buf_free(&seen);
	return n;
}

static void
pages_are_walked_to_their_end(void **state)
{
	struct world *w = *state;
	const struct api_list failed = { .project = PROJECT, .status = "error", .limit = 7 };
	long total = 0, n;

	n = walk(w->live, (struct api_list){ .project = PROJECT }, &total);
	assert_int_equal(n, total);
	assert_true(total > 300);
	n = walk(w->live, failed, &total);
	assert_int_equal(n, total);
	assert_true(total > 7);
}

/* Every filter keeps what it says: all that came back fit, and something was kept out. */
static void
each_filter_is_obeyed(void **state)
{
	struct world *w = *state;
	struct api_event ev;
	int64_t middle, done;
	long all, n;

	CALL(w->live, &ev, api_task_list, &((struct api_list){ .limit = 1 }));
	must(&ev, ERR_OK);
	all = ev.reply.total;
	assert_true(all >= 2000);
	CALL(w->live, &ev, api_task_list,
	     &((struct api_list){ .status = "completed", .limit = 100 }));
	must(&ev, ERR_OK);
	middle = ev.reply.tasks[99].created_ms;
	done = ev.reply.tasks[50].completed_ms;
	assert_true(middle > 0 && done > 0);
	const struct api_list lists[] = {
		{ .project = PROJECT },
		{ .batch = "urban/oslo-1" },
		{ .status = "completed" },
		{ .tags = (const char *const[]){ "fog" }, .tag_count = 1 },
		{ .created_after_ms = middle },
		{ .created_before_ms = middle },
		{ .completed_after_ms = done },
		{ .completed_before_ms = done },
		{ .updated_after_ms = done },
		{ .updated_before_ms = done },
		{ .customer_review_status = "accepted,fixed" },
	};

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		const struct api_list *q = &lists[i];

		CALL(w->live, &ev, api_task_list, q);
		must(&ev, ERR_OK);
		n = ev.reply.total;
		if (n < 1 || n >= all)
			fail_msg("row %zu: %ld of %ld", i, n, all);
		for (size_t k = 0; k < ev.reply.task_count; k++) {
			const struct task *t = &ev.reply.tasks[k];

			if ((q->project && strcmp(t->project, q->project) != 0) ||
			    (q->batch && strcmp(t->batch, q->batch) != 0) ||
			    (q->status && strcmp(t->status, q->status) != 0) ||
			    (q->tag_count && !strstr(t->tags, q->tags[0])) ||
			    (q->created_after_ms && t->created_ms < q->created_after_ms) ||
			    (q->created_before_ms && t->created_ms > q->created_before_ms) ||
			    (q->completed_after_ms && t->completed_ms < q->completed_after_ms) ||
			    (q->completed_before_ms && t->completed_ms > q->completed_before_ms) ||
			    (q->updated_after_ms && t->updated_ms < q->updated_after_ms) ||
			    (q->updated_before_ms && t->updated_ms > q->updated_before_ms))
				fail_msg("row %zu: %s does not fit", i, t->json);
		}
	}
}

static void
a_limited_answer_has_the_keys_of_a_list_only(void **state)
{
	struct world *w = *state;
	struct api_event ev;

	CALL(w->live, &ev, api_task_list,
	     &((struct api_list){ .type = "multistage", .limited_response = true, .limit = 3 }));
	must(&ev, ERR_OK);
	assert_int_equal(ev.reply.task_count, 3);
	assert_string_equal(ev.reply.tasks[0].type, "");
	assert_true(ev.reply.tasks[0].status[0]);
	CALL(w->live, &ev, api_task_list,
	     &((struct api_list){ .include_attachment_url = true, .limit = 3 }));
	must(&ev, ERR_OK);
	CALL(w->live, &ev, api_task_list, &((struct api_list){ .next_token = "nonsense" }));
	must(&ev, ERR_API);
	assert_int_equal(ev.status, 400);
}

static void
a_failed_task_says_why(void **state)
{
	struct world *w = *state;
	struct api_event ev;

	CALL(w->live, &ev, api_task_list, &((struct api_list){ .status = "error" }));
	must(&ev, ERR_OK);
	assert_true(ev.reply.task_count > 10);
	for (size_t i = 0; i < ev.reply.task_count; i++)
		if (!ev.reply.tasks[i].note[0])
			fail_msg("no note: %s", ev.reply.tasks[i].json);
}

static void
a_waiting_task_can_be_canceled_and_its_id_freed(void **state)
{
	struct world *w = *state;
	struct api_event ev;
	char *id, *unique;

	for (int clear = 0; clear < 2; clear++) {
		make_task(w, &id, &unique);
		CALL(w->live, &ev, api_task_cancel, id, clear);
		must(&ev, ERR_OK);
		assert_string_equal(ev.reply.tasks[0].status, "canceled");
		assert_string_equal(ev.reply.tasks[0].unique_id, clear ? "" : unique);
		free(id);
		free(unique);
	}
	CALL(w->live, &ev, api_task_cancel, OTHER, false);
	must(&ev, ERR_NOT_FOUND);
	CALL(w->live, &ev, api_task_list,
	     &((struct api_list){ .status = "completed", .limit = 1 }));
	id = mem_strdup(ev.reply.tasks[0].task_id);
	CALL(w->live, &ev, api_task_cancel, id, false);
	must(&ev, ERR_API);
	assert_int_equal(ev.status, 400);
	free(id);
}

static void
metadata_are_replaced_as_a_whole(void **state)
{
	static const char *const objects[] = { "{\"z\":1.10,\"a\":{\"b\":[\"/\"]}}", "{}" };
	struct world *w = *state;
	struct api_event ev;
	char *id, *unique, want[128];

	make_task(w, &id, &unique);
	for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++) {
		CALL(w->live, &ev, api_task_set_metadata, id, objects[i]);
		must(&ev, ERR_OK);
		snprintf(want, sizeof(want), "\"metadata\":%s", objects[i]);
		if (!strstr(ev.reply.tasks[0].json, want))
			fail_msg("no %s in %s", want, ev.reply.tasks[0].json);
	}
	free(id);
	free(unique);
}

static void
a_unique_id_can_be_changed_taken_away_and_be_in_use(void **state)
{
	struct world *w = *state;
	char *first, *first_unique, *second, *second_unique;
	struct api_event ev;

	make_task(w, &first, &first_unique);
	make_task(w, &second, &second_unique);
	CALL(w->live, &ev, api_unique_id_set, second, first_unique);
	must(&ev, ERR_CONFLICT);
	assert_string_equal(ev.owner_task_id, first);
	CALL(w->live, &ev, api_unique_id_delete, first);
	must(&ev, ERR_OK);
	assert_string_equal(ev.reply.tasks[0].unique_id, "");
	CALL(w->live, &ev, api_unique_id_set, second, first_unique);
	must(&ev, ERR_OK);
	assert_string_equal(ev.reply.tasks[0].unique_id, first_unique);
	CALL(w->live, &ev, api_unique_id_delete, OTHER);
	must(&ev, ERR_NOT_FOUND);
	free(first);
	free(first_unique);
	free(second);
	free(second_unique);
}

static void
tags_are_added_removed_and_replaced(void **state)
{
	static const struct {
		enum endpoint_id which;
		const char *tags[3];
		size_t n;
		const char *after;
	} steps[] = {
		{ ENDPOINT_TAGS_ADD, { "rain", "night" }, 2, "night\nrain" },
		{ ENDPOINT_TAGS_REMOVE, { "night", "absent" }, 2, "rain" },
		{ ENDPOINT_TAGS_ADD, { NULL }, 0, "rain" },
		{ ENDPOINT_TAGS_REPLACE, { "a:b", "\xC3\xA4\"" }, 2, "a:b\n\xC3\xA4\"" },
		{ ENDPOINT_TAGS_REPLACE, { NULL }, 0, "" },
	};
	struct world *w = *state;
	struct api_event ev;
	char *id, *unique;

	make_task(w, &id, &unique);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		const struct api_tags tags = { .which = steps[i].which,
					       .tags = steps[i].tags,
					       .n = steps[i].n };

		CALL(w->live, &ev, api_tags, id, &tags);
		must(&ev, ERR_OK);
		assert_int_equal(ev.endpoint, steps[i].which);
		if (strcmp(ev.reply.tasks[0].tags, steps[i].after) != 0)
			fail_msg("step %zu: %s", i, ev.reply.tasks[0].tags);
	}
	free(id);
	free(unique);
}

static void
projects_come_as_a_list_and_by_name(void **state)
{
	struct world *w = *state;
	struct err err = ERR_INIT;
	struct api_event ev;
	int ticket;
	char *name;
	size_t n;

	finish(w->live, api_project_list(w->live, 0, &ticket, &err), &err, &ev);
	must(&ev, ERR_OK);
	n = ev.reply.project_count;
	assert_true(n >= 5);
	assert_int_equal(ev.reply.skipped, 0);
	for (size_t i = 0; i < n; i++) {
		finish(w->live, api_project_list(w->live, 0, &ticket, &err), &err, &ev);
		name = mem_strdup(ev.reply.projects[i].name);
		CALL(w->live, &ev, api_project_get, name); /* with blanks, slashes, accents */
		must(&ev, ERR_OK);
		assert_string_equal(ev.reply.projects[0].name, name);
		assert_true(ev.reply.projects[0].type[0] && ev.reply.projects[0].created_ms > 0);
		free(name);
	}
	CALL(w->live, &ev, api_project_get, "..");
	must(&ev, ERR_NOT_FOUND);
}

static void
batches_come_by_offset_and_by_name(void **state)
{
	struct world *w = *state;
	struct api_event ev;
	char name[128];
	long offset = 0, total;

	do {
		CALL(w->live, &ev, api_batch_list,
		     &((struct api_batches){ .offset = offset, .limit = 7 }));
		must(&ev, ERR_OK);
		total = ev.reply.total;
		assert_true(ev.reply.batch_count > 0 && ev.reply.batch_count <= 7);
		offset += (long)ev.reply.batch_count;
		snprintf(name, sizeof(name), "%s", ev.reply.batches[0].name);
	} while (ev.reply.has_more && offset < 1000);
	assert_int_equal(offset, total);
	assert_true(total >= 30);

	CALL(w->live, &ev, api_batch_get, name);
	must(&ev, ERR_OK);
	assert_string_equal(ev.reply.batches[0].name, name);
	assert_true(ev.reply.batches[0].project[0] && ev.reply.batches[0].status[0]);
	CALL(w->live, &ev, api_batch_status, "urban/oslo-1");
	must(&ev, ERR_OK);
	assert_true(ev.reply.batches[0].pending + ev.reply.batches[0].completed > 0);
	assert_true(ev.reply.batches[0].error >= 0 && ev.reply.batches[0].canceled >= 0);
	CALL(w->live, &ev, api_batch_list,
	     &((struct api_batches){ .project = PROJECT, .status = "in_progress" }));
	must(&ev, ERR_OK);
	for (size_t i = 0; i < ev.reply.batch_count; i++)
		assert_string_equal(ev.reply.batches[i].project, PROJECT);
	CALL(w->live, &ev, api_batch_status, "no such batch");
	must(&ev, ERR_NOT_FOUND);
}

static void
files_go_up_or_are_fetched(void **state)
{
	struct world *w = *state;
	const char *path = scratch_path(w->folder, "sc\xC3\xA8ne 1.json");
	const struct api_file up = { .path = path,
				     .project_name = PROJECT,
				     .display_name = "a scene",
				     .reference_id = "ref-1",
				     .metadata = "{\"a\":1.10}" };
	const struct api_file import = { .url = "https://data.example/1.json",
					 .project_name = PROJECT,
					 .metadata = "{\"a\":1.10}" };
	struct api_event ev;

	scratch_write(path, "{\"points\":[]}", 13);
	CALL(w->live, &ev, api_file_upload, &up);
	must(&ev, ERR_OK);
	assert_memory_equal(ev.reply.file.attachment_url, "scaledata://", 12);
	assert_int_equal(ev.reply.file.size, 13);
	assert_true(ev.reply.file.id[0]);
	CALL(w->live, &ev, api_file_upload, &up);
	must(&ev, ERR_CONFLICT);
	CALL(w->live, &ev, api_file_import, &import);
	must(&ev, ERR_OK);
	assert_memory_equal(ev.reply.file.attachment_url, "scaledata://", 12);
	CALL(w->live, &ev, api_file_import, &((struct api_file){ .url = "no address" }));
	must(&ev, ERR_API);
	unlink(path);
}

static void
many_calls_run_at_once(void **state)
{
	enum { N = 50 };
	struct world *w = *state;
	bool seen[N] = { false };
	int first = 0, ticket;

	for (int i = 0; i < N; i++) {
		struct err err = ERR_INIT;

		if (api_task_list(w->live, &(struct api_list){ .limit = 100 }, 0, &ticket, &err))
			fail_msg("%s", err.msg);
		if (i == 0)
			first = ticket;
	}
	for (int i = 0; i < N; i++) {
		struct api_event ev;

		drive(w->live, &ev);
		must(&ev, ERR_OK);
		assert_int_equal(ev.reply.task_count, 100);
		assert_false(seen[ev.ticket - first]);
		seen[ev.ticket - first] = true;
	}
	assert_int_equal(api_running(w->live), 0);
}

static void
after_a_crash_of_the_server_nothing_leaves(void **state)
{
	struct world *old = *state, w = { .over_unix = old->over_unix };
	struct api_event ev;

	open_world(&w);
	CALL(w.live, &ev, api_batch_get, "urban/oslo-1"); /* a connection stands */
	must(&ev, ERR_OK);
	sandbox_kill(w.sandbox);
	CALL(w.live, &ev, api_task_create, "{}", 2);
	must(&ev, ERR_NET);
	assert_false(ev.left);
	api_free(w.live);
	api_free(w.test);
	unlink(scratch_path(w.folder, "door"));
	scratch_teardown(&w.folder);
}

#define BOTH(f)                                                 \
	{ #f "_over_tcp", f, NULL, NULL, &tcp },                \
	{                                                       \
#f "_over_a_unix_socket", f, NULL, NULL, &local \
	}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(a_task_is_created_and_found_by_its_ids),
		BOTH(a_second_task_of_an_id_is_a_conflict_that_names_the_first),
		BOTH(a_task_of_the_test_key_is_done_at_once),
		BOTH(a_refusal_names_the_field_to_change),
		BOTH(a_key_that_nobody_knows_is_named),
		BOTH(pages_are_walked_to_their_end),
		BOTH(each_filter_is_obeyed),
		BOTH(a_limited_answer_has_the_keys_of_a_list_only),
		BOTH(a_failed_task_says_why),
		BOTH(a_waiting_task_can_be_canceled_and_its_id_freed),
		BOTH(metadata_are_replaced_as_a_whole),
		BOTH(a_unique_id_can_be_changed_taken_away_and_be_in_use),
		BOTH(tags_are_added_removed_and_replaced),
		BOTH(projects_come_as_a_list_and_by_name),
		BOTH(batches_come_by_offset_and_by_name),
		BOTH(files_go_up_or_are_fetched),
		BOTH(many_calls_run_at_once),
		BOTH(after_a_crash_of_the_server_nothing_leaves),
	};

	signal(SIGPIPE, SIG_IGN); /* as main() does */
	return cmocka_run_group_tests_name("api", tests, open_both, close_both);
}
