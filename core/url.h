/* url.h - what an address says, without ever changing it.
 *
 * Addresses of attachments are bytes: a signed URL breaks when anything
 * normalises it. So this only points at parts, in the style of RFC 3986.
 */
#ifndef CORE_URL_H
#define CORE_URL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct url_part { /* borrowed; p is NULL if the part is absent */
	const char *p;
	size_t n;
};

struct url {
	struct url_part scheme; /* "https" */
	struct url_part user;   /* what stands before "@" */
	struct url_part host;   /* with its port; of s3 and gs the bucket; may be empty */
	struct url_part path;   /* from "/" to before "?" and "#"; may be empty */
	struct url_part query;  /* without "?" */
};

/* Split s (n bytes); false if it does not start like "scheme://". */
bool url_split(const char *s, size_t n, struct url *u);

/* Is the part this word, in any case? An absent part is none. */
bool url_part_is(struct url_part part, const char *word);

/* Does the path end so, in any case? */
bool url_ends_with(const struct url *u, const char *extension);

/* The value of a query parameter (name in any case), not decoded; p NULL if absent. */
struct url_part url_query(const struct url *u, const char *name);

/*
 * When a signed URL stops working: *wall_ms. False if it says nothing of it.
 * Source: AWS Signature V4 and V2 query authentication, Google Cloud Storage
 * V4 signing, Azure SAS (se), CloudFront canned policies (Expires).
 */
bool url_expiry(const struct url *u, int64_t *wall_ms);

/* Has s (n bytes) the shape of an e-mail address: something@host.name? */
bool url_is_email(const char *s, size_t n);

#endif
