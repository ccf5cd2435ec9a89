/* ini.c - see ini.h. */
#include "config.h"

#include "core/ini.h"

#include "core/text.h"

#include <stdbool.h>
#include <string.h>

#define BOM "\xEF\xBB\xBF"

struct line { /* without its end */
	char *start, *end;
};

void
ini_init(struct ini *ini, const char *path, char *text, size_t n)
{
	*ini = (struct ini){ .path = path, .next = text, .end = text + n };
	if (n >= sizeof(BOM) - 1 && memcmp(text, BOM, sizeof(BOM) - 1) == 0)
		ini->next += sizeof(BOM) - 1;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static char *
skip_blanks(char *s, const char *end)
{
	while (s < end && is_blank(*s))
		s++;
	return s;
}

/* End the string that begins at s and ends before end; blanks behind it do not count. */
static void
close_string(const char *s, char *end)
{
	while (end > s && is_blank(end[-1]))
		end--;
	*end = '\0';
}

/* Bytes that continue a character do not count. */
static int
column(const struct line *l, const char *at)
{
	int n = 1;

	for (const char *s = l->start; s < at; s++)
		n += ((unsigned char)*s & 0xC0) != 0x80;
	return n;
}

static enum err_code
fail(const struct ini *ini, const struct line *l, const char *at, const char *what,
     const char *hint, struct err *err)
{
	err_set(err, ERR_CONFIG, "%s:%d:%d: %s", ini->path, ini->line, column(l, at), what);
	return err_hint(err, "%s", hint);
}

static bool
take_line(struct ini *ini, struct line *l)
{
	char *end;

	if (ini->next >= ini->end)
		return false;
	end = memchr(ini->next, '\n', (size_t)(ini->end - ini->next));
	*l = (struct line){ .start = ini->next, .end = end ? end : ini->end };
	ini->next = end ? end + 1 : ini->end;
	ini->line++;
	if (l->end > l->start && l->end[-1] == '\r')
		l->end--;
	return true;
}

/* The first byte that cannot stand in a line, or NULL. */
static const char *
find_bad(const struct line *l, const char **what)
{
	size_t at = 0;

	*what = "this is not text in UTF-8";
	if (!text_valid(l->start, (size_t)(l->end - l->start), &at))
		return l->start + at;
	*what = "a control character cannot stand here";
	for (const char *s = l->start; s < l->end; s++)
		if (((unsigned char)*s < ' ' && *s != '\t') || *s == 0x7F)
			return s;
	return NULL;
}

/* Is there a quote at s that is closed in this line? An apostrophe alone is none. */
static bool
opens_quote(const char *s, const char *end)
{
	return (*s == '"' || *s == '\'') && memchr(s + 1, *s, (size_t)(end - s - 1));
}

/* Where a remark begins; end if there is none. As conf_words() sees quotes and backslashes. */
static char *
find_remark(char *s, char *end)
{
	bool blank = is_blank(s[-1]); /* a sign stands in front at least */
	char quote = '\0';

	for (; s < end; s++) {
		if (*s == '\\' && quote != '\'' && s + 1 < end) {
			s++;
			blank = false;
			continue;
		}
		if (quote)
			quote = *s == quote ? '\0' : quote;
		else if (opens_quote(s, end))
			quote = *s;
		else if (*s == ';' && blank)
			return s;
		blank = !quote && is_blank(*s);
	}
	return end;
}

static enum err_code
take_section(const struct ini *ini, const struct line *l, char *s, struct ini_item *item,
	     struct err *err)
{
	char *close = memchr(s, ']', (size_t)(l->end - s)), *rest;

	if (!close)
		return fail(ini, l, s, "this section has no ]", "write [NAME]", err);
	if (close == s + 1)
		return fail(ini, l, s, "this section has no name", "write [NAME]", err);
	rest = skip_blanks(close + 1, l->end);
	if (rest < l->end && *rest != ';' && *rest != '#')
		return fail(ini, l, rest, "this stands behind the ] of a section",
			    "give it a line of its own", err);
	item->kind = INI_SECTION;
	item->name = s + 1;
	item->column = column(l, s + 1);
	item->remark_column = rest < l->end ? column(l, rest) : 0;
	*close = '\0';
	return ERR_OK;
}

static enum err_code
take_key(const struct ini *ini, const struct line *l, char *s, struct ini_item *item,
	 struct err *err)
{
	static const char *const form = "write \"key = value\" or [section]; remarks begin with "
					"# or ;";
	char *sign = s, *value, *remark;

	while (sign < l->end && *sign != '=' && *sign != ':')
		sign++;
	if (sign == l->end)
		return fail(ini, l, s, "this is neither \"key = value\" nor a [section]", form,
			    err);
	if (sign == s)
		return fail(ini, l, s, "there is no key in front of this sign", form, err);
	value = skip_blanks(sign + 1, l->end);
	remark = find_remark(value, l->end);
	item->kind = INI_KEY;
	item->name = s;
	item->value = value;
	item->column = column(l, s);
	item->value_column = column(l, value);
	item->remark_column = remark < l->end ? column(l, remark) : 0;
	close_string(s, sign);
	close_string(value, remark);
	return ERR_OK;
}

enum err_code
ini_next(struct ini *ini, struct ini_item *item, struct err *err)
{
	struct line l;

	while (take_line(ini, &l)) {
		char *s = skip_blanks(l.start, l.end);
		const char *what, *bad = find_bad(&l, &what);

		if (bad)
			return fail(ini, &l, bad, what, "is it really a text file?", err);
		if (s == l.end || *s == '#' || *s == ';')
			continue;
		if (l.end - l.start > INI_LINE_MAX)
			return fail(ini, &l, l.start + INI_LINE_MAX, "the line is too long",
				    "a line has at most 4096 bytes", err);
		*item = (struct ini_item){ .line = ini->line };
		return *s == '[' ? take_section(ini, &l, s, item, err)
				 : take_key(ini, &l, s, item, err);
	}
	*item = (struct ini_item){ .kind = INI_END, .line = ini->line };
	return ERR_OK;
}
