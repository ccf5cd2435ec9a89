/* cmd_check.c - "multistage check FILE...": all findings, without the network. */
#include "config.h"

#include "cli/command.h"
#include "cli/out.h"
#include "cli/payloads.h"

#include <stdio.h>

#define JSON_MAX (8u << 20)

struct tally {
	bool json;
	size_t records, bad, errors; /* in all files */
	char file[256];              /* the one at hand, and what is in it */
	size_t in_file, bad_in_file, warnings_in_file;
	bool alone;
};

/* A file has come to its end. */
static void
end_file(const struct tally *t)
{
	if (t->in_file == 0 || t->json)
		return;
	if (t->alone && t->bad_in_file == 0 && t->warnings_in_file == 0)
		out_data("%s: good", t->file);
	else if (!t->alone && t->bad_in_file == 0)
		out_data("%s: %zu record%s: good", t->file, t->in_file, t->in_file == 1 ? "" : "s");
	else if (!t->alone)
		out_data("%s: %zu of %zu records are bad", t->file, t->bad_in_file, t->in_file);
}

static void
count(struct tally *t, const struct payload_read *one)
{
	if (one->record->number == 1) {
		end_file(t);
		snprintf(t->file, sizeof(t->file), "%s", one->file);
		t->in_file = t->bad_in_file = t->warnings_in_file = 0;
	}
	t->alone = one->record->alone;
	t->in_file++;
	t->bad_in_file += one->errors > 0;
	t->warnings_in_file += one->warnings;
	t->records++;
	t->bad += one->errors > 0;
	t->errors += one->errors;
}

static void
print(const struct tally *t, const struct payload_read *one)
{
	struct buf object = BUF_INIT(JSON_MAX);

	if (!t->json) {
		payloads_say(one, true, out_data);
		return;
	}
	payloads_json(one, &object);
	out_json(buf_str(&object), object.len);
	buf_free(&object);
}

static enum err_code
verdict(const struct tally *t, struct err *err)
{
	const char *plural = t->errors == 1 ? "" : "s";

	if (t->errors == 0)
		return ERR_OK;
	if (t->records == 1)
		return err_set(err, ERR_RULE, "%zu error%s in %s", t->errors, plural, t->file);
	return err_set(err, ERR_RULE, "%zu error%s in %zu of %zu records", t->errors, plural,
		       t->bad, t->records);
}

enum err_code
cmd_check(const struct cli *cli, struct err *err)
{
	struct tally t = { .json = cli_has(cli, "json") };
	struct payloads *p = payloads_open(cli, PAYLOAD_IDS_AS_GIVEN);
	struct payload_read one;
	enum err_code code = ERR_OK;
	bool more = true;

	while (code == ERR_OK && more && !out_failed()) {
		code = payloads_next(p, &one, &more, err);
		if (code != ERR_OK || !more)
			break;
		count(&t, &one);
		print(&t, &one);
	}
	end_file(&t);
	payloads_close(p);
	return code == ERR_OK ? verdict(&t, err) : code;
}
