/* story.h - what became of a submission: what happened, what comes next, what is safe, what a
 * person can do. Pure. */
#ifndef TUI_STORY_H
#define TUI_STORY_H

#include "core/session.h"
#include "core/store.h"
#include "tui/doc.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STORY_DIFFERENCES 8

struct story_difference { /* of what was sent and what the owner of its unique_id is */
	char field[32];
	char ours[160], theirs[160];
};

struct story {       /* of a row of the outbox */
	int64_t seq; /* 0: there is no story */
	enum outbox_state state;
	bool ambiguous;
	int attempt;     /* POSTs begun */
	int64_t next_ms; /* wall; 0 = nothing more by itself */
	size_t bytes;    /* of its payload */
	char sha256[65];
	char note[512], hint[256]; /* of the last outcome */
	char owner[64];            /* the task that has its unique_id and is another one, or "" */
	bool to_cancel;
	char draft_id[40]; /* "" when it came from no draft, or that is gone */
	struct story_difference difference[STORY_DIFFERENCES];
	size_t differences;
	struct evidence *list;
	size_t n; /* owned */
};

/* r as it stands; takes the list. */
void story_set(struct story *s, const struct outbox_row *r, struct evidence *list, size_t n);
/* One more difference; what does not fit is left out. */
void story_add_difference(struct story *s, const struct difference *d);
void story_copy(struct story *to, const struct story *from);
void story_done(struct story *s);
void story_doc(struct doc *d, const struct story *s, bool utc);
/* "looked up again in 8 s", with when that changes (mono, -1 = never); "" when nothing comes. */
int64_t story_next(const struct story *s, struct now now, char *out, size_t size);

#endif
