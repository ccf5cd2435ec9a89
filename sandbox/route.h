/* route.h - THE TABLE: which handler answers which method and path. */
#ifndef SANDBOX_ROUTE_H
#define SANDBOX_ROUTE_H

#include "sandbox/request.h"
#include "sandbox/service.h"

#include <stddef.h>

/* Answer rq into rp (status 200 and an empty body to start with). A handler of a
 * route that writes runs inside a transaction, which is kept if the status stays 200. */
typedef void handler_fn(struct service *s, const struct request *rq, struct reply *rp);

enum route_body {
	BODY_NONE, /* ignored */
	BODY_JSON,
	BODY_FORM /* multipart/form-data; rq->upload */
};

enum route_auth {
	AUTH_KEY,    /* an API key, as Basic or Bearer */
	AUTH_BEARER, /* only as Bearer */
	AUTH_SIGNED, /* as AUTH_KEY, or a signature in the query that the handler compares */
	AUTH_NONE,   /* an address that is given away, such as the service's storage */
	AUTH_ADMIN   /* the admin token */
};

struct route {
	const char *method;
	const char *path; /* "/v1/task/?/cancel": each ? is one part, and an argument */
	handler_fn *handle;
	enum route_body body;
	bool writes;
	enum route_auth auth;
	const char *source;
};

/* The row for method and the path of rq, whose args it fills; NULL if there is none.
 * HEAD finds GET. *path_known: another method would have found one. */
const struct route *route_find(const char *method, struct request *rq, bool *path_known);

/* task_create.c */
handler_fn task_create, task_create_other;
/* task_read.c */
handler_fn task_get, task_list;
/* task_change.c */
handler_fn task_cancel, task_set_metadata, task_unique_id_set, task_unique_id_delete;
handler_fn task_tags_replace, task_tags_add, task_tags_remove;
/* task_audit.c */
handler_fn task_audit, task_send_callback;
/* task_quality.c */
handler_fn task_training, task_evaluation;
/* team.c */
handler_fn team_list, team_invite, team_set_role;
/* task_annotations.c */
handler_fn task_annotations;
/* task_recall.c */
handler_fn task_recall;
/* project.c */
handler_fn project_list, project_get, project_create, project_set_params, project_templates;
/* batch.c */
handler_fn batch_list, batch_get, batch_status, batch_create, batch_finalize;
handler_fn batch_prioritize, batch_set_metadata;
/* v2_account.c */
handler_fn v2_project_get, v2_project_list, v2_batch_get, v2_batch_list;
/* v2_task.c */
handler_fn v2_task_get, v2_task_list;
/* asset.c */
handler_fn asset_list, asset_download;
/* asset_create.c */
handler_fn asset_upload, asset_import;
/* admin.c */
handler_fn admin_faults_get, admin_faults_set, admin_faults_clear;
handler_fn admin_requests_get, admin_requests_clear, admin_clock_get, admin_clock_set;

#endif
