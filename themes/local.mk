# themes: plain text. Add a theme: add a file, name it here.
themedir = $(pkgdatadir)/themes
dist_theme_DATA =
EXTRA_DIST += themes/embed.awk
