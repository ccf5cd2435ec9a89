/* payloads.h - the payloads that a command was given, read and checked one by one.
 *
 * "check" and "submit" both stand on this, so the one takes and refuses what the other does.
 */
#ifndef CLI_PAYLOADS_H
#define CLI_PAYLOADS_H

#include "cli/command.h"
#include "cli/records.h"

#include "core/check.h"
#include "core/draft.h"

#include <stdbool.h>
#include <stddef.h>

struct payloads;

enum payload_ids {
	PAYLOAD_IDS_AS_GIVEN,
	PAYLOAD_IDS_MADE, /* a payload without unique_id gets one */
	PAYLOAD_IDS_NEW   /* each gets a new one */
};

struct payload_read {     /* all borrowed until the next one */
	const char *file; /* as a person calls it */
	long number;      /* over all files, from 1 */
	const struct record *record;
	struct err err; /* it is no payload: why; draft and check are NULL then */
	struct draft *draft;
	const struct check *check;
	long twice; /* an earlier one has its unique_id: that one's number, else 0 */
	bool made_id;
	size_t errors, warnings; /* all that speaks against it */
};

/* The arguments of cli are the files; without any, stdin is. */
struct payloads *payloads_open(const struct cli *cli, enum payload_ids ids);
void payloads_close(struct payloads *p);

/* The next one, good or bad; *more = false behind the last. Errors: a file cannot be read
 * (ERR_USAGE, ERR_SYS). */
enum err_code payloads_next(struct payloads *p, struct payload_read *one, bool *more,
			    struct err *err) MUST_CHECK;

/*
 * What is to be said about it, a line each: "FILE:LINE:COLUMN: record N: field: error: why
 * (hint)". say: out_data() or out_say(). warnings: those, too.
 */
typedef void payloads_say_fn(const char *fmt, ...) PRINTF_LIKE(1, 2);
void payloads_say(const struct payload_read *one, bool warnings, payloads_say_fn *say);
/* The same as one JSON object: file, record, line, column, errors, warnings, findings. */
void payloads_json(const struct payload_read *one, struct buf *object);

/* "FILE:LINE:COLUMN: record N", without the last part if the file is this one object. */
void payloads_place(const struct payload_read *one, char *out, size_t size);

#endif
