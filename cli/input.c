/* input.c - see input.h. */
#include "config.h"

#include "cli/input.h"

#include "core/file.h"
#include "core/payload.h"

#include <string.h>
#include <unistd.h>

#define SAVED "multistage-draft " /* Source: draft_save.c */

const char *
input_name(const char *file)
{
	return strcmp(file, "-") == 0 ? "stdin" : file;
}

enum err_code
input_no_terminal(struct err *err)
{
	if (isatty(STDIN_FILENO) != 1)
		return ERR_OK;
	/* It hands out at most 4095 bytes of a line and drops the rest without a word. */
	err_set(err, ERR_USAGE, "stdin is a terminal, which cuts lines past 4095 bytes");
	return err_hint(err, "name a file, or: multistage ... - <FILE");
}

enum err_code
input_read(const char *file, struct buf *text, struct err *err)
{
	if (strcmp(file, "-") == 0) {
		if (input_no_terminal(err) != ERR_OK)
			return err->code;
		return file_read(STDIN_FILENO, input_name(file), text, err);
	}
	return file_read_path(file, text, err);
}

/* No payload but a whole draft, as the screen leaves one where the store is full? */
static bool
is_saved(const struct buf *text)
{
	return text->len >= sizeof(SAVED) - 1 && memcmp(text->p, SAVED, sizeof(SAVED) - 1) == 0;
}

enum err_code
input_draft(const char *file, struct draft **draft, struct err *err)
{
	struct buf text = BUF_INIT(PAYLOAD_IMPORT_MAX);
	struct draft *d = draft_new();
	enum err_code code = input_read(file, &text, err);

	if (code == ERR_OK && is_saved(&text)) {
		draft_free(d);
		d = draft_load(buf_str(&text), text.len, err);
		code = err->code;
	} else if (code == ERR_OK) {
		code = payload_import(d, buf_str(&text), text.len, err);
		draft_set_name(d, file_name(input_name(file)));
	}
	if (code == ERR_OK)
		*draft = d;
	else
		draft_free(d);
	if (code != ERR_OK && text.len > 0)
		err_wrap(err, "%s", input_name(file));
	buf_free(&text);
	return code;
}
