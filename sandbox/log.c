/* log.c - see log.h. */
#include "config.h"

#include "sandbox/log.h"

#include "core/clock.h"
#include "core/mem.h"
#include "core/text.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TARGET_MAX  (64u << 10)
#define SHOWN_MAX   3000 /* bytes; a line stays below PIPE_BUF, so a pipe takes all or nothing */
#define SHOWN_COLS  1000
#define KEY_MIN     16 /* letters and digits behind the prefix: test_scene_0001 is no key */
#define OWN_KEY_MIN 8  /* bytes; a shorter one would hide ordinary words */
#define HIDDEN      "***"

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

/* --- no key --- */

static bool
unreserved(int c)
{
	return c != 0 && (isalnum(c) || strchr("-._~", c));
}

static int
hex(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, tolower((unsigned char)c)) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* One spelling for each text: only what must be encoded is. Source: RFC 3986 6.2.2. */
static void
add_normal(struct buf *out, const char *s)
{
	for (; *s; s++) {
		int high = *s == '%' ? hex(s[1]) : -1, low = high >= 0 ? hex(s[2]) : -1;
		char c = *s;

		if (low >= 0) {
			c = (char)(high << 4 | low);
			s += 2;
		}
		if (low < 0 || unreserved((unsigned char)c))
			buf_add(out, &c, 1);
		else
			buf_addf(out, "%%%02X", (unsigned char)c);
	}
}

/* The bytes at s that spell key, encoded or not; 0 if they do not. */
static size_t
spells(const char *s, const char *key)
{
	const char *p = s;

	for (; *key; key++) {
		int high = *p == '%' ? hex(p[1]) : -1, low = high >= 0 ? hex(p[2]) : -1;

		if ((low >= 0 ? high << 4 | low : (unsigned char)*p) != (unsigned char)*key)
			return 0;
		p += low >= 0 ? 3 : 1;
	}
	return (size_t)(p - s);
}

/* The bytes at s that look like a key, also one in base64; 0 if they do not. */
static size_t
key_like(const char *s)
{
	static const char *const prefixes[] = { "test_", "live_", "dGVzdF", "bGl2ZV" };
	static const char of_key[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "0123456789";

	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
		size_t n = strlen(prefixes[i]), more;

		if (strncmp(s, prefixes[i], n) != 0)
			continue;
		more = strspn(s + n, of_key);
		return more >= KEY_MIN ? n + more : 0;
	}
	return 0;
}

void
log_target(struct buf *out, const char *target, const char *own_key)
{
	struct buf normal = BUF_INIT(TARGET_MAX);
	bool own = own_key && strlen(own_key) >= OWN_KEY_MIN;
	size_t n;

	add_normal(&normal, target);
	for (const char *p = buf_str(&normal); *p; p += n ? n : 1) {
		n = own ? spells(p, own_key) : 0;
		if (n == 0)
			n = key_like(p);
		if (n > 0)
			buf_adds(out, HIDDEN);
		else
			buf_add(out, p, 1);
	}
	buf_free(&normal);
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

	text_show(&shown, text, n, max_cols);
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
	log_target(&target, r->target, l->service->own_key);
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
	text_show(&line, l->path, strlen(l->path), SHOWN_COLS);
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
