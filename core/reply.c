/* reply.c - see reply.h. A new kind of reply: a member of enum reply_kind, a
 * reader here, a case in reply_read(). Refusals are in reply_refusal.c. */
#include "config.h"

#include "core/reply.h"

#include "core/buf.h"
#include "core/json.h"
#include "core/mem.h"
#include "core/member.h"
#include "core/reply_task.h"
#include "core/text.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_BYTES 60 /* columns shown of a body that is no JSON */

void
reply_init(struct reply *r, enum reply_kind kind)
{
	*r = (struct reply){ .kind = kind, .total = -1 };
	r->file.id = mem_strdup("");
	r->file.attachment_url = mem_strdup("");
	r->file.mime_type = mem_strdup("");
}

static void
project_done(struct project *p)
{
	free(p->name);
	free(p->type);
}

static void
batch_done(struct batch *b)
{
	free(b->name);
	free(b->project);
	free(b->status);
	free(b->callback);
	free(b->metadata);
}

void
reply_done(struct reply *r)
{
	for (size_t i = 0; i < r->task_count; i++)
		task_done(&r->tasks[i]);
	for (size_t i = 0; i < r->project_count; i++)
		project_done(&r->projects[i]);
	for (size_t i = 0; i < r->batch_count; i++)
		batch_done(&r->batches[i]);
	free(r->tasks);
	free(r->projects);
	free(r->batches);
	free(r->file.id);
	free(r->file.attachment_url);
	free(r->file.mime_type);
	free(r->next_token);
	*r = (struct reply){ .kind = r->kind, .total = -1 };
}

/* Room for one more element; doubles when count is a power of two. */
static void *
room(void *array, size_t count, size_t size)
{
	if (count & (count - 1))
		return array;
	return mem_grow(array, count ? 2 * count : 1, size);
}

static bool
add_task(struct reply *r, const struct json_span *object)
{
	struct task t;

	task_init(&t);
	if (!reply_task_read(&t, object)) {
		task_done(&t);
		return false;
	}
	r->tasks = room(r->tasks, r->task_count, sizeof(*r->tasks));
	r->tasks[r->task_count++] = t;
	return true;
}

/* Parameters are kept as versions, oldest first. Source: API reference, Projects. */
static long
last_version(const struct json_span *object)
{
	struct json_span history, last = { .type = JSON_NULL };
	struct json_iter it = { .next = NULL };

	if (!member_get(object, "param_history", JSON_ARRAY, &history))
		return -1;
	while (json_each(&history, &it))
		last = it.value;
	return member_long(&last, "version", -1);
}

static bool
add_project(struct reply *r, const struct json_span *object)
{
	struct project p = { .version = last_version(object) };

	p.name = mem_strdup("");
	p.type = mem_strdup("");
	member_string(object, "name", &p.name);
	member_string(object, "type", &p.type);
	p.created_ms = member_time(object, "created_at");
	p.rapid = member_bool(object, "rapid");
	if (!p.name[0]) {
		project_done(&p);
		return false;
	}
	r->projects = room(r->projects, r->project_count, sizeof(*r->projects));
	r->projects[r->project_count++] = p;
	return true;
}

static long
counter(const struct json_span *object, const char *key, long absent)
{
	long n = member_long(object, key, absent);

	return n >= 0 ? n : -1;
}

/* zero: what a counter that is not there means; the status call leaves zeros out. */
static void
read_batch(struct batch *b, const struct json_span *object, long zero)
{
	*b = (struct batch){ .name = mem_strdup("") };
	b->project = mem_strdup("");
	b->status = mem_strdup("");
	b->callback = mem_strdup("");
	b->metadata = mem_strdup("");
	member_string(object, "name", &b->name);
	member_string(object, "project", &b->project);
	member_string(object, "status", &b->status);
	member_string(object, "callback", &b->callback);
	member_raw(object, "metadata", JSON_OBJECT, &b->metadata);
	b->created_ms = member_time(object, "created_at");
	b->pending = counter(object, "pending", zero);
	b->completed = counter(object, "completed", zero);
	b->error = counter(object, "error", zero);
	b->canceled = counter(object, "canceled", zero);
}

static void
keep_batch(struct reply *r, const struct batch *b)
{
	r->batches = room(r->batches, r->batch_count, sizeof(*r->batches));
	r->batches[r->batch_count++] = *b;
}

static bool
add_batch(struct reply *r, const struct json_span *object)
{
	struct batch b;

	read_batch(&b, object, -1);
	if (!b.name[0]) {
		batch_done(&b);
		return false;
	}
	keep_batch(r, &b);
	return true;
}

static bool
add_batch_status(struct reply *r, const struct json_span *object)
{
	struct batch b;

	read_batch(&b, object, 0);
	if (!b.status[0]) {
		batch_done(&b);
		return false;
	}
	keep_batch(r, &b);
	return true;
}

static bool
add_file(struct reply *r, const struct json_span *object)
{
	member_string(object, "id", &r->file.id);
	member_string(object, "attachment_url", &r->file.attachment_url);
	member_string(object, "mime_type", &r->file.mime_type);
	r->file.size = member_long(object, "size", 0);
	return r->file.attachment_url[0] != '\0';
}

struct reader { /* how to read the one thing, or each of many */
	bool (*add)(struct reply *r, const struct json_span *object);
	enum { ONE, LIST, PAGE } shape;
	const char *name; /* of the key that every object must have */
	const char *what; /* for error texts */
};

static const struct reader readers[] = {
	/* clang-format off */
	[REPLY_TASK]         = { add_task,         ONE,  "task_id",        "a task" },
	[REPLY_TASK_PAGE]    = { add_task,         PAGE, "task_id",        "a page of tasks" },
	[REPLY_PROJECT]      = { add_project,      ONE,  "name",           "a project" },
	[REPLY_PROJECT_LIST] = { add_project,      LIST, "name",           "a list of projects" },
	[REPLY_BATCH]        = { add_batch,        ONE,  "name",           "a batch" },
	[REPLY_BATCH_PAGE]   = { add_batch,        PAGE, "name",           "a page of batches" },
	[REPLY_BATCH_STATUS] = { add_batch_status, ONE,  "status",         "the status of a batch" },
	[REPLY_FILE]         = { add_file,         ONE,  "attachment_url", "a file" },
	/* clang-format on */
};

static void
read_items(struct reply *r, const struct reader *how, const struct json_span *list)
{
	struct json_iter it = { .next = NULL };
	size_t seen = 0;

	while (json_each(list, &it))
		if (seen++ >= REPLY_ITEMS_MAX || it.value.type != JSON_OBJECT ||
		    !how->add(r, &it.value))
			r->skipped++;
}

/* Tasks say "total" and bring a token, batches say "totalDocs". Source: scale-api 7.2, 10.2. */
static void
read_page(struct reply *r, const struct json_span *page)
{
	r->total = counter(page, "total", counter(page, "totalDocs", -1));
	r->has_more = member_bool(page, "has_more");
	member_string(page, "next_token", &r->next_token);
	if (r->next_token && !r->next_token[0]) {
		free(r->next_token);
		r->next_token = NULL;
	}
}

static enum err_code
not_json(const char *body, size_t n, struct err *err)
{
	struct buf first = BUF_INIT(1024);
	size_t line = 0;

	while (n > 0 && memchr(" \t\r\n", body[0], 4)) {
		body++;
		n--;
	}
	while (line < n && body[line] != '\n' && body[line] != '\r')
		line++;
	if (line == 0)
		return err_set(err, ERR_PARSE, "the answer is empty");
	err_wrap(err, "the answer is no JSON we can take");
	err->code = ERR_PARSE;
	text_show(&first, untrusted(body, line < 4 * FIRST_BYTES ? line : 4 * FIRST_BYTES),
		  FIRST_BYTES);
	err_hint(err, "it begins with: %s", buf_str(&first));
	buf_free(&first);
	return err->code;
}

enum err_code
reply_read(struct reply *r, const char *body, size_t n, struct err *err)
{
	const struct reader *how = &readers[r->kind];
	struct json_span value, list;

	if (json_scan(body, n, &value, NULL, err))
		return not_json(body, n, err);
	if (how->shape == ONE) {
		if (value.type == JSON_OBJECT && how->add(r, &value))
			return ERR_OK;
		return err_set(err, ERR_PARSE, "the answer is not %s: no %s in it", how->what,
			       how->name);
	}
	list = value;
	if (how->shape == PAGE && !member_get(&value, "docs", JSON_ARRAY, &list))
		return err_set(err, ERR_PARSE, "the answer is not %s: no docs in it", how->what);
	if (list.type != JSON_ARRAY)
		return err_set(err, ERR_PARSE, "the answer is not %s", how->what);
	if (how->shape == PAGE)
		read_page(r, &value);
	read_items(r, how, &list);
	return ERR_OK;
}
