/* web.c - see web.h. Sources: curl_multi_socket_action(3), CURLMOPT_SOCKETFUNCTION(3),
 * CURLMOPT_TIMERFUNCTION(3). */
#include "config.h"

#include "sandbox/web.h"

#include "core/clock.h"
#include "core/http_late.h"
#include "core/mem.h"
#include "sandbox/web_xfer.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define EVENTS_MAX 32

struct web {
	CURLM *multi;     /* NULL until the first call */
	int fd;           /* of the epoll */
	int64_t deadline; /* monotonic ms; -1: none */
	struct web_xfer *running, *done, *taken;
};

/* --- callbacks of libcurl: they note, nothing more --- */

static int
on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *unused)
{
	struct web *w = arg;
	struct epoll_event e = { .data.fd = fd };

	(void)easy;
	(void)unused;
	if (what == CURL_POLL_REMOVE) {
		epoll_ctl(w->fd, EPOLL_CTL_DEL, fd, NULL); /* may be closed already */
		return 0;
	}
	e.events = (what & CURL_POLL_IN ? EPOLLIN : 0u) | (what & CURL_POLL_OUT ? EPOLLOUT : 0u);
	if (epoll_ctl(w->fd, EPOLL_CTL_MOD, fd, &e) == 0)
		return 0;
	return epoll_ctl(w->fd, EPOLL_CTL_ADD, fd, &e);
}

static int
on_timer(CURLM *multi, long ms, void *arg)
{
	struct web *w = arg;

	(void)multi;
	w->deadline = ms < 0 ? -1 : clock_mono_ms() + ms;
	return 0;
}

/* --- life --- */

struct web *
web_open(struct err *err)
{
	struct web *w;
	int fd = epoll_create1(EPOLL_CLOEXEC);

	if (fd < 0) {
		err_sys(err, "cannot watch sockets");
		return NULL;
	}
	w = mem_alloc(sizeof(*w));
	w->fd = fd;
	w->deadline = -1;
	return w;
}

static enum err_code
start_curl(struct web *w, struct err *err)
{
	if (http_late_load(err))
		return err->code;
	if (curl_global_init_mem(CURL_GLOBAL_DEFAULT, malloc, free, realloc, strdup, calloc))
		return err_set(err, ERR_NET, "the HTTP library does not start");
	w->multi = curl_multi_init();
	if (w->multi && !curl_multi_setopt(w->multi, CURLMOPT_SOCKETFUNCTION, on_socket) &&
	    !curl_multi_setopt(w->multi, CURLMOPT_SOCKETDATA, w) &&
	    !curl_multi_setopt(w->multi, CURLMOPT_TIMERFUNCTION, on_timer) &&
	    !curl_multi_setopt(w->multi, CURLMOPT_TIMERDATA, w))
		return ERR_OK;
	curl_multi_cleanup(w->multi);
	w->multi = NULL;
	curl_global_cleanup();
	return err_set(err, ERR_NET, "the HTTP library does not start");
}

static void
free_all(struct web *w, struct web_xfer *x)
{
	while (x) {
		struct web_xfer *next = x->next;

		curl_multi_remove_handle(w->multi, x->easy);
		web_xfer_free(x);
		x = next;
	}
}

void
web_close(struct web *w)
{
	if (!w)
		return;
	if (w->multi) {
		free_all(w, w->running);
		free_all(w, w->done);
		free_all(w, w->taken);
		curl_multi_cleanup(w->multi);
		curl_global_cleanup();
	}
	close(w->fd);
	free(w);
}

enum err_code
web_start(struct web *w, const struct web_call *call, void *arg, struct err *err)
{
	struct web_xfer *x;

	if (!w->multi && start_curl(w, err))
		return err->code;
	x = web_xfer_new(call, err);
	if (!x)
		return err->code;
	if (curl_multi_add_handle(w->multi, x->easy)) {
		web_xfer_free(x);
		return err_set(err, ERR_NET, "cannot start a request");
	}
	x->arg = arg;
	x->next = w->running;
	w->running = x;
	return ERR_OK;
}

/* --- the end of one --- */

static void
finish(struct web *w, struct web_xfer *x, CURLcode result)
{
	struct web_xfer **at = &w->running;

	while (*at != x)
		at = &(*at)->next;
	*at = x->next;
	x->next = w->done;
	w->done = x;
	web_xfer_judge(x, result);
	curl_multi_remove_handle(w->multi, x->easy);
}

static void
take_results(struct web *w)
{
	CURLMsg *msg;
	int left;

	while ((msg = curl_multi_info_read(w->multi, &left))) {
		struct web_xfer *x = NULL;

		if (msg->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &x);
		finish(w, x, msg->data.result); /* msg is gone from here on */
	}
}

bool
web_has_answer(const struct web *w)
{
	return w->done != NULL;
}

bool
web_next(struct web *w, struct web_answer *out)
{
	struct web_xfer *x = w->done;

	web_xfer_free(w->taken);
	w->taken = x;
	if (!x)
		return false;
	w->done = x->next;
	x->next = NULL;
	*out = (struct web_answer){
		.arg = x->arg,
		.status = x->status,
		.data = buf_str(&x->data),
		.n = x->data.len,
		.type = x->type,
		.why = x->why,
	};
	return true;
}

/* --- for a loop --- */

int
web_fd(const struct web *w)
{
	return w->fd;
}

int
web_timeout_ms(const struct web *w)
{
	int64_t left;

	if (w->done)
		return 0;
	if (w->deadline < 0)
		return -1;
	left = w->deadline - clock_mono_ms();
	return left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

void
web_step(struct web *w)
{
	struct epoll_event events[EVENTS_MAX];
	int running, n;

	if (!w->multi)
		return;
	n = epoll_wait(w->fd, events, EVENTS_MAX, 0);
	for (int i = 0; i < n; i++) {
		int bits = 0;

		if (events[i].events & EPOLLIN)
			bits |= CURL_CSELECT_IN;
		if (events[i].events & EPOLLOUT)
			bits |= CURL_CSELECT_OUT;
		if (events[i].events & (EPOLLERR | EPOLLHUP))
			bits |= CURL_CSELECT_ERR;
		curl_multi_socket_action(w->multi, events[i].data.fd, bits, &running);
	}
	if (w->deadline >= 0 && w->deadline <= clock_mono_ms()) {
		w->deadline = -1;
		curl_multi_socket_action(w->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	}
	take_results(w);
}
