/* fuzz_import.c - any bytes as a payload, a saved draft or a paste: refused with words, or
 * a draft that can be checked, sent, saved and read again without a change. */
#include "config.h"

#include "tests/fuzz.h"

#include "core/check.h"
#include "core/payload.h"
#include "core/text.h"

#include <inttypes.h>
#include <string.h>

const struct fuzz_seed fuzz_seeds[] = {
	FUZZ_SEED(
		"{\"project\":\"p\",\"attachments\":[\"s3://b/1.json\",\"https://u@h/2?se=1&sig\"],"
		"\"scene_format\":\"split_base64\",\"metadata\":{\"a\":1.10},\"priority\":20,"
		"\"clear_unique_id_on_error\":true,\"tags\":[\"a\",\"a\",\"\"],\"new\":{}}"),
	FUZZ_SEED(
		"{\"batch\":\"b\\n\",\"unique_id\":null,\"n\\u0065w\":1,"
		"\"callback_url\":\"me@h.de\","
		"\"attachments\":[\"https://h/x.sfs?X-Amz-Date=20260101T000000Z&X-Amz-Expires=60\","
		"\"https://h/?Expires=1795611600&Signature=s\"],\"instruction\":\"\xC3\xA9\"}"),
	FUZZ_SEED("id 32\n0123456789abcdef0123456789abcdef\nproject 3\nabc\ntags[] 2\n0\n\n1\nx\n"),
	FUZZ_SEED("[\"s3://b/1\", \"s3://b/2\"]"),
	FUZZ_SEED("s3://b/1\r\n\n  https://h/2 \rx"),
	{ NULL, 0 },
};

static bool
same(const struct draft *a, const struct draft *b)
{
	for (enum field_id f = 0; f < FIELD_COUNT; f++) {
		if (strcmp(draft_get(a, f), draft_get(b, f)) != 0 ||
		    draft_count(a, f) != draft_count(b, f))
			return false;
		for (size_t i = 0; i < draft_count(a, f); i++)
			if (strcmp(draft_item(a, f, i), draft_item(b, f, i)) != 0)
				return false;
	}
	return strcmp(draft_extra(a), draft_extra(b)) == 0;
}

static void
check_saved(const struct draft *d)
{
	struct buf saved = BUF_INIT(1 << 24);
	struct err err = ERR_INIT;
	struct draft *back;

	draft_save(d, &saved);
	back = draft_load(saved.p, saved.len, &err);
	fuzz_must(back && same(d, back), "saved and loaded is the same");
	draft_free(back);
	buf_free(&saved);
}

static void
check_findings(const struct draft *d)
{
	struct check *c = check_new();

	check_set_now(c, 1795611600000);
	check_update(c, d);
	fuzz_must(check_count(c) <= check_errors(c) + check_warnings(c), "findings are counted");
	for (size_t i = 0; i < check_count(c); i++) {
		const struct finding *x = check_get(c, i);

		fuzz_must(text_valid(x->msg, strlen(x->msg), NULL), "a finding is UTF-8");
		for (const char *p = x->msg; *p; p++)
			fuzz_must((unsigned char)*p >= ' ' && *p != 0x7F, "a finding never acts");
	}
	check_free(c);
}

static void
as_payload(const char *text, size_t n)
{
	struct draft *d = draft_new(), *before = draft_copy(d), *again = draft_new();
	struct buf first = BUF_INIT(1 << 24), second = BUF_INIT(1 << 24);
	struct err err = ERR_INIT;

	if (payload_import(d, text, n, &err) != ERR_OK) {
		fuzz_must(same(d, before), "a refused import changes nothing");
	} else {
		fuzz_must(payload_of_draft(d, &first, NULL, &err) == ERR_OK,
			  "what came in can go out");
		fuzz_must(payload_import(again, first.p, first.len, &err) == ERR_OK,
			  "and in again");
		fuzz_must(payload_of_draft(again, &second, NULL, &err) == ERR_OK &&
				  strcmp(first.p, second.p) == 0,
			  "the same bytes come out");
		check_saved(d);
		check_findings(d);
	}
	draft_free(d);
	draft_free(before);
	draft_free(again);
	buf_free(&first);
	buf_free(&second);
}

/* With the head and the sum of a saved draft, so that the records are read. */
static void
as_saved(const char *text, size_t n)
{
	struct buf in = BUF_INIT(1 << 24);
	uint64_t sum = 0xcbf29ce484222325u;
	struct err err = ERR_INIT;
	struct draft *d;

	buf_adds(&in, "multistage-draft 1\n");
	buf_add(&in, text, n);
	for (size_t i = 0; i < in.len; i++)
		sum = (sum ^ (unsigned char)in.p[i]) * 0x100000001b3u;
	buf_addf(&in, "end %016" PRIx64 "\n", sum);
	d = draft_load(in.p, in.len, &err);
	if (d) {
		check_saved(d);
		check_findings(d);
	}
	draft_free(d);
	buf_free(&in);
}

static void
as_paste(const char *text, size_t n)
{
	struct draft *d = draft_new(), *before = draft_copy(d);
	size_t added = draft_items_paste(d, FIELD_ATTACHMENTS, 0, text, n, NULL);

	fuzz_must(draft_count(d, FIELD_ATTACHMENTS) == added, "what is added is counted");
	draft_set(d, FIELD_METADATA, text, n);
	draft_set(d, FIELD_INSTRUCTION, text, n);
	check_findings(d);
	check_saved(d);
	while (draft_undo(d) != FIELD_COUNT)
		;
	fuzz_must(same(d, before), "undo leads back to the start");
	draft_free(d);
	draft_free(before);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	fuzz_must(text != NULL, "memory");
	memcpy(text, data, size);
	as_payload(text, size);
	as_saved(text, size);
	as_paste(text, size);
	free(text);
	return 0;
}
