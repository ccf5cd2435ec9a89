/* form.h - an application/x-www-form-urlencoded body as the tree that JSON would give. */
#ifndef SANDBOX_FORM_H
#define SANDBOX_FORM_H

#include <stddef.h>

#include <json-c/json.h>

/*
 * The object in the n bytes at text (a NUL behind); the caller owns it. Values are
 * strings; one without text is left out, as null would be. A key that comes twice and
 * a[], a[0] make arrays, a[key] objects. NULL if it is no text, a key is used as two
 * things, places of an array are left out, or there are too many pairs or levels.
 */
struct json_object *form_parse(const char *text, size_t n);

#endif
