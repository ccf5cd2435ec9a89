/* upload.c - see upload.h. */
#include "config.h"

#include "sandbox/upload.h"

#include "core/mem.h"
#include "sandbox/asset.h"

#include <stdlib.h>
#include <string.h>

#define FIELD_MAX_BYTES 16384

static const char *const names[UPLOAD_FIELD_COUNT] = {
	[UPLOAD_PROJECT] = "project_name",
	[UPLOAD_DISPLAY_NAME] = "display_name",
	[UPLOAD_REFERENCE] = "reference_id",
	[UPLOAD_METADATA] = "metadata",
};

const char *
upload_field_name(enum upload_field field)
{
	return names[field];
}

/* Copy s, cut between two characters if it is too long. */
static void
copy_text(char *out, size_t size, const char *s)
{
	size_t n = strlen(s);

	if (n >= size)
		for (n = size - 1; n > 0 && ((unsigned char)s[n] & 0xC0) == 0x80; n--)
			;
	memcpy(out, s, n);
	out[n] = '\0';
}

static void
begin_file(struct upload *u, const struct multipart_part *part)
{
	u->target = UPLOAD_TO_NOTHING;
	if (!part->filename) {
		u->is_text = true;
		return;
	}
	if (u->files++ > 0)
		return;
	u->target = UPLOAD_TO_FILE;
	u->file = tmpfile();
	u->failed = !u->file;
	copy_text(u->name, sizeof(u->name), part->filename);
	copy_text(u->mime_type, sizeof(u->mime_type),
		  part->type && asset_is_type(part->type) ? part->type
							  : "application/octet-stream");
}

static void
begin(struct upload *u, const struct multipart_part *part)
{
	u->target = UPLOAD_TO_NOTHING;
	if (!part->name)
		return;
	if (strcmp(part->name, "file") == 0)
		begin_file(u, part);
	for (int i = 0; i < UPLOAD_FIELD_COUNT; i++)
		if (strcmp(part->name, names[i]) == 0 && u->given[i]++ == 0)
			u->target = i;
}

static void
add_file(struct upload *u, const char *data, size_t n)
{
	u->size += (int64_t)n;
	if (u->size > (int64_t)ASSET_MAX_BYTES)
		u->too_big = true;
	else if (u->file && fwrite(data, 1, n, u->file) != n)
		u->failed = true;
}

static void
on_part(void *arg, const struct multipart_part *part, const char *data, size_t n)
{
	struct upload *u = arg;

	if (n == 0)
		begin(u, part);
	else if (u->target == UPLOAD_TO_FILE)
		add_file(u, data, n);
	else if (u->target >= 0)
		buf_add(&u->field[u->target], data, n);
}

struct upload *
upload_new(const char *type)
{
	struct upload *u = mem_alloc(sizeof(*u));

	u->target = UPLOAD_TO_NOTHING;
	for (int i = 0; i < UPLOAD_FIELD_COUNT; i++)
		u->field[i] = (struct buf)BUF_INIT(FIELD_MAX_BYTES);
	if (multipart_init(&u->form, type ? type : "", on_part, u))
		return u;
	upload_free(u);
	return NULL;
}

bool
upload_add(struct upload *u, const char *data, size_t n)
{
	return multipart_add(&u->form, data, n);
}

void
upload_free(struct upload *u)
{
	if (!u)
		return;
	multipart_done(&u->form);
	if (u->file)
		fclose(u->file);
	for (int i = 0; i < UPLOAD_FIELD_COUNT; i++)
		buf_free(&u->field[i]);
	free(u);
}
