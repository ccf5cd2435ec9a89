/* test_http_settings.c - every setting that libcurl is given, and that one which it does not
 * take stops the request before anything leaves.
 *
 * The linker hands each curl_easy_setopt() and curl_multi_setopt() of the client to the
 * functions here (--wrap), which note it, or refuse it, and pass it on. */
#include "config.h"

#include "tests/talk.h"
#include "tests/test.h"

#include "core/buf.h"
#include "core/clock.h"

#include <stdarg.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <curl/curl.h>

#undef curl_easy_setopt
#undef curl_multi_setopt

#define SETTINGS_MAX 100
#define KEY          "test_" CANARY
#define MULTI        1000000 /* their numbers are used twice */

static struct {
	int option;
	long number;
	char text[64]; /* of a string */
} made[SETTINGS_MAX];
static size_t made_count;
static size_t refuse; /* the n-th, from 1; 0: none */

CURLcode __real_curl_easy_setopt(CURL *easy, CURLoption option, ...);
CURLMcode __real_curl_multi_setopt(CURLM *multi, CURLMoption option, ...);
CURLcode __wrap_curl_easy_setopt(CURL *easy, CURLoption option, ...);
CURLMcode __wrap_curl_multi_setopt(CURLM *multi, CURLMoption option, ...);

/* Those of ours that are strings. */
static bool
is_text(int option)
{
	static const int texts[] = { CURLOPT_URL,
				     CURLOPT_PROTOCOLS_STR,
				     CURLOPT_USERAGENT,
				     CURLOPT_REDIR_PROTOCOLS_STR,
				     CURLOPT_USERNAME,
				     CURLOPT_PASSWORD,
				     CURLOPT_PROXY,
				     CURLOPT_NOPROXY,
				     CURLOPT_CAINFO,
				     CURLOPT_CUSTOMREQUEST,
				     CURLOPT_UNIX_SOCKET_PATH };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (texts[i] == option)
			return true;
	return false;
}

/* Note it. False if it is to be refused. */
static bool
note(int option, long number, const char *text)
{
	assert_true(made_count < SETTINGS_MAX);
	made[made_count].option = option;
	made[made_count].number = number;
	snprintf(made[made_count].text, sizeof(made[0].text), "%s", text);
	return ++made_count != refuse;
}

CURLcode
__wrap_curl_easy_setopt(CURL *easy, CURLoption option, ...)
{
	CURLcode code = CURLE_UNKNOWN_OPTION;
	int kind = (int)option / 10000 * 10000;
	va_list ap;

	va_start(ap, option);
	if (kind == CURLOPTTYPE_LONG) {
		long number = va_arg(ap, long);

		if (note((int)option, number, ""))
			code = __real_curl_easy_setopt(easy, option, number);
	} else if (kind == CURLOPTTYPE_OFF_T) {
		curl_off_t number = va_arg(ap, curl_off_t);

		if (note((int)option, (long)number, ""))
			code = __real_curl_easy_setopt(easy, option, number);
	} else {
		void *p = va_arg(ap, void *);

		if (note((int)option, 0, is_text((int)option) && p ? p : ""))
			code = __real_curl_easy_setopt(easy, option, p);
	}
	va_end(ap);
	return code;
}

CURLMcode
__wrap_curl_multi_setopt(CURLM *multi, CURLMoption option, ...)
{
	CURLMcode code = CURLM_UNKNOWN_OPTION;
	va_list ap;

	va_start(ap, option);
	if ((int)option < CURLOPTTYPE_OBJECTPOINT) {
		long number = va_arg(ap, long);

		if (note(MULTI + (int)option, number, ""))
			code = __real_curl_multi_setopt(multi, option, number);
	} else {
		void *p = va_arg(ap, void *);

		if (note(MULTI + (int)option, 0, ""))
			code = __real_curl_multi_setopt(multi, option, p);
	}
	va_end(ap);
	return code;
}

/* Start a request on a client of its own; its settings are in made. */
static enum err_code
start(const struct http_setup *setup, const struct http_request *req, struct err *err)
{
	struct http *h = client_with(setup);
	int ticket = 0;
	enum err_code code;

	made_count = 0;
	*err = (struct err)ERR_INIT;
	code = http_send(h, req, clock_mono_ms(), &ticket, err);
	assert_int_equal(code == ERR_OK, ticket > 0);
	assert_int_equal(http_running(h), ticket > 0);
	http_free(h);
	return code;
}

static const struct http_setup far = { .base_url = "https://api.example/v1",
				       .key = KEY,
				       .ca_file = "/ca.pem",
				       .proxy = "http://proxy.example:1" };
static const struct http_setup near = { .base_url = "http://localhost:1/v1",
					.key = KEY,
					.proxy = "http://proxy.example:1" };

/* The last setting of that option, or -1. */
static int
find(int option)
{
	for (size_t i = made_count; i-- > 0;)
		if (made[i].option == option)
			return (int)i;
	return -1;
}

static void
must_be(int option, long number, const char *text)
{
	int i = find(option);

	if (i < 0 || made[i].number != number || strcmp(made[i].text, text) != 0)
		fail_msg("option %d: %s %ld \"%s\", wanted %ld \"%s\"", option,
			 i < 0 ? "not set" : "is", i < 0 ? 0 : made[i].number,
			 i < 0 ? "" : made[i].text, number, text);
}

static void
each_request_is_given_every_setting_that_protects_it(void **state)
{
	static const struct {
		int option;
		long number;
	} longs[] = {
		{ CURLOPT_NOSIGNAL, 1 },
		{ CURLOPT_QUICK_EXIT, 1 },
		{ CURLOPT_FOLLOWLOCATION, 0 },
		{ CURLOPT_MAXREDIRS, 0 },
		{ CURLOPT_UNRESTRICTED_AUTH, 0 },
		{ CURLOPT_NETRC, CURL_NETRC_IGNORED },
		{ CURLOPT_HTTPAUTH, CURLAUTH_BASIC },
		{ CURLOPT_HTTP09_ALLOWED, 0 },
		{ CURLOPT_SSL_VERIFYPEER, 1 },
		{ CURLOPT_SSL_VERIFYHOST, 2 },
		{ CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2 },
		{ CURLOPT_SSL_OPTIONS, 0 },
		{ CURLOPT_CONNECTTIMEOUT_MS, HTTP_CONNECT_MS },
		{ CURLOPT_TIMEOUT_MS, HTTP_TOTAL_MS },
		{ CURLOPT_POSTFIELDSIZE_LARGE, 7 },
	};
	static const int never[] = {
		CURLOPT_VERBOSE,    CURLOPT_DEBUGFUNCTION,   CURLOPT_COOKIEFILE, CURLOPT_COOKIEJAR,
		CURLOPT_HSTS,       CURLOPT_ALTSVC,          CURLOPT_NETRC_FILE, CURLOPT_KEYPASSWD,
		CURLOPT_USERPWD,    CURLOPT_PROXYUSERPWD,    CURLOPT_POSTREDIR,  CURLOPT_RESOLVE,
		CURLOPT_CONNECT_TO, CURLOPT_ACCEPT_ENCODING, CURLOPT_COOKIE,
	};
	struct err err;

	(void)state;
	if (start(&far, &post_x, &err) != ERR_OK)
		fail_msg("%s", err.msg);
	for (size_t i = 0; i < ARRAY_LEN(longs); i++)
		must_be(longs[i].option, longs[i].number, "");
	for (size_t i = 0; i < ARRAY_LEN(never); i++)
		if (find(never[i]) >= 0)
			fail_msg("option %d is set", never[i]);
	must_be(CURLOPT_PROTOCOLS_STR, 0, "https");
	must_be(CURLOPT_REDIR_PROTOCOLS_STR, 0, "https");
	must_be(CURLOPT_CAINFO, 0, "/ca.pem");
	must_be(CURLOPT_PROXY, 0, "http://proxy.example:1");
	must_be(CURLOPT_USERNAME, 0, KEY);
	must_be(CURLOPT_PASSWORD, 0, "");
	must_be(CURLOPT_URL, 0, "https://api.example/v1/task/multistage");
	assert_int_equal(find(CURLOPT_NOPROXY), -1);
	assert_true(find(CURLOPT_ERRORBUFFER) >= 0);
	assert_true(find(CURLOPT_HTTPHEADER) >= 0);
}

static void
c8_a_request_to_this_machine_is_told_to_use_no_proxy(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(start(&near, &post_x, &err), ERR_OK);
	must_be(CURLOPT_PROTOCOLS_STR, 0, "http");
	must_be(CURLOPT_PROXY, 0, "");
	must_be(CURLOPT_NOPROXY, 0, "*");
}

/* Refuse the first setting, the second, ... of this request: each must stop it. */
static void
refuse_each(const struct http_setup *setup, const struct http_request *req)
{
	struct err err;
	size_t all;

	refuse = 0;
	assert_int_equal(start(setup, req, &err), ERR_OK);
	all = made_count;
	assert_true(all > 30);
	for (refuse = 1; refuse <= all; refuse++) {
		if (start(setup, req, &err) != ERR_NET || !err.msg[0])
			fail_msg("setting %d was refused and it went on: %s",
				 made[made_count - 1].option, err.msg);
		assert_int_equal(made_count, refuse); /* nothing more was tried */
	}
	refuse = 0;
}

static void
a_setting_that_libcurl_refuses_stops_the_request(void **state)
{
	static const struct http_request remove = { .method = "DELETE", .path = "/task/a" };
	static const struct http_part part = { .name = "a", .value = "b" };
	char path[] = "/tmp/ms-settings-XXXXXX";
	const struct http_request upload = {
		.method = "POST", .path = "/files", .file = path, .parts = &part, .part_count = 1
	};
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	refuse_each(&far, &post_x);
	refuse_each(&near, &get_x);
	refuse_each(&far, &remove);
	refuse_each(&far, &upload);
	unlink(path);
}

/* libcurl's and OpenSSL's memory. */
static curl_malloc_callback give;
static curl_calloc_callback give_zeroed;
static curl_realloc_callback give_more;

CURLcode __real_curl_global_init_mem(long flags, curl_malloc_callback m, curl_free_callback f,
				     curl_realloc_callback r, curl_strdup_callback s,
				     curl_calloc_callback c);
CURLcode __wrap_curl_global_init_mem(long flags, curl_malloc_callback m, curl_free_callback f,
				     curl_realloc_callback r, curl_strdup_callback s,
				     curl_calloc_callback c);

CURLcode
__wrap_curl_global_init_mem(long flags, curl_malloc_callback m, curl_free_callback f,
			    curl_realloc_callback r, curl_strdup_callback s, curl_calloc_callback c)
{
	give = m;
	give_more = r;
	give_zeroed = c;
	return __real_curl_global_init_mem(flags, m, f, r, s, c);
}

/* Ask for more than there is, in the n-th way, in a child; what it says goes to text. */
static int
ask_for_too_much(int way, char *text, size_t size)
{
	const size_t huge = (size_t)1 << 46;
	int fd[2], status;
	size_t n = 0;
	ssize_t got;
	pid_t pid;

	assert_int_equal(pipe(fd), 0);
	pid = fork();
	if (pid == 0) {
		void *p = NULL;

		dup2(fd[1], STDERR_FILENO);
		setrlimit(RLIMIT_AS, &(struct rlimit){ (rlim_t)1 << 45, (rlim_t)1 << 45 });
		if (way == 0)
			p = give(huge);
		else if (way == 1)
			p = give_zeroed(1 << 16, huge >> 16);
		else
			p = give_more(give(16), huge);
		_exit(p ? 1 : 2);
	}
	close(fd[1]);
	while (n + 1 < size && (got = read(fd[0], text + n, size - 1 - n)) > 0)
		n += (size_t)got;
	text[n] = '\0';
	close(fd[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void
without_memory_the_program_ends_before_libcurl_sees_it(void **state)
{
	struct err err;

	(void)state;
#ifdef WITH_ASAN
	fputs("not tried: a sanitizer ends the program itself\n", stderr);
	return;
#endif
	assert_int_equal(start(&near, &get_x, &err), ERR_OK);
	for (int way = 0; way < 3; way++) {
		char text[200];
		int status = ask_for_too_much(way, text, sizeof(text));

		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 70);
		assert_non_null(strstr(text, "out of memory; drafts and sent tasks are on disk"));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_request_is_given_every_setting_that_protects_it),
		cmocka_unit_test(c8_a_request_to_this_machine_is_told_to_use_no_proxy),
		cmocka_unit_test(a_setting_that_libcurl_refuses_stops_the_request),
		cmocka_unit_test(without_memory_the_program_ends_before_libcurl_sees_it),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("http_settings", tests, NULL, NULL);
}
