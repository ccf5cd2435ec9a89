/* out.c - see out.h. */
#include "config.h"

#include "cli/out.h"

#include "core/json.h"
#include "core/mem.h"
#include "core/text.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Ceilings: what n bytes become at the most, so nothing that is printed is ever cut. */
#define SHOWN(n)   (sizeof(((struct glyph *)0)->text) * (n) + 1)
#define ESCAPED(n) (6 * (n) + 1) /* "\u001b" of one byte */

static void
put(FILE *to, const struct buf *b)
{
	fwrite(buf_str(b), 1, b->len, to); /* out_finish() looks at ferror(3) */
}

/* However long it is; free(3). */
static char *PRINTF_LIKE(1, 0) format(const char *fmt, va_list ap)
{
	va_list again;
	char *text;
	size_t n;
	int size;

	va_copy(again, ap);
	size = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	n = size < 0 ? 0 : (size_t)size;
	text = mem_alloc(n + 1);
	text[0] = '\0';
	vsnprintf(text, n + 1, fmt, ap);
	return text;
}

/* One line: a newline that came in with an argument cannot make a second one. */
static void PRINTF_LIKE(3, 0) line(FILE *to, const char *prefix, const char *fmt, va_list ap)
{
	char *text = format(fmt, ap);
	struct buf shown = BUF_INIT(strlen(prefix) + SHOWN(strlen(text)) + 1);

	buf_adds(&shown, prefix);
	text_show(&shown, untrusted_str(text), 0);
	buf_adds(&shown, "\n");
	put(to, &shown);
	buf_free(&shown);
	free(text);
}

void
out_say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	line(stderr, "multistage: ", fmt, ap);
	va_end(ap);
}

bool
out_progress(const char *fmt, ...)
{
	char text[80]; /* shorter than a line, or it would not be taken away again */
	va_list ap;

	if (isatty(STDERR_FILENO) != 1)
		return false;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	fprintf(stderr, "\r%-78.78s%s", text, text[0] ? "" : "\r");
	fflush(stderr);
	return text[0] != '\0';
}

static void PRINTF_LIKE(2, 3) below(const char *prefix, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	line(stderr, prefix, fmt, ap);
	va_end(ap);
}

void
out_err(const struct err *err)
{
	out_say("%s", err->msg);
	if (err->hint[0])
		below("            ", "%s", err->hint);
}

void
out_data(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	line(stdout, "", fmt, ap);
	va_end(ap);
}

/* Newlines, and keep if it is another character, stay what they are; the rest is made visible. */
static void
show_lines(struct untrusted text, char keep)
{
	const char ends[] = { '\n', keep, '\0' };

	while (text.n > 0) {
		size_t len = 0;
		struct buf shown;

		while (len < text.n && (!text.p[len] || !strchr(ends, text.p[len])))
			len++;
		shown = (struct buf)BUF_INIT(SHOWN(len) + 1);
		text_show(&shown, untrusted(text.p, len), 0);
		if (len < text.n)
			buf_add(&shown, text.p + len++, 1);
		put(stdout, &shown);
		buf_free(&shown);
		text = untrusted(text.p + len, text.n - len);
	}
}

void
out_bytes(struct untrusted text)
{
	if (out_is_terminal())
		show_lines(text, '\n');
	else
		fwrite(text.p, 1, text.n, stdout);
}

void
out_print(const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = format(fmt, ap);
	va_end(ap);
	show_lines(untrusted_str(text), '\t');
	free(text);
}

/* Bytes of the first character of valid UTF-8; *c is its code point. */
static size_t
first_char(const char *s, size_t n, uint32_t *c)
{
	unsigned char b = (unsigned char)s[0];
	size_t len = b < 0x80 ? 1 : b < 0xE0 ? 2 : b < 0xF0 ? 3 : 4;

	*c = len == 1 ? b : b & (0x7Fu >> len);
	if (len > n)
		len = n;
	for (size_t i = 1; i < len; i++)
		*c = *c << 6 | ((unsigned char)s[i] & 0x3F);
	return len;
}

/* All these stand inside of strings: outside of them JSON is ASCII. */
static void
escape(struct buf *out, const char *json, size_t n)
{
	while (n > 0) {
		uint32_t c;
		size_t len = first_char(json, n, &c);

		if (text_is_plain(c) || c == '\n') {
			buf_add(out, json, len);
		} else if (c > 0xFFFF) {
			c -= 0x10000;
			buf_addf(out, "\\u%04x\\u%04x", 0xD800 + (c >> 10), 0xDC00 + (c & 0x3FF));
		} else {
			buf_addf(out, "\\u%04x", c);
		}
		json += len;
		n -= len;
	}
}

void
out_json(const char *text, size_t n)
{
	struct buf out = BUF_INIT(ESCAPED(n) + 1);

	escape(&out, text, n);
	buf_adds(&out, "\n");
	put(stdout, &out);
	buf_free(&out);
}

void
out_cell(struct buf *line, struct untrusted text, size_t cols)
{
	size_t used, before = line->len;

	text_show_middle(line, text, cols); /* ids differ in their tails */
	if (cols == 0) {
		buf_adds(line, "\t");
		return;
	}
	used = text_cols(buf_str(line) + before, line->len - before);
	while (used++ < cols + 2)
		buf_adds(line, " ");
}

void
out_line(const struct buf *line)
{
	size_t n = line->len;

	while (n > 0 && (line->p[n - 1] == ' ' || line->p[n - 1] == '\t'))
		n--;
	fwrite(buf_str(line), 1, n, stdout);
	fputc('\n', stdout);
}

bool
out_is_terminal(void)
{
	return isatty(STDOUT_FILENO) == 1;
}

size_t
out_columns(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	return 80;
}

static void
name(struct buf *object, const char *name)
{
	if (object->len > 0 && object->p[object->len - 1] != '{')
		buf_adds(object, ",");
	json_quote(object, name, strlen(name));
	buf_adds(object, ":");
}

void
out_member(struct buf *object, const char *member, const char *text)
{
	size_t n = strlen(text), at;
	struct buf valid = BUF_INIT(SHOWN(n));

	name(object, member);
	if (text_valid(text, n, &at)) {
		json_quote(object, text, n);
	} else { /* a file name may be any bytes; JSON may not */
		text_show(&valid, untrusted(text, n), 0);
		json_quote(object, buf_str(&valid), valid.len);
	}
	buf_free(&valid);
}

void
out_member_number(struct buf *object, const char *member, int64_t number)
{
	name(object, member);
	buf_addf(object, "%lld", (long long)number);
}

void
out_member_raw(struct buf *object, const char *member, const char *json, size_t n)
{
	name(object, member);
	buf_add(object, json, n);
}

bool
out_failed(void)
{
	return ferror(stdout) != 0;
}

/* Of a write that failed earlier errno is forgotten; a pipe still tells. */
static bool
reader_is_gone(void)
{
	struct pollfd out = { .fd = STDOUT_FILENO, .events = POLLOUT };

	return poll(&out, 1, 0) == 1 && (out.revents & POLLERR);
}

enum err_code
out_finish(bool *quiet, struct err *err)
{
	bool bad = out_failed();
	int why;

	*quiet = bad && reader_is_gone();
	errno = 0;
	bad = fflush(stdout) != 0 || bad;
	why = errno;
	bad = fclose(stdout) != 0 || bad;
	why = why ? why : errno;
	*quiet = *quiet || why == EPIPE;
	errno = why;
	if (bad && why)
		return err_sys(err, "cannot write the output");
	if (!bad)
		return ERR_OK;
	err_set(err, ERR_SYS, "cannot write all of the output");
	return err_hint(err, "is the disk full?");
}
