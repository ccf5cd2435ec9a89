/* test_secret.c - where a secret lies while it is used, and that nothing of it stays. */
#include "config.h"

#include "tests/canned.h"
#include "tests/program.h"
#include "tests/scratch.h"
#include "tests/test.h"
#include "tests/tls_server.h"

#include "core/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define KEY         "live_" CANARY "TbX4dRy"
#define KEY_BASE_64 "bGl2ZV9DYU5hUnk3WmszdldUYlg0ZFJ5"

static int
world(void **state)
{
	int rc = scratch_setup(state);

	if (rc == 0)
		program_world(*state);
	return rc;
}

/* Of the mapping that p lies in: its VmFlags line in /proc/self/smaps. */
static void
flags_of(const void *p, char *line, int size)
{
	FILE *f = fopen("/proc/self/smaps", "re");
	unsigned long long from, to, at = (uintptr_t)p;
	bool here = false;

	assert_non_null(f);
	while (fgets(line, size, f)) {
		if (sscanf(line, "%llx-%llx ", &from, &to) == 2)
			here = from <= at && at < to;
		else if (here && strncmp(line, "VmFlags:", 8) == 0)
			break;
	}
	fclose(f);
	if (strncmp(line, "VmFlags:", 8) != 0)
		fail_msg("smaps tells nothing of it");
}

/* "dd": not in a core dump; "wf": wiped in a forked child. Source: proc(5), smaps. */
static void
c10_a_secret_lies_in_pages_that_no_core_and_no_child_sees(void **state)
{
	char *secret = secret_copy(KEY), line[256];
	int status;
	pid_t pid;

	(void)state;
	assert_string_equal(secret, KEY);
	flags_of(secret, line, sizeof(line));
	assert_non_null(strstr(line, " dd"));
	assert_non_null(strstr(line, " wf"));
	pid = fork();
	if (pid == 0) {
		int bad = secret[0] != '\0';

		secret_free(secret);
		_exit(bad);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_string_equal(secret, KEY);
	secret_free(secret);
	secret_free(NULL);
	secret = secret_new(100000); /* many pages, all of them empty */
	for (size_t i = 0; i < 100000; i++)
		assert_int_equal(secret[i], 0);
	secret_free(secret);
}

static void
c2_every_variable_of_the_name_is_overwritten_where_it_stood(void **state)
{
	char one[] = "MS_SECRET=first", other[] = "MS_SECRETS=kept", two[] = "MS_SECRET=second";
	char *fake[] = { one, other, two, NULL }, **real = environ, *secret;

	(void)state;
	environ = fake;
	secret = secret_take_env("MS_SECRET");
	environ = real;
	assert_string_equal(secret, "first");
	secret_free(secret);
	assert_memory_equal(one, "MS_SECRET=\0\0\0\0\0", sizeof(one));
	assert_memory_equal(two, "MS_SECRET=\0\0\0\0\0\0", sizeof(two));
	assert_string_equal(other, "MS_SECRETS=kept");
	assert_null(secret_take_env("MS_SECRET"));
}

/* A sanitizer keeps a copy of the environment of its own. */
#ifdef WITH_ASAN
#define COPIES_NOT_OURS 1
#else
#define COPIES_NOT_OURS 0
#endif

/* Run the probe; it must find the key before, and nothing of it afterwards. */
static void
must_leave_nothing(void *state, struct program *r, const char *answer)
{
	int raw = 0, encoded = 0;
	char *left;

	setenv("SCALE_API_KEY", KEY, 1);
	program_wait(r, state,
		     program_start_as("./tests/secret_probe", state, NULL,
				      (const char *const[]){ "call", NULL }));
	unsetenv("SCALE_API_KEY");
	program_must(r, 0, answer, "");
	left = strstr(r->out, "left ");
	if (sscanf(r->out, "held %d", &raw) != 1 || raw != 1 + COPIES_NOT_OURS)
		fail_msg("the key is not found where it is: %s", r->out);
	if (!left || sscanf(left, "left %d %d", &raw, &encoded) != 2 || raw != COPIES_NOT_OURS ||
	    encoded)
		fail_msg("%d copies, %d in base 64: %s", raw, encoded, r->out);
	if (canary_in(r->out, r->out_len))
		fail_msg("the key is shown: %s", r->out);
}

/* The answer repeats the key, too, as an error text and as the header that we sent. */
static void
c10_no_copy_of_the_key_is_left_in_memory(void **state)
{
	static const char body[] = "{\"status_code\":400,\"error\":\"the key " KEY
				   " as Basic " KEY_BASE_64 "Og== is not good here\"}";
	char bytes[512], url[64];
	struct canned answers[2] = { { .bytes = bytes, .end = CANNED_KEEP }, { .bytes = bytes } };
	struct canned_server *s;
	struct program r = { .status = 0 };

	snprintf(bytes, sizeof(bytes),
		 "HTTP/1.1 400 Bad\r\nContent-Length: %zu\r\n\r\n"
		 "%s",
		 sizeof(body) - 1, body);
	s = canned_start(answers, 2, NULL);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/v1", canned_port(s));
	setenv("MULTISTAGE_URL", url, 1);
	must_leave_nothing(*state, &r, "is not good here");
	program_done(&r);
	canned_stop(s);
}

static void
c10_no_copy_of_the_key_is_left_in_memory_after_tls(void **state)
{
	struct program r = { .status = 0 };

	if (!tls_possible())
		return;
	tls_certificate(*state, "localhost");
	tls_serve_sandbox(*state);
	setenv("MULTISTAGE_URL", tls_url(), 1);
	setenv("MULTISTAGE_CA_FILE", scratch_path(*state, "cert.pem"), 1);
	must_leave_nothing(*state, &r, "is required");
	program_done(&r);
	tls_stop();
}

/* A file of /proc/PID must hold one text and must not hold the key. */
static void
must_not_tell(pid_t pid, const char *name, const char *there)
{
	char path[64];
	size_t n = 0;
	char *data;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	data = scratch_read(path, &n);
	assert_non_null(memmem(data, n, there, strlen(there)));
	assert_null(memmem(data, n, KEY, strlen(KEY)));
	free(data);
}

static void
c2_the_key_is_gone_from_what_proc_tells_of_the_program(void **state)
{
	struct canned answer = { .end = CANNED_CLOSE, .bytes = "", .waits = true };
	struct canned_server *s = canned_start(&answer, 1, NULL);
	struct program r = { .status = 0 };
	char url[64];
	pid_t pid;

	snprintf(url, sizeof(url), "http://127.0.0.1:%d/v1", canned_port(s));
	setenv("MULTISTAGE_URL", url, 1);
	setenv("MULTISTAGE_DEBUG", "1", 1); /* else /proc is closed to all but root */
	setenv("SCALE_API_KEY", KEY, 1);
	pid = program_start(*state, NULL, (const char *const[]){ "list", NULL });
	unsetenv("SCALE_API_KEY");
	unsetenv("MULTISTAGE_DEBUG");
	if (!strstr(canned_request(s), KEY_BASE_64)) /* it has the key, and waits */
		fail_msg("no key in \"%s\"", canned_request(s));
	must_not_tell(pid, "environ", "MULTISTAGE_URL=");
	must_not_tell(pid, "cmdline", "list");
	canned_go_on(s);
	program_wait(&r, *state, pid);
	program_must(&r, 5, "", "hung up");
	program_done(&r);
	canned_stop(s);
}

/* The row stays queued, and goes on when the CA file is named: here up to the service's no. */
static void
c6_a_task_is_kept_while_the_server_cannot_be_trusted(void **state)
{
	static const char payload[] = "{\"project\":\"none\",\"attachments\":[\"s3://a/b.sfs\"],"
				      "\"scene_format\":\"sensor_fusion\",\"unique_id\":\"u-1\"}";
	static const char *const words[] = { "submit", "--run=tls", NULL };
	struct program r = { .status = 0 };

	if (!tls_possible())
		return;
	tls_certificate(*state, "localhost");
	tls_serve_sandbox(*state);
	setenv("MULTISTAGE_URL", tls_url(), 1);
	setenv("SCALE_API_KEY", KEY, 1);
	for (int i = 0; i < 2; i++) { /* again: it is still refused, and still there */
		program_run(&r, *state, payload, words);
		program_must(&r, 5, "", "the certificate of localhost does not hold");
		program_must(&r, 5, "", "the check cannot be turned off");
	}
	program_must(&r, 5, "", "going on with run tls");
	setenv("MULTISTAGE_CA_FILE", scratch_path(*state, "cert.pem"), 1);
	program_run(&r, *state, payload, words);
	program_must(&r, 1, "", "not found (404)");
	unsetenv("SCALE_API_KEY");
	program_done(&r);
	tls_stop();
}

/* libcurl would write the keys of the session to SSLKEYLOGFILE. */
static void
c9_the_program_takes_no_orders_for_tls_from_the_environment(void **state)
{
	struct program r = { .status = 0 };

	if (!tls_possible())
		return;
	tls_certificate(*state, "localhost");
	tls_serve_sandbox(*state);
	setenv("MULTISTAGE_URL", tls_url(), 1);
	setenv("SCALE_API_KEY", KEY, 1);
	setenv("SSLKEYLOGFILE", scratch_path(*state, "keys"), 1);
	setenv("OPENSSL_CONF", scratch_path(*state, "none"), 1);
	setenv("CURL_SSL_BACKEND", "none", 1);
	setenv("SSL_CERT_FILE", scratch_path(*state, "cert.pem"), 1);
	RUN(&r, *state, "list");
	program_must(&r, 5, "", "certificate of localhost");
	setenv("MULTISTAGE_CA_FILE", scratch_path(*state, "cert.pem"), 1);
	RUN(&r, *state, "list");
	program_must(&r, 0, "", "");
	assert_int_equal(access(scratch_path(*state, "keys"), F_OK), -1);
	unsetenv("SSLKEYLOGFILE");
	unsetenv("OPENSSL_CONF");
	unsetenv("CURL_SSL_BACKEND");
	unsetenv("SSL_CERT_FILE");
	unsetenv("SCALE_API_KEY");
	program_done(&r);
	tls_stop();
}

static bool
holds(const char *path, const char *text)
{
	size_t n = 0;
	char *data = scratch_read(path, &n);
	bool found = memmem(data, n, text, strlen(text)) != NULL;

	free(data);
	return found;
}

/* A core of a program with the key in use, where this system writes cores to files. */
static void
c10_a_core_of_a_program_that_uses_the_key_does_not_hold_it(void **state)
{
	char path[256], probe[4096], cwd[4000];
	glob_t cores;
	int status;
	pid_t pid;

	if (COPIES_NOT_OURS) {
		fputs("not tried: a sanitizer would put its own copy into the core\n", stderr);
		return;
	}
	assert_non_null(getcwd(cwd, sizeof(cwd)));
	snprintf(probe, sizeof(probe), "%s/tests/secret_probe", cwd);
	pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		setenv("SCALE_API_KEY", KEY, 1);
		setenv("MULTISTAGE_URL", "http://127.0.0.1:1/v1", 1);
		dup2(null, STDOUT_FILENO);
		if (chdir(*state) != 0 ||
		    setrlimit(RLIMIT_CORE, &(struct rlimit){ RLIM_INFINITY, RLIM_INFINITY }) != 0)
			_exit(0);
		execl(probe, "secret_probe", "abort", (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFSIGNALED(status))
		assert_int_equal(WTERMSIG(status), SIGABRT);
	snprintf(path, sizeof(path), "%s/core*", (const char *)*state);
	if (glob(path, 0, NULL, &cores) != 0) {
		fputs("not tried: this system writes no core into the folder\n", stderr);
		return;
	}
	assert_true(holds(cores.gl_pathv[0], "MULTISTAGE_URL=")); /* it is a core of that program */
	assert_false(holds(cores.gl_pathv[0], KEY));
	assert_false(holds(cores.gl_pathv[0], KEY_BASE_64));
	globfree(&cores);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, world, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(c10_a_secret_lies_in_pages_that_no_core_and_no_child_sees),
		cmocka_unit_test(c2_every_variable_of_the_name_is_overwritten_where_it_stood),
		CASE(c2_the_key_is_gone_from_what_proc_tells_of_the_program),
		CASE(c6_a_task_is_kept_while_the_server_cannot_be_trusted),
		CASE(c9_the_program_takes_no_orders_for_tls_from_the_environment),
		CASE(c10_no_copy_of_the_key_is_left_in_memory),
		CASE(c10_no_copy_of_the_key_is_left_in_memory_after_tls),
		CASE(c10_a_core_of_a_program_that_uses_the_key_does_not_hold_it),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("secret", tests, NULL, NULL);
}
