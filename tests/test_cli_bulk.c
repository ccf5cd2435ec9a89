/* test_cli_bulk.c - "multistage submit" with many payloads: all of them once, or none. */
#include "config.h"

#include "tests/canned.h"
#include "tests/program.h"
#include "tests/sandbox.h"
#include "tests/scratch.h"
#include "tests/test.h"

#include "core/buf.h"
#include "core/err.h"

#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <unistd.h>

#define MEMBERS(n)                                                                    \
	"\"project\":\"Front Perception 3D\",\"attachments\":[\"s3://a/" n ".sfs\"]," \
	"\"scene_format\":\"sensor_fusion\"}"
#define PLAIN(n)    "{" MEMBERS(n)
#define WITH(id, n) "{\"unique_id\":\"" id "\"," MEMBERS(n)

static struct program run, before;

static int
setup(void **state)
{
	int rc = scratch_setup(state);

	if (rc)
		return rc;
	program_world(*state);
	setenv("SCALE_API_KEY", PROGRAM_KEY, 1);
	setenv("MULTISTAGE_URL", "http://127.0.0.1:9/v1", 1);
	return 0;
}

static int
teardown(void **state)
{
	program_done(&run);
	program_done(&before);
	return scratch_teardown(state);
}

static struct sandbox *
real(void)
{
	struct sandbox *s = sandbox_start(NULL, NULL);

	setenv("MULTISTAGE_URL", sandbox_url(s), 1);
	return s;
}

#define SUBMIT(r, state, input, ...) \
	program_run(r, state, input, (const char *const[]){ "submit", __VA_ARGS__, NULL })

static size_t
lines(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

/* n payloads, one a line; the one in line bad is none. */
static char *
many(size_t n, size_t bad)
{
	struct buf text = BUF_INIT(64u << 20);

	for (size_t i = 1; i <= n; i++) {
		if (i == bad)
			buf_adds(&text, "{\"project\":\"P\",\"attachments\":[}\n");
		else
			buf_addf(
				&text,
				"{\"project\":\"Front Perception 3D\",\"attachments\":[\"s3://a/%zu"
				".sfs\"],\"scene_format\":\"sensor_fusion\"}\n",
				i);
	}
	return buf_take(&text);
}

/* Tasks of the sandbox with this in their attachments, as "list" counts them. */
static size_t
tasks(void *state)
{
	RUN(&run, state, "list", "--project", "Front Perception 3D", "--status", "pending",
	    "--limit", "0");
	program_must(&run, 0, NULL, NULL);
	return lines(run.out);
}

/* Each line of before stands in run, too. */
static void
same_lines(void)
{
	for (char *at = before.out, *end; (end = strchr(at, '\n')); at = end + 1) {
		*end = '\0';
		program_must(&run, run.status, at, NULL);
		*end = '\n';
	}
}

static void
d6_a_bad_record_57_of_100_queues_nothing_or_the_other_99(void **state)
{
	struct sandbox *s = real();
	size_t had = tasks(*state);
	char *text = many(100, 57);

	SUBMIT(&run, *state, text, "--no-wait");
	program_must(&run, 3, NULL, "stdin:57:31: record 57: error: } stands where a value");
	program_must(&run, 3, NULL, "1 of 100 records are bad; the first: stdin:57:1: record 57");
	assert_string_equal(run.out, "");
	RUN(&run, *state, "queue");
	program_must(&run, 0, NULL, "nothing is queued");
	SUBMIT(&run, *state, text, "--keep-going");
	program_must(&run, 7, "\taccepted\t58\t", "stdin:57:31: record 57: error: ");
	program_must(&run, 7, "\taccepted\t100\t", "1 of 100 records are bad and were left out");
	program_must(&run, 7, NULL, "submit all again with --run payloads-");
	assert_null(strstr(run.out, "\taccepted\t57\t"));
	assert_int_equal(lines(run.out), 99);
	assert_int_equal(tasks(*state) - had, 99);
	free(text);
	sandbox_stop(s);
}

static void
a24_the_same_file_twice_is_refused_with_the_date_of_the_first(void **state)
{
	struct sandbox *s = real();
	size_t had = tasks(*state);
	char *text = many(3, 0);

	SUBMIT(&before, *state, text, "-");
	program_must(&before, 0, "\taccepted\t3\tms-", "all 3 accepted");
	SUBMIT(&run, *state, text, "-");
	program_must(&run, 9, NULL, "already submitted on 20");
	program_must(&run, 9, NULL, "--again makes second copies; --run payloads-");
	assert_int_equal(lines(run.out), 3);
	same_lines();
	assert_int_equal(tasks(*state) - had, 3);
	SUBMIT(&run, *state, text, "-", "--again");
	program_must(&run, 0, NULL, "all 3 accepted");
	assert_int_equal(tasks(*state) - had, 6);
	free(text);
	sandbox_stop(s);
}

static void
a_run_that_is_repeated_adds_what_is_missing(void **state)
{
	static const char two[] = PLAIN("1") "\n" PLAIN("2") "\n";
	static const char three[] = PLAIN("1") "\n" PLAIN("2") "\n" PLAIN("3") "\n";
	static const char changed[] = PLAIN("1") "\n" PLAIN("other") "\n" PLAIN("4") "\n";
	struct sandbox *s = real();
	size_t had = tasks(*state);

	/* Queued and never sent: the ids that were made then are those that count. */
	SUBMIT(&before, *state, two, "--run=night", "--no-wait", "--json");
	program_must(&before, 6, "\"state\":\"queued\"", "(2 tasks)");
	SUBMIT(&run, *state, three, "--run=night");
	program_must(&run, 0, "\taccepted\t3\t", "2 submitted before, 1 added");
	for (const char *at = before.out; (at = strstr(at, "\"unique_id\":\"")); at += 13) {
		char id[32];

		snprintf(id, sizeof(id), "%.29s", at + 13);
		program_must(&run, 0, id, NULL);
	}
	SUBMIT(&run, *state, changed, "--run=night");
	program_must(&run, 9, NULL,
		     "record 2: this run has it with other bytes (local-2, accepted)");
	SUBMIT(&run, *state, two, "--run=night");
	program_must(&run, 9, "\taccepted\t3\t", "already submitted on");
	assert_int_equal(tasks(*state) - had, 3);
	sandbox_stop(s);
}

static void
a_unique_id_that_is_taken_keeps_all_from_being_queued(void **state)
{
	static const char other[] = WITH("b", "2"), both[] = WITH("a", "1") "\n" WITH("b", "3");
	struct sandbox *s;

	SUBMIT(&run, *state, other, "--no-wait");
	program_must(&run, 6, "local-1\n", NULL);
	SUBMIT(&run, *state, both, "--no-wait");
	program_must(&run, 3, NULL, "record 2: another submission from here (local-1)");
	RUN(&run, *state, "queue");
	assert_int_equal(lines(run.out), 1);
	s = real(); /* which is another target: there the ids are free */
	SUBMIT(&run, *state, both, "-");
	program_must(&run, 0, "\tb\n", NULL);
	SUBMIT(&run, *state, WITH("b", "9"), "-");
	program_must(&run, 9, NULL, "record 1: its unique_id was submitted on 20");
	sandbox_stop(s);
}

static void
files_of_all_shapes_are_one_run(void **state)
{
	static const char array[] = "[" PLAIN("1") ",\n " PLAIN("2") "]", one[] = PLAIN("3");
	struct sandbox *s = real();
	char first[256], second[256];

	snprintf(first, sizeof(first), "%s", scratch_path(*state, "array"));
	snprintf(second, sizeof(second), "%s", scratch_path(*state, "one"));

	scratch_write(first, array, sizeof(array) - 1);
	scratch_write(second, one, sizeof(one) - 1);
	SUBMIT(&run, *state, PLAIN("4") "\n" PLAIN("5"), first, second, "-", "--json");
	program_must(&run, 0, "\"record\":5,", "all 5 accepted");
	assert_int_equal(lines(run.out), 5);
	SUBMIT(&run, *state, "[]", first, "-");
	program_must(&run, 3, NULL, "stdin:1:1: record 3: error: the array is empty");
	SUBMIT(&run, *state, PLAIN("6"), first, "-", "--dry-run");
	program_must(&run, 0, "s3://a/6.sfs", "dry run");
	assert_int_equal(lines(run.out), 3);
	sandbox_stop(s);
}

static void
the_refused_of_many_are_named(void **state)
{
	static const char some[] = PLAIN("1") "\n{\"project\":\"Nobody\",\"attachments\":"
					      "[\"s3://a/b.sfs\"],\"scene_format\":"
					      "\"sensor_fusion\"}\n";
	struct sandbox *s = real();

	SUBMIT(&run, *state, some, "--run=r");
	program_must(&run, 7, "local-2\trejected\t2\t", "record 2 was refused: project: ");
	program_must(&run, 7, "\taccepted\t1\t", "1 of 2 were refused");
	/* Corrected, it is queued in its old place, and the other one is not made again. */
	SUBMIT(&run, *state, PLAIN("1") "\n" PLAIN("2"), "--run=r");
	program_must(&run, 0, "\taccepted\t2\t", "1 submitted before, 1 added");
	SUBMIT(&run, *state, strchr(some, '\n') + 1, "--json");
	program_must(&run, 1, "\"state\":\"rejected\"", "Nobody");
	sandbox_stop(s);
}

static void
read_terminal(void *line)
{
	dup2(*(int *)line, STDIN_FILENO);
}

static void
b11_a_terminal_is_not_read_and_a_long_line_is_whole(void **state)
{
	struct buf text = BUF_INIT(1u << 20), word = BUF_INIT(1u << 20);
	int tty, line;

	for (int i = 0; i < 2000; i++)
		buf_addf(&word, "%04d ", i);
	buf_addf(&text, "{\"instruction\":\"%s\"," MEMBERS("1"), buf_str(&word));
	SUBMIT(&run, *state, text.p, "--dry-run");
	program_must(&run, 0, buf_str(&word), NULL);
	/* A terminal would hand out its first 4095 bytes and lose the rest. */
	assert_int_equal(openpty(&tty, &line, NULL, NULL, NULL), 0);
	for (size_t i = 0; i < 2; i++) {
		program_prepare(read_terminal, &line);
		SUBMIT(&run, *state, NULL, i == 0 ? "-" : "--dry-run");
		program_prepare(NULL, NULL);
		program_must(&run, 2, NULL, "stdin is a terminal");
		assert_string_equal(run.out, "");
	}
	close(tty);
	close(line);
	buf_free(&text);
	buf_free(&word);
}

static void
interrupted_what_is_queued_stays_queued(void **state)
{
	const struct canned answers[] = { { .end = CANNED_HANG }, { .end = CANNED_HANG } };
	struct canned_server *s = canned_start(answers, ARRAY_LEN(answers), NULL);
	char *text = many(40, 0), url[64];
	pid_t pid;

	snprintf(url, sizeof(url), "http://127.0.0.1:%d/v1", canned_port(s));
	setenv("MULTISTAGE_URL", url, 1);
	pid = program_start(*state, text, (const char *const[]){ "submit", "-", NULL });
	assert_non_null(strstr(canned_request(s), "POST /v1/task/multistage"));
	kill(pid, SIGINT);
	program_wait(&run, *state, pid);
	program_must(&run, 130, "\tqueued\t40\t", "unconfirmed: it left");
	assert_int_equal(lines(run.out), 40);
	RUN(&run, *state, "queue");
	assert_int_equal(lines(run.out), 40);
	free(text);
	canned_stop(s);
}

static void
many_thousands_are_queued_at_once(void **state)
{
	char *text = many(20000, 0);

	SUBMIT(&run, *state, text, "--no-wait");
	program_must(&run, 6, "local-20000\tqueued\t20000\t", "(20000 tasks)");
	RUN(&run, *state, "queue", "--json");
	program_must(&run, 0, "\"local_id\":\"local-20000\"", NULL);
	assert_int_equal(lines(run.out), 20000);
	free(text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(d6_a_bad_record_57_of_100_queues_nothing_or_the_other_99),
		TEST(a24_the_same_file_twice_is_refused_with_the_date_of_the_first),
		TEST(a_run_that_is_repeated_adds_what_is_missing),
		TEST(a_unique_id_that_is_taken_keeps_all_from_being_queued),
		TEST(files_of_all_shapes_are_one_run),
		TEST(the_refused_of_many_are_named),
		TEST(b11_a_terminal_is_not_read_and_a_long_line_is_whole),
		TEST(interrupted_what_is_queued_stays_queued),
		TEST(many_thousands_are_queued_at_once),
	};
	return cmocka_run_group_tests_name("cli bulk", tests, NULL, NULL);
}
