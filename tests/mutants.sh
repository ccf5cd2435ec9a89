#!/bin/sh
# mutants.sh - are the tests worth anything? Plants each bug of tests/mutants.list in a copy of
# the tree, builds, and runs the tests that must notice.
#
#   mutants.sh            all of them, in ./mutants; make's CC is used
#   mutants.sh -n         only whether each can be planted; nothing is built
#   MS_ONLY=WORD          those whose names have it
src=${MS_SRCDIR:-$(cd "$(dirname "$0")/.." && pwd)}
list=$src/tests/mutants.list
work=$(pwd)/mutants
jobs=$(getconf _NPROCESSORS_ONLN)
caught=0 survived=0 lost=0
TZ=UTC LC_ALL=C.UTF-8
export TZ LC_ALL

# The entries as lines: name, file, tests, then a sed script; a tab between.
entries() {
	awk '
	function out() {
		if (name != "")
			print name "\t" file "\t" tests "\t" script
		name = file = tests = script = ""
	}
	/^#/ { next }
	/^$/ { out(); next }
	{
		word = $1
		sub(/^[a-z]+: */, "")
		if (word == "name:") name = $0
		else if (word == "file:") file = $0
		else if (word == "test:") tests = $0
		else if (word == "sed:") script = script (script == "" ? "" : "\001") $0
	}
	END { out() }' "$list"
}

copy() {
	rm -rf "$work/src"
	mkdir -p "$work/src" "$work/build" || exit 99
	(cd "$src" && for f in *; do
		case $f in build-aux) echo $f ;; build* | mutants | autom4te.cache) ;; *) echo "$f" ;; esac
	done | tar cf - -T -) | (cd "$work/src" && tar xf -) || exit 99
}

# Tests in a build folder of its own: build once, so that a mutant is one file and the links.
prepare() {
	tests=$(entries | cut -f 3 | tr ' ' '\n' | sort -u | tr '\n' ' ')
	(cd "$work/build" && { [ -f Makefile ] || ../src/configure -q CC="${CC:-gcc}"; } &&
		make -j"$jobs" all &&
		make -j"$jobs" tests/shim.so tests/shim_mem.so $tests) >"$work/log" 2>&1 || {
		tail -n 20 "$work/log"
		echo "the tree itself does not build"
		exit 99
	}
}

# tests...: 0 if one fails
notices() {
	for t; do
		(cd "$work/build" && make "$t") >"$work/log" 2>&1 </dev/null || {
			tail -n 15 "$work/log" >&2
			exit 99 # what does not build is no bug that a test noticed
		}
		(cd "$work/build" && MS_SRCDIR=$work/src timeout 600 "./$t") \
			>"$work/log" 2>&1 </dev/null || return 0
	done
	return 1
}

# name, file, tests, script
plant() {
	good=$work/good.c
	bad=$work/src/$2
	cp "$bad" "$good" || exit 99
	printf '%s\n' "$4" | tr '\001' '\n' >"$work/script"
	sed -f "$work/script" "$good" >"$bad"
	if cmp -s "$good" "$bad"; then
		echo "LOST      $1 (cannot be planted in $2 any more)"
		lost=$((lost + 1))
		return
	fi
	[ -n "$dry" ] && { cp -p "$good" "$bad"; return; }
	begin=$(date +%s)
	if ! (cd "$work/build" && make -j"$jobs" all) >"$work/log" 2>&1; then
		echo "LOST      $1 (does not compile)"
		grep -m 3 error "$work/log"
		lost=$((lost + 1))
	elif notices $3; then
		echo "caught    $1 ($t, $(($(date +%s) - begin)) s)"
		caught=$((caught + 1))
	else
		echo "SURVIVED  $1 ($3)"
		survived=$((survived + 1))
	fi
	cp "$good" "$bad"
}

[ "$1" = -n ] && dry=1
copy
[ -n "$dry" ] || prepare
entries >"$work/entries"
while IFS='	' read -r name file tests script; do
	case $name in *${MS_ONLY:-}*) plant "$name" "$file" "$tests" "$script" ;; esac
done <"$work/entries"
echo "# mutants caught $caught, survived $survived, lost $lost"
[ $((survived + lost)) -eq 0 ]
