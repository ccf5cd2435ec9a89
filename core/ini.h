/* ini.h - the lines of an INI file, strictly: nothing is cut, guessed or passed over.
 *
 *   # a remark        ; another one
 *   [section]
 *   key = value       ; a remark, after a blank and outside quotes
 *
 * ':' does as well as '='. Blanks around key and value do not count; quotes stay in the
 * value. A value that holds a ';' after a blank stands in quotes.
 */
#ifndef CORE_INI_H
#define CORE_INI_H

#include "core/err.h"

#include <stddef.h>

#define INI_LINE_MAX 4096 /* bytes of one line; remarks may be longer */

enum ini_kind { INI_END, INI_SECTION, INI_KEY };

struct ini_item { /* strings borrowed from the text */
	enum ini_kind kind;
	const char *name;  /* of the section or key; never empty */
	const char *value; /* of a key; may be empty */
	int line;          /* from 1 */
	int column;        /* of name; characters, from 1 */
	int value_column;
	int remark_column; /* of a remark behind it, 0: there is none */
};

struct ini {
	const char *path; /* borrowed; for messages */
	char *next, *end; /* what is left; borrowed */
	int line;         /* of the last item, or of the error */
};

/* text: n bytes and a NUL, changed in place; keep it until the last item was used. */
void ini_init(struct ini *ini, const char *path, char *text, size_t n);

/*
 * The next section or key; INI_END after the last. Errors: ERR_CONFIG, "path:line:column:
 * ..." - text that is not UTF-8, a control character, a line that is too long or none of
 * the above.
 */
enum err_code ini_next(struct ini *ini, struct ini_item *item, struct err *err) MUST_CHECK;

#endif
