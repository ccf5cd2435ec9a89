/* import.h - files that were imported by an address on this machine are really fetched.
 *
 * They wait in the database from the commit of the import on; errand.c fetches them. Until
 * then, and for ever if nothing comes, the API knows the file and not its bytes.
 */
#ifndef SANDBOX_IMPORT_H
#define SANDBOX_IMPORT_H

#include "sandbox/service.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct web_answer;

/* Inside a transaction, right after the file was stored. Nothing if url is elsewhere. */
void import_enqueue(struct service *s, int64_t seq, const char *url);

struct import { /* one to do; url is owned */
	int64_t seq;
	char *url;
};

/* The first one that is not among the count in busy; false if there is none. */
bool import_take(struct service *s, const int64_t *busy, size_t count, struct import *out);
void import_done(struct import *i);

/* Inside a transaction: what came of it. */
void import_ended(struct service *s, int64_t seq, const struct web_answer *a);

#endif
