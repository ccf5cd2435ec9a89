#!/bin/sh
# What the tests reach of core/, by gcov: lines and branches of each file and of all. Run by
# "make coverage", in the build folder of a build with --enable-coverage, after the tests.
# Fails below these floors. No file is left out.
lines=90 branches=80
gcov=${GCOV:-gcov}
find core -name '*.gcno' | sort >coverage.list
[ -s coverage.list ] || { echo "no notes of a coverage build below $PWD/core" >&2; exit 1; }
while read -r note; do
	$gcov -n -b "$note" 2>/dev/null
done <coverage.list | awk -v lines=$lines -v branches=$branches '
function percent(part, of) { return of ? 100 * part / of : 100 }
function value(  v) { v = $0; sub(/^[^:]*:/, "", v); sub(/%.*/, "", v); return v + 0 }
function count(  v) { v = $0; sub(/.* of /, "", v); return v + 0 }
/^File / {
	file = ""
	if (match($0, /core\/[a-z0-9_]+\.c/))
		file = substr($0, RSTART, RLENGTH)
	if (file != "" && file in all)
		file = ""	# built twice: the first counts
	if (file != "") {
		all[file] = 1
		order[++files] = file
	}
}
file != "" && /^Lines executed/ { l[file] = count(); lh[file] = value() * count() / 100 }
file != "" && /^Taken at least once/ { b[file] = count(); bh[file] = value() * count() / 100; file = "" }
/^No branches/ { file = "" }
END {
	printf "%7s %8s\n", "lines", "branches"
	for (i = 1; i <= files; i++) {
		f = order[i]
		printf "%6.1f%% %7.1f%%  %s\n", percent(lh[f], l[f]), percent(bh[f], b[f]), f
		L += l[f]; LH += lh[f]; B += b[f]; BH += bh[f]
	}
	printf "%6.1f%% %7.1f%%  core/ (%d lines, %d branches)\n", percent(LH, L), percent(BH, B), L, B
	if (percent(LH, L) < lines || percent(BH, B) < branches) {
		printf "below the floors of %d%% of lines, %d%% of branches\n", lines, branches
		exit 1
	}
}'
