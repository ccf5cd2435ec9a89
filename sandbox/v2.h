/* v2.h - what the reading calls of the v2 API share.
 *
 * v2 names objects by an id or a name in the query, shows ids where v1 shows names, and
 * ends a page with a token and no total. Source: Python client, scaleapi/api_client/v2.
 */
#ifndef SANDBOX_V2_H
#define SANDBOX_V2_H

#include "core/buf.h"
#include "sandbox/db.h"
#include "sandbox/object_id.h"
#include "sandbox/page.h"
#include "sandbox/request.h"
#include "sandbox/service.h"

#include <stdbool.h>
#include <stdint.h>

/* The name of the project or batch that the query names by its id or its name. The caller
 * frees; NULL if it names none and need not. False: the reply is made. */
bool v2_pick(struct service *s, const struct request *rq, enum object_kind kind, bool must,
	     char **name, struct reply *rp);

struct v2_expand { /* shown as objects, not as ids */
	bool project, batch;
};

/* words: the values allowed, ending in NULL. False: the reply is made. */
bool v2_expand_read(const struct request *rq, const char *const *words, struct v2_expand *e,
		    struct reply *rp);

/* What every SELECT of a v2 object begins with. */
enum { V2_SEQ, V2_CREATED, V2_REST };

/* Add the row that st stands on as an object, a member called key (NULL: none). */
typedef void v2_out_fn(struct service *s, const struct request *rq, sqlite3_stmt *st,
		       const char *key, const struct v2_expand *expand, struct buf *b);

/* The project or batch called name as a member called key: its id, or the object if expand
 * says so. Nothing if there is none. */
void v2_add_project(struct service *s, const struct request *rq, const char *key, const char *name,
		    const struct v2_expand *expand, struct buf *b);
void v2_add_batch(struct service *s, const struct request *rq, const char *key, const char *name,
		  const struct v2_expand *expand, struct buf *b);

struct v2_rules { /* of one list; words end in NULL */
	const char *const *statuses, *const *expands;
	bool has_batch, has_created; /* may be asked for by batch, by time of making */
};

struct v2_list { /* what it is asked for; behind ";" the numbers of its values in the SQL */
	char *project, *batch;            /* owned, or NULL; ?2 ?3 */
	const char *status;               /* or NULL; ?4 */
	int64_t created[2], completed[2]; /* ?5 ?6, ?7 ?8 */
	bool by_created, by_completed;
	struct page_mark from; /* the last row of the page before; ?9 ?10 */
	bool has_from;
	int64_t limit;
	struct v2_expand expand;
};

/* Read the query. False: the reply is made. Call v2_list_done() in any case. */
bool v2_list_read(struct service *s, const struct request *rq, const struct v2_rules *rules,
		  struct v2_list *l, struct reply *rp);
void v2_list_done(struct v2_list *l);

/* Reply with a page of objects in a list called key, the newest first. select: "SELECT seq,
 * created_ms, ... FROM ...", with columns called as in the task table. */
void v2_list_reply(struct service *s, const struct request *rq, const struct v2_list *l,
		   const char *select, const char *key, v2_out_fn *out, struct reply *rp);

#endif
