/* test_http_parts.c - which addresses are taken, what headers mean, how failures are worded. */
#include "config.h"

#include "tests/test.h"

#include "core/http_parts.h"

#include <curl/curl.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define NOW      1705439445000 /* 2024-01-16T21:10:45Z */

static void
a_base_url_is_taken_only_when_the_key_is_safe_there(void **state)
{
	static const struct {
		const char *url, *host;
		bool https, here;
	} good[] = {
		{ "https://api.scale.com/v1", "api.scale.com", true, false },
		{ "HTTPS://API.scale.com:8443", "API.scale.com", true, false },
		{ "http://localhost:8080/v1", "localhost", false, true },
		{ "http://127.0.0.1/v1", "127.0.0.1", false, true },
		{ "http://127.9.8.7", "127.9.8.7", false, true },
		{ "http://[::1]:80/v1", "::1", false, true },
		{ "https://[2001:db8::1]/a/b", "2001:db8::1", true, false },
		{ "https://localhost/v1", "localhost", true, true },
	};
	static const struct {
		const char *url, *msg;
	} bad[] = {
		{ "", "neither" },
		{ "api.scale.com/v1", "neither" },
		{ "file:///etc/passwd", "neither" },
		{ "ftp://localhost/", "neither" },
		{ "http://api.scale.com/v1", "plain http to api.scale.com" },
		{ "http://10.0.0.1/", "plain http" },
		{ "http://localhost.evil.example/", "plain http" },
		{ "http://127.0.0.1.evil.example/", "plain http" },
		{ "http://127.0.0.256/", "plain http" },
		{ "http://[::2]/", "plain http" },
		{ "https://live_key@api.scale.com/", "user name" },
		{ "https://a:b@api.scale.com/", "user name" },
		{ "https://", "no host" },
		{ "https:///v1", "no host" },
		{ "https://api.scale.com./v1", "no host" },
		{ "https://-x/", "no host" },
		{ "https://[::1/", "no host" },
		{ "https://b\xC3\xBC"
		  "cher.example/",
		  "wrong port" },
		{ "https://\xC3\xBC/", "no host" },
		{ "https://api.scale.com:0/", "wrong port" },
		{ "https://api.scale.com:65536/", "wrong port" },
		{ "https://api.scale.com:/", "wrong port" },
		{ "https://api.scale.com/v1?a=b", "a query" },
		{ "https://api.scale.com/v1#a", "a query" },
		{ "https://api.scale.com/v1 ", "does not belong" },
		{ "https://api.scale.com\\@evil.example", "user name" },
		{ "https://api.scale.com\r\nX: y", "does not belong" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		struct http_conf conf = { .unix_path = NULL };
		struct err err = ERR_INIT;

		if (http_url_check(good[i].url, &conf, &err) || conf.https != good[i].https ||
		    conf.here != good[i].here || strcmp(conf.host, good[i].host) != 0)
			fail_msg("%s: %s", good[i].url, err.msg);
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct http_conf conf = { .unix_path = NULL };
		struct err err = ERR_INIT;

		if (http_url_check(bad[i].url, &conf, &err) != ERR_CONFIG || !err.hint[0] ||
		    !strstr(err.msg, bad[i].msg) || conf.host[0])
			fail_msg("%s: %s", bad[i].url, err.msg);
		if (strstr(err.msg, "live_key"))
			fail_msg("the key is shown: %s", err.msg);
	}
}

static void
a_socket_of_this_machine_makes_plain_http_fine(void **state)
{
	char path[] = "/run/x";
	struct http_conf conf = { .unix_path = path };
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(http_url_check("http://sandbox.example/v1", &conf, &err), ERR_OK);
	assert_true(conf.here);
}

static void
a_client_refuses_what_no_key_can_be(void **state)
{
	static const char *const keys[] = { "live abc", "live:abc", "live\r\nX: y", "k\xC3\xA4" };

	(void)state;
	for (size_t i = 0; i < COUNT(keys); i++) {
		struct http_setup setup = { .base_url = "https://x/v1", .key = keys[i] };
		struct err err = ERR_INIT;

		assert_null(http_new(&setup, &err));
		assert_int_equal(err.code, ERR_CONFIG);
		if (strstr(err.msg, "abc"))
			fail_msg("the key is shown: %s", err.msg);
	}
}

static void
a11_retry_after_is_seconds_or_a_date_within_bounds(void **state)
{
	static const struct {
		const char *value;
		int64_t ms;
	} cases[] = {
		{ "7", 7000 },
		{ "0", 1000 },
		{ "3600", 3600000 },
		{ "1000000000", 3600000 },
		{ "99999999999999999999", 3600000 },
		{ "-5", 1000 },
		{ "Tue, 16 Jan 2024 21:11:00 GMT", 15000 },
		{ "Tuesday, 16-Jan-24 21:11:00 GMT", 15000 },
		{ "Tue Jan 16 21:11:00 2024", 15000 },
		{ "Mon, 15 Jan 2024 21:11:00 GMT", 1000 },
		{ "Tue, 16 Jan 2034 21:11:00 GMT", 3600000 },
		{ "soon", -1 },
		{ "", -1 },
		{ "7 s", -1 },
		{ "1.5", -1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t ms = http_retry_after(cases[i].value, NOW);

		if (ms != cases[i].ms)
			fail_msg("%s: %lld", cases[i].value, (long long)ms);
	}
}

static void
only_the_host_of_a_redirect_is_kept(void **state)
{
	static const struct {
		const char *value, *host;
	} cases[] = {
		{ "https://a.example/x?y#z", "a.example" },
		{ "//a.example:8/x", "a.example:8" },
		{ "https://u:p@a.example", "a.example" },
		{ "https://a.example?q=//b", "a.example" },
		{ "/path//x", "" },
		{ "?u=https://a.example", "" },
		{ "x", "" },
		{ "", "" },
		{ "//", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct http_reply r = { .status = 0 };
		char line[128];

		snprintf(line, sizeof(line), "location: %s\r\n", cases[i].value);
		http_head_line(&r, line, strlen(line), NOW);
		if (strcmp(r.location_host, cases[i].host) != 0)
			fail_msg("%s: %s", cases[i].value, r.location_host);
	}
}

static void
long_and_odd_header_lines_are_cut_or_left(void **state)
{
	struct http_reply r = { .status = 0 };
	char line[400] = "X-Request-Id: ";

	(void)state;
	memset(line + 14, 'a', sizeof(line) - 14);
	http_head_line(&r, line, sizeof(line), NOW);
	assert_int_equal(strlen(r.request_id), sizeof(r.request_id) - 1);
	http_head_line(&r, "HTTP/1.1 200 OK\r\n", 17, NOW);
	assert_string_equal(r.request_id, "");
	assert_int_equal(r.retry_after_ms, -1);
	http_head_line(&r, "", 0, NOW);
	http_head_line(&r, ":", 1, NOW);
	http_head_line(&r, "Content-Type:", 13, NOW);
	assert_string_equal(r.type, "");
}

static void
every_failure_has_our_own_words(void **state)
{
	static const struct {
		int code;
		bool left;
		const char *msg, *hint;
	} cases[] = {
		{ CURLE_COULDNT_RESOLVE_HOST, false, "no address is known for h.example",
		  "network" },
		{ CURLE_COULDNT_RESOLVE_PROXY, false, "for the proxy", "proxy" },
		{ CURLE_COULDNT_CONNECT, false, "h.example takes no connection", "network" },
		{ CURLE_OPERATION_TIMEDOUT, false, "no connection to h.example in time",
		  "network" },
		{ CURLE_PEER_FAILED_VERIFICATION, false,
		  "the certificate of h.example does not hold: libcurl's text", "ca_file" },
		{ CURLE_SSL_CACERT_BADFILE, false, "cannot read the CA file /ca.pem", "ca_file" },
		{ CURLE_SSL_CONNECT_ERROR, false, "no secure connection to h.example", "TLS" },
		{ CURLE_PROXY, false, "the proxy does not connect us", "proxy" },
		{ CURLE_FAILED_INIT, false, "cannot reach h.example: libcurl's text", "" },
		{ CURLE_GOT_NOTHING, true, "h.example hung up", "" },
		{ CURLE_SEND_ERROR, true, "broke while sending", "" },
		{ CURLE_RECV_ERROR, true, "broke before the answer", "" },
		{ CURLE_PARTIAL_FILE, true, "cut off", "" },
		{ CURLE_OPERATION_TIMEDOUT, true, "no whole answer from h.example in time", "" },
		{ CURLE_OUT_OF_MEMORY, true, "headers of h.example are too long", "" },
		{ CURLE_ABORTED_BY_CALLBACK, true, "the file changed", "" },
		{ CURLE_HTTP2, true, "no whole answer from h.example: libcurl's text", "" },
	};
	char ca[] = "/ca.pem";
	struct http_conf conf = { .host = "h.example", .ca_file = ca };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct http_end end = { .curl_code = cases[i].code,
					.left = cases[i].left,
					.detail = "libcurl's text" };
		enum err_code want = cases[i].left ? ERR_UNCONFIRMED : ERR_NET;
		struct err err = ERR_INIT;

		if (http_word(&end, &conf, &err) != want || !strstr(err.msg, cases[i].msg) ||
		    !strstr(err.hint, cases[i].hint))
			fail_msg("row %zu: %s (%s)", i, err.msg, err.hint);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_base_url_is_taken_only_when_the_key_is_safe_there),
		cmocka_unit_test(a_socket_of_this_machine_makes_plain_http_fine),
		cmocka_unit_test(a_client_refuses_what_no_key_can_be),
		cmocka_unit_test(a11_retry_after_is_seconds_or_a_date_within_bounds),
		cmocka_unit_test(only_the_host_of_a_redirect_is_kept),
		cmocka_unit_test(long_and_odd_header_lines_are_cut_or_left),
		cmocka_unit_test(every_failure_has_our_own_words),
	};
	return cmocka_run_group_tests_name("http parts", tests, NULL, NULL);
}
