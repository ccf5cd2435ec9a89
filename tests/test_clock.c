/* test_clock.c - times as text, both ways; and the ids of random.h. */
#include "config.h"

#include "tests/test.h"

#include "core/clock.h"
#include "core/err.h"
#include "core/random.h"

#include <time.h>

static void
times_are_read_in_every_form_of_the_api(void **state)
{
	static const struct {
		const char *text, *iso; /* iso NULL: refused */
	} rows[] = {
		/* clang-format off */
		{ "2024-01-16T21:03:33.166Z",      "2024-01-16T21:03:33.166Z" },
		{ "2021-04-25",                    "2021-04-25T00:00:00.000Z" },
		{ "2021-04-25T03:14:15-07:00",     "2021-04-25T10:14:15.000Z" },
		{ "2021-04-25T03:14:15+0200",      "2021-04-25T01:14:15.000Z" },
		{ "2021-04-25 03:14:15",           "2021-04-25T03:14:15.000Z" },
		{ "2021-04-25t03:14z",             "2021-04-25T03:14:00.000Z" },
		{ "2021-04-25T03:14:15.5Z",        "2021-04-25T03:14:15.500Z" },
		{ "2021-04-25T03:14:15.123456789Z", "2021-04-25T03:14:15.123Z" },
		{ "2026-11-25 13:04 +01:00",       "2026-11-25T12:04:00.000Z" },
		{ "1970-01-01",                    "1970-01-01T00:00:00.000Z" },
		{ "1969-12-31T23:59:59.999Z",      "1969-12-31T23:59:59.999Z" },
		{ "2024-02-29",                    "2024-02-29T00:00:00.000Z" },
		{ "2000-02-29",                    "2000-02-29T00:00:00.000Z" },
		{ "0001-01-01",                    "0001-01-01T00:00:00.000Z" },
		{ "9999-12-31T23:59:59.999Z",      "9999-12-31T23:59:59.999Z" },
		{ "2023-02-29", NULL },
		{ "1900-02-29", NULL },
		{ "2021-04-31", NULL },
		{ "2021-13-01", NULL },
		{ "2021-00-10", NULL },
		{ "0000-01-01", NULL },
		{ "2021-04-25T24:00:00Z", NULL },
		{ "2021-04-25T03:60:00Z", NULL },
		{ "2021-04-25T03:14:60Z", NULL },
		{ "2021-04-25T03:14:15.", NULL },
		{ "2021-04-25T03:14:15+7:00", NULL },
		{ "2021-04-25T03:14:15+24:00", NULL },
		{ "2021-04-25T03:14:15Zx", NULL },
		{ "2021-04-25T", NULL },
		{ "2021-04-25Z", NULL },
		{ "2021-4-25", NULL },
		{ " 2021-04-25", NULL },
		{ "yesterday", NULL },
		{ "", NULL },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char iso[CLOCK_ISO_SIZE] = "(refused)";
		int64_t ms = 0;

		if (clock_parse(rows[i].text, &ms))
			clock_iso(ms, iso, sizeof(iso));
		if (strcmp(iso, rows[i].iso ? rows[i].iso : "(refused)") != 0)
			fail_msg("\"%s\" is read as %s", rows[i].text, iso);
	}
}

static void
every_day_of_eight_centuries_goes_there_and_back(void **state)
{
	(void)state;
	for (int64_t day = -146097; day < 146097; day++) {
		char iso[CLOCK_ISO_SIZE];
		int64_t back = 0;

		clock_iso(day * 86400000 + 1, iso, sizeof(iso));
		if (!clock_parse(iso, &back) || back != day * 86400000 + 1)
			fail_msg("day %lld is %s", (long long)day, iso);
	}
}

static void
any_number_of_milliseconds_can_be_written(void **state)
{
	char iso[CLOCK_ISO_SIZE];

	(void)state;
	clock_iso(INT64_MAX, iso, sizeof(iso));
	assert_string_equal(iso, "292278994-08-17T07:12:55.807Z");
	clock_iso(INT64_MIN, iso, sizeof(iso));
	assert_string_equal(iso, "-292275055-05-16T16:47:04.192Z");
}

static void
local_times_carry_their_offset(void **state)
{
	char text[40];
	int64_t ms = 0;

	(void)state;
	setenv("TZ", "XYZ-05:30", 1);
	tzset();
	assert_true(clock_parse("2026-11-25T12:04:31Z", &ms));
	clock_local(ms, text, sizeof(text));
	assert_string_equal(text, "2026-11-25 17:34 +05:30");
	clock_stamp(ms, text, sizeof(text));
	assert_string_equal(text, "20261125-173431");
	clock_time(ms, text, sizeof(text));
	assert_string_equal(text, "17:34:31");
	setenv("TZ", "XYZ03:30", 1);
	tzset();
	clock_local(ms, text, sizeof(text));
	assert_string_equal(text, "2026-11-25 08:34 -03:30");
	clock_local(INT64_MAX, text, sizeof(text));
	assert_true(text[0] != '\0');
	setenv("TZ", "UTC", 1);
	tzset();
}

static void
ages_fit_four_columns(void **state)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} rows[] = {
		/* clang-format off */
		{ -5, "now" }, { 0, "now" }, { 12, "12s" }, { 59, "59s" }, { 60, "1m" },
		{ 9 * 60 + 59, "9m" }, { 3 * 3600, "3h" }, { 86399, "23h" }, { 2 * 86400, "2d" },
		{ 59 * 86400, "59d" }, { 61 * 86400, "2mo" }, { 430 * 86400, "14mo" },
		{ 3 * 366 * 86400, "3y" }, { INT64_MAX / 1000, "999y" },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char text[16];

		clock_age(rows[i].seconds * 1000, text, sizeof(text));
		if (strcmp(text, rows[i].text) != 0)
			fail_msg("%lld s is \"%s\", want \"%s\"", (long long)rows[i].seconds, text,
				 rows[i].text);
	}
}

static void
the_environment_freezes_the_wall_but_not_the_wait(void **state)
{
	int64_t frozen = 0, before = clock_mono_ms();

	(void)state;
	assert_true(clock_parse("2026-11-25T12:04:31Z", &frozen));
	setenv("MULTISTAGE_NOW", "2026-11-25T12:04:31Z", 1);
	assert_true(clock_wall_ms() == frozen);
	setenv("MULTISTAGE_NOW", "rubbish", 1);
	assert_true(clock_wall_ms() != frozen);
	unsetenv("MULTISTAGE_NOW");
	assert_true(clock_mono_ms() >= before);
}

static void
ids_are_crockford_and_never_the_same(void **state)
{
	char a[RANDOM_ID_SIZE], b[RANDOM_ID_SIZE];

	(void)state;
	random_id(a);
	random_id(b);
	assert_int_equal(strlen(a), 29);
	assert_memory_equal(a, "ms-", 3);
	assert_int_equal(strspn(a + 3, "0123456789abcdefghjkmnpqrstvwxyz"), 26);
	assert_string_not_equal(a, b);
	assert_true(random_id_is(a) && random_id_is("ms-0123456789abcdefghjkmnpqrs"));
	assert_false(random_id_is("ms-0123456789abcdefghjkmnpqr"));
	assert_false(random_id_is("ms-0123456789abcdefghjkmnpqrst"));
	assert_false(random_id_is("ms-o123456789abcdefghjkmnpqrs")); /* not of our digits */
	assert_false(random_id_is("xy-0123456789abcdefghjkmnpqrs"));
	assert_false(random_id_is("night-b/0412") || random_id_is(""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_are_read_in_every_form_of_the_api),
		cmocka_unit_test(every_day_of_eight_centuries_goes_there_and_back),
		cmocka_unit_test(any_number_of_milliseconds_can_be_written),
		cmocka_unit_test(local_times_carry_their_offset),
		cmocka_unit_test(ages_fit_four_columns),
		cmocka_unit_test(the_environment_freezes_the_wall_but_not_the_wait),
		cmocka_unit_test(ids_are_crockford_and_never_the_same),
	};
	return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
