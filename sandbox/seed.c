/* seed.c - see seed.h. What the account is made of stands in the tables on top. */
#include "config.h"

#include "sandbox/seed.h"

#include "core/buf.h"
#include "core/clock.h"
#include "sandbox/batch.h"
#include "sandbox/db.h"
#include "sandbox/life.h"
#include "sandbox/out.h"
#include "sandbox/project.h"
#include "sandbox/seed_file.h"
#include "sandbox/task.h"
#include "sandbox/team.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY_MS         86400000LL
#define HOUR_MS        3600000LL
#define DAYS           60
#define LIVE_TASKS     2000
#define LIVE_TASKS_MIN 5
#define LIVE_TASKS_MAX 2000000 /* more would fall together: 60 days, seconds apart */
#define TEST_TASKS     400     /* fewer, as in a real account */
#define BATCHES_MAX    9       /* of one project */
#define FRAMES_MAX     200
#define FRAMES_MANY    20000 /* more tasks than this have short scenes, or a million fill 1 GB */
#define STEP_MS        45000 /* between two waiting tasks that get done */
#define TEXT_MAX       (1u << 20)

/* A project: per mille of the tasks, and the batches by name, oldest first. */
static const struct account_project {
	const char *name, *type, *short_name, *store, *params, *instruction;
	int share;
	bool rapid, archived, frames; /* frames: split_base64 scenes */
	const char *batches[BATCHES_MAX + 1];
	int staging; /* how many of the last batches still collect */
} account[] = {
	{
		.name = "Front Perception 3D",
		.type = "multistage",
		.short_name = "fp3d",
		.store = "s3://acme-drives/front-perception",
		.params = "{\"instruction\":\"Follow the taxonomy of the project.\"}",
		.instruction = "# Cars, trucks and their 2D boxes\n\n"
			       "1. **Stage 1**: draw a cuboid around every vehicle within *80 m*.\n"
			       "2. **Stage 2**: link each cuboid to its box in `cam_front`.\n\n"
			       "- Skip vehicles with fewer than 5 points.\n"
			       "- A trailer is an object of its own.\n\n"
			       "See the [handbook](https://docs.acme.example/fp3d#linking).\n",
		.share = 340,
		.batches = { "fp3d-day-a", "fp3d-day-b", "fp3d-dusk-a", "fp3d-dusk-b",
			     "fp3d-night-a", "fp3d-night-b", "fp3d-rain-a", "fp3d-rain-b",
			     "fp3d-snow-a" },
	},
	{
		.name = "Urban Fusion",
		.type = "multistage",
		.short_name = "urban",
		.store = "gs://acme-urban/scenes",
		.params = "{\"scene_format\":\"sensor_fusion\"}",
		.instruction = "Label *pedestrians*, **cyclists** and scooters.\n\n"
			       "| class | min. points |\n|---|---|\n| pedestrian | 3 |\n"
			       "| cyclist | 5 |\n\n> Crowds of more than 20: one `crowd` cuboid.\n",
		.share = 270,
		.batches = { "urban/munich-1", "urban/munich-2", "urban/lyon-1", "urban/lyon-2",
			     "urban/oslo-1", "urban/oslo-2", "urban/porto-1", "urban/porto-2" },
	},
	{
		.name = "Parking Lidar",
		.type = "multistage",
		.short_name = "park",
		.store = "https://data.acme.example/parking",
		.params = "{}",
		.instruction = "Mark every **free** slot, then the vehicles beside it.\n\n"
			       "```\nfree | blocked | unknown\n```\n",
		.share = 190,
		.frames = true,
		.batches = { "park-week-01", "park-week-02", "park-week-03", "park-week-04",
			     "park-week-05" },
	},
	{
		.name = "rapid/pedestrians",
		.type = "multistage",
		.short_name = "rped",
		.store = "s3://acme-rapid/ped",
		.params = "{\"instruction\":\"Pedestrians only.\"}",
		.instruction = "Pedestrians only; children get the tag `child`.\n",
		.share = 120,
		.rapid = true,
		.batches = { "rped-01", "rped-02", "rped-03", "rped-04", "rped-05" },
		.staging = 2,
	},
	{
		.name = "Yard Robots \xC3\xA9t\xC3\xA9",
		.type = "multistage",
		.short_name = "yard",
		.store = "https://storage.acme.example/yard",
		.params = "{}",
		.instruction = "Pallets, forklifts, people. *No* cuboid on reflections.\n",
		.share = 80,
		.frames = true,
		.batches = { "yard \xC3\xA9t\xC3\xA9 1", "yard \xC3\xA9t\xC3\xA9 2",
			     "yard \xC3\xA9t\xC3\xA9 3" },
	},
	{
		.name = "Legacy Cuboids 2023",
		.type = "sensorfusion",
		.short_name = "lgcy",
		.store = "",
		.params = "{}",
		.instruction = "",
		.archived = true,
	},
};

static const char *const tags[] = { "night",          "rain",  "fog",    "dense",
				    "highway",        "urban", "tunnel", "occlusion",
				    "sensor:os1-128", "gold",  "rush",   "resend" };
static const char *const sites[] = { "munich", "lyon", "oslo", "porto", "detroit" };
static const char *const weathers[] = { "clear", "rain", "fog", "snow", "overcast" };
static const char *const reviews[] = { "accepted", "fixed", "commented", "rejected", "pending" };

#define PROJECTS   ARRAY_LEN(account)
#define PICK(a, r) ((a)[(r) % (sizeof(a) / sizeof((a)[0]))])

struct seeding {
	struct service *s;
	uint64_t rng;
	bool is_test;
	int tasks;       /* how many it gets */
	int64_t from_ms; /* the account's first day */
	int waiting;     /* tasks still to be done */
	int serial[PROJECTS];
	char day[CLOCK_ISO_SIZE];                   /* the drive's, in the paths */
	struct buf params, metadata, tags, outcome; /* of the task in hand */
	char urls[FRAMES_MAX][160];
	const char *attachments[FRAMES_MAX];
	char blueprints[PROJECTS][20];
};

/* xorshift64*: the same account every time. Source: Vigna, "An experimental exploration of
 * Marsaglia's xorshift generators, scrambled", 2016. */
static uint32_t
any(struct seeding *d)
{
	d->rng ^= d->rng >> 12;
	d->rng ^= d->rng << 25;
	d->rng ^= d->rng >> 27;
	return (uint32_t)((d->rng * 0x2545F4914F6CDD1Du) >> 32);
}

static bool
chance(struct seeding *d, uint32_t percent)
{
	return any(d) % 100 < percent;
}

static size_t
batch_count(const struct account_project *p)
{
	size_t n = 0;

	while (p->batches[n])
		n++;
	return n;
}

/* Batches start one after the other, all through the 60 days. */
static int64_t
batch_start(const struct seeding *d, const struct account_project *p, size_t i)
{
	return d->from_ms + (int64_t)i * DAYS * DAY_MS / (int64_t)batch_count(p) - HOUR_MS;
}

static void
add_batches(struct seeding *d, const struct account_project *p)
{
	size_t n = batch_count(p);
	char metadata[160];

	for (size_t i = 0; i < n; i++) {
		struct batch_new b = {
			.name = p->batches[i],
			.project = p->name,
			.callback = i % 3 ? NULL : "https://hooks.acme.example/scale",
			.metadata = metadata,
			.extra = p->rapid && i == 0 ? "{\"calibration_batch\":true}" : "{}",
			.is_test = d->is_test,
			.staging = i + (size_t)p->staging >= n,
			.archived = i == 0 && n > 5,
			.created_ms = batch_start(d, p, i),
		};

		snprintf(metadata, sizeof(metadata),
			 "{\"cost_center\":\"%u\",\"owner\":\"%s\",\"site\":\"%s\"}",
			 4000 + any(d) % 40,
			 PICK(((const char *const[]){ "mara", "jon", "ines" }), any(d)),
			 PICK(sites, any(d)));
		batch_insert(d->s, &b);
	}
}

static void
add_project(struct seeding *d, size_t i)
{
	const struct account_project *p = &account[i];
	struct project_new new = {
		.name = p->name,
		.type = p->type,
		.extra = "{}",
		.is_test = d->is_test,
		.rapid = p->rapid,
		.archived = p->archived,
		.created_ms = d->from_ms - (int64_t)(PROJECTS - i) * 9 * DAY_MS,
	};
	int64_t seq = project_insert(d->s, &new);

	project_add_params(d->s, seq, "{}", new.created_ms);
	if (strcmp(p->params, "{}") != 0)
		project_add_params(d->s, seq, p->params, new.created_ms + 3 * DAY_MS);
	if (strcmp(p->type, "multistage") == 0) {
		for (int version = 0; version < 2; version++) {
			snprintf(d->blueprints[i], sizeof(d->blueprints[i]), "bp_%08x%04x", any(d),
				 any(d) & 0xFFFF);
			project_add_blueprint(d->s, seq, d->blueprints[i],
					      new.created_ms + version * 5 * DAY_MS);
		}
	}
	if (*p->batches)
		add_batches(d, p);
}

static size_t
pick_project(struct seeding *d)
{
	int at = (int)(any(d) % 1000);

	for (size_t i = 0; i < PROJECTS; i++) {
		at -= account[i].share;
		if (at < 0)
			return i;
	}
	return 0;
}

/* The batch that was collecting at that time, or none where the project allows it. */
static const char *
pick_batch(struct seeding *d, const struct account_project *p, int64_t at_ms, bool *staging)
{
	size_t n = batch_count(p), i = 0;

	if (!p->rapid && chance(d, 12))
		return NULL;
	while (i + 1 < n && batch_start(d, p, i + 1) <= at_ms)
		i++;
	*staging = i + (size_t)p->staging >= n;
	return p->batches[i];
}

/* word: "missing" or "broken" in the path of one of them, or NULL. Returns the count. */
static size_t
make_attachments(struct seeding *d, const struct account_project *p, const char *word, int serial)
{
	static const size_t counts[] = { 1, 4, 10, 20, 20, 40, 60, 120, 200 };
	size_t n = p->frames ? PICK(counts, any(d)) : 1, bad = any(d) % n;

	if (d->tasks > FRAMES_MANY) {
		n = n < 4 ? n : 4;
		bad %= n;
	}

	for (size_t i = 0; i < n; i++) {
		const char *where = word && i == bad ? word : "drives";

		if (p->frames)
			snprintf(d->urls[i], sizeof(d->urls[i]), "%s/%s/%s/%04d/frame-%04zu.json",
				 p->store, where, d->day, serial, i);
		else
			snprintf(d->urls[i], sizeof(d->urls[i]), "%s/%s/%s/scene-%04d.sfs",
				 p->store, where, d->day, serial);
		d->attachments[i] = d->urls[i];
	}
	return n;
}

static void
make_params(struct seeding *d, size_t project, size_t count)
{
	struct buf *b = &d->params;

	buf_clear(b);
	out_open(b, NULL, '{');
	out_open(b, "attachments", '[');
	for (size_t i = 0; i < count; i++)
		out_str(b, NULL, d->attachments[i]);
	out_close(b, ']');
	out_str(b, "scene_format", account[project].frames ? "split_base64" : "sensor_fusion");
	out_str(b, "task_blueprint_id", d->blueprints[project]);
	out_close(b, '}');
}

static void
make_metadata(struct seeding *d, int serial)
{
	struct buf *b = &d->metadata;

	buf_clear(b);
	out_open(b, NULL, '{');
	if (chance(d, 85)) {
		out_int(b, "drive", serial);
		out_str(b, "site", PICK(sites, any(d)));
		out_str(b, "weather", PICK(weathers, any(d)));
	}
	if (chance(d, 30)) {
		out_open(b, "ego", '{');
		out_str(b, "vehicle", chance(d, 50) ? "ID-7" : "ID-12");
		out_json(b, "speed_kmh", "42.50", 5);
		out_close(b, '}');
	}
	out_close(b, '}');
}

/* 0 to 4 of them, none twice. Returns the count. */
static size_t
make_tags(struct seeding *d)
{
	size_t n = any(d) % 5, first = any(d), step = any(d) % 3 ? 1 : 5; /* prime to 12 */

	buf_clear(&d->tags);
	out_open(&d->tags, NULL, '[');
	for (size_t i = 0; i < n; i++) {
		out_str(&d->tags, NULL, PICK(tags, first + i * step));
	}
	out_close(&d->tags, ']');
	return n;
}

/* What has become of it by now. A batch that still collects has no work done. */
static void
make_life(struct seeding *d, struct task_row *t, const char *fate, bool staging)
{
	int64_t now = d->s->now_ms, took = HOUR_MS + (int64_t)(any(d) % 96) * HOUR_MS / 2;
	bool canceled = !d->is_test && chance(d, 5);

	if (d->is_test)
		took = 0;
	else if (strcmp(fate, "error") == 0)
		took = 60000 + any(d) % 600000;
	if (canceled && t->created_ms + HOUR_MS / 6 < now) {
		t->status = "canceled";
		t->updated_ms = t->created_ms + HOUR_MS / 6;
	} else if ((staging && !d->is_test) || t->created_ms + took > now) {
		t->status = "pending";
		t->fate = fate;
		t->outcome = buf_str(&d->outcome);
		t->due_ms = staging ? 0 : now + ++d->waiting * STEP_MS;
	} else {
		t->status = fate;
		t->response = buf_str(&d->outcome);
		t->updated_ms = t->created_ms + took;
		t->completed_ms = strcmp(fate, "completed") == 0 ? t->updated_ms : 0;
		if (t->completed_ms && chance(d, 10))
			t->review = PICK(reviews, any(d));
		if (!t->completed_ms && t->clear_on_error)
			t->unique_id = NULL;
	}
}

static void
add_task(struct seeding *d, int64_t at_ms)
{
	size_t project = pick_project(d), count, tag_count;
	const struct account_project *p = &account[project];
	int serial = ++d->serial[project];
	bool staging = false;
	char unique_id[80];
	const char *batch = pick_batch(d, p, at_ms, &staging);
	const char *word = !chance(d, 6) ? NULL : chance(d, 60) ? "missing" : "broken";
	struct task_row t = {
		.is_test = d->is_test,
		.clear_on_error = chance(d, 15),
		.project = p->name,
		.batch = batch,
		.unique_id = chance(d, 85) ? unique_id : NULL,
		.instruction = chance(d, 80) ? p->instruction : NULL,
		.callback_url = chance(d, 30) ? "https://hooks.acme.example/scale/tasks" : NULL,
		.priority = chance(d, 60) ? 0 : (int)(any(d) % 3 + 1) * 10,
		.created_ms = at_ms,
		.updated_ms = at_ms,
	};

	snprintf(unique_id, sizeof(unique_id), "%s/%s/%04d", p->short_name,
		 batch ? batch + strcspn(batch, "-/ ") + 1 : "loose", serial);
	snprintf(t.id, sizeof(t.id), "%08x%04x%08x%04x", (unsigned)(at_ms / 1000),
		 (unsigned)(at_ms % 1000), any(d), any(d) & 0xFFFF);
	clock_iso(at_ms - 2 * DAY_MS, d->day, sizeof(d->day));
	d->day[10] = '\0';
	count = make_attachments(d, p, word, serial);
	make_params(d, project, count);
	make_metadata(d, serial);
	tag_count = make_tags(d);
	buf_clear(&d->outcome);
	make_life(d, &t, life_fate(d->s, &t, d->attachments, count, &d->outcome), staging);
	t.params = buf_str(&d->params);
	t.metadata = buf_str(&d->metadata);
	t.tags = tag_count ? buf_str(&d->tags) : NULL;
	task_insert(d->s->db, &t);
}

/* One side of the account. The steps between tasks grow shorter by day and longer at
 * night only by chance; what matters is that no two fall together. */
static void
add_side(struct service *s, bool is_test, int tasks)
{
	struct seeding d = {
		.s = s,
		.tasks = tasks,
		.rng = is_test ? 0x9E3779B97F4A7C15u : 0xD1B54A32D192ED03u,
		.is_test = is_test,
		.from_ms = s->now_ms - DAYS * DAY_MS,
		.params = BUF_INIT(TEXT_MAX),
		.metadata = BUF_INIT(TEXT_MAX),
		.tags = BUF_INIT(TEXT_MAX),
		.outcome = BUF_INIT(TEXT_MAX),
	};
	int64_t step = DAYS * DAY_MS / tasks;

	team_seed(s, is_test);
	for (size_t i = 0; i < PROJECTS; i++)
		add_project(&d, i);
	for (int i = 0; i < tasks; i++)
		add_task(&d, d.from_ms + i * step + any(&d) % (step - 1000));
	buf_free(&d.params);
	buf_free(&d.metadata);
	buf_free(&d.tags);
	buf_free(&d.outcome);
}

static enum err_code
make_demo(struct service *s, int tasks, struct err *err)
{
	int test_tasks = tasks / 5; /* TEST_TASKS of LIVE_TASKS, and never more */

	db_begin(s->db);
	if (db_number(s->db, db_query(s->db, "SELECT count(*) FROM project"), 0) == 0) {
		add_side(s, false, tasks);
		add_side(s, true, test_tasks < TEST_TASKS ? test_tasks : TEST_TASKS);
	}
	if (db_commit(s->db))
		return ERR_OK;
	return err_set(err, ERR_STORE, "cannot make the demo account: %s", db_failure(s->db));
}

/* "demo:20000": how many; 0 if that is no number in range. */
static int
demo_tasks(const char *what)
{
	char *end;
	long n;

	if (what[4] == '\0')
		return LIVE_TASKS;
	errno = 0;
	n = what[4] == ':' && what[5] >= '0' && what[5] <= '9' ? strtol(what + 5, &end, 10) : 0;
	return n >= LIVE_TASKS_MIN && n <= LIVE_TASKS_MAX && !*end && !errno ? (int)n : 0;
}

enum err_code
seed_fill(struct service *s, const char *what, struct err *err)
{
	if (strcmp(what, "empty") == 0)
		return ERR_OK;
	if (strcmp(what, "demo") == 0 || strncmp(what, "demo:", 5) == 0) {
		int tasks = demo_tasks(what);

		return tasks > 0 ? make_demo(s, tasks, err)
				 : err_set(err, ERR_USAGE, "--seed demo:N: N is from %d to %d",
					   LIVE_TASKS_MIN, LIVE_TASKS_MAX);
	}
	if (db_number(s->db, db_query(s->db, "SELECT count(*) FROM project"), 0) > 0)
		return ERR_OK;
	return seed_file(s, what, err);
}
