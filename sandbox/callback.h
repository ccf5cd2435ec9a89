/* callback.h - what a task tells the address it was given.
 *
 * An event puts its body into the database, in the transaction that makes it true.
 * errand.c POSTs it after the commit, and again until somebody says 2xx or the
 * schedule is at its end. So a callback that was due when the sandbox was killed is
 * sent after all, and perhaps twice. Source: API reference, callbacks; scale-api 9.
 */
#ifndef SANDBOX_CALLBACK_H
#define SANDBOX_CALLBACK_H

#include "core/err.h"
#include "sandbox/service.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CALLBACK_KEY_SIZE 64

/* Make the two keys of a new database. Errors: ERR_STORE. */
enum err_code callback_open(struct service *s, struct err *err) MUST_CHECK;

/* The key that receivers of this side know us by. */
void callback_key(struct service *s, bool is_test, char out[CALLBACK_KEY_SIZE]);

/* Inside a transaction: send the task as it is at this call to its own callback URL,
 * else to its batch's. Does nothing if there is none, or none that may be called: an
 * e-mail address never, another machine only with --callbacks any. */
void callback_enqueue(struct service *s, int64_t task_seq);

/* Inside a transaction: what the task was to tell is not told. */
void callback_forget(struct service *s, int64_t task_seq);

struct callback { /* one that is due; strings are owned */
	int64_t seq;
	char *url, *body;
	char key[CALLBACK_KEY_SIZE];
};

/* The first one that is due and not among the count in busy; false if there is none. */
bool callback_take(struct service *s, const int64_t *busy, size_t count, struct callback *out);
void callback_done(struct callback *c);

/* Inside a transaction: the receiver said yes, or did not. */
void callback_ended(struct service *s, int64_t seq, bool accepted);

/* When the next one that is not in busy is due, by the sandbox's clock; INT64_MAX: none. */
int64_t callback_next_ms(struct service *s, const int64_t *busy, size_t count);

#endif
