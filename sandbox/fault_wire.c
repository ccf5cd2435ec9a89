/* fault_wire.c - see fault_wire.h. */
#include "config.h"

#include "sandbox/fault_wire.h"

#include "core/clock.h"
#include "core/mem.h"
#include "sandbox/exchange.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define BLOCK_BYTES 16384
#define STEP_BYTES  (1u << 20) /* plain bytes of one step: others wait */
#define RETRY_MS    5
#define LINE_BYTES  64 /* of a padding header */

static const char garbage[] = "\x00\x07SSH-9.9-multistage\r\n{\"task_id\":\x80\xFF"
			      "\r\n\r\nHTTP/0.0 garbage\n<<<>>>\x1B[31m\x00\x00";

/* --- through the library --- */

static int64_t
body_size(const struct exchange *x)
{
	return exchange_body_bytes(x) + (x->fault->pad > 0 ? x->fault->pad + 2 : 0);
}

/* Up to n bytes from pos on of the body, the padding and what closes it. */
static size_t
copy_body(const struct exchange *x, int64_t pos, char *to, size_t n)
{
	int64_t end = exchange_body_bytes(x) + x->fault->pad;

	if (pos < exchange_body_bytes(x))
		return exchange_body_read(x, pos, to, n);
	for (size_t i = 0; i < n; i++, pos++)
		to[i] = pos < end ? 'x' : "\"}"[pos - end];
	return n;
}

/* How many bytes of the body may have gone by now, at least one more than pos after a
 * pause. A tenth of a second's bytes go together. */
static int64_t
allowance(struct fault_run *f, int64_t pos)
{
	int64_t rate = f->plan.by[FAULT_PACE].n, now = clock_mono_ms();
	int64_t step = rate < 10 ? 1 : rate / 10, may;

	if (!f->began_ms)
		f->began_ms = now;
	may = (now - f->began_ms) * rate / 1000;
	f->wake_ms = f->began_ms + ((pos + step) * 1000 + rate - 1) / rate;
	return may;
}

static ssize_t
read_body(void *arg, uint64_t at, char *to, size_t max)
{
	struct exchange *x = arg;
	struct fault_run *f = x->fault;
	int64_t pos = (int64_t)at, end = body_size(x);

	if (f->plan.by[FAULT_CUT].kind != FAULT_NONE && f->plan.by[FAULT_CUT].n < end)
		end = f->plan.by[FAULT_CUT].n;
	if (pos >= end)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (f->plan.by[FAULT_PACE].kind != FAULT_NONE) {
		int64_t may = allowance(f, pos);

		if (may <= pos) {
			f->pause(f->arg, x);
			return 0;
		}
		if (may < end)
			end = may;
	}
	if ((int64_t)max > end - pos)
		max = (size_t)(end - pos);
	max = copy_body(x, pos, to, max);
	return max > 0 ? (ssize_t)max : MHD_CONTENT_READER_END_WITH_ERROR;
}

struct MHD_Response *
fault_wire_response(struct exchange *x)
{
	const struct fault_plan *plan = &x->fault->plan;
	struct MHD_Response *r;

	if (plan->by[FAULT_ANSWER].kind == FAULT_HUGE)
		x->fault->pad = plan->by[FAULT_ANSWER].n + 1;
	else if (plan->by[FAULT_CUT].kind == FAULT_NONE && plan->by[FAULT_PACE].kind == FAULT_NONE)
		return NULL;
	r = MHD_create_response_from_callback((uint64_t)body_size(x), BLOCK_BYTES, read_body, x,
					      NULL);
	if (!r)
		die("out of memory while answering");
	return r;
}

/* --- past the library --- */

bool
fault_wire_is_plain(const struct fault_plan *plan)
{
	return plan->by[FAULT_ANSWER].kind == FAULT_GARBAGE ||
	       plan->by[FAULT_HEAD].kind == FAULT_HEADERS;
}

bool
fault_wire_is_silent(const struct fault_plan *plan)
{
	enum fault_kind answer = plan->by[FAULT_ANSWER].kind;

	return answer == FAULT_FIN || answer == FAULT_RST || answer == FAULT_GARBAGE ||
	       plan->by[FAULT_HEAD].n == INT64_MAX;
}

/* Headers without end, or so many bytes of them, then the reply. Fills block with what
 * stands at pos; returns how much. */
static size_t
header_bytes(struct exchange *x, int64_t pos, char block[BLOCK_BYTES])
{
	int64_t n = x->fault->plan.by[FAULT_HEAD].n, head, tail, lines;
	char text[160];
	size_t size = 0;

	head = snprintf(text, sizeof(text), "HTTP/1.1 %d %s\r\n", x->rp.status,
			MHD_get_reason_phrase_for((unsigned)x->rp.status));
	lines = n > INT64_MAX - LINE_BYTES ? INT64_MAX / 2 / LINE_BYTES * LINE_BYTES
					   : (n + LINE_BYTES - 1) / LINE_BYTES * LINE_BYTES;
	if (pos < head) {
		memcpy(block, text + pos, (size_t)(head - pos));
		return (size_t)(head - pos);
	}
	if (pos < head + lines) {
		static const char line[] =
			"X-Padding: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n";
		int64_t left = head + lines - pos;

		_Static_assert(sizeof(line) - 1 == LINE_BYTES, "a line is as long as it says");
		for (; size < BLOCK_BYTES && (int64_t)size < left; size++)
			block[size] = line[(size_t)(pos - head + (int64_t)size) % LINE_BYTES];
		return size;
	}
	tail = snprintf(text, sizeof(text),
			"Content-Type: application/json\r\nConnection: close\r\n"
			"Content-Length: %lld\r\n\r\n",
			(long long)exchange_body_bytes(x));
	pos -= head + lines;
	if (pos < tail) {
		memcpy(block, text + pos, (size_t)(tail - pos));
		return (size_t)(tail - pos);
	}
	return exchange_body_read(x, pos - tail, block, BLOCK_BYTES);
}

static size_t
plain_bytes(struct exchange *x, char block[BLOCK_BYTES])
{
	int64_t pos = x->fault->sent;

	if (x->fault->plan.by[FAULT_HEAD].kind == FAULT_HEADERS)
		return header_bytes(x, pos, block);
	if (pos >= (int64_t)sizeof(garbage))
		return 0;
	memcpy(block, garbage + pos, sizeof(garbage) - (size_t)pos);
	return sizeof(garbage) - (size_t)pos;
}

bool
fault_wire_write(struct exchange *x, int fd)
{
	char block[BLOCK_BYTES];
	size_t n;

	for (size_t all = 0; all < STEP_BYTES; all += n) {
		ssize_t sent;

		n = plain_bytes(x, block);
		sent = n > 0 ? send(fd, block, n, MSG_NOSIGNAL | MSG_DONTWAIT) : -1;
		if (n == 0 ||
		    (sent < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR))
			return true;
		if (sent > 0)
			x->fault->sent += sent;
		if (sent < (ssize_t)n)
			break;
	}
	x->fault->wake_ms = clock_mono_ms() + RETRY_MS;
	return false;
}

/* The library ends a connection in order before it closes it, and what comes after an end
 * is no reset. Source: connect(2): AF_UNSPEC dissolves the association; Linux resets. */
void
fault_wire_reset(int fd)
{
	const struct sockaddr none = { .sa_family = AF_UNSPEC };
	const struct linger now = { .l_onoff = 1, .l_linger = 0 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	(void)!connect(fd, &none, sizeof(none));
}
