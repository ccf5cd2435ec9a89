/* test_screen.c - the real program against the real sandbox: a task made by keys, text by the
 * thousand lines, any size. What the service has in the end is asked over its own socket. */
#include "config.h"

#include "tests/test.h"

#include "tests/desk.h"

#include "core/buf.h"
#include "core/err.h"

#define ESC   "\x1b"
#define MANY  1000
#define TRIES 100

/* What the main job makes, byte for byte. */
static const char wire[] =
	"{\"project\":\"Night Lidar\",\"batch\":\"night-b\","
	"\"instruction\":\"# Night lidar\\n\\nAnnotate every vehicle.\","
	"\"callback_url\":\"https://hooks.acme.example/scale\","
	"\"attachments\":[\"s3://acme/n/0.json\",\"https://data.acme.example/n/1.json?sig=a%2Fb\","
	"\"gs://acme/n/2.json\"],"
	"\"scene_format\":\"split_base64\",\"metadata\":{\"seq\":\"0412\",\"gain\":1.10},"
	"\"unique_id\":\"night/0412\",\"priority\":30,\"tags\":[\"night\",\"rain\"]}";

static bool
has_row(struct pty *p, const char *first, const char *then)
{
	bool found = false;

	for (int y = 0; y < p->rows && !found; y++) {
		char *row = pty_row(p, y), *at = strstr(row, first);

		found = at && strstr(at, then);
		free(row);
	}
	return found;
}

static void
pick(struct desk *d, enum field_id f, const char *typed, const char *name)
{
	struct pty *p = &d->pty;
	char row[128];

	desk_go(d, f);
	pty_type(p, "\r");
	desk_see(p, "take as typed");
	pty_type(p, typed);
	snprintf(row, sizeof(row), "> %s", name);
	desk_see(p, row);
	desk_check(d);
	pty_type(p, "\r");
	desk_gone(p, "take as typed");
	snprintf(row, sizeof(row), "> %-15s  %s", fields[f].label, name);
	desk_see(p, row);
}

static void
write_instruction(struct desk *d)
{
	struct pty *p = &d->pty;

	desk_go(d, FIELD_INSTRUCTION);
	pty_type(p, "\r");
	desk_see(p, "EDIT ");
	pty_type(p, "# Night\r\rAnnotate every vehicle.");
	desk_see(p, "line 3 of 3");
	pty_type(p, ESC "[A" ESC "[A" ESC "[F lidar"); /* Up, Up, End */
	desk_see(p, "# Night lidar");
	desk_check(d);
	pty_type(p, "\t");
	desk_see(p, "3 lines");
}

static void
list_attachments(struct desk *d)
{
	static const char two[] = "https://data.acme.example/n/1.json?sig=a%2Fb\r\n"
				  "s3://acme/n/0.json\r\n";
	struct pty *p = &d->pty;

	desk_go(d, FIELD_ATTACHMENTS);
	pty_type(p, "\r");
	desk_see(p, "a add");
	pty_type(p, "ags://acme/n/3.json\r"); /* a: a row */
	desk_see(p, "1 row");
	desk_gone(p, "EDIT ");
	pty_paste(p, two, sizeof(two) - 1);
	desk_see(p, "3 rows");
	desk_see(p, "row 3 of 3");
	pty_type(p, "KK"); /* 0.json to the top */
	desk_see(p, "row 1 of 3");
	pty_type(p, "J"); /* 3.json is below it: down once, then up again */
	desk_see(p, "row 2 of 3");
	pty_type(p, "K");
	desk_see(p, "row 1 of 3");
	pty_type(p, "jJ"); /* gs behind https */
	desk_see(p, "row 3 of 3");
	pty_type(p, "\r");
	desk_see(p, "EDIT ");
	pty_type(p, "\x7f\x7f\x7f\x7f\x7f\x7f"
		    "2.json\r"); /* Backspace */
	desk_see(p, "gs://acme/n/2.json");
	desk_gone(p, "EDIT ");
	desk_check(d);
	pty_type(p, "du"); /* gone, and back */
	desk_see(p, "3 rows");
	pty_type(p, ESC);
	desk_see(p, "3 urls");
}

static void
fill_in_the_rest(struct desk *d)
{
	struct pty *p = &d->pty;

	desk_set(d, FIELD_CALLBACK_URL, "hooks.acme.example/scale");
	pty_type(p, "\r\x01https://\r"); /* ^A */
	desk_see(p, "https://hooks.acme.example/scale");
	list_attachments(d);
	desk_go(d, FIELD_SCENE_FORMAT);
	pty_type(p, " ");
	desk_see(p, "[sensor_fusion]");
	pty_type(p, " ");
	desk_see(p, "[split_base64]");
	desk_go(d, FIELD_METADATA);
	pty_type(p, "\r{\"seq\": \"0412\",\r \"gain\": 1.10}\t");
	desk_see(p, "26 of 10,000 bytes");
	desk_set(d, FIELD_UNIQUE_ID, "night/0412");
	desk_go(d, FIELD_PRIORITY);
	pty_type(p, "   ");
	desk_see(p, "[30]");
	desk_go(d, FIELD_TAGS);
	pty_type(p, "\ranight\train\r"); /* Tab: keep, and another one */
	desk_see(p, "2 of 5");
	pty_type(p, ESC);
	desk_see(p, "night  rain");
}

/* The bytes as the wire view shows them, row by row. */
static char *
shown_wire(struct pty *p)
{
	struct buf all = BUF_INIT(8192);

	for (int y = 2; y < p->rows - 2; y++) {
		char *row = pty_row(p, y);

		if (strlen(row) > 2) /* behind the cursor's margin */
			buf_adds(&all, row + 2);
		free(row);
	}
	return buf_take(&all);
}

static void
the_payload_is_the_wire(struct desk *d)
{
	struct pty *p = &d->pty;
	char bytes[32], *shown;

	snprintf(bytes, sizeof(bytes), "%zu bytes", sizeof(wire) - 1);
	desk_see(p, "ready to send");
	desk_see(p, bytes);
	desk_check(d);
	pty_type(p, "p");
	desk_see(p, "Payload, pretty");
	desk_see(p, bytes);
	desk_check(d);
	pty_type(p, "t");
	desk_see(p, "Wire bytes, as sent");
	pty_settle(p);
	shown = shown_wire(p);
	assert_string_equal(shown, wire);
	free(shown);
	desk_check(d);
	pty_type(p, "tp");
	desk_see(p, "REVIEW+SEND");
}

static void
watch_it(struct desk *d)
{
	struct pty *p = &d->pty;

	desk_see(p, "[2 Tasks]");
	desk_see(p, ". pending     night/0412");
	desk_check(d);
	desk_refresh_until(p, "+ completed   night/0412");
	desk_check(d);
	pty_type(p, "\r");
	desk_see(p, "Detail: night/0412");
	desk_see(p, "+ completed  (noticed");
	desk_check(d);
	pty_type(p, "\tG"); /* into it, to its end */
	desk_see(p, "> Detail: night/0412");
	desk_check(d);
	pty_type(p, ESC);
	desk_gone(p, "> Detail");
	pty_type(p, "3");
	desk_see(p, "create task  /task/multistage");
	desk_check(d);
	for (int i = 0; i < TRIES && !has_row(p, ">", "create task"); i++) {
		pty_type(p, "j");
		pty_settle(p);
	}
	pty_type(p, "\r");
	desk_see(p, "Request");
	desk_see(p, "bytes        386");
	desk_see(p, "\"project\": \"Night Lidar\",");
	desk_check(d);
	pty_type(p, "q2");
	desk_see(p, "[2 Tasks]");
}

static void
a_task_is_made_by_keys_from_an_empty_form_to_completed(void **state)
{
	struct desk *d = *state;
	struct pty *p = desk_start(d, &(struct desk_run){ .key = DESK_LIVE });

	desk_see(p, "(required unless a batch is set)");
	desk_see(p, "LIVE");
	desk_check(d);
	pick(d, FIELD_PROJECT, "ngt", "Night Lidar");
	pick(d, FIELD_BATCH, "b", "night-b");
	write_instruction(d);
	fill_in_the_rest(d);
	the_payload_is_the_wire(d);
	pty_type(p, "s");
	desk_see(p, "Review: create 1 task");
	desk_see(p, "http://localhost/v1/task/multistage");
	desk_see(p, "(SCALE_API_KEY)");
	desk_see(p, "LIVE: type Night Lidar to unlock");
	desk_check(d);
	pty_type(p, "Night Lidar\r");
	watch_it(d);
	assert_int_equal(desk_tasks(d, DESK_LIVE, ""), 1);
	desk_task_at(d, DESK_LIVE, "unique_id=night/0412", "instruction",
		     "# Night lidar\n\nAnnotate every vehicle.");
	desk_task_at(d, DESK_LIVE, "unique_id=night/0412", "params.attachments.1",
		     "https://data.acme.example/n/1.json?sig=a%2Fb");
	desk_task_at(d, DESK_LIVE, "unique_id=night/0412", "tags", "[\"night\",\"rain\"]");
	desk_quit(d);
}

static void
the_payload_follows_every_key(void **state)
{
	struct desk *d = *state;
	struct pty *p = desk_open(d, DESK_TEST, "live-view");
	size_t n = strlen(DESK_PAYLOAD) - 2 + strlen("live-view");
	char bytes[32];

	snprintf(bytes, sizeof(bytes), " %zu bytes  sha256", n);
	desk_see(p, bytes);
	desk_go(d, FIELD_CALLBACK_URL);
	pty_type(p, "\ra@b");
	desk_see(p, "\"callback_url\": \"a@b\"");
	snprintf(bytes, sizeof(bytes), " %zu bytes  sha256",
		 n + strlen(",\"callback_url\":\"a@b\""));
	desk_see(p, bytes);
	pty_type(p, "c");
	desk_see(p, "\"callback_url\": \"a@bc\"");
	pty_type(p, "\r");
	desk_go(d, FIELD_CALLBACK_URL);
	pty_type(p, "u");
	desk_gone(p, "\"callback_url\"");
	snprintf(bytes, sizeof(bytes), " %zu bytes  sha256", n);
	desk_see(p, bytes);
	desk_quit(d);
}

/* --- pastes --- */

static char *
many_urls(size_t n)
{
	char *text = calloc(n, 48);
	size_t len = 0;

	for (size_t i = 0; i < n; i++)
		len += (size_t)snprintf(text + len, 48,
					"https://q.acme.example/q/frame_%04zu.json\r", i);
	return text;
}

static void
a_paste_of_a_thousand_urls_is_a_thousand_rows(void **state)
{
	struct desk *d = *state;
	struct pty *p = desk_start(d, &(struct desk_run){ .key = DESK_TEST });
	char *urls = many_urls(2 * MANY);
	size_t half = strlen(urls) / 2;

	desk_set(d, FIELD_PROJECT, "Night Lidar");
	desk_set(d, FIELD_UNIQUE_ID, "many-1");
	desk_go(d, FIELD_SCENE_FORMAT);
	pty_type(p, "  ");
	pty_paste(p, urls, half); /* not here: nothing happens */
	desk_see(p, "takes no paste");
	desk_see(p, "[split_base64]");
	desk_go(d, FIELD_ATTACHMENTS);
	pty_paste(p, urls, half);
	desk_see(p, "1,000 urls");
	desk_gone(p, "sha256 ...."); /* of a large body it is made when the typing rests */
	desk_check(d);
	pty_type(p, "\r");
	desk_see(p, "1,000 rows");
	pty_type(p, "G");
	desk_see(p, "row 1000 of 1000");
	pty_paste(p, urls + half, half);
	desk_see(p, "2,000 rows");
	desk_see(p, "frame_1999");
	desk_check(d);
	pty_type(p, ESC);
	desk_see(p, "2,000 urls");
	pty_type(p, "s");
	desk_see(p, "Enter sends this task to TEST");
	pty_type(p, "\r");
	desk_see(p, "+ completed   many-1");
	desk_task_at(d, DESK_TEST, "", "params.attachments.0",
		     "https://q.acme.example/q/frame_0000.json");
	desk_task_at(d, DESK_TEST, "", "params.attachments.1999",
		     "https://q.acme.example/q/frame_1999.json");
	desk_task_at(d, DESK_TEST, "", "params.attachments.2000", "-");
	free(urls);
	desk_quit(d);
}

static void
b10_a_text_too_long_is_cut_with_a_word_and_sent_as_shown(void **state)
{
	enum { FITS = 1 << 20, TOO_MANY = 5 };
	struct desk *d = *state;
	struct pty *p = desk_open(d, DESK_TEST, "long-1");
	char *text = malloc(FITS + TOO_MANY);

	for (size_t i = 0; i < FITS + TOO_MANY; i++)
		text[i] = i % 64 == 63 ? '\n' : (char)('a' + i % 26);
	desk_go(d, FIELD_INSTRUCTION);
	pty_type(p, "\r");
	desk_see(p, "EDIT ");
	pty_paste(p, text, FITS + TOO_MANY);
	desk_see(p, "5 bytes past the 1048576 that fit were left out");
	pty_type(p, "\x7f\x7fz\t"); /* and it can be gone on with */
	desk_gone(p, "EDIT ");
	desk_check(d);
	pty_type(p, "s");
	desk_see(p, "Enter sends this task to TEST");
	pty_type(p, "\r");
	desk_see(p, "+ completed   long-1");
	assert_int_equal(desk_tasks(d, DESK_TEST, ""), 1);
	free(text);
	desk_quit(d);
}

/* --- resizing --- */

static void
b6_a_storm_of_sizes_leaves_focus_and_text_as_they_were(void **state)
{
	static const int sizes[][2] = { { 1, 1 },   { 10, 40 },  { 100, 300 }, { 1, 200 },
					{ 24, 1 },  { 50, 160 }, { 2, 2 },     { 500, 1000 },
					{ 15, 60 }, { 24, 80 } };
	struct desk *d = *state;
	struct pty *p = desk_open(d, DESK_TEST, "size-1");

	desk_go(d, FIELD_CALLBACK_URL);
	pty_type(p, "\rhttps://half.typed");
	desk_see(p, "https://half.typed");
	for (int round = 0; round < 30; round++)
		for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
			pty_resize(p, sizes[i][0], sizes[i][1]);
			if (round == 0 && sizes[i][0] >= 9)
				desk_check(d);
		}
	desk_see(p, "EDIT ");
	desk_see(p, "https://half.typed");
	desk_check(d);
	pty_type(p, ".too\r");
	desk_see(p, "> callback_url     https://half.typed.too");
	desk_check(d);
	desk_quit(d);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, desk_setup, desk_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_task_is_made_by_keys_from_an_empty_form_to_completed),
		CASE(the_payload_follows_every_key),
		CASE(a_paste_of_a_thousand_urls_is_a_thousand_rows),
		CASE(b10_a_text_too_long_is_cut_with_a_word_and_sent_as_shown),
		CASE(b6_a_storm_of_sizes_leaves_focus_and_text_as_they_were),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
