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
	struct evidence *list;
	size_t n; /* owned */
};

/* r as it stands; takes the list. */
void story_set(struct story *s, const struct outbox_row *r, struct evidence *list, size_t n);
void story_copy(struct story *to, const struct story *from);
void story_done(struct story *s);
void story_doc(struct doc *d, const struct story *s, bool utc);
/* "looked up again in 8 s", with when that changes (mono, -1 = never); "" when nothing comes. */
int64_t story_next(const struct story *s, struct now now, char *out, size_t size);

#endif
