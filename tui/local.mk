# tui: the full-screen program. Never curl, never sqlite, never json-c.
noinst_LIBRARIES += tui/libtui.a

tui_libtui_a_CPPFLAGS = $(AM_CPPFLAGS) $(CURSES_CFLAGS)
tui_libtui_a_SOURCES = \
	tui/keys.c	tui/keys.h

# --- base: grid, theme, term, edit, list, fuzzy, picker, loop, tui ---
tui_libtui_a_SOURCES += \
	tui/edit.c	tui/edit.h \
	tui/edit_view.c \
	tui/fuzzy.c	tui/fuzzy.h \
	tui/grid.c	tui/grid.h \
	tui/input.c	tui/input.h \
	tui/list.c	tui/list.h \
	tui/loop.c	tui/loop.h \
	tui/loop_board.c \
	tui/loop_cmd.c \
	tui/outside.c	tui/outside.h \
	tui/picker.c	tui/picker.h \
	tui/picker_view.c \
	tui/term.c	tui/term.h \
	tui/theme.c	tui/theme.h \
	tui/theme_color.c \
	tui/theme_file.c \
	tui/tty.c	tui/tty.h \
	tui/tui.c	tui/tui.h \
	tui/wrap.c	tui/wrap.h

# --- the form: ui, view, compose and its views ---
tui_libtui_a_SOURCES += \
	tui/body.c	tui/body.h	\
	tui/compose.c	tui/compose.h	\
	tui/compose_edit.c	\
	tui/compose_fix.c	\
	tui/compose_list.c	\
	tui/compose_nav.c	\
	tui/compose_name.c	\
	tui/compose_parts.h	\
	tui/compose_payload.c	\
	tui/review.c	\
	tui/standing.c	tui/standing.h	\
	tui/story.c	tui/story.h	\
	tui/ui.c	tui/ui.h	\
	tui/view.c	tui/view.h	\
	tui/view_compose.c	\
	tui/view_editor.c	\
	tui/view_field.c	\
	tui/view_list.c	\
	tui/view_note.c	\
	tui/view_parts.h	\
	tui/view_payload.c	\
	tui/view_review.c	\
	tui/view_text.c

# --- the rest of the screen: board, logview, popup ---
tui_libtui_a_SOURCES += \
	tui/board.c	tui/board.h	tui/board_local.h \
	tui/board_rows.c	tui/board_filter.c	tui/board_act.c	tui/board_here.c \
	tui/board_copy.c	tui/board_detail.c \
	tui/view_board.c	tui/view_board_rows.c \
	tui/logview.c	tui/logview.h	tui/log_local.h	tui/view_log.c \
	tui/popup.c	tui/popup.h	tui/popup_local.h \
	tui/popup_pick.c	tui/popup_help.c	tui/popup_confirm.c	tui/view_popup.c \
	tui/doc.c	tui/doc.h	\
	tui/jsonline.c	tui/jsonline.h \
	tui/when.c	tui/when.h

TUI_LIBS = tui/libtui.a $(CORE_LIBS) $(CURSES_LIBS)
