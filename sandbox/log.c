/* log.c - see log.h. */
#include "config.h"

#include "sandbox/log.h"

#include "core/clock.h"
#include "core/mem.h"
#include "core/text.h"
#include "sandbox/hide.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TARGET_MAX (64u << 10)
#define SHOWN_MAX  3000 /* bytes; a line stays below PIPE_BUF, so a pipe takes all or nothing */
#define SHOWN_COLS 1000

struct log {
	const struct service *service; /* borrowed */
	const char *path;              /* borrowed; for messages */
	int fd;
	unsigned long lost;
	bool failed;
};

enum err_code
log_open(const char *path, const struct service *s, struct log **out, struct err *err)
{
	/* A pipe that nobody reads must not hold us up. */
	int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
	int fd = path ? open(path, flags, 0600) : STDERR_FILENO;

	if (fd < 0) {
		err_sys(err, "cannot open the log %s", path);
		return err_hint(err, "name another file with --log, or none for standard error");
	}
	*out = mem_alloc(sizeof(**out));
	**out = (struct log){ .service = s, .path = path ? path : "standard error", .fd = fd };
	return ERR_OK;
}

void
log_close(struct log *l)
{
	if (l && l->fd != STDERR_FILENO)
		close(l->fd);
	free(l);
}

/* --- the line --- */

static const char *
side(const struct server_report *r)
{
	return !r->known_key ? "-" : r->is_test ? "test" : "live";
}

static void
add_shown(struct buf *line, const char *text, size_t n, size_t max_cols)
{
	struct buf shown = BUF_INIT(SHOWN_MAX);

	text_show(&shown, untrusted(text, n), max_cols);
	buf_add(line, buf_str(&shown), shown.len);
	buf_free(&shown);
}

static void
add_line(struct buf *line, const struct log *l, const struct server_report *r)
{
	struct buf target = BUF_INIT(TARGET_MAX);
	char at[CLOCK_ISO_SIZE];

	clock_iso(service_now(l->service) - r->ms, at, sizeof(at));
	buf_addf(line, "%s %-4s %3d %8zu bytes %5lld ms  ", at, side(r), r->status, r->bytes,
		 (long long)r->ms);
	add_shown(line, r->method, strlen(r->method), 20);
	buf_adds(line, " ");
	hide_keys(&target, r->target, l->service->own_key, NULL);
	add_shown(line, buf_str(&target), target.len, SHOWN_COLS);
	if (!r->left)
		buf_adds(line, r->committed ? "  (kept; the reply was not taken)"
					    : "  (the reply was not taken)");
	buf_adds(line, "\n");
	buf_free(&target);
}

static void
tell_failure(struct log *l)
{
	struct buf line = BUF_INIT(SHOWN_MAX);
	int why = errno;

	if (l->failed || why == EAGAIN || l->fd == STDERR_FILENO)
		return;
	l->failed = true;
	text_show(&line, untrusted_str(l->path), SHOWN_COLS);
	fprintf(stderr, "multistage-sandbox: cannot write the log %s: %s; requests go on\n",
		buf_str(&line), strerror(why));
	buf_free(&line);
}

/* All of it now, or not at all. */
static bool
write_now(struct log *l, const struct buf *line)
{
	struct pollfd p = { .fd = l->fd, .events = POLLOUT };
	ssize_t n;

	if (poll(&p, 1, 0) < 1 || !(p.revents & POLLOUT)) {
		errno = EAGAIN;
		return false;
	}
	while ((n = write(l->fd, buf_str(line), line->len)) < 0 && errno == EINTR)
		;
	if (n >= 0 && (size_t)n < line->len)
		errno = ENOSPC; /* a disk took a part of it */
	return n == (ssize_t)line->len;
}

void
log_report(struct log *l, const struct server_report *r)
{
	struct buf line = BUF_INIT(SHOWN_MAX + 512);

	if (l->lost > 0)
		buf_addf(&line, "(%lu lines are lost)\n", l->lost);
	add_line(&line, l, r);
	if (write_now(l, &line)) {
		l->lost = 0;
	} else {
		l->lost++;
		tell_failure(l);
	}
	buf_free(&line);
}
