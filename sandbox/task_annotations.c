/* task_annotations.c - GET /_sandbox/annotations/{id}.json: what a response's address leads to.
 *
 * The service keeps results in a storage whose addresses need no key. What stands in a
 * result of a multistage task is not documented: this is a scene without annotations.
 */
#include "config.h"

#include "sandbox/db.h"
#include "sandbox/out.h"
#include "sandbox/route.h"
#include "sandbox/task.h"

#include <string.h>

void
task_annotations(struct service *s, const struct request *rq, struct reply *rp)
{
	const char *name = rq->args[0];
	size_t n = strlen(name), tail = strlen(".json");
	sqlite3_stmt *st = db_query(s->db, "SELECT id FROM task WHERE id = ?1 AND status ="
					   " 'completed'");

	db_text(st, 1, name, n > tail && strcmp(name + n - tail, ".json") == 0 ? n - tail : 0);
	if (!db_row(s->db, st)) {
		reply_error(rp, 404, "No annotations are kept here.");
		return;
	}
	out_open(&rp->body, NULL, '{');
	out_str(&rp->body, "version", "1.0");
	out_str(&rp->body, "task_id", db_column(st, 0, NULL));
	out_open(&rp->body, "annotations", '[');
	out_close(&rp->body, ']');
	out_close(&rp->body, '}');
	sqlite3_reset(st);
}
