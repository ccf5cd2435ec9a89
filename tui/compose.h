/* compose.h - the form: one draft, its findings and its bytes, and the editors of its fields. */
#ifndef TUI_COMPOSE_H
#define TUI_COMPOSE_H

#include "core/check.h"
#include "core/draft.h"
#include "core/payload.h"
#include "core/store.h"
#include "tui/edit.h"
#include "tui/list.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ui;
struct msg;
struct grid;
struct rect;

enum compose_mode {
	COMPOSE_NAV,
	COMPOSE_LINE,      /* edit holds a one-line field */
	COMPOSE_PARAGRAPH, /* edit holds the instruction */
	COMPOSE_OBJECT,    /* edit holds the metadata's text */
	COMPOSE_LIST,      /* list editor of attachments or tags */
	COMPOSE_ITEM,      /* edit holds one item of it */
	COMPOSE_NAME       /* edit holds the draft's name */
};

struct compose {
	struct draft *draft;     /* owned */
	struct draft *next;      /* owned; waits until draft is saved, then takes its place */
	struct check *check;     /* owned */
	struct payload *payload; /* owned */
	enum field_id focus;
	enum compose_mode mode;
	struct edit edit;
	unsigned edit_since;      /* draft_changes() when the editor was opened */
	struct list items;        /* COMPOSE_LIST: cursor over the items */
	struct list payload_list; /* full-screen payload: its rows, body.h */
	int payload_cols;         /* columns of such a row when they were counted */
	size_t form_top;
	bool item_new;            /* COMPOSE_ITEM: Esc takes the row away again */
	bool wire;                /* payload shown as wire bytes */
	struct err refusal;       /* what the service said last; field set or not */
	unsigned refusal_rev;     /* draft_rev of that field then: an edit clears it */
	unsigned saved_changes;   /* draft_changes() that are on disk */
	int64_t changed_ms;       /* mono, of the last change; 0 = none since saving */
	int64_t first_unsaved_ms; /* mono, of the first change since saving */
	int64_t save_again_ms;   /* mono, when a save that failed is tried again; 0 = none failed */
	char batch_asked[160];   /* the batch that batch is about; "" = none */
	bool projects_asked;     /* asked the service for them on its account */
	struct batch_info batch; /* what the cache knows of it */
	unsigned seen_changes;   /* draft_changes() that check and payload know */
	enum field_id outside;   /* the field whose text is in $EDITOR, or FIELD_COUNT */
	struct list review_list; /* review: scrolling */
	struct edit unlock;      /* review: the project's name for LIVE */
	bool unlocking;          /* review: letters go to it */
	bool sent;               /* on its way from UI_SUBMIT until the service said yes or no */
	enum task_status sent_status; /* of that row, as of its last event */
	char sent_as[96];             /* what the draft is a copy of, just created; "" = nothing */
	unsigned sent_revs;           /* compose_revs() of the copy: an edit ends that news */
	int64_t seq;                  /* its row in the outbox; 0 = not committed yet */
};

void compose_init(struct compose *c, struct draft *draft); /* takes it */
void compose_done(struct compose *c);
/* Another draft; takes it. If the one that is open is not on disk yet it is saved first. */
void compose_open(struct ui *ui, struct draft *draft);

/* Keys of the form, its editors, the payload view and the review; by ui->view. */
void compose_key(struct ui *ui, uint32_t key);
void payload_key(struct ui *ui, uint32_t key);
void review_key(struct ui *ui, uint32_t key);
void compose_paste(struct ui *ui, const char *text, size_t n, bool cut);
/* Bring findings and bytes up to date after any change; notes when it is to be saved. */
void compose_sync(struct ui *ui);
/* Monotonic ms when the draft is to be saved or its sha256 to be shown; -1 = never. */
int64_t compose_deadline(const struct ui *ui);
/* UI_SAVE, if the draft differs from what is on disk. */
void compose_save(struct ui *ui);
/* The cache of batches or projects was renewed: ask again what it knows of the draft's. */
void compose_batches_renewed(struct ui *ui);
/* Everything else that concerns the form: submitted, edited, saved, the tick, its row moved. */
void compose_msg(struct ui *ui, const struct msg *msg);
/* A picker for field f was answered with name. */
void compose_picked(struct ui *ui, enum field_id f, const char *name);
/* The service refused row seq of this draft. */
void compose_refused(struct ui *ui, const struct err *err);

void view_compose(struct ui *ui, struct grid *g, struct rect body);
void view_payload(struct ui *ui, struct grid *g, struct rect body);
void view_review(struct ui *ui, struct grid *g, struct rect body);
/* The line above the bottom line: what the focused thing is. out: size bytes. */
void compose_note(const struct ui *ui, char *out, size_t size);

/* Bytes of a name that say something: without the minute at the end of one that was made. */
size_t compose_name_short(const char *name);

#endif
