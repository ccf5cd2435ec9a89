# themes: plain text. Add a theme: add a file, name it here.
themedir = $(pkgdatadir)/themes
dist_theme_DATA = \
	themes/dark.theme \
	themes/default.theme \
	themes/deuteranopia.theme \
	themes/high-contrast.theme \
	themes/light.theme \
	themes/mono.theme \
	themes/solarized.theme
EXTRA_DIST += themes/embed.awk

# All of them are also built in, so that the program needs no file to show them.
CLEANFILES += tui/theme_text.h
tui/libtui_a-theme.$(OBJEXT): tui/theme_text.h
tui/theme_text.h: $(dist_theme_DATA) $(srcdir)/themes/embed.awk
	@$(MKDIR_P) tui
	$(AM_V_GEN)(cd $(srcdir) && $(AWK) -f themes/embed.awk $(dist_theme_DATA)) > $@.tmp && mv $@.tmp $@
