/* board_world.c - see board_world.h. */
#include "config.h"

#include "tests/board_world.h"

#include "core/mem.h"

#define MINUTE 60000

const char table_failed_json[] =
	"{\"task_id\":\"65fe2b7c9d1e4a0012000003\",\"type\":\"multistage\",\"status\":\"error\","
	"\"created_at\":\"2026-11-21T09:12:00.000Z\",\"is_test\":false,"
	"\"project\":\"Fleet Perception 3D\",\"batch\":\"2026-11-night-a\",\"priority\":30,"
	"\"tags\":[\"night\",\"rain\"],\"instruction\":\"Annotate every vehicle.\","
	"\"callback_url\":\"https://hooks.acme.dev/scale\",\"callback_succeeded\":false,"
	"\"metadata\":{\"seq\":\"0412\",\"ratio\":1.50},"
	"\"params\":{\"attachments\":["
	"\"https://data.acme.dev/n/frame_000.json?X-Amz-Signature=6c1d\","
	"\"https://data.acme.dev/n/frame_001.json\",\"https://data.acme.dev/n/frame_002.json\"],"
	"\"scene_format\":\"split_base64\",\"task_blueprint_id\":\"bp_night_v4\"},"
	"\"response\":{\"error\":\"One or more attachments could not be downloaded.\","
	"\"attachments\":[{\"statusCode\":403,"
	"\"url\":\"https://data.acme.dev/n/frame_001.json\"}]}}";

static const char *const projects[] = { "Fleet Perception 3D", "Fleet Lidar QA", "Depot" };

static struct board_row
make_row(const struct world *w, size_t i)
{
	static const enum task_status statuses[] = { TASK_PENDING, TASK_COMPLETED, TASK_PENDING,
						     TASK_ERROR,   TASK_PENDING,   TASK_CANCELED };
	struct board_row r = { .status = statuses[i % ARRAY_LEN(statuses)],
			       .priority = 10 + 10 * (int)(i % 3) };

	snprintf(r.key, sizeof(r.key), "65fe2b7c9d1e4a0012%06zx", i);
	snprintf(r.word, sizeof(r.word), "%s", task_statuses[r.status].name);
	snprintf(r.unique_id, sizeof(r.unique_id), "night-a/%04zu", i);
	snprintf(r.project, sizeof(r.project), "%s", projects[i % ARRAY_LEN(projects)]);
	snprintf(r.batch, sizeof(r.batch), "2026-11-night-%c", (char)('a' + i % 4));
	snprintf(r.tags, sizeof(r.tags), i % 2 ? "night\nrain" : "night");
	if (r.status == TASK_ERROR)
		snprintf(r.note, sizeof(r.note), "attachment 57 of 198 answered 403");
	r.created_ms = w->now.wall_ms - (int64_t)(i * i + 3) * MINUTE;
	r.updated_ms = r.created_ms;
	if (r.status != TASK_PENDING)
		r.seen_ms = w->now.wall_ms - (int64_t)i * 4 * MINUTE;
	return r;
}

static bool
matches(const struct board_row *r, const struct filter *f)
{
	for (size_t i = 0; i < f->count; i++) {
		const struct filter_term *t = &f->term[i];
		bool hit = t->key == FILTER_STATUS ? strcmp(r->word, t->text) == 0
						   : strstr(r->unique_id, t->text) != NULL;

		if (hit == t->negate)
			return false;
	}
	return true;
}

/* The rows of the list a fetch speaks of, in its order; owned by the caller. */
static const struct board_row **
select_rows(const struct table *t, const struct fetch *f, size_t *n)
{
	const struct board_row **list = mem_array(t->n + 1, sizeof(*list));

	*n = 0;
	for (size_t i = 0; i < t->n; i++) {
		const struct board_row *r = &t->rows[f->reverse ? t->n - 1 - i : i];

		if (matches(r, &f->filter))
			list[(*n)++] = r;
	}
	return list;
}

/* As store_board() and store_board_end() answer. */
static void
answer(struct table *t, const struct fetch *f)
{
	size_t n, at = 0, from = 0, end;
	const struct board_row **list = select_rows(t, f, &n);
	struct rows_answer a = { .found = false };
	struct board_row *rows = mem_array(n + 1, sizeof(*rows));

	for (size_t i = 0; i < n && !a.found; i++)
		if (strcmp(list[i]->key, f->key) == 0) {
			at = i;
			a.found = true;
		}
	if (f->end)
		at = n;
	from = at > f->before ? at - f->before : 0;
	end = at + f->after + 1 < n ? at + f->after + 1 : n;
	for (size_t i = from; i < end; i++)
		rows[a.n++] = *list[i];
	a.rows = rows;
	a.total = (long)n;
	a.above = (long)from;
	for (size_t i = 0; i < t->n; i++)
		a.counts[t->rows[i].status]++;
	t->answered++;
	world_send(t->w, (struct msg){ .kind = MSG_ROWS, .answer = &a });
	free(rows);
	free(list);
}

static void
set(char **member, const char *s)
{
	task_set(member, s, strlen(s));
}

static void
load(struct table *t, const char *key)
{
	struct task task;
	char *copy = mem_strdup(key); /* the answer may ask for another */

	for (size_t i = 0; i < t->n; i++) {
		const struct board_row *r = &t->rows[i];

		if (strcmp(r->key, copy) != 0)
			continue;
		task_init(&task);
		set(&task.task_id, task_statuses[r->status].local ? "" : r->key);
		set(&task.unique_id, r->unique_id);
		set(&task.type, "multistage");
		set(&task.status, r->word);
		set(&task.project, r->project);
		set(&task.batch, r->batch);
		set(&task.tags, r->tags);
		set(&task.note, r->note);
		if (!task_statuses[r->status].local)
			set(&task.json, t->json ? t->json : "{\"status\":\"pending\"}");
		task.priority = r->priority;
		task.created_ms = r->created_ms;
		task.updated_ms = r->updated_ms;
		world_send(t->w, (struct msg){ .kind = MSG_TASK,
					       .task = &task,
					       .story = task_local_seq(copy) ? t->story : NULL,
					       .task_key = copy });
		task_done(&task);
		break;
	}
	free(copy);
}

static void
answer_all(struct table *t, const unsigned before[UI_CMD_COUNT])
{
	unsigned rows = before[UI_FETCH_ROWS], tasks = before[UI_LOAD_TASK];

	for (int turn = 0; turn < 20; turn++) {
		bool ask_rows = t->w->asked[UI_FETCH_ROWS] != rows;
		bool ask_task = t->w->asked[UI_LOAD_TASK] != tasks;

		rows = t->w->asked[UI_FETCH_ROWS];
		tasks = t->w->asked[UI_LOAD_TASK];
		if (!ask_rows && !ask_task)
			return;
		if (ask_rows)
			answer(t, &t->w->last[UI_FETCH_ROWS].fetch);
		if (ask_task)
			load(t, t->w->last[UI_LOAD_TASK].key);
	}
	fail_msg("the board asks for rows for ever");
}

void
table_send(struct table *t, struct msg msg)
{
	unsigned before[UI_CMD_COUNT];

	memcpy(before, t->w->asked, sizeof(before));
	world_send(t->w, msg);
	answer_all(t, before);
}

void
table_event(struct table *t, struct session_event ev)
{
	table_send(t, (struct msg){ .kind = MSG_SESSION, .session = &ev });
}

void
table_press(struct table *t, const char *keys)
{
	while (*keys) {
		const char *close = *keys == '<' && keys[1] != '<' ? strchr(keys, '>') : NULL;
		size_t n = close ? (size_t)(close - keys) + 1 : *keys == '<' ? 2 : 1;
		unsigned before[UI_CMD_COUNT];
		char one[16];

		snprintf(one, sizeof(one), "%.*s", (int)n, keys);
		memcpy(before, t->w->asked, sizeof(before));
		press(t->w, one);
		answer_all(t, before);
		keys += n;
	}
}

struct table *
table_new(size_t n)
{
	struct table *t = mem_alloc(sizeof(*t));

	t->w = world_new();
	t->n = n;
	t->rows = mem_array(n + 1, sizeof(*t->rows));
	for (size_t i = 0; i < n; i++)
		t->rows[i] = make_row(t->w, i);
	table_press(t, "2");
	free(world_picture(t->w, 24, 80)); /* the list learns its height */
	return t;
}

void
table_done(struct table *t)
{
	world_done(t->w);
	free(t->rows);
	free(t);
}

void
table_insert(struct table *t, size_t at, size_t n)
{
	t->rows = mem_grow(t->rows, t->n + n, sizeof(*t->rows));
	memmove(t->rows + at + n, t->rows + at, (t->n - at) * sizeof(*t->rows));
	for (size_t i = 0; i < n; i++)
		t->rows[at + i] = make_row(t->w, 9000 + t->n + i);
	t->n += n;
}

void
table_remove(struct table *t, size_t at)
{
	memmove(t->rows + at, t->rows + at + 1, (t->n - at - 1) * sizeof(*t->rows));
	t->n--;
}

const char *
table_cursor(const struct table *t)
{
	const struct board *b = &t->w->ui.board;

	assert_true(b->at < b->n);
	assert_string_equal(b->cursor, b->rows[b->at].key);
	assert_true(b->at >= b->top && b->at - b->top < (size_t)b->height);
	return b->rows[b->at].unique_id;
}

void
table_local_row(struct table *t, enum task_status s)
{
	snprintf(t->rows[0].key, sizeof(t->rows[0].key), "local-7");
	snprintf(t->rows[0].word, sizeof(t->rows[0].word), "%s", task_statuses[s].name);
	t->rows[0].status = s;
	table_event(t, (struct session_event){ .kind = SESSION_TASKS });
	table_press(t, "g");
}
