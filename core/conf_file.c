/* conf_file.c - reading config.ini. The file is never written.
 *
 * What is not known is warned of and ignored, so that one file serves several versions;
 * but a name that is almost one of those that say where the key goes or who is trusted is
 * an error, and so is a key that is given twice: the program must not choose there.
 */
#include "config.h"

#include "core/buf.h"
#include "core/conf_impl.h"
#include "core/file.h"
#include "core/ini.h"
#include "core/near.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX (1u << 20) /* bytes */

#define PROFILE_PREFIX     "profile "
#define PROFILE_PREFIX_LEN 8

/* Where a key stands. Those of other profiles are read for what is wrong with them. */
enum part { PART_TOP, PART_CHOSEN, PART_OTHER, PART_UNKNOWN, PART_COUNT };

struct reader {
	struct conf *conf;
	const struct conf_reading *how;
	enum part part;
	int given[PART_COUNT][CONF_COUNT]; /* line of each key; of PART_OTHER in this section */
	bool profile_seen;
	struct err *err;
};

static void PRINTF_LIKE(3, 4)
	warn(struct reader *r, const struct ini_item *at, const char *fmt, ...)
{
	struct buf text = BUF_INIT(8192);
	char say[400];
	va_list ap;

	if (!r->how->warn)
		return;
	va_start(ap, fmt);
	vsnprintf(say, sizeof(say), fmt, ap);
	va_end(ap);
	buf_addf(&text, "%s:%d:%d: %s", r->how->path, at->line, at->column, say);
	r->how->warn(buf_str(&text), r->how->arg);
	buf_free(&text);
}

static enum err_code PRINTF_LIKE(3, 4)
	fail(struct reader *r, const struct ini_item *at, const char *fmt, ...)
{
	char say[160];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(say, sizeof(say), fmt, ap);
	va_end(ap);
	return err_set(r->err, ERR_CONFIG, "%s:%d:%d: %s", r->how->path, at->line, at->column, say);
}

static const char *
option_name(size_t i, const void *arg)
{
	(void)arg;
	return i < CONF_COUNT ? conf_options[i].name : NULL;
}

static const char *
section_word(size_t i, const void *arg)
{
	(void)arg;
	return i == 0 ? "profile" : NULL;
}

static const char *
chosen(const struct reader *r)
{
	return r->how->profile ? r->how->profile : conf_get(r->conf, CONF_PROFILE);
}

/* "[profle live]" must not be passed over: its values would be missing in silence. */
static enum err_code
unknown_section(struct reader *r, const struct ini_item *at)
{
	char word[16];

	snprintf(word, sizeof(word), "%.*s", (int)strcspn(at->name, " :."), at->name);
	r->part = PART_UNKNOWN;
	if (near_match(word, section_word, NULL)) {
		fail(r, at, "unknown section [%.60s]", at->name);
		return err_hint(r->err, "did you mean [profile NAME]?");
	}
	warn(r, at, "unknown section [%.60s] is ignored; sections are [profile NAME]", at->name);
	return ERR_OK;
}

static enum err_code
take_section(struct reader *r, const struct ini_item *at)
{
	const char *name = at->name + PROFILE_PREFIX_LEN;

	if (strncmp(at->name, PROFILE_PREFIX, PROFILE_PREFIX_LEN) != 0 || !*name)
		return unknown_section(r, at);
	if (strcmp(name, chosen(r)) == 0) {
		r->part = PART_CHOSEN;
		r->profile_seen = true;
		return ERR_OK;
	}
	r->part = PART_OTHER;
	memset(r->given[PART_OTHER], 0, sizeof(r->given[PART_OTHER]));
	return ERR_OK;
}

static enum err_code
unknown_key(struct reader *r, const struct ini_item *at)
{
	const char *near = near_match(at->name, option_name, NULL);

	if (near && conf_options[conf_value_find(near)].strict) {
		fail(r, at, "unknown key \"%.60s\"", at->name);
		return err_hint(r->err, "did you mean \"%s\"?", near);
	}
	if (near)
		warn(r, at, "unknown key \"%.60s\" is ignored; did you mean \"%s\"?", at->name,
		     near);
	else
		warn(r, at, "unknown key \"%.60s\" is ignored", at->name);
	return ERR_OK;
}

static enum err_code
put(struct reader *r, enum conf_id id, const struct ini_item *at)
{
	struct buf where = BUF_INIT(8192);
	char origin[64];
	enum err_code code;

	buf_addf(&where, "%s:%d:%d", r->how->path, at->line, at->value_column);
	snprintf(origin, sizeof(origin), "%.50s:%d", file_name(r->how->path), at->line);
	code = conf_put(
		r->conf, id, at->value,
		&(struct conf_source){ .rank = r->part == PART_TOP ? RANK_FILE : RANK_PROFILE,
				       .origin = origin,
				       .where = buf_str(&where) },
		r->err);
	buf_free(&where);
	return code;
}

static enum err_code
take_key(struct reader *r, const struct ini_item *at)
{
	enum conf_id id = conf_value_find(at->name);
	int *given = r->given[r->part];

	if (r->part == PART_UNKNOWN)
		return ERR_OK;
	if (id == CONF_COUNT)
		return unknown_key(r, at);
	if (given[id]) {
		fail(r, at, "\"%s\" was given in line %d already", at->name, given[id]);
		return err_hint(r->err, "keep the one that you mean");
	}
	given[id] = at->line;
	if (r->part != PART_TOP && id == CONF_PROFILE) {
		fail(r, at, "\"profile\" cannot stand inside a profile");
		return err_hint(r->err, "move it to the top of the file");
	}
	return r->part == PART_OTHER ? ERR_OK : put(r, id, at);
}

/* The file as text, "" when it may be missing and is. */
static enum err_code
load(const struct conf_reading *how, struct buf *text, struct err *err)
{
	enum err_code code;
	struct stat st;
	int fd = open(how->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0) {
		if (errno == ENOENT && !how->must_exist)
			return ERR_OK;
		err_sys(err, "cannot open %s", how->path);
		err->code = ERR_CONFIG;
		return err_hint(err, "give the file to yourself, or name another one");
	}
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return err_set(err, ERR_CONFIG, "%s is not a regular file", how->path);
	}
	code = file_read(fd, how->path, text, err);
	close(fd);
	if (code == ERR_TOO_BIG)
		err_hint(err, "is it really a config file?");
	return code == ERR_OK ? ERR_OK : (err->code = ERR_CONFIG);
}

static enum err_code
take_all(struct reader *r, char *text, size_t n)
{
	struct ini_item item;
	enum err_code code;
	struct ini ini;

	ini_init(&ini, r->how->path, text, n);
	do {
		code = ini_next(&ini, &item, r->err);
		if (code == ERR_OK && item.kind == INI_SECTION)
			code = take_section(r, &item);
		else if (code == ERR_OK && item.kind == INI_KEY)
			code = take_key(r, &item);
	} while (code == ERR_OK && item.kind != INI_END);
	return code;
}

enum err_code
conf_file_read(struct conf *c, const struct conf_reading *how, struct err *err)
{
	struct buf text = BUF_INIT(FILE_MAX);
	struct reader r = { .conf = c, .how = how, .err = err };
	enum err_code code = load(how, &text, err);

	if (code == ERR_OK && text.len)
		code = take_all(&r, text.p, text.len);
	if (code == ERR_OK && !r.profile_seen &&
	    strcmp(chosen(&r), conf_options[CONF_PROFILE].initial) != 0) {
		code = err_set(err, ERR_CONFIG, "there is no [profile %s] in %s", chosen(&r),
			       how->path);
		err_hint(err, "add it, or choose another with --profile");
	}
	buf_free(&text);
	return code;
}
