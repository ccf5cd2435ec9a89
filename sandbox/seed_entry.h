/* seed_entry.h - one project, batch, file or task of a seed file.
 *
 * It is the body of the call that creates it, in the API's own words, and beside them what
 * no create call can say: when that was, and how it ended. Read strictly: a member that
 * means nothing is an error, as it would be lost without a word.
 */
#ifndef SANDBOX_SEED_ENTRY_H
#define SANDBOX_SEED_ENTRY_H

#include "core/buf.h"
#include "core/err.h"
#include "core/json.h"

#include <stdbool.h>
#include <stdint.h>

enum seed_part { SEED_PROJECTS, SEED_BATCHES, SEED_FILES, SEED_TASKS, SEED_PART_COUNT };

#define SEED_NO_TIME INT64_MIN
#define SEED_NO_SIDE (-1)

struct seed_entry {
	struct buf body; /* of the create call: a JSON object */
	char *name;      /* of a project or batch; owned, as all strings */
	char *type;      /* of a task; NULL: multistage */
	char *status, *review;
	struct json_span response; /* p NULL: none */
	int64_t created_ms, updated_ms, completed_ms;
	int64_t is_test; /* 0, 1, or SEED_NO_SIDE for both sides */
	bool archived;
};

/* The name of a part in the file: "tasks". */
const char *seed_part_name(enum seed_part part);

/*
 * Read an object that json_scan() has passed. now_ms: nothing is younger. On failure *at is
 * where in the text the mistake is. Free with seed_entry_done() in any case.
 * Errors: ERR_PARSE.
 */
enum err_code seed_entry_read(struct seed_entry *e, enum seed_part part,
			      const struct json_span *object, int64_t now_ms, const char **at,
			      struct err *err) MUST_CHECK;
void seed_entry_done(struct seed_entry *e);

#endif
