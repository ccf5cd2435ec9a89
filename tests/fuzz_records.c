/* fuzz_records.c - any file of payloads: every record is found, where it begins, and no other. */
#include "config.h"

#include "tests/fuzz.h"

#include "cli/records.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

const struct fuzz_seed fuzz_seeds[] = {
	FUZZ_SEED("{\"project\":\"p\",\"attachments\":[\"s3://a/b.sfs\"]}"),
	FUZZ_SEED("[{\"a\":1},{\"b\":[{},{\"c\":\"}\"}]},\n {\"d\":\"\\\"]\"}]"),
	FUZZ_SEED("{\"a\":1}\n{\"b\":\"\\n\"}\r\n\n  {\"c\":{}}\n"),
	FUZZ_SEED("{\n\"a\":1\n}\n{\n\"b\":[\n2]}\n"),
	FUZZ_SEED("[]"),
	FUZZ_SEED("[{\"a\":1} {\"b\":2},]"),
	FUZZ_SEED("multistage-draft 1\nid 1\nx\n"),
	{ NULL, 0 },
};

/* Where the text begins is where the place says. */
static void
stands_there(const struct record *rec, const char *text, size_t n)
{
	size_t at = 0;
	struct json_place place;

	for (int line = 1; line < rec->at.line && at < n; at++)
		line += text[at] == '\n';
	while (at + rec->n <= n) {
		json_place_at(text, at, &place);
		if (place.line != rec->at.line || place.col >= rec->at.col)
			break;
		at++;
	}
	fuzz_must(at + rec->n <= n && memcmp(text + at, rec->text, rec->n) == 0,
		  "a record is a piece of the file, at its place");
}

/* How many records a text of good JSON has; 0: it is none. */
static size_t
objects(const char *text, size_t n)
{
	struct json_iter it = { 0 };
	struct json_span top;
	struct err err = ERR_INIT;
	size_t count = 0;

	if (json_scan(text, n, &top, NULL, &err) != ERR_OK)
		return 0;
	if (top.type == JSON_OBJECT)
		return 1;
	if (top.type != JSON_ARRAY)
		return 0;
	while (json_each(&top, &it)) {
		if (it.value.type != JSON_OBJECT)
			return 0;
		count++;
	}
	return count;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = size ? (const char *)data : "";
	int fd = memfd_create("records", MFD_CLOEXEC);
	struct draft *d = draft_new();
	struct err err = ERR_INIT;
	struct records *r;
	struct record rec;
	size_t count = 0;
	bool more = true;
	char path[64];

	fuzz_must(fd >= 0 && write(fd, text, size) == (ssize_t)size, "a file");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	r = records_open(path, &err);
	fuzz_must(r != NULL, "it opens");
	while (records_next(r, &rec, &more, &err) == ERR_OK && more) {
		struct err bad = ERR_INIT;

		fuzz_must(rec.number == ++count && count <= size + 1, "records are counted");
		if (!rec.too_big)
			stands_there(&rec, text, size);
		if (records_import(&rec, &d, &bad) != ERR_OK)
			fuzz_must(bad.msg[0] != '\0', "a bad one is told");
	}
	if (objects(text, size) > 0)
		fuzz_must(!more && count == objects(text, size), "no record is missed");
	records_close(r);
	draft_free(d);
	close(fd);
	return 0;
}
