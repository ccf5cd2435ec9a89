/* body.h - the JSON of a request, read with types checked.
 *
 * Not core's reader on purpose: a mistake there must not hide behind the same
 * mistake here. The first thing found wrong stays in bad, worded as the service
 * words it; after it the getters return "absent". null is absent everywhere.
 */
#ifndef SANDBOX_BODY_H
#define SANDBOX_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <json-c/json.h>

/* As json-c counts, a scalar is a level. Less than the 32 that readers of our replies may stop
 * at: what a body brings is shown further in, in lists and callbacks. */
#define BODY_DEPTH_MAX 29

struct request;

struct body {
	struct json_object *root; /* owned; NULL if the text was no good */
	bool form;                /* of a form: numbers, booleans and lists of one came as text */
	bool has_bad;
	char bad[256]; /* 'Parameter is invalid, reason: "tags" must be an array' */
};

struct body_list { /* strings, borrowed from the body */
	const char **at;
	size_t count;
};

/* text: n bytes with a NUL behind. Empty text, or null, is an empty object or array, as asked.
 * False, with bad set, if it is no JSON or not of that type. */
bool body_open(struct body *b, const char *text, size_t n, enum json_type type);
/* The object in the body of rq: JSON, or a form if its Content-Type says so. */
bool body_read(struct body *b, const struct request *rq);
void body_close(struct body *b);

/* Set bad, unless something was wrong before: 'Parameter is invalid, reason: ...'. */
void body_bad(struct body *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The same with a text of its own. */
void body_refuse(struct body *b, const char *text);

bool body_has(const struct body *b, const char *name); /* there and not null */
/* Strings are NUL-terminated and hold no NUL. NULL if absent. */
const char *body_text(struct body *b, const char *name);
const char *body_line(struct body *b, const char *name); /* and not empty */
/* A line that is an http(s) URL or an e-mail address. */
const char *body_callback(struct body *b, const char *name);
bool body_flag(struct body *b, const char *name);
/* A whole number, or none. */
int64_t body_number(struct body *b, const char *name, int64_t none);
/* name: NULL for the root. Items are not empty. Free list->at. False if absent. */
bool body_strings(struct body *b, const char *name, struct body_list *list);
/* An array of anything, borrowed; NULL if absent. */
struct json_object *body_array(struct body *b, const char *name);
/* Compact text of an object, borrowed; NULL if absent. name: NULL for the root. */
const char *body_object(struct body *b, const char *name, size_t *n);
/* The same for metadata, which has a limit. */
const char *body_metadata(struct body *b, const char *name, size_t *n);

#endif
