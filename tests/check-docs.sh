#!/bin/sh
# Holds the manual pages, the help, the completions and the examples to the tables of the
# program. With MS_BLESS=1 the tables of multistage(1) are written anew.
src=${MS_SRCDIR:-.}
ms=./multistage
man1=$src/man/multistage.1 config5=$src/man/multistage-config.5 theme5=$src/man/multistage-theme.5
sandbox1=$src/man/multistage-sandbox.1
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
HOME=$tmp XDG_CONFIG_HOME= XDG_STATE_HOME= MULTISTAGE_CONFIG= MULTISTAGE_PROFILE=
export HOME XDG_CONFIG_HOME XDG_STATE_HOME MULTISTAGE_CONFIG MULTISTAGE_PROFILE
sep=$(printf '\037')	# not a tab: read would take two of them for one
n=0 bad=0
say() {	# reason, findings
	n=$((n + 1))
	if [ -z "$2" ]; then
		echo "ok $n - $1"
	else
		bad=1
		echo "not ok $n - $1"
		printf '%s\n' "$2" | sed 's/^/# /'
	fi
}
dump() {
	{ $ms help --dump "$1" || echo "cannot dump $1"; } | tr '\t' "$sep"
}
lacks() {	# file, line: says so when no line of the file is exactly that
	grep -qxF -- "$2" "$1" || echo "${1##*/} lacks: $2"
}
# The line after a line that begins with $2, in file $1.
after() {
	awk -v head="$2" 'found { print; exit } index($0, head) == 1 { c = substr($0, length(head) + 1, 1)
		found = c == "" || c == " " }' "$1"
}
rows() {	# file, head, text: the text must follow the head
	[ "$(after "$1" "$2")" = "$3" ] || echo "${1##*/}: after \"$2\" should stand: $3"
}

say "each command is in multistage(1) with its sentence" "$(dump commands |
	while IFS=$sep read -r name _ help; do
		case $name in sandbox) continue ;; esac	# names a manual page in its sentence
		rows "$man1" ".It Cm $name" "$help"
	done)"
say "each option is in multistage(1) with its argument" "$(dump options |
	awk -F"$sep" '{ gsub(/_/, "-", $2); print $2 " " $3 }' | sort -u | while read -r name arg; do
		grep -qE -- "(^\.It|Oo|Op).* Fl -$name( Ns Op = Ns Ar| Ar)? ?$(printf '%s' "$arg" | sed 's/|/\\|/g')( |\$)" "$man1" ||
			echo "multistage.1 lacks --$name $arg"
	done)"
say "multistage(1) and multistage-config(5) name no option that is not there" "$(
	dump options | cut -d"$sep" -f2 | tr _ - | sort -u >"$tmp/options"
	grep -ohE 'Fl -[a-z-]+' "$man1" "$config5" | sed 's/Fl -//' | sort -u | comm -23 - "$tmp/options")"
say "each key of the config file is in multistage-config(5)" "$(dump conf |
	while IFS=$sep read -r name env _ _ help; do
		rows "$config5" ".It Cm $name Pq Ev $env" "$help"
	done)"
say "each exit status is in multistage(1)" "$(dump exits | cut -d"$sep" -f1 | sort -un |
	while read -r status; do lacks "$man1" ".It $status"; done)"
say "each role is in multistage-theme(5)" "$(dump roles |
	while read -r role; do
		grep -qE "^\.It Cm (.* , )?$role( ,.*)?\$" "$theme5" || echo "multistage-theme.5 lacks $role"
	done)"
say "each variable that is read is in a manual page" "$(
	grep -ohE 'getenv\("[A-Z_]+"\)' "$src"/core/*.c "$src"/tui/*.c "$src"/cli/*.c | sed 's/getenv("//; s/")//' |
	sort -u | while read -r name; do
		grep -qE "Ev (.* )?$name( |\$)" "$man1" || echo "multistage.1 lacks $name"
	done)"

# The tables of fields and keys: as the program has them, between two marks.
for table in fields keys; do
	$ms help --dump $table | awk -v table=$table -f "$src/man/tables.awk" >"$tmp/want"
	if [ -n "$MS_BLESS" ]; then
		awk -v table=$table -v want="$tmp/want" '
			index($0, ".\\\" " table " end") == 1 { inside = 0 }
			!inside { print }
			index($0, ".\\\" " table " begin") == 1 { inside = 1
				while ((getline line < want) > 0) print line }' "$man1" >"$tmp/man1" &&
			cat "$tmp/man1" >"$man1"
	fi
	awk -v table=$table 'index($0, ".\\\" " table " end") == 1 { inside = 0 }
		inside { print }
		index($0, ".\\\" " table " begin") == 1 { inside = 1 }' "$man1" >"$tmp/have"
	say "the $table of multistage(1) are those of the program (MS_BLESS=1 tests/check-docs.sh)" \
		"$(diff "$tmp/have" "$tmp/want")"
done

# "--port N" of the help is ".It Fl -port Ar N" in the list of options.
options_of_help() {
	./multistage-sandbox --help | sed -n 's/^  --\([a-z-]*\)\( \[\{0,1\}[A-Z][A-Z]*\]\{0,1\}\)\{0,1\} .*/\1\2/p' | tr A-Z a-z
}
say "multistage-sandbox(1) has each option of its help, with its argument, and no other" "$(
	options_of_help >"$tmp/help"
	sed 's/ Op Ar \(.*\)/ Ar [\1]/' "$sandbox1" |
		sed -n 's/^\.It Fl -\([a-z-]*\)\( Ar \(.*\)\)\{0,1\}$/\1 \3/p' | sed 's/ $//' |
		tr A-Z a-z | diff "$tmp/help" -)"
say "the synopsis of multistage-sandbox(1) names each option" "$(
	sed -n '/^\.Sh SYN/,/^\.Sh DES/p' "$sandbox1" | grep -oE -- '-[a-z][a-z-]+' | sort >"$tmp/synopsis"
	options_of_help | sed 's/ .*//; s/^/-/' | sort | diff - "$tmp/synopsis")"

say "the manual pages are sound mdoc" "$([ -z "$MANDOC" ] ||
	"$MANDOC" -T lint -W warning "$src"/man/*.[15] 2>&1 | grep -v 'STYLE:')"
say "help fits into 80 columns" "$({ $ms --help; ./multistage-sandbox --help; for c in $(dump commands | cut -d"$sep" -f1); do
	$ms "$c" --help </dev/null; done; } | awk 'length($0) > 80')"
say "the examples are valid payloads" "$($ms check "$src"/examples/s*.json "$src"/examples/*.jsonl 2>&1 | grep -v ': good$')"
say "the example of a config file is understood whole" \
	"$($ms paths config --config "$src/examples/config.ini" 2>&1 >/dev/null
	for p in test live; do $ms paths config --config "$src/examples/config.ini" --profile $p 2>&1 >/dev/null; done)"
say "bash completes commands, options, values and files" "$(command -v bash >/dev/null || exit 0
	cd "$src/examples" && MS="$OLDPWD/multistage" bash --norc -c '
	source ../completions/bash/multistage
	try() {	# wanted words; the line so far
		local want=$1; shift
		COMP_WORDS=("$MS" "$@") COMP_CWORD=$#
		_multistage "$MS"
		[[ "${COMPREPLY[*]}" == $want ]] || echo "$*: ${COMPREPLY[*]}"
	}
	try submit su
	try queue qu
	try "--wait" queue --wa
	try "*--dry-run*--sandbox*--url*" submit --
	try --batch list --b
	try "completed canceled" list --status c
	try "split-base64.json" check sp
	try "split-base64.json" --url x submit --run y sp' 2>&1)"
say "bash completes options, values and files of multistage-sandbox" "$(command -v bash >/dev/null || exit 0
	cd "$src/examples" && MS="$OLDPWD/multistage-sandbox" bash --norc -c '
	source ../completions/bash/multistage-sandbox
	try() {	# wanted words; the line so far
		local want=$1; shift
		COMP_WORDS=("$MS" "$@") COMP_CWORD=$#
		_multistage_sandbox "$MS"
		[[ "${COMPREPLY[*]}" == $want ]] || echo "$*: ${COMPREPLY[*]}"
	}
	try "--accept-any-key" --acc
	try "*--port*--unix*--db*--help" ""
	try "--db" --port 8000 --d
	try "" --port ""
	try "demo" --seed d
	try "account.json" --seed acc
	try "local any" --callbacks ""
	try "config.ini" --db conf
	try "config.ini" --log conf
	try "--seed" --log --see
	try "--help" --accept-any-key --h' 2>&1)"
echo "1..$n"
exit $bad
