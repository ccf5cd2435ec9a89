/* field.c - add a parameter: one row here, one line in enum field_id. The
 * tests then name the documentation and the golden screens that lack it.
 * Source of all rows: https://scale.com/docs/api-reference/create-multi-stage-task */
#include "config.h"

#include "core/field.h"

#include <string.h>

#define SEED "API reference, Create Multi-Stage Task"

static const char *const scene_formats[] = { "sensor_fusion", "split_base64", NULL };
static const char *const priorities[] = { "10", "20", "30", NULL };

const struct field fields[FIELD_COUNT] = {
	/* clang-format off */
	[FIELD_PROJECT] = {
		.name = "project", .label = "project", .required = true,
		.help = "Name of the project; left out when the batch names it.",
		.empty = "(required unless a batch is set)",
		.kind = FIELD_LINE, .emit = EMIT_STRING, .pick = PICK_PROJECT, .source = SEED,
	},
	[FIELD_BATCH] = {
		.name = "batch", .label = "batch",
		.help = "Name of an open batch; Rapid projects need one.",
		.empty = "(none)",
		.kind = FIELD_LINE, .emit = EMIT_STRING, .pick = PICK_BATCH, .source = SEED,
	},
	[FIELD_INSTRUCTION] = {
		.name = "instruction", .label = "instruction",
		.help = "Markdown or an iframe; the project's own text follows it.",
		.empty = "(the project's own)",
		.kind = FIELD_TEXT, .emit = EMIT_STRING, .source = SEED,
	},
	[FIELD_CALLBACK_URL] = {
		.name = "callback_url", .label = "callback_url",
		.help = "http(s) address or e-mail told when the task is done.",
		.empty = "(the account's own)",
		.kind = FIELD_LINE, .emit = EMIT_STRING, .url = URL_CALLBACK, .source = SEED,
	},
	[FIELD_ATTACHMENTS] = {
		.name = "attachments", .label = "attachments", .required = true,
		.help = "One .sfs scene, or a .json per frame in time order.",
		.empty = "(required)",
		.kind = FIELD_LIST, .emit = EMIT_STRINGS, .url = URL_ATTACHMENT, .source = SEED,
	},
	[FIELD_SCENE_FORMAT] = {
		.name = "scene_format", .label = "scene_format", .required = true,
		.help = "sensor_fusion: one .sfs file; split_base64: .json frames.",
		.empty = "(required)", .choices = scene_formats,
		.kind = FIELD_CHOICE, .emit = EMIT_STRING, .source = SEED,
	},
	[FIELD_TASK_BLUEPRINT_ID] = {
		.name = "task_blueprint_id", .label = "blueprint",
		.help = "Of the same project; empty means its newest active one.",
		.empty = "(newest active of the project)",
		.kind = FIELD_LINE, .emit = EMIT_STRING, .pick = PICK_BLUEPRINT, .source = SEED,
	},
	[FIELD_METADATA] = {
		.name = "metadata", .label = "metadata",
		.help = "Any JSON object up to 10 KB; sent as you spell it.",
		.empty = "(none)",
		.kind = FIELD_OBJECT, .emit = EMIT_RAW, .max_bytes = METADATA_MAX_BYTES, .source = SEED,
	},
	[FIELD_UNIQUE_ID] = {
		.name = "unique_id", .label = "unique_id",
		.help = "Never used twice in the account; makes resending safe.",
		.empty = "(one is made when you review)",
		.kind = FIELD_LINE, .emit = EMIT_STRING, .max_bytes = UNIQUE_ID_MAX_BYTES, .source = SEED,
	},
	[FIELD_PRIORITY] = {
		.name = "priority", .label = "priority",
		.help = "10, 20 or 30; a higher number is worked first.",
		.empty = "(the project's own)", .choices = priorities,
		.kind = FIELD_CHOICE, .emit = EMIT_RAW, .source = SEED,
	},
	[FIELD_CLEAR_UNIQUE_ID_ON_ERROR] = {
		.name = "clear_unique_id_on_error", .label = "clear_id_on_err",
		.help = "A task that ends in error gives its unique_id back.",
		.empty = "(no)",
		.kind = FIELD_FLAG, .emit = EMIT_RAW, .source = SEED,
	},
	[FIELD_TAGS] = {
		.name = "tags", .label = "tags",
		.help = "Up to five words to find the task by later.",
		.empty = "(none)",
		.kind = FIELD_LIST, .emit = EMIT_STRINGS, .max_items = TAGS_MAX, .source = SEED,
	},
	/* clang-format on */
};

enum field_id
field_find(const char *name, size_t n)
{
	for (size_t i = 0; i < FIELD_COUNT; i++)
		if (strlen(fields[i].name) == n && memcmp(fields[i].name, name, n) == 0)
			return (enum field_id)i;
	return FIELD_COUNT;
}
