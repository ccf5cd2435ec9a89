#!/bin/sh
# Holds docs/reliability.md to the tests: each row has a test function whose name starts with
# its number (a17_...), names a script that is its test, or says why there is none.
# With -l: print each row with its tests.
cd "${MS_SRCDIR:-$(dirname "$0")/..}" || exit 99
[ "$1" = -l ] && list=1
awk -v list="$list" '
function want(letter, last,   i) {
	for (i = 1; i <= last; i++) {
		row[++rows] = letter i
		if (letter i == "a25")
			row[++rows] = "a25b"
	}
}
function say(what, findings) {
	n++
	print (findings == "" ? "ok " : "not ok ") n " - " what
	if (findings != "") {
		gsub(/\n+$/, "", findings)
		gsub(/\n/, "\n# ", findings)
		print "# " findings
		bad = 1
	}
}
BEGIN { want("a", 36); want("b", 20); want("c", 14); want("d", 8) }
FILENAME ~ /\.md$/ {
	if ($0 !~ /^\| [A-D][0-9]+b? \|/)
		next
	split($0, cell, / *\| */)
	id = tolower(cell[2])
	if (id in text)
		doc = doc "row " cell[2] " stands there twice\n"
	text[id] = cell[3]
	if (match(cell[4], /^no test: [a-z].*/))
		why[id] = cell[4]
	else if (cell[4] ~ /^tests\/[a-z-]+\.sh$/ && (getline first <cell[4]) > 0) {
		tests[id] = tests[id] " " cell[4]
		close(cell[4])
	}
	else if (cell[4] != "")
		doc = doc "row " cell[2] " ends neither empty nor in a reason: " cell[4] "\n"
	next
}
# A definition starts its line; the name once more in the same file runs it.
/^[a-d][0-9]+b?_[a-z0-9_]+\(/ {
	name = substr($0, 1, index($0, "(") - 1)
	id = name
	sub(/_.*/, "", id)
	tests[id] = tests[id] " " name
	file[name] = FILENAME
	next
}
{
	line = $0
	while (match(line, /[a-d][0-9]+b?_[a-z0-9_]+/)) {
		used[FILENAME, substr(line, RSTART, RLENGTH)] = 1
		line = substr(line, RSTART + RLENGTH)
	}
}
END {
	for (i = 1; i <= rows; i++)
		known[row[i]] = 1
	for (id in text)
		if (!(id in known))
			doc = doc "there is no row " id "\n"
	for (i = 1; i <= rows; i++) {
		id = row[i]
		if (!(id in text))
			doc = doc "row " toupper(id) " is missing\n"
		else if (!(id in tests) && !(id in why))
			none = none toupper(id) ": " text[id] "\n"
		else if (id in tests && id in why)
			stale = stale toupper(id) " has tests, and says \"" why[id] "\"\n"
		if (list) {
			print toupper(id) "  " text[id]
			if (id in why && !(id in tests))
				print "\t" why[id]
			c = split(tests[id], names, " ")
			for (j = 1; j <= c; j++)
				print "\t" (names[j] in file ? file[names[j]] ": " : "") names[j]
		}
	}
	for (name in file) {
		id = name
		sub(/_.*/, "", id)
		if (!(id in known))
			lost = lost file[name] ": " name " is of no row\n"
		if (!((file[name], name) in used))
			lost = lost file[name] ": " name " is not run\n"
	}
	if (list)
		exit 0
	say("docs/reliability.md has each row once", doc)
	say("each row has a test, or a reason why not", none)
	say("no row with a test says that it has none", stale)
	say("each numbered test is of a row, and is run", lost)
	print "1.." n
	exit bad
}' docs/reliability.md tests/*.c
