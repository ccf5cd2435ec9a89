/* fuzz.h - what a fuzz target and its main() share.
 *
 * A target gives LLVMFuzzerTestOneInput() and, if plain noise would not get far,
 * seeds: good inputs for fuzz_main.c to spoil. libFuzzer brings its own main()
 * and looks at neither. */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fuzz_seed {
	const char *p;
	size_t n;
};

#define FUZZ_SEED(text)                \
	{                              \
		text, sizeof(text) - 1 \
	}

/* Ends with { NULL }. Weak: a target without seeds needs no empty list. */
extern const struct fuzz_seed fuzz_seeds[] __attribute__((weak));

/* Stop, as fuzzers want it, when what must always hold does not. */
static inline void
fuzz_must(bool ok, const char *what)
{
	if (!ok) {
		fprintf(stderr, "fuzz: not so: %s\n", what);
		abort();
	}
}

/* For fuzz_json.c, in fuzz_json_c.c: json-c's own spelling of text (n bytes and a NUL), to
 * be freed; NULL if it refuses it. */
char *fuzz_json_c(const char *text, size_t n, int depth);

#endif
