/* input.c - see input.h. Sequences: terminfo(5), and xterm's ctlseqs for what
 * terminals send without telling terminfo. */
#include "config.h"

#include "tui/input.h"

#include "core/text.h"

#include <string.h>
#include <wchar.h>

#define ESC          '\x1B'
#define PASTE_START  "\x1B[200~"
#define PASTE_END    "\x1B[201~"
#define QUEUE_MAX    (1u << 20)
#define SEQUENCE_MAX 32 /* longer is no key */

static const struct {
	const char *bytes;
	uint32_t key;
} common[] = {
	/* clang-format off */
	{ "\x1B[A", K_UP },     { "\x1BOA", K_UP },
	{ "\x1B[B", K_DOWN },   { "\x1BOB", K_DOWN },
	{ "\x1B[C", K_RIGHT },  { "\x1BOC", K_RIGHT },
	{ "\x1B[D", K_LEFT },   { "\x1BOD", K_LEFT },
	{ "\x1B[H", K_HOME },   { "\x1BOH", K_HOME }, { "\x1B[1~", K_HOME }, { "\x1B[7~", K_HOME },
	{ "\x1B[F", K_END },    { "\x1BOF", K_END },  { "\x1B[4~", K_END },  { "\x1B[8~", K_END },
	{ "\x1B[2~", K_INSERT },
	{ "\x1B[3~", K_DELETE },
	{ "\x1B[5~", K_PGUP },
	{ "\x1B[6~", K_PGDN },
	{ "\x1B[Z", K_BACKTAB },
	{ "\x1BOM", K_ENTER },
	{ "\x1BOP", K_F1 }, { "\x1B[11~", K_F1 }, { "\x1B[[A", K_F1 },
	{ "\x1B[1;5C", K_CTRL_RIGHT }, { "\x1B[5C", K_CTRL_RIGHT }, { "\x1BOc", K_CTRL_RIGHT },
	{ "\x1B[1;5D", K_CTRL_LEFT },  { "\x1B[5D", K_CTRL_LEFT },  { "\x1BOd", K_CTRL_LEFT },
	{ "\x1B[1;3C", KEY_ALT | 'f' }, { "\x1B[1;3D", KEY_ALT | 'b' },
	{ "\x1B[3;5~", KEY_ALT | 'd' },
	/* clang-format on */
};

void
input_sequence(struct input *in, const char *bytes, uint32_t key)
{
	size_t n = strlen(bytes), i;

	if (n < 2 || n >= sizeof(in->sequence[0].bytes) || bytes[0] != ESC)
		return;
	for (i = 0; i < in->sequence_count; i++)
		if (in->sequence[i].len == n && memcmp(in->sequence[i].bytes, bytes, n) == 0)
			break;
	if (i == INPUT_SEQUENCES_MAX)
		return;
	memcpy(in->sequence[i].bytes, bytes, n + 1);
	in->sequence[i].len = n;
	in->sequence[i].key = key;
	in->sequence_count += i == in->sequence_count;
}

void
input_init(struct input *in, int escdelay_ms)
{
	*in = (struct input){ .escdelay_ms = escdelay_ms,
			      .queue = BUF_INIT(QUEUE_MAX),
			      .paste = BUF_INIT(TERM_PASTE_MAX),
			      .out = BUF_INIT(3u * TERM_PASTE_MAX) };
	for (size_t i = 0; i < ARRAY_LEN(common); i++)
		input_sequence(in, common[i].bytes, common[i].key);
}

void
input_done(struct input *in)
{
	buf_free(&in->queue);
	buf_free(&in->paste);
	buf_free(&in->out);
}

static const char *
head(const struct input *in)
{
	return buf_str(&in->queue) + in->at;
}

static size_t
left(const struct input *in)
{
	return in->queue.len - in->at;
}

static void
use(struct input *in, size_t n)
{
	in->at += n;
	if (in->at >= in->queue.len) {
		buf_clear(&in->queue);
		in->at = 0;
	}
}

/*
 * Many bytes at once, no escape sequence, many different letters: a paste from
 * a terminal that does not mark it. A held key repeats one letter.
 */
static bool
is_burst(const char *s, size_t n)
{
	bool seen[128] = { false };
	int kinds = 0;

	if (n <= INPUT_BURST || memchr(s, ESC, n))
		return false;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c > ' ' && c < 0x7F && !seen[c]) {
			seen[c] = true;
			kinds++;
		}
	}
	return kinds >= 8;
}

/* Text at such a rate is a paste to its end, whole, and no key. Of other keys Enter means
 * nothing: whoever holds one, or pastes escape sequences, does not mean to send a task. */
static void
notice_burst(struct input *in, const char *bytes, size_t n, int64_t now_ms)
{
	if (in->no_enter && now_ms - in->burst_ms >= INPUT_BURST_MS)
		in->no_enter = false;
	if (in->pasting || in->bracketed || n <= INPUT_BURST ||
	    memmem(bytes, n, PASTE_START, strlen(PASTE_START)))
		return;
	in->burst_ms = now_ms;
	if (left(in) == 0 && is_burst(bytes, n))
		in->pasting = in->burst = true;
	else
		in->no_enter = true;
}

void
input_feed(struct input *in, const char *bytes, size_t n, int64_t now_ms)
{
	if (n == 0)
		return;
	notice_burst(in, bytes, n, now_ms);
	if (in->at > 0) { /* what is used makes room */
		in->queue.len -= in->at;
		memmove(in->queue.p, in->queue.p + in->at, in->queue.len + 1);
		in->at = 0;
	}
	buf_add(&in->queue, bytes, n);
	in->queue.full = false; /* a flood past the ceiling is lost, not kept waiting */
	in->fed_ms = now_ms;
}

/* --- pastes --- */

static void
collect(struct input *in, size_t n)
{
	size_t room = TERM_PASTE_MAX - in->paste.len;
	size_t kept = n < room ? n : room;

	buf_add(&in->paste, head(in), kept);
	in->dropped += n - kept;
	use(in, n);
}

/* Valid UTF-8, no NUL, '\n' as the only line end. */
static void
make_clean(struct buf *out, const char *s, size_t n)
{
	while (n > 0) {
		size_t bad = n, run = 0;
		bool valid = text_valid(s, n, &bad);

		while (run < bad) {
			size_t len = 0;

			while (run + len < bad && s[run + len] != '\r' && s[run + len] != '\0')
				len++;
			buf_add(out, s + run, len);
			run += len;
			if (run < bad && s[run] == '\r' && (run + 1 >= n || s[run + 1] != '\n'))
				buf_add(out, "\n", 1);
			run++;
		}
		if (valid)
			return;
		buf_adds(out, "\xEF\xBF\xBD");
		s += bad + 1;
		n -= bad + 1;
	}
}

static bool
give_paste(struct input *in, struct term_input *out)
{
	bool cut = in->dropped > 0;
	size_t n = in->paste.len;

	if (cut) /* the last character may be half */
		while (n > 0 && in->paste.len - n < 4 && (in->paste.p[n - 1] & 0x80)) {
			n--;
			if ((in->paste.p[n] & 0xC0) == 0xC0)
				break;
		}
	buf_clear(&in->out);
	make_clean(&in->out, buf_str(&in->paste), n);
	buf_free(&in->paste); /* megabytes are rare: give them back */
	in->pasting = in->burst = false;
	in->dropped = 0;
	*out = (struct term_input){
		.kind = TERM_PASTE, .paste = buf_str(&in->out), .len = in->out.len, .cut = cut
	};
	return true;
}

static int
idle_ms(const struct input *in)
{
	return in->burst ? INPUT_BURST_MS : INPUT_PASTE_IDLE_MS;
}

/* Between the markers; the end marker may come in pieces. */
static bool
next_of_paste(struct input *in, int64_t now_ms, struct term_input *out)
{
	size_t n = left(in), mark = strlen(PASTE_END);
	const char *end = in->burst ? NULL : memmem(head(in), n, PASTE_END, mark);

	if (end) {
		collect(in, (size_t)(end - head(in)));
		use(in, mark);
		return give_paste(in, out);
	}
	if (now_ms - in->fed_ms >= idle_ms(in)) {
		collect(in, n);
		return give_paste(in, out);
	}
	if (n >= mark)
		collect(in, n - (mark - 1));
	return false;
}

/* --- keys --- */

/* One key of plain bytes at s; 0 if the rest of a character has not come yet. */
static size_t
plain_key(const char *s, size_t n, bool wait, uint32_t *key)
{
	unsigned char c = (unsigned char)s[0];
	size_t len = c < 0xC2 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : c < 0xF5 ? 4 : 1;
	uint32_t v = len == 1 ? c : c & (0xFFu >> (len + 1));
	size_t i;

	if (c < 0x20 || c == 0x7F) {
		*key = c == '\r' || c == '\n'   ? K_ENTER
		       : c == '\t'              ? K_TAB
		       : c == 0x08 || c == 0x7F ? K_BACKSPACE
						: KEY_CTRL_BASE + c;
		return 1;
	}
	for (i = 1; i < len && i < n && ((unsigned char)s[i] & 0xC0) == 0x80; i++)
		v = v << 6 | ((unsigned char)s[i] & 0x3Fu);
	if (i < len && i == n && wait)
		return 0;
	if (c < 0x80 || (i == len && len > 1 && text_valid(s, len, NULL))) {
		*key = v;
		return len;
	}
	*key = (uint32_t)btowc(c); /* a letter of an old 8-bit locale, or nothing */
	if (*key == (uint32_t)WEOF)
		*key = 0xFFFD;
	return 1;
}

/* Bytes of the known sequence at s, 0 if there is none; *more: one may yet come. */
static size_t
known(const struct input *in, const char *s, size_t n, uint32_t *key, bool *more)
{
	size_t best = 0;

	*more = false;
	for (size_t i = 0; i < in->sequence_count; i++) {
		size_t len = in->sequence[i].len;

		if (len <= n && len > best && memcmp(in->sequence[i].bytes, s, len) == 0) {
			best = len;
			*key = in->sequence[i].key;
		} else if (len > n && memcmp(in->sequence[i].bytes, s, n) == 0) {
			*more = true;
		}
	}
	return best;
}

/* Length of a whole CSI or SS3 sequence that no key is known for; 0: unfinished. */
static size_t
unknown(const char *s, size_t n)
{
	if (s[1] == 'O')
		return n > 2 ? 3 : 0;
	for (size_t i = 2; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c >= 0x40 && c <= 0x7E)
			return i + 1;
		if (c < 0x20 || c > 0x7E || i >= SEQUENCE_MAX)
			return i; /* no sequence after all */
	}
	return 0;
}

/*
 * What starts with ESC. Returns bytes used, 0 to wait; *key 0: nothing to tell.
 * late: no more bytes will come for it.
 */
static size_t
escape_key(struct input *in, bool late, uint32_t *key)
{
	const char *s = head(in);
	size_t n = left(in), len;
	bool more;

	*key = 0;
	if (n == 1 || s[1] == ESC) {
		*key = K_ESC;
		return n > 1 || late ? 1 : 0;
	}
	if (n >= strlen(PASTE_START) && memcmp(s, PASTE_START, strlen(PASTE_START)) == 0) {
		in->pasting = in->bracketed = true;
		return strlen(PASTE_START);
	}
	len = known(in, s, n, key, &more);
	if (more && !late)
		return 0;
	if (len)
		return len;
	if (s[1] == '[' || s[1] == 'O') {
		len = unknown(s, n);
		if (len)
			return len;
		if (!late)
			return 0;
		if (n > 2)
			return n;
	}
	len = plain_key(s + 1, n - 1, !late, key);
	*key |= KEY_ALT;
	return len ? len + 1 : 0;
}

bool
input_next(struct input *in, int64_t now_ms, struct term_input *out)
{
	in->waiting = false;
	while (in->pasting || left(in) > 0) {
		bool late = now_ms - in->fed_ms >= in->escdelay_ms;
		uint32_t key;
		size_t len;

		if (in->pasting) {
			in->waiting = !next_of_paste(in, now_ms, out);
			return !in->waiting;
		}
		if (head(in)[0] == ESC)
			len = escape_key(in, late, &key);
		else
			len = plain_key(head(in), left(in), !late, &key);
		if (len == 0) {
			in->waiting = true;
			return false;
		}
		use(in, len);
		if (key && !(in->no_enter && key == K_ENTER)) {
			*out = (struct term_input){ .kind = TERM_KEY, .key = key };
			return true;
		}
	}
	return false;
}

int
input_timeout(const struct input *in, int64_t now_ms)
{
	int64_t wait = in->pasting ? idle_ms(in) : in->escdelay_ms;

	if (!in->pasting && left(in) == 0)
		return -1;
	if (!in->waiting)
		return 0; /* there is more, and nobody asked for it yet */
	wait -= now_ms - in->fed_ms;
	return wait > 0 ? (int)wait : 0;
}
