/* web_xfer.c - see web_xfer.h.
 *
 * A setting that libcurl does not take fails the call: a protocol list with a name it
 * does not know, for one, would leave all protocols allowed.
 */
#include "config.h"

#include "sandbox/web_xfer.h"

#include "core/mem.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#define HEADER_MAX (64u << 10) /* bytes of all headers of an answer */
#define HOST_MAX   64          /* a name of this machine is shorter */

/* --- where to --- */

/* The host of an http(s) URL without brackets; false if there is any doubt what it is. */
static bool
host_of(const char *url, char host[HOST_MAX])
{
	const char *at;
	size_t n;

	if (strncasecmp(url, "http://", 7) == 0)
		at = url + 7;
	else if (strncasecmp(url, "https://", 8) == 0)
		at = url + 8;
	else
		return false;
	for (const char *p = url; *p; p++)
		if (*p <= ' ' || *p > '~' || *p == '\\')
			return false;
	n = strcspn(at, "/?#");
	if (memchr(at, '@', n))
		return false;
	if (*at == '[')
		n = strcspn(++at, "]");
	else
		n = strcspn(at, ":/?#");
	if (n == 0 || n >= HOST_MAX)
		return false;
	snprintf(host, HOST_MAX, "%.*s", (int)n, at);
	return true;
}

static bool
is_loopback(const struct sockaddr *addr)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	if (addr->sa_family == AF_INET) {
		memcpy(&in, addr, sizeof(in));
		return ntohl(in.sin_addr.s_addr) >> 24 == 127;
	}
	if (addr->sa_family != AF_INET6)
		return false;
	memcpy(&in6, addr, sizeof(in6));
	return IN6_IS_ADDR_LOOPBACK(&in6.sin6_addr);
}

bool
web_is_here(const char *url)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	char host[HOST_MAX];

	if (!host_of(url, host))
		return false;
	if (inet_pton(AF_INET, host, &in.sin_addr) == 1)
		return is_loopback((const struct sockaddr *)&in);
	if (inet_pton(AF_INET6, host, &in6.sin6_addr) == 1)
		return is_loopback((const struct sockaddr *)&in6);
	return strcasecmp(host, "localhost") == 0;
}

/* Whatever the name meant to us: the address decides. */
static curl_socket_t
on_open(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
	const struct web_xfer *x = arg;

	(void)purpose;
	if (!x->anywhere && !is_loopback(&to->addr))
		return CURL_SOCKET_BAD;
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

/* --- what comes back --- */

static size_t
on_header(char *data, size_t size, size_t n, void *arg)
{
	struct web_xfer *x = arg;

	n *= size;
	x->header_bytes += n;
	if (x->header_bytes > HEADER_MAX)
		return 0;
	x->head_ended = n > 0 && (data[0] == '\r' || data[0] == '\n');
	return n;
}

static size_t
on_data(char *data, size_t size, size_t n, void *arg)
{
	struct web_xfer *x = arg;
	long status = 0;

	curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &status);
	if (!x->keeps || status != 200)
		return size * n; /* read to its end, but not kept */
	buf_add(&x->data, data, size * n);
	return x->data.full ? 0 : size * n;
}

/* libcurl takes a head that ends in the middle for an answer without a body. */
void
web_xfer_judge(struct web_xfer *x, CURLcode result)
{
	if (!result && !x->head_ended)
		result = CURLE_PARTIAL_FILE;
	if (!result) {
		const char *type = NULL;

		curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &x->status);
		curl_easy_getinfo(x->easy, CURLINFO_CONTENT_TYPE, &type);
		snprintf(x->type, sizeof(x->type), "%s", type ? type : "");
		x->why[0] = '\0';
		return;
	}
	x->status = 0;
	if (x->data.full)
		snprintf(x->why, sizeof(x->why), "the answer is longer than %zu bytes",
			 x->data.max);
	else if (x->why[0] == '\0')
		snprintf(x->why, sizeof(x->why), "%s", curl_easy_strerror(result));
}

/* --- settings; left off as libcurl has them: cookies, HSTS, alt-svc, decompression --- */

static const struct {
	CURLoption option;
	long value;
} longs[] = {
	/* clang-format off */
	{ CURLOPT_NOSIGNAL,          1 },
	{ CURLOPT_QUICK_EXIT,        1 },
	{ CURLOPT_FOLLOWLOCATION,    0 },
	{ CURLOPT_MAXREDIRS,         0 },
	{ CURLOPT_PATH_AS_IS,        1 },
	{ CURLOPT_NETRC,             CURL_NETRC_IGNORED },
	{ CURLOPT_HTTP09_ALLOWED,    0 },
	{ CURLOPT_HTTP_VERSION,      CURL_HTTP_VERSION_1_1 },
	{ CURLOPT_FORBID_REUSE,      1 }, /* a second POST on a dead connection is silent */
	{ CURLOPT_SSLVERSION,        CURL_SSLVERSION_TLSv1_2 },
	{ CURLOPT_TIMEOUT_MS,        WEB_TIMEOUT_MS },
	/* clang-format on */
};

/* Nobody signs a certificate for this machine, and nobody sits in between. */
static CURLcode
set_trust(struct web_xfer *x, bool here)
{
	CURLcode bad = curl_easy_setopt(x->easy, CURLOPT_SSL_VERIFYPEER, here ? 0L : 1L);

	return bad ? bad : curl_easy_setopt(x->easy, CURLOPT_SSL_VERIFYHOST, here ? 0L : 2L);
}

static CURLcode
set_up(struct web_xfer *x, const char *url)
{
	const struct {
		CURLoption option;
		const void *value;
	} texts[] = {
		/* clang-format off */
		{ CURLOPT_PROTOCOLS_STR,       "http,https" },
		{ CURLOPT_REDIR_PROTOCOLS_STR, "https" },
		{ CURLOPT_USERAGENT,           "multistage-sandbox/" PACKAGE_VERSION },
		{ CURLOPT_PROXY,               "" },
		{ CURLOPT_NOPROXY,             "*" },
		{ CURLOPT_URL,                 url },
		{ CURLOPT_PRIVATE,             x },
		{ CURLOPT_ERRORBUFFER,         x->why },
		{ CURLOPT_OPENSOCKETDATA,      x },
		{ CURLOPT_WRITEDATA,           x },
		{ CURLOPT_HEADERDATA,          x },
		{ CURLOPT_HTTPHEADER,          x->headers },
		/* clang-format on */
	};
	CURLcode bad = set_trust(x, web_is_here(url));

	for (size_t i = 0; i < ARRAY_LEN(longs) && !bad; i++)
		bad = curl_easy_setopt(x->easy, longs[i].option, longs[i].value);
	for (size_t i = 0; i < ARRAY_LEN(texts) && !bad; i++)
		bad = curl_easy_setopt(x->easy, texts[i].option, texts[i].value);
	if (!bad)
		bad = curl_easy_setopt(x->easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
	if (!bad)
		bad = curl_easy_setopt(x->easy, CURLOPT_WRITEFUNCTION, on_data);
	if (!bad)
		bad = curl_easy_setopt(x->easy, CURLOPT_HEADERFUNCTION, on_header);
	if (!bad && x->body)
		bad = curl_easy_setopt(x->easy, CURLOPT_POSTFIELDSIZE_LARGE,
				       (curl_off_t)strlen(x->body));
	if (!bad && x->body)
		bad = curl_easy_setopt(x->easy, CURLOPT_POSTFIELDS, x->body);
	return bad;
}

static bool
add_header(struct web_xfer *x, const char *line)
{
	struct curl_slist *longer = curl_slist_append(x->headers, line);

	if (longer)
		x->headers = longer;
	return longer != NULL;
}

/* Expect: a server that does not know "100-continue" would cost a second. */
static bool
add_headers(struct web_xfer *x, const char *auth)
{
	char line[128];

	if (!x->body)
		return add_header(x, "Accept: */*");
	snprintf(line, sizeof(line), "scale-callback-auth: %s", auth ? auth : "");
	return add_header(x, "Expect:") && add_header(x, "Content-Type: application/json") &&
	       (!auth || add_header(x, line));
}

struct web_xfer *
web_xfer_new(const struct web_call *call, struct err *err)
{
	struct web_xfer *x = mem_alloc(sizeof(*x));
	CURLcode bad;

	x->easy = curl_easy_init();
	x->body = call->body ? mem_strdup(call->body) : NULL;
	x->keeps = call->keep > 0;
	x->data = (struct buf){ .max = x->keeps ? call->keep : 1 };
	x->anywhere = call->anywhere;
	if (!x->easy || !add_headers(x, call->auth)) {
		err_set(err, ERR_NET, "cannot start a request");
	} else {
		bad = set_up(x, call->url);
		if (!bad)
			return x;
		err_set(err, ERR_NET, "the HTTP library refuses a setting: %s",
			curl_easy_strerror(bad));
	}
	web_xfer_free(x);
	return NULL;
}

void
web_xfer_free(struct web_xfer *x)
{
	if (!x)
		return;
	curl_easy_cleanup(x->easy);
	curl_slist_free_all(x->headers);
	buf_free(&x->data);
	free(x->body);
	free(x);
}
