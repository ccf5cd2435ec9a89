/* term.c - see term.h.
 *
 * curses only draws: it gets the cells that differ from the last paint and
 * sends what the terminal lacks. Keys are read here and understood by
 * input.c; the device and its modes are tty.c's.
 */
#include "config.h"

#include "tui/term.h"

#include "core/clock.h"
#include "tui/input.h"
#include "tui/tty.h"

#include <errno.h>
#include <poll.h>
#include <fcntl.h>
#include <langinfo.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#include <curses.h>
#include <term.h>

#define PAIRS_MAX 60    /* TERM=xterm has 64. Source: terminfo, measured */
#define DRAIN_MAX 65536 /* bytes of keys read in one turn */
#define PASTE_ON  "\x1B[?2004h"
#define PASTE_OFF "\x1B[?2004l"

static struct {
	bool is_open, left;
	FILE *out;
	SCREEN *screen;
	struct input input;
	bool gone, no_color, unicode;
	const char *stand_in; /* for a description that is missing */
	struct theme mono;    /* what attributes tell when there is no colour */
	attr_t attrs[ROLE_COUNT];
	short pairs[ROLE_COUNT];
	struct style used[PAIRS_MAX + 1]; /* colours of each pair */
	int used_count;
	struct grid shown; /* what the last paint showed; no cells: nothing is known */
	bool repaint;
	int cursor; /* visible or not, as last told; -1 unknown */
} term;

static volatile sig_atomic_t writing; /* what a terminal that takes nothing holds up */

bool
term_writing(void)
{
	return writing != 0;
}

/* --- open and close --- */

static const char *
capability(const char *name)
{
	char buf[16];
	const char *s;

	snprintf(buf, sizeof(buf), "%s", name); /* tigetstr(3) wants a char * */
	s = tigetstr(buf);
	return s && s != (const char *)-1 ? s : NULL; /* -1: no string capability */
}

static void
collect_restore(void)
{
	static const char *const names[] = { "sgr0", "op", "rmacs", "rmkx", "rmcup", "cnorm" };

	for (const char *p = PASTE_OFF; *p; p++)
		tty_restore_byte(*p);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (capability(names[i]))
			tputs(capability(names[i]), 1, tty_restore_byte);
}

/* A terminal of a family whose entry is missing is driven as its common ancestor. */
static const char *
ancestor(const char *name)
{
	static const char *const like_xterm[] = { "xterm",   "kitty",   "ghostty", "alacritty",
						  "foot",    "wezterm", "contour", "rio",
						  "konsole", "gnome",   "vte",     "iterm" };

	if (strncmp(name, "tmux", 4) == 0 || strncmp(name, "screen", 6) == 0)
		return "screen-256color";
	for (size_t i = 0; i < ARRAY_LEN(like_xterm); i++)
		if (strncmp(name, like_xterm[i], strlen(like_xterm[i])) == 0)
			return "xterm-256color";
	return NULL;
}

/* Is there a description? newterm(3) would tell as well, but it leaks when it fails. */
static bool
is_described(const char *name)
{
	int found = 0;

	if (setupterm(name, tty_out(), &found) != OK)
		return false;
	del_curterm(cur_term);
	return true;
}

static enum err_code
start_curses(struct err *err)
{
	const char *name = getenv("TERM"), *used = name;

	if (!name || !*name || strcmp(name, "dumb") == 0 || strcmp(name, "unknown") == 0) {
		err_set(err, ERR_TERMINAL, "TERM is %s: the screen cannot be driven",
			name && *name ? name : "not set");
		return err_hint(
			err, "set TERM (xterm-256color fits most), or use: multistage submit FILE");
	}
	term.out = fdopen(fcntl(tty_out(), F_DUPFD_CLOEXEC, 3), "r+");
	if (!term.out)
		return err_sys(err, "cannot use the terminal");
	use_env(FALSE);   /* LINES and COLUMNS do not follow a resize, */
	use_tioctl(TRUE); /* the kernel's word does */
	if (!is_described(name))
		used = term.stand_in = ancestor(name);
	if (used && (used == name || is_described(used)))
		term.screen = newterm(used, term.out, term.out);
	if (!term.screen) {
		err_set(err, ERR_TERMINAL, "no description of the terminal \"%.60s\" here", name);
		return err_hint(err, "set TERM to one that is, for example xterm-256color");
	}
	if (!capability("cup") || !capability("clear")) {
		endwin();
		err_set(err, ERR_TERMINAL, "the terminal \"%.60s\" has no movable cursor", name);
		return err_hint(err, "use: multistage submit FILE");
	}
	return ERR_OK;
}

static void
set_modes(void)
{
	raw();
	noecho();
	nonl();
	typeahead(-1); /* never stop half way because a key came */
	keypad(stdscr, TRUE);
	idlok(stdscr, TRUE);
	scrollok(stdscr, FALSE);
	leaveok(stdscr, TRUE);
	if (!term.no_color && has_colors()) {
		start_color();
		use_default_colors();
	}
}

static void
learn_keys(int escdelay_ms)
{
	static const struct {
		const char *name;
		uint32_t key;
	} keys[] = {
		{ "kcuu1", K_UP },     { "kcud1", K_DOWN },      { "kcub1", K_LEFT },
		{ "kcuf1", K_RIGHT },  { "khome", K_HOME },      { "kend", K_END },
		{ "kpp", K_PGUP },     { "knp", K_PGDN },        { "kich1", K_INSERT },
		{ "kdch1", K_DELETE }, { "kcbt", K_BACKTAB },    { "kent", K_ENTER },
		{ "kf1", K_F1 },       { "kLFT5", K_CTRL_LEFT }, { "kRIT5", K_CTRL_RIGHT },
	};

	if (escdelay_ms <= 0)
		escdelay_ms = getenv("SSH_CONNECTION") ? 100 : 25;
	input_init(&term.input, escdelay_ms);
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (capability(keys[i].name))
			input_sequence(&term.input, capability(keys[i].name), keys[i].key);
}

/* Past curses, which has no word for it: putp(3) would go to stdout. */
static void
tell(const char *bytes)
{
	ssize_t n = write(tty_out(), bytes, strlen(bytes));

	(void)n; /* a terminal that is gone is noticed when keys are read */
}

static int
tell_byte(int c)
{
	tell((char[]){ (char)c, '\0' });
	return c;
}

/* Whatever curses believes: where it saw nothing change it sends nothing. */
static void
tell_capability(const char *name)
{
	const char *bytes = capability(name);

	if (bytes)
		tputs(bytes, 1, tell_byte);
}

/* A terminal that was resized, or another program's, may scroll a part of the screen only:
 * libvterm (Neovim, Emacs) keeps the margins of the old size. curses believes in the whole. */
static void
tell_margins(int rows)
{
	const char *bytes = capability("csr");

	if (bytes)
		tputs(tiparm(bytes, 0, rows - 1), 1, tell_byte);
}

/* Undo what was done so far; also for an open that failed half way. */
static void
release(void)
{
	if (term.screen)
		delscreen(term.screen);
	term.screen = NULL;
	if (term.out)
		fclose(term.out);
	term.out = NULL;
	tty_close();
	input_done(&term.input);
	grid_done(&term.shown);
}

enum err_code
term_open(const struct term_setup *setup, struct err *err)
{
	struct err ignored = ERR_INIT;

	if (tty_open(err))
		return err->code;
	if (start_curses(err)) {
		release();
		return err->code;
	}
	term.no_color = setup->no_color;
	term.unicode = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	term.gone = term.left = false;
	term.cursor = -1;
	collect_restore();
	set_modes();
	learn_keys(setup->escdelay_ms);
	if (theme_parse(&term.mono, "mono", theme_built_in("mono"), NULL, NULL, &ignored))
		theme_default(&term.mono);
	term_theme(setup->theme);
	tell(PASTE_ON);
	term.is_open = true;
	tty_watch(true);
	return ERR_OK;
}

void
term_leave(void)
{
	if (!term.is_open || term.left)
		return;
	writing++;
	tell(PASTE_OFF);
	curs_set(1);
	endwin();
	/* libvterm (Neovim, Emacs) brings back with the screen what the last DECSC saved. */
	tell_capability("cnorm");
	tty_watch(false);
	tty_restore_modes();
	writing--;
	term.left = true;
}

void
term_return(void)
{
	if (!term.is_open || !term.left)
		return;
	term.left = false;
	writing++;
	tty_foreground(); /* after "bg" it is still the shell's */
	tty_save_modes(); /* the shell may have changed them meanwhile */
	tty_watch(true);
	tell(PASTE_ON);
	tell_capability("cnorm"); /* another program may have left it hidden */
	writing--;
	term.cursor = -1;
	term_repaint();
}

void
term_wake(void)
{
	if (!term.is_open || term.left)
		return;
	writing++;
	tty_foreground();
	reset_prog_mode();
	tell(PASTE_ON);
	writing--;
	term.cursor = -1;
}

void
term_close(void)
{
	term_leave();
	if (term.is_open)
		release();
	term.is_open = false;
}

bool
term_unicode(void)
{
	return term.unicode;
}

const char *
term_stand_in(void)
{
	return term.stand_in;
}

int
term_fd(void)
{
	return tty_in();
}

void
term_size(int *rows, int *cols)
{
	tty_size(rows, cols);
	if (is_term_resized(*rows, *cols)) {
		resize_term(*rows, *cols); /* not resizeterm(3): it queues a key */
		term_repaint();
	}
}

void
term_repaint(void)
{
	term.repaint = true;
}

/* --- looks --- */

/* The pair for two colours: an equal one, or a new one; 0 if the terminal has no more. */
static short
pair_of(int fg, int bg)
{
	int most = COLOR_PAIRS - 1 < PAIRS_MAX ? COLOR_PAIRS - 1 : PAIRS_MAX;

	if (fg < 0 && bg < 0)
		return 0;
	for (int i = 1; i <= term.used_count; i++)
		if (term.used[i].fg == fg && term.used[i].bg == bg)
			return (short)i;
	if (term.used_count >= most || init_extended_pair(term.used_count + 1, fg, bg) == ERR)
		return 0;
	term.used[++term.used_count] = (struct style){ .fg = fg, .bg = bg };
	return (short)term.used_count;
}

static attr_t
attributes(unsigned char attr)
{
	return (attr & STYLE_BOLD ? A_BOLD : 0) | (attr & STYLE_DIM ? A_DIM : 0) |
	       (attr & STYLE_REVERSE ? A_REVERSE : 0) | (attr & STYLE_UNDERLINE ? A_UNDERLINE : 0) |
	       (attr & STYLE_ITALIC ? A_ITALIC : 0);
}

void
term_theme(const struct theme *theme)
{
	bool color = !term.no_color && has_colors() && COLORS >= 8 && COLOR_PAIRS > 1;

	term.used_count = 0;
	for (int i = 0; i < ROLE_COUNT; i++) {
		const struct style *s = &theme->style[i];
		int fg = color ? theme_degrade(s->fg, COLORS) : -1;
		int bg = color ? theme_degrade(s->bg, COLORS) : -1;
		bool plain = s->fg < 0 && s->bg < 0;

		/* Colours that became one, or that there are no pairs for, tell nothing. */
		term.pairs[i] = fg == bg ? 0 : pair_of(fg, bg);
		if (term.pairs[i] == 0 && !plain)
			s = &term.mono.style[i];
		term.attrs[i] = attributes(s->attr);
	}
	grid_done(&term.shown); /* every cell looks different now */
}

/* --- keys --- */

/* A read of nothing is the end of a terminal that hung up. While another program had the
 * terminal, ^D may have ended a line of nothing: that is no end. */
static bool
is_hung_up(void)
{
	struct pollfd p = { .fd = tty_in() };

	return poll(&p, 1, 0) > 0 && (p.revents & (POLLHUP | POLLERR | POLLNVAL));
}

static void
read_keys(int64_t now)
{
	char bytes[4096];
	size_t total = 0;
	ssize_t n;

	while (total < DRAIN_MAX && (n = read(tty_in(), bytes, sizeof(bytes))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			term.gone |= errno != EAGAIN && errno != EWOULDBLOCK;
			return;
		}
		input_feed(&term.input, bytes, (size_t)n, now);
		total += (size_t)n;
		if ((size_t)n < sizeof(bytes) && !term.input.pasting)
			return;
	}
	if (n == 0)
		term.gone |= is_hung_up();
}

bool
term_input(struct term_input *in)
{
	int64_t now = clock_mono_ms();

	if (!term.is_open || term.left)
		return false;
	if (input_next(&term.input, now, in))
		return true;
	if (!term.gone)
		read_keys(now);
	if (input_next(&term.input, now, in))
		return true;
	if (!term.gone)
		return false;
	*in = (struct term_input){ .kind = TERM_GONE };
	return true;
}

int
term_timeout(void)
{
	return term.is_open && !term.left ? input_timeout(&term.input, clock_mono_ms()) : -1;
}

/* --- paint --- */

static void
paint_cell(int y, int x, const struct cell *c)
{
	wchar_t wide[8];
	size_t n = 1;
	cchar_t cc;

	wide[0] = (wchar_t)c->text[0];
	wide[1] = L'\0';
	if (c->text[1]) {
		n = mbstowcs(wide, c->text, ARRAY_LEN(wide) - 1);
		if (n == (size_t)-1 || n == 0) { /* grid_text() lets none pass */
			wide[0] = L'?';
			n = 1;
		}
		wide[n] = L'\0';
	}
	if (setcchar(&cc, wide, term.attrs[c->role], term.pairs[c->role], NULL) == OK)
		mvadd_wch(y, x, &cc);
}

static bool
same_cell(const struct cell *a, const struct cell *b)
{
	return a->role == b->role && strcmp(a->text, b->text) == 0;
}

static void
paint_row(const struct grid *g, int y, bool all)
{
	const struct cell *now = grid_at(g, y, 0), *old = grid_at(&term.shown, y, 0);
	size_t bytes = (size_t)g->cols * sizeof(*now);

	if (!all && memcmp(now, old, bytes) == 0)
		return;
	for (int x = 0; x < g->cols; x++)
		if (now[x].text[0] && (all || !same_cell(&now[x], &old[x])))
			paint_cell(y, x, &now[x]);
	memcpy(grid_at(&term.shown, y, 0), now, bytes);
}

/* Send it all. The cursor's visibility comes last: on the way back from term_leave() some
 * terminals save it with the screen that they restore later. */
static void
send(const struct grid *g)
{
	bool visible = g->cur_y >= 0 && g->cur_y < g->rows && g->cur_x >= 0 && g->cur_x < g->cols;

	leaveok(stdscr, !visible); /* hidden: wherever it is */
	if (visible)
		move(g->cur_y, g->cur_x);
	writing++;
	refresh();
	if (term.cursor != (int)visible)
		curs_set(visible);
	writing--;
	term.cursor = visible;
}

void
term_paint(const struct grid *g)
{
	bool all = term.shown.rows != g->rows || term.shown.cols != g->cols;

	if (!term.is_open || term.left || term.gone)
		return;
	if (all) {
		grid_done(&term.shown);
		grid_init(&term.shown, g->rows, g->cols);
	}
	for (int y = 0; y < g->rows; y++)
		paint_row(g, y, all);
	if (term.repaint) {
		tell_capability("sgr0"); /* who wrote over it may have left it in reverse */
		tell_margins(g->rows);
		clearok(curscr, TRUE);
	}
	term.repaint = false;
	send(g);
}
