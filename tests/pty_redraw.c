/* pty_redraw.c - an oracle of pty.h: what is on the screen is what a full repaint brings.
 *
 * A program may draw at any time, because an answer came or a notice has been seen for
 * long enough. So two pictures that differ prove nothing yet: if it drew before it took
 * Ctrl-L, the look is repeated; if the repaint itself brought the first picture and
 * something was drawn after it, all is well.
 */
#include "config.h"

#include "tests/test.h"

#include "tests/pty.h"

#define LOOKS      20
#define BEFORE_MAX 24 /* bytes before a repaint that draw nothing: attributes off */

/* Text, attributes and colours of a whole screen. */
struct picture {
	int rows, cols;
	VTermScreenCell *cell; /* owned */
};

static VTermScreenCell
cell_at(VTermScreen *screen, int y, int x)
{
	VTermScreenCell cell = { .width = 0 };
	VTermPos at = { .row = y, .col = x };

	vterm_screen_get_cell(screen, at, &cell);
	if (cell.chars[0] == 0) /* a blank that was never written and one that was look the same */
		cell.chars[0] = ' ';
	return cell;
}

static struct picture
take(struct pty *p)
{
	struct picture is = { .rows = p->rows, .cols = p->cols };

	is.cell = calloc((size_t)p->rows * (size_t)p->cols, sizeof(*is.cell));
	for (int y = 0; y < p->rows; y++)
		for (int x = 0; x < p->cols; x++)
			is.cell[y * p->cols + x] = cell_at(p->screen, y, x);
	return is;
}

static bool
same_look(const VTermScreenCell *a, const VTermScreenCell *b)
{
	return memcmp(a->chars, b->chars, sizeof(a->chars)) == 0 &&
	       a->attrs.bold == b->attrs.bold && a->attrs.reverse == b->attrs.reverse &&
	       a->attrs.underline == b->attrs.underline && vterm_color_is_equal(&a->fg, &b->fg) &&
	       vterm_color_is_equal(&a->bg, &b->bg);
}

/* Is the picture on this screen? If not, *at is the first cell that differs. */
static bool
is_shown(const struct picture *picture, VTermScreen *screen, int *at)
{
	for (int i = 0; i < picture->rows * picture->cols; i++) {
		VTermScreenCell cell = cell_at(screen, i / picture->cols, i % picture->cols);

		if (!same_look(&picture->cell[i], &cell)) {
			*at = i;
			return false;
		}
	}
	return true;
}

/* Where the last full repaint in these bytes starts; n if there is none. */
static size_t
repaint_at(const char *bytes, size_t n)
{
	static const char *const clear[] = { "\x1b[H\x1b[2J", "\x1b[H\x1b[J" };
	size_t last = n;

	for (size_t i = 0; i < 2; i++) {
		size_t len = strlen(clear[i]);

		for (size_t at = 0; at + len <= n; at++)
			if (memcmp(bytes + at, clear[i], len) == 0 && (last == n || at > last))
				last = at;
	}
	return last;
}

/* Does a new terminal that is sent these bytes show the picture at any moment? */
static bool
was_shown(const struct picture *picture, const char *bytes, size_t n)
{
	VTerm *vt = vterm_new(picture->rows, picture->cols);
	VTermScreen *screen = vterm_obtain_screen(vt);
	bool shown = false;
	int at;

	vterm_set_utf8(vt, 1);
	vterm_screen_enable_altscreen(screen, 1);
	vterm_screen_reset(screen, 1);
	for (size_t i = 0; i < n && !shown; i++) {
		vterm_input_write(vt, bytes + i, 1);
		shown = is_shown(picture, screen, &at);
	}
	vterm_free(vt);
	return shown;
}

enum verdict { SAME, AGAIN, DIFFERS };

/* Of two pictures that differ. from: where the output after Ctrl-L starts. */
static enum verdict
judge(struct pty *p, const struct picture *before, size_t from)
{
	size_t n, repaint;
	char *bytes = pty_output(p, from, &n);
	enum verdict verdict = DIFFERS;

	repaint = repaint_at(bytes, n);
	if (repaint > BEFORE_MAX)
		verdict = AGAIN;
	else if (was_shown(before, bytes + repaint, n - repaint))
		verdict = SAME;
	free(bytes);
	return verdict;
}

/* say: differences fail the test. */
static enum verdict
look(struct pty *p, bool say)
{
	enum verdict verdict = SAME;
	struct picture before;
	char *was, *is;
	size_t from;
	int at = 0;

	pty_settle(p);
	free(pty_output(p, 0, &from));
	before = take(p);
	was = pty_dump(p);
	pty_type(p, "\x0C");
	pty_settle(p);
	if (!is_shown(&before, p->screen, &at))
		verdict = judge(p, &before, from);
	is = pty_dump(p);
	if (verdict == DIFFERS && say) {
		fprintf(stderr, "--- before Ctrl-L\n%s--- after it\n%s---\n", was, is);
		fail_msg("Ctrl-L changed row %d, column %d of the screen", at / p->cols,
			 at % p->cols);
	}
	free(before.cell);
	free(was);
	free(is);
	return verdict;
}

static enum verdict
look_until_sure(struct pty *p, bool say)
{
	enum verdict verdict = AGAIN;

	for (int i = 0; verdict == AGAIN && i < LOOKS; i++)
		verdict = look(p, say);
	if (verdict == AGAIN)
		fail_msg("the screen changes all the time");
	return verdict;
}

bool
pty_is_as_redrawn(struct pty *p)
{
	return look_until_sure(p, false) == SAME;
}

void
pty_check_redraw(struct pty *p)
{
	look_until_sure(p, true);
	if (p->unknown[0])
		fail_msg("sent what the terminal does not know:\n%s", p->unknown);
}
