/* input.c - see input.h. */
#include "config.h"

#include "cli/input.h"

#include "core/payload.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum err_code
slurp(int fd, const char *name, struct buf *text, struct err *err)
{
	char block[65536];
	ssize_t n;

	while ((n = read(fd, block, sizeof(block))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, "cannot read %s", name);
		buf_add(text, block, (size_t)n);
		if (text->full)
			return err_set(err, ERR_TOO_BIG, "%s is larger than %u bytes", name,
				       PAYLOAD_IMPORT_MAX);
	}
	return ERR_OK;
}

const char *
input_name(const char *file)
{
	return strcmp(file, "-") == 0 ? "stdin" : file;
}

enum err_code
input_read(const char *file, struct buf *text, struct err *err)
{
	enum err_code code;
	int fd;

	if (strcmp(file, "-") == 0) {
		/* A terminal hands out at most 4095 bytes of a line and drops the rest. */
		if (isatty(STDIN_FILENO)) {
			err_set(err, ERR_USAGE, "stdin is a terminal");
			return err_hint(err, "name a file, or: multistage ... - <FILE");
		}
		return slurp(STDIN_FILENO, "stdin", text, err);
	}
	fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return err_sys(err, "cannot open %s", file);
	code = slurp(fd, file, text, err);
	close(fd);
	return code;
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
	if (code == ERR_OK)
		*draft = d;
	else
		draft_free(d);
	return code;
}
