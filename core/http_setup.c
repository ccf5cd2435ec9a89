/* http_setup.c - every setting of libcurl, and its memory. See http_parts.h.
 *
 * A setting that libcurl does not take fails the request: a protocol list with
 * a name it does not know, for one, would leave all protocols allowed.
 */
#include "config.h"

#include "core/http_parts.h"

#include "core/http_late.h"
#include "core/mem.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <curl/curl.h>

/* --- memory: HTTP Basic puts the key (in base64) into buffers that libcurl and OpenSSL
 * free. They never see that there is none: libcurl 7.88 divides by zero or sleeps for ever
 * after that, and what was to be sent is on disk. --- */

static void *
must_malloc(size_t size)
{
	return mem_realloc(NULL, size);
}

static void *
must_calloc(size_t n, size_t size)
{
	return mem_array(n, size);
}

static char *
must_strdup(const char *s)
{
	return mem_strdup(s);
}

static void
wipe_free(void *p)
{
	if (p)
		explicit_bzero(p, malloc_usable_size(p));
	free(p);
}

static void *
wipe_realloc(void *old, size_t size)
{
	size_t had = old ? malloc_usable_size(old) : 0;
	void *p = must_malloc(size);

	if (old)
		memcpy(p, old, had < size ? had : size);
	wipe_free(old);
	return p;
}

static void *
crypto_malloc(size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return size ? must_malloc(size) : NULL;
}

static void *
crypto_realloc(void *old, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	if (size)
		return wipe_realloc(old, size);
	wipe_free(old);
	return NULL;
}

static void
crypto_free(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	wipe_free(p);
}

enum err_code
http_curl_start(struct err *err)
{
	if (http_late_load(err))
		return err->code;
	http_late_crypto(crypto_malloc, crypto_realloc, crypto_free);
	if (curl_global_init_mem(CURL_GLOBAL_DEFAULT, must_malloc, wipe_free, wipe_realloc,
				 must_strdup, must_calloc) == CURLE_OK)
		return ERR_OK;
	return err_set(err, ERR_NET, "the HTTP library does not start");
}

void
http_curl_end(void)
{
	curl_global_cleanup();
}

/* --- settings; off by default in libcurl and left so: cookies, HSTS, alt-svc,
 * decompression. Redirects are only reported: following one would give the body, or the
 * key, to somebody else. --- */

static const struct {
	CURLoption option;
	long value;
} longs[] = {
	/* clang-format off */
	{ CURLOPT_NOSIGNAL,          1 },
	{ CURLOPT_QUICK_EXIT,        1 }, /* a dead resolver must not hold up a cancel */
	{ CURLOPT_FOLLOWLOCATION,    0 },
	{ CURLOPT_MAXREDIRS,         0 },
	{ CURLOPT_UNRESTRICTED_AUTH, 0 },
	{ CURLOPT_PATH_AS_IS,        1 },
	{ CURLOPT_NETRC,             CURL_NETRC_IGNORED },
	{ CURLOPT_HTTPAUTH,          (long)CURLAUTH_BASIC },
	{ CURLOPT_HTTP09_ALLOWED,    0 },
	{ CURLOPT_HTTP_VERSION,      CURL_HTTP_VERSION_1_1 },
	{ CURLOPT_SSL_VERIFYPEER,    1 },
	{ CURLOPT_SSL_VERIFYHOST,    2 },
	{ CURLOPT_SSLVERSION,        CURL_SSLVERSION_TLSv1_2 },
	{ CURLOPT_SSL_OPTIONS,       0 },
	{ CURLOPT_SUPPRESS_CONNECT_HEADERS, 1 },
	{ CURLOPT_CONNECTTIMEOUT_MS, HTTP_CONNECT_MS },
	{ CURLOPT_LOW_SPEED_LIMIT,   1 },  /* bytes a second ... */
	{ CURLOPT_LOW_SPEED_TIME,    30 }, /* ... for so many seconds */
	{ CURLOPT_TCP_KEEPALIVE,     1 },
	/* clang-format on */
};

/* libcurl's own sockets go on into an editor, and live there after us. */
static curl_socket_t
open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
	(void)arg;
	(void)purpose;
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

enum err_code
http_settings(void *easy, const struct http_conf *conf, struct err *err)
{
	const struct {
		CURLoption option;
		const char *value; /* NULL: not set */
	} texts[] = {
		/* clang-format off */
		{ CURLOPT_PROTOCOLS_STR,       conf->https ? "https" : "http" },
		{ CURLOPT_REDIR_PROTOCOLS_STR, "https" },
		{ CURLOPT_USERAGENT,           PACKAGE_NAME "/" PACKAGE_VERSION },
		{ CURLOPT_UNIX_SOCKET_PATH,    conf->unix_path },
		{ CURLOPT_CAINFO,              conf->ca_file },
		{ CURLOPT_USERNAME,            conf->key[0] ? conf->key : NULL },
		{ CURLOPT_PASSWORD,            conf->key[0] ? "" : NULL },
		{ CURLOPT_PROXY,               conf->here ? "" : conf->proxy },
		{ CURLOPT_NOPROXY,             conf->here ? "*" : NULL },
		/* clang-format on */
	};
	CURLcode bad = CURLE_OK;

	for (size_t i = 0; i < ARRAY_LEN(longs) && !bad; i++)
		bad = curl_easy_setopt(easy, longs[i].option, longs[i].value);
	for (size_t i = 0; i < ARRAY_LEN(texts) && !bad; i++)
		if (texts[i].value)
			bad = curl_easy_setopt(easy, texts[i].option, texts[i].value);
	if (!bad)
		bad = curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, conf->total_ms);
	if (!bad)
		bad = curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	if (!bad)
		return ERR_OK;
	err_set(err, ERR_NET, "the HTTP library refuses a setting: %s", curl_easy_strerror(bad));
	return err_hint(err, "nothing was sent; is this libcurl built with TLS?");
}
