/* api_calls.c - one function per call of the REST API. See api.h, and api.c for the rest.
 *
 * Ids and names come raw and are escaped here. Bodies are built with json.h; an
 * empty object or list is sent as {} or []. Source: scale-api 6, 7, 10, 11.
 */
#include "config.h"

#include "core/api.h"

#include "core/api_parts.h"
#include "core/buf.h"
#include "core/clock.h"
#include "core/field.h"
#include "core/json.h"
#include "core/query.h"
#include "core/text.h"

#include <string.h>

#define PATH_MAX_BYTES (64u << 10)
#define BODY_MAX_BYTES (1u << 20) /* of what is built here; a payload is as long as it is */
#define LIMIT_MAX      100

/* --- putting a request together --- */

struct ask {
	enum endpoint_id endpoint;
	struct buf path, body;
	bool has_body;
};

/* arg: the id or name in the path; NULL for a path without one. */
static enum err_code
ask_init(struct ask *ask, enum endpoint_id endpoint, const char *arg, struct err *err)
{
	*ask = (struct ask){ .endpoint = endpoint,
			     .path = BUF_INIT(PATH_MAX_BYTES),
			     .body = BUF_INIT(BODY_MAX_BYTES) };
	if (arg && !arg[0])
		return err_set(err, ERR_USAGE, "%s: an id or name is needed",
			       endpoints[endpoint].name);
	query_path(&ask->path, endpoints[endpoint].path, arg);
	return ERR_OK;
}

static void
ask_done(struct ask *ask)
{
	buf_free(&ask->path);
	buf_free(&ask->body);
}

static enum err_code
ask_send(struct ask *ask, struct api *a, int64_t now, int *ticket, struct err *err)
{
	struct http_request req = { .path = buf_str(&ask->path) };

	if (ask->has_body) {
		req.body = buf_str(&ask->body);
		req.body_len = ask->body.len;
	}
	if (ask->path.full || ask->body.full)
		return err_set(err, ERR_TOO_BIG, "%s: the request is too long",
			       endpoints[ask->endpoint].name);
	return api_send(a, ask->endpoint, &req, now, ticket, err);
}

/* A call without a body. */
static enum err_code
simple(struct api *a, enum endpoint_id endpoint, const char *arg, int64_t now, int *ticket,
       struct err *err)
{
	enum err_code code;
	struct ask ask;

	code = ask_init(&ask, endpoint, arg, err);
	if (!code)
		code = ask_send(&ask, a, now, ticket, err);
	ask_done(&ask);
	return code;
}

static enum err_code
check_utf8(const char *what, const char *s, struct err *err)
{
	size_t at;

	if (text_valid(s, strlen(s), &at))
		return ERR_OK;
	return err_set(err, ERR_RULE, "%s is no UTF-8 at byte %zu", what, at + 1);
}

/* Add "key":"value" to an object that is being built; NULL adds nothing. */
static void
add_member(struct buf *body, const char *key, const char *value)
{
	if (!value)
		return;
	buf_adds(body, body->len > 1 ? "," : "");
	json_quote(body, key, strlen(key));
	buf_adds(body, ":");
	json_quote(body, value, strlen(value));
}

static long
page_size(int limit)
{
	return limit < 1 || limit > LIMIT_MAX ? LIMIT_MAX : limit;
}

/* --- tasks --- */

enum err_code
api_task_create(struct api *a, const void *payload, size_t n, int64_t now, int *ticket,
		struct err *err)
{
	struct http_request req = { .path = endpoints[ENDPOINT_TASK_CREATE].path,
				    .body = payload,
				    .body_len = n };

	return api_send(a, ENDPOINT_TASK_CREATE, &req, now, ticket, err);
}

enum err_code
api_task_get(struct api *a, const char *task_id, int64_t now, int *ticket, struct err *err)
{
	return simple(a, ENDPOINT_TASK_GET, task_id, now, ticket, err);
}

static void
add_time(struct buf *path, const char *key, int64_t ms)
{
	char text[CLOCK_ISO_SIZE];

	if (!ms)
		return;
	clock_iso(ms, text, sizeof(text));
	query_add(path, key, text);
}

/* Lists travel as repeated keys. Source: scale-api 1. */
static void
add_filters(struct buf *path, const struct api_list *q)
{
	query_add(path, "project", q->project);
	query_add(path, "batch", q->batch);
	query_add(path, "type", q->type);
	query_add(path, "status", q->status);
	for (size_t i = 0; i < q->unique_id_count; i++)
		query_add(path, "unique_id", q->unique_ids[i]);
	for (size_t i = 0; i < q->tag_count; i++)
		query_add(path, "tags", q->tags[i]);
	add_time(path, "start_time", q->created_after_ms);
	add_time(path, "end_time", q->created_before_ms);
	add_time(path, "completed_after", q->completed_after_ms);
	add_time(path, "completed_before", q->completed_before_ms);
	add_time(path, "updated_after", q->updated_after_ms);
	add_time(path, "updated_before", q->updated_before_ms);
	query_add(path, "customer_review_status", q->customer_review_status);
	query_add(path, "include_attachment_url", q->include_attachment_url ? "true" : NULL);
	query_add(path, "limited_response", q->limited_response ? "true" : NULL);
	query_add_number(path, "limit", page_size(q->limit));
	query_add(path, "next_token", q->next_token);
}

enum err_code
api_task_list(struct api *a, const struct api_list *q, int64_t now, int *ticket, struct err *err)
{
	enum err_code code;
	struct ask ask;

	code = ask_init(&ask, ENDPOINT_TASK_LIST, NULL, err);
	if (!code) {
		add_filters(&ask.path, q);
		code = ask_send(&ask, a, now, ticket, err);
	}
	ask_done(&ask);
	return code;
}

enum err_code
api_task_cancel(struct api *a, const char *task_id, bool clear_unique_id, int64_t now, int *ticket,
		struct err *err)
{
	enum err_code code;
	struct ask ask;

	code = ask_init(&ask, ENDPOINT_TASK_CANCEL, task_id, err);
	if (!code) {
		query_add(&ask.path, "clear_unique_id", clear_unique_id ? "true" : NULL);
		code = ask_send(&ask, a, now, ticket, err);
	}
	ask_done(&ask);
	return code;
}

static enum err_code
check_object(const char *text, struct json_span *value, struct err *err)
{
	if (json_scan(text, strlen(text), value, NULL, err) == ERR_OK) {
		if (value->type == JSON_OBJECT)
			return ERR_OK;
		err_set(err, ERR_RULE, "it is no JSON object");
	}
	err_wrap(err, "metadata");
	err->field = fields[FIELD_METADATA].name;
	return err->code;
}

enum err_code
api_task_set_metadata(struct api *a, const char *task_id, const char *object, int64_t now,
		      int *ticket, struct err *err)
{
	struct json_span value;
	enum err_code code;
	struct ask ask;

	code = ask_init(&ask, ENDPOINT_TASK_SET_METADATA, task_id, err);
	if (!code)
		code = check_object(object, &value, err);
	if (!code) {
		buf_add(&ask.body, value.p, value.n);
		ask.has_body = true;
		code = ask_send(&ask, a, now, ticket, err);
	}
	ask_done(&ask);
	return code;
}

enum err_code
api_unique_id_set(struct api *a, const char *task_id, const char *unique_id, int64_t now,
		  int *ticket, struct err *err)
{
	enum err_code code;
	struct ask ask;

	code = ask_init(&ask, ENDPOINT_UNIQUE_ID_SET, task_id, err);
	if (!code)
		code = check_utf8("the unique_id", unique_id, err);
	if (!code) {
		buf_adds(&ask.body, "{");
		add_member(&ask.body, "unique_id", unique_id);
		buf_adds(&ask.body, "}");
		ask.has_body = true;
		code = ask_send(&ask, a, now, ticket, err);
	}
	ask_done(&ask);
	return code;
}

enum err_code
api_unique_id_delete(struct api *a, const char *task_id, int64_t now, int *ticket, struct err *err)
{
	return simple(a, ENDPOINT_UNIQUE_ID_DELETE, task_id, now, ticket, err);
}

/* The body is a bare list, for DELETE as well. Source: scale-api 7.6. */
enum err_code
api_tags(struct api *a, const char *task_id, const struct api_tags *tags, int64_t now, int *ticket,
	 struct err *err)
{
	enum err_code code;
	struct ask ask;

	code = ask_init(&ask, tags->which, task_id, err);
	buf_adds(&ask.body, "[");
	for (size_t i = 0; i < tags->n && !code; i++) {
		buf_adds(&ask.body, i ? "," : "");
		code = check_utf8("a tag", tags->tags[i], err);
		if (!code)
			json_quote(&ask.body, tags->tags[i], strlen(tags->tags[i]));
	}
	buf_adds(&ask.body, "]");
	ask.has_body = true;
	if (!code)
		code = ask_send(&ask, a, now, ticket, err);
	ask_done(&ask);
	return code;
}

/* --- projects and batches --- */

enum err_code
api_project_list(struct api *a, int64_t now, int *ticket, struct err *err)
{
	return simple(a, ENDPOINT_PROJECT_LIST, NULL, now, ticket, err);
}

enum err_code
api_project_get(struct api *a, const char *name, int64_t now, int *ticket, struct err *err)
{
	return simple(a, ENDPOINT_PROJECT_GET, name, now, ticket, err);
}

enum err_code
api_batch_list(struct api *a, const struct api_batches *q, int64_t now, int *ticket,
	       struct err *err)
{
	enum err_code code;
	struct ask ask;

	code = ask_init(&ask, ENDPOINT_BATCH_LIST, NULL, err);
	if (!code) {
		query_add(&ask.path, "project", q->project);
		query_add(&ask.path, "status", q->status);
		query_add_number(&ask.path, "limit", page_size(q->limit));
		if (q->offset > 0)
			query_add_number(&ask.path, "offset", q->offset);
		code = ask_send(&ask, a, now, ticket, err);
	}
	ask_done(&ask);
	return code;
}

enum err_code
api_batch_get(struct api *a, const char *name, int64_t now, int *ticket, struct err *err)
{
	return simple(a, ENDPOINT_BATCH_GET, name, now, ticket, err);
}

enum err_code
api_batch_status(struct api *a, const char *name, int64_t now, int *ticket, struct err *err)
{
	return simple(a, ENDPOINT_BATCH_STATUS, name, now, ticket, err);
}

/* --- files --- */

enum err_code
api_file_upload(struct api *a, const struct api_file *f, int64_t now, int *ticket, struct err *err)
{
	const struct http_part all[] = {
		{ "project_name", f->project_name },
		{ "display_name", f->display_name },
		{ "reference_id", f->reference_id },
		{ "metadata", f->metadata },
	};
	struct http_part parts[ARRAY_LEN(all)];
	struct http_request req = { .path = endpoints[ENDPOINT_FILE_UPLOAD].path,
				    .file = f->path,
				    .parts = parts };

	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		if (all[i].value)
			parts[req.part_count++] = all[i];
	return api_send(a, ENDPOINT_FILE_UPLOAD, &req, now, ticket, err);
}

/* metadata goes as an object here; in the form of an upload it is a string. */
static enum err_code
import_body(struct buf *body, const struct api_file *f, struct err *err)
{
	const char *const texts[] = { f->url, f->project_name, f->display_name, f->reference_id };
	struct json_span metadata;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (texts[i] && check_utf8("a value of the file", texts[i], err))
			return err->code;
	buf_adds(body, "{");
	add_member(body, "file_url", f->url);
	add_member(body, "project_name", f->project_name);
	add_member(body, "display_name", f->display_name);
	add_member(body, "reference_id", f->reference_id);
	if (f->metadata) {
		if (json_scan(f->metadata, strlen(f->metadata), &metadata, NULL, err))
			return err->code;
		buf_adds(body, ",\"metadata\":");
		json_compact(body, &metadata);
	}
	buf_adds(body, "}");
	return ERR_OK;
}

enum err_code
api_file_import(struct api *a, const struct api_file *f, int64_t now, int *ticket, struct err *err)
{
	enum err_code code;
	struct ask ask;

	code = ask_init(&ask, ENDPOINT_FILE_IMPORT, NULL, err);
	if (!code)
		code = import_body(&ask.body, f, err);
	if (!code) {
		ask.has_body = true;
		code = ask_send(&ask, a, now, ticket, err);
	}
	ask_done(&ask);
	return code;
}
