/* test_multipart.c - forms in pieces of every size, whole ones and damaged ones. */
#include "config.h"

#include "tests/test.h"

#include "sandbox/multipart.h"

#define TYPE "multipart/form-data; boundary=XyZ"
#define PART "Content-Disposition: form-data; "

/* Each part as [name|filename|type] and its bytes; "-" for what it does not say. */
static void
note(void *arg, const struct multipart_part *part, const char *data, size_t n)
{
	struct buf *seen = arg;

	if (n == 0)
		buf_addf(seen, "[%s|%s|%s]", part->name ? part->name : "-",
			 part->filename ? part->filename : "-", part->type ? part->type : "-");
	buf_add(seen, data, n);
}

/* Feed body in pieces of step bytes. NULL: it is damaged. The caller frees. */
static char *
parse(const char *type, const char *body, size_t step, bool *ended)
{
	struct buf seen = BUF_INIT(1 << 20);
	struct multipart m;
	size_t n = strlen(body);
	bool good = multipart_init(&m, type, note, &seen);

	for (size_t at = 0; good && at < n; at += step)
		good = multipart_add(&m, body + at, n - at < step ? n - at : step);
	*ended = multipart_ended(&m);
	multipart_done(&m);
	if (good)
		return buf_take(&seen);
	buf_free(&seen);
	return NULL;
}

static void
a_form_is_read_in_pieces_of_any_size(void **state)
{
	static const struct {
		const char *body, *want; /* NULL: damaged */
		bool whole;
	} rows[] = {
		/* clang-format off */
		{ "--XyZ\r\n" PART "name=\"a\"\r\n\r\none\r\n--XyZ--\r\n", "[a|-|-]one", true },
		{ "--XyZ\r\n" PART "name=a\r\n\r\none\r\n--XyZ--", "[a|-|-]one", true },
		{ "--XyZ\r\ncontent-disposition:form-data;NAME = \"a\" ; x=\"y\"\r\n\r\n1\r\n--XyZ--", "[a|-|-]1", true },
		{ "--XyZ\r\n" PART "name=\"a\"\r\n\r\n1\r\n--XyZ\r\n" PART "name=\"b\"\r\n\r\n2\r\n--XyZ--\r\n", "[a|-|-]1[b|-|-]2", true },
		{ "--XyZ\r\n" PART "name=\"f\"; filename=\"x.bin\"\r\nContent-Type: image/png\r\n\r\n\r\n--Xy\r\r\n-\r\n--XyZ--", "[f|x.bin|image/png]\r\n--Xy\r\r\n-", true },
		{ "--XyZ\r\nContent-Type: text/plain\r\n" PART "name=\"f\"; filename=\"\"\r\n\r\n\r\n--XyZ--", "[f||text/plain]", true },
		{ "--XyZ\r\n" PART "name=\"f\"\r\n\r\n--XyZ--", "[f|-|-]", true },                 /* empty, no line of its own */
		{ "--XyZ \t\r\n" PART "name=\"f\"\r\n\r\nx\r\n--XyZ-- \r\nand more\r\n--XyZ\r\n", "[f|-|-]x", true },
		{ "hello\r\n--XyZ\r\n" PART "name=\"f\"\r\n\r\nx\r\n--XyZ--", "[f|-|-]x", true }, /* a preamble */
		{ "--XyZ--\r\n", "", true },
		{ "--XyZ\r\n\r\nx\r\n--XyZ--", "[-|-|-]x", true },                                /* a part without a head */
		{ "", "", false },
		{ "--XyZ\r\n" PART "name=\"f\"\r\n\r\nx", "[f|-|-]x", false },
		{ "--XyZ\r\n" PART "name=\"f\"\r\n\r\nx\r\n--XyZ", "[f|-|-]x", false },
		{ "--XyZ\r\n" PART "name=\"f\"\r\n\r\nx\r\n--XyZ-", "[f|-|-]x", false },
		{ "--XyZ\r\n" PART "name=\"f\"\r\n", "", false },
		{ "--Other\r\n" PART "name=\"f\"\r\n\r\nx\r\n--Other--", "", false },
		{ "{\"file\":1}", "", false },
		{ "--XyZ\r\n" PART "name=\"f\r\n\r\nx\r\n--XyZ--", NULL, false },                 /* no second quote */
		{ "--XyZabc\r\n" PART "name=\"f\"\r\n\r\nx\r\n--XyZ--", NULL, false },
		{ "--XyZ\n" PART "name=\"f\"\n\nx\n--XyZ--", NULL, false },                       /* bare LF */
		{ "--XyZ\r\n" PART "name=\"f\"; filename*=no-quotes\r\n\r\nx\r\n--XyZ--", NULL, false },
		/* clang-format on */
	};
	static const size_t steps[] = { 1, 2, 3, 5, 7, 11, 4096 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (size_t k = 0; k < sizeof(steps) / sizeof(steps[0]); k++) {
			bool whole;
			char *got = parse(TYPE, rows[i].body, steps[k], &whole);

			if (whole != rows[i].whole || !got != !rows[i].want ||
			    (got && strcmp(got, rows[i].want) != 0))
				fail_msg("row %zu in steps of %zu: %s, %s", i, steps[k],
					 got ? got : "damaged", whole ? "whole" : "unfinished");
			free(got);
		}
	}
}

static void
a_file_keeps_its_name_and_loses_its_folder(void **state)
{
	static const struct {
		const char *parameter, *want;
	} rows[] = {
		/* clang-format off */
		{ "filename=\"a.json\"", "a.json" },
		{ "filename=a.json", "a.json" },
		{ "filename=\"a;b=c.json\"", "a;b=c.json" },
		{ "filename=\"say \\\"hi\\\".txt\"", "say \"hi\".txt" },
		{ "filename=\"a\\\\b\"", "b" },
		{ "filename=\"C:\\scenes\\x.sfs\"", "x.sfs" },
		{ "filename=\"../../etc/passwd\"", "passwd" },
		{ "filename=\"a/\"", "" },
		{ "filename=\"sz\xC3\xA9ne.sfs\"", "sz\xC3\xA9ne.sfs" },
		{ "filename*=UTF-8''sz%C3%A9ne.sfs", "sz\xC3\xA9ne.sfs" },
		{ "filename=\"szene.sfs\"; filename*=utf-8'de'sz%C3%A9ne.sfs", "sz\xC3\xA9ne.sfs" },
		{ "filename*=UTF-8''..%2F..%2Fx", "x" },
		/* clang-format on */
	};
	char body[512], want[512];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool whole;
		char *got;

		snprintf(body, sizeof(body), "--XyZ\r\n" PART "name=\"f\"; %s\r\n\r\nx\r\n--XyZ--",
			 rows[i].parameter);
		snprintf(want, sizeof(want), "[f|%s|-]x", rows[i].want);
		got = parse(TYPE, body, 7, &whole);
		if (!whole || !got || strcmp(got, want) != 0)
			fail_msg("%s gives %s", rows[i].parameter, got ? got : "damaged");
		free(got);
	}
}

static void
only_a_form_with_a_boundary_is_one(void **state)
{
	static const struct {
		const char *type;
		bool good;
	} rows[] = {
		{ TYPE, true },
		{ "Multipart/Form-Data;boundary=\"XyZ\"", true },
		{ "multipart/form-data; charset=utf-8; boundary=XyZ", true },
		{ "multipart/form-data", false },
		{ "multipart/form-data; boundary=", false },
		{ "multipart/form-data; boundary=\"XyZ", false },
		{ "multipart/form-data; boundary=\"X\r\nZ\"", false },
		{ "multipart/form-data2; boundary=XyZ", false },
		{ "multipart/mixed; boundary=XyZ", false },
		{ "application/json", false },
		{ "", false },
		{ "multipart/form-data; boundary="
		  "0123456789012345678901234567890123456789012345678901234567890123456789",
		  true },
		{ "multipart/form-data; boundary="
		  "01234567890123456789012345678901234567890123456789012345678901234567890",
		  false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct multipart m;

		if (multipart_init(&m, rows[i].type, note, NULL) != rows[i].good)
			fail_msg("\"%s\"", rows[i].type);
		multipart_done(&m);
	}
}

static void
an_endless_head_is_refused(void **state)
{
	struct buf body = BUF_INIT(1 << 16);
	bool whole;

	(void)state;
	buf_adds(&body, "--XyZ\r\n" PART "name=\"");
	while (body.len < MULTIPART_HEAD_MAX + 100)
		buf_adds(&body, "aaaaaaaaaaaaaaaa");
	buf_adds(&body, "\"\r\n\r\nx\r\n--XyZ--");
	assert_null(parse(TYPE, buf_str(&body), 512, &whole));
	buf_free(&body);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_form_is_read_in_pieces_of_any_size),
		cmocka_unit_test(a_file_keeps_its_name_and_loses_its_folder),
		cmocka_unit_test(only_a_form_with_a_boundary_is_one),
		cmocka_unit_test(an_endless_head_is_refused),
	};
	return cmocka_run_group_tests_name("multipart", tests, NULL, NULL);
}
