/* server.c - see server.h. */
#include "config.h"

#include "sandbox/server.h"

#include "core/clock.h"
#include "core/mem.h"
#include "sandbox/db.h"
#include "sandbox/exchange.h"
#include "sandbox/exchange_fault.h"
#include "sandbox/fault_wire.h"
#include "sandbox/hold.h"
#include "sandbox/life.h"
#include "sandbox/line.h"
#include "sandbox/route.h"

#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <microhttpd.h>

#define STOP_STEPS_MAX   200
#define CONNECTION_BYTES 65536 /* request line and headers; more gets 431 from the library */
#define FILE_PATIENCE    10    /* times as long for a file, in or out */

struct server {
	struct service *service; /* borrowed */
	struct server_options options;
	struct exchange_rules rules;
	struct MHD_Daemon *daemon;
	int fd; /* of the daemon's epoll */
	struct lines lines;
	struct exchange *queue, **queue_end;
	struct hold held; /* by faults */
	size_t owed;      /* replies to complete requests; not counting those with a fault */
	bool stopping;
	bool room; /* a connection has ended in this step */
};

/* --- connections --- */

static void
on_connection(void *arg, struct MHD_Connection *c, void **state,
	      enum MHD_ConnectionNotificationCode what)
{
	struct server *sv = arg;

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		*state = line_open(
			&sv->lines,
			MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd);
		line_wait(&sv->lines, *state, sv->options.patience_ms);
	} else {
		line_close(&sv->lines, *state);
		*state = NULL;
		sv->room = true;
	}
}

static struct line *
line_of(struct MHD_Connection *c)
{
	return MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

static void
expect_within(struct server *sv, struct MHD_Connection *c, int64_t patience_ms)
{
	line_wait(&sv->lines, line_of(c), patience_ms);
}

/* --- one request --- */

/* Raw, before the library decodes it: a name may hold %2F. */
static void *
on_target(void *arg, const char *target, struct MHD_Connection *c)
{
	struct server *sv = arg;

	expect_within(sv, c, sv->options.patience_ms);
	return exchange_new(c, target);
}

static void
on_done(void *arg, struct MHD_Connection *c, void **state, enum MHD_RequestTerminationCode why)
{
	struct server *sv = arg;
	struct exchange *x = *state;

	if (!x)
		return;
	line_of(c)->answering = false;
	expect_within(sv, c, sv->options.patience_ms);
	if (sv->options.report && x->method)
		sv->options.report(sv->options.report_arg,
				   &(struct server_report){
					   .method = x->method,
					   .target = x->target,
					   .status = x->rp.status,
					   .left = why == MHD_REQUEST_TERMINATED_COMPLETED_OK,
					   .committed = x->committed,
					   .known_key = x->known_key,
					   .is_test = x->rq.is_test,
					   .bytes = x->reply_bytes,
					   .started_ms = x->started_ms,
					   .ms = clock_mono_ms() - x->started_ms,
				   });
	sv->owed -= x->owed;
	exchange_free(x);
	*state = NULL;
}

static enum MHD_Result
start(struct server *sv, struct exchange *x, const char *method, const char *version)
{
	x->method = method;
	x->stage = EXCHANGE_READING;
	if (!exchange_start(x, version, sv->service, &sv->rules)) {
		exchange_conclude(x, sv->service);
		line_of(x->c)->answering = true;
		return exchange_send(x);
	}
	if (x->rq.upload)
		expect_within(sv, x->c, FILE_PATIENCE * sv->options.patience_ms);
	return MHD_YES;
}

static void
enqueue(struct server *sv, struct exchange *x)
{
	x->stage = EXCHANGE_QUEUED;
	x->next = NULL;
	*sv->queue_end = x;
	sv->queue_end = &x->next;
}

/* Until x->fault->wake_ms; the connection is suspended. */
static void
hold(struct server *sv, struct exchange *x, enum exchange_stage stage)
{
	int64_t wait = x->fault->wake_ms - clock_mono_ms();

	x->stage = stage;
	hold_add(&sv->held, x);
	if (x->c && stage != EXCHANGE_PLAIN)
		expect_within(sv, x->c, sv->options.patience_ms + (wait > 0 ? wait : 0));
}

static void
pause_reply(void *arg, struct exchange *x)
{
	MHD_suspend_connection(x->c);
	hold(arg, x, EXCHANGE_DRIPS);
}

/* All of it is here. */
static enum MHD_Result
complete(struct server *sv, struct exchange *x)
{
	const struct fault_effect *wait;

	if (!exchange_pick_fault(x, sv->service) && x->rp.status != 200) {
		exchange_conclude(x, sv->service);
		return exchange_send(x);
	}
	MHD_suspend_connection(x->c);
	x->owed = !x->fault;
	sv->owed += x->owed;
	wait = x->fault ? &x->fault->plan.by[FAULT_WAIT] : NULL;
	if (!wait || wait->kind != FAULT_DELAY || wait->after) {
		enqueue(sv, x);
	} else {
		x->fault->wake_ms = clock_mono_ms() + wait->n;
		hold(sv, x, EXCHANGE_WAITS_TO_RUN);
	}
	return MHD_YES;
}

static enum MHD_Result
on_request(void *arg, struct MHD_Connection *c, const char *url, const char *method,
	   const char *version, const char *data, size_t *size, void **state)
{
	struct server *sv = arg;
	struct exchange *x = *state;

	(void)url;
	x->closes = x->closes || sv->stopping;
	if (x->stage == EXCHANGE_NEW)
		return start(sv, x, method, version);
	if (*size > 0) {
		size_t n = *size;

		*size = 0;
		return exchange_receive(x, data, n) ? MHD_YES : MHD_NO;
	}
	line_of(c)->answering = true;
	if (x->stage == EXCHANGE_CLOSE)
		return MHD_NO;
	if (x->rp.asset.seq)
		expect_within(sv, c, FILE_PATIENCE * sv->options.patience_ms);
	return x->stage == EXCHANGE_READING ? complete(sv, x) : exchange_send(x);
}

/* --- all that are complete --- */

static void
release(struct exchange *x, enum exchange_stage stage)
{
	x->stage = stage;
	MHD_resume_connection(x->c);
}

/* The reply may leave, if it is one that does. */
static void
answer(struct server *sv, struct exchange *x)
{
	const struct fault_plan *plan = x->fault ? &x->fault->plan : NULL;

	if (!plan) {
		release(x, EXCHANGE_ANSWER);
	} else if (plan->by[FAULT_ANSWER].kind == FAULT_FIN ||
		   plan->by[FAULT_ANSWER].kind == FAULT_RST) {
		if (plan->by[FAULT_ANSWER].kind == FAULT_RST)
			fault_wire_reset(line_of(x->c)->fd);
		release(x, EXCHANGE_CLOSE);
	} else if (fault_wire_is_plain(plan)) {
		x->fault->wake_ms = 0;
		hold(sv, x, EXCHANGE_PLAIN);
	} else {
		x->fault->pause = pause_reply;
		x->fault->arg = sv;
		release(x, EXCHANGE_ANSWER);
	}
}

/* It has run, or not: the reply is decided. */
static void
conclude(struct server *sv, struct exchange *x)
{
	const struct fault_effect *wait;
	struct exchange *late;

	if (!x->c) {
		exchange_conclude_late(x, sv->service);
		return;
	}
	exchange_conclude(x, sv->service);
	if ((late = exchange_take_late(x)))
		hold(sv, late, EXCHANGE_WAITS_TO_RUN);
	wait = x->fault ? &x->fault->plan.by[FAULT_WAIT] : NULL;
	if (wait && wait->kind == FAULT_DELAY && wait->after) {
		x->fault->wake_ms = clock_mono_ms() + wait->n;
		hold(sv, x, EXCHANGE_WAITS_TO_ANSWER);
	} else {
		answer(sv, x);
	}
}

static void
write_plain(struct server *sv, struct exchange *x)
{
	int64_t before = x->fault->sent;

	if (fault_wire_write(x, line_of(x->c)->fd)) {
		release(x, EXCHANGE_CLOSE);
		return;
	}
	if (x->fault->sent > before)
		expect_within(sv, x->c, sv->options.patience_ms);
	hold(sv, x, EXCHANGE_PLAIN);
}

/* Those whose time has come go on. */
static void
wake_held(struct server *sv)
{
	int64_t now = clock_mono_ms();

	for (struct exchange *x; (x = hold_take(&sv->held, now));) {
		if (x->stage == EXCHANGE_WAITS_TO_RUN)
			enqueue(sv, x);
		else if (x->stage == EXCHANGE_WAITS_TO_ANSWER)
			answer(sv, x);
		else if (x->stage == EXCHANGE_PLAIN)
			write_plain(sv, x);
		else
			release(x, EXCHANGE_DRIPS);
	}
}

/* None may wait when the library stops. */
static void
end_held(struct server *sv)
{
	for (struct exchange *x; (x = hold_take(&sv->held, INT64_MAX));) {
		if (x->c)
			release(x, EXCHANGE_CLOSE);
		else
			exchange_free(x);
	}
}

/* What a handler wrote before it said no is undone. */
static void
handle(struct service *s, struct exchange *x)
{
	x->rq.body = buf_str(&x->body);
	x->rq.body_len = x->body.len;
	if (!x->route->writes) {
		x->route->handle(s, &x->rq, &x->rp);
		return;
	}
	db_mark(s->db);
	x->route->handle(s, &x->rq, &x->rp);
	x->committed = x->rp.status == 200;
	if (x->committed)
		db_keep(s->db);
	else
		db_undo(s->db);
}

static void
run_queue(struct server *sv)
{
	struct exchange *x = sv->queue, *next;
	struct service *s = sv->service;

	if (!x)
		return;
	sv->queue = NULL;
	sv->queue_end = &sv->queue;
	s->now_ms = service_now(s);
	db_begin(s->db);
	life_advance(s);
	for (struct exchange *one = x; one; one = one->next)
		if (exchange_runs(one))
			handle(s, one);
	if (!db_commit(s->db)) {
		s->next_due_ms = 0; /* what was due still is */
		for (struct exchange *one = x; one; one = one->next) {
			one->committed = false;
			reply_error(&one->rp, 500, "The sandbox cannot use its database: %s.",
				    db_failure(s->db));
		}
	}
	for (; x; x = next) {
		next = x->next;
		conclude(sv, x);
	}
}

/* --- the daemon --- */

/* on_target() keeps what it needs; nothing is decoded twice. */
static size_t
leave_as_it_is(void *arg, struct MHD_Connection *c, char *s)
{
	(void)arg;
	(void)c;
	return strlen(s);
}

static struct MHD_Daemon *
start_daemon(struct server *sv, int fd)
{
	const struct server_options *o = &sv->options;
	struct MHD_OptionItem tls[] = {
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)o->cert },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)o->key },
		{ MHD_OPTION_END, 0, NULL },
	};

	if (!o->cert)
		tls[0].option = MHD_OPTION_END;
	return MHD_start_daemon(
		MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | (o->cert ? MHD_USE_TLS : 0), 0, NULL,
		NULL, on_request, sv, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_URI_LOG_CALLBACK,
		on_target, sv, MHD_OPTION_NOTIFY_COMPLETED, on_done, sv,
		MHD_OPTION_NOTIFY_CONNECTION, on_connection, sv, MHD_OPTION_UNESCAPE_CALLBACK,
		leave_as_it_is, NULL, MHD_OPTION_CONNECTION_LIMIT, o->connections,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES, MHD_OPTION_ARRAY, tls,
		MHD_OPTION_END);
}

struct server *
server_open(struct service *s, int fd, const struct server_options *o, struct err *err)
{
	struct server *sv = mem_alloc(sizeof(*sv));
	const union MHD_DaemonInfo *info;

	*sv = (struct server){
		.service = s,
		.options = *o,
		.rules = {
			.any_host = o->any_host,
			.tls = o->cert != NULL,
			.max_body = o->max_body,
		},
		.lines = { .max = o->connections, .next_look_ms = INT64_MAX },
		.queue_end = &sv->queue,
	};
	sv->daemon = start_daemon(sv, fd);
	info = sv->daemon ? MHD_get_daemon_info(sv->daemon, MHD_DAEMON_INFO_EPOLL_FD) : NULL;
	if (info) {
		sv->fd = info->epoll_fd;
		return sv;
	}
	err_set(err, ERR_SYS, "cannot start the HTTP server");
	if (o->cert)
		err_hint(err, "are --cert and --key PEM files that belong together?");
	server_close(sv);
	return NULL;
}

void
server_stop(struct server *sv)
{
	struct pollfd p = { .fd = sv->fd, .events = POLLIN };
	int fd;

	/* Who has connected is let in, which the library does ten at a time, and what they
	 * have sent is read. */
	sv->stopping = true;
	for (int i = 0; i < STOP_STEPS_MAX && poll(&p, 1, 0) > 0; i++)
		server_step(sv);
	server_step(sv);
	fd = MHD_quiesce_daemon(sv->daemon);
	if (fd >= 0)
		close(fd);
}

bool
server_owes(const struct server *sv)
{
	return sv->owed > 0;
}

void
server_close(struct server *sv)
{
	if (!sv)
		return;
	run_queue(sv); /* the library does not stop with suspended connections */
	end_held(sv);
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
	int64_t wait = INT64_MAX, next = hold_next_ms(&sv->held);

	if (sv->queue || sv->room)
		return 0;
	if (MHD_get_timeout(sv->daemon, &ms) == MHD_YES)
		wait = ms > INT_MAX ? INT_MAX : (int64_t)ms;
	if (sv->lines.next_look_ms < next)
		next = sv->lines.next_look_ms;
	if (next != INT64_MAX) {
		int64_t look = next - clock_mono_ms();

		wait = look < 0 ? 0 : look < wait ? look : wait;
	}
	return wait == INT64_MAX ? -1 : wait > INT_MAX ? INT_MAX : (int)wait;
}

void
server_step(struct server *sv)
{
	lines_cut(&sv->lines);
	wake_held(sv);
	run_queue(sv);
	/* At the limit the library stops listening. It begins again at the start of a run,
	 * but forgets what ended at the end of one, and nothing would wake us for another: so
	 * after an end there is no waiting. */
	sv->room = false;
	MHD_run(sv->daemon);
}
