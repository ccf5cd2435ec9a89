/* test_monkey.c - the real program under keys at random: it lives, and sends and cancels nothing.
 * MS_SEED=N repeats a run, MS_DEEP=1 makes it a long one. */
#include "config.h"

#include "tests/test.h"

#include "tests/desk.h"

#include "core/err.h"

#include <poll.h>
#include <unistd.h>

#define ESC       "\x1b"
#define KEYS      2000
#define KEYS_DEEP 100000
#define TASKS     3

/* Not q and ^C, which end it, nor y, the yes to a question. */
static const char *const keys[] = {
	"a",       "b",       "c",       "d",        "e",
	"f",       "g",       "h",       "i",        "j",
	"k",       "l",       "m",       "n",        "o",
	"p",       "r",       "s",       "t",        "u",
	"v",       "w",       "x",       "z",        "L",
	"A",       "D",       "E",       "F",        "G",
	"J",       "K",       "N",       "R",        "S",
	"T",       "U",       "X",       "C",        "1",
	"2",       "3",       "/",       "?",        "!",
	"[",       "]",       " ",       "\r",       "\r",
	"\r",      "\t",      "\x7f",    ESC,        ESC,
	"\x04",    "\x15",    "\x0b",    "\x19",     "\x0c",
	"\x14",    "\x17",    "\x01",    "\x05",     "\x12",
	ESC "[A",  ESC "[B",  ESC "[C",  ESC "[D",   ESC "[Z",
	ESC "[5~", ESC "[6~", ESC "[H",  ESC "[F",   ESC "[3~",
	ESC "b",   ESC "f",   ESC "[<0", "\xC3\xA9", "\xE2\x80\xAE",
	"{",       "\"",      "\xFF",    ESC "OP",   ESC "[200~pasted\rq\rs\r\r" ESC "[201~",
};

static void
make_tasks(struct desk *d)
{
	for (int i = 1; i <= TASKS; i++) {
		char body[512];
		struct answer a;

		snprintf(body, sizeof(body),
			 "{\"project\":\"Night Lidar\",\"attachments\":[\"s3://acme/%d.sfs\"],"
			 "\"scene_format\":\"sensor_fusion\",\"unique_id\":\"ape-%d\"}",
			 i, i);
		raw_must(&d->service, DESK_LIVE, "POST", "/v1/task/multistage", body, &a);
		answer_free(&a);
	}
}

/* xorshift32. Source: Marsaglia, 2003 */
static uint32_t
next(uint32_t *rng)
{
	*rng ^= *rng << 13;
	*rng ^= *rng >> 17;
	*rng ^= *rng << 5;
	return *rng;
}

static uint32_t
seed(bool deep)
{
	const char *given = getenv("MS_SEED");
	uint32_t n = 2463534242u;

	if (given)
		n = (uint32_t)strtoul(given, NULL, 10);
	else if (deep)
		n = (uint32_t)getpid() * 2654435761u;
	return n ? n : 1;
}

static void
b20_no_keys_at_random_send_anything_or_break_it(void **state)
{
	bool deep = getenv("MS_DEEP") != NULL;
	struct desk *d = *state;
	uint32_t rng = seed(deep);
	int count = deep ? KEYS_DEEP : KEYS;
	struct pty *p;

	print_message("# %d keys, MS_SEED=%u\n", count, (unsigned)rng);
	make_tasks(d);
	p = desk_start(d, &(struct desk_run){ .key = DESK_LIVE, .env = "EDITOR=true" });
	for (int i = 0; i < count; i++) {
		uint32_t key = next(&rng);

		pty_type(p, keys[(key >> 8) % ARRAY_LEN(keys)]);
		if (i % 100 == 0) {
			uint32_t shape = next(&rng);

			pty_resize(p, 1 + (int)(shape >> 8 & 63) % 40,
				   1 + (int)(shape >> 16 & 255) % 120);
			pty_settle(p);
		}
	}
	pty_resize(p, 24, 80);
	for (int i = 0; i < 10; i++) { /* out of whatever it is in */
		pty_type(p, ESC);
		pty_settle(p);
	}
	pty_type(p, "1");
	desk_see(p, "REVIEW+SEND");
	desk_check(d);
	assert_int_equal(desk_tasks(d, DESK_LIVE, ""), TASKS);
	assert_int_equal(desk_tasks(d, DESK_LIVE, "status=canceled"), 0);
	desk_quit(d);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, desk_setup, desk_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(b20_no_keys_at_random_send_anything_or_break_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
