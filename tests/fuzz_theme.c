/* fuzz_theme.c - any bytes as a theme file: refused with a line, or a whole theme. */
#include "config.h"

#include "core/mem.h"
#include "tui/theme.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *
itself(const char *name, void *arg)
{
	return strcmp(name, "self") == 0 ? mem_strdup(arg) : NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = mem_strndup((const char *)data, size);
	struct theme t = { .name = "" };
	struct err err = ERR_INIT;

	if (theme_parse(&t, "fuzz", text, itself, text, &err)) {
		if (err.code != ERR_PARSE || !strstr(err.msg, " line ") || t.name[0])
			abort();
	} else {
		for (int i = 0; i < ROLE_COUNT; i++)
			if (theme_degrade(t.style[i].fg, 8) > 7 ||
			    theme_degrade(t.style[i].bg, 256) > 255 || t.style[i].attr > 31)
				abort();
	}
	free(text);
	return 0;
}
