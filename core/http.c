/* http.c - drives libcurl. See http.h.
 *
 * libcurl tells us which sockets to watch (on_socket) and when it wants to
 * be woken (on_timer); we only note it. http_step() hands back what poll(2)
 * saw, and results are pulled. Source: curl_multi_socket_action(3),
 * CURLMOPT_SOCKETFUNCTION(3), CURLMOPT_TIMERFUNCTION(3).
 */
#include "config.h"

#include "core/http.h"

#include "core/http_parts.h"
#include "core/http_xfer.h"
#include "core/mem.h"
#include "core/secret.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include <curl/curl.h>

#define CONNECTIONS_MAX 24 /* at once; the rest waits. Each may try two addresses */

struct http {
	struct http_conf conf;
	CURLM *multi; /* NULL until the first request */
	struct pollfd sock[HTTP_FDS_MAX];
	size_t sock_count;
	int64_t now;      /* ms; last time we were told */
	int64_t deadline; /* ms; -1 = none */
	int last_ticket;
	struct http_xfer *running, *done, *taken;
};

/* --- callbacks of libcurl: they note, nothing more --- */

_Static_assert(HTTP_FDS_MAX >= 2 * CONNECTIONS_MAX + 2, "a socket that nobody watches hangs");

static int
on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *unused)
{
	struct http *h = arg;
	size_t i = 0;

	(void)easy;
	(void)unused;
	while (i < h->sock_count && h->sock[i].fd != fd)
		i++;
	if (what == CURL_POLL_REMOVE) {
		if (i < h->sock_count)
			h->sock[i] = h->sock[--h->sock_count];
		return 0;
	}
	if (i == HTTP_FDS_MAX)
		return -1;
	if (i == h->sock_count)
		h->sock_count++;
	h->sock[i] = (struct pollfd){ .fd = fd };
	if (what & CURL_POLL_IN)
		h->sock[i].events |= POLLIN;
	if (what & CURL_POLL_OUT)
		h->sock[i].events |= POLLOUT;
	return 0;
}

static int
on_timer(CURLM *multi, long ms, void *arg)
{
	struct http *h = arg;

	(void)multi;
	h->deadline = ms < 0 ? -1 : h->now + ms;
	return 0;
}

/* --- life --- */

static char *
copy(const char *s)
{
	return s ? mem_strdup(s) : NULL;
}

/* What may stand in an Authorization header and splits no name from a password. */
static bool
key_is_sane(const char *key)
{
	for (; *key; key++)
		if (*key <= ' ' || *key > '~' || *key == ':')
			return false;
	return true;
}

struct http *
http_new(const struct http_setup *setup, struct err *err)
{
	struct http_conf conf = { .unix_path = copy(setup->unix_path) };
	const struct sockaddr_un *un = NULL;
	struct http *h;

	if (setup->unix_path && strlen(setup->unix_path) >= sizeof(un->sun_path)) {
		err_set(err, ERR_CONFIG, "the path of the socket is too long");
		err_hint(err, "%zu bytes are allowed: use a shorter folder",
			 sizeof(un->sun_path) - 1);
		goto bad;
	}
	if (!key_is_sane(setup->key)) {
		err_set(err, ERR_CONFIG,
			"the API key holds a blank, a colon or another "
			"character that no key has");
		err_hint(err, "copy it again, without what stands around it");
		goto bad;
	}
	if (http_url_check(setup->base_url, &conf, err))
		goto bad;
	h = mem_alloc(sizeof(*h));
	h->conf = conf;
	h->conf.base_url = copy(setup->base_url);
	h->conf.key = secret_copy(setup->key);
	h->conf.ca_file = copy(setup->ca_file);
	h->conf.proxy = setup->proxy ? secret_copy(setup->proxy) : NULL;
	h->conf.total_ms = setup->total_ms ? setup->total_ms : HTTP_TOTAL_MS;
	h->deadline = -1;
	return h;
bad:
	free(conf.unix_path);
	return NULL;
}

static enum err_code
start_curl(struct http *h, struct err *err)
{
	if (http_curl_start(err))
		return err->code;
	h->multi = curl_multi_init();
	if (h->multi && !curl_multi_setopt(h->multi, CURLMOPT_SOCKETFUNCTION, on_socket) &&
	    !curl_multi_setopt(h->multi, CURLMOPT_SOCKETDATA, h) &&
	    !curl_multi_setopt(h->multi, CURLMOPT_TIMERFUNCTION, on_timer) &&
	    !curl_multi_setopt(h->multi, CURLMOPT_TIMERDATA, h) &&
	    !curl_multi_setopt(h->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)CONNECTIONS_MAX) &&
	    !curl_multi_setopt(h->multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS_MAX))
		return ERR_OK;
	curl_multi_cleanup(h->multi);
	h->multi = NULL;
	http_curl_end();
	return err_set(err, ERR_NET, "the HTTP library does not start");
}

static void
transfers_free(struct http *h, struct http_xfer *x)
{
	while (x) {
		struct http_xfer *next = x->next;

		curl_multi_remove_handle(h->multi, x->easy);
		http_xfer_free(x);
		x = next;
	}
}

void
http_free(struct http *h)
{
	if (!h)
		return;
	if (h->multi) {
		transfers_free(h, h->running);
		transfers_free(h, h->done);
		transfers_free(h, h->taken);
		curl_multi_cleanup(h->multi);
		http_curl_end();
	}
	free(h->conf.base_url);
	free(h->conf.unix_path);
	free(h->conf.ca_file);
	secret_free(h->conf.proxy);
	secret_free(h->conf.key);
	free(h);
}

enum err_code
http_send(struct http *h, const struct http_request *req, int64_t now, int *ticket, struct err *err)
{
	struct http_xfer *x;

	h->now = now;
	if (!h->multi && start_curl(h, err))
		return err->code;
	x = http_xfer_new(&h->conf, req, err);
	if (!x)
		return err->code;
	if (curl_multi_add_handle(h->multi, x->easy)) {
		http_xfer_free(x);
		return err_set(err, ERR_NET, "cannot start a request");
	}
	x->started = now;
	x->reply.ticket = *ticket = ++h->last_ticket;
	x->next = h->running;
	h->running = x;
	return ERR_OK;
}

/* --- the end of one --- */

static void
judge(struct http *h, struct http_xfer *x, CURLcode result)
{
	struct http_reply *r = &x->reply;
	struct http_end end = { .curl_code = (int)result, .left = x->begun, .detail = x->why };

	curl_easy_getinfo(x->easy, CURLINFO_HTTP_CONNECTCODE, &end.proxy_status);
	if (x->body.full) {
		err_set(&r->err, ERR_TOO_BIG, "the answer is longer than %u MiB",
			HTTP_BODY_MAX >> 20);
	} else if (x->header_bytes > HTTP_HEADER_MAX) {
		err_set(&r->err, ERR_TOO_BIG, "the answer has more than %u KiB of headers",
			HTTP_HEADER_MAX >> 10);
	} else if (result) {
		r->curl = (int)result;
		r->untrusted = http_untrusted(&end);
		http_word(&end, &h->conf, &r->err);
	}
}

/* Take x out of the running ones and put it behind those that are done. */
static void
move_to_done(struct http *h, struct http_xfer *x)
{
	struct http_xfer **at = &h->running, **end = &h->done;

	while (*at != x)
		at = &(*at)->next;
	*at = x->next;
	x->next = NULL;
	while (*end)
		end = &(*end)->next;
	*end = x;
}

static void
finish(struct http *h, struct http_xfer *x)
{
	move_to_done(h, x);
	x->reply.left = x->begun;
	x->reply.took_ms = h->now - x->started;
	x->reply.body = buf_str(&x->body);
	x->reply.body_len = x->body.len;
	curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &x->reply.status);
}

void
http_cancel(struct http *h, int ticket)
{
	struct http_xfer *x = h->running;

	while (x && x->reply.ticket != ticket)
		x = x->next;
	if (!x)
		return;
	finish(h, x);
	err_set(&x->reply.err, ERR_INTERRUPTED, "stopped before an answer came");
	curl_multi_remove_handle(h->multi, x->easy);
}

size_t
http_pollfds(const struct http *h, struct pollfd *fds, size_t cap)
{
	size_t n = h->sock_count < cap ? h->sock_count : cap;

	memcpy(fds, h->sock, n * sizeof(*fds));
	return n;
}

int
http_timeout(const struct http *h, int64_t now)
{
	if (h->deadline < 0)
		return -1;
	if (h->deadline <= now)
		return 0;
	return h->deadline - now > INT_MAX ? INT_MAX : (int)(h->deadline - now);
}

static void
take_results(struct http *h)
{
	CURLMsg *msg;
	int left;

	while ((msg = curl_multi_info_read(h->multi, &left))) {
		CURL *easy = msg->easy_handle;
		CURLcode result = msg->data.result;
		struct http_xfer *x = NULL;

		if (msg->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(easy, CURLINFO_PRIVATE, &x);
		finish(h, x);
		judge(h, x, result);
		curl_multi_remove_handle(h->multi, easy); /* msg is gone from here on */
	}
}

void
http_step(struct http *h, const struct pollfd *fds, size_t n, int64_t now)
{
	int running;

	h->now = now;
	if (!h->multi)
		return;
	for (size_t i = 0; i < n; i++) {
		int bits = 0;

		if (fds[i].revents & POLLIN)
			bits |= CURL_CSELECT_IN;
		if (fds[i].revents & POLLOUT)
			bits |= CURL_CSELECT_OUT;
		if (fds[i].revents & (POLLERR | POLLHUP | POLLNVAL))
			bits |= CURL_CSELECT_ERR;
		if (bits)
			curl_multi_socket_action(h->multi, fds[i].fd, bits, &running);
	}
	if (h->deadline >= 0 && h->deadline <= now) {
		h->deadline = -1;
		curl_multi_socket_action(h->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	}
	take_results(h);
}

bool
http_next(struct http *h, struct http_reply *out)
{
	http_xfer_free(h->taken);
	h->taken = h->done;
	if (!h->taken)
		return false;
	h->done = h->taken->next;
	h->taken->next = NULL;
	*out = h->taken->reply;
	return true;
}

size_t
http_running(const struct http *h)
{
	size_t n = 0;

	for (const struct http_xfer *x = h->running; x; x = x->next)
		n++;
	return n;
}

const char *
http_host(const struct http *h)
{
	return h->conf.host;
}
