/* test_tls.c - the client against TLS servers that lie, and one that does not. */
#include "config.h"

#include "tests/proxy.h"
#include "tests/scratch.h"
#include "tests/talk.h"
#include "tests/test.h"
#include "tests/tls_server.h"

#include "core/conf.h"
#include "core/http.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

static void
ask(const char *ca_file, struct http_reply *r, struct http **h)
{
	static const struct http_request get = { .method = "GET", .path = "/projects" };

	*h = client_with(&(struct http_setup){
		.base_url = tls_url(), .key = "test_" CANARY, .ca_file = ca_file });
	talk(*h, &get, r);
}

/* One server that is not what it should be. */
struct lie {
	const char *host; /* of its certificate */
	bool expired;
	const char *ca_file; /* in the scratch folder; NULL: the system's */
	const char *options[5];
	const char *msg, *hint;
};

/* Nothing of the request leaves, and the message says what to do; there is no way around it. */
static void
must_be_refused(void *state, const struct lie *lie)
{
	struct http_reply r;
	struct http *h;

	if (lie->expired)
		tls_expired_certificate(state, lie->host);
	else
		tls_certificate(state, lie->host);
	tls_serve(state, lie->options);
	ask(lie->ca_file ? scratch_path(state, lie->ca_file) : NULL, &r, &h);
	if (r.err.code != ERR_NET || r.left || r.status != 0 || !strstr(r.err.msg, lie->msg) ||
	    !strstr(r.err.hint, lie->hint))
		fail_msg("%s: %s, left %d: %s (%s)", lie->msg, err_name(r.err.code), r.left,
			 r.err.msg, r.err.hint);
	http_free(h);
	tls_stop();
}

static void
c6_a_server_that_cannot_be_trusted_is_refused_before_anything_leaves(void **state)
{
	static const struct lie lies[] = {
		{ .host = "localhost", .msg = "certificate of localhost", .hint = "ca_file" },
		{ .host = "elsewhere.example",
		  .ca_file = "cert.pem",
		  .msg = "certificate of localhost",
		  .hint = "ca_file" },
		{ .host = "*.localhost",
		  .ca_file = "cert.pem",
		  .msg = "certificate of localhost",
		  .hint = "ca_file" },
		{ .host = "localhost",
		  .expired = true,
		  .ca_file = "cert.pem",
		  .msg = "certificate of localhost",
		  .hint = "ca_file" },
		{ .host = "localhost",
		  .ca_file = "cert.pem",
		  .options = { "-tls1", "-cipher", "ALL:@SECLEVEL=0" },
		  .msg = "no secure connection to localhost",
		  .hint = "TLS" },
		{ .host = "localhost",
		  .ca_file = "cert.pem",
		  .options = { "-tls1_1", "-cipher", "ALL:@SECLEVEL=0" },
		  .msg = "no secure connection to localhost",
		  .hint = "TLS" },
		{ .host = "localhost",
		  .ca_file = "none.pem",
		  .msg = "none.pem",
		  .hint = "ca_file" },
	};

	if (!tls_possible())
		return;
	for (size_t i = 0; i < ARRAY_LEN(lies); i++)
		must_be_refused(*state, &lies[i]);
}

static void
c6_a_certificate_of_the_named_ca_file_is_taken(void **state)
{
	static const char *const versions[] = { "-tls1_2", "-tls1_3" };
	struct http_reply r;
	struct http *h;

	if (!tls_possible())
		return;
	tls_certificate(*state, "localhost");
	for (size_t i = 0; i < ARRAY_LEN(versions); i++) {
		tls_serve(*state, (const char *const[]){ versions[i], NULL });
		ask(scratch_path(*state, "cert.pem"), &r, &h);
		assert_int_equal(r.err.code, ERR_OK);
		assert_int_equal(r.status, 200);
		http_free(h);
		tls_stop();
	}
}

/* POST through the line; what came of it. What counts as an answer is the whole one. */
static enum err_code
post_through(const struct proxy *line, const char *ca_file, bool *left)
{
	static char whole[1024];          /* the body that came first, when nothing was cut */
	static const char query[] = "{}"; /* refused, each time with the same bytes */
	static const struct http_request post = {
		.method = "POST", .path = "/projects", .body = query, .body_len = sizeof(query) - 1
	};
	char url[64];
	struct http_reply r;
	struct http *h;

	snprintf(url, sizeof(url), "https://localhost:%d/v1", proxy_port(line));
	h = client_with(
		&(struct http_setup){ .base_url = url, .key = "test_" CANARY, .ca_file = ca_file });
	talk(h, &post, &r);
	if (!whole[0])
		snprintf(whole, sizeof(whole), "%s", r.body);
	if (r.err.code == ERR_OK && strcmp(r.body, whole) != 0)
		fail_msg("half an answer was taken: %s", r.body);
	*left = r.left;
	http_free(h);
	return r.err.code;
}

/* The end of the connection without TLS's own goodbye, after any byte of handshake and answer. */
static void
c6_an_answer_that_is_cut_inside_tls_is_never_taken_for_whole(void **state)
{
	char ca_file[256];
	struct proxy *line;
	long all, doubts = 0;
	bool left;

	if (!tls_possible())
		return;
	tls_certificate(*state, "localhost");
	tls_serve_sandbox(*state);
	snprintf(ca_file, sizeof(ca_file), "%s", scratch_path(*state, "cert.pem"));
	line = proxy_start(tls_port());
	assert_int_equal(post_through(line, ca_file, &left), ERR_OK);
	all = proxy_set(line, &PROXY_CLEAR).down;
	assert_true(all > 500);
	for (long n = 1; n < all; n += n < all - 200 ? 31 : 7) {
		enum err_code code;

		proxy_set(line, &(struct proxy_plan){ .up = -1, .down = n, .end = PROXY_FIN });
		code = post_through(line, ca_file, &left);
		/* Behind the answer there is a goodbye, which may be missing. */
		if (code != ERR_OK && code != (left ? ERR_UNCONFIRMED : ERR_NET))
			fail_msg("cut after %ld of %ld bytes: %s, left %d", n, all, err_name(code),
				 left);
		doubts += code == ERR_UNCONFIRMED;
	}
	assert_true(doubts > 0); /* some cuts fell into the answer */
	proxy_stop(line);
	tls_stop();
}

/* What the person cannot see must not decide whom to trust: they are dropped at the start. */
static void
c9_the_environment_does_not_choose_whom_to_trust_and_gets_no_keys(void **state)
{
	struct http_reply r;
	struct http *h;

	if (!tls_possible())
		return;
	tls_certificate(*state, "localhost");
	tls_serve(*state, NULL);
	setenv("SSL_CERT_FILE", scratch_path(*state, "cert.pem"), 1);
	setenv("CURL_CA_BUNDLE", scratch_path(*state, "cert.pem"), 1);
	setenv("SSLKEYLOGFILE", scratch_path(*state, "keys"), 1);
	conf_clean_environment(); /* as conf_open() does */
	ask(NULL, &r, &h);
	assert_int_equal(r.err.code, ERR_NET);
	http_free(h);
	ask(scratch_path(*state, "cert.pem"), &r, &h);
	assert_int_equal(r.status, 200);
	http_free(h);
	assert_int_equal(access(scratch_path(*state, "keys"), F_OK), -1);
	tls_stop();
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

	if (!tls_possible()) {
		close(fd);
		return;
	}
	tls_certificate(*state, "localhost");
	tls_serve_sandbox(*state);
	ask(scratch_path(*state, "cert.pem"), &r, &h);
	assert_int_equal(r.err.code, ERR_OK);
	assert_int_equal(r.status, 200);
	assert_string_equal(r.body, "[]");
	http_free(h);
	a.sin_port = htons((uint16_t)tls_port());
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(send(fd, plain, sizeof(plain) - 1, 0), sizeof(plain) - 1);
	while (recv(fd, bytes, sizeof(bytes) - 1, 0) > 0)
		assert_null(strstr(bytes, "HTTP/"));
	close(fd);
	tls_stop();
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(c6_a_server_that_cannot_be_trusted_is_refused_before_anything_leaves),
		CASE(c6_a_certificate_of_the_named_ca_file_is_taken),
		CASE(c6_an_answer_that_is_cut_inside_tls_is_never_taken_for_whole),
		CASE(c9_the_environment_does_not_choose_whom_to_trust_and_gets_no_keys),
		CASE(the_sandbox_speaks_tls_and_nothing_else_on_its_port),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("tls", tests, NULL, NULL);
}
