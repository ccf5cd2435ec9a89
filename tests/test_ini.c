/* test_ini.c - sections, keys and values of an INI file, and where each stands. */
#include "config.h"

#include "tests/test.h"

#include "core/buf.h"
#include "core/ini.h"

#include <stdlib.h>
#include <string.h>

/* All items of text in a line each: "line:column [name]", "line:column name=value@column",
 * "!column" behind it for a remark; or the error at the end. */
static void
must_read(const char *text, size_t n, const char *want)
{
	struct buf got = BUF_INIT(1u << 16);
	struct err err = ERR_INIT;
	struct ini_item item = { .kind = INI_KEY };
	struct ini ini;
	char *copy = malloc(n + 1);

	assert_non_null(copy);
	memcpy(copy, text, n);
	copy[n] = '\0';
	ini_init(&ini, "f", copy, n);
	while (ini_next(&ini, &item, &err) == ERR_OK && item.kind != INI_END) {
		buf_addf(&got, "%d:%d ", item.line, item.column);
		if (item.kind == INI_SECTION)
			buf_addf(&got, "[%s]", item.name);
		else
			buf_addf(&got, "%s=%s@%d", item.name, item.value, item.value_column);
		if (item.remark_column)
			buf_addf(&got, "!%d", item.remark_column);
		buf_adds(&got, "\n");
	}
	if (err.code) {
		assert_int_equal(err.code, ERR_CONFIG);
		buf_adds(&got, err.msg);
	}
	if (strcmp(buf_str(&got), want) != 0)
		fail_msg("%s: want \"%s\", got \"%s\"", text, want, buf_str(&got));
	buf_free(&got);
	free(copy);
}

#define MUST_READ(text, want) must_read(text, sizeof(text) - 1, want)

static void
keys_and_sections_come_with_their_places(void **state)
{
	(void)state;
	MUST_READ("", "");
	MUST_READ("\n\r\n \t\n# a\n;b\n  # c = d\n", "");
	MUST_READ("a=b", "1:1 a=b@3\n");
	MUST_READ("\xEF\xBB\xBF\ta b : c = d \t\r\n", "1:2 a b=c = d@8\n");
	MUST_READ("\n[one]\n  [two three]  # x\nk=", "2:2 [one]\n3:4 [two three]!16\n4:1 k=@3\n");
	MUST_READ("\xC3\xA4\xE2\x82\xAC = \xF0\x9F\x98\x80 ;x\n",
		  "1:1 \xC3\xA4\xE2\x82\xAC=\xF0\x9F\x98\x80@6!8\n");
}

static void
a_remark_begins_after_a_blank_and_never_inside_quotes(void **state)
{
	(void)state;
	MUST_READ("a = b ; c\n", "1:1 a=b@5!7\n");
	MUST_READ("a = b;c\n", "1:1 a=b;c@5\n");
	MUST_READ("a = ; c\n", "1:1 a=@5!5\n");
	MUST_READ("a =;c\n", "1:1 a=;c@4\n");
	MUST_READ("a = b # c\n", "1:1 a=b # c@5\n");
	MUST_READ("a = sh -c 'x ; y' ; z\n", "1:1 a=sh -c 'x ; y'@5!19\n");
	MUST_READ("a = \"x \\\" ; y\" ;z\n", "1:1 a=\"x \\\" ; y\"@5!16\n");
	MUST_READ("a = \"x ' ; y\" 'z\n", "1:1 a=\"x ' ; y\" 'z@5\n");
	MUST_READ("a = /o'neil/key ; mine\n", "1:1 a=/o'neil/key@5!17\n");
	MUST_READ("a = x\\ ;y\n", "1:1 a=x\\ ;y@5\n");
	MUST_READ("a = 'x\\' ; y\n", "1:1 a='x\\'@5!10\n");
}

static void
what_is_no_line_of_an_ini_file_is_told_with_its_place(void **state)
{
	char line[INI_LINE_MAX + 3];

	(void)state;
	MUST_READ("a=b\nnonsense\nc=d", "1:1 a=b@3\nf:2:1: this is neither \"key = value\" nor a "
					"[section]");
	MUST_READ("  = b\n", "f:1:3: there is no key in front of this sign");
	MUST_READ(" [a\n]", "f:1:2: this section has no ]");
	MUST_READ("[]", "f:1:1: this section has no name");
	MUST_READ("[a] b", "f:1:5: this stands behind the ] of a section");
	MUST_READ("a = \xC3\xA4 \xC3\n", "f:1:7: this is not text in UTF-8");
	MUST_READ("# \xC0\x80\n", "f:1:3: this is not text in UTF-8");
	MUST_READ("a = b\0c\n", "f:1:6: a control character cannot stand here");
	MUST_READ("a = b\x1B[2J\n", "f:1:6: a control character cannot stand here");
	MUST_READ("a = b\rc\n", "f:1:6: a control character cannot stand here");
	memset(line, 'x', sizeof(line));
	memcpy(line, "a=", 2);
	must_read(line, INI_LINE_MAX + 1, "f:1:4097: the line is too long");
	line[0] = '#'; /* a remark may be as long as it likes */
	must_read(line, INI_LINE_MAX + 1, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_and_sections_come_with_their_places),
		cmocka_unit_test(a_remark_begins_after_a_blank_and_never_inside_quotes),
		cmocka_unit_test(what_is_no_line_of_an_ini_file_is_told_with_its_place),
	};

	return cmocka_run_group_tests_name("ini", tests, NULL, NULL);
}
