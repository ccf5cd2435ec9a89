/* conf_file.c - reading config.ini. The file is never written.
 *
 * inih splits the lines; the reader here feeds it one at a time, because inih
 * hands its callback no line numbers and cuts long lines without a word. A
 * line that inih would cut is refused. Leading blanks are dropped, so that no
 * line continues the one before. Source: inih's ini.h, ini_reader.
 */
#include "config.h"

#include "core/buf.h"
#include "core/conf_impl.h"
#include "core/file.h"
#include "core/near.h"
#include "core/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ini.h>

#define FILE_MAX    (1u << 20) /* bytes */
#define LINE_BYTES  190        /* bytes; inih's line buffer holds 200 as it is shipped */
#define SECTION_MAX 45         /* bytes between [ and ]; inih keeps 49 */

#define PROFILE_PREFIX     "profile "
#define PROFILE_PREFIX_LEN 8

struct reader {
	struct conf *conf;
	const struct conf_reading *how;
	const char *next;      /* what is left of the text */
	int line;              /* of the last line given out, from 1 */
	int given[CONF_COUNT]; /* line of each key in section given_in */
	char given_in[SECTION_MAX + 8];
	char unknown[SECTION_MAX + 8]; /* the section that was warned of last */
	bool profile_seen;
	enum err_code code;
	struct err *err;
};

static void PRINTF_LIKE(2, 3) warn(struct reader *r, const char *fmt, ...)
{
	struct buf text = BUF_INIT(8192);
	char say[400];
	va_list ap;

	if (!r->how->warn)
		return;
	va_start(ap, fmt);
	vsnprintf(say, sizeof(say), fmt, ap);
	va_end(ap);
	buf_addf(&text, "%s:%d: %s", r->how->path, r->line, say);
	r->how->warn(buf_str(&text), r->how->arg);
	buf_free(&text);
}

static const char *
option_name(size_t i, const void *arg)
{
	(void)arg;
	return i < CONF_COUNT ? conf_options[i].name : NULL;
}

static const char *
chosen(const struct reader *r)
{
	return r->how->profile ? r->how->profile : conf_get(r->conf, CONF_PROFILE);
}

static enum err_code
fail(struct reader *r, const char *what, const char *hint)
{
	r->code = err_set(r->err, ERR_CONFIG, "%s:%d: %s", r->how->path, r->line, what);
	return err_hint(r->err, "%s", hint);
}

/* A header line: remember that the chosen profile exists, even when it is empty. */
static void
note_section(struct reader *r, const char *line, size_t n)
{
	const char *end = memchr(line, ']', n);
	const char *name = line + 1;
	size_t len = end ? (size_t)(end - name) : 0;

	if (end && len > SECTION_MAX) {
		fail(r, "the name of this section is too long", "use at most 31 bytes");
		return;
	}
	if (len > PROFILE_PREFIX_LEN && strncmp(name, PROFILE_PREFIX, PROFILE_PREFIX_LEN) == 0 &&
	    strlen(chosen(r)) == len - PROFILE_PREFIX_LEN &&
	    strncmp(name + PROFILE_PREFIX_LEN, chosen(r), len - PROFILE_PREFIX_LEN) == 0)
		r->profile_seen = true;
}

/* As fgets(3): one line into to. Its type is inih's. */
static char *
give_line(char *to, int size, void *stream)
{
	struct reader *r = stream;
	const char *line = r->next, *end;
	size_t n;

	if (!*line || r->code != ERR_OK)
		return NULL;
	end = strchr(line, '\n');
	r->next = end ? end + 1 : line + strlen(line);
	r->line++;
	if (r->line == 1 && strncmp(line, "\xEF\xBB\xBF", 3) == 0)
		line += 3; /* a byte order mark; inih may have been built without knowing it */
	while (*line == ' ' || *line == '\t')
		line++;
	n = (size_t)((end ? end : r->next) > line ? (end ? end : r->next) - line : 0);
	if (*line == '#' || *line == ';')
		n = 0; /* a comment may be long */
	if (n > LINE_BYTES || n + 2 > (size_t)size) {
		fail(r, "the line is too long", "use at most 190 bytes");
		return NULL;
	}
	if (n && *line == '[')
		note_section(r, line, n);
	memcpy(to, line, n);
	memcpy(to + n, "\n", 2);
	return to;
}

static bool
is_profile(const char *section)
{
	return strncmp(section, PROFILE_PREFIX, PROFILE_PREFIX_LEN) == 0 &&
	       section[PROFILE_PREFIX_LEN];
}

/* A key twice in one section is most likely a mistake: say which one counts. */
static void
note_repeat(struct reader *r, const char *section, enum conf_id id)
{
	if (strcmp(section, r->given_in) != 0) {
		snprintf(r->given_in, sizeof(r->given_in), "%s", section);
		memset(r->given, 0, sizeof(r->given));
	}
	if (r->given[id])
		warn(r, "\"%s\" was given in line %d already; this one counts",
		     conf_options[id].name, r->given[id]);
	r->given[id] = r->line;
}

static void
unknown_key(struct reader *r, const char *name)
{
	const char *near = near_match(name, option_name, NULL);

	if (near)
		warn(r, "unknown key \"%s\" is ignored; did you mean \"%s\"?", name, near);
	else
		warn(r, "unknown key \"%s\" is ignored", name);
}

/* Its type is inih's; 0 would mean an error of the line. */
static int
take_key(void *user, const char *section, const char *name, const char *value)
{
	struct reader *r = user;
	enum conf_id id = conf_value_find(name);
	struct buf where = BUF_INIT(8192);
	char origin[64];

	if (r->code != ERR_OK)
		return 1;
	if (*section && !is_profile(section)) {
		if (strcmp(section, r->unknown) != 0)
			warn(r, "unknown section [%s] is ignored; sections are [profile NAME]",
			     section);
		snprintf(r->unknown, sizeof(r->unknown), "%s", section);
		return 1;
	}
	if (id == CONF_COUNT) {
		unknown_key(r, name);
		return 1;
	}
	note_repeat(r, section, id);
	if (*section && id == CONF_PROFILE) {
		warn(r, "\"profile\" inside a profile is ignored; it stands at the top");
		return 1;
	}
	if (*section && strcmp(section + PROFILE_PREFIX_LEN, chosen(r)) != 0)
		return 1;
	buf_addf(&where, "%s:%d", r->how->path, r->line);
	snprintf(origin, sizeof(origin), "%.50s:%d", file_name(r->how->path), r->line);
	r->code = conf_put(r->conf, id, value,
			   &(struct conf_source){ .rank = *section ? RANK_PROFILE : RANK_FILE,
						  .origin = origin,
						  .where = buf_str(&where) },
			   r->err);
	buf_free(&where);
	return 1;
}

/* The file as text, "" when it may be missing and is. */
static enum err_code
load(const struct conf_reading *how, struct buf *text, struct err *err)
{
	enum err_code code;
	struct stat st;
	size_t at = 0;
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
	if (code != ERR_OK)
		return err->code = ERR_CONFIG;
	if (strlen(buf_str(text)) != text->len || !text_valid(buf_str(text), text->len, &at)) {
		err_set(err, ERR_CONFIG, "%s is not text in UTF-8 (byte %zu)", how->path,
			strlen(buf_str(text)) != text->len ? strlen(buf_str(text)) : at);
		return err_hint(err, "is it really a config file?");
	}
	return ERR_OK;
}

enum err_code
conf_file_read(struct conf *c, const struct conf_reading *how, struct err *err)
{
	struct buf text = BUF_INIT(FILE_MAX);
	struct reader r = { .conf = c, .how = how, .err = err };
	int bad;

	r.code = load(how, &text, err);
	if (r.code == ERR_OK) {
		r.next = buf_str(&text);
		bad = ini_parse_stream(give_line, &r, take_key, &r);
		if (r.code == ERR_OK && bad) {
			r.line = bad;
			fail(&r, "this is neither \"key = value\" nor a [section]",
			     "comments begin with # or ;");
		}
	}
	if (r.code == ERR_OK && !r.profile_seen &&
	    strcmp(chosen(&r), conf_options[CONF_PROFILE].initial) != 0) {
		r.code = err_set(err, ERR_CONFIG, "there is no [profile %s] in %s", chosen(&r),
				 how->path);
		err_hint(err, "add it, or choose another with --profile");
	}
	buf_free(&text);
	return r.code;
}
