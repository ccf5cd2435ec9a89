/* scene_check.c - see scene_check.h. Source: API reference, "Errors". */
#include "config.h"

#include "sandbox/scene_check.h"

#include "core/frame_json.h"
#include "core/sfs.h"

#include <string.h>

#define LINE_MAX_BYTES 4096

/* Copy what fits of s, with no character cut in two. */
static void
say(const char *s, char *message, size_t size)
{
	size_t n = strlen(s);

	if (n >= size) {
		n = size - 1;
		while (n > 0 && ((unsigned char)s[n] & 0xC0) == 0x80)
			n--;
	}
	memcpy(message, s, n);
	message[n] = '\0';
}

static bool
check_sfs(const void *data, size_t n, char *message, size_t size)
{
	struct buf line = BUF_INIT(LINE_MAX_BYTES);
	struct sfs_report report;
	bool good = sfs_check(data, n, &report);

	if (!good) {
		sfs_report_line(&report, &line);
		say(buf_str(&line), message, size);
	}
	buf_free(&line);
	sfs_report_done(&report);
	return good;
}

static bool
check_frame(const char *text, size_t n, char *message, size_t size)
{
	struct frame_facts facts;
	struct err err = ERR_INIT;
	enum err_code code = frame_json_check(text, n, &facts, &err);

	if (code == ERR_OK || code == ERR_RULE)
		return true;
	say(err.msg, message, size);
	return false;
}

bool
scene_check(const char *scene_format, const void *data, size_t n, char *message, size_t size)
{
	if (strcmp(scene_format, "sensor_fusion") == 0)
		return check_sfs(data, n, message, size);
	if (strcmp(scene_format, "split_base64") == 0)
		return check_frame(data, n, message, size);
	return true;
}
