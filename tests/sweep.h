/* sweep.h - the same run again and again, hindered at each of its calls in turn. */
#ifndef TESTS_SWEEP_H
#define TESTS_SWEEP_H

#include "tests/history.h"

/* What comes before the run, and which run it is. */
struct sweep_scene {
	const char *name;
	bool fresh;  /* there is no database yet */
	bool queued; /* another wish is queued before */
	bool doubt;  /* the wish itself was sent, and killed then */
	enum history_act act;
};
enum { SWEEP_QUEUE, SWEEP_QUEUE_FRESH, SWEEP_SEND, SWEEP_SEND_FRESH, SWEEP_RECOVER, SWEEP_SCENES };
extern const struct sweep_scene sweep_scenes[SWEEP_SCENES];

/* Every nth of all points, counted on in *turn over several sweeps. */
struct sweep_pick {
	unsigned every, turn;
	size_t points; /* that were reached */
};

/* Killed before and after each call. */
void sweep_kills(struct trial *t, int scene, const struct history_fault *fault,
		 struct sweep_pick *pick);

/* Each call fails, in each way that it can: once, or from then on where that may be for ever.
 * error: only in this way; 0: in all. */
void sweep_errors(struct trial *t, int scene, const struct history_fault *fault, int error,
		  struct sweep_pick *pick);

/* Each allocation fails, alone or with all that come after it. */
void sweep_memory(struct trial *t, int scene, const struct history_fault *fault,
		  struct sweep_pick *pick);

/* A history of chance, from its seed alone. */
void sweep_random(struct trial *t, uint32_t seed);

#endif
