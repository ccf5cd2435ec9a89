/* story.c - see story.h. */
#include "config.h"

#include "sandbox/story.h"

#include "core/buf.h"
#include "core/file.h"
#include "core/ini.h"
#include "sandbox/fault.h"

#include <string.h>

#define FILE_MAX      (1u << 20) /* bytes */
#define PREFIX        "fault "
#define RULE_NAME_MAX 39 /* bytes of the name of a rule */

struct reader {
	const char *path;
	struct ini_item section; /* of the rule that is being read; line 0: none yet */
	struct fault_rules *rules;
	struct err *err;
};

/* Put "path:line:column: " in front of what is wrong. */
static enum err_code
place(struct reader *r, int line, int column)
{
	struct err why = *r->err;

	err_set(r->err, ERR_CONFIG, "%s:%d:%d: %s", r->path, line, column, why.msg);
	return *why.hint ? err_hint(r->err, "%s", why.hint) : r->err->code;
}

static enum err_code
fail(struct reader *r, int line, int column, const char *what, const char *hint)
{
	err_set(r->err, ERR_CONFIG, "%s", what);
	err_hint(r->err, "%s", hint);
	return place(r, line, column);
}

static enum err_code
end_section(struct reader *r)
{
	if (r->section.line && fault_rules_end(r->rules, r->err))
		return place(r, r->section.line, r->section.column);
	return ERR_OK;
}

static enum err_code
begin_section(struct reader *r, const struct ini_item *at)
{
	const char *name = at->name + sizeof(PREFIX) - 1;

	if (end_section(r))
		return r->err->code;
	if (strncmp(at->name, PREFIX, sizeof(PREFIX) - 1) != 0 || !*name ||
	    strlen(name) > RULE_NAME_MAX)
		return fail(r, at->line, at->column, "this is no section of a story",
			    "write [fault NAME], NAME of at most 39 bytes");
	r->section = *at;
	if (fault_rules_add(r->rules, name, r->err))
		return place(r, at->line, at->column);
	return ERR_OK;
}

static enum err_code
take_key(struct reader *r, const struct ini_item *at)
{
	if (!r->section.line)
		return fail(r, at->line, at->column, "this belongs to no rule",
			    "begin the rule with [fault NAME]");
	if (at->remark_column)
		return fail(r, at->line, at->remark_column,
			    "a remark begins in the middle of the line",
			    "give it a line of its own, and write no blank before a ; of a value");
	if (fault_rules_tell(r->rules, at->name, at->value, r->err))
		return place(r, at->line, at->column);
	return ERR_OK;
}

static enum err_code
take_all(struct reader *r, char *text, size_t n)
{
	struct ini_item item;
	enum err_code code;
	struct ini ini;

	ini_init(&ini, r->path, text, n);
	do {
		code = ini_next(&ini, &item, r->err);
		if (code == ERR_OK && item.kind == INI_SECTION)
			code = begin_section(r, &item);
		else if (code == ERR_OK && item.kind == INI_KEY)
			code = take_key(r, &item);
	} while (code == ERR_OK && item.kind != INI_END);
	return code == ERR_OK ? end_section(r) : code;
}

enum err_code
story_read(const char *path, struct fault_rules *rules, struct err *err)
{
	struct buf text = BUF_INIT(FILE_MAX);
	struct reader r = { .path = path, .rules = rules, .err = err };
	enum err_code code = file_read_path(path, &text, err);

	if (code != ERR_OK)
		err_hint(err, "--story takes a file of rules");
	else if (text.len)
		code = take_all(&r, text.p, text.len);
	if (code != ERR_OK)
		fault_rules_free(rules);
	buf_free(&text);
	return code;
}
