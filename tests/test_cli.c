/* test_cli.c - the real program without a screen and without a service. */
#include "config.h"

#include "tests/program.h"
#include "tests/scratch.h"
#include "tests/test.h"

#include "core/err.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <json-c/json.h>

#define MEMBERS                                                        \
	"\"project\":\"P\",\"attachments\":[\"https://x.dev/a.sfs\"]," \
	"\"scene_format\":\"sensor_fusion\"}"
#define GOOD    "{" MEMBERS
#define WITH_ID "{\"unique_id\":\"u-1\"," MEMBERS

static struct program run;

static int
setup(void **state)
{
	int rc = scratch_setup(state);

	if (rc == 0)
		program_world(*state);
	return rc;
}

static int
teardown(void **state)
{
	program_done(&run);
	return scratch_teardown(state);
}

static void
help_and_version_go_to_stdout(void **state)
{
	RUN(&run, *state, "--version");
	program_must(&run, 0, "multistage " PACKAGE_VERSION "\n", NULL);
	assert_string_equal(run.err, "");
	RUN(&run, *state, "-h");
	program_must(&run, 0, "  submit  ", NULL);
	RUN(&run, *state, "submit", "--help");
	program_must(&run, 0, "--dry-run", NULL);
	assert_null(strstr(run.out, "\n  complete "));
	RUN(&run, *state, "help", "list");
	program_must(&run, 0, "--status WORD", NULL);
}

static void
what_is_wrong_on_the_command_line_is_named_with_what_was_meant(void **state)
{
	static const struct {
		const char *words[5];
		const char *part;
	} rows[] = {
		{ { "sbumit", "x" }, "did you mean \"submit\"?" },
		{ { "frobnicate" }, "unknown command \"frobnicate\"" },
		{ { "list", "--stauts", "error" }, "did you mean --status?" },
		{ { "--key-fil=x", "list" }, "did you mean --key-file?" },
		{ { "list", "--status" }, "--status needs a value" },
		{ { "list", "--json=1" }, "--json takes no value" },
		{ { "list", "--limit", "many" }, "--limit takes a number" },
		{ { "list", "--status", "done" }, "use pending, completed" },
		{ { "list", "extra" }, "\"extra\" is one word too many" },
		{ { "show" }, "usage: multistage show" },
		{ { "list", "-x" }, "options are long" },
		{ { "check", "--open", "f", "f" }, "--open goes with the full screen" },
		{ { "submit", "f", "--run", "k", "--again" }, "contradict" },
		{ { "help", "sbumit" }, "did you mean \"submit\"?" },
		{ { "help", "--dump", "x" }, "tables: " },
		{ { "paths", "none" }, "there is no path" },
		{ { "paths", "--url", "ftp://x" }, "--url: url \"ftp://x\"" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		program_run(&run, *state, GOOD, rows[i].words);
		program_must(&run, 2, NULL, rows[i].part);
		assert_string_equal(run.out, "");
		assert_int_equal(strncmp(run.err, "multistage: ", 12), 0);
	}
}

static void
check_names_field_item_and_place(void **state)
{
	static const char bad[] =
		"{\"project\":\"P\",\"attachments\":[\"https://x.dev/a.json\",\"ftp://x\"],"
		"\"scene_format\":\"split_base64\",\"priority\":15,\"tags\":[\"a\",\"a\"]}";

	program_run(&run, *state, bad, (const char *const[]){ "check", "-", NULL });
	program_must(&run, 3, "stdin:1:54: attachments[1]: error: ", "errors in stdin");
	program_must(&run, 3, "stdin:1:106: priority: error: ", NULL);
	program_must(&run, 3, "warning", NULL);
	program_run(&run, *state, WITH_ID, (const char *const[]){ "check", "-", NULL });
	program_must(&run, 0, "stdin: good\n", NULL);
	program_run(&run, *state, "{\"project\":\n  nonsense}",
		    (const char *const[]){ "check", "-", NULL });
	program_must(&run, 3, "stdin:2:3: error: nonsense", "1 error in stdin");
	RUN(&run, *state, "check", scratch_path(*state, "none.json"));
	program_must(&run, 1, NULL, "none.json: No such file");
	program_run(
		&run, *state, WITH_ID,
		(const char *const[]){ "check", scratch_path(*state, "in"), "/dev/null", NULL });
	program_must(&run, 3, "in: good", "1 error in 1 of 2 records");
}

static void
check_looks_at_each_record_of_each_file(void **state)
{
	static const char lines[] = WITH_ID "\n\n{\"unique_id\":\"u-2\"}\n{\n" WITH_ID "\n";
	const char *array = scratch_path(*state, "array");

	scratch_write(array, "[\n " WITH_ID "]", sizeof(WITH_ID) + 3);
	program_run(&run, *state, lines, (const char *const[]){ "check", "-", array, NULL });
	program_must(&run, 3,
		     "stdin:3:1: record 2: attachments: error: ", "6 errors in 4 of 5 records");
	program_must(&run, 3, "stdin:4:2: record 3: error: the text ends", NULL);
	program_must(&run, 3, "stdin:5:14: record 4: unique_id: error: record 1 has the same",
		     NULL);
	program_must(&run, 3, "/array:2:15: record 5: unique_id: error: record 1 has", NULL);
	program_must(&run, 3, "stdin: 3 of 4 records are bad\n", NULL);
	program_run(&run, *state, WITH_ID "\n" GOOD "\n" GOOD "\n",
		    (const char *const[]){ "check", NULL });
	program_must(&run, 0, "stdin: 3 records: good\n", NULL);
}

/* The member of the object on stdout, as text; "-" when absent. */
static const char *
member(const char *name)
{
	static char text[8][512];
	static unsigned turn;
	char *out = text[turn++ % 8];
	struct json_object *o = json_tokener_parse(run.out), *v = NULL;

	if (!o)
		fail_msg("no JSON: %s", run.out);
	snprintf(out, sizeof(text[0]), "%s",
		 json_object_object_get_ex(o, name, &v)
			 ? json_object_to_json_string_ext(v, JSON_C_TO_STRING_PLAIN |
								     JSON_C_TO_STRING_NOSLASHESCAPE)
			 : "-");
	json_object_put(o);
	return out;
}

static void
check_speaks_json(void **state)
{
	program_run(&run, *state, "{\"metadata\":{\"a\":1}}",
		    (const char *const[]){ "check", "--json", "-", NULL });
	program_must(&run, 3, NULL, "errors in stdin");
	assert_string_equal(member("file"), "\"stdin\"");
	assert_true(strtol(member("errors"), NULL, 10) >= 3);
	assert_non_null(strstr(run.out, "\"severity\":\"error\""));
	program_run(&run, *state, "[", (const char *const[]){ "check", "--json", "-", NULL });
	assert_int_equal(run.status, 3);
	assert_string_equal(member("errors"), "1");
}

static void
a_dry_run_shows_the_exact_bytes_and_needs_no_key(void **state)
{
	char first[2048], length[64];

	program_run(&run, *state, GOOD, (const char *const[]){ "submit", "--dry-run", "-", NULL });
	program_must(&run, 0, "{\"project\":\"P\",",
		     "POST https://api.scale.com/v1/task/multistage");
	program_must(&run, 0, "\"unique_id\":\"ms-", "dry run, nothing is sent");
	snprintf(length, sizeof(length), "Content-Length: %zu\n", run.out_len);
	program_must(&run, 0, NULL, length);
	assert_int_equal(run.out[run.out_len - 1], '}');
	snprintf(first, sizeof(first), "%s", run.out);
	/* With an id of its own the spelling of the file does not change a byte. */
	program_run(&run, *state, WITH_ID, (const char *const[]){ "submit", "--dry-run", NULL });
	snprintf(first, sizeof(first), "%s", run.out);
	program_run(&run, *state, " " WITH_ID "\n\n",
		    (const char *const[]){ "submit", "--dry-run", "-", NULL });
	assert_string_equal(run.out, first);
	program_run(&run, *state, WITH_ID,
		    (const char *const[]){ "submit", "--dry-run", "--again", "-", NULL });
	assert_string_not_equal(run.out, first);
	program_must(&run, 0, "\"unique_id\":\"ms-", NULL);
	setenv("SCALE_API_KEY", PROGRAM_KEY, 1);
	program_run(&run, *state, WITH_ID,
		    (const char *const[]){ "submit", "--dry-run", "--json", "-", NULL });
	assert_string_equal(member("method"), "\"POST\"");
	assert_string_equal(member("body"), first);
	assert_null(strstr(run.out, PROGRAM_KEY));
	assert_null(strstr(run.err, PROGRAM_KEY));
}

static void
an_invalid_payload_is_not_sent(void **state)
{
	setenv("SCALE_API_KEY", PROGRAM_KEY, 1);
	setenv("MULTISTAGE_URL", "http://127.0.0.1:9/v1", 1);
	program_run(&run, *state, "{}", (const char *const[]){ "submit", "-", NULL });
	program_must(&run, 3, NULL, "nothing was sent");
	program_must(&run, 3, NULL, "attachments: error: ");
	assert_string_equal(run.out, "");
}

static void
config_tells_value_and_origin_and_masks_the_key(void **state)
{
	static const char ini[] = "refresh = 7\ncolour = red\n[profile p]\n"
				  "proxy = http://me:secret@proxy.example:3128\n";

	scratch_write(scratch_path(*state, "c.ini"), ini, strlen(ini));
	setenv("SCALE_API_KEY", PROGRAM_KEY, 1);
	setenv("MULTISTAGE_PROFILE", "p", 1);
	RUN(&run, *state, "config", "--config", scratch_path(*state, "c.ini"), "--utc");
	program_must(&run, 0, "c.ini:1", "c.ini:2:1: unknown key \"colour\"");
	program_must(&run, 0, "http://...@proxy.example:3128", "warning: ");
	program_must(&run, 0, "live_....89ab", NULL);
	program_must(&run, 0, "--utc", NULL);
	assert_null(strstr(run.out, PROGRAM_KEY));
	assert_null(strstr(run.out, "secret"));
	RUN(&run, *state, "config", "--json", "--config", scratch_path(*state, "c.ini"));
	assert_string_equal(member("refresh"), "{\"value\":\"7\",\"origin\":\"c.ini:1\"}");
	assert_string_equal(member("key"),
			    "{\"value\":\"live_....89ab\",\"origin\":\"SCALE_API_KEY\"}");
	unsetenv("MULTISTAGE_PROFILE");
	RUN(&run, *state, "paths", "state");
	program_must(&run, 0, "/.local/state/multistage\n", NULL);
}

/* More than a buffer holds: the write that fails is not the last one. */
static void
b12_long_output_that_cannot_be_written_is_a_failure(void **state)
{
	static char payload[20000];
	int full = open("/dev/full", O_WRONLY), fd[2];
	char in[512];
	int n = snprintf(payload, sizeof(payload), "{\"instruction\":\"%*s\"," MEMBERS, 16000, "");

	assert_true(full >= 0);
	assert_int_equal(pipe(fd), 0);
	close(fd[0]);
	snprintf(in, sizeof(in), "%s/long.json", (const char *)*state);
	scratch_write(in, payload, (size_t)n);
	for (int i = 0; i < 2; i++) {
		int status;
		pid_t pid = fork();

		if (pid == 0) {
			dup2(open(scratch_path(*state, "err"), O_WRONLY | O_CREAT | O_TRUNC, 0600),
			     STDERR_FILENO);
			dup2(i == 0 ? full : fd[1], STDOUT_FILENO);
			execl("./multistage", "multistage", "submit", "--dry-run", in,
			      (char *)NULL);
			_exit(127);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		program_done(&run);
		run.err = test_read(scratch_path(*state, "err"));
		assert_int_equal(WEXITSTATUS(status), i == 0 ? 1 : 141);
		assert_null(strstr(run.err, "Success"));
		assert_int_equal(strstr(run.err, "cannot write") != NULL, i == 0);
	}
	close(full);
	close(fd[1]);
}

static void
b12_output_that_cannot_be_written_is_a_failure(void **state)
{
	int full = open("/dev/full", O_WRONLY), fd[2], keep = dup(STDOUT_FILENO);
	pid_t pid;
	int status;

	assert_true(full >= 0 && keep >= 0);
	assert_int_equal(pipe(fd), 0);
	close(fd[0]); /* nobody reads */
	for (int i = 0; i < 2; i++) {
		pid = fork();
		if (pid == 0) {
			int err = open(scratch_path(*state, "err"), O_WRONLY | O_CREAT | O_TRUNC,
				       0600);

			dup2(err, STDERR_FILENO);
			dup2(i == 0 ? full : fd[1], STDOUT_FILENO);
			execl("./multistage", "multistage", "--help", (char *)NULL);
			_exit(127);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		free(run.err);
		run.err = test_read(scratch_path(*state, "err"));
		assert_int_equal(WEXITSTATUS(status), i == 0 ? 1 : 141);
		if (i == 0)
			assert_non_null(strstr(run.err, "No space left on device"));
		else
			assert_string_equal(run.err, "");
	}
	close(full);
	close(fd[1]);
	close(keep);
}

/* The exit status with descriptors closed, from..to. */
static int
closed(int from, int to, const char *command, const char *word)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		for (int fd = from; fd <= to; fd++)
			close(fd);
		execl("./multistage", "multistage", command, word, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* What cannot be said is a failure, and no file of ours takes the place of stdout. */
static void
b12_closed_descriptors_do_no_harm(void **state)
{
	struct stat st;

	assert_int_equal(closed(0, 2, "paths", NULL), 1);
	assert_int_equal(closed(1, 1, "--version", NULL), 1);
	assert_int_equal(closed(0, 0, "check", "-"), 1);
	assert_int_equal(closed(2, 2, "check", scratch_path(*state, "none")), 1);
	assert_int_equal(stat(scratch_path(*state, ".local/state/multistage"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
}

/* Start "check -" as a user who is not root, with this MULTISTAGE_DEBUG; it reads *to. */
static pid_t
start_reader(const char *debug, uid_t *uid, int *to)
{
	pid_t pid;
	int fd[2];

	*uid = geteuid() ? geteuid() : 65534;
	setenv("MULTISTAGE_DEBUG", debug, 1);
	assert_int_equal(pipe2(fd, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		if (setrlimit(RLIMIT_CORE, &(struct rlimit){ 4096, 4096 }) != 0 ||
		    (geteuid() == 0 && setresuid(*uid, *uid, *uid) != 0) || dup2(fd[0], 0) < 0)
			_exit(126);
		execl("./multistage", "multistage", "check", "-", (char *)NULL);
		_exit(127);
	}
	close(fd[0]);
	*to = fd[1];
	return pid;
}

/* The line of /proc/PID/limits that tells of cores; everybody may read it. */
static void
core_limit(pid_t pid, char *line, int size)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/limits", (int)pid);
	f = fopen(path, "re");
	assert_non_null(f);
	while (fgets(line, size, f) && strncmp(line, "Max core", 8) != 0)
		continue;
	fclose(f);
}

/* /proc/PID belongs to root when nobody else may look into the process: proc(5). */
static void
c10_the_memory_is_closed_unless_a_person_opens_it(void **state)
{
	static const struct {
		const char *debug, *core;
		bool open;
	} rows[] = { { "", " 0 ", false }, { "1", " 4096 ", true } };
	static const char blanks[200000]; /* more than a pipe holds: it was started when they fit */

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct stat st = { .st_uid = 1 };
		char path[64], core[100] = "";
		ssize_t put;
		uid_t uid;
		int fd;
		pid_t pid = start_reader(rows[i].debug, &uid, &fd);

		put = write(fd, blanks, sizeof(blanks));
		snprintf(path, sizeof(path), "/proc/%d/environ", (int)pid);
		if (put == (ssize_t)sizeof(blanks)) {
			assert_int_equal(stat(path, &st), 0);
			core_limit(pid, core, sizeof(core));
		}
		close(fd);
		waitpid(pid, NULL, 0);
		if (put != (ssize_t)sizeof(blanks)) { /* this folder is closed to that user */
			print_message("# ./multistage cannot be run by user %d\n", (int)uid);
			skip();
		}
		assert_int_equal(st.st_uid, rows[i].open ? uid : 0);
		assert_non_null(strstr(core, rows[i].core));
	}
}

static void
b9_foreign_bytes_cannot_act_on_the_terminal(void **state)
{
	RUN(&run, *state, "list", "--status",
	    "\033]0;evil\a\xC2\x9B"
	    "31m");
	program_must(&run, 2, NULL, "the service knows no status");
	assert_null(strchr(run.err, '\033'));
	assert_null(strstr(run.err, "\xC2\x9B"));
	program_run(&run, *state, "{\"project\":\"a\\u202eb\",\"x\\u001b\":1}",
		    (const char *const[]){ "submit", "--dry-run", "--json", "-", NULL });
	assert_null(strstr(run.err, "\xE2\x80\xAE"));
	program_run(&run, *state,
		    "{\"project\":\"a\xE2\x80\xAE"
		    "b\xC2\x9B\x7F\",\"attachments\":[\"https://x.dev/a.sfs\"],"
		    "\"scene_format\":\"sensor_fusion\"}",
		    (const char *const[]){ "submit", "--dry-run", "--json", "-", NULL });
	program_must(&run, 0, "a\\u202eb\\u009b\\u007f", NULL);
	RUN(&run, *state, "check", "no\nmultistage: accepted");
	assert_null(strstr(run.err, "\nmultistage: accepted"));
}

static void
the_shell_is_told_what_may_come_next(void **state)
{
	RUN(&run, *state, "complete", "sh");
	program_must(&run, 0, "show\t", NULL);
	assert_null(strstr(run.out, "submit"));
	RUN(&run, *state, "complete", "--sandbox", "list", "--status", "");
	assert_string_equal(run.out, "pending\t\ncompleted\t\nerror\t\ncanceled\t\n");
	RUN(&run, *state, "complete", "submit", "--");
	program_must(&run, 0, "--dry-run\t", NULL);
	program_must(&run, 0, "--key-file\t", NULL);
	assert_null(strstr(run.out, "--key-command"));
	RUN(&run, *state, "complete", "check", "x");
	assert_string_equal(run.out, "<file>\n");
	RUN(&run, *state, "complete", "paths", "da");
	program_must(&run, 0, "database\t", NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(help_and_version_go_to_stdout, setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_is_wrong_on_the_command_line_is_named_with_what_was_meant, setup,
			teardown),
		cmocka_unit_test_setup_teardown(check_names_field_item_and_place, setup, teardown),
		cmocka_unit_test_setup_teardown(check_looks_at_each_record_of_each_file, setup,
						teardown),
		cmocka_unit_test_setup_teardown(check_speaks_json, setup, teardown),
		cmocka_unit_test_setup_teardown(a_dry_run_shows_the_exact_bytes_and_needs_no_key,
						setup, teardown),
		cmocka_unit_test_setup_teardown(an_invalid_payload_is_not_sent, setup, teardown),
		cmocka_unit_test_setup_teardown(config_tells_value_and_origin_and_masks_the_key,
						setup, teardown),
		cmocka_unit_test_setup_teardown(b12_long_output_that_cannot_be_written_is_a_failure,
						setup, teardown),
		cmocka_unit_test_setup_teardown(b12_output_that_cannot_be_written_is_a_failure,
						setup, teardown),
		cmocka_unit_test_setup_teardown(b12_closed_descriptors_do_no_harm, setup, teardown),
		cmocka_unit_test_setup_teardown(c10_the_memory_is_closed_unless_a_person_opens_it,
						setup, teardown),
		cmocka_unit_test_setup_teardown(b9_foreign_bytes_cannot_act_on_the_terminal, setup,
						teardown),
		cmocka_unit_test_setup_teardown(the_shell_is_told_what_may_come_next, setup,
						teardown),
	};
	return cmocka_run_group_tests_name("cli", tests, NULL, NULL);
}
