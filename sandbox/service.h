/* service.h - what every handler gets: the account's data and the time. */
#ifndef SANDBOX_SERVICE_H
#define SANDBOX_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

struct db;
struct faults;
struct record;

struct service {
	struct db *db;
	int64_t now_ms;      /* the sandbox's clock, wall; read before requests run */
	int64_t ahead_ms;    /* of this clock before the real one */
	int64_t work_ms;     /* how long a live task takes, about */
	int64_t next_due_ms; /* no task moves on before this; INT64_MAX: none will */
	char base_url[64];   /* where it listens, without /v1 */
	const char *own_key; /* one more to take, from the environment; NULL: none */
	bool any_key;        /* take every key that starts with test_ or live_ */

	uint64_t work_random;  /* the next spread of work_ms comes from here */
	int64_t errand_ms;     /* nothing goes out before this; INT64_MAX: nothing will */
	double callback_scale; /* of the times between the tries of a callback; 0..1 */
	bool call_anywhere;    /* callbacks go to other machines, too */

	const char *admin_token; /* opens /_sandbox/...; borrowed, as the next two */
	struct faults *faults;
	struct record *record;
};

/* What the sandbox's clock shows. */
int64_t service_now(const struct service *s);

#endif
