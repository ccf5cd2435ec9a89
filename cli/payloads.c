/* payloads.c - see payloads.h. What is said about them is in payloads_say.c. */
#include "config.h"

#include "cli/payloads.h"

#include "cli/input.h"
#include "cli/seen.h"

#include "core/file.h"
#include "core/mem.h"
#include "core/random.h"

#include <stdlib.h>
#include <string.h>

struct payloads {
	const char *const *files; /* borrowed */
	size_t file_count, next_file;
	enum payload_ids ids;
	struct records *records; /* of the file at hand; NULL between two */
	const char *file;
	struct record record;
	size_t in_file; /* records of it so far */
	long number;
	struct seen seen;
	struct draft *draft;
	struct check *check;
};

struct payloads *
payloads_open(const struct cli *cli, enum payload_ids ids)
{
	static const char *const from_stdin[] = { "-" };
	struct payloads *p = mem_alloc(sizeof(*p));

	*p = (struct payloads){
		.files = cli->arg_count ? cli->args : from_stdin,
		.file_count = cli->arg_count ? cli->arg_count : 1,
		.ids = ids,
		.draft = draft_new(),
		.check = check_new(),
	};
	return p;
}

void
payloads_close(struct payloads *p)
{
	if (!p)
		return;
	records_close(p->records);
	seen_free(&p->seen);
	draft_free(p->draft);
	check_free(p->check);
	free(p);
}

/* *bad: what the file is so broken of that no more records can be told apart. */
static enum err_code
next_record(struct payloads *p, bool *more, struct err *bad, struct err *err)
{
	for (;;) {
		if (!p->records && p->next_file == p->file_count) {
			*more = false;
			return ERR_OK;
		}
		if (!p->records) {
			p->file = p->files[p->next_file++];
			if (!(p->records = records_open(p->file, err)))
				return err->code;
			p->in_file = 0;
		}
		if (records_next(p->records, &p->record, more, err) != ERR_OK) {
			if (err->code != ERR_PARSE)
				return err->code;
			*bad = *err;
			*more = true;
			p->record = (struct record){ .number = ++p->in_file };
			return ERR_OK;
		}
		p->in_file += *more;
		if (*more)
			return ERR_OK;
		records_close(p->records);
		p->records = NULL;
	}
}

static void
give_id(struct payloads *p, struct payload_read *one)
{
	char id[RANDOM_ID_SIZE];

	if (p->ids == PAYLOAD_IDS_AS_GIVEN ||
	    (p->ids == PAYLOAD_IDS_MADE && draft_is_set(p->draft, FIELD_UNIQUE_ID)))
		return;
	random_id(id);
	draft_set(p->draft, FIELD_UNIQUE_ID, id, strlen(id));
	draft_forget_steps(p->draft);
	one->made_id = true;
}

static void
judge(struct payloads *p, struct payload_read *one)
{
	const char *id = draft_get(p->draft, FIELD_UNIQUE_ID);

	if (!one->made_id && id[0])
		one->twice = (long)seen_add(&p->seen, id, (size_t)one->number);
	check_update(p->check, p->draft);
	one->draft = p->draft;
	one->check = p->check;
	one->errors = check_errors(p->check) + (one->twice > 0);
	one->warnings = check_warnings(p->check);
}

enum err_code
payloads_next(struct payloads *p, struct payload_read *one, bool *more, struct err *err)
{
	struct err bad = ERR_INIT;

	if (next_record(p, more, &bad, err) != ERR_OK)
		return err->code;
	if (!*more)
		return ERR_OK;
	*one = (struct payload_read){
		.file = input_name(p->file),
		.number = ++p->number,
		.record = &p->record,
		.err = bad,
		.errors = 1,
	};
	if (bad.code != ERR_OK || records_import(&p->record, &p->draft, &one->err) != ERR_OK)
		return ERR_OK;
	if (draft_name(p->draft)[0] == '\0')
		draft_set_name(p->draft, file_name(one->file));
	give_id(p, one);
	judge(p, one);
	return ERR_OK;
}
