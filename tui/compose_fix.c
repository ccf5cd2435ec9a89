/* compose_fix.c - what F offers: a finding whose cure is plain. A row each in cures[]. */
#include "config.h"

#include "tui/compose.h"

#include "core/random.h"
#include "tui/compose_parts.h"
#include "tui/ui.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* What to set f to, into out; false: no cure is known. */
typedef bool cure_fn(const struct compose *c, enum field_id f, char *out, size_t size);

static bool
ends_with(const char *s, size_t n, const char *end)
{
	size_t m = strlen(end);

	return n >= m && strncasecmp(s + n - m, end, m) == 0;
}

/* The extension of the first attachment names the format. Source: API reference,
 * scene_format: .SFS for sensor_fusion, .JSON for split_base64. */
static bool
cure_format(const struct compose *c, enum field_id f, char *out, size_t size)
{
	const char *url, *format;
	size_t n;

	if (draft_count(c->draft, FIELD_ATTACHMENTS) == 0)
		return false;
	url = draft_item(c->draft, FIELD_ATTACHMENTS, 0);
	n = strcspn(url, "?#");
	if (ends_with(url, n, ".sfs"))
		format = "sensor_fusion";
	else if (ends_with(url, n, ".json"))
		format = "split_base64";
	else
		return false;
	snprintf(out, size, "%s", format);
	return strcmp(draft_get(c->draft, f), format) != 0;
}

static bool
cure_unique_id(const struct compose *c, enum field_id f, char *out, size_t size)
{
	char id[RANDOM_ID_SIZE];

	if (draft_is_set(c->draft, f))
		return false;
	random_id(id);
	snprintf(out, size, "%s", id);
	return true;
}

/* "hooks.acme.dev/scale" lacks only what comes before it. */
static bool
cure_callback(const struct compose *c, enum field_id f, char *out, size_t size)
{
	const char *text = draft_get(c->draft, f);

	if (!check_field(c->check, f) || strstr(text, "://") || strchr(text, '@') ||
	    !strchr(text, '.') || strpbrk(text, " \t") || draft_len(c->draft, f) + 9 > size)
		return false;
	snprintf(out, size, "https://%s", text);
	return true;
}

/* The batch brings its own project. Source: scale-api 5, project */
static bool
cure_project(const struct compose *c, enum field_id f, char *out, size_t size)
{
	const char *project = c->batch.project;

	snprintf(out, size, "%s", project);
	return project[0] && strlen(project) < size && strcmp(draft_get(c->draft, f), project) != 0;
}

/* of: the field F was pressed at; sets: the one that is changed. */
static const struct {
	enum field_id sets;
	cure_fn *find;
} cures[FIELD_COUNT] = {
	[FIELD_PROJECT] = { FIELD_PROJECT, cure_project },
	[FIELD_BATCH] = { FIELD_PROJECT, cure_project },
	[FIELD_SCENE_FORMAT] = { FIELD_SCENE_FORMAT, cure_format },
	[FIELD_UNIQUE_ID] = { FIELD_UNIQUE_ID, cure_unique_id },
	[FIELD_CALLBACK_URL] = { FIELD_CALLBACK_URL, cure_callback },
};

static bool
cure(const struct compose *c, enum field_id f, char *out, size_t size)
{
	return cures[f].find && cures[f].find(c, cures[f].sets, out, size);
}

/* Is a row with a finding equal to an earlier one? */
static bool
has_repeats(const struct compose *c, enum field_id f)
{
	for (size_t i = 0; fields[f].kind == FIELD_LIST && i < check_count(c->check); i++) {
		const struct finding *it = check_get(c->check, i);
		size_t n = it->field == f && it->item != FINDING_NO_ITEM ? it->item : 0;

		if (n >= draft_count(c->draft, f))
			continue;
		for (size_t k = 0; k < n; k++)
			if (strcmp(draft_item(c->draft, f, k), draft_item(c->draft, f, n)) == 0)
				return true;
	}
	return false;
}

bool
compose_fix_offer(const struct ui *ui, enum field_id f, char *out, size_t size)
{
	const struct compose *c = &ui->compose;
	char to[512];

	if (has_repeats(c, f))
		snprintf(out, size, "drop the repeated rows");
	else if (f == FIELD_UNIQUE_ID && !draft_is_set(c->draft, f))
		snprintf(out, size, "make one");
	else if (!cure(c, f, to, sizeof(to)))
		return false;
	else if (cures[f].sets != f)
		snprintf(out, size, "set %s to %s", fields[cures[f].sets].label, to);
	else
		snprintf(out, size, "set %s", to);
	return true;
}

void
compose_fix(struct ui *ui, enum field_id f)
{
	struct compose *c = &ui->compose;
	char to[512];

	if (has_repeats(c, f)) {
		size_t dropped = compose_list_drop_repeats(ui, f);

		ui_toast(ui, ROLE_OK, "dropped %zu repeated rows; u brings them back", dropped);
	} else if (cure(c, f, to, sizeof(to))) {
		draft_set(c->draft, cures[f].sets, to, strlen(to));
		ui_toast(ui, ROLE_OK, "%s is now %s; u takes it back", fields[cures[f].sets].label,
			 to);
	} else {
		ui_toast(ui, ROLE_NOTE, "no fix is offered for %s", fields[f].label);
	}
}
