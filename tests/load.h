/* load.h - many creates over several connections, and a memory of what was acknowledged.
 *
 * Each task has a unique_id of its own, "n-0", "n-1", and so on. A create whose answer never
 * came is sent again on the next connection, as a careful client does; it must then exist
 * once. Some of the acknowledged tasks are canceled, some can only end in an error.
 */
#ifndef TESTS_LOAD_H
#define TESTS_LOAD_H

#include "tests/raw.h"

#include <stddef.h>
#include <stdint.h>

struct load;

/* The project "p" is made by the caller. seed: of all choices. */
struct load *load_new(const char *key, uint32_t seed);
void load_free(struct load *l);

/* Open count connections to the sandbox (at most LOAD_LINES), and let go of all of them. */
#define LOAD_LINES 8
void load_connect(struct load *l, const struct raw *r, size_t count);
void load_hang_up(struct load *l);

/* Send on every connection that waits for nothing, then take the answers that have come, for
 * timeout_ms at most. False when every connection has been closed by the other side. A wrong
 * answer fails the test. */
bool load_step(struct load *l, int timeout_ms);

size_t load_acked(const struct load *l); /* creates and cancels answered with 200 */

/* Page through the list of the sandbox: all that was acknowledged is there as it was
 * acknowledged, nothing twice, nothing that was not sent. Fails the test if not. */
void load_check(struct load *l, const struct raw *r);

/* A number below the limit, from the seed. */
uint32_t load_random(struct load *l, uint32_t below);

#endif
