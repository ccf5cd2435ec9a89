/* tui.c - see tui.h. Starts the pieces in the order that brings the first picture soonest. */
#include "config.h"

#include "tui/tui.h"

#include "core/child.h"
#include "core/mem.h"
#include "core/session.h"
#include "core/store.h"
#include "tui/loop.h"
#include "tui/term.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The one that was worked on last and is not sent, else a new one. */
static struct draft *
draft_to_go_on_with(struct store *store, struct err *err)
{
	struct draft_info *list = NULL;
	struct draft *d = NULL;
	size_t n = 0, i = 0;

	if (store_draft_list(store, &list, &n, err))
		return NULL;
	while (i < n && list[i].submitted)
		i++;
	d = i < n ? store_draft_get(store, list[i].id, err) : draft_new();
	free(list);
	return d;
}

/* --- looks --- */

static enum err_code
choose_theme(struct loop *l, struct theme *theme, struct err *err)
{
	const char *folder = conf_paths(l->conf)->theme_dir;
	char kept[32] = "";
	const char *name = conf_get(l->conf, CONF_THEME);

	theme_default(theme);
	/* What was chosen in the program counts unless somebody configured a theme. */
	if (strcmp(conf_origin(l->conf, CONF_THEME), "built in") == 0) {
		struct err ignored = ERR_INIT;

		if (store_note_get(l->store, "theme", kept, sizeof(kept), &ignored) || !kept[0] ||
		    theme_load(theme, kept, folder, &ignored))
			kept[0] = '\0'; /* it is gone: the default will do */
		name = kept[0] ? kept : "default";
	} else if (theme_load(theme, name, folder, err)) {
		return err->code;
	}
	snprintf(l->theme, sizeof(l->theme), "%.31s", name);
	return ERR_OK;
}

static bool
ascii_borders(const struct conf *conf)
{
	const char *want = conf_get(conf, CONF_ASCII);

	return strcmp(want, "auto") == 0 ? !term_unicode() : strcmp(want, "yes") == 0;
}

static bool
colours_off(const struct tui_options *options)
{
	const char *no_color = getenv("NO_COLOR");

	return options->no_color || (no_color && no_color[0]);
}

/* --- where we are --- */

static void
fill_where(struct ui *ui, const struct loop *l, const struct err *key_err)
{
	struct where *w = &ui->where;

	w->mode = session_mode(l->session);
	w->has_key = session_masked_key(l->session)[0] != '\0';
	snprintf(w->profile, sizeof(w->profile), "%s", conf_get(l->conf, CONF_PROFILE));
	snprintf(w->base_url, sizeof(w->base_url), "%s", session_base_url(l->session));
	snprintf(w->key, sizeof(w->key), "%s", session_masked_key(l->session));
	snprintf(w->key_origin, sizeof(w->key_origin), "%s", session_key_origin(l->session));
	if (key_err->code)
		snprintf(w->trouble, sizeof(w->trouble), "%.150s", key_err->msg);
	else if (l->child)
		snprintf(w->trouble, sizeof(w->trouble), "the sandbox is starting");
}

static enum err_code
run_screen(struct loop *l, const struct theme *theme, const struct tui_options *options,
	   struct err *err)
{
	struct term_setup setup = {
		.theme = theme,
		.escdelay_ms = (int)conf_number(l->conf, CONF_ESCDELAY),
		.no_color = colours_off(options),
	};
	enum err_code code;

	if (loop_watch_signals(err) || term_open(&setup, err))
		return err->code;
	die_hook(term_close);
	l->ascii = ascii_borders(l->conf);
	l->ui->ascii = l->ascii;
	l->ui->utc = conf_yes(l->conf, CONF_UTC);
	l->ui->board.auto_ms = conf_number(l->conf, CONF_REFRESH) * 1000;
	if (term_stand_in())
		ui_toast(l->ui, ROLE_ERROR,
			 "the terminal \"%.60s\" is not described here: it is driven as %s",
			 getenv("TERM"), term_stand_in());
	code = loop_run(l, err);
	term_close();
	die_hook(NULL);
	return code;
}

/* Everything between an open store and a closed one. */
static enum err_code
run_session(struct loop *l, const struct tui_options *options, struct draft *draft, struct err *err)
{
	struct err key_err = ERR_INIT;
	const char *key = "", *origin = "";
	enum err_code code;
	struct theme theme;
	struct ui *ui;

	if (conf_key(l->conf, &key, &origin, &key_err))
		key = origin = ""; /* composing works without; the screen says what is missing */
	l->session = session_new(l->conf, l->store, key, origin, err);
	if (!l->session || choose_theme(l, &theme, err)) {
		draft_free(draft);
		session_free(l->session);
		return err->code;
	}
	ui = mem_alloc(sizeof(*ui));
	ui_init(ui, draft);
	l->ui = ui;
	fill_where(ui, l, &key_err);
	code = run_screen(l, &theme, options, err);
	ui_done(ui);
	free(ui);
	session_free(l->session);
	return code;
}

static void
tell_where_the_draft_is(const struct loop *l, const struct tui_options *options)
{
	if (l->rescued[0])
		options->say("the draft could not be saved; it is in %s: "
			     "multistage --open %s goes on with it",
			     l->rescued, l->rescued);
	else if (l->lost)
		options->say("the draft could not be saved, here or in another folder");
}

enum err_code
tui_run(struct conf *conf, const struct tui_options *options, struct err *err)
{
	struct loop loop = { .conf = conf };
	struct draft *draft = options->draft;
	enum err_code code = ERR_OK;

	if (options->sandbox && !(loop.child = child_new(conf, NULL, err))) {
		draft_free(draft);
		return err->code;
	}
	loop.store = store_open(conf_paths(conf)->database, err);
	if (loop.store && !draft)
		draft = draft_to_go_on_with(loop.store, err);
	if (loop.store && draft) {
		code = run_session(&loop, options, draft, err);
	} else {
		code = err->code;
		draft_free(draft);
	}
	tell_where_the_draft_is(&loop, options); /* at once: what follows may be cut short */
	store_close(loop.store);
	child_stop(loop.child);
	if (loop.signo) {
		signal(loop.signo, SIG_DFL);
		raise(loop.signo);
	}
	return code;
}
