/* fuzz_reply.c - no bytes of a reply crash a reader or leave something unfit to show. */
#include "config.h"

#include "core/reply.h"
#include "core/text.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must_be_shown_as_it_is(const char *s)
{
	struct glyph g;

	for (size_t at = 0, n = strlen(s); at < n;) {
		at += text_glyph(s + at, n - at, &g);
		if (g.made)
			abort();
	}
}

static void
read_as(enum reply_kind kind, const char *text, size_t size)
{
	struct err err = ERR_INIT;
	struct reply r;

	reply_init(&r, kind);
	if (reply_read(&r, text, size, &err) == ERR_OK && kind == REPLY_TASK &&
	    (r.task_count != 1 || !r.tasks[0].task_id[0]))
		abort();
	reply_done(&r);
}

static void
refuse(long status, const char *text, size_t size)
{
	const struct reply_context ctx = {
		.key_hint = "",
		.host = "h",
		.retry_after_ms = -1,
		.location_host = "",
		.endpoint = &endpoints[size % ENDPOINT_COUNT],
	};
	struct err err = ERR_INIT;

	if (!reply_refusal(status, text, size, &ctx, &err))
		abort();
	must_be_shown_as_it_is(err.msg);
}

/* A good reply with some of its bytes changed: that gets further than noise does. */
static char *
spoiled(const uint8_t *data, size_t size, size_t *n)
{
	static const char good[] =
		"{\"task_id\":\"65a6f0c51c9d4400a1b2c3d4\",\"name\":\"n\",\"status\":\"error\","
		"\"created_at\":\"2024-01-16T21:10:45Z\",\"tags\":[\"a\",\"b\"],\"priority\":20,"
		"\"error\":\"\\\"tags\\\" (65a6f0c51c9d4400a1b2c3d4)\",\"attachment_url\":\"u\","
		"\"params\":{\"attachments\":[\"a\",\"b\"]},\"metadata\":{},\"param_history\":[{}],"
		"\"response\":{\"attachments\":[{\"statusCode\":403,\"url\":\"b\"}],"
		"\"frames\":[{\"frame\":1,\"message\":\"m\"}]},\"total\":1,\"has_more\":true,"
		"\"docs\":[{\"task_id\":\"65a6f0c51c9d4400a1\"},{\"name\":\"b\",\"pending\":3}]}";
	char *text = malloc(sizeof(good));

	if (!text)
		abort();
	memcpy(text, good, sizeof(good));
	for (size_t i = 0; i + 2 < size && i < 12; i += 3)
		text[(data[i] << 8 | data[i + 1]) % (sizeof(good) - 1)] = (char)data[i + 2];
	*n = sizeof(good) - 1;
	return text;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const long statuses[] = { 302, 400, 401, 404, 409, 429, 503, 999 };
	enum reply_kind kind = (enum reply_kind)((size ? data[0] : 0u) % (REPLY_FILE + 1u));
	long status = statuses[(size ? data[size - 1] : 0u) % ARRAY_LEN(statuses)];
	char *text = malloc(size + 1); /* a copy of its own: reading past the end is seen */
	size_t n;

	if (!text)
		abort();
	memcpy(text, data, size);
	read_as(kind, text, size);
	refuse(status, text, size);
	free(text);

	text = spoiled(data, size, &n);
	for (int k = REPLY_TASK; k <= REPLY_FILE; k++)
		read_as((enum reply_kind)k, text, n);
	refuse(status, text, n);
	free(text);
	return 0;
}
