# cli: the program multistage: main, and the same core without a screen. Never curses.
noinst_LIBRARIES += cli/libcli.a

cli_libcli_a_SOURCES = \
	cli/cmd_auth.c cli/cmd_auth_rotate.c \
	cli/cmd_cancel.c \
	cli/cmd_check.c \
	cli/cmd_complete.c \
	cli/cmd_config.c \
	cli/cmd_list.c \
	cli/cmd_queue.c \
	cli/cmd_receipt.c \
	cli/cmd_sandbox.c \
	cli/cmd_show.c \
	cli/cmd_submit.c \
	cli/command.c	cli/command.h \
	cli/find.c	cli/find.h \
	cli/follow.c	cli/follow.h \
	cli/follow_print.c	cli/follow_print.h \
	cli/help.c \
	cli/hidden.c	cli/hidden.h \
	cli/input.c	cli/input.h \
	cli/out.c	cli/out.h \
	cli/parse.c \
	cli/paths.h \
	cli/payloads.c	cli/payloads.h	cli/payloads_say.c \
	cli/records.c	cli/records.h \
	cli/request.c	cli/request.h \
	cli/run.c	cli/run.h \
	cli/seen.c	cli/seen.h \
	cli/show.c	cli/show.h \
	cli/table.c	cli/table.h

bin_PROGRAMS += multistage
multistage_SOURCES = cli/main.c
multistage_LDADD   = cli/libcli.a $(TUI_LIBS)
