/* cmd_receipt.c - "multistage receipt ID...": what was asked for, what came of it, and each
 * step of the way; nothing secret. */
#include "config.h"

#include "cli/command.h"
#include "cli/out.h"
#include "cli/run.h"

#include "core/receipt.h"

static enum err_code
print_one(struct run *r, const char *id, bool json, struct err *err)
{
	const int64_t target = session_target(r->session);
	struct buf text = BUF_INIT(RECEIPT_MAX);
	struct receipt receipt;
	int64_t seq = 0;
	enum err_code code;

	receipt_init(&receipt);
	code = store_queue_find(r->store, target, id, &seq, err);
	if (code == ERR_OK)
		code = receipt_load(r->store, target, seq, &receipt, err);
	if (code == ERR_OK && json) {
		receipt_json(&receipt, &text);
		out_json(buf_str(&text), text.len);
	} else if (code == ERR_OK) {
		receipt_text(&receipt, &text);
		out_bytes(untrusted(buf_str(&text), text.len));
	}
	receipt_done(&receipt);
	buf_free(&text);
	return code;
}

enum err_code
cmd_receipt(const struct cli *cli, struct err *err)
{
	bool json = cli_has(cli, "json");
	struct err last = ERR_INIT;
	size_t failed = 0;
	struct run r;

	if (run_open_session(&r, cli, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < cli->arg_count && !out_failed(); i++) {
		if (i > failed && !json)
			out_print("\n");
		if (print_one(&r, cli->args[i], json, &last) == ERR_OK)
			continue;
		if (cli->arg_count > 1)
			out_err(&last);
		failed++;
	}
	run_close(&r);
	if (failed == 0)
		return ERR_OK;
	if (cli->arg_count == 1 || last.code == ERR_STORE) {
		*err = last;
		return err->code;
	}
	return err_set(err, failed < cli->arg_count ? ERR_PARTLY : last.code,
		       "%zu of %zu receipts could not be printed", failed, cli->arg_count);
}
