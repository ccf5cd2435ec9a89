/* route.c - see route.h. A new endpoint is one row here and one handler. */
#include "config.h"

#include "sandbox/route.h"

#include "core/err.h"

#include <string.h>

static const struct route routes[] = {
	/* clang-format off */
	{ "POST",   "/v1/task/multistage",      task_create,           BODY_JSON, true,  AUTH_KEY, "create-multi-stage-task" },
	{ "POST",   "/v1/task/?",               task_create_other,     BODY_JSON, true,  AUTH_KEY, "tasks: create" },
	{ "GET",    "/v1/task/?",               task_get,              BODY_NONE, false, AUTH_KEY, "tasks: retrieve" },
	{ "GET",    "/v1/tasks",                task_list,             BODY_NONE, false, AUTH_KEY, "tasks: list" },
	{ "POST",   "/v1/task/?/cancel",        task_cancel,           BODY_JSON, true,  AUTH_KEY, "tasks: cancel" },
	{ "POST",   "/v1/task/?/setMetadata",   task_set_metadata,     BODY_JSON, true,  AUTH_KEY, "tasks: set metadata" },
	{ "POST",   "/v1/task/?/unique_id",     task_unique_id_set,    BODY_JSON, true,  AUTH_KEY, "tasks: update unique id" },
	{ "DELETE", "/v1/task/?/unique_id",     task_unique_id_delete, BODY_JSON, true,  AUTH_KEY, "tasks: delete unique id" },
	{ "POST",   "/v1/task/?/tags",          task_tags_replace,     BODY_JSON, true,  AUTH_KEY, "tasks: set tags" },
	{ "PUT",    "/v1/task/?/tags",          task_tags_add,         BODY_JSON, true,  AUTH_KEY, "tasks: add tags" },
	{ "DELETE", "/v1/task/?/tags",          task_tags_remove,      BODY_JSON, true,  AUTH_KEY, "tasks: delete tags" },
	{ "GET",    "/v1/projects",             project_list,          BODY_NONE, false, AUTH_KEY, "projects: list" },
	{ "POST",   "/v1/projects",             project_create,        BODY_JSON, true,  AUTH_KEY, "projects: create" },
	{ "GET",    "/v1/projects/?",           project_get,           BODY_NONE, false, AUTH_KEY, "projects: retrieve" },
	{ "POST",   "/v1/projects/?/setParams", project_set_params,    BODY_JSON, true,  AUTH_KEY, "projects: set params" },
	{ "GET",    "/v1/projects/?/taskTemplates", project_templates, BODY_NONE, false, AUTH_KEY, "Python client: projects.py" },
	{ "GET",    "/v1/batches",              batch_list,            BODY_NONE, false, AUTH_KEY, "batches: list" },
	{ "POST",   "/v1/batches",              batch_create,          BODY_JSON, true,  AUTH_KEY, "batches: create" },
	{ "GET",    "/v1/batches/?",            batch_get,             BODY_NONE, false, AUTH_KEY, "batches: retrieve" },
	{ "GET",    "/v1/batches/?/status",     batch_status,          BODY_NONE, false, AUTH_KEY, "batches: status" },
	{ "POST",   "/v1/batches/?/finalize",   batch_finalize,        BODY_JSON, true,  AUTH_KEY, "batches: finalize" },
	{ "POST",   "/v1/batches/?/prioritize", batch_prioritize,      BODY_JSON, true,  AUTH_KEY, "batches: prioritize" },
	{ "POST",   "/v1/batches/?/setMetadata", batch_set_metadata,   BODY_JSON, true,  AUTH_KEY, "Python client: batches.py" },
	{ "POST",   "/v1/files/upload",         asset_upload,          BODY_FORM, true,  AUTH_KEY, "file-endpoints: upload" },
	{ "POST",   "/v1/files/import",         asset_import,          BODY_JSON, true,  AUTH_KEY, "file-endpoints: import" },
	{ "POST",   "/v1/task/?/audit",         task_audit,            BODY_JSON, true,  AUTH_KEY, "Python client: audit_task" },
	{ "POST",   "/v1/task/?/send-callback", task_send_callback,    BODY_JSON, true,  AUTH_KEY, "clients of others" },
	{ "POST",   "/v1/training_tasks/?",     task_training,         BODY_JSON, true,  AUTH_KEY, "Python client: create_training_task" },
	{ "POST",   "/v1/evaluation_tasks/?",   task_evaluation,       BODY_JSON, true,  AUTH_KEY, "Python client: create_evaluation_task" },
	{ "GET",    "/v1/teams",                team_list,             BODY_NONE, false, AUTH_KEY, "Python client: teams.py" },
	{ "POST",   "/v1/teams/invite",         team_invite,           BODY_JSON, true,  AUTH_KEY, "Python client: teams.py" },
	{ "POST",   "/v1/teams/set_role",       team_set_role,         BODY_JSON, true,  AUTH_KEY, "Python client: teams.py" },
	{ "POST",   "/_sandbox/tasks/?/recall", task_recall,           BODY_JSON, true,  AUTH_KEY, "callbacks: recalled" },
	{ "GET",    "/_sandbox/annotations/?",  task_annotations,      BODY_NONE, false, AUTH_NONE, "sensor-fusion-lidar-tasks: response" },
	{ "GET",    "/_sandbox/files/?",        asset_download,        BODY_NONE, false, AUTH_SIGNED, "tasks: include_attachment_url" },
	{ "GET",    "/v1/assets",               asset_list,            BODY_NONE, false, AUTH_KEY, "path from other clients only" },
	{ "GET",    "/v2/task",                 v2_task_get,           BODY_NONE, false, AUTH_BEARER, "Python client: v2_api.py" },
	{ "GET",    "/v2/tasks",                v2_task_list,          BODY_NONE, false, AUTH_BEARER, "Python client: v2_api.py" },
	{ "GET",    "/v2/batch",                v2_batch_get,          BODY_NONE, false, AUTH_BEARER, "Python client: v2_api.py" },
	{ "GET",    "/v2/batches",              v2_batch_list,         BODY_NONE, false, AUTH_BEARER, "Python client: v2_api.py" },
	{ "GET",    "/v2/project",              v2_project_get,        BODY_NONE, false, AUTH_BEARER, "Python client: v2_api.py" },
	{ "GET",    "/v2/projects",             v2_project_list,       BODY_NONE, false, AUTH_BEARER, "Python client: v2_api.py" },
	{ "GET",    "/_sandbox/faults",         admin_faults_get,      BODY_NONE, false, AUTH_ADMIN, "the sandbox alone" },
	{ "POST",   "/_sandbox/faults",         admin_faults_set,      BODY_JSON, false, AUTH_ADMIN, "the sandbox alone" },
	{ "DELETE", "/_sandbox/faults",         admin_faults_clear,    BODY_NONE, false, AUTH_ADMIN, "the sandbox alone" },
	{ "GET",    "/_sandbox/requests",       admin_requests_get,    BODY_NONE, false, AUTH_ADMIN, "the sandbox alone" },
	{ "DELETE", "/_sandbox/requests",       admin_requests_clear,  BODY_NONE, false, AUTH_ADMIN, "the sandbox alone" },
	{ "GET",    "/_sandbox/clock",          admin_clock_get,       BODY_NONE, false, AUTH_ADMIN, "the sandbox alone" },
	{ "POST",   "/_sandbox/clock",          admin_clock_set,       BODY_JSON, true,  AUTH_ADMIN, "the sandbox alone" },
	/* clang-format on */
};

/* Does the path of rq fit the pattern? Fills args[], count of them in *args. */
static bool
fits(const char *pattern, const struct request *rq, const char *args[2])
{
	size_t part = 0, arg = 0;

	for (; *pattern; part++) {
		size_t n = strcspn(++pattern, "/");

		if (part == rq->part_count)
			return false;
		if (n == 1 && *pattern == '?')
			args[arg++] = rq->parts[part];
		else if (strlen(rq->parts[part]) != n || memcmp(rq->parts[part], pattern, n) != 0)
			return false;
		pattern += n;
	}
	return part == rq->part_count;
}

const struct route *
route_find(const char *method, struct request *rq, bool *path_known)
{
	*path_known = false;
	if (strcmp(method, "HEAD") == 0)
		method = "GET";
	for (size_t i = 0; i < ARRAY_LEN(routes); i++) {
		const char *args[2] = { NULL, NULL };

		if (!fits(routes[i].path, rq, args))
			continue;
		*path_known = true;
		if (strcmp(routes[i].method, method) != 0)
			continue;
		memcpy(rq->args, args, sizeof(args));
		return &routes[i];
	}
	return NULL;
}
