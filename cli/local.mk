# cli: the program multistage: main, and the same core without a screen. Never curses.
noinst_LIBRARIES += cli/libcli.a

cli_libcli_a_SOURCES =
