# man: mdoc(7). tests/check-docs.sh holds the pages to the tables in the code.
dist_man_MANS += \
	man/multistage-config.5 \
	man/multistage-theme.5
dist_man_MANS += man/multistage-sandbox.1
dist_man_MANS += man/multistage.1
EXTRA_DIST    += man/tables.awk
