/* test_sandbox_race.c - of requests that want the same name at the same moment one wins. */
#include "config.h"

#include "tests/test.h"

#include "tests/raw.h"

#include <sys/socket.h>
#include <unistd.h>

#define SIDES_MAX 8

#define TASK "\"project\":\"p\",\"attachments\":[\"s3://b/k\"],\"scene_format\":\"sensor_fusion\""

static struct raw sb;

static void
set_up(const char *target, const char *body)
{
	struct answer a;

	raw_call(&sb, RAW_LIVE, "POST", target, body, &a);
	assert_int_equal(a.status, 200);
	answer_free(&a);
}

static int
start_one(void **state)
{
	static const char *const args[] = { "--db", "--seed", "empty", "--work", "1000", NULL };

	(void)state;
	raw_start(&sb, args);
	set_up("/v1/projects", "{\"type\":\"multistage\",\"name\":\"p\"}");
	return 0;
}

static int
stop_one(void **state)
{
	(void)state;
	raw_stop(&sb);
	return 0;
}

/* What a side sends; "#" stands for the number of the round. */
struct side {
	const char *target, *header, *body;
};

static void
fill_in(const char *text, int round, char *out, size_t size)
{
	size_t n = 0;

	for (; *text; text++) {
		int m = *text == '#' ? snprintf(out + n, size - n, "%d", round)
				     : snprintf(out + n, size - n, "%c", *text);

		n += (size_t)m;
		assert_true(n < size);
	}
	out[n] = '\0';
}

/* Send all of the request but its last byte. */
static void
prepare(int fd, const struct side *side, int round)
{
	char target[256], header[256], body[1024], text[2048];
	int n;

	fill_in(side->target, round, target, sizeof(target));
	fill_in(side->header, round, header, sizeof(header));
	fill_in(side->body, round, body, sizeof(body));
	n = snprintf(text, sizeof(text),
		     "POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " RAW_LIVE "\r\n%s"
		     "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
		     target, header, strlen(body), body);
	assert_true(n > 0 && (size_t)n < sizeof(text));
	raw_send(fd, text, (size_t)n - 1);
}

/* One round over open connections; answers are the caller's to free. Returns who won. */
static size_t
run_round(const int *fd, const struct side *sides, size_t count, int round, struct answer *a)
{
	size_t winner = 0, won = 0;

	for (size_t i = 0; i < count; i++)
		prepare(fd[i], &sides[i], round);
	for (size_t i = 0; i < count; i++) /* the side that goes first changes */
		raw_send(fd[(i + (size_t)round) % count], "}", 1);
	for (size_t i = 0; i < count; i++) {
		raw_read(fd[i], false, &a[i]);
		if (a[i].status == 200) {
			winner = i;
			won++;
		} else if (a[i].status != 409) {
			fail_msg("round %d: %d %s", round, a[i].status, a[i].body);
		}
	}
	if (won != 1)
		fail_msg("round %d: %zu of %zu have won", round, won, count);
	return winner;
}

typedef void check_fn(const char *name, struct answer *winner, struct answer *loser);

/* sides[0..count) against each other; name: what they all want. */
static void
race(const struct side *sides, size_t count, int rounds, const char *name, check_fn *check)
{
	struct answer a[SIDES_MAX];
	int fd[SIDES_MAX];
	char wanted[64];

	for (size_t i = 0; i < count; i++)
		fd[i] = raw_connect(&sb);
	for (int round = 0; round < rounds; round++) {
		size_t winner = run_round(fd, sides, count, round, a);

		fill_in(name, round, wanted, sizeof(wanted));
		for (size_t i = 0; i < count; i++)
			if (i != winner)
				check(wanted, &a[winner], &a[i]);
		for (size_t i = 0; i < count; i++)
			answer_free(&a[i]);
	}
	for (size_t i = 0; i < count; i++)
		close(fd[i]);
}

/* The text of the 409 names who has the id. Source: API reference, idempotent requests. */
static void
loser_names_the_winner(const char *name, struct answer *winner, struct answer *loser)
{
	char want[256];

	snprintf(want, sizeof(want),
		 "The unique_id (\"%s\") is already used for a different task (%s).", name,
		 raw_at(winner, "task_id"));
	assert_string_equal(raw_at(loser, "error"), want);
}

static void
loser_names_what_it_wanted(const char *name, struct answer *winner, struct answer *loser)
{
	char quoted[80];

	(void)winner;
	snprintf(quoted, sizeof(quoted), "\"%s\"", name);
	assert_non_null(strstr(raw_at(loser, "error"), quoted));
}

static int
count_of(const char *list, const char *total)
{
	struct answer a;
	int n;

	raw_call(&sb, RAW_LIVE, "GET", list, NULL, &a);
	assert_int_equal(a.status, 200);
	n = (int)strtol(raw_at(&a, total), NULL, 10);
	answer_free(&a);
	return n;
}

static void
of_two_creates_with_one_unique_id_one_wins_a_thousand_times(void **state)
{
	static const struct side create = { "/v1/task/multistage", "",
					    "{" TASK ",\"unique_id\":\"two-#\"}" };
	const struct side sides[] = { create, create };
	int before = count_of("/v1/tasks?limit=1", "total");

	(void)state;
	race(sides, 2, 1000, "two-#", loser_names_the_winner);
	assert_int_equal(count_of("/v1/tasks?limit=1", "total"), before + 1000);
}

static void
of_eight_creates_with_one_unique_id_one_wins(void **state)
{
	static const struct side create = { "/v1/task/multistage", "",
					    "{" TASK ",\"unique_id\":\"eight-#\"}" };
	const struct side sides[] = {
		create, create, create, create, create, create, create, create
	};
	int before = count_of("/v1/tasks?limit=1", "total");

	(void)state;
	race(sides, 8, 100, "eight-#", loser_names_the_winner);
	assert_int_equal(count_of("/v1/tasks?limit=1", "total"), before + 100);
}

static void
a_create_and_an_update_race_for_one_unique_id(void **state)
{
	char target[64];
	const struct side sides[] = {
		{ "/v1/task/multistage", "", "{" TASK ",\"unique_id\":\"both-#\"}" },
		{ target, "", "{\"unique_id\":\"both-#\"}" },
	};
	struct answer a;

	(void)state;
	raw_call(&sb, RAW_LIVE, "POST", "/v1/task/multistage", "{" TASK "}", &a);
	assert_int_equal(a.status, 200);
	snprintf(target, sizeof(target), "/v1/task/%s/unique_id", raw_at(&a, "task_id"));
	answer_free(&a);
	race(sides, 2, 200, "both-#", loser_names_the_winner);
}

static void
an_idempotency_key_creates_once(void **state)
{
	static const struct side create = { "/v1/task/multistage", "Idempotency-Key: key-#\r\n",
					    "{" TASK "}" };
	const struct side sides[] = { create, create };
	int before = count_of("/v1/tasks?limit=1", "total");

	(void)state;
	race(sides, 2, 200, "key-#", loser_names_what_it_wanted);
	assert_int_equal(count_of("/v1/tasks?limit=1", "total"), before + 200);
}

static void
a_batch_name_is_given_once(void **state)
{
	static const struct side create = { "/v1/batches", "",
					    "{\"project\":\"p\",\"name\":\"batch-#\"}" };
	const struct side sides[] = { create, create };

	(void)state;
	race(sides, 2, 200, "batch-#", loser_names_what_it_wanted);
	assert_int_equal(count_of("/v1/batches?limit=1", "totalDocs"), 200);
}

static void
a_project_name_is_given_once(void **state)
{
	static const struct side create = { "/v1/projects", "",
					    "{\"type\":\"multistage\",\"name\":\"project-#\"}" };
	const struct side sides[] = { create, create };

	(void)state;
	race(sides, 2, 100, "project-#", loser_names_what_it_wanted);
}

static void
a_reference_id_is_given_once(void **state)
{
	static const struct side import = {
		"/v1/files/import", "",
		"{\"file_url\":\"https://h.example/f\",\"reference_id\":\"file-#\"}"
	};
	const struct side sides[] = { import, import };

	(void)state;
	race(sides, 2, 100, "file-#", loser_names_what_it_wanted);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_two_creates_with_one_unique_id_one_wins_a_thousand_times),
		cmocka_unit_test(of_eight_creates_with_one_unique_id_one_wins),
		cmocka_unit_test(a_create_and_an_update_race_for_one_unique_id),
		cmocka_unit_test(an_idempotency_key_creates_once),
		cmocka_unit_test(a_batch_name_is_given_once),
		cmocka_unit_test(a_project_name_is_given_once),
		cmocka_unit_test(a_reference_id_is_given_once),
	};
	return cmocka_run_group_tests_name("sandbox_race", tests, start_one, stop_one);
}
