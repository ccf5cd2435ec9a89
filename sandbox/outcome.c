/* outcome.c - see outcome.h. */
#include "config.h"

#include "sandbox/outcome.h"

#include "sandbox/asset.h"
#include "sandbox/out.h"

#include <stdio.h>
#include <string.h>

/* Does the path of url (not its query) hold word? */
static bool
path_has(const char *url, const char *word)
{
	const char *at = strstr(url, word);

	return at && (size_t)(at - url) < strcspn(url, "?");
}

struct outcome_item
outcome_unfetched(struct service *s, bool is_test, int64_t place, const char *url)
{
	struct outcome_item item = { .place = place, .url = url };
	struct asset asset;

	if (path_has(url, "/missing/")) {
		item.state = OUTCOME_MISSING;
		item.status = 403;
	} else if (path_has(url, "/broken/")) {
		item.state = OUTCOME_BROKEN;
		item.status = 200;
		item.message = "Invalid JSON Format: Unexpected end of JSON input";
	} else if (strncmp(url, ASSET_SCHEME, strlen(ASSET_SCHEME)) == 0 &&
		   !asset_find_url(s, is_test, url, &asset)) {
		item.state = OUTCOME_MISSING;
		item.status = 404;
	}
	return item;
}

static void
add_attachment(struct buf *out, const char *key, const struct outcome_item *item)
{
	out_open(out, key, '{');
	if (item->status)
		out_int(out, "statusCode", item->status);
	out_str(out, "url", item->url);
	out_close(out, '}');
}

static void
add_missing(struct buf *out, const struct outcome_item *items, size_t count)
{
	out_str(out, "error", "One or more attachments could not be downloaded.");
	out_open(out, "attachments", '[');
	for (size_t i = 0; i < count; i++)
		if (items[i].state == OUTCOME_MISSING)
			add_attachment(out, NULL, &items[i]);
	out_close(out, ']');
}

/* The same words for both. Source: docs.scale.com/reference/errors, the second example. */
static void
add_broken(struct buf *out, const struct outcome_item *items, size_t count)
{
	out_str(out, "error", "One or more attachments could not be downloaded.");
	out_open(out, "frames", '[');
	for (size_t i = 0; i < count; i++) {
		if (items[i].state != OUTCOME_BROKEN)
			continue;
		out_open(out, NULL, '{');
		out_int(out, "frame", items[i].place);
		out_str(out, "message", items[i].message);
		add_attachment(out, "attachment", &items[i]);
		out_close(out, '}');
	}
	out_close(out, ']');
}

/* What a multistage task delivers is not documented; a lidar task delivers an address. */
static void
add_good(struct buf *out, const struct service *s, const char *task_id)
{
	char url[128];
	int n = snprintf(url, sizeof(url), "%s/_sandbox/annotations/%s.json", s->base_url, task_id);

	out_open(out, "annotations", '{');
	out_text(out, "url", url, (size_t)n);
	out_close(out, '}');
}

const char *
outcome_add(struct buf *out, const struct service *s, const char *task_id,
	    const struct outcome_item *items, size_t count)
{
	size_t missing = 0, broken = 0;

	for (size_t i = 0; i < count; i++) {
		missing += items[i].state == OUTCOME_MISSING;
		broken += items[i].state == OUTCOME_BROKEN;
	}
	out_open(out, NULL, '{');
	if (missing > 0)
		add_missing(out, items, count);
	else if (broken > 0)
		add_broken(out, items, count);
	else
		add_good(out, s, task_id);
	out_close(out, '}');
	return missing + broken > 0 ? "error" : "completed";
}
