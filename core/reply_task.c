/* reply_task.c - see reply_task.h. Source: API reference, Tasks; scale-api 5 and 8. */
#include "config.h"

#include "core/reply_task.h"

#include "core/buf.h"
#include "core/member.h"

#include <string.h>

#define NOTE_MAX 160 /* bytes */

static bool
id_is_sane(const char *id)
{
	static const char ok[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
	size_t n = strlen(id);

	return n > 0 && n <= TASK_ID_MAX && strspn(id, ok) == n &&
	       strncmp(id, TASK_LOCAL, strlen(TASK_LOCAL)) != 0;
}

static void
read_tags(struct task *t, const struct json_span *object)
{
	struct json_iter it = { .next = NULL };
	struct json_span tags;
	struct buf all;

	if (!member_get(object, "tags", JSON_ARRAY, &tags))
		return;
	all = (struct buf)BUF_INIT(tags.n + 1);
	while (json_each(&tags, &it)) {
		size_t start = all.len;

		if (it.value.type != JSON_STRING)
			continue;
		if (start) {
			buf_add(&all, "\n", 1);
			start++;
		}
		json_unescape(&all, &it.value);
		/* our separator; the tag itself stays whole in t->json */
		for (size_t i = start; i < all.len; i++)
			if (all.p[i] == '\n')
				all.p[i] = ' ';
	}
	task_set(&t->tags, buf_str(&all), all.len);
	buf_free(&all);
}

/* Which of the task's attachments (from 1) has this address; 0 if we cannot tell. */
static size_t
attachment_index(const struct json_span *object, const struct buf *url)
{
	struct json_iter it = { .next = NULL };
	struct json_span params, list;
	size_t i = 0;

	if (!member_get(object, "params", JSON_OBJECT, &params) ||
	    !member_get(&params, "attachments", JSON_ARRAY, &list))
		return 0;
	while (json_each(&list, &it)) {
		i++;
		if (it.value.type == JSON_STRING &&
		    member_equals(&it.value, buf_str(url), url->len))
			return i;
	}
	return 0;
}

/* The first object of an array and how many items follow it; false if there is none. */
static bool
first_of(const struct json_span *object, const char *key, struct json_span *first, size_t *more)
{
	struct json_iter it = { .next = NULL };
	struct json_span list;
	bool found = false;

	*more = 0;
	if (!member_get(object, key, JSON_ARRAY, &list))
		return false;
	while (json_each(&list, &it)) {
		if (found) {
			++*more;
		} else if (it.value.type == JSON_OBJECT) {
			*first = it.value;
			found = true;
		}
	}
	return found;
}

/* "url 57: 403"; without the list to count in, the address, but never its signature. */
static void
note_attachment(struct buf *note, const struct json_span *object, const struct json_span *failed)
{
	long status = member_long(failed, "statusCode", 0);
	struct json_span value;
	struct buf url = BUF_INIT(failed->n + 1);
	size_t index;

	if (member_get(failed, "url", JSON_STRING, &value))
		json_unescape(&url, &value);
	index = url.len ? attachment_index(object, &url) : 0;
	if (index) {
		buf_addf(note, "url %zu: ", index);
	} else if (url.len) {
		buf_add(note, buf_str(&url), strcspn(buf_str(&url), "?#"));
		buf_adds(note, ": ");
	}
	if (status)
		buf_addf(note, "%ld", status);
	else
		buf_adds(note, "not fetched");
	buf_free(&url);
}

static void
note_frame(struct buf *note, const struct json_span *failed)
{
	long frame = member_long(failed, "frame", -1);
	struct json_span message;

	if (frame >= 0)
		buf_addf(note, "frame %ld: ", frame);
	if (member_get(failed, "message", JSON_STRING, &message))
		json_unescape(note, &message);
	else
		buf_adds(note, "not readable");
}

/* One line, at most NOTE_MAX bytes, no half character at its end. */
static void
keep_note(struct task *t, struct buf *note)
{
	size_t n = note->len;

	for (size_t i = 0; i < n; i++)
		if ((unsigned char)note->p[i] < 0x20 || note->p[i] == 0x7F)
			note->p[i] = ' ';
	if (n > NOTE_MAX) {
		n = NOTE_MAX;
		while (n > 0 && ((unsigned char)note->p[n] & 0xC0) == 0x80)
			n--;
	}
	task_set(&t->note, buf_str(note), n);
}

/* Why a task failed. Source: API reference, Errors: the two shapes of task.response. */
static void
read_note(struct task *t, const struct json_span *object)
{
	struct json_span response, first;
	struct buf note;
	size_t more = 0;

	if (strcmp(t->status, task_statuses[TASK_ERROR].name) != 0 ||
	    !member_get(object, "response", JSON_OBJECT, &response))
		return;
	note = (struct buf)BUF_INIT(object->n + 64);
	if (first_of(&response, "attachments", &first, &more))
		note_attachment(&note, object, &first);
	else if (first_of(&response, "frames", &first, &more))
		note_frame(&note, &first);
	else if (member_get(&response, "error", JSON_STRING, &first))
		json_unescape(&note, &first);
	if (more)
		buf_addf(&note, " (+%zu more)", more);
	keep_note(t, &note);
	buf_free(&note);
}

bool
reply_task_read(struct task *t, const struct json_span *object)
{
	long priority;

	member_string(object, "task_id", &t->task_id);
	if (!id_is_sane(t->task_id)) {
		task_set(&t->task_id, "", 0);
		return false;
	}
	member_string(object, "unique_id", &t->unique_id);
	member_string(object, "type", &t->type);
	member_string(object, "status", &t->status);
	member_string(object, "project", &t->project);
	member_string(object, "batch", &t->batch);
	priority = member_long(object, "priority", 0);
	t->priority = priority >= 0 && priority <= 1000 ? (int)priority : 0;
	t->is_test = member_bool(object, "is_test");
	t->created_ms = member_time(object, "created_at");
	t->updated_ms = member_time(object, "updated_at");
	t->completed_ms = member_time(object, "completed_at");
	read_tags(t, object);
	read_note(t, object);
	task_set(&t->json, object->p, object->n);
	return true;
}
