/* load.c - see load.h. */
#include "config.h"

#include "tests/test.h"

#include "tests/load.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <json-c/json.h>

#define TASKS_MAX (1u << 20)
#define IN_MAX    16384

enum task_state {
	UNKNOWN, /* sent, and not answered */
	ACKED,
	CANCELED /* and that was acknowledged, too */
};

struct sent {
	enum task_state state;
	char id[25]; /* once known */
	bool broken; /* its attachment cannot be had */
	unsigned seen;
};

struct line {   /* a connection with at most one request on its way */
	int fd; /* -1: closed by the other side */
	bool busy, cancels;
	size_t task; /* the one it asks about */
	size_t got;
	char in[IN_MAX];
};

struct load {
	char key[64];
	uint32_t random;
	struct sent *tasks;
	size_t count, acked, next_unknown;
	unsigned checks;
	struct line lines[LOAD_LINES];
	size_t line_count;
};

struct load *
load_new(const char *key, uint32_t seed)
{
	struct load *l = calloc(1, sizeof(*l));

	assert_non_null(l);
	snprintf(l->key, sizeof(l->key), "%s", key);
	l->random = seed;
	l->tasks = calloc(TASKS_MAX, sizeof(*l->tasks));
	assert_non_null(l->tasks);
	return l;
}

void
load_free(struct load *l)
{
	load_hang_up(l);
	free(l->tasks);
	free(l);
}

uint32_t
load_random(struct load *l, uint32_t below)
{
	l->random = l->random * 1664525u + 1013904223u;
	return (uint32_t)((uint64_t)(l->random >> 8) * below >> 24);
}

size_t
load_acked(const struct load *l)
{
	return l->acked;
}

void
load_connect(struct load *l, const struct raw *r, size_t count)
{
	assert_true(count <= LOAD_LINES);
	l->next_unknown = 0;
	for (l->line_count = 0; l->line_count < count; l->line_count++)
		l->lines[l->line_count] = (struct line){ .fd = raw_connect(r) };
}

void
load_hang_up(struct load *l)
{
	for (size_t i = 0; i < l->line_count; i++)
		if (l->lines[i].fd >= 0)
			close(l->lines[i].fd);
	l->line_count = 0;
}

static void
send_request(struct load *l, struct line *line, const char *target, const char *body)
{
	char text[1024];
	int n = snprintf(text, sizeof(text),
			 "POST %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n"
			 "Content-Length: %zu\r\n\r\n%s",
			 target, l->key, strlen(body), body);

	assert_true(n > 0 && (size_t)n < sizeof(text));
	raw_send(line->fd, text, (size_t)n); /* a broken connection is seen when reading */
	line->busy = true;
	line->got = 0;
}

static void
send_create(struct load *l, struct line *line, size_t task)
{
	char body[256];

	snprintf(body, sizeof(body),
		 "{\"project\":\"p\",\"attachments\":[\"%s\"],\"scene_format\":\"sensor_fusion\","
		 "\"unique_id\":\"n-%zu\"}",
		 l->tasks[task].broken ? "https://data.example/missing/k.sfs" : "s3://b/k.sfs",
		 task);
	line->task = task;
	line->cancels = false;
	send_request(l, line, "/v1/task/multistage", body);
}

static void
send_cancel(struct load *l, struct line *line)
{
	char target[64];

	snprintf(target, sizeof(target), "/v1/task/%s/cancel", l->tasks[line->task].id);
	line->cancels = true;
	send_request(l, line, target, "");
}

static void
send_next(struct load *l, struct line *line)
{
	const struct sent *last = &l->tasks[line->task];

	if (last->state == ACKED && *last->id && !line->cancels && load_random(l, 8) == 0) {
		send_cancel(l, line);
		return;
	}
	for (; l->next_unknown < l->count; l->next_unknown++)
		if (l->tasks[l->next_unknown].state == UNKNOWN)
			break;
	if (l->next_unknown < l->count) {
		send_create(l, line, l->next_unknown++);
		return;
	}
	assert_true(l->count < TASKS_MAX);
	l->tasks[l->count] = (struct sent){ .broken = load_random(l, 8) == 0 };
	l->next_unknown = l->count + 1;
	send_create(l, line, l->count++);
}

/* What came is a whole answer to the request of line. */
static void
take_answer(struct load *l, struct line *line, int status, const char *body)
{
	struct json_object *reply = json_tokener_parse(body), *id;
	struct sent *t = &l->tasks[line->task];

	line->busy = false;
	if (line->cancels && status == 400) {
		; /* it was done before */
	} else if (!line->cancels && status == 409) {
		t->state = ACKED; /* sent before, and done; the list tells its id */
	} else if (status != 200) {
		fail_msg("n-%zu: %d %s", line->task, status, body);
	} else {
		assert_true(json_object_object_get_ex(reply, "task_id", &id));
		snprintf(t->id, sizeof(t->id), "%s", json_object_get_string(id));
		t->state = line->cancels ? CANCELED : ACKED;
		l->acked++;
	}
	json_object_put(reply);
}

static void
receive(struct load *l, struct line *line)
{
	ssize_t n = recv(line->fd, line->in + line->got, IN_MAX - 1 - line->got, MSG_DONTWAIT);
	const char *length, *body;
	int status;

	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		close(line->fd);
		line->fd = -1;
		return;
	}
	line->got += (size_t)n;
	line->in[line->got] = '\0';
	body = strstr(line->in, "\r\n\r\n");
	length = strstr(line->in, "Content-Length: ");
	if (!body || !length || strlen(body + 4) < strtoul(length + 16, NULL, 10))
		return;
	assert_int_equal(sscanf(line->in, "HTTP/1.1 %d", &status), 1);
	take_answer(l, line, status, body + 4);
}

bool
load_step(struct load *l, int timeout_ms)
{
	struct pollfd p[LOAD_LINES];
	bool open = false;

	for (size_t i = 0; i < l->line_count; i++) {
		struct line *line = &l->lines[i];

		if (line->fd >= 0 && !line->busy)
			send_next(l, line);
		p[i] = (struct pollfd){ .fd = line->fd, .events = POLLIN };
	}
	if (poll(p, l->line_count, timeout_ms) < 0)
		fail_msg("poll: %s", strerror(errno));
	for (size_t i = 0; i < l->line_count; i++) {
		if (p[i].revents)
			receive(l, &l->lines[i]);
		open = open || l->lines[i].fd >= 0;
	}
	return open;
}

/* One task of the list. */
static void
check_task(struct load *l, struct answer *page, size_t i)
{
	const char *id, *unique, *status;
	struct sent *t;
	char path[64];
	size_t n;

	snprintf(path, sizeof(path), "docs.%zu.unique_id", i);
	unique = raw_at(page, path);
	snprintf(path, sizeof(path), "docs.%zu.task_id", i);
	id = raw_at(page, path);
	snprintf(path, sizeof(path), "docs.%zu.status", i);
	status = raw_at(page, path);
	assert_int_equal(sscanf(unique, "n-%zu", &n), 1);
	if (n >= l->count)
		fail_msg("%s was never sent", unique);
	t = &l->tasks[n];
	if (t->seen == l->checks)
		fail_msg("%s is there twice", unique);
	t->seen = l->checks;
	if (*t->id && strcmp(t->id, id) != 0)
		fail_msg("%s was %s and is %s", unique, t->id, id);
	snprintf(t->id, sizeof(t->id), "%s", id);
	if ((t->state == CANCELED && strcmp(status, "canceled") != 0) ||
	    strcmp(status, t->broken ? "completed" : "error") == 0)
		fail_msg("%s is %s", unique, status);
}

void
load_check(struct load *l, const struct raw *r)
{
	char target[128] = "/v1/tasks?limit=100";
	struct answer page;
	size_t listed = 0;
	bool more;

	l->checks++;
	do {
		size_t n;

		raw_call(r, l->key, "GET", target, NULL, &page);
		assert_int_equal(page.status, 200);
		n = json_object_array_length(json_object_object_get(page.json, "docs"));
		for (size_t i = 0; i < n; i++)
			check_task(l, &page, i);
		listed += n;
		more = strcmp(raw_at(&page, "has_more"), "true") == 0;
		snprintf(target, sizeof(target), "/v1/tasks?limit=100&next_token=%s",
			 raw_at(&page, "next_token"));
		if (!more && strtoul(raw_at(&page, "total"), NULL, 10) != listed)
			fail_msg("%zu tasks are listed, of %s", listed, raw_at(&page, "total"));
		answer_free(&page);
	} while (more);
	for (size_t i = 0; i < l->count; i++)
		if (l->tasks[i].state != UNKNOWN && l->tasks[i].seen != l->checks)
			fail_msg("n-%zu was acknowledged and is lost", i);
}
