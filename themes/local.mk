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

# Two of them are also built in, so that there is always one to fall back on.
THEMES_BUILT_IN = $(srcdir)/themes/default.theme $(srcdir)/themes/mono.theme
CLEANFILES += tui/theme_text.h
tui/libtui_a-theme.$(OBJEXT): tui/theme_text.h
tui/theme_text.h: $(THEMES_BUILT_IN) $(srcdir)/themes/embed.awk
	@$(MKDIR_P) tui
	$(AM_V_GEN)$(AWK) -f $(srcdir)/themes/embed.awk $(THEMES_BUILT_IN) > $@.tmp && mv $@.tmp $@
