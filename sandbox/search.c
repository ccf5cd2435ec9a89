/* search.c - see search.h. A filter is a row of the table; search_sql.c has the indexes. */
#include "config.h"

#include "sandbox/search.h"

#include "core/err.h"
#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

enum kind {
	KIND_TEXT, /* may repeat: any of them */
	KIND_LIST, /* comma-joined: any of them */
	KIND_FROM, /* a time, inclusive */
	KIND_TO
};

static const struct filter {
	const char *key;
	enum kind kind;
	int at;            /* of any[] or time[] in struct search */
	const char *words; /* " a b ": the only values allowed; NULL: any */
} filters[] = {
	/* clang-format off */
	{ "project",                KIND_TEXT, SEARCH_PROJECT,   NULL },
	{ "batch",                  KIND_TEXT, SEARCH_BATCH,     NULL },
	{ "type",                   KIND_TEXT, SEARCH_TYPE,      NULL },
	{ "status",                 KIND_TEXT, SEARCH_STATUS,    " pending completed canceled error " },
	{ "unique_id",              KIND_TEXT, SEARCH_UNIQUE,    NULL },
	{ "tags",                   KIND_TEXT, SEARCH_TAG,       NULL },
	{ "customer_review_status", KIND_LIST, SEARCH_REVIEW,    " accepted fixed commented rejected pending " },
	{ "start_time",             KIND_FROM, SEARCH_CREATED,   NULL },
	{ "end_time",               KIND_TO,   SEARCH_CREATED,   NULL },
	{ "updated_after",          KIND_FROM, SEARCH_UPDATED,   NULL },
	{ "updated_before",         KIND_TO,   SEARCH_UPDATED,   NULL },
	{ "completed_after",        KIND_FROM, SEARCH_COMPLETED, NULL },
	{ "completed_before",       KIND_TO,   SEARCH_COMPLETED, NULL },
	/* clang-format on */
};

/* " b " is one of " a b c ". */
static bool
allowed(const char *words, const char *value, size_t n)
{
	const char *at = words;

	while (n > 0 && (at = strstr(at, " ")) && at[1]) {
		if (strncmp(++at, value, n) == 0 && at[n] == ' ')
			return true;
	}
	return false;
}

static void
refuse_word(const struct filter *f, struct reply *rp)
{
	char list[128] = "";
	size_t n = 0;

	for (const char *p = f->words + 1; p[0] && p[1] && n + 3 < sizeof(list); p++) {
		if (*p == ' ')
			list[n++] = ',';
		list[n++] = *p;
	}
	list[n] = '\0';
	reply_error(rp, 400, "Parameter is invalid, reason: \"%s\" must be one of [%s]", f->key,
		    list);
}

/* Each value once: the ranges of an index that are merged must not overlap. */
static bool
add_value(struct search *q, const struct filter *f, const char *value, size_t n, struct reply *rp)
{
	struct search_any *any = &q->any[f->at];

	if (f->words && !allowed(f->words, value, n)) {
		refuse_word(f, rp);
		return false;
	}
	for (size_t i = 0; i < any->count; i++)
		if (any->at[i].n == n && memcmp(any->at[i].p, value, n) == 0)
			return true;
	any->at = mem_grow(any->at, any->count + 1, sizeof(*any->at));
	any->at[any->count++] = (struct search_text){ value, n };
	return true;
}

static bool
add_texts(struct search *q, const struct request *rq, const struct filter *f, struct reply *rp)
{
	for (size_t i = 0; i < rq->query_count; i++) {
		const char *value = rq->query[i].value;

		if (strcmp(rq->query[i].key, f->key) == 0 &&
		    !add_value(q, f, value, strlen(value), rp))
			return false;
	}
	return true;
}

static bool
add_list(struct search *q, const struct request *rq, const struct filter *f, struct reply *rp)
{
	const char *value = request_query(rq, f->key);
	size_t n;

	for (; value; value = value[n] ? value + n + 1 : NULL) {
		n = strcspn(value, ",");
		if (!add_value(q, f, value, n, rp))
			return false;
	}
	return true;
}

static bool
add_filter(struct search *q, const struct request *rq, const struct filter *f, struct reply *rp)
{
	switch (f->kind) {
	case KIND_TEXT: return add_texts(q, rq, f, rp);
	case KIND_LIST: return add_list(q, rq, f, rp);
	case KIND_FROM: return request_time(rq, f->key, &q->time[f->at].from, rp);
	case KIND_TO: return request_time(rq, f->key, &q->time[f->at].to, rp);
	}
	return true;
}

bool
search_read(struct search *q, const struct request *rq, struct reply *rp)
{
	*q = (struct search){ .is_test = rq->is_test };
	for (size_t i = 0; i < SEARCH_TIMES; i++)
		q->time[i] = (struct search_range){ INT64_MIN, INT64_MAX };
	for (size_t i = 0; i < ARRAY_LEN(filters); i++)
		if (!add_filter(q, rq, &filters[i], rp))
			return false;
	return true;
}

void
search_done(struct search *q)
{
	for (size_t i = 0; i < SEARCH_KEYS; i++)
		free(q->any[i].at);
}
