/* term_probe.c - the smallest program on term.c: shows its size and the last keys; some
 * capitals do what a real program does at its worst moments. */
#include "config.h"

#include "core/mem.h"
#include "tui/keys.h"
#include "tui/term.h"
#include "tui/tty.h"

#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t resized;

static void
on_winch(int signo)
{
	(void)signo;
	resized = 1;
}

/* As the loop's watchdog does when a stalled terminal holds us. */
static void
on_alarm(int signo)
{
	(void)signo;
	tty_crash();
	_exit(5);
}

struct probe {
	struct theme theme;
	struct buf keys;
	char note[128];
	int rows, cols, cur_x;
};

static void
draw(const struct probe *p)
{
	static const char wide[] =
		"wide \xE6\xBC\xA2\xE5\xAD\x97 e\xCC\x81 \xE2\x94\x80\xE2\x94\x80.";
	struct grid g;
	size_t n = p->keys.len;

	grid_init(&g, p->rows, p->cols);
	grid_textf(&g, 0, 0, p->cols, ROLE_TITLE, "probe %dx%d theme %s", p->cols, p->rows,
		   p->theme.name);
	grid_text_n(&g, 1, 0, p->cols, ROLE_VALUE,
		    untrusted(buf_str(&p->keys) + (n > 60 ? n - 60 : 0), n > 60 ? 60 : n));
	grid_text(&g, 2, 0, p->cols, ROLE_NOTE, p->note);
	grid_text(&g, 3, 0, p->cols, ROLE_NORMAL, wide);
	for (int i = 0; i < ROLE_COUNT && 4 + i < p->rows; i++)
		grid_text(&g, 4 + i, 0, p->cols, (enum role)i, theme_role_name((enum role)i));
	grid_text_right(&g, p->rows - 1, 0, p->cols, ROLE_NORMAL, "corner");
	if (p->cur_x >= 0) {
		g.cur_y = 1;
		g.cur_x = p->cur_x;
	}
	term_paint(&g);
	grid_done(&g);
}

static void
suspend(void)
{
	term_leave();
	signal(SIGTSTP, SIG_DFL); /* curses took it */
	raise(SIGTSTP);
	term_return();
}

/* Deep enough for any stack: 16 TB. */
static unsigned
overflow(unsigned depth)
{
	volatile char here[4096];

	here[0] = (char)depth;
	return depth ? overflow(depth + 1) + (unsigned char)here[0] : 0;
}

/* volatile: the compiler must not see that it is NULL */
static int *volatile nowhere;

static void
change_theme(struct probe *p)
{
	struct err err = ERR_INIT;

	if (theme_load(&p->theme, strcmp(p->theme.name, "dark") == 0 ? "light" : "dark", NULL,
		       &err))
		snprintf(p->note, sizeof(p->note), "%.100s", err.msg);
	term_theme(&p->theme);
}

/* False to leave. */
static bool
take(struct probe *p, const struct term_input *in)
{
	if (in->kind == TERM_GONE)
		exit(42);
	if (in->kind == TERM_PASTE) {
		snprintf(p->note, sizeof(p->note), "paste %zu%s %.20s|", in->len,
			 in->cut ? " cut" : "", in->paste);
		return true;
	}
	if (in->key == CTRL_KEY('L')) {
		term_repaint();
		return true;
	}
	if (in->key < 0x80)
		buf_addf(&p->keys, "%c", (int)in->key);
	else
		buf_addf(&p->keys, "<%x>", (unsigned)in->key);
	switch (in->key) {
	case 'Q': return false;
	case 'A': abort();
	case 'N': *nowhere = 1; break;
	case 'D': die("out of %s", "things");
	case 'O': exit((int)overflow(1));
	case 'T': change_theme(p); break;
	case 'C': p->cur_x = p->cur_x < 0 ? 7 : -1; break;
	case CTRL_KEY('Z'): suspend(); break;
	default: break;
	}
	return true;
}

int
main(void)
{
	struct probe p = { .keys = BUF_INIT(1u << 20), .cur_x = -1 };
	struct term_setup setup = { .theme = &p.theme, .no_color = getenv("NO_COLOR") != NULL };
	struct sigaction act = { .sa_handler = on_winch }, alarmed = { .sa_handler = on_alarm };
	struct err err = ERR_INIT;
	bool on = true;

	setlocale(LC_ALL, "");
	sigaction(SIGWINCH, &act, NULL);
	sigaction(SIGALRM, &alarmed, NULL);
	theme_default(&p.theme);
	if (term_open(&setup, &err)) {
		fprintf(stderr, "%s: %s\n%s\n", err_name(err.code), err.msg, err.hint);
		return 2;
	}
	die_hook(term_close);
	while (on) {
		struct pollfd fd = { .fd = term_fd(), .events = POLLIN };
		struct term_input in;

		term_size(&p.rows, &p.cols);
		draw(&p);
		if (poll(&fd, 1, resized ? 0 : term_timeout()) < 0 && errno != EINTR)
			break;
		if (resized)
			term_repaint();
		resized = 0;
		while (on && term_input(&in))
			on = take(&p, &in);
	}
	term_close();
	buf_free(&p.keys);
	return 0;
}
