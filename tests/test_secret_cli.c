/* test_secret_cli.c - what the command line prints and keeps is without the key and ours alone.
 *
 * The folder of each test is swept for the key afterwards (canary.h): the program's output,
 * its database with the story of each attempt, its journals and logs are in it. */
#include "config.h"

#include "tests/canned.h"
#include "tests/program.h"
#include "tests/scratch.h"
#include "tests/test.h"

#include <ftw.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY         PROGRAM_KEY
#define KEY_BASE_64 "bGl2ZV9DYU5hUnk3Wmszdlc2Nzg5YWI6"
#define STATE       ".local/state/multistage"
#define PAYLOAD                                                                    \
	"{\"project\":\"p\",\"attachments\":[\"s3://a/b.json\"],\"scene_format\":" \
	"\"sensor_fusion\",\"unique_id\":\"u-1\"}"

static int
world(void **state)
{
	int rc = scratch_setup(state);

	if (rc == 0) {
		program_world(*state);
		setenv("SCALE_API_KEY", KEY, 1);
		setenv("http_proxy", "http://127.0.0.1:1", 1); /* of no influence here */
	}
	return rc;
}

static void
serve(struct canned_server **s, const struct canned *answers, size_t n)
{
	char url[64];

	*s = canned_start(answers, n, NULL);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/v1", canned_port(*s));
	setenv("MULTISTAGE_URL", url, 1);
}

/* Nothing of the key in both outputs. */
static void
must_be_clean(const struct program *r)
{
	if (canary_in(r->out, r->out_len) || canary_in(r->err, strlen(r->err)))
		fail_msg("the key is shown\n--- out\n%s--- err\n%s", r->out, r->err);
}

#define ECHOED "the key " KEY " (Basic " KEY_BASE_64 ") is bad"
#define BODY   "{\"status_code\":400,\"error\":\"" ECHOED "\",\"" KEY "\":\"" KEY_BASE_64 "\"}"

/* An answer that repeats the key in its status line, its headers and its body. */
static const char *
echo(const char *status)
{
	static char bytes[4][1024];
	static unsigned turn;
	char *out = bytes[turn++ % 4];

	snprintf(out, sizeof(bytes[0]),
		 "HTTP/1.1 %s %s\r\nContent-Type: application/json\r\nX-Request-Id: " KEY
		 "\r\nLocation: https://" KEY ".example/\r\nContent-Length: %zu\r\n\r\n%s",
		 status, KEY, strlen(BODY), BODY);
	return out;
}

static void
c13_a_key_that_the_service_repeats_is_masked(void **state)
{
	static const char *const statuses[] = { "400", "401", "403", "404", "422", "301" };
	struct program r = { .status = 0 };

	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		struct canned answer = { .bytes = echo(statuses[i]) };
		struct canned_server *s;

		serve(&s, &answer, 1);
		RUN(&r, *state, "list");
		if (r.status == 0)
			fail_msg("%s is no error: %s", statuses[i], r.out);
		must_be_clean(&r);
		canned_stop(s);
	}
	program_done(&r);
}

/* The story of the attempt is kept in the database; the sweep looks into it. */
static void
c13_a_refusal_that_repeats_the_key_is_kept_without_it(void **state)
{
	struct canned answers[2] = { { .bytes = echo("422"), .end = CANNED_KEEP },
				     { .bytes = echo("422") } };
	struct program r = { .status = 0 };
	struct canned_server *s;

	serve(&s, answers, 2);
	program_run(&r, *state, PAYLOAD, (const char *const[]){ "submit", "-", NULL });
	program_must(&r, 1, "", "*****");
	must_be_clean(&r);
	assert_int_equal(access(scratch_path(*state, STATE "/multistage.db"), F_OK), 0);
	canned_stop(s);
	program_done(&r);
}

static void
c5_what_is_printed_of_a_request_and_of_the_configuration_is_without_the_key(void **state)
{
	static const char *const words[][5] = {
		{ "submit", "--dry-run", "-" },
		{ "submit", "--dry-run", "--json", "-" },
		{ "config" },
		{ "config", "--json" },
		{ "paths" },
		{ "list" },
	};
	struct program r = { .status = 0 };

	setenv("MULTISTAGE_URL", "http://127.0.0.1:1/v1", 1);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		program_run(&r, *state, PAYLOAD, words[i]);
		must_be_clean(&r);
	}
	RUN(&r, *state, "config");
	program_must(&r, 0, "live_....89ab", "");
	program_done(&r);
}

/* It says what it does on stderr, and prints the key: the one harmless, the other unseen. */
static void
c3_the_words_of_a_key_command_are_shown_harmless_and_its_output_is_not(void **state)
{
	static const struct {
		const char *command, *says;
	} rows[] = {
		{ "sh -c 'printf \"a\\033[2Jb\\n\" >&2; echo " KEY "; exit 3'",
		  "failed with status 3" },
		{ "sh -c 'printf \"a\\033[2Jb\\n\" >&2; echo " KEY "; echo; echo " KEY "'", "" },
		{ "sh -c 'printf \"a\\033[2Jb\\n\" >&2; echo \" " KEY "\"'",
		  "byte 1 cannot be part" },
	};
	struct program r = { .status = 0 };

	unsetenv("SCALE_API_KEY");
	setenv("MULTISTAGE_URL", "http://127.0.0.1:1/v1", 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		setenv("MULTISTAGE_KEY_COMMAND", rows[i].command, 1);
		RUN(&r, *state, "list");
		assert_int_not_equal(r.status, 0);
		assert_non_null(strstr(r.err, rows[i].says));
		assert_non_null(strstr(r.err, "key_command sh: a"));
		assert_null(strchr(r.err, '\033'));
		must_be_clean(&r);
	}
	unsetenv("MULTISTAGE_KEY_COMMAND");
	program_done(&r);
}

static int loose; /* files that others may look into */

static int
check_mode(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)kind;
	(void)at;
	if (!S_ISLNK(st->st_mode) && (st->st_mode & 077)) {
		fprintf(stderr, "%s has mode %o\n", path, (unsigned)st->st_mode & 07777);
		loose++;
	}
	return 0;
}

static void
c11_all_that_is_kept_is_ours_alone_whatever_the_umask(void **state)
{
	struct program r = { .status = 0 };
	mode_t was = umask(0);

	setenv("MULTISTAGE_URL", "http://127.0.0.1:1/v1", 1);
	program_run(&r, *state, PAYLOAD, (const char *const[]){ "submit", "--no-wait", "-", NULL });
	assert_int_equal(access(scratch_path(*state, STATE "/multistage.db"), F_OK), 0);
	RUN(&r, *state, "--sandbox", "list", "--limit", "1");
	umask(was);
	program_must(&r, 0, NULL, NULL);
	program_done(&r);
	assert_int_equal(access(scratch_path(*state, STATE "/sandbox.key"), F_OK), 0);
	loose = 0;
	assert_int_equal(nftw(scratch_path(*state, ".local"), check_mode, 8, FTW_PHYS), 0);
	assert_int_equal(loose, 0);
}

/* Somebody laid links where files of ours will be: nothing is written through them. */
static void
c11_a_link_in_the_place_of_a_file_of_ours_is_refused(void **state)
{
	static const struct {
		const char *name, *words[4];
	} rows[] = {
		{ STATE "/multistage.db", { "submit", "--no-wait", "-" } },
		{ STATE "/sender.lock", { "submit", "-" } },
		{ STATE "/sandbox.key", { "--sandbox", "list" } },
		{ STATE "/sandbox.lock", { "--sandbox", "list" } },
		{ STATE "/sandbox.log", { "--sandbox", "list" } },
	};
	struct program r = { .status = 0 };
	char link[256], target[256];

	setenv("MULTISTAGE_URL", "http://127.0.0.1:1/v1", 1);
	RUN(&r, *state, "paths"); /* makes the folder */
	snprintf(target, sizeof(target), "%s", scratch_path(*state, "target"));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(link, sizeof(link), "%s", scratch_path(*state, rows[i].name));
		assert_int_equal(symlink(target, link), 0);
		program_run(&r, *state, PAYLOAD, rows[i].words);
		if (r.status == 0 || !strstr(r.err, link) || access(target, F_OK) == 0)
			fail_msg("%s: status %d, %s", rows[i].name, r.status, r.err);
		assert_int_equal(unlink(link), 0);
	}
	program_done(&r);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, world, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(c13_a_key_that_the_service_repeats_is_masked),
		CASE(c13_a_refusal_that_repeats_the_key_is_kept_without_it),
		CASE(c5_what_is_printed_of_a_request_and_of_the_configuration_is_without_the_key),
		CASE(c3_the_words_of_a_key_command_are_shown_harmless_and_its_output_is_not),
		CASE(c11_all_that_is_kept_is_ours_alone_whatever_the_umask),
		CASE(c11_a_link_in_the_place_of_a_file_of_ours_is_refused),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("secret_cli", tests, NULL, NULL);
}
