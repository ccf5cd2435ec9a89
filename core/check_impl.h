/* check_impl.h - what check.c (keeping findings) and check_rules.c (making them) share. */
#ifndef CORE_CHECK_IMPL_H
#define CORE_CHECK_IMPL_H

#include "core/check.h"

#include <stdint.h>

/* Where rules put what they find, for one field at a time. */
struct findings {
	const struct draft *d;
	enum field_id field;
	int64_t now_ms;         /* wall; 0 = say nothing of expiry */
	int64_t next_change_ms; /* out: when the clock alone changes a finding; INT64_MAX never */
	const char *batch_project; /* of the batch that the draft names; "" unknown */
	bool batch_closed;         /* it takes no more tasks */
	size_t bytes;              /* out: of the field in the wire form, about */
	size_t metadata_bytes;     /* out, for FIELD_METADATA */

	struct finding kept[2][CHECK_PER_FIELD]; /* by enum severity */
	size_t count[2];                         /* also those not kept */
};

struct where {       /* in a value */
	size_t item; /* or FINDING_NO_ITEM */
	const char *text;
	size_t at; /* offset in text; text NULL: no position */
};

#define WHERE_NOWHERE                   \
	(struct where)                  \
	{                               \
		.item = FINDING_NO_ITEM \
	}

/* Note a finding; "item 3: " is put in front where it is one. hint may be NULL. */
void check_add(struct findings *f, enum severity severity, struct where where, const char *hint,
	       const char *fmt, ...) PRINTF_LIKE(5, 6);

/* Run all rules of f->field, which are about the draft f->d. */
void check_rules(struct findings *f);

/* Those on item i of f->field, a list, alone. */
void check_rules_item(struct findings *f, size_t i);

/* The rules on addresses: the callback's, or those of item i of a list. */
void check_url(struct findings *f, size_t item, const char *text, size_t n);

#endif
