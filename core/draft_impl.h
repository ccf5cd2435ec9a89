/* draft_impl.h - the inside of a draft, for draft.c, draft_items.c and draft_save.c. */
#ifndef CORE_DRAFT_IMPL_H
#define CORE_DRAFT_IMPL_H

#include "core/draft.h"

#define DRAFT_ID_LEN 32

struct item {
	unsigned refs; /* lists that hold it: the draft's and those of undo steps */
	size_t n;
	char p[]; /* n bytes and a final '\0' */
};

struct value {
	char *text; /* owned; NULL when empty, else n bytes and a final '\0' */
	size_t n;
	struct item **items; /* owned array of shared items, for FIELD_LIST */
	size_t count;
};

struct step {
	enum field_id field;
	bool joined;        /* one step with the one below it */
	struct value value; /* what the field held on the other side of the step */
};

struct steps { /* a stack, newest last */
	struct step at[DRAFT_UNDO_MAX];
	size_t count, bytes;
};

struct draft {
	char id[DRAFT_ID_LEN + 1];
	char *name;
	struct value values[FIELD_COUNT];
	char *extra; /* owned; NULL when empty */
	size_t extra_n;
	unsigned rev[FIELD_COUNT + 1]; /* the last is that of extra */
	unsigned changes;

	struct steps undo, redo;
	enum field_id editing; /* FIELD_COUNT: no group is open */
	bool whole;            /* a group of any fields is open */
	bool joining;          /* ... and it has made a step already */
	bool edited;           /* the group has changed something: before is set */
	struct value before;   /* what the field held when the group began */
};

/* A draft with nothing in it, without id. */
struct draft *draft_alloc(void);

/*
 * The value of a field, to be changed by the caller; the undo step is recorded
 * and the revision raised. keep: the change builds on what is there, so the step
 * gets a copy; without keep the step takes it and the value starts empty.
 */
struct value *draft_open(struct draft *d, enum field_id f, bool keep);

/* A new item from n bytes without NUL; refs is 1. */
struct item *draft_item_new(const char *text, size_t n);
void draft_item_drop(struct item *item);

/* Bytes of text (n bytes) that a value may keep; ends on a character. */
size_t draft_fitting(const char *text, size_t n);

#endif
