/* sandbox.h - the real multistage-sandbox as a child, for tests of what talks to it.
 *
 * It dies with the test, and after ten minutes at the latest. It takes any key.
 */
#ifndef TESTS_SANDBOX_H
#define TESTS_SANDBOX_H

#include "tests/canary.h"

#define SANDBOX_LIVE "live_" CANARY "6789ab"
#define SANDBOX_TEST "test_" CANARY "6789ab"

struct sandbox;

/*
 * Start ./multistage-sandbox (tests run in the build folder) and wait until it
 * listens. unix_path: a socket, or NULL for a free TCP port of this machine. args:
 * more options, NULL-terminated, or NULL. Fails the test if it does not start.
 */
struct sandbox *sandbox_start(const char *unix_path, const char *const *args);

const char *sandbox_url(const struct sandbox *s);  /* base URL, with /v1 */
const char *sandbox_unix(const struct sandbox *s); /* NULL over TCP */

/* SIGTERM; it must end well and at once. */
void sandbox_stop(struct sandbox *s);

/* SIGKILL, as a crash would; its files stay. */
void sandbox_kill(struct sandbox *s);

#endif
