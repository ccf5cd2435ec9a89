/* asset_create.c - POST /v1/files/upload and /v1/files/import.
 *
 * The bytes go from the form's file on disk into the database in parts, so memory
 * stays small. Source: API reference, file endpoints.
 */
#include "config.h"

#include "core/mem.h"
#include "core/random.h"
#include "core/text.h"
#include "sandbox/body.h"
#include "sandbox/db.h"
#include "sandbox/asset.h"
#include "sandbox/import.h"
#include "sandbox/out.h"
#include "sandbox/project.h"
#include "sandbox/route.h"
#include "sandbox/upload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct file_row { /* strings are borrowed; NULL where there is none */
	char id[ASSET_ID_SIZE];
	const char *name, *mime_type, *source, *reference, *project, *metadata;
	int64_t size; /* -1: not known */
};

/* Version 4. Source: RFC 9562 §5.4. */
static void
make_uuid(char out[ASSET_ID_SIZE])
{
	unsigned char r[16];
	char *to = out;

	random_bytes(r, sizeof(r));
	r[6] = (unsigned char)((r[6] & 0x0F) | 0x40);
	r[8] = (unsigned char)((r[8] & 0x3F) | 0x80);
	for (int i = 0; i < 16; i++)
		to += snprintf(to, 4, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x",
			       r[i]);
}

static bool
reference_taken(struct service *s, const struct request *rq, const char *reference,
		struct reply *rp)
{
	sqlite3_stmt *st;

	if (!reference)
		return false;
	st = db_query(s->db, "SELECT 1 FROM file WHERE env = ?1 AND reference_id = ?2");
	db_int(st, 1, rq->is_test);
	db_str(st, 2, reference);
	if (db_number(s->db, st, 0) == 0)
		return false;
	reply_error(rp, 409, "The reference_id (\"%s\") is already used for a different file.",
		    reference);
	return true;
}

/* project_name is optional, but a project that is named must exist. */
static bool
project_exists(struct service *s, const struct request *rq, const char *name, struct reply *rp)
{
	struct project p = { .seq = 0 };
	bool there = !name || project_find(s, rq, name, &p, rp);

	project_done(&p);
	return there;
}

/* "[]" or the one project, as the reply shows it. */
static void
add_projects(struct buf *b, const char *project)
{
	out_open(b, NULL, '[');
	if (project)
		out_str(b, NULL, project);
	out_close(b, ']');
}

static int64_t
insert(struct service *s, const struct request *rq, const struct file_row *f)
{
	struct buf projects = BUF_INIT(REPLY_MAX_BYTES);
	sqlite3_stmt *st = db_query(
		s->db, "INSERT INTO file (id, env, name, mime_type, size, source, reference_id,"
		       " projects, metadata, created_ms, project, part_bytes, secret) VALUES"
		       " (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) RETURNING seq");
	char secret[2 * 16 + 1]; /* opens the bytes without a key, as a pre-signed address does */

	random_hex(secret, sizeof(secret) / 2);
	add_projects(&projects, f->project);
	db_str(st, 1, f->id);
	db_int(st, 2, rq->is_test);
	db_str(st, 3, f->name);
	db_str(st, 4, f->mime_type);
	if (f->size >= 0)
		db_int(st, 5, f->size);
	db_str(st, 6, f->source);
	db_str(st, 7, f->reference);
	db_text(st, 8, buf_str(&projects), projects.len);
	db_str(st, 9, f->metadata ? f->metadata : "{}");
	db_int(st, 10, s->now_ms);
	db_str(st, 11, f->project);
	db_int(st, 12, ASSET_PART_BYTES);
	db_str(st, 13, secret);
	buf_free(&projects);
	return db_number(s->db, st, 0);
}

static bool
copy_parts(struct service *s, FILE *from, int64_t file)
{
	unsigned char *part = mem_alloc(ASSET_PART_BYTES);
	size_t n;
	bool good;

	rewind(from);
	for (size_t i = 0; (n = fread(part, 1, ASSET_PART_BYTES, from)) > 0; i++)
		asset_add_part(s->db, file, i, part, n);
	good = !ferror(from);
	free(part);
	return good;
}

/* A field of the form as text, NULL if it is absent or empty. */
static bool
form_text(struct upload *u, enum upload_field field, const char **out, struct reply *rp)
{
	const struct buf *b = &u->field[field];
	const char *why = NULL;

	if (u->given[field] > 1)
		why = "must be a string"; /* to a service that makes a list of them */
	else if (b->full || memchr(buf_str(b), '\0', b->len) ||
		 !text_valid(buf_str(b), b->len, NULL))
		why = "is too long, or not valid text";
	if (why)
		reply_invalid(rp, upload_field_name(field), why);
	*out = b->len > 0 ? buf_str(b) : NULL;
	return !why;
}

/* The metadata of a form is a JSON object as a string; *kept owns what it becomes. */
static bool
form_metadata(struct upload *u, struct body *kept, const char **out, struct reply *rp)
{
	const char *text;
	size_t n;

	if (!form_text(u, UPLOAD_METADATA, &text, rp))
		return false;
	if (!text)
		return true;
	if (!body_open(kept, text, strlen(text), json_type_object)) {
		reply_invalid(rp, "metadata", "must be a JSON object");
		return false;
	}
	*out = body_object(kept, NULL, &n);
	return true;
}

/* A browser sends a file without a name and bytes where none was chosen. */
static bool
form_file(const struct upload *u, struct reply *rp)
{
	if (!multipart_ended(&u->form))
		reply_error(rp, 400, "The multipart body ends early.");
	else if (u->too_big)
		reply_error(rp, 413, "The file is larger than 80 MB.");
	else if (u->failed)
		reply_error(rp, 500, "The sandbox cannot store the file.");
	else if (u->is_text)
		reply_invalid(rp, "file", "must be a file");
	else if (u->files > 1)
		reply_invalid(rp, "file", "must be a single file");
	else if (u->files == 0 || (u->size == 0 && !*u->name))
		reply_invalid(rp, "file", "is required");
	else if (!text_valid(u->name, strlen(u->name), NULL))
		reply_invalid(rp, "file", "has a name that is not valid text");
	return rp->status == 200;
}

static bool
read_form(struct upload *u, struct file_row *f, struct body *kept, struct reply *rp)
{
	const char *shown = NULL;

	if (!form_file(u, rp) || !form_text(u, UPLOAD_PROJECT, &f->project, rp) ||
	    !form_text(u, UPLOAD_DISPLAY_NAME, &shown, rp) ||
	    !form_text(u, UPLOAD_REFERENCE, &f->reference, rp) ||
	    !form_metadata(u, kept, &f->metadata, rp))
		return false;
	f->name = shown ? shown : *u->name ? u->name : NULL;
	f->mime_type = u->mime_type;
	f->size = u->size;
	return true;
}

void
asset_upload(struct service *s, const struct request *rq, struct reply *rp)
{
	struct file_row f = { .size = -1 };
	struct body kept = { .root = NULL };

	make_uuid(f.id);
	if (read_form(rq->upload, &f, &kept, rp) && project_exists(s, rq, f.project, rp) &&
	    !reference_taken(s, rq, f.reference, rp)) {
		int64_t seq = insert(s, rq, &f);

		if (copy_parts(s, rq->upload->file, seq))
			asset_reply(s, seq, rp);
		else
			reply_error(rp, 500, "The sandbox cannot read the file back.");
	}
	body_close(&kept);
}

static bool
is_web_url(const char *s)
{
	return strncmp(s, "http://", 7) == 0 || strncmp(s, "https://", 8) == 0 ||
	       strncmp(s, "s3://", 5) == 0 || strncmp(s, "gs://", 5) == 0;
}

/* The address is kept. Size and type are known when the bytes are here, which is never for
 * what is not on this machine. */
void
asset_import(struct service *s, const struct request *rq, struct reply *rp)
{
	struct file_row f = { .size = -1 };
	struct body b;
	size_t n;

	make_uuid(f.id);
	if (body_read(&b, rq)) {
		if (!(f.source = body_line(&b, "file_url")))
			body_bad(&b, "\"file_url\" is required");
		else if (!is_web_url(f.source))
			body_bad(&b, "\"file_url\" must be a valid uri");
		f.project = body_line(&b, "project_name");
		f.name = body_line(&b, "display_name");
		f.reference = body_line(&b, "reference_id");
		f.metadata = body_object(&b, "metadata", &n);
	}
	if (b.has_bad) {
		reply_error(rp, 400, "%s", b.bad);
	} else if (project_exists(s, rq, f.project, rp) &&
		   !reference_taken(s, rq, f.reference, rp)) {
		int64_t seq = insert(s, rq, &f);

		import_enqueue(s, seq, f.source);
		asset_reply(s, seq, rp);
	}
	body_close(&b);
}
