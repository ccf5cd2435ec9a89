/* test_canary.c - the sweep finds a key in every form, and a program that is watched. */
#include "config.h"

#include "tests/canary.h"
#include "tests/scratch.h"
#include "tests/test.h"

#include "core/err.h"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

/* Keys with the piece at each place of a group of three bytes. Source: base64(1), xxd(1). */
static const struct {
	const char *bytes, *form;
} rows[] = {
	{ "live_CaNaRy7Zk3vW_x", "plain" },
	{ "bGl2ZV9DYU5hUnk3WmszdldfeDo=", "base 64" }, /* live_CaNaRy7Zk3vW_x: */
	{ "bGl2ZUNhTmFSeTdaazN2V194Og==", "base 64" }, /* liveCaNaRy7Zk3vW_x: */
	{ "bGl2Q2FOYVJ5N1prM3ZXX3g6", "base 64" },     /* livCaNaRy7Zk3vW_x: */
	{ "0043614e615279375a6b337657", "hex" },
	{ "0043614E615279375A6B337657", "hex" },
	{ "%43%61%4E%61%52%79%37%5A%6b%33%76%57", "percent" },
};

static void
c4_a_key_is_found_in_each_of_its_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *form = canary_in(rows[i].bytes, strlen(rows[i].bytes));

		if (!form || strcmp(form, rows[i].form) != 0)
			fail_msg("%s: %s", rows[i].bytes, form ? form : "not found");
	}
	assert_null(canary_in("CaNaRy7Zk3v", 11));
	assert_null(canary_in("", 0));
}

/* The sweep says where on stderr, which is the tests' own; it is meant to find this. */
static void
c4_a_sweep_looks_into_every_file_and_passes_over_key_files(void **state)
{
	char text[100000];

	memset(text, 'x', sizeof(text));
	assert_int_equal(mkdir(scratch_path(*state, "deep"), 0700), 0);
	assert_int_equal(mkfifo(scratch_path(*state, "deep/pipe"), 0600), 0);
	assert_int_equal(symlink("/proc/self/environ", scratch_path(*state, "deep/link")), 0);
	scratch_write(scratch_path(*state, "deep/key"), "live_" CANARY "_x\n", 20);
	scratch_write(scratch_path(*state, "deep/db"), text, sizeof(text));
	assert_true(canary_sweep(*state));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		memset(text, 'x', sizeof(text));
		memcpy(text + 65530, rows[i].bytes, strlen(rows[i].bytes));
		scratch_write(scratch_path(*state, "deep/db"), text, sizeof(text));
		assert_false(canary_sweep(*state));
	}
	assert_int_equal(unlink(scratch_path(*state, "deep/db")), 0);
	scratch_write(scratch_path(*state, "deep/two"), "a live_" CANARY "_x\n", 22);
	assert_false(canary_sweep(*state)); /* more than a key */
	assert_int_equal(unlink(scratch_path(*state, "deep/two")), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(c4_a_key_is_found_in_each_of_its_forms),
		cmocka_unit_test_setup_teardown(
			c4_a_sweep_looks_into_every_file_and_passes_over_key_files, scratch_setup,
			scratch_teardown),
	};

	return cmocka_run_group_tests_name("canary", tests, NULL, NULL);
}
