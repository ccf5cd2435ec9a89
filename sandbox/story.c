/* story.c - see story.h.
 *
 * inih splits the lines and is fed one at a time, because it hands its callback no line
 * numbers, cuts long lines without a word and ends a value at " ;". What it would change
 * is refused. Source: inih's ini.h, ini_reader.
 */
#include "config.h"

#include "sandbox/story.h"

#include "core/buf.h"
#include "core/file.h"
#include "core/text.h"
#include "sandbox/fault.h"

#include <string.h>

#include <ini.h>

#define FILE_MAX    (1u << 20) /* bytes */
#define LINE_BYTES  190        /* inih's line buffer holds 200 as it is shipped */
#define SECTION_MAX 45         /* bytes between [ and ]; inih keeps 49 */
#define PREFIX      "fault "
#define BOM         "\xEF\xBB\xBF" /* inih may have been built without knowing it */

struct reader {
	const char *path, *next; /* next: what is left of the text */
	int line;                /* of the last line given out, from 1 */
	int section_line;        /* of the rule that is being read; 0: none yet */
	struct fault_rules *rules;
	struct err *err;
};

/* Put "path:line: " in front of what is wrong. */
static void
place(struct reader *r, int line)
{
	struct err why = *r->err;

	err_set(r->err, ERR_CONFIG, "%s:%d: %s", r->path, line, why.msg);
	if (*why.hint)
		err_hint(r->err, "%s", why.hint);
}

static void
fail(struct reader *r, const char *what, const char *hint)
{
	err_set(r->err, ERR_CONFIG, "%s", what);
	err_hint(r->err, "%s", hint);
	place(r, r->line);
}

static void
end_section(struct reader *r)
{
	if (r->section_line && fault_rules_end(r->rules, r->err))
		place(r, r->section_line);
}

static void
begin_section(struct reader *r, const char *line, size_t n)
{
	const char *end = memchr(line, ']', n);
	size_t len = end ? (size_t)(end - line - 1) : 0;
	char name[SECTION_MAX + 1];

	end_section(r);
	if (r->err->code)
		return;
	if (len < sizeof(PREFIX) || len > SECTION_MAX ||
	    strncmp(line + 1, PREFIX, sizeof(PREFIX) - 1) != 0) {
		fail(r, "this is no section of a story",
		     "write [fault NAME], NAME of at most 39 bytes");
		return;
	}
	memcpy(name, line + sizeof(PREFIX), len - sizeof(PREFIX) + 1);
	name[len - sizeof(PREFIX) + 1] = '\0';
	r->section_line = r->line;
	if (fault_rules_add(r->rules, name, r->err))
		place(r, r->line);
}

/* What inih would cut without a word. */
static bool
is_cut(const char *line, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (line[i] == ';' && (line[i - 1] == ' ' || line[i - 1] == '\t'))
			return true;
	return false;
}

static void
look_at(struct reader *r, const char *line, size_t n)
{
	if (n > LINE_BYTES)
		fail(r, "the line is too long", "use at most 190 bytes");
	else if (is_cut(line, n))
		fail(r, "a comment begins in the middle of the line",
		     "give it a line of its own, and write no blank before a ; of a value");
	else if (*line == '[')
		begin_section(r, line, n);
}

/* As fgets(3): one line into to. Its type is inih's. Leading blanks are dropped, so that
 * no line continues the one before. */
static char *
give_line(char *to, int size, void *stream)
{
	struct reader *r = stream;
	const char *line = r->next;
	size_t n;

	if (!*line || r->err->code)
		return NULL;
	n = strcspn(line, "\n");
	r->next = line + n + (line[n] == '\n');
	if (r->line++ == 0 && strncmp(line, BOM, sizeof(BOM) - 1) == 0) {
		line += sizeof(BOM) - 1;
		n -= sizeof(BOM) - 1;
	}
	for (; n > 0 && (*line == ' ' || *line == '\t'); n--)
		line++;
	while (n > 0 && strchr(" \t\r", line[n - 1]))
		n--;
	if (n > 0 && (*line == '#' || *line == ';'))
		n = 0; /* a comment may be long */
	if (n > 0)
		look_at(r, line, n);
	if (r->err->code || n + 2 > (size_t)size)
		return NULL;
	memcpy(to, line, n);
	memcpy(to + n, "\n", 2);
	return to;
}

/* Its type is inih's; 0 would mean an error of the line. */
static int
take(void *user, const char *section, const char *key, const char *value)
{
	struct reader *r = user;

	(void)section;
	if (r->err->code)
		return 1;
	if (!r->section_line)
		fail(r, "this belongs to no rule", "begin the rule with [fault NAME]");
	else if (fault_rules_tell(r->rules, key, value, r->err))
		place(r, r->line);
	return 1;
}

static enum err_code
load(const char *path, struct buf *text, struct err *err)
{
	size_t bad = 0;

	if (file_read_path(path, text, err))
		return err_hint(err, "--story takes a file of rules");
	if (strlen(buf_str(text)) != text->len || !text_valid(buf_str(text), text->len, &bad))
		return err_set(err, ERR_CONFIG, "%s is not text in UTF-8", path);
	return ERR_OK;
}

enum err_code
story_read(const char *path, struct fault_rules *rules, struct err *err)
{
	struct buf text = BUF_INIT(FILE_MAX);
	struct reader r = { .path = path, .rules = rules, .err = err };
	int bad;

	if (load(path, &text, err) == ERR_OK) {
		r.next = buf_str(&text);
		bad = ini_parse_stream(give_line, &r, take, &r);
		if (!err->code && bad) {
			r.line = bad;
			fail(&r, "this is neither \"key = value\" nor [fault NAME]",
			     "comments begin with # or ;");
		}
		if (!err->code)
			end_section(&r);
	}
	if (err->code)
		fault_rules_free(rules);
	buf_free(&text);
	return err->code;
}
