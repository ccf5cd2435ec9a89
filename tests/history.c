/* history.c - see history.h. */
#include "config.h"

#include "tests/history.h"

#include "tests/admin.h"
#include "tests/promise.h"
#include "tests/scratch.h"
#include "tests/stored.h"
#include "tests/test.h"

#include "core/err.h"
#include "core/mem.h"

#include <sys/stat.h>
#include <unistd.h>

#define TRIES    6 /* of a wish, until it is fulfilled */
#define TEXT_MAX (1u << 20)
#define DATABASE ".local/state/multistage/multistage.db"

#define ONCE(effect) \
	"[{\"method\":\"POST\",\"path\":\"/v1/task/*\",\"times\":1,\"effect\":\"" effect "\"}]"
#define LOOKS(effect)                                                                          \
	"[{\"method\":\"GET\",\"path\":\"/v1/tasks*\",\"times\":2,\"effect\":\"" effect "\"}," \
	"{\"method\":\"POST\",\"path\":\"/v1/task/*\",\"times\":1,\"effect\":\"fin:after\"}]"

/* clang-format off */
const struct history_fault history_faults[] = {
	{ "none", "[]", false },
	{ "503 after", ONCE("status:503:after"), false },
	{ "reset after", ONCE("rst:after"), false },
	{ "closed after", ONCE("fin:after"), false },
	{ "429", ONCE("429:sec:1:before"), false },
	{ "400", ONCE("status:400:before"), true },
	{ "500 after", ONCE("status:500:after"), false },
	{ "500 before", ONCE("status:500:before"), false },
	{ "503 before", ONCE("status:503:before"), false },
	{ "reset before", ONCE("rst:before"), false },
	{ "closed before", ONCE("fin:before"), false },
	{ "cut after 20", ONCE("trunc:20"), false },
	{ "garbage", ONCE("garbage:after"), false },
	{ "a page of HTML after", ONCE("html200:after"), false },
	{ "a page of HTML before", ONCE("html200:before"), false },
	{ "nothing after", ONCE("empty200:after"), false },
	{ "nothing before", ONCE("empty200:before"), false },
	{ "no id", ONCE("noid200"), false },
	{ "a number as id", ONCE("badtype200:number"), false },
	{ "an object as id", ONCE("badtype200:object"), false },
	{ "late", ONCE("late:100"), false },
	{ "409 without", ONCE("status:409:before"), false },
	{ "409 after", ONCE("status:409:after"), false },
	{ "408 after", ONCE("status:408:after"), false },
	{ "425 after", ONCE("status:425:after"), false },
	{ "a look-up fails", LOOKS("status:500"), false },
	{ "a look-up is reset", LOOKS("rst"), false },
	{ "a look-up finds strangers", LOOKS("ignorefilter"), false },
	{ "a look-up is blind", LOOKS("lag:60000"), false },
	{ "redirected", ONCE("redir:307:http://127.0.0.1:9/"), false },
	{ "401", ONCE("status:401:before"), false },
};
/* clang-format on */
const size_t history_fault_count = ARRAY_LEN(history_faults);

/* The database of a client that has done nothing yet. */
static void
prepare(struct trial *t)
{
	char dir[64] = "/tmp/ms-history-XXXXXX", path[128], url[64];
	void *state;

	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/empty.db", dir);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/v1", t->sandbox.port);
	store_close(stored_for(path, url, PROGRAM_KEY));
	t->empty = scratch_read(path, &t->empty_len);
	state = mem_strdup(dir);
	assert_int_equal(scratch_teardown(&state), 0);
}

void
trial_open(struct trial *t)
{
	static const char *const args[] = { "--seed", "empty", "--work", "3600", NULL };

	*t = (struct trial){ .story = BUF_INIT(TEXT_MAX), .why = BUF_INIT(TEXT_MAX) };
	admin_prepare();
	t->inject = inject_new();
	t->service = sandbox_start(NULL, args);
	assert_int_equal(
		sscanf(sandbox_url(t->service), "http://127.0.0.1:%d/v1", &t->sandbox.port), 1);
	prepare(t);
}

void
trial_close(struct trial *t)
{
	sandbox_stop(t->service);
	inject_free(t->inject);
	free(t->empty);
	program_done(&t->run);
	buf_free(&t->story);
	buf_free(&t->why);
}

static void
put_database(struct trial *t)
{
	static const char *const folders[] = { ".local", ".local/state",
					       ".local/state/multistage" };

	for (size_t i = 0; i < ARRAY_LEN(folders); i++)
		assert_int_equal(mkdir(scratch_path(t->dir, folders[i]), 0700), 0);
	scratch_write(t->db, t->empty, t->empty_len);
	assert_int_equal(chmod(t->db, 0600), 0);
}

void
history_begin(struct trial *t, const struct history_fault *fault, bool fresh)
{
	char body[128], url[64];
	struct answer a;

	t->number++;
	t->wishes = 0;
	t->refuses = fault->refuses;
	buf_clear(&t->story);
	buf_clear(&t->why);
	snprintf(t->dir, sizeof(t->dir), "/tmp/ms-history-XXXXXX");
	assert_non_null(mkdtemp(t->dir));
	snprintf(t->db, sizeof(t->db), "%s/" DATABASE, t->dir);
	snprintf(t->project, sizeof(t->project), "history-%u", t->number);
	buf_addf(&t->story, "the service: %s\n", fault->name);
	if (!fresh)
		put_database(t);
	program_world(t->dir);
	setenv("SCALE_API_KEY", PROGRAM_KEY, 1);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/v1", t->sandbox.port);
	setenv("MULTISTAGE_URL", url, 1);
	snprintf(body, sizeof(body), "{\"type\":\"multistage\",\"name\":\"%s\"}", t->project);
	raw_must(&t->sandbox, PROGRAM_KEY, "POST", "/v1/projects", body, &a);
	answer_free(&a);
	admin_faults(&t->sandbox, fault->rules);
}

/* Every second wish brings an id of its own. */
static void
payload_of(const struct trial *t, unsigned wish, char out[512])
{
	char id[64] = "";

	if (wish % 2)
		snprintf(id, sizeof(id), "\"unique_id\":\"%s-%u\",", t->project, wish);
	snprintf(out, 512,
		 "{%s\"project\":\"%s\",\"attachments\":[\"s3://a/%u.sfs\"],"
		 "\"scene_format\":\"sensor_fusion\"}",
		 id, t->project, wish);
}

static void
tell(struct trial *t, const char *what, unsigned wish, const struct shim_plan *plan, bool hit)
{
	static const char *const hows[] = {
		[SHIM_KILL_BEFORE] = "killed before",
		[SHIM_KILL_AFTER] = "killed after",
		[SHIM_FAIL] = "fails:",
		[SHIM_FAIL_ON] = "fails from",
		[SHIM_STARVE] = "no memory, allocation",
		[SHIM_STARVE_ON] = "no memory from",
	};

	buf_addf(&t->story, "%s %u", what, wish);
	if (plan->how > SHIM_COUNT)
		buf_addf(&t->story, ", %s %s %u", hows[plan->how],
			 plan->how < SHIM_STARVE ? inject_calls[plan->call] : "", plan->nth);
	if (plan->error)
		buf_addf(&t->story, " (%s)", strerror(plan->error));
	buf_addf(&t->story, "%s: %d\n", plan->how > SHIM_COUNT && !hit ? " (not reached)" : "",
		 t->run.status);
}

/* "queued" and "accepted" are said only of what is stored, and nothing leaves that is not. */
static void
check_words(struct trial *t, unsigned wish)
{
	struct promise_row *rows;
	const char *wire;
	char run_key[32];
	bool stored = false, accepted = false;
	size_t n, wire_len;

	snprintf(run_key, sizeof(run_key), "run-%u", wish);
	promise_rows(t->db, &rows, &n, &t->why);
	for (size_t i = 0; i < n; i++) {
		if (strcmp(rows[i].run_key, run_key) != 0)
			continue;
		stored = true;
		accepted = strcmp(rows[i].state, "accepted") == 0;
		if (strcmp(rows[i].state, "rejected") == 0 && !t->refuses)
			buf_addf(&t->why, "wish %u is refused, and nobody refused it\n", wish);
	}
	if (t->run.status == 6 && !stored)
		buf_addf(&t->why, "wish %u is told to be queued, and is not stored\n", wish);
	if (t->run.status == 0 && !accepted)
		buf_addf(&t->why, "wish %u is told to be accepted, and is not\n", wish);
	wire = inject_wire(t->inject, &wire_len);
	promise_wire(wire, wire_len, rows, n, &t->why);
	promise_free(rows, n);
}

/* What fails for ever is not waited for as long as what must come to its end. */
#define WAIT_HINDERED "--wait=200"
#define WAIT          "--wait=4000"

struct request {
	char payload[512], run_key[32];
	const char *words[6];
};

static void
request_of(struct trial *t, enum history_act act, unsigned wish, const char *wait,
	   struct request *q)
{
	const char *const words[] = {
		"submit", "-", "--run", q->run_key, act == HISTORY_QUEUE ? "--no-wait" : wait, NULL
	};

	payload_of(t, wish, q->payload);
	snprintf(q->run_key, sizeof(q->run_key), "run-%u", wish);
	memcpy(q->words, words, sizeof(words));
	if (wish >= t->wishes)
		t->wishes = wish + 1;
}

pid_t
history_start(struct trial *t, enum history_act act, unsigned wish, void *says)
{
	struct request q;

	request_of(t, act, wish, WAIT, &q);
	t->runs++;
	return inject_start(t->inject, says, q.payload, q.words);
}

bool
history_run(struct trial *t, enum history_act act, unsigned wish, const struct shim_plan *plan)
{
	struct request q;
	bool hit;

	request_of(t, act, wish, plan->how > SHIM_COUNT ? WAIT_HINDERED : WAIT, &q);
	inject_run(t->inject, plan, t->dir, q.payload, q.words, &t->run, &hit);
	tell(t, act == HISTORY_QUEUE ? "queue" : "send", wish, plan, hit);
	t->runs++;
	t->kills += hit && plan->how <= SHIM_KILL_AFTER;
	t->errors += hit && plan->how >= SHIM_FAIL && plan->how < SHIM_STARVE;
	t->starved += hit && plan->how >= SHIM_STARVE;
	if (t->run.status && t->run.status < 1000 && !t->run.err[0] &&
	    !(hit && plan->call == SHIM_WRITE))
		buf_addf(&t->why, "it ended with %d and without a word\n", t->run.status);
	if (t->run.status >= 1000 && !(hit && plan->how <= SHIM_KILL_AFTER))
		buf_addf(&t->why, "it died of signal %d\n", t->run.status - 1000);
	check_words(t, wish);
	return hit;
}

static void
fulfil(struct trial *t, unsigned wish)
{
	const struct shim_plan none = { .how = SHIM_NOTHING };
	bool done = false;

	for (int i = 0; i < TRIES && !done; i++) {
		history_run(t, HISTORY_SEND, wish, &none);
		done = t->run.status == 0 || t->run.status == 9 ||
		       (t->refuses && t->run.status == 1);
	}
	if (!done)
		buf_addf(&t->why, "wish %u is not fulfilled: %d %s\n", wish, t->run.status,
			 t->run.err);
}

static void
broken(struct trial *t)
{
	t->broken++;
	buf_addf(&t->story, "all of it is in %s\n", t->dir);
	if (!t->when_broken)
		fail_msg("broken:\n%s\nafter:\n%s", buf_str(&t->why), buf_str(&t->story));
	t->when_broken(t);
}

void
history_end(struct trial *t)
{
	void *dir = mem_strdup(t->dir);
	const struct promise p = { .db = t->db,
				   .r = &t->sandbox,
				   .key = PROGRAM_KEY,
				   .project = t->project,
				   .wishes = t->wishes,
				   .may_refuse = t->refuses };

	for (unsigned wish = 0; wish < t->wishes; wish++)
		fulfil(t, wish);
	promise_kept(&p, &t->why);
	if (t->why.len == 0) {
		assert_int_equal(scratch_teardown(&dir), 0);
		return;
	}
	free(dir);
	broken(t);
}
