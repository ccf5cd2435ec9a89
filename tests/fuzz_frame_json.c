/* fuzz_frame_json.c - no bytes of a frame crash its reader or make words unfit to show. */
#include "config.h"

#include "tests/fuzz.h"

#include "core/frame_json.h"
#include "core/text.h"

#include <string.h>

const struct fuzz_seed fuzz_seeds[] = {
	FUZZ_SEED(
		"{\"points\":\"AACAPwAAAEAAAEBAAACAwAAAsEAAAAAA\",\"intensities\":\"CtcjPRSuRz8=\","
		"\"device_position\":{\"x\":0,\"y\":0,\"z\":0},"
		"\"device_heading\":{\"w\":1,\"x\":0,\"y\":0,\"z\":0},\"images\":[]}"),
	FUZZ_SEED(
		"{\"points\":[{\"x\":1,\"y\":2,\"z\":3},{\"x\":-4,\"y\":5.5,\"z\":0,\"i\":0.78}]}"),
	FUZZ_SEED("{\"points\":\"AA\\/\\u002bAAAAAAAAAAAA\",\"intensities\":\"\\u0041AAA\"}"),
	{ NULL, 0 },
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct frame_facts facts;
	struct err err = ERR_INIT;
	char *text = malloc(size ? size : 1); /* of its own size: reading past the end is seen */
	enum err_code code;
	struct glyph g;

	fuzz_must(text != NULL, "memory");
	memcpy(text, data, size);
	code = frame_json_check(text, size, &facts, &err);
	if (code == ERR_OK)
		fuzz_must(facts.points <= size, "no more points than bytes");
	else
		fuzz_must(err.code == code && err.msg[0], "a refusal has words");
	for (size_t at = 0, n = strlen(err.msg); at < n;) {
		at += text_glyph(err.msg + at, n - at, &g);
		fuzz_must(!g.made, "a message is fit to be shown");
	}
	free(text);
	return 0;
}
