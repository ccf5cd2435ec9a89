/* test_payload_view.c - the payload over the whole screen: all of it, one cursor with the form. */
#include "config.h"

#include "tests/ui_world.h"

static void
go(struct world *w, enum field_id f)
{
	press(w, "g");
	for (int i = 0; i < (int)f; i++)
		press(w, "j");
	assert_int_equal(w->ui.compose.focus, f);
}

/* The text of rows 3 to rows - 2, from column x on, with its line ends. */
static void
text_of(struct world *w, int rows, int cols, int x, struct buf *out)
{
	char *picture = world_picture(w, rows, cols), *line = picture;

	for (int y = 0; y < rows - 2; y++) {
		char *end = strchr(line, '\n');

		if (y >= 2 && end - line > x)
			buf_add(out, line + x, (size_t)(end - line - x));
		line = end + 1;
	}
	free(picture);
}

static void
nothing_is_hidden_in_the_whole_payload(void **state)
{
	struct world *w = world_filled();
	struct buf wire = BUF_INIT(1u << 20), got = BUF_INIT(1u << 20);
	size_t n;

	(void)state;
	payload_wire(w->ui.compose.payload, &wire);
	press(w, "tpg");
	text_of(w, 400, 80, 2, &got);
	n = got.len;
	assert_true(n > 15000);
	for (size_t i = 0, k = 0; i < wire.len && k < n; i++) {
		if (wire.p[i] == ' ' && got.p[k] != ' ')
			continue; /* at the end of a row, where a picture has no blanks */
		if (wire.p[i] != got.p[k])
			fail_msg("byte %zu: \"%.20s\" is shown as \"%.20s\"", i, wire.p + i,
				 got.p + k);
		k++;
	}
	buf_free(&wire);
	buf_free(&got);
	press(w, "t");
	assert_shown(w, "\"https://data.acme.dev/n/0412/frame_000.json?X-Amz-Algorithm=AWS4-HM");
	assert_shown(w, "AC-SHA256&X-Amz-Signature=6c1d00000\",");
	world_done(w);
}

static void
the_cursor_is_one_with_the_form(void **state)
{
	struct world *w = world_filled();

	(void)state;
	go(w, FIELD_CALLBACK_URL);
	press(w, "pj");
	assert_int_equal(w->ui.compose.focus, FIELD_ATTACHMENTS);
	press(w, "kk");
	assert_int_equal(w->ui.compose.focus, FIELD_INSTRUCTION);
	press(w, "G"); /* the brace is nobody's */
	assert_int_equal(w->ui.compose.focus, FIELD_INSTRUCTION);
	press(w, "k");
	assert_int_equal(w->ui.compose.focus, FIELD_TAGS);
	press(w, "<Esc>");
	assert_int_equal(w->ui.view, VIEW_COMPOSE);
	assert_int_equal(w->ui.compose.focus, FIELD_TAGS);
	press(w, "p<Tab><Tab><Enter>"); /* around, over what is in the body */
	assert_int_equal(w->ui.view, VIEW_COMPOSE);
	assert_int_equal(w->ui.compose.focus, FIELD_BATCH);
	press(w, "p<S-Tab><S-Tab><S-Tab>");
	assert_int_equal(w->ui.compose.focus, FIELD_CLEAR_UNIQUE_ID_ON_ERROR);
	press(w, "tj"); /* the same in the wire form */
	assert_int_equal(w->ui.compose.focus, FIELD_TAGS);
	world_done(w);
}

static void
a_field_that_is_not_in_the_body_keeps_the_focus(void **state)
{
	struct world *w = world_filled(), *empty = world_new();

	(void)state;
	go(w, FIELD_TASK_BLUEPRINT_ID);
	press(w, "p<Esc>");
	assert_int_equal(w->ui.compose.focus, FIELD_TASK_BLUEPRINT_ID);
	world_done(w);
	go(empty, FIELD_METADATA);
	press(empty, "pjk<Tab><S-Tab>tjk<Tab><Esc>");
	assert_int_equal(empty->ui.compose.focus, FIELD_METADATA);
	world_done(empty);
}

static void
another_size_keeps_the_cursor_on_its_text(void **state)
{
	struct world *w = world_filled();

	(void)state;
	go(w, FIELD_METADATA);
	press(w, "p");
	assert_shown(w, "> 209   \"metadata\": {");
	for (int cols = 200; cols > 10; cols -= 7)
		free(world_picture(w, 20, cols));
	assert_shown(w, "> 209   \"metadata\": {");
	world_done(w);
}

static enum role
role_of(const struct grid *g, const char *text)
{
	struct buf dump = BUF_INIT(1u << 20);
	const char *at, *p;
	int y = 0, x = 0;

	grid_dump(g, &dump);
	at = strstr(buf_str(&dump), text);
	assert_non_null(at);
	for (p = buf_str(&dump); p < at; p++) {
		bool end = *p == '\n';

		y += end;
		x = end ? 0 : x + (((unsigned char)*p & 0xC0) != 0x80);
	}
	buf_free(&dump);
	return grid_at(g, y, x)->role;
}

static void
a_row_is_coloured_as_its_whole_line(void **state)
{
	struct world *w = world_filled();
	struct grid g;

	(void)state;
	go(w, FIELD_ATTACHMENTS);
	press(w, "p");
	grid_init(&g, 24, 80);
	view(&w->ui, &g);
	assert_int_equal(role_of(&g, "\"attachments"), ROLE_JSON_KEY);
	assert_int_equal(role_of(&g, "\"https://data"), ROLE_JSON_STRING);
	assert_int_equal(role_of(&g, "AC-SHA256"), ROLE_JSON_STRING); /* broken here */
	assert_int_equal(role_of(&g, "6c1d00000"), ROLE_JSON_STRING);
	assert_int_equal(role_of(&g, ",\n"), ROLE_JSON_PUNCT);
	grid_done(&g);
	world_done(w);
}

static void
it_looks_like_the_pictures(void **state)
{
	struct world *w = world_filled();

	(void)state;
	go(w, FIELD_ATTACHMENTS);
	press(w, "p");
	world_golden(w, "payload", 24, 80);
	world_golden(w, "payload", 10, 40);
	world_golden(w, "payload", 50, 160);
	press(w, "t");
	world_golden(w, "payload_wire", 24, 80);
	world_done(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_hidden_in_the_whole_payload),
		cmocka_unit_test(the_cursor_is_one_with_the_form),
		cmocka_unit_test(a_field_that_is_not_in_the_body_keeps_the_focus),
		cmocka_unit_test(another_size_keeps_the_cursor_on_its_text),
		cmocka_unit_test(a_row_is_coloured_as_its_whole_line),
		cmocka_unit_test(it_looks_like_the_pictures),
	};
	return cmocka_run_group_tests_name("payload view", tests, NULL, NULL);
}
