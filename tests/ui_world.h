/* ui_world.h - a screen without a terminal: keys in, state, commands and pictures out. */
#ifndef TESTS_UI_WORLD_H
#define TESTS_UI_WORLD_H

#include "tests/test.h"

#include "tui/ui.h"
#include "tui/view.h"

struct world {
	struct ui ui;
	struct now now;
	unsigned asked[UI_CMD_COUNT];     /* how often each command was asked for */
	struct ui_cmd last[UI_CMD_COUNT]; /* the last of each; text owned here */
	bool disk_full;                   /* UI_SAVE is answered with MSG_NOT_SAVED */
};

/* An empty draft called "night-0412" on profile TEST acme-av, 80x24. Free with world_done(). */
struct world *world_new(void);
/* The same with all twelve fields set, as in the pictures of the design. */
struct world *world_filled(void);
void world_done(struct world *w);

/* Give it a message; the commands it asks for are counted, a save is answered. */
void world_send(struct world *w, struct msg msg);
/* Type: plain characters, and <Enter> <Tab> <S-Tab> <Esc> <Up> <Down> <Left> <Right> <Home>
 * <End> <PgUp> <PgDn> <BS> <Del> <F1> <^X>; "<<" is "<". Time goes on 10 ms a key. */
void press(struct world *w, const char *keys);
void world_paste(struct world *w, const char *text);
/* Let time pass; sends ticks as the loop would. */
void world_wait(struct world *w, int64_t ms);

/* The picture at a size; the caller frees. */
char *world_picture(struct world *w, int rows, int cols);
/* Compare with tests/screens/NAME_COLSxROWS.txt. */
void world_golden(struct world *w, const char *name, int rows, int cols);
/* The picture at 80x24 holds this text. */
void assert_shown(struct world *w, const char *text);
void assert_not_shown(struct world *w, const char *text);

#endif
