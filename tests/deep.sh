#!/bin/sh
# deep.sh - "make check-deep", from the build folder: every point, every fault, every cut, and
# chance for as long as is given; hours of it. Its counts stand in docs/reliability.md.
#
#   MS_DEEP=minutes    of chance (1)
#   MS_EVERY=n         every nth kill point, failing call and failing allocation only (1)
#   MS_SEED=n          where chance begins; one is taken and printed otherwise
#   MS_WISHES=n        tasks that the crowd asks for (500)
log=$(mktemp) || exit 99
trap 'rm -f "$log"' EXIT
bad=0

run() {	# words: a program, its counts are lines that begin with #
	"$@" >"$log.now" 2>&1 || bad=$((bad + 1))
	grep -E '^(#|BROKEN|after$|\[  FAILED|ERROR|[a-z].*:)' "$log.now"
	cat "$log.now" >>"$log"
	rm -f "$log.now"
}
sum() {	# pattern, column: of all lines
	awk -v pattern="$1" -v column="$2" '$0 ~ pattern { n += $column } END { print n + 0 }' "$log"
}

run ./tests/deep
run env MS_WISHES="${MS_WISHES:-500}" ./tests/test_crowd
run env MS_EVERY="${MS_EVERY:-1}" ./tests/test_memory
run env MS_DEEP=1 ./tests/test_wire_cut
echo
echo "kill points          $(sum '^# kill points' 4)"
echo "random histories     $(sum '^# random histories' 4)"
echo "kills                $(($(sum '^# kills in all' 5) + $(sum '^# [0-9]+ kills, ' 2)))"
echo "cuts                 $(sum '^# [0-9]+ cuts of' 2)"
echo "failing calls        $(sum '^# errors in all' 5)"
echo "failing allocations  $(($(sum '^# failing allocations' 4) + $(sum '^# [0-9]+ failing alloc' 2)))"
echo "histories in all     $(sum '^# histories in all' 5)"
echo "runs in all          $(sum '^# runs in all' 5)"
echo "violations           $(sum '^# violations' 3)"
echo "programs that failed $bad"
[ $bad -eq 0 ]
