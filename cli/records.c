/* records.c - see records.h.
 *
 * The bytes are looked at once. Inside an object only quotes and brackets count; a line
 * end inside a string, or an object that begins where none may, is the end of a record
 * that was broken off, and the next one starts on that line.
 */
#include "config.h"

#include "cli/records.h"

#include "cli/input.h"

#include "core/mem.h"
#include "core/payload.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PIECE 65536

enum shape {
	SHAPE_FIRST,   /* nothing was read yet */
	SHAPE_OBJECTS, /* objects that may take several lines each */
	SHAPE_LINES,   /* one a line: a line end ends a record, whatever is in it */
	SHAPE_ARRAY,   /* behind its [ */
	SHAPE_ITEM,    /* behind an item of it */
	SHAPE_END
};

struct records {
	int fd;
	const char *file; /* borrowed */
	enum shape shape;
	char piece[PIECE];
	size_t len, pos; /* of piece */
	int line, col;   /* of the byte at pos */
	bool ended;      /* the file has no more than the piece */
	size_t count;
	struct json_place open; /* the [ */
	struct buf text;        /* of the record */
};

struct records *
records_open(const char *file, struct err *err)
{
	struct records *r;
	int fd = STDIN_FILENO;

	if (strcmp(file, "-") != 0)
		fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	else if (input_no_terminal(err) != ERR_OK)
		return NULL;
	if (fd < 0) {
		err_sys(err, "cannot open %s", file);
		return NULL;
	}
	r = mem_alloc(sizeof(*r));
	*r = (struct records){
		.fd = fd,
		.file = file,
		.line = 1,
		.col = 1,
		.text = BUF_INIT(PAYLOAD_IMPORT_MAX),
	};
	return r;
}

void
records_close(struct records *r)
{
	if (!r)
		return;
	if (r->fd != STDIN_FILENO)
		close(r->fd);
	buf_free(&r->text);
	free(r);
}

/* --- bytes --- */

/* Read more behind what is in the piece. */
static enum err_code
read_on(struct records *r, struct err *err)
{
	ssize_t n;

	do
		n = read(r->fd, r->piece + r->len, sizeof(r->piece) - r->len);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(err, "cannot read %s", input_name(r->file));
	r->ended = n == 0;
	r->len += (size_t)n;
	return ERR_OK;
}

/* Is there a byte at pos? Reads on where the piece is used up. */
static enum err_code
fill(struct records *r, bool *there, struct err *err)
{
	if (r->pos == r->len && !r->ended) {
		r->pos = r->len = 0;
		if (read_on(r, err) != ERR_OK)
			return err->code;
	}
	*there = r->pos < r->len;
	return ERR_OK;
}

/* Step over n bytes of the piece; keep: they belong to the record. */
static void
step(struct records *r, size_t n, bool keep)
{
	const char *p = r->piece + r->pos, *end = p + n, *nl;

	if (keep)
		buf_add(&r->text, p, n);
	r->pos += n;
	while ((nl = memchr(p, '\n', (size_t)(end - p)))) {
		r->line++;
		r->col = 1;
		p = nl + 1;
	}
	r->col += (int)(end - p);
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* To the first byte that is no blank, or (inside = true) to the end of the line; then
 * the blanks belong to the record. */
static enum err_code
skip_blanks(struct records *r, bool inside, bool *there, struct err *err)
{
	for (;;) {
		size_t n = 0;

		if (fill(r, there, err) != ERR_OK)
			return err->code;
		while (r->pos + n < r->len && is_blank(r->piece[r->pos + n]) &&
		       !(inside && r->piece[r->pos + n] == '\n'))
			n++;
		step(r, n, inside);
		if (!*there || r->pos < r->len)
			return ERR_OK;
	}
}

/* All up to the end of the line. */
static enum err_code
take_line(struct records *r, struct err *err)
{
	bool there;

	for (;;) {
		const char *nl;

		if (fill(r, &there, err) != ERR_OK)
			return err->code;
		if (!there)
			return ERR_OK;
		nl = memchr(r->piece + r->pos, '\n', r->len - r->pos);
		step(r, nl ? (size_t)(nl - r->piece) - r->pos : r->len - r->pos, true);
		if (nl)
			return ERR_OK;
	}
}

/* --- where a value ends --- */

struct walk {
	int depth;
	uint64_t arrays; /* bit d: what was opened at depth d is an array */
	bool string, escaped;
	char last; /* byte that was no blank, outside of strings */
	bool fresh_line;
	bool array; /* a comma or ] ends it, too */
	bool done, cut;
};

/* May an object begin where w is? */
static bool
object_fits(const struct walk *w)
{
	if (w->depth == 0 || w->depth > 64 || w->last == ':')
		return true;
	return (w->last == ',' || w->last == '[') && (w->arrays >> (w->depth - 1) & 1);
}

static void
bracket(struct walk *w, char c)
{
	if (c == '}' || c == ']') {
		w->done = --w->depth <= 0;
		return;
	}
	if (w->depth < 64)
		w->arrays = (w->arrays & ~(1ull << w->depth)) | (uint64_t)(c == '[') << w->depth;
	w->depth++;
}

/* The byte c. False: it does not belong to the value. */
static bool
walk(struct walk *w, char c)
{
	if (w->string) {
		if (c == '\n') { /* no string goes over a line end */
			w->done = w->cut = true;
			return false;
		}
		w->string = w->escaped || c != '"';
		w->escaped = !w->escaped && c == '\\';
		w->done = !w->string && w->depth == 0;
		return true;
	}
	if (is_blank(c)) {
		w->fresh_line |= c == '\n';
		w->done = w->depth == 0 && (c == '\n' || w->array);
		return !w->done;
	}
	if (c == '{' && w->fresh_line && !object_fits(w)) {
		w->done = w->cut = true; /* it is the next record */
		return false;
	}
	if (w->depth == 0 && w->array && (c == ',' || c == ']')) {
		w->done = true;
		return false;
	}
	w->fresh_line = false;
	w->last = c;
	if (c == '"')
		w->string = true;
	else if (strchr("{}[]", c) && c)
		bracket(w, c);
	return true;
}

/* A value that begins at pos. *cut: it was broken off. */
static enum err_code
take_value(struct records *r, bool *cut, struct err *err)
{
	struct walk w = { .last = ',', .array = r->shape == SHAPE_ARRAY };
	bool there;

	while (!w.done) {
		size_t n = 0;

		if (fill(r, &there, err) != ERR_OK)
			return err->code;
		if (!there)
			break;
		while (!w.done && r->pos + n < r->len)
			n += walk(&w, r->piece[r->pos + n]);
		step(r, n, true);
	}
	*cut = w.cut;
	return ERR_OK;
}

/* --- records --- */

static void
begin(struct records *r, struct record *rec)
{
	buf_clear(&r->text);
	*rec = (struct record){ .at = { .line = r->line, .col = r->col }, .number = ++r->count };
}

static void
finish(const struct records *r, struct record *rec)
{
	rec->text = buf_str(&r->text);
	rec->n = r->text.len;
	rec->too_big = r->text.full;
}

/* What stands behind an object on its line belongs to it, and makes it bad. */
static enum err_code
take_object(struct records *r, bool *whole, struct err *err)
{
	bool cut, there;

	if (take_value(r, &cut, err) != ERR_OK)
		return err->code;
	*whole = !cut;
	if (cut)
		return ERR_OK;
	if (skip_blanks(r, true, &there, err) != ERR_OK)
		return err->code;
	return there && r->piece[r->pos] != '\n' ? take_line(r, err) : ERR_OK;
}

/* The first record of a file that is no array tells what its lines are. */
static enum err_code
take_first(struct records *r, struct record *rec, struct err *err)
{
	bool object = r->piece[r->pos] == '{', whole = false, there;

	if ((object ? take_object(r, &whole, err) : take_line(r, err)) != ERR_OK)
		return err->code;
	r->shape = whole && r->line > rec->at.line ? SHAPE_OBJECTS : SHAPE_LINES;
	if (skip_blanks(r, false, &there, err) != ERR_OK)
		return err->code;
	rec->alone = !there;
	return ERR_OK;
}

static enum err_code
broken(struct records *r, struct err *err, const char *why)
{
	r->shape = SHAPE_END;
	err_set(err, ERR_PARSE, "line %d, column %d: %s", r->line, r->col, why);
	return err_hint(err, "the rest of the array is not read");
}

/* Behind the ] only blanks may stand. */
static enum err_code
end_array(struct records *r, struct err *err)
{
	bool there;

	step(r, 1, false);
	r->shape = SHAPE_END;
	if (skip_blanks(r, false, &there, err) != ERR_OK)
		return err->code;
	return there ? broken(r, err, "something stands behind the array") : ERR_OK;
}

static enum err_code
cut_array(struct records *r, struct err *err)
{
	r->shape = SHAPE_END;
	err_set(err, ERR_PARSE, "line %d, column %d: the file ends inside the array of line %d",
		r->line, r->col, r->open.line);
	return err_hint(err, "is it whole?");
}

/* Behind an item: a comma and the next one, or the end. */
static enum err_code
next_item(struct records *r, bool *more, struct err *err)
{
	bool there;

	if (skip_blanks(r, false, more, err) != ERR_OK)
		return err->code;
	if (*more && r->piece[r->pos] == ']') {
		*more = false;
		return end_array(r, err);
	}
	if (!*more)
		return cut_array(r, err);
	if (r->piece[r->pos] != ',')
		return broken(r, err, "a comma or ] should stand here");
	step(r, 1, false);
	r->shape = SHAPE_ARRAY;
	if (skip_blanks(r, false, &there, err) != ERR_OK)
		return err->code;
	if (!there)
		return cut_array(r, err);
	if (r->piece[r->pos] == ']' || r->piece[r->pos] == ',')
		return broken(r, err, "a record should stand behind the comma");
	return ERR_OK;
}

/* A file of the screen is a draft and nothing else; its first word says so. */
static enum err_code
take_saved(struct records *r, struct record *rec, bool *saved, struct err *err)
{
	static const char word[] = "multistage-draft ";
	bool there = true;

	while (r->len < sizeof(word) - 1 && !r->ended) /* a pipe may hand out less */
		if (read_on(r, err) != ERR_OK)
			return err->code;
	*saved = r->len >= sizeof(word) - 1 && memcmp(r->piece, word, sizeof(word) - 1) == 0;
	if (!*saved)
		return ERR_OK;
	begin(r, rec);
	rec->saved = rec->alone = true;
	while (there) {
		step(r, r->len - r->pos, true);
		if (fill(r, &there, err) != ERR_OK)
			return err->code;
	}
	finish(r, rec);
	r->shape = SHAPE_END;
	return ERR_OK;
}

/* A file without a record: let the reader of payloads say what that is. */
static void
take_nothing(struct records *r, struct record *rec)
{
	begin(r, rec);
	rec->alone = true;
	finish(r, rec);
	r->shape = SHAPE_END;
}

/* At the [ of a file. */
static enum err_code
open_array(struct records *r, struct err *err)
{
	bool there;

	r->open = (struct json_place){ .line = r->line, .col = r->col };
	step(r, 1, false);
	r->shape = SHAPE_ARRAY;
	if (skip_blanks(r, false, &there, err) != ERR_OK)
		return err->code;
	if (!there)
		return cut_array(r, err);
	if (r->piece[r->pos] != ']')
		return ERR_OK;
	if (end_array(r, err) != ERR_OK)
		return err->code;
	return err_set(err, ERR_PARSE, "line %d, column %d: the array is empty", r->open.line,
		       r->open.col);
}

/* *done: the one record was taken. */
static enum err_code
open_file(struct records *r, struct record *rec, bool *done, struct err *err)
{
	bool there;

	if (take_saved(r, rec, done, err) != ERR_OK)
		return err->code;
	if (*done)
		return ERR_OK;
	if (skip_blanks(r, false, &there, err) != ERR_OK)
		return err->code;
	if (!there) {
		take_nothing(r, rec);
		*done = true;
	}
	return there && r->piece[r->pos] == '[' ? open_array(r, err) : ERR_OK;
}

static enum err_code
take(struct records *r, struct record *rec, struct err *err)
{
	enum err_code code = ERR_OK;
	bool flag;

	begin(r, rec);
	switch (r->shape) {
	case SHAPE_FIRST: code = take_first(r, rec, err); break;
	case SHAPE_OBJECTS:
		code = r->piece[r->pos] == '{' ? take_object(r, &flag, err) : take_line(r, err);
		break;
	case SHAPE_LINES: code = take_line(r, err); break;
	case SHAPE_ARRAY:
		code = take_value(r, &flag, err);
		r->shape = SHAPE_ITEM;
		break;
	case SHAPE_ITEM:
	case SHAPE_END: break;
	}
	finish(r, rec);
	return code;
}

enum err_code
records_next(struct records *r, struct record *rec, bool *more, struct err *err)
{
	enum err_code code = ERR_OK;
	bool done = false;

	*more = r->shape != SHAPE_END;
	if (r->shape == SHAPE_FIRST)
		code = open_file(r, rec, &done, err);
	else if (r->shape == SHAPE_ITEM)
		code = next_item(r, more, err);
	else if (*more)
		code = skip_blanks(r, false, more, err);
	if (code == ERR_OK && *more && !done)
		code = take(r, rec, err);
	return code;
}

enum err_code
records_import(const struct record *rec, struct draft **d, struct err *err)
{
	struct draft *saved;

	if (rec->too_big)
		return err_set(err, ERR_TOO_BIG,
			       "line %d, column %d: more than %u bytes in one record", rec->at.line,
			       rec->at.col, PAYLOAD_IMPORT_MAX);
	if (!rec->saved)
		return payload_import_from(*d, rec->text, rec->n, &rec->at, err);
	saved = draft_load(rec->text, rec->n, err);
	if (!saved)
		return err->code;
	draft_free(*d);
	*d = saved;
	return ERR_OK;
}
