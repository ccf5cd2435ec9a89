/* fuzz_fault.c - no story and no JSON makes the readers of faults crash; rules that were
 * taken are taken again as they are told; and whatever a reply says, a fault leaves it the
 * kind of text that it promises. */
#include "config.h"

#include "tests/fuzz.h"

#include "core/err.h"
#include "core/json.h"
#include "sandbox/fault.h"
#include "sandbox/fault_reply.h"
#include "sandbox/story.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

const struct fuzz_seed fuzz_seeds[] = {
	FUZZ_SEED("# c\n[fault a]\nmethod = POST\npath=/v1/*\nwhen: 3\neffect = status:503:after\n"
		  "[fault b]\nevery = 2\ntimes = 1\nprobability = 0.5\nseed = 7\nfor = 2.5\n"
		  "key = live\neffect = delay:5, evil, trunc:3, slow:9, ctype:a/b;c=d\n"),
	FUZZ_SEED("[{\"name\":\"a\",\"when\":\"2-4\",\"effect\":[\"rate:0.5:3\",\"hdr:endless\"]},"
		  "{\"path\":\"*\",\"for\":1,\"effect\":\"redir:307:http://x/\"}]"),
	FUZZ_SEED("{\"effect\":\"429:date:5:after,lag:9\",\"method\":null}"),
	FUZZ_SEED("{\"docs\":[{\"task_id\":\"a\\\"\\\\\",\"created_at\":\"2024-01-16T21:03:33Z\"}],"
		  "\"total\":1,\"a\" : [\"\",{\"b\":\"\\u00e9\"},1.5]}"),
	{ NULL, 0 },
};

static void
check_picks(struct faults *f)
{
	const struct fault_request rq = { .method = "POST", .path = "/v1/task/multistage" };
	struct fault_plan plan;
	int64_t picked = 0, hits = 0;

	for (int i = 0; i < 20; i++)
		picked += faults_decide(f, &rq, &plan);
	for (size_t i = 0; i < f->rules.count; i++) {
		fuzz_must(f->rules.at[i].hits <= f->rules.at[i].seen, "no more hits than matches");
		fuzz_must(f->rules.at[i].hits <= f->rules.at[i].times, "and no more than allowed");
		hits += f->rules.at[i].hits;
	}
	fuzz_must(hits >= picked, "a request that was picked is the hit of a rule");
}

static void
check_rules(struct fault_rules *rules)
{
	struct fault_rules again = { .at = NULL };
	struct buf told = BUF_INIT(1u << 22), retold = BUF_INIT(1u << 22);
	struct faults f = { .tls = false };
	struct err err = ERR_INIT;
	size_t unnamed = 0;
	bool many;

	fault_rules_out(rules, &told, NULL);
	fuzz_must(fault_rules_parse(&again, buf_str(&told), told.len, &unnamed, &many, &err) ==
			  ERR_OK,
		  "rules are taken as they are told");
	fault_rules_out(&again, &retold, NULL);
	fuzz_must(strcmp(buf_str(&told), buf_str(&retold)) == 0, "and are the same");
	fault_rules_free(&again);
	fuzz_must(faults_replace(&f, rules, 0, &err) == ERR_OK, "without TLS all are possible");
	check_picks(&f);
	fault_rules_free(&f.rules);
	buf_free(&told);
	buf_free(&retold);
}

static void
check_story(const uint8_t *data, size_t size)
{
	struct fault_rules rules = { .at = NULL };
	struct err err = ERR_INIT;
	char path[32];
	int fd = memfd_create("story", MFD_CLOEXEC);

	fuzz_must(fd >= 0 && write(fd, data, size) == (ssize_t)size, "memory");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (story_read(path, &rules, &err) == ERR_OK)
		check_rules(&rules);
	else
		fuzz_must(!rules.at && err.msg[0], "an error says what is wrong");
	close(fd);
}

static void
check_json(const char *text, size_t n)
{
	struct fault_rules rules = { .at = NULL };
	struct err err = ERR_INIT;
	size_t unnamed = 0;
	bool many;

	if (fault_rules_parse(&rules, text, n, &unnamed, &many, &err) == ERR_OK)
		check_rules(&rules);
	else
		fuzz_must(!rules.at && err.msg[0], "an error says what is wrong");
}

static void
check_reply(const char *text, size_t n, enum fault_slot slot, enum fault_kind kind)
{
	struct fault_plan plan = { .names = "" };
	struct reply rp = { .status = 200, .body = BUF_INIT(REPLY_MAX_BYTES) };
	const struct request rq = { .parts = { "v1", "task" }, .part_count = 3 };
	struct err err = ERR_INIT;
	bool good = json_scan(text, n, NULL, NULL, &err) == ERR_OK;

	plan.by[slot] = (struct fault_effect){ .kind = kind, .n = 1000 };
	buf_add(&rp.body, text, n);
	fault_reply_change(&plan, &rq, true, 1705438999000, &rp);
	if (good && (slot != FAULT_TEXT || kind == FAULT_EVIL))
		fuzz_must(json_scan(buf_str(&rp.body), rp.body.len, NULL, NULL, &err) == ERR_OK,
			  "JSON stays JSON");
	buf_free(&rp.body);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	fuzz_must(text, "memory");
	memcpy(text, data, size);
	text[size] = '\0';
	check_story(data, size);
	check_json(text, size);
	check_reply(text, size, FAULT_TEXT, FAULT_EVIL);
	check_reply(text, size, FAULT_TEXT, FAULT_BAD_UTF8);
	check_reply(text, size, FAULT_TEXT, FAULT_CONTROL);
	check_reply(text, size, FAULT_ANSWER, FAULT_NO_ID);
	check_reply(text, size, FAULT_ANSWER, FAULT_BAD_TYPE);
	check_reply(text, size, FAULT_LOOKUP, FAULT_LAG);
	free(text);
	return 0;
}
