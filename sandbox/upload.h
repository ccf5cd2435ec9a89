/* upload.h - a multipart/form-data body on its way in: fields here, the file on disk. */
#ifndef SANDBOX_UPLOAD_H
#define SANDBOX_UPLOAD_H

#include "core/buf.h"
#include "sandbox/multipart.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum upload_field {
	UPLOAD_PROJECT,
	UPLOAD_DISPLAY_NAME,
	UPLOAD_REFERENCE,
	UPLOAD_METADATA,
	UPLOAD_FIELD_COUNT
};

struct upload {
	struct multipart form;
	FILE *file;           /* owned, without a name; NULL until a file comes */
	int64_t size;         /* bytes of it */
	int files;            /* parts that are one */
	bool is_text;         /* "file" came as a field without a file name */
	bool too_big, failed; /* past the limit; this machine's disk */
	char name[256], mime_type[128];
	struct buf field[UPLOAD_FIELD_COUNT];
	int given[UPLOAD_FIELD_COUNT]; /* how often */
	int target;                    /* of the part that comes in: a field, or below */
};

enum { UPLOAD_TO_FILE = -1, UPLOAD_TO_NOTHING = -2 };

/* The field's name in the form. */
const char *upload_field_name(enum upload_field field);

/* type: the request's Content-Type, NULL without. NULL if it is no form. */
struct upload *upload_new(const char *type);
/* The next n bytes of the body. False if they are no form. */
bool upload_add(struct upload *u, const char *data, size_t n);
void upload_free(struct upload *u);

#endif
