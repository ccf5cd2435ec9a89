/* server.c - see server.h. */
#include "config.h"

#include "sandbox/server.h"

#include "core/clock.h"
#include "core/mem.h"
#include "core/text.h"
#include "sandbox/account.h"
#include "sandbox/db.h"
#include "sandbox/life.h"
#include "sandbox/request.h"
#include "sandbox/route.h"
#include "sandbox/upload.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <microhttpd.h>

#define BODY_MAX_BYTES   (2u << 20)
#define FORM_MAX_BYTES   (UPLOAD_MAX_BYTES + (1u << 20)) /* the file, and the form around it */
#define CONNECTIONS_MAX  256
#define CONNECTION_BYTES 65536 /* request line and headers; more gets 431 from the library */
#define IDLE_SECONDS     60

struct server {
	struct service *service; /* borrowed */
	struct MHD_Daemon *daemon;
	int fd; /* of the daemon's epoll */
	bool any_host;
	bool room; /* a connection has ended in this step */
};

struct exchange { /* one request and its answer */
	char *target;
	const struct route *route;
	struct request rq;
	struct reply rp; /* status not 200: refused before the handler */
	struct buf body;
	size_t received, max; /* bytes of the body */
	bool started;
};

/* Raw, before the library decodes it: a name may hold %2F. */
static void *
on_target(void *arg, const char *target, struct MHD_Connection *c)
{
	struct exchange *x = mem_alloc(sizeof(*x));

	(void)arg;
	(void)c;
	x->target = mem_strdup(target);
	x->rp.status = 200;
	x->rp.body = (struct buf)BUF_INIT(REPLY_MAX_BYTES);
	x->max = BODY_MAX_BYTES;
	x->body = (struct buf)BUF_INIT(BODY_MAX_BYTES);
	return x;
}

static void
on_done(void *arg, struct MHD_Connection *c, void **state, enum MHD_RequestTerminationCode why)
{
	struct exchange *x = *state;

	(void)arg;
	(void)c;
	(void)why;
	if (!x)
		return;
	upload_free(x->rq.upload);
	request_done(&x->rq);
	buf_free(&x->rp.body);
	buf_free(&x->body);
	free(x->target);
	free(x);
	*state = NULL;
}

static void
on_connection(void *arg, struct MHD_Connection *c, void **state,
	      enum MHD_ConnectionNotificationCode what)
{
	struct server *sv = arg;

	(void)c;
	(void)state;
	if (what == MHD_CONNECTION_NOTIFY_CLOSED)
		sv->room = true;
}

static const char *
header(struct MHD_Connection *c, const char *name)
{
	return MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);
}

/* A web page of another site must not reach us by a name that it made point here. */
static bool
host_is_ours(const char *host)
{
	static const char *const ours[] = { "127.0.0.1", "localhost", "[::1]" };

	for (size_t i = 0; host && i < ARRAY_LEN(ours); i++) {
		size_t n = strlen(ours[i]);

		if (strncasecmp(host, ours[i], n) == 0 && (host[n] == '\0' || host[n] == ':'))
			return true;
	}
	return false;
}

static void
refuse_key(struct reply *rp, enum account_answer answer)
{
	reply_error(rp, 401, "%s",
		    answer == ACCOUNT_NO_KEY ? "No API key: send it as the user name of HTTP Basic "
					       "authentication, with an empty password."
					     : "Invalid API key.");
}

/* Everything that the head of a request decides; rp gets a status if it is refused. */
static void
check_head(struct server *sv, struct exchange *x, struct MHD_Connection *c, const char *method)
{
	enum account_answer answer;
	bool known;

	if (!sv->any_host && !host_is_ours(header(c, "Host"))) {
		reply_error(&x->rp, 403, "The sandbox answers only to localhost.");
		return;
	}
	answer = account_check(sv->service, header(c, "Authorization"), &x->rq.is_test);
	if (answer != ACCOUNT_OPEN) {
		refuse_key(&x->rp, answer);
		return;
	}
	if (!request_parse(&x->rq, x->target)) {
		reply_error(&x->rp, 400, "The path or the query is not valid text.");
		return;
	}
	x->route = route_find(method, &x->rq, &known);
	if (!x->route) {
		reply_error(&x->rp, known ? 405 : 404,
			    known ? "Method not allowed." : "Not found.");
		return;
	}
	x->rq.idempotency_key = header(c, "Idempotency-Key");
	if (x->rq.idempotency_key &&
	    !text_valid(x->rq.idempotency_key, strlen(x->rq.idempotency_key), NULL))
		reply_error(&x->rp, 400, "The Idempotency-Key header is not valid text.");
	if (x->route->body == BODY_FORM) {
		x->max = FORM_MAX_BYTES;
		if (!(x->rq.upload = upload_new(c)))
			reply_error(&x->rp, 400, "The body must be multipart/form-data.");
	}
}

static enum MHD_Result
send_reply(struct exchange *x, struct MHD_Connection *c)
{
	struct MHD_Response *r;
	size_t n;
	enum MHD_Result ok;

	if (x->rp.body.full)
		reply_error(&x->rp, 500, "The reply is too big; ask for fewer items with limit.");
	n = x->rp.body.len;
	r = MHD_create_response_from_buffer(n, buf_take(&x->rp.body), MHD_RESPMEM_MUST_FREE);
	if (!r)
		die("out of memory while answering");
	MHD_add_response_header(r, "Content-Type", "application/json; charset=utf-8");
	if (x->rp.status == 401)
		MHD_add_response_header(r, "WWW-Authenticate",
					"Basic realm=\"multistage-sandbox\"");
	ok = MHD_queue_response(c, (unsigned)x->rp.status, r);
	MHD_destroy_response(r);
	return ok;
}

static enum MHD_Result
start(struct server *sv, struct exchange *x, struct MHD_Connection *c, const char *method)
{
	const char *length = header(c, "Content-Length");

	x->started = true;
	check_head(sv, x, c, method);
	if (length && strtoull(length, NULL, 10) > x->max) {
		if (x->rp.status == 200)
			reply_error(&x->rp, 413, "The body is larger than %zu bytes.", x->max);
		return send_reply(x, c); /* unread: the library closes the connection */
	}
	return MHD_YES;
}

/* A refused body is read to its end, so that the connection can go on. */
static enum MHD_Result
receive(struct exchange *x, const char *data, size_t n)
{
	x->received += n;
	if (x->received > x->max) {
		if (x->received > 2 * x->max)
			return MHD_NO; /* chunked and endless */
		reply_error(&x->rp, 413, "The body is larger than %zu bytes.", x->max);
	}
	if (x->rp.status != 200)
		return MHD_YES;
	if (x->rq.upload) {
		if (!upload_add(x->rq.upload, data, n))
			reply_error(&x->rp, 400, "The multipart body is damaged.");
	} else {
		buf_add(&x->body, data, n);
	}
	return MHD_YES;
}

/* Run the handler. 200 leaves this function only when the data is committed. */
static void
handle(struct service *s, struct exchange *x)
{
	const struct route *route = x->route;

	s->now_ms = clock_wall_ms();
	x->rq.body = buf_str(&x->body);
	x->rq.body_len = x->body.len;
	life_advance(s);
	db_begin(s->db);
	route->handle(s, &x->rq, &x->rp);
	if (*db_failure(s->db) || (x->rp.status == 200 && route->writes && !db_commit(s->db)))
		reply_error(&x->rp, 500, "The sandbox cannot use its database: %s.",
			    db_failure(s->db));
	db_rollback(s->db); /* nothing to undo after a commit */
}

static enum MHD_Result
on_request(void *arg, struct MHD_Connection *c, const char *url, const char *method,
	   const char *version, const char *data, size_t *size, void **state)
{
	struct server *sv = arg;
	struct exchange *x = *state;

	(void)url;
	(void)version;
	if (!x->started)
		return start(sv, x, c, method);
	if (*size > 0) {
		size_t n = *size;

		*size = 0;
		return receive(x, data, n);
	}
	if (x->rp.status == 200)
		handle(sv->service, x);
	return send_reply(x, c);
}

/* on_target() keeps what it needs; nothing is decoded twice. */
static size_t
leave_as_it_is(void *arg, struct MHD_Connection *c, char *s)
{
	(void)arg;
	(void)c;
	return strlen(s);
}

struct server *
server_open(struct service *s, int fd, bool any_host, struct err *err)
{
	struct server *sv = mem_alloc(sizeof(*sv));
	const union MHD_DaemonInfo *info;

	*sv = (struct server){ .service = s, .any_host = any_host };
	sv->daemon = MHD_start_daemon(
		MHD_USE_EPOLL, 0, NULL, NULL, on_request, sv, MHD_OPTION_LISTEN_SOCKET, fd,
		MHD_OPTION_URI_LOG_CALLBACK, on_target, sv, MHD_OPTION_NOTIFY_COMPLETED, on_done,
		sv, MHD_OPTION_NOTIFY_CONNECTION, on_connection, sv, MHD_OPTION_UNESCAPE_CALLBACK,
		leave_as_it_is, NULL, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS, MHD_OPTION_END);
	info = sv->daemon ? MHD_get_daemon_info(sv->daemon, MHD_DAEMON_INFO_EPOLL_FD) : NULL;
	if (info) {
		sv->fd = info->epoll_fd;
		return sv;
	}
	err_set(err, ERR_SYS, "cannot start the HTTP server");
	server_close(sv);
	return NULL;
}

void
server_close(struct server *sv)
{
	if (!sv)
		return;
	if (sv->daemon)
		MHD_stop_daemon(sv->daemon);
	free(sv);
}

int
server_fd(const struct server *sv)
{
	return sv->fd;
}

int
server_timeout_ms(const struct server *sv)
{
	MHD_UNSIGNED_LONG_LONG ms;

	if (MHD_get_timeout(sv->daemon, &ms) != MHD_YES)
		return -1;
	return ms > INT_MAX ? INT_MAX : (int)ms;
}

void
server_step(struct server *sv)
{
	/* At the limit the library stops listening. It begins again at the start of a run,
	 * but forgets what ended at the end of one, and nothing would wake us for another. */
	do {
		sv->room = false;
		MHD_run(sv->daemon);
	} while (sv->room);
}
