/* input.c - see input.h. */
#include "config.h"

#include "cli/input.h"

#include "core/file.h"
#include "core/payload.h"

#include <string.h>
#include <unistd.h>

const char *
input_name(const char *file)
{
	return strcmp(file, "-") == 0 ? "stdin" : file;
}

enum err_code
input_read(const char *file, struct buf *text, struct err *err)
{
	if (strcmp(file, "-") == 0) {
		/* A terminal hands out at most 4095 bytes of a line and drops the rest. */
		if (isatty(STDIN_FILENO)) {
			err_set(err, ERR_USAGE, "stdin is a terminal");
			return err_hint(err, "name a file, or: multistage ... - <FILE");
		}
		return file_read(STDIN_FILENO, input_name(file), text, err);
	}
	return file_read_path(file, text, err);
}

enum err_code
input_draft(const char *file, struct draft **draft, struct err *err)
{
	struct buf text = BUF_INIT(PAYLOAD_IMPORT_MAX);
	struct draft *d = draft_new();
	enum err_code code = input_read(file, &text, err);

	if (code == ERR_OK) {
		code = payload_import(d, buf_str(&text), text.len, err);
		if (code != ERR_OK)
			err_wrap(err, "%s", input_name(file));
	}
	buf_free(&text);
	if (code == ERR_OK) {
		draft_set_name(d, file_name(input_name(file)));
		*draft = d;
	} else {
		draft_free(d);
	}
	return code;
}
