/* test_tls.c - the client against real TLS servers, openssl s_server and the sandbox, with
 * certificates made here.
 *
 * Skipped, with a word, where there is no openssl(1).
 */
#include "config.h"

#include "tests/scratch.h"
#include "tests/talk.h"
#include "tests/test.h"

#include "core/http.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static char port[16];
static pid_t server;

static void
run(char *const argv[])
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		execvp(argv[0], argv);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* A self-signed certificate for the name, valid for so many days. */
static void
make_certificate(void *state, const char *name, const char *days)
{
	char subject[64], alt[96];
	char *argv[] = { (char[]){ "openssl" },
			 (char[]){ "req" },
			 (char[]){ "-x509" },
			 (char[]){ "-newkey" },
			 (char[]){ "ec" },
			 (char[]){ "-pkeyopt" },
			 (char[]){ "ec_paramgen_curve:P-256" },
			 (char[]){ "-nodes" },
			 (char[]){ "-keyout" },
			 strdup(scratch_path(state, "key.pem")),
			 (char[]){ "-out" },
			 strdup(scratch_path(state, "cert.pem")),
			 (char[]){ "-days" },
			 strdup(days),
			 (char[]){ "-subj" },
			 subject,
			 (char[]){ "-addext" },
			 alt,
			 NULL };

	snprintf(subject, sizeof(subject), "/CN=%s", name);
	snprintf(alt, sizeof(alt), "subjectAltName=DNS:%s", name);
	run(argv);
	free(argv[9]);
	free(argv[11]);
	free(argv[13]);
}

/* A port of this machine that was free a moment ago. */
static void
choose_port(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&a, n), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &n), 0);
	close(fd);
	snprintf(port, sizeof(port), "%d", ntohs(a.sin_port));
}

static bool
listens(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
				 .sin_port = htons((uint16_t)strtol(port, NULL, 10)) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	bool ok = connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0;

	close(fd);
	return ok;
}

/* openssl's answers any GET with a page of its own. */
static void
serve_with(void *state, bool sandbox)
{
	char where[32];

	choose_port();
	snprintf(where, sizeof(where), "127.0.0.1:%s", port);
	server = fork();
	if (server == 0) {
		const char *cert = scratch_path(state, "cert.pem");
		const char *key = scratch_path(state, "key.pem");
		int null = open("/dev/null", O_RDWR);

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		alarm(60);
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		if (sandbox)
			execlp("./multistage-sandbox", "multistage-sandbox", "--port", port,
			       "--cert", cert, "--key", key, "--accept-any-key", "--seed", "empty",
			       (char *)NULL);
		execlp("openssl", "openssl", "s_server", "-accept", where, "-cert", cert, "-key",
		       key, "-www", (char *)NULL);
		_exit(127);
	}
	for (int i = 0; i < 500 && !listens(); i++)
		poll(NULL, 0, 20);
	assert_true(listens());
}

static void
serve(void *state)
{
	serve_with(state, false);
}

static void
serve_no_more(void)
{
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
}

static void
ask(const char *ca_file, struct http_reply *r, struct http **h)
{
	static const struct http_request get = { .method = "GET", .path = "/projects" };
	struct err err = ERR_INIT;
	char url[64];

	snprintf(url, sizeof(url), "https://localhost:%s/v1", port);
	*h = http_new(&(struct http_setup){ .base_url = url,
					    .key = "test_0123456789",
					    .ca_file = ca_file },
		      &err);
	assert_non_null(*h);
	talk(*h, &get, r);
}

static void
a_certificate_that_nobody_vouches_for_is_refused_before_anything_leaves(void **state)
{
	struct http_reply r;
	struct http *h;

	make_certificate(*state, "localhost", "2");
	serve(*state);
	ask(NULL, &r, &h);
	assert_int_equal(r.err.code, ERR_NET);
	assert_false(r.left);
	assert_true(r.untrusted); /* no later try is better: a hold */
	assert_non_null(strstr(r.err.msg, "certificate of localhost"));
	assert_non_null(strstr(r.err.hint, "ca_file"));
	http_free(h);
	serve_no_more();
}

static void
a_certificate_of_the_named_ca_file_is_taken(void **state)
{
	struct http_reply r;
	struct http *h;

	make_certificate(*state, "localhost", "2");
	serve(*state);
	ask(scratch_path(*state, "cert.pem"), &r, &h);
	assert_int_equal(r.err.code, ERR_OK);
	assert_int_equal(r.status, 200);
	http_free(h);
	serve_no_more();
}

static void
a_certificate_of_another_host_is_refused(void **state)
{
	struct http_reply r;
	struct http *h;

	make_certificate(*state, "elsewhere.example", "2");
	serve(*state);
	ask(scratch_path(*state, "cert.pem"), &r, &h);
	assert_int_equal(r.err.code, ERR_NET);
	assert_false(r.left);
	assert_non_null(strstr(r.err.msg, "certificate of localhost"));
	http_free(h);
	serve_no_more();
}

static void
a_ca_file_that_is_missing_is_told_and_nothing_else_is_trusted(void **state)
{
	struct http_reply r;
	struct http *h;

	make_certificate(*state, "localhost", "2");
	serve(*state);
	ask(scratch_path(*state, "none.pem"), &r, &h);
	assert_int_equal(r.err.code, ERR_NET);
	assert_false(r.left);
	assert_true(r.untrusted);
	assert_non_null(strstr(r.err.msg, "none.pem"));
	http_free(h);
	serve_no_more();
}

static void
the_sandbox_speaks_tls_and_nothing_else_on_its_port(void **state)
{
	static const char plain[] = "GET /v1/projects HTTP/1.1\r\nHost: localhost\r\n"
				    "Authorization: Bearer test_0123456789\r\n\r\n";
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct http_reply r;
	struct http *h;
	char bytes[256] = "";
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	make_certificate(*state, "localhost", "2");
	serve_with(*state, true);
	ask(scratch_path(*state, "cert.pem"), &r, &h);
	assert_int_equal(r.err.code, ERR_OK);
	assert_int_equal(r.status, 200);
	assert_string_equal(r.body, "[]");
	http_free(h);
	a.sin_port = htons((uint16_t)strtol(port, NULL, 10));
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(send(fd, plain, sizeof(plain) - 1, 0), sizeof(plain) - 1);
	while (recv(fd, bytes, sizeof(bytes) - 1, 0) > 0)
		assert_null(strstr(bytes, "HTTP/"));
	close(fd);
	serve_no_more();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_certificate_that_nobody_vouches_for_is_refused_before_anything_leaves,
			scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(a_certificate_of_the_named_ca_file_is_taken,
						scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(a_certificate_of_another_host_is_refused,
						scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			a_ca_file_that_is_missing_is_told_and_nothing_else_is_trusted,
			scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(the_sandbox_speaks_tls_and_nothing_else_on_its_port,
						scratch_setup, scratch_teardown),
	};

	if (access("/usr/bin/openssl", X_OK) < 0) {
		puts("1..0 # SKIP no /usr/bin/openssl");
		return 0;
	}
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("tls", tests, NULL, NULL);
}
