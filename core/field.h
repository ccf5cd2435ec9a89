/* field.h - THE TABLE: the parameters of POST /v1/task/multistage, a row each.
 *
 * The form, the checks, the payload, the command line, the man page and the
 * sandbox read it. Order of rows = order in the form = order of JSON keys.
 */
#ifndef CORE_FIELD_H
#define CORE_FIELD_H

#include "core/err.h"

#include <stdbool.h>
#include <stddef.h>

enum field_id {
	FIELD_PROJECT,
	FIELD_BATCH,
	FIELD_INSTRUCTION,
	FIELD_CALLBACK_URL,
	FIELD_ATTACHMENTS,
	FIELD_SCENE_FORMAT,
	FIELD_TASK_BLUEPRINT_ID,
	FIELD_METADATA,
	FIELD_UNIQUE_ID,
	FIELD_PRIORITY,
	FIELD_CLEAR_UNIQUE_ID_ON_ERROR,
	FIELD_TAGS,
	FIELD_COUNT /* also: "no field", a remark about the whole */
};

enum field_kind {               /* how a person edits it */
		  FIELD_LINE,   /* one line of text */
		  FIELD_TEXT,   /* many lines */
		  FIELD_CHOICE, /* one of choices, or unset */
		  FIELD_FLAG,   /* "true", "false" or unset */
		  FIELD_LIST,   /* strings in an order that matters */
		  FIELD_OBJECT  /* the text of a JSON object, kept as typed */
};

enum field_emit { /* what it becomes in JSON */
		  EMIT_STRING,
		  EMIT_RAW,    /* the value is JSON already: a number, true, an object */
		  EMIT_STRINGS /* array of strings */
};

enum field_pick { /* what a picker can offer for it */
		  PICK_NONE,
		  PICK_PROJECT,
		  PICK_BATCH,
		  PICK_BLUEPRINT /* ids seen in fetched tasks: no API lists them */
};

enum field_url { /* which addresses it takes */
		 URL_NONE,
		 URL_ATTACHMENT, /* http https s3 gs scaledata */
		 URL_CALLBACK    /* http https, or an e-mail address */
};

struct field {
	const char *name;           /* JSON key, command-line name, error name */
	const char *label;          /* form label, at most 16 columns */
	const char *help;           /* one sentence, 57 columns: form, --help, man page */
	const char *empty;          /* what the form shows while it is unset */
	const char *const *choices; /* FIELD_CHOICE: NULL-terminated; else NULL */
	enum field_kind kind;
	enum field_emit emit;
	enum field_pick pick;
	enum field_url url;
	bool required;      /* project: unless batch is set (check.c) */
	size_t max_items;   /* FIELD_LIST: more is an error; 0 = no limit */
	size_t max_bytes;   /* of the value (one item of a list) as sent; 0 = no limit */
	const char *source; /* where the facts come from */
};

extern const struct field fields[FIELD_COUNT];

/* The id of the field called name (n bytes), or FIELD_COUNT. */
enum field_id field_find(const char *name, size_t n);

#define METADATA_MAX_BYTES  10000 /* "10 KB"; the stricter reading. Source: scale-api 13 row 7 */
#define UNIQUE_ID_MAX_BYTES 255   /* no limit is documented; ours. Source: scale-api 13 row 8 */
#define TAGS_MAX            5     /* Source: API reference, "Create Multi-Stage Task" */

#endif
