/* loop_cmd.c - what the ui asks for, done: the only place where state meets the world. */
#include "config.h"

#include "tui/loop.h"

#include "core/clock.h"
#include "core/mem.h"
#include "tui/outside.h"
#include "tui/term.h"

#include <stdio.h>
#include <stdlib.h>

/* A cache of choices older than this is renewed when somebody looks at it. */
#define CHOICES_FRESH_MS (10 * 60 * 1000)

void
loop_save(struct loop *l)
{
	struct err err = ERR_INIT;

	if (!ui_unsaved(l->ui))
		return;
	if (store_draft_put(l->store, l->ui->compose.draft, l->now.wall_ms, &err))
		loop_tell(l, (struct msg){ .kind = MSG_NOT_SAVED, .err = &err });
	else
		loop_tell(l, (struct msg){ .kind = MSG_SAVED });
}

static void
submit(struct loop *l)
{
	struct err err = ERR_INIT;
	struct msg msg = { .kind = MSG_SUBMITTED };

	if (session_submit(l->session, l->ui->compose.draft, l->now, &msg.seq, &err))
		msg.err = &err;
	loop_tell(l, msg);
}

/* --- pickers --- */

/* No call lists blueprints: they are what was seen. */
static enum err_code
renew_choices(struct loop *l, struct err *err)
{
	if (l->asked == PICK_PROJECT)
		return session_fetch_projects(l->session, l->now, err);
	if (l->asked == PICK_BATCH)
		return session_fetch_batches(l->session, l->asked_of, l->now, err);
	return ERR_OK;
}

static void
tell_choices(struct loop *l, bool renew_old)
{
	struct msg msg = { .kind = MSG_CHOICES, .what = l->asked };
	struct err err = ERR_INIT;
	struct choice *list = NULL;

	if (store_choices(l->store, session_target(l->session), l->asked, l->asked_of, &list,
			  &msg.n, &msg.fetched_ms, &err)) {
		loop_tell_err(l, &err);
		return;
	}
	msg.choices = list;
	loop_tell(l, msg);
	/* The picker asks by itself when there is nothing yet. */
	if (renew_old && l->started && msg.fetched_ms &&
	    l->now.wall_ms - msg.fetched_ms > CHOICES_FRESH_MS)
		(void)renew_choices(l, &err); /* the old ones are shown: no need to complain */
	choices_free(list, msg.n);
}

static void
ask_choices(struct loop *l, const struct ui_cmd *cmd, bool reload)
{
	struct err err = ERR_INIT;

	l->asked = (enum field_pick)cmd->number;
	snprintf(l->asked_of, sizeof(l->asked_of), "%s", cmd->key);
	if (!reload) {
		tell_choices(l, true);
		return;
	}
	if (!l->started)
		l->asked_early = true;
	else if (renew_choices(l, &err))
		loop_tell_err(l, &err);
}

static void
tell_batch(struct loop *l, const char *name)
{
	struct err err = ERR_INIT;
	struct batch_info info;

	if (store_batch_info(l->store, session_target(l->session), name, &info, &err))
		loop_tell_err(l, &err);
	else
		loop_tell(l, (struct msg){ .kind = MSG_BATCH, .task_key = name, .batch = &info });
}

/* --- drafts, themes --- */

static void
list_drafts(struct loop *l)
{
	struct msg msg = { .kind = MSG_DRAFTS };
	struct draft_info *list = NULL;
	struct err err = ERR_INIT;

	if (store_draft_list(l->store, &list, &msg.n, &err)) {
		loop_tell_err(l, &err);
		return;
	}
	msg.drafts = list;
	loop_tell(l, msg);
	free(list);
}

static void
open_draft(struct loop *l, const char *id)
{
	struct err err = ERR_INIT;
	struct draft *d = store_draft_get(l->store, id, &err);

	if (d)
		loop_tell(l, (struct msg){ .kind = MSG_DRAFT, .draft = d });
	else
		loop_tell_err(l, &err);
}

static void
list_themes(struct loop *l)
{
	char **names = NULL;
	size_t n;

	n = theme_list(conf_paths(l->conf)->theme_dir, &names);
	loop_tell(l, (struct msg){ .kind = MSG_THEMES,
				   .words = (const char *const *)names,
				   .n = n,
				   .text = l->theme });
	for (size_t i = 0; i < n; i++)
		free(names[i]);
	free(names);
}

static void
use_theme(struct loop *l, const char *name, bool keep)
{
	struct err err = ERR_INIT;
	struct theme theme;

	if (theme_load(&theme, name, conf_paths(l->conf)->theme_dir, &err)) {
		loop_tell_err(l, &err);
		return;
	}
	term_theme(&theme);
	snprintf(l->theme, sizeof(l->theme), "%.31s", name);
	if (keep && store_note_put(l->store, "theme", name, &err))
		loop_tell_err(l, &err);
}

/* --- other programs, files --- */

/* While another program has the terminal nobody reads our answers: let others send. */
static void
step_aside(struct loop *l)
{
	session_suspend(l->session);
}

static void
come_back(struct loop *l)
{
	session_resume(l->session, (struct now){ clock_mono_ms(), clock_wall_ms() });
}

static void
suspend(struct loop *l)
{
	step_aside(l);
	outside_suspend();
	come_back(l);
}

static void
editor(struct loop *l, const struct ui_cmd *cmd)
{
	struct buf out = BUF_INIT(cmd->number ? (size_t)cmd->number : OUTSIDE_TEXT_MAX);
	struct err err = ERR_INIT;

	enum err_code code;

	step_aside(l);
	code = outside_edit(cmd->text ? cmd->text : "", cmd->n, cmd->key, &out, &err);
	come_back(l);
	if (code)
		loop_tell_err(l, &err);
	else
		loop_tell(l,
			  (struct msg){ .kind = MSG_EDITED, .text = buf_str(&out), .n = out.len });
	buf_free(&out);
}

static void
pager(struct loop *l, const struct ui_cmd *cmd)
{
	struct err err = ERR_INIT;

	enum err_code code;

	step_aside(l);
	code = outside_page(cmd->text ? cmd->text : "", cmd->n, &err);
	come_back(l);
	if (code)
		loop_tell_err(l, &err);
}

void
loop_write_file(struct loop *l, const struct ui_cmd *cmd)
{
	struct err err = ERR_INIT;
	char path[4096];

	if (outside_write(conf_paths(l->conf)->state_dir, cmd->key, cmd->text ? cmd->text : "",
			  cmd->n, path, sizeof(path), &err))
		loop_tell_err(l, &err);
	else
		ui_toast(l->ui, ROLE_OK, "written: %s", path);
}

/* One that could not even be begun has ended, too: who counts them is told. */
static void
cancel_task(struct loop *l, const struct ui_cmd *cmd)
{
	struct session_event ev = { .kind = SESSION_CANCELED };

	if (session_cancel(l->session, cmd->key, cmd->flag, l->now, &ev.err) == ERR_OK)
		return;
	snprintf(ev.key, sizeof(ev.key), "%.63s", cmd->key);
	loop_session_event(l, &ev);
}

/* --- all of them --- */

/* Commands that may fail and answer nothing else. */
static enum err_code
plain(struct loop *l, const struct ui_cmd *cmd, struct err *err)
{
	int64_t target = session_target(l->session);

	switch ((int)cmd->kind) {
	case UI_REFRESH: /* the start of the session is one by itself */
		return l->started ? session_refresh(l->session, cmd->flag, l->now, err) : ERR_OK;
	case UI_LOOK: return session_look(l->session, cmd->number, l->now, err);
	case UI_RESEND: return session_resend(l->session, cmd->number, l->now, err);
	case UI_ABANDON: return session_abandon(l->session, cmd->number, l->now, err);
	case UI_LINK: return session_link(l->session, cmd->number, l->now, err);
	case UI_TRY: return l->started ? session_start(l->session, l->now, err) : ERR_OK;
	case UI_CHOICE_USED:
		return store_choice_used(l->store, target, (enum field_pick)cmd->number, cmd->key,
					 l->now.wall_ms, err);
	case UI_DELETE_DRAFT: return store_draft_delete(l->store, cmd->key, err);
	default: return ERR_OK;
	}
}

void
loop_obey(struct loop *l, struct ui_cmd *cmd)
{
	struct err err = ERR_INIT;

	switch (cmd->kind) {
	case UI_QUIT: l->quit = true; break;
	case UI_SUSPEND: suspend(l); break;
	case UI_REDRAW: term_repaint(); break;
	case UI_INTERRUPT: session_interrupt(l->session); break;
	case UI_SAVE: loop_save(l); break;
	case UI_SUBMIT: submit(l); break;
	case UI_FETCH_ROWS: loop_fetch_rows(l, &cmd->fetch); break;
	case UI_LOAD_TASK: loop_load_task(l, cmd->key, cmd->flag); break;
	case UI_AUTO_REFRESH: session_auto_refresh(l->session, cmd->number); break;
	case UI_FETCH_CHOICES: ask_choices(l, cmd, false); break;
	case UI_RELOAD_CHOICES: ask_choices(l, cmd, true); break;
	case UI_BATCH_INFO: tell_batch(l, cmd->key); break;
	case UI_EDITOR: editor(l, cmd); break;
	case UI_PAGER: pager(l, cmd); break;
	case UI_LIST_DRAFTS: list_drafts(l); break;
	case UI_OPEN_DRAFT: open_draft(l, cmd->key); break;
	case UI_LIST_THEMES: list_themes(l); break;
	case UI_THEME: use_theme(l, cmd->key, cmd->flag); break;
	case UI_WRITE: loop_write_file(l, cmd); break;
	case UI_RECEIPT: loop_write_receipt(l, cmd->number); break;
	case UI_CANCEL_TASK: cancel_task(l, cmd); break;
	case UI_REFRESH:
	case UI_LOOK:
	case UI_RESEND:
	case UI_ABANDON:
	case UI_LINK:
	case UI_TRY:
	case UI_CHOICE_USED:
	case UI_DELETE_DRAFT:
		if (plain(l, cmd, &err))
			loop_tell_err(l, &err);
		break;
	case UI_CMD_COUNT: break;
	}
	free(cmd->text);
	cmd->text = NULL;
}

void
loop_session_event(struct loop *l, const struct session_event *ev)
{
	struct err note = ERR_INIT;

	if (ev->kind == SESSION_ROW) {
		bool other = ev->err.code == ERR_BUSY && session_pause_until(l->session) < 0;

		snprintf(l->sender, sizeof(l->sender), "%s", other ? ev->err.msg : "");
	}
	loop_tell(l, (struct msg){ .kind = MSG_SESSION, .session = ev });
	if (ev->kind == SESSION_TASKS && session_put_back(l->session, &note))
		ui_toast_err(l->ui, &note);
	if (ev->err.code == ERR_OK && ((ev->kind == SESSION_PROJECTS && l->asked == PICK_PROJECT) ||
				       (ev->kind == SESSION_BATCHES && l->asked == PICK_BATCH)))
		tell_choices(l, false);
}

void
loop_start_session(struct loop *l)
{
	struct err err = ERR_INIT;

	l->started = true;
	if (!l->ui->where.has_key)
		return; /* the top line and the review say so */
	if (session_start(l->session, l->now, &err) ||
	    session_refresh(l->session, false, l->now, &err)) {
		loop_tell_err(l, &err);
		return;
	}
	session_auto_refresh(l->session, l->ui->board.auto_ms);
	if (session_others(l->session, &err))
		ui_toast_err(l->ui, &err);
	if (l->asked_early && renew_choices(l, &err))
		loop_tell_err(l, &err);
}
