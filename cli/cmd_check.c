/* cmd_check.c - "multistage check FILE...": all findings, without the network. */
#include "config.h"

#include "cli/command.h"
#include "cli/input.h"
#include "cli/out.h"

#include "core/check.h"
#include "core/draft.h"
#include "core/field.h"

#include <stdio.h>

#define JSON_MAX (4u << 20)

static const char *
severity(const struct finding *f)
{
	return f->severity == SEVERITY_ERROR ? "error" : "warning";
}

static const char *
field_name(const struct finding *f)
{
	return f->field < FIELD_COUNT ? fields[f->field].name : "payload";
}

/* "attachments[2]", "metadata:3:14" */
static void
place(const struct finding *f, char *out, size_t size)
{
	int n = snprintf(out, size, "%s", field_name(f));

	if (f->item != FINDING_NO_ITEM && n > 0)
		n += snprintf(out + n, size - (size_t)n, "[%zu]", f->item);
	if (f->line > 0 && n > 0)
		snprintf(out + n, size - (size_t)n, ":%d:%d", f->line, f->col);
}

static void
print_words(const char *file, const struct check *c)
{
	for (size_t i = 0; i < check_count(c); i++) {
		const struct finding *f = check_get(c, i);
		char where[96];

		place(f, where, sizeof(where));
		out_data("%s: %s: %s: %s%s%s%s", file, where, severity(f), f->msg,
			 f->hint[0] ? " (" : "", f->hint, f->hint[0] ? ")" : "");
	}
	if (check_count(c) == 0)
		out_data("%s: good", file);
}

static void
add_finding(struct buf *list, const struct finding *f)
{
	struct buf one = BUF_INIT(JSON_MAX);

	buf_adds(&one, "{");
	out_member(&one, "field", field_name(f));
	out_member(&one, "severity", severity(f));
	if (f->item != FINDING_NO_ITEM)
		out_member_number(&one, "item", (int64_t)f->item);
	out_member_number(&one, "at", (int64_t)f->at);
	if (f->line > 0) {
		out_member_number(&one, "line", f->line);
		out_member_number(&one, "column", f->col);
	}
	out_member(&one, "message", f->msg);
	out_member(&one, "hint", f->hint);
	buf_addf(list, "%s%s}", list->len > 1 ? "," : "", buf_str(&one));
	buf_free(&one);
}

static void
print_json(const char *file, const struct check *c)
{
	struct buf list = BUF_INIT(JSON_MAX), all = BUF_INIT(2 * JSON_MAX);

	buf_adds(&list, "[");
	for (size_t i = 0; i < check_count(c); i++)
		add_finding(&list, check_get(c, i));
	buf_adds(&list, "]");
	buf_adds(&all, "{");
	out_member(&all, "file", file);
	out_member_number(&all, "errors", (int64_t)check_errors(c));
	out_member_number(&all, "warnings", (int64_t)check_warnings(c));
	out_member_raw(&all, "findings", buf_str(&list), list.len);
	buf_adds(&all, "}");
	out_json(buf_str(&all), all.len);
	buf_free(&list);
	buf_free(&all);
}

/* A file that is no payload at all is told like a finding, and makes the status. */
static void
print_unreadable(const char *file, bool json, const struct err *err)
{
	struct buf one = BUF_INIT(JSON_MAX), all = BUF_INIT(2 * JSON_MAX);

	if (!json) {
		out_err(err);
		return;
	}
	buf_adds(&one, "[{");
	out_member(&one, "field", err->field ? err->field : "payload");
	out_member(&one, "severity", "error");
	out_member(&one, "message", err->msg);
	out_member(&one, "hint", err->hint);
	buf_adds(&one, "}]");
	buf_adds(&all, "{");
	out_member(&all, "file", file);
	out_member_number(&all, "errors", 1);
	out_member_number(&all, "warnings", 0);
	out_member_raw(&all, "findings", buf_str(&one), one.len);
	buf_adds(&all, "}");
	out_json(buf_str(&all), all.len);
	buf_free(&one);
	buf_free(&all);
}

/* *errors grows by those of the file. Errors: of reading it. */
static enum err_code
check_file(const char *file, bool json, size_t *errors, struct err *err)
{
	struct draft *d = NULL;
	struct check *c;

	if (input_draft(file, &d, err) != ERR_OK)
		return err->code;
	c = check_new();
	check_update(c, d);
	if (json)
		print_json(input_name(file), c);
	else
		print_words(input_name(file), c);
	*errors += check_errors(c);
	check_free(c);
	draft_free(d);
	return ERR_OK;
}

enum err_code
cmd_check(const struct cli *cli, struct err *err)
{
	bool json = cli_has(cli, "json");
	size_t errors = 0, bad_files = 0;

	for (size_t i = 0; i < cli->arg_count; i++) {
		struct err one = ERR_INIT;
		size_t before = errors;

		if (check_file(cli->args[i], json, &errors, &one) != ERR_OK) {
			if (one.code == ERR_USAGE || one.code == ERR_SYS) {
				*err = one; /* nothing about the payload */
				return one.code;
			}
			print_unreadable(input_name(cli->args[i]), json, &one);
			errors++;
		}
		bad_files += errors > before;
	}
	if (errors == 0)
		return ERR_OK;
	if (cli->arg_count == 1)
		return err_set(err, ERR_RULE, "%zu error%s in %s", errors, errors == 1 ? "" : "s",
			       input_name(cli->args[0]));
	return err_set(err, ERR_RULE, "%zu error%s in %zu of %zu files", errors,
		       errors == 1 ? "" : "s", bad_files, cli->arg_count);
}
