/* upload.c - see upload.h. */
#include "config.h"

#include "sandbox/upload.h"

#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

#define FORM_BUFFER     16384 /* bytes that libmicrohttpd keeps to find boundaries */
#define FIELD_MAX_BYTES 16384

static const char *const names[UPLOAD_FIELD_COUNT] = {
	[UPLOAD_PROJECT] = "project_name",
	[UPLOAD_DISPLAY_NAME] = "display_name",
	[UPLOAD_REFERENCE] = "reference_id",
	[UPLOAD_METADATA] = "metadata",
};

static void
add_file(struct upload *u, const char *name, const char *mime_type, const char *data, size_t n)
{
	if (!u->file && !u->failed) {
		u->file = tmpfile();
		u->failed = !u->file;
		snprintf(u->name, sizeof(u->name), "%s", name ? name : "");
		snprintf(u->mime_type, sizeof(u->mime_type), "%s",
			 mime_type ? mime_type : "application/octet-stream");
	}
	u->size += (int64_t)n;
	if (u->size > (int64_t)UPLOAD_MAX_BYTES)
		u->too_big = true;
	else if (u->file && fwrite(data, 1, n, u->file) != n)
		u->failed = true;
}

static enum MHD_Result
on_part(void *arg, enum MHD_ValueKind kind, const char *key, const char *filename,
	const char *mime_type, const char *encoding, const char *data, uint64_t offset, size_t n)
{
	struct upload *u = arg;

	(void)kind;
	(void)encoding;
	(void)offset;
	if (!key) /* a part without a name */
		return MHD_YES;
	if (strcmp(key, "file") == 0)
		add_file(u, filename, mime_type, data, n);
	for (int i = 0; i < UPLOAD_FIELD_COUNT; i++)
		if (strcmp(key, names[i]) == 0)
			buf_add(&u->field[i], data, n);
	return MHD_YES;
}

struct upload *
upload_new(struct MHD_Connection *c)
{
	struct upload *u = mem_alloc(sizeof(*u));

	for (int i = 0; i < UPLOAD_FIELD_COUNT; i++)
		u->field[i] = (struct buf)BUF_INIT(FIELD_MAX_BYTES);
	u->form = MHD_create_post_processor(c, FORM_BUFFER, on_part, u);
	if (u->form)
		return u;
	upload_free(u);
	return NULL;
}

bool
upload_add(struct upload *u, const char *data, size_t n)
{
	return MHD_post_process(u->form, data, n) == MHD_YES;
}

void
upload_free(struct upload *u)
{
	if (!u)
		return;
	if (u->form)
		MHD_destroy_post_processor(u->form);
	if (u->file)
		fclose(u->file);
	for (int i = 0; i < UPLOAD_FIELD_COUNT; i++)
		buf_free(&u->field[i]);
	free(u);
}
