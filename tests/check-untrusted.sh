#!/bin/sh
# Nothing that somebody else wrote reaches a terminal but through tui/grid.c and cli/out.c, which
# unwrap "struct untrusted" and make it fit to be seen. Each rule is first shown a line that
# breaks it.
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
rule() {	# reason, extended pattern, a line that breaks it, files
	reason=$1 pattern=$2 sample=$3
	shift 3
	if printf '%s\n' "$sample" | grep -qE "$pattern"; then
		say "$reason" "$(grep -nE "$pattern" "$@" /dev/null | grep -vE '^[^:]*:[0-9]+:[[:space:]]*/?\*')"
	else
		say "$reason" "the rule does not see: $sample"
	fi
}
but() {	# extended pattern of files left out
	find core cli tui -name '*.[ch]' | grep -vE "$1" | sort
}
# Names of variables of the type in a file, and where they are opened.
unwraps() {
	for f in "$@"; do
		for v in $(sed -nE 's/.*struct untrusted \**([a-z_]+)([;,)= ].*|$)/\1/p' "$f" | sort -u); do
			grep -nE "(^|[^A-Za-z0-9_.>])$v(\.|->)(p|n)([^A-Za-z0-9_]|$)" "$f" /dev/null
		done
	done
}
stdio='(^|[^[:alnum:]_])(v?f?printf|v?dprintf|puts|putchar|putc|fputs|fputc|fwrite|perror)(_unlocked)?[[:space:]]*\('
curses='(^|[^[:alnum:]_])(mv)?w?(add_?w?n?str|add_?w?ch(n?str)?|add_?wchn?str|printw|vw_?printw|ins_?n?w?n?str|ins_?w?ch|echo_?w?char)[[:space:]]*\('

# core/mem.c: die() has no words but ours
rule "stdout and stderr are cli/out.c's" "$stdio" '	printf("%s\n", t->project);' \
	$(but '^(cli/out|core/mem)\.c$')
rule "and no descriptor goes around it" '[^[:alnum:]_]write[[:space:]]*\([[:space:]]*(1|2|STD(OUT|ERR)_FILENO|tty)' \
	'	write(STDERR_FILENO, err->msg, n);' $(but '^tui/(term|tty)\.c$')
rule "curses prints in tui/term.c" "$curses" '	mvaddnstr(y, x, row->title, n);' $(but '^tui/term\.c$')
say "and cells of the grid only" "$(grep -nE "$curses" tui/term.c | grep -v 'mvadd_wch(y, x, &cc);')"
say "what goes past curses is a constant" \
	"$(grep -nE '(^|[^[:alnum:]_])tell\(' tui/term.c | grep -vE 'tell\((PASTE_ON|PASTE_OFF|\(char\[\]\)|const char \*bytes\))')"
rule "no title, link or clipboard is sent" '\\(x1[bB]|033|e)("[[:space:]]*")?[]PX^_]' \
	'	tell("\x1B]0;multistage\a");' $(but '^$')
printf 'void f(struct untrusted name)\n{\n	use(name.p);\n}\n' >"${TMPDIR:-/tmp}/unwraps-$$.c"
[ -n "$(unwraps "${TMPDIR:-/tmp}/unwraps-$$.c")" ] || say "unwrapping is seen" "it is not"
rm -f "${TMPDIR:-/tmp}/unwraps-$$.c"
say "struct untrusted is unwrapped in text.c, grid.c and out.c" \
	"$(unwraps $(but '^(core/text|tui/grid|cli/out)\.[ch]$'))"
echo "1..$n"
exit $bad
