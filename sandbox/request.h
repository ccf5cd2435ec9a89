/* request.h - one call as a handler sees it, and the answer it makes.
 *
 * Paths and queries are split first and percent-decoded after, so a name may
 * hold "/", "&" and "=". All strings are UTF-8 without NUL, and borrowed from
 * the request.
 */
#ifndef SANDBOX_REQUEST_H
#define SANDBOX_REQUEST_H

#include "core/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REQUEST_PARTS_MAX 8
#define REPLY_MAX_BYTES   (64u << 20)

struct upload;

struct request_pair { /* of the query; a key without a value is left out */
	const char *key, *value;
};

struct request {
	char *text;                           /* owned: the decoded strings live in it */
	const char *parts[REQUEST_PARTS_MAX]; /* of the path */
	size_t part_count;
	struct request_pair *query; /* owned */
	size_t query_count;
	const char *args[2]; /* the parts of the path that the route leaves open */
	const char *body;    /* with a NUL behind */
	size_t body_len;
	const char *idempotency_key; /* NULL without */
	const char *content_type;    /* NULL without */
	const char *range;           /* NULL without */
	const char *host;            /* that the client called us by; NULL without, or odd */
	bool tls;
	struct upload *upload; /* of a multipart body; else NULL */
	bool is_test;          /* which key it came with */
};

struct reply_asset { /* bytes of an asset go out instead of the body */
	int64_t seq; /* of the asset; 0: none */
	int64_t part_bytes, from, size;
	char type[128];
	char range[64]; /* Content-Range, or "" */
};

struct reply {
	int status;
	struct buf body;
	const char *type; /* of the body; NULL: JSON. Not copied */
	struct reply_asset asset;
};

/* Split and decode a raw request target. False if it is not text, or too deep. */
bool request_parse(struct request *rq, const char *target);
void request_done(struct request *rq);

/* Decode a part of a query or a form in place; plus: "+" is a space. False if it is no
 * text: ill-formed, or with a NUL inside. */
bool request_decode(char *s, bool plus);

/* The last value of key, or NULL. */
const char *request_query(const struct request *rq, const char *key);
/* True, true, 1 (as the SDK and the docs write it); false if absent. False is
 * returned, and the reply made, when it is neither true nor false. */
bool request_flag(const struct request *rq, const char *key, bool *value, struct reply *rp);
/* A whole number within min..max, none if absent; as above. */
bool request_number(const struct request *rq, const char *key, int64_t min, int64_t max,
		    int64_t *value, struct reply *rp);
/* An ISO time; as above. */
bool request_time(const struct request *rq, const char *key, int64_t *wall_ms, struct reply *rp);

/* Make the reply {"status_code":N,"error":"..."}. */
void reply_error(struct reply *rp, int status, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* 400 with 'Parameter is invalid, reason: "key" why'. */
void reply_invalid(struct reply *rp, const char *key, const char *why);

#endif
