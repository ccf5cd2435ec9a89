/* theme_color.c - the nearest colour that a terminal has.
 * Palettes: XTerm-col.ad (16), 256colres.pl and 88colres.pl of xterm. */
#include "config.h"

#include "tui/theme.h"

#include "core/err.h"

#include <limits.h>

static const int32_t ansi[16] = {
	0x000000, 0xCD0000, 0x00CD00, 0xCDCD00, 0x0000EE, 0xCD00CD, 0x00CDCD, 0xE5E5E5,
	0x7F7F7F, 0xFF0000, 0x00FF00, 0xFFFF00, 0x5C5CFF, 0xFF00FF, 0x00FFFF, 0xFFFFFF,
};

/* A cube of steps^3 colours after the 16, then a ramp of grays. */
struct palette {
	int steps, grays;
	int level[6];
	int gray[24];
};

/* clang-format off */
static const struct palette of_256 = {
	.steps = 6, .level = { 0, 95, 135, 175, 215, 255 },
	.grays = 24, .gray = { 8, 18, 28, 38, 48, 58, 68, 78, 88, 98, 108, 118, 128, 138, 148, 158,
			       168, 178, 188, 198, 208, 218, 228, 238 },
};
static const struct palette of_88 = {
	.steps = 4, .level = { 0, 139, 205, 255 },
	.grays = 8, .gray = { 46, 92, 115, 139, 162, 185, 208, 231 },
};
/* clang-format on */

static int32_t
rgb(int r, int g, int b)
{
	return r << 16 | g << 8 | b;
}

static long
distance(int32_t a, int32_t b)
{
	long r = (a >> 16 & 255) - (b >> 16 & 255);
	long g = (a >> 8 & 255) - (b >> 8 & 255);
	long blue = (a & 255) - (b & 255);

	return 2 * r * r + 4 * g * g + 3 * blue * blue; /* the eye sees green best */
}

static int32_t
palette_rgb(const struct palette *p, int i)
{
	int n = p->steps;

	if (i < 16)
		return ansi[i];
	i -= 16;
	if (i < n * n * n)
		return rgb(p->level[i / (n * n)], p->level[i / n % n], p->level[i % n]);
	i = p->gray[i - n * n * n];
	return rgb(i, i, i);
}

static int
nearest(const struct palette *p, int from, int to, int32_t want)
{
	long best = LONG_MAX;
	int at = from;

	for (int i = from; i < to; i++) {
		long d = distance(palette_rgb(p, i), want);

		if (d < best) {
			best = d;
			at = i;
		}
	}
	return at;
}

int
theme_degrade(int32_t color, int colors)
{
	int32_t want;

	if (color < 0 || colors < 8)
		return -1;
	if (color < 16 && color < colors)
		return color; /* the terminal's own idea of "red" */
	if (color <= 255 && color < colors && colors <= 256)
		return color;
	want = color & COLOR_RGB ? color & 0xFFFFFF : palette_rgb(&of_256, color & 255);
	if (colors > 256) /* direct colour: the number is the colour, 0..7 are not */
		return want < 8 ? 0 : want;
	if (colors == 256)
		return nearest(&of_256, 16, 256, want); /* the first 16 are redefined too often */
	if (colors >= 88)
		return nearest(&of_88, 16, 88, want);
	return nearest(&of_256, 0, colors >= 16 ? 16 : 8, want);
}
