#!/bin/sh
# Who may include what. One table; a broken rule names the file and the line.
cd "${MS_SRCDIR:-.}" || exit 99
n=0 bad=0
say() {	# reason, findings
	n=$((n + 1))
	if [ -z "$2" ]; then
		echo "ok $n - $1"
	else
		bad=1
		echo "not ok $n - $1"
		echo "$2" | sed 's/^/# /'
	fi
}
rule() {	# reason, forbidden in an #include, files
	reason=$1 pattern=$2
	shift 2
	say "$reason" "$(grep -nE "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]($pattern)" "$@" /dev/null)"
}
but() {	# room, extended pattern of files left out
	find "$1" -name '*.[ch]' | grep -vE "$2" | sort
}
rules='core/(buf|err|mem|field|text|clock|file|ini|near|random|secret|json[a-z_]*|member|task|filter|sfs[a-z_]*|frame_json)\.[ch]'

rule "core knows no screen and no program" 'n?curses|panel|tui/|cli/|sandbox/' core/*.[ch]
rule "the rules know only each other" 'curl/|sqlite3|nettle|microhttpd|core/(draft|check|payload|http|store|conf|session)\.h' \
	$(find core -name '*.[ch]' | grep -E "$rules" | sort)
rule "tui reaches the world only through core" 'curl/|sqlite3|json-c/|core/http\.h|cli/|sandbox/' tui/*.[ch]
rule "cli knows no screen" 'n?curses|curl/|sqlite3|sandbox/' cli/*.[ch]
rule "only cli/main.c opens the full-screen program" 'tui/' $(but cli 'cli/main\.c')
rule "sandbox shares only the rules" 'tui/|cli/|curses|core/(draft|check|payload|http|api|reply|store|conf|child|session)\.h' sandbox/*.[ch]
rule "curl lives in core/http*.c" 'curl/' $(but core 'core/http(_[a-z]+)?\.[ch]')
rule "curl lives in sandbox/web*.c, and comes late" 'curl/' $(but sandbox 'sandbox/web(_[a-z]+)?\.[ch]')
rule "sqlite lives in core/store*.c" 'sqlite3' $(but core 'core/store[a-z_]*\.[ch]')
rule "json-c lives in core/json.c" 'json-c/' $(but core 'core/json\.c')
rule "curses lives in tui/term.c" 'n?curses|term\.h>' $(but tui 'tui/term\.c')
say "no banned function" "$(grep -nE '(^|[^[:alnum:]_])(strcpy|strcat|strncpy|strncat|sprintf|vsprintf|strtok|gets|atoi|atol|alloca|system|popen)[[:space:]]*\(' \
	core/*.[ch] tui/*.[ch] cli/*.[ch] sandbox/*.[ch])"
say "lines of at most 100 columns" "$(for f in core/*.[ch] tui/*.[ch] cli/*.[ch] sandbox/*.[ch] tests/*.[ch]; do
	[ -f "$f" ] && sed '/clang-format off/,/clang-format on/d' "$f" | expand | awk -v f="$f" 'length($0) > 100 { print f ": " $0 }'; done)"
echo "1..$n"
exit $bad
