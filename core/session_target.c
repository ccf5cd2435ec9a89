/* session_target.c - rows that belong to another key or address. See session.h. */
#include "config.h"

#include "core/session_impl.h"

#include <stdlib.h>
#include <string.h>

bool
session_others(struct session *s, struct err *note)
{
	struct other_target *list = NULL;
	struct err err;
	size_t n = 0;
	long here = 0, elsewhere = 0, all;

	if (store_other_targets(s->store, s->target, &list, &n, &err))
		return false;
	for (size_t i = 0; i < n; i++)
		*(list[i].same_url ? &here : &elsewhere) += list[i].waiting;
	free(list);
	all = here + elsewhere;
	if (all == 0)
		return false;
	err_set(note, ERR_AUTH, "%ld submission%s belong%s to another %s; they wait there", all,
		all == 1 ? "" : "s", all == 1 ? "s" : "",
		elsewhere == 0 ? "key"
		: here == 0    ? "address"
			       : "key or address");
	if (here > 0)
		err_hint(note, "start with that key; if it was exchanged for this one: multistage"
			       " auth rotate");
	else
		err_hint(note, "start with the profile they were submitted with");
	return true;
}

enum err_code
session_adopt(struct session *s, int64_t from, struct now now, long *moved, long *left,
	      struct err *err)
{
	enum err_code code;

	/* With the lock: what was on its way under the old key is in doubt now, and stays so. */
	if (session_need_key(s, err) || session_lock(s, err))
		return err->code;
	code = store_target_move(s->store, from, s->target, moved, left, err);
	if (code == ERR_OK)
		session_emit(s, SESSION_TASKS)->count = (size_t)*moved;
	if (s->out.started)
		session_pump(s, now);
	else
		session_unlock(s);
	return code;
}
