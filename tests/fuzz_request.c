/* fuzz_request.c - no requests make the sandbox answer what it must not, or spoil its data.
 *
 * An input is up to 6 requests, split by byte 0x1e. Each: a line with method and target
 * ("@" in the target is the last task's id), a line with "t" or "l" for the test or the live
 * key ("T" or "L": the body is a form) and an Idempotency-Key behind it, and the body. They
 * run one after the other as the server runs them, each kept or undone, and all are undone
 * at the end.
 */
#include "config.h"

#include "tests/fuzz.h"

#include "core/json.h"
#include "core/mem.h"
#include "core/text.h"
#include "sandbox/admin.h"
#include "sandbox/db.h"
#include "sandbox/fault.h"
#include "sandbox/life.h"
#include "sandbox/record.h"
#include "sandbox/request.h"
#include "sandbox/route.h"
#include "sandbox/service.h"
#include "sandbox/task.h"
#include "sandbox/upload.h"

#include <string.h>

#define REQUESTS_MAX 6
#define NOW_MS       1700000000000 /* any */
#define CHECK_EVERY  64            /* inputs; a look at the whole database is slow */
#define MULTIPART    "multipart/form-data; boundary=b"

#define NEXT   "\x1e"
#define CREATE "POST /v1/task/multistage\n"
#define FUSED  "\"attachments\":[\"s3://b/k\"],\"scene_format\":\"sensor_fusion\""

/* clang-format off */
#define DEEP "{\"a\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[{\"b\":1e2}]]]]]]]]]]]]]]]]]]]]]]]]]]]]}"

const struct fuzz_seed fuzz_seeds[] = {
	FUZZ_SEED(CREATE "l\n{\"project\":\"p\"," FUSED ",\"unique_id\":\"u\",\"tags\":[\"a\",\"b\"],"
		  "\"metadata\":{\"k\":[1,{}]},\"priority\":20}" NEXT
		  "POST /v1/task/@/tags\nl\n[\"c\",\"a\"]" NEXT
		  "PUT /v1/task/@/tags\nl\n[\"d\"]" NEXT
		  "DELETE /v1/task/@/tags\nl\n[\"a\"]" NEXT
		  "POST /v1/task/@/cancel?clear_unique_id=True\nl\n"),
	FUZZ_SEED(CREATE "tkey\n{\"batch\":\"b\",\"attachments\":[\"https://h/missing/1\",\"https://h/broken/2\"],"
		  "\"scene_format\":\"split_base64\",\"clear_unique_id_on_error\":true,\"callback_url\":\"me@x.example\"}" NEXT
		  CREATE "tkey\n{\"project\":\"p\"," FUSED "}" NEXT
		  "POST /v1/task/@/setMetadata\nt\n{\"a\":\"\\u00e9\"}" NEXT
		  "POST /v1/task/@/unique_id\nt\n{\"unique_id\":\"v/1\"}" NEXT
		  "DELETE /v1/task/@/unique_id\nt\n" NEXT
		  "GET /v1/task/@\nt\n"),
	FUZZ_SEED(CREATE "l\n{\"project\":\"p\"," FUSED ",\"tags\":[\"a\"],\"metadata\":" DEEP "}" NEXT
		  CREATE "t\n{\"project\":\"p\"," FUSED ",\"unique_id\":\"u\"}" NEXT
		  "GET /v1/tasks?limit=2\nl\n" NEXT
		  "GET /v1/tasks?project=p&status&tags=a&tags=b&limit=2&offset=0\nl\n" NEXT
		  "GET /v1/tasks?start_time=2021-04-25T03:14:15-07:00&end_time=2024-01-01%2000:00:00&updated_after=2020-01-01\nl\n" NEXT
		  "GET /v1/tasks?include_attachment_url=True&unique_id=u&limited_response=false&customer_review_status=accepted,fixed\nt\n"),
	FUZZ_SEED("POST /v1/projects\nl\n{\"type\":\"multistage\",\"name\":\"q/1\",\"params\":{\"instruction\":\"i\"},\"rapid\":true}" NEXT
		  "POST /v1/projects/q%2F1/setParams\nl\n{\"patch\":true,\"priority\":30}" NEXT
		  "GET /v1/projects/q%2f1\nl\n" NEXT
		  "POST /v1/batches\nl\n{\"project\":\"q/1\",\"name\":\"n\",\"callback\":\"http://h/c\"}" NEXT
		  "POST /v1/batches/n/finalize\nl\n" NEXT
		  "GET /v1/projects?archived=False\nl\n"),
	FUZZ_SEED("GET /v1/batches?project=p&detailed=1&limit=1\nl\n" NEXT
		  "POST /v1/batches/b/prioritize\nl\n{\"priority\":10.0}" NEXT
		  "POST /v1/batches/b/setMetadata\nl\n{\"m\":null}" NEXT
		  "GET /v1/batches/b/status\nl\n"),
	FUZZ_SEED("POST /v1/files/upload\nl\n--b\r\nContent-Disposition: form-data; name=\"project_name\"\r\n\r\np\r\n"
		  "--b\r\nContent-Disposition: form-data; name=\"reference_id\"\r\n\r\nr\r\n"
		  "--b\r\nContent-Disposition: form-data; name=\"metadata\"\r\n\r\n{\"a\":1}\r\n"
		  "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\\\"b.png\"\r\nContent-Type: image/png\r\n\r\nby\r\n-tes\r\n--b--\r\n" NEXT
		  "POST /v1/files/import\nl\n{\"file_url\":\"https://h/f\",\"reference_id\":\"r\",\"project_name\":\"p\"}" NEXT
		  "GET /v1/assets?project=p&limit=1\nl\n" NEXT
		  "GET /_sandbox/files/0?size=1\nl\n"),
	FUZZ_SEED(CREATE "L\nproject=p&attachments[]=s3%3A%2F%2Fb%2Fk&scene_format=sensor_fusion&metadata[a][b]=1&tags[0]=x&tags[1]=y" NEXT
		  "POST /v1/task/@/setMetadata\nL\na[b]=1&c[]=d" NEXT
		  "POST /v1/task/imageannotation\nt\n{\"attachment\":\"https://h/i.jpg\",\"geometries\":{\"box\":{}},\"callback_url\":\"https://h/c\"}" NEXT
		  "POST /v1/task/@/audit\nt\n{\"accepted\":true,\"comments\":null}" NEXT
		  "POST /v1/task/@/send-callback\nt\n" NEXT
		  "POST /_sandbox/tasks/@/recall\nt\n"),
	FUZZ_SEED("POST /v1/training_tasks/imageannotation\nl\n{\"batch\":\"d\",\"attachment\":\"https://h/i\",\"expected_response\":{\"a\":[]}}" NEXT
		  "POST /v1/evaluation_tasks/imageannotation\nl\n{\"project\":\"i\",\"attachment\":\"s3://b/i\",\"expected_response\":{},\"initial_response\":{}}" NEXT
		  "GET /v1/teams\nl\n" NEXT
		  "POST /v1/teams/invite\nl\n{\"emails\":[\"a@h.example\"],\"team_role\":\"member\"}" NEXT
		  "POST /v1/teams/set_role\nl\n{\"emails\":[\"a@h.example\"],\"team_role\":\"manager\"}" NEXT
		  "GET /v1/projects/p/taskTemplates\nl\n"),
	FUZZ_SEED(CREATE "l\n{\"batch\":\"b\"," FUSED "}" NEXT
		  "GET /v2/task?task_id=@&expand=batch\nl\n" NEXT
		  "GET /v2/tasks?project_name=p&status=pending&limit=1\nl\n" NEXT
		  "GET /v2/batch?batch_name=b\nl\n" NEXT
		  "GET /v2/batches?project_name=p&limit=1\nl\n" NEXT
		  "GET /v2/projects\nl\n"),
	FUZZ_SEED("POST /_sandbox/faults\nl\n{\"name\":\"f\",\"method\":\"POST\",\"path\":\"/v1/task/*\",\"key\":\"live\",\"times\":3,\"effect\":\"status:503:after, ctype:text/html\"}" NEXT
		  "POST /_sandbox/faults\nl\n[{\"path\":\"/v1/tasks\",\"probability\":0.5,\"seed\":1,\"for\":10,\"effect\":\"fin\"}]" NEXT
		  "GET /_sandbox/faults\nl\n" NEXT
		  "POST /_sandbox/clock\nl\n{\"advance\":\"2h\"}" NEXT
		  "GET /_sandbox/requests?since=0&limit=10&path=/v1/*\nl\n" NEXT
		  "DELETE /_sandbox/faults\nl\n"),
	{ NULL, 0 },
};
/* clang-format on */

static struct service world;
static unsigned inputs;

struct call { /* one request of the input; strings are owned */
	char *method, *target, *key, *body;
	size_t body_len;
	bool is_test, is_form;
};

/* The bytes up to stop, without them; *p goes on behind. */
static char *
cut(const char **p, const char *end, char stop)
{
	const char *at = memchr(*p, stop, (size_t)(end - *p));
	char *s = mem_strndup(*p, (size_t)((at ? at : end) - *p));

	*p = at ? at + 1 : end;
	return s;
}

/* text with each "@" replaced. */
static char *
with_id(const char *text, const char *id)
{
	struct buf b = BUF_INIT(1u << 20);

	for (; *text; text++)
		buf_add(&b, *text == '@' ? id : text, *text == '@' ? strlen(id) : 1);
	buf_adds(&b, "");
	return buf_take(&b);
}

static void
call_read(struct call *c, const char *p, const char *end, const char *last_id)
{
	char *line = cut(&p, end, '\n'), *keys = cut(&p, end, '\n');
	const char *words = line;

	c->method = cut(&words, line + strlen(line), ' ');
	c->target = with_id(words, last_id);
	c->is_test = keys[0] == 't' || keys[0] == 'T';
	c->is_form = keys[0] == 'T' || keys[0] == 'L';
	c->key = keys[0] && keys[1] ? mem_strdup(keys + 1) : NULL;
	c->body_len = (size_t)(end - p);
	c->body = mem_alloc(c->body_len + 1); /* of its own size: reading past it is seen */
	memcpy(c->body, p, c->body_len);
	free(line);
	free(keys);
}

static void
call_done(struct call *c)
{
	free(c->method);
	free(c->target);
	free(c->key);
	free(c->body);
}

static void
add_part(void *arg, const struct multipart_part *part, const char *data, size_t n)
{
	struct buf *all = arg;

	if (n == 0)
		buf_addf(all, "\n<%s|%s|%s>", part->name ? part->name : "",
			 part->filename ? part->filename : "", part->type ? part->type : "");
	buf_add(all, data, n);
}

/* What a form says, when it comes in pieces of this size. */
static void
read_form(const struct call *c, size_t piece, struct buf *all)
{
	struct multipart m;
	bool good;

	good = multipart_init(&m, MULTIPART, add_part, all);
	fuzz_must(good, "a boundary");
	for (size_t at = 0; good && at < c->body_len; at += piece)
		good = multipart_add(&m, c->body + at,
				     piece < c->body_len - at ? piece : c->body_len - at);
	buf_addf(all, "%d %d", good, multipart_ended(&m));
	multipart_done(&m);
}

/* The body as a form, as the server takes it apart; NULL if it is none. */
static struct upload *
form_of(const struct call *c)
{
	struct buf whole = BUF_INIT(1u << 24), pieces = BUF_INIT(1u << 24);
	struct upload *u = upload_new(MULTIPART);

	read_form(c, c->body_len + 1, &whole);
	read_form(c, 1 + c->body_len % 7, &pieces);
	fuzz_must(whole.len == pieces.len && memcmp(whole.p, pieces.p, whole.len) == 0,
		  "a form in pieces is the form");
	buf_free(&whole);
	buf_free(&pieces);
	if (upload_add(u, c->body, c->body_len))
		return u;
	upload_free(u);
	return NULL;
}

/* No member of a task is null: what a task has not, it does not show. */
static void
check_task(const struct json_span *task)
{
	struct json_iter it = { 0 };

	while (json_each(task, &it))
		fuzz_must(it.value.type != JSON_NULL, "a task shows no null");
}

static void
check_good(const struct json_span *reply, char id[TASK_ID_SIZE])
{
	static const char *const of_a_list[] = { "limit", "has_more" };
	struct json_span found;
	struct json_iter it = { 0 };

	if (reply->type != JSON_OBJECT)
		return;
	if (json_member(reply, "task_id", &found)) {
		check_task(reply);
		fuzz_must(found.n == TASK_ID_SIZE + 1, "an id has 24 digits");
		snprintf(id, TASK_ID_SIZE, "%.*s", TASK_ID_SIZE - 1, found.p + 1);
	}
	if (!json_member(reply, "docs", &found))
		return;
	while (json_each(&found, &it))
		check_task(&it.value);
	for (size_t i = 0; i < ARRAY_LEN(of_a_list); i++)
		fuzz_must(json_member(reply, of_a_list[i], &found), of_a_list[i]);
}

static void
check_refusal(const struct json_span *reply, int status)
{
	struct json_span code, text;
	struct json_iter it = { 0 };
	char number[16];
	size_t members = 0;

	while (json_each(reply, &it))
		members++;
	fuzz_must(reply->type == JSON_OBJECT && members == 2 &&
			  json_member(reply, "status_code", &code) &&
			  json_member(reply, "error", &text),
		  "a refusal has status_code and error, and nothing else");
	snprintf(number, sizeof(number), "%d", status);
	fuzz_must(code.n == strlen(number) && memcmp(code.p, number, code.n) == 0,
		  "status_code is the status");
	fuzz_must(text.type == JSON_STRING && text.n > 2, "error says something");
}

static void
check_reply(const struct reply *rp, char id[TASK_ID_SIZE])
{
	static const int known[] = { 200, 206, 400, 402, 403, 404, 405, 409, 413, 416 };
	struct json_span span;
	struct err err = ERR_INIT;
	bool is_known = false, is_json = !rp->type && !rp->asset.seq;

	if (rp->status == 200 && rp->type) {
		fuzz_must(strcmp(buf_str(&rp->body), "OK") == 0, "plain text is OK");
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		is_known = is_known || rp->status == known[i];
	if (!is_known ||
	    (is_json && json_scan(buf_str(&rp->body), rp->body.len, &span, NULL, &err)))
		fprintf(stderr, "fuzz: %d %s: %s\n", rp->status, buf_str(&rp->body), err.msg);
	fuzz_must(is_known, "a status that the service knows");
	fuzz_must(!err.code, "the reply is JSON");
	if (!is_json)
		return;
	if (rp->status == 200)
		check_good(&span, id);
	else
		check_refusal(&span, rp->status);
}

/* As the server does it: what is not answered with 200 is undone. False: it never ran. */
static bool
answer(const struct call *c, const struct route *route, struct request *rq, struct reply *rp)
{
	rq->is_test = c->is_test;
	rq->idempotency_key = c->key;
	rq->content_type = c->is_form ? "application/x-www-form-urlencoded" : NULL;
	rq->body = c->body;
	rq->body_len = c->body_len;
	rq->upload = route->body == BODY_FORM ? form_of(c) : NULL;
	if (route->body == BODY_FORM && !rq->upload)
		return false;
	db_mark(world.db);
	route->handle(&world, rq, rp);
	fuzz_must(!*db_failure(world.db), db_failure(world.db));
	if (rp->status == 200)
		db_keep(world.db);
	else
		db_undo(world.db);
	upload_free(rq->upload);
	record_add(world.record, &(struct record_entry){
					 .method = c->method,
					 .target = c->target,
					 .status = rp->status,
				 });
	return true;
}

static void
check_request(const struct request *rq)
{
	fuzz_must(rq->part_count <= REQUEST_PARTS_MAX, "a bounded number of parts");
	for (size_t i = 0; i < rq->part_count; i++)
		fuzz_must(text_valid(rq->parts[i], strlen(rq->parts[i]), NULL), "parts are text");
	for (size_t i = 0; i < rq->query_count; i++)
		fuzz_must(text_valid(rq->query[i].key, strlen(rq->query[i].key), NULL) &&
				  text_valid(rq->query[i].value, strlen(rq->query[i].value), NULL),
			  "the query is text");
}

static void
call_run(const struct call *c, char id[TASK_ID_SIZE])
{
	struct request rq = { .text = NULL };
	struct reply rp = { .status = 200, .body = BUF_INIT(REPLY_MAX_BYTES) };
	const struct route *route;
	bool known, usable;

	usable = request_parse(&rq, c->target) &&
		 (!c->key || text_valid(c->key, strlen(c->key), NULL));
	if (usable) {
		check_request(&rq);
		route = route_find(c->method, &rq, &known);
		if (route && answer(c, route, &rq, &rp))
			check_reply(&rp, id);
	}
	request_done(&rq);
	buf_free(&rp.body);
}

static int64_t
number(const char *sql)
{
	return db_number(world.db, db_query(world.db, sql), 0);
}

static void
check_database(void)
{
	sqlite3_stmt *st = db_query(world.db, "PRAGMA integrity_check");

	fuzz_must(db_row(world.db, st) && strcmp(db_column(st, 0, NULL), "ok") == 0, "it is whole");
	sqlite3_reset(st);
	fuzz_must(!db_row(world.db, db_query(world.db, "PRAGMA foreign_key_check")),
		  "all that is pointed at is there");
	fuzz_must(number("SELECT count(*) FROM task WHERE status = 'pending'"
			 " AND (fate IS NULL OR outcome IS NULL)") == 0,
		  "a pending task has a fate");
	fuzz_must(number("SELECT count(*) FROM task WHERE status <> 'pending' AND due_ms") == 0,
		  "only a pending task falls due");
	fuzz_must(number("SELECT count(*) FROM task WHERE (status = 'completed')"
			 " <> (completed_ms IS NOT NULL)") == 0,
		  "what is completed says when");
}

static void
set_up(const char *method, const char *target, const char *body)
{
	struct call c = {
		.method = mem_strdup(method),
		.target = mem_strdup(target),
		.body = mem_strdup(body),
		.body_len = strlen(body),
	};
	char id[TASK_ID_SIZE];

	for (int i = 0; i < 2; i++) {
		c.is_test = i == 1;
		call_run(&c, id);
	}
	call_done(&c);
}

static void
open_world(void)
{
	struct err err = ERR_INIT;

	fuzz_must(db_open(NULL, &world.db, &err) == ERR_OK, err.msg);
	world.now_ms = NOW_MS;
	world.work_ms = 1000;
	life_open(&world);
	fuzz_must(admin_open(&world, NULL, false, &err) == ERR_OK, err.msg);
	db_begin(world.db);
	set_up("POST", "/v1/projects", "{\"type\":\"multistage\",\"name\":\"p\"}");
	set_up("POST", "/v1/projects", "{\"type\":\"multistage\",\"name\":\"r\",\"rapid\":true}");
	set_up("POST", "/v1/projects",
	       "{\"type\":\"textcollection\",\"name\":\"x\",\"rapid\":true}");
	set_up("POST", "/v1/batches", "{\"project\":\"p\",\"name\":\"b\"}");
	set_up("POST", "/v1/batches", "{\"project\":\"r\",\"name\":\"c\"}");
	set_up("POST", "/v1/projects",
	       "{\"type\":\"imageannotation\",\"name\":\"i\",\"rapid\":true}");
	set_up("POST", "/v1/batches", "{\"project\":\"i\",\"name\":\"d\"}");
	fuzz_must(number("SELECT count(*) FROM batch") == 6, "the world is set up");
	fuzz_must(db_commit(world.db), "commit");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data, *end = p + size;
	char id[TASK_ID_SIZE] = "0";
	struct service before;

	if (!world.db)
		open_world();
	before = world;
	db_begin(world.db);
	for (int i = 0; i < REQUESTS_MAX && p < end; i++) {
		const char *stop = memchr(p, '\x1e', (size_t)(end - p));
		struct call c;

		call_read(&c, p, stop ? stop : end, id);
		call_run(&c, id);
		call_done(&c);
		world.now_ms++;
		p = stop ? stop + 1 : end;
	}
	if (inputs++ % CHECK_EVERY == 0)
		check_database();
	db_rollback(world.db);
	fault_rules_free(&world.faults->rules);
	record_clear(world.record);
	world = before;
	return 0;
}
