/* fault_reply.c - see fault_reply.h. */
#include "config.h"

#include "sandbox/fault_reply.h"

#include "core/clock.h"
#include "core/err.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <json-c/json.h>

static const char page[] = "<!DOCTYPE html>\n<html><head><title>Welcome</title></head>"
			   "<body><h1>Please sign in to this network</h1></body></html>\n";

/* --- requests --- */

void
fault_request_change(const struct fault_plan *plan, struct request *rq)
{
	size_t kept = 0;

	if (plan->by[FAULT_LOOKUP].kind != FAULT_IGNORE_FILTER)
		return;
	for (size_t i = 0; i < rq->query_count; i++)
		if (strcmp(rq->query[i].key, "unique_id") != 0)
			rq->query[kept++] = rq->query[i];
	rq->query_count = kept;
}

/* --- the tasks of a reply --- */

static const char *const lists[] = { "docs", "tasks" };

static void
change_id(struct json_object *task, const struct fault_effect *e)
{
	struct json_object *id, *other = NULL;

	if (!json_object_is_type(task, json_type_object) ||
	    !json_object_object_get_ex(task, "task_id", &id))
		return;
	if (e->kind == FAULT_NO_ID) {
		json_object_object_del(task, "task_id");
		return;
	}
	if (e->kind == FAULT_WRONG_ID) {
		other = json_object_new_string("0badc0de0badc0de0badc0de");
	} else if (e->second) {
		other = json_object_new_object();
		json_object_object_add(other, "id", json_object_get(id));
	} else {
		other = json_object_new_int64(4711);
	}
	json_object_object_add(task, "task_id", other);
}

static void
change_ids(struct json_object *root, const struct fault_effect *e)
{
	struct json_object *list;

	change_id(root, e);
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		if (!json_object_is_type(root, json_type_object) ||
		    !json_object_object_get_ex(root, lists[i], &list) ||
		    !json_object_is_type(list, json_type_array))
			continue;
		for (size_t k = 0; k < json_object_array_length(list); k++)
			change_id(json_object_array_get_idx(list, k), e);
	}
}

static bool
is_younger(struct json_object *task, int64_t than_ms)
{
	struct json_object *created;
	int64_t ms;

	return json_object_is_type(task, json_type_object) &&
	       json_object_object_get_ex(task, "created_at", &created) &&
	       clock_parse(json_object_get_string(created), &ms) && ms > than_ms;
}

/* Take the young ones out of a list. */
static void
hide_in_lists(struct json_object *root, int64_t than_ms)
{
	struct json_object *list, *total;

	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		size_t hidden = 0, n = 0;

		if (!json_object_object_get_ex(root, lists[i], &list) ||
		    !json_object_is_type(list, json_type_array))
			continue;
		while (n < json_object_array_length(list)) {
			if (!is_younger(json_object_array_get_idx(list, n), than_ms)) {
				n++;
				continue;
			}
			json_object_array_del_idx(list, n, 1);
			hidden++;
		}
		if (json_object_object_get_ex(root, "total", &total))
			json_object_set_int64(total,
					      json_object_get_int64(total) - (int64_t)hidden);
	}
}

/* Is it about one task, or about the tasks with a unique_id? In v1 the path names the task,
 * in v2 the query does. */
static bool
is_lookup(const struct request *rq)
{
	const char *what = rq->part_count >= 2 ? rq->parts[1] : "";

	if (strcmp(what, "tasks") == 0)
		return rq->part_count == 2 && request_query(rq, "unique_id");
	return strcmp(what, "task") == 0 && rq->part_count <= 3;
}

/* --- the text of a reply --- */

/* Put before and after around the content of every string that is a value. The reply is
 * our own JSON, so a quote that is not escaped begins or ends a string. */
static void
wrap_strings(struct buf *body, const char *before, const char *after)
{
	struct buf out = BUF_INIT(REPLY_MAX_BYTES);
	const char *p = buf_str(body), *end;

	while (*p) {
		size_t n = strcspn(p, "\"");
		bool key;

		buf_add(&out, p, n);
		if (!*(p += n))
			break;
		for (end = p + 1; *end && *end != '"'; end++)
			end += *end == '\\' && end[1];
		key = end[0] && end[1 + strspn(end + (end[0] != '\0'), " \t\r\n")] == ':';
		buf_adds(&out, "\"");
		buf_adds(&out, key ? "" : before);
		buf_add(&out, p + 1, (size_t)(end - p - 1));
		buf_adds(&out, key ? "" : after);
		buf_adds(&out, "\"");
		p = end + (*end == '"');
	}
	buf_free(body);
	*body = out;
}

static void
change_text(enum fault_kind kind, struct reply *rp)
{
	if (kind == FAULT_EVIL) /* clear the screen, set the title, C1, directions, marks */
		wrap_strings(&rp->body, "\\u001b[2J\\u001b[31m\\u001b]0;owned\\u0007\xE2\x80\xAE",
			     "\xC2\x9B"
			     "2J\\u009b31m\\r\\b\\u007f\x7F\xE2\x80\x8B\xE2\x81\xA6\xEF\xBB\xBF"
			     "\xCC\x81\\u000a\\u0085");
	else if (kind == FAULT_BAD_UTF8)
		wrap_strings(&rp->body, "\xFF\xC0\xAF", "\xED\xA0\x80\xF4\x90\x80\x80\xC3");
	else if (kind == FAULT_CONTROL)
		wrap_strings(&rp->body, "\x01\x1B[2J", "\n\r\t\b\x1F");
}

/* --- replies --- */

static void
make_body(struct reply *rp, int status, const char *type, const char *text)
{
	rp->status = status;
	rp->type = type;
	rp->asset = (struct reply_asset){ .seq = 0 };
	buf_clear(&rp->body);
	buf_adds(&rp->body, text);
}

static void
open_huge(struct reply *rp)
{
	const char *text = buf_str(&rp->body);
	struct buf out = BUF_INIT(REPLY_MAX_BYTES + 64);
	size_t n = rp->body.len;

	if (n > 2 && text[0] == '{' && text[n - 1] == '}') {
		buf_add(&out, text, n - 1);
		buf_adds(&out, ",");
	} else {
		buf_adds(&out, "{");
	}
	buf_adds(&out, "\"padding\":\"");
	buf_free(&rp->body);
	rp->body = out;
	rp->asset = (struct reply_asset){ .seq = 0 };
}

/* Into the reply's own JSON, if it is any. */
static void
edit(const struct fault_plan *plan, bool lookup, int64_t now_ms, struct reply *rp)
{
	const struct fault_effect *answer = &plan->by[FAULT_ANSWER];
	int64_t young_ms = now_ms - plan->by[FAULT_LOOKUP].n;
	bool ids = answer->kind == FAULT_NO_ID || answer->kind == FAULT_WRONG_ID ||
		   answer->kind == FAULT_BAD_TYPE;
	bool lag = lookup && plan->by[FAULT_LOOKUP].kind == FAULT_LAG;
	struct json_object *root;

	if (rp->status != 200 || (!ids && !lag))
		return;
	root = json_tokener_parse(buf_str(&rp->body));
	if (lag && is_younger(root, young_ms)) {
		reply_error(rp, 404, "Task with that ID not found.");
	} else if (json_object_is_type(root, json_type_object)) {
		if (lag)
			hide_in_lists(root, young_ms);
		if (ids)
			change_ids(root, answer);
		make_body(rp, 200, rp->type,
			  json_object_to_json_string_ext(
				  root, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	}
	json_object_put(root);
}

static void
make_status(const struct fault_effect *e, struct reply *rp)
{
	reply_error(rp, (int)e->n, "The sandbox was told to answer %d.", (int)e->n);
}

static void
make_429(const struct fault_effect *e, struct reply *rp)
{
	(void)e;
	reply_error(rp, 429, "Too many requests.");
}

static void
make_late(const struct fault_effect *e, struct reply *rp)
{
	(void)e;
	reply_error(rp, 503, "Timed out waiting in the request queue.");
}

static void
make_redirect(const struct fault_effect *e, struct reply *rp)
{
	make_body(rp, (int)e->n, "text/html; charset=utf-8", page);
}

static void
make_html(const struct fault_effect *e, struct reply *rp)
{
	(void)e;
	make_body(rp, 200, "text/html; charset=utf-8", page);
}

static void
make_empty(const struct fault_effect *e, struct reply *rp)
{
	(void)e;
	make_body(rp, 200, rp->type, "");
}

static void
make_deep(const struct fault_effect *e, struct reply *rp)
{
	make_body(rp, 200, NULL, "");
	for (int64_t i = 0; i < e->n; i++)
		buf_add(&rp->body, "[", 1);
	for (int64_t i = 0; i < e->n; i++)
		buf_add(&rp->body, "]", 1);
}

/* Replies that have nothing to do with the request; the others change the true one. */
static void (*const made[FAULT_KIND_COUNT])(const struct fault_effect *e, struct reply *rp) = {
	[FAULT_STATUS] = make_status, [FAULT_429] = make_429,           [FAULT_RATE] = make_429,
	[FAULT_LATE] = make_late,     [FAULT_REDIRECT] = make_redirect, [FAULT_HTML] = make_html,
	[FAULT_EMPTY] = make_empty,   [FAULT_DEEP] = make_deep,
};

void
fault_reply_change(const struct fault_plan *plan, const struct request *rq, bool reads,
		   int64_t now_ms, struct reply *rp)
{
	const struct fault_effect *answer = &plan->by[FAULT_ANSWER];

	edit(plan, reads && is_lookup(rq), now_ms, rp);
	if (made[answer->kind])
		made[answer->kind](answer, rp);
	if (strchr("{[", *buf_str(&rp->body)))
		change_text(plan->by[FAULT_TEXT].kind, rp);
	if (answer->kind == FAULT_HUGE)
		open_huge(rp);
	if (plan->by[FAULT_TYPE].kind != FAULT_NONE)
		rp->type = plan->by[FAULT_TYPE].text;
}

/* Source: RFC 9110, 5.6.7: an IMF-fixdate. */
static void
http_date(int64_t wall_ms, char out[FAULT_RETRY_SIZE])
{
	static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	time_t t = (time_t)(wall_ms / 1000);
	struct tm tm;

	if (!gmtime_r(&t, &tm))
		tm = (struct tm){ .tm_mday = 1, .tm_year = 70, .tm_wday = 4 };
	snprintf(out, FAULT_RETRY_SIZE, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[tm.tm_wday],
		 tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min,
		 tm.tm_sec);
}

bool
fault_retry_after(const struct fault_plan *plan, int64_t now_ms, char out[FAULT_RETRY_SIZE])
{
	const struct fault_effect *e = &plan->by[FAULT_ANSWER];

	if (e->kind != FAULT_RATE && (e->kind != FAULT_429 || e->second == FAULT_RETRY_NONE))
		return false;
	if (e->kind == FAULT_429 && e->second == FAULT_RETRY_DATE)
		http_date(now_ms + e->n * 1000, out);
	else
		snprintf(out, FAULT_RETRY_SIZE, "%lld", (long long)e->n);
	return true;
}
