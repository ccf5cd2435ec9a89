/* api.h - the REST API in our words: start a call, step, take the next event. */
#ifndef CORE_API_H
#define CORE_API_H

#include "core/conf.h"
#include "core/endpoint.h"
#include "core/err.h"
#include "core/reply.h"

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct api;

struct api_setup {             /* all copied */
	const char *base_url;  /* with /v1, no final slash */
	const char *unix_path; /* or NULL */
	const char *key;
	const char *key_origin;      /* "SCALE_API_KEY", "key file /...", for error texts */
	const char *ca_file, *proxy; /* or NULL */
};

/* Errors: ERR_CONFIG (see http_new). Owned by the caller. */
struct api *api_new(const struct api_setup *setup, struct err *err) MUST_CHECK;
/* The same as the configuration has it. */
struct api *api_open(const struct conf *conf, const char *key, const char *key_origin,
		     struct err *err) MUST_CHECK;
void api_free(struct api *a);

/*
 * Starting a call. now: monotonic ms. *ticket: > 0, names the call until its
 * event. Errors are those of starting: ERR_NET, ERR_SYS (a file), ERR_USAGE (an empty
 * id), ERR_RULE or ERR_PARSE (a value that is no UTF-8, no JSON), ERR_TOO_BIG; nothing
 * was sent then. The rest comes in the event. ids and names are raw; escaped here.
 */
enum err_code api_task_create(struct api *a, const void *payload, size_t n, int64_t now,
			      int *ticket, struct err *err) MUST_CHECK;
enum err_code api_task_get(struct api *a, const char *task_id, int64_t now, int *ticket,
			   struct err *err) MUST_CHECK;

struct api_list { /* NULL or 0 = not asked. Source: scale-api 7.2 */
	const char *project, *batch, *type, *status;
	const char *const *unique_ids;
	size_t unique_id_count; /* any of */
	const char *const *tags;
	size_t tag_count;
	int64_t created_after_ms, created_before_ms; /* start_time, end_time; inclusive */
	int64_t completed_after_ms, completed_before_ms;
	int64_t updated_after_ms, updated_before_ms;
	const char *customer_review_status; /* comma-joined */
	const char *next_token;
	int limit; /* 1..100; 0 = 100 */
	bool include_attachment_url;
	bool limited_response;
};
enum err_code api_task_list(struct api *a, const struct api_list *q, int64_t now, int *ticket,
			    struct err *err) MUST_CHECK;
enum err_code api_task_cancel(struct api *a, const char *task_id, bool clear_unique_id, int64_t now,
			      int *ticket, struct err *err) MUST_CHECK;
enum err_code api_task_set_metadata(struct api *a, const char *task_id, const char *object,
				    int64_t now, int *ticket, struct err *err) MUST_CHECK;
enum err_code api_unique_id_set(struct api *a, const char *task_id, const char *unique_id,
				int64_t now, int *ticket, struct err *err) MUST_CHECK;
enum err_code api_unique_id_delete(struct api *a, const char *task_id, int64_t now, int *ticket,
				   struct err *err) MUST_CHECK;

/* which: ENDPOINT_TAGS_REPLACE, _ADD or _REMOVE. tags: n UTF-8 strings. */
struct api_tags {
	enum endpoint_id which;
	const char *const *tags;
	size_t n;
};
enum err_code api_tags(struct api *a, const char *task_id, const struct api_tags *tags, int64_t now,
		       int *ticket, struct err *err) MUST_CHECK;

enum err_code api_project_list(struct api *a, int64_t now, int *ticket, struct err *err) MUST_CHECK;
enum err_code api_project_get(struct api *a, const char *name, int64_t now, int *ticket,
			      struct err *err) MUST_CHECK;
/* project and status may be NULL; offset counts items. */
struct api_batches {
	const char *project, *status;
	long offset;
	int limit;
};
enum err_code api_batch_list(struct api *a, const struct api_batches *q, int64_t now, int *ticket,
			     struct err *err) MUST_CHECK;
enum err_code api_batch_get(struct api *a, const char *name, int64_t now, int *ticket,
			    struct err *err) MUST_CHECK;
enum err_code api_batch_status(struct api *a, const char *name, int64_t now, int *ticket,
			       struct err *err) MUST_CHECK;

/* path: a local file up to 80 MB; url: fetched by the service. The others may be NULL. */
struct api_file {
	const char *path, *url, *project_name, *display_name, *reference_id, *metadata;
};
enum err_code api_file_upload(struct api *a, const struct api_file *f, int64_t now, int *ticket,
			      struct err *err) MUST_CHECK;
enum err_code api_file_import(struct api *a, const struct api_file *f, int64_t now, int *ticket,
			      struct err *err) MUST_CHECK;

/* What came of a call. */
struct api_event {
	int ticket;
	enum endpoint_id endpoint;
	long status;            /* HTTP; 0 if none came */
	struct err err;         /* ERR_OK: reply is filled. ERR_NET: nothing left this machine.
				 * ERR_UNCONFIRMED: it left, no answer that can be trusted. */
	bool left;              /* the request may have reached the service */
	bool untrusted;         /* it is not proven to be the service; nothing left */
	int64_t retry_after_ms; /* -1 if none */
	char owner_task_id[64]; /* of a 409 on create, "" if not told */
	int64_t took_ms;
	int curl;            /* libcurl's code of a transfer that failed, else 0 */
	char request_id[80]; /* x-request-id, "" if none; no key is in it */
	struct reply reply;  /* owned by api; valid until the next api_next() */
};

/* For the caller's poll(2) loop; see http.h for the contract. */
size_t api_pollfds(const struct api *a, struct pollfd *fds, size_t cap);
int api_timeout(const struct api *a, int64_t now);
void api_step(struct api *a, const struct pollfd *fds, size_t n, int64_t now);
bool api_next(struct api *a, struct api_event *ev);
size_t api_running(const struct api *a);
void api_cancel_all(struct api *a); /* Ctrl-C: each ends as ERR_INTERRUPTED */

/*
 * Every call made, newest first, for the Log view; the last API_LOG_MAX. No
 * secret is in it: headers are not kept, an echoed key is masked. Bodies are
 * cut at API_LOG_BODY_MAX bytes. Borrowed until the next api_step().
 */
#define API_LOG_MAX      200
#define API_LOG_BODY_MAX (64u << 10)
struct api_call {
	int ticket;
	enum endpoint_id endpoint;
	const char *method;
	const char *path; /* with query */
	int64_t at_wall_ms;
	int64_t took_ms;    /* -1 while it runs */
	long status;        /* 0 if none (yet) */
	enum err_code code; /* ERR_OK while it runs and when good */
	const char *msg;    /* of the error, or "" */
	const char *request_id;
	const char *sent;
	size_t sent_len, sent_total; /* kept, real bytes */
	const char *got;
	size_t got_len, got_total;
};
size_t api_log_count(const struct api *a);
const struct api_call *api_log_get(const struct api *a, size_t i);
unsigned api_log_rev(const struct api *a); /* changes with the log */

/* "live_....9f2c": never more of a key than this. out: 32 bytes. */
void api_mask_key(const char *key, char *out, size_t size);

#endif
