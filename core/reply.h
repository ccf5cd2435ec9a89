/* reply.h - bytes of a reply -> our structs. Safe for any bytes; fuzzed.
 *
 * Absent, null, unknown and wrongly typed keys never fail a reader: what is
 * not as documented counts as absent. Only a body that is not the JSON value
 * the call promises is ERR_PARSE, and so is one whose object lacks the key that
 * names it: a task without task_id, a project or batch without name, a file
 * without attachment_url.
 */
#ifndef CORE_REPLY_H
#define CORE_REPLY_H

#include "core/endpoint.h"
#include "core/err.h"
#include "core/task.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REPLY_ITEMS_MAX 10000 /* of one list; a page has at most 100 */

struct project { /* strings owned, never NULL */
	char *name, *type;
	int64_t created_ms;
	long version; /* of the last parameters; -1 if none */
	bool rapid;
};

struct batch { /* strings owned, never NULL */
	char *name, *project, *status, *callback, *metadata;
	int64_t created_ms;
	long pending, completed, error, canceled; /* -1 if not told */
};

struct file_info {
	char *id, *attachment_url, *mime_type;
	int64_t size;
};

struct reply {
	enum reply_kind kind;
	struct task *tasks;
	size_t task_count; /* REPLY_TASK: one */
	struct project *projects;
	size_t project_count;
	struct batch *batches;
	size_t batch_count;
	struct file_info file;
	long total; /* of a page: all matches; -1 if not told */
	bool has_more;
	char *next_token; /* owned; NULL when none */
	size_t skipped; /* entries of a list without a name (see above), or past REPLY_ITEMS_MAX */
};

void reply_init(struct reply *r, enum reply_kind kind);
void reply_done(struct reply *r);

/* Read body (n bytes) into r (fresh from reply_init). Errors: ERR_PARSE; r may be partly filled. */
enum err_code reply_read(struct reply *r, const char *body, size_t n, struct err *err) MUST_CHECK;

/*
 * Word a reply that says no for a person: code (ERR_AUTH, ERR_API, ...), the
 * server's text, what to do next. status: HTTP. For a 400 that names a field
 * of the table, err->field is it. body may be JSON, HTML, empty, anything; its
 * first line is shown when it is not the documented shape. Always sets *err.
 * A create that may have worked (408, 425, 5xx, codes nobody expects) is ERR_UNCONFIRMED.
 * key_hint: "live_....9f2c from SCALE_API_KEY" or "".
 */
struct reply_context {
	const char *key_hint;
	const char *host;
	int64_t retry_after_ms;          /* -1 if none */
	const char *location_host;       /* of a redirect, "" if none */
	const struct endpoint *endpoint; /* or NULL: words and codes that fit any call */
};
enum err_code reply_refusal(long status, const char *body, size_t n,
			    const struct reply_context *ctx, struct err *err);

/* Add the hint for a call that may have arrived while no trusted answer came. */
enum err_code reply_doubt_hint(const struct endpoint *e, struct err *err);

/* The task id in a 409 text ("... different task (<24 hex>)."), "" if none. out: 64 bytes. */
void reply_owner_of_id(const char *body, size_t n, char *out, size_t size);

#endif
