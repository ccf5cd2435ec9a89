/* multipart.h - multipart/form-data, read as it comes in pieces of any size.
 *
 * The library's own reader takes a body without an end for a whole one, and knows no
 * file name with a quote or an umlaut in it. Source: RFC 7578, RFC 2046 §5.1.
 */
#ifndef SANDBOX_MULTIPART_H
#define SANDBOX_MULTIPART_H

#include "core/buf.h"

#include <stdbool.h>
#include <stddef.h>

#define MULTIPART_HEAD_MAX  8192 /* bytes of the headers of one part */
#define MULTIPART_DELIM_MAX 75   /* CR LF - - and a boundary of at most 70 characters */

struct multipart_part {
	const char *name;     /* NULL: the part says none */
	const char *filename; /* its last component; NULL: the part is no file */
	const char *type;     /* NULL: the part says none */
};

/* n == 0: the part begins. Otherwise its next n bytes. */
typedef void multipart_fn(void *arg, const struct multipart_part *part, const char *data, size_t n);

enum multipart_state {
	MULTIPART_PREAMBLE,
	MULTIPART_DELIM, /* behind a delimiter, before the end of its line */
	MULTIPART_HEAD,
	MULTIPART_BODY,
	MULTIPART_END, /* behind the last delimiter: what follows is ignored */
	MULTIPART_BAD
};

struct multipart {
	multipart_fn *fn;
	void *arg;
	enum multipart_state state;
	char delim[MULTIPART_DELIM_MAX];
	size_t delim_len;
	size_t matched; /* bytes of delim that the last bytes of the input are */
	size_t unseen;  /* of those, that are no data even if the match fails */
	char last;      /* byte of the delimiter's line; NUL: none but blanks */
	struct buf head;
	struct buf name, filename, type; /* what part points into */
	bool has_name, has_file;
	struct multipart_part part;
};

/* Prepare for a body of this Content-Type. False: it is no form, or has no good boundary. */
bool multipart_init(struct multipart *m, const char *content_type, multipart_fn *fn, void *arg);
void multipart_done(struct multipart *m);

/* The next n bytes of the body. False if they are no form. */
bool multipart_add(struct multipart *m, const char *data, size_t n);

/* Has the delimiter that ends the form come? */
bool multipart_ended(const struct multipart *m);

#endif
