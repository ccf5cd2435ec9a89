/* fuzz_ini.c - whatever the file holds, items come in order, whole and inside the text. */
#include "config.h"

#include "tests/fuzz.h"

#include "core/ini.h"

#include <string.h>

const struct fuzz_seed fuzz_seeds[] = {
	FUZZ_SEED("# c\nurl = https://api.scale.com:443/v1/\n[profile a] ; x\nutc: yes ; no\n"),
	FUZZ_SEED("\xEF\xBB\xBF k = mono\r\nkey_command = sh -c 'a \"b ; c\" \\c' ;d\n[x]\n"),
	FUZZ_SEED("a = \"\\\" ; \xC3\xA4\" 'x ; y\n[]\n[\n= \n"),
	{ NULL, 0 },
};

/* Is s a whole string of the text, without what ends a line? */
static void
must_be_inside(const char *s, const char *text, size_t size)
{
	fuzz_must(s >= text && s <= text + size, "a string begins in the text");
	fuzz_must(s + strlen(s) <= text + size, "and ends there");
	fuzz_must(!strpbrk(s, "\n\r\x1b"), "it is of one line and holds no control");
	fuzz_must(!*s || !strchr(" \t", s[strlen(s) - 1]), "no blank stands at its end");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), place[32];
	struct ini_item item = { .kind = INI_END };
	struct err err = ERR_INIT;
	struct ini ini;
	int line = 0;

	fuzz_must(text, "memory");
	memcpy(text, data, size);
	text[size] = '\0';
	ini_init(&ini, "f", text, size);
	while (ini_next(&ini, &item, &err) == ERR_OK && item.kind != INI_END) {
		fuzz_must(item.line > line, "lines come in order, one item each");
		fuzz_must(item.column > 0 &&
				  (!item.remark_column || item.remark_column > item.column),
			  "places are in order");
		line = item.line;
		if (item.kind == INI_KEY) {
			fuzz_must(*item.name, "a key has a name");
			must_be_inside(item.name, text, size);
			must_be_inside(item.value, text, size);
		}
	}
	snprintf(place, sizeof(place), "f:%d:", ini.line);
	if (err.code)
		fuzz_must(err.code == ERR_CONFIG && !strncmp(err.msg, place, strlen(place)),
			  "an error says where");
	free(text);
	return 0;
}
