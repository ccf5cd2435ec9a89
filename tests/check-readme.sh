#!/bin/sh
# Runs the lines of "Try it with your own client" in README.md against a sandbox. What a
# comment below a line says must be in what the line prints.
src=${MS_SRCDIR:-.}
command -v curl >/dev/null || { echo "1..0 # SKIP there is no curl"; exit 0; }
tmp=$(mktemp -d) || exit 99
./multistage-sandbox --work 100000 >"$tmp/greeting" 2>"$tmp/errors" &
pid=$!
trap 'kill $pid 2>/dev/null; wait $pid; rm -rf "$tmp"' EXIT
unset http_proxy HTTP_PROXY ALL_PROXY all_proxy
CURL_HOME=$tmp
export CURL_HOME
n=0 bad=0
say() {	# reason, finding: good if there is none
	n=$((n + 1))
	if [ -z "$2" ]; then
		echo "ok $n - $1"
	else
		bad=1
		echo "not ok $n - $1"
		printf '%s\n' "$2" | sed 's/^/# /'
	fi
}
tries=0
until grep -q '^try it' "$tmp/greeting"; do
	tries=$((tries + 1))
	[ $tries -lt 300 ] || { cat "$tmp/errors"; echo "Bail out! the sandbox does not start"; exit 99; }
	sleep 0.1
done
greeted() { sed -n "s/^$1  *//p" "$tmp/greeting"; }
# The three names that the README tells how to set.
URL=$(greeted 'listening on') KEY=$(greeted 'live key') TOKEN=$(greeted 'admin token')

sed -n '/^## Try it with your own client/,/^## [^T]/p' "$src/README.md" >"$tmp/section"
for name in URL KEY TOKEN; do
	say "the README says how to set $name" "$(grep -q "^    $name=" "$tmp/section" || echo no line "$name=")"
done
# Commands in full, a backslash at the end undone; and the comments.
sed -n 's/^    //p' "$tmp/section" | sed -e :a -e '/\\$/{N;s/\\\n *//;ta' -e '}' |
	grep -E '^(# |curl |[A-Z]+=)' | grep -vE '^(URL|KEY|TOKEN)=' >"$tmp/lines"
cd "$src" || exit 99
command='' checks=1
while IFS= read -r line; do
	case $line in
	'# '*)
		checks=$((checks + 1))
		say "$command prints ${line#\# }" "$(grep -qF -- "${line#\# }" "$tmp/answer" || cat "$tmp/answer")"
		;;
	*)
		[ $checks -gt 0 ] || say "$command" "the README does not say what this prints"
		command=$line checks=0
		eval "$line" >"$tmp/answer" 2>&1 || say "$command" "$(echo "it fails:"; cat "$tmp/answer")"
		case $line in [A-Z]*=*) checks=1 ;; esac	# prints nothing
		;;
	esac
done <"$tmp/lines"
[ $checks -gt 0 ] || say "$command" "the README does not say what this prints"
say "there are lines to run" "$([ $n -ge 12 ] || echo "only $n checks")"
echo "1..$n"
exit $bad
