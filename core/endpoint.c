/* endpoint.c - see endpoint.h. Add a call: a row here, an api_...() in api.c,
 * a route in the sandbox. The tests size themselves by ENDPOINT_COUNT. */
#include "config.h"

#include "core/endpoint.h"

const struct endpoint endpoints[ENDPOINT_COUNT] = {
	/* clang-format off */
	[ENDPOINT_TASK_CREATE] = {
		"create task", "POST", "/task/multistage", REPLY_TASK,
		"API reference, Create Multi-Stage Task" },
	[ENDPOINT_TASK_GET] = {
		"get task", "GET", "/task/%s", REPLY_TASK, "API reference, Tasks" },
	[ENDPOINT_TASK_LIST] = {
		"list tasks", "GET", "/tasks", REPLY_TASK_PAGE, "API reference, Tasks" },
	[ENDPOINT_TASK_CANCEL] = {
		"cancel task", "POST", "/task/%s/cancel", REPLY_TASK, "API reference, Tasks" },
	[ENDPOINT_TASK_SET_METADATA] = {
		"set metadata", "POST", "/task/%s/setMetadata", REPLY_TASK,
		"API reference, Tasks" },
	[ENDPOINT_UNIQUE_ID_SET] = {
		"set unique_id", "POST", "/task/%s/unique_id", REPLY_TASK,
		"API reference, Tasks" },
	[ENDPOINT_UNIQUE_ID_DELETE] = {
		"delete unique_id", "DELETE", "/task/%s/unique_id", REPLY_TASK,
		"API reference, Tasks" },
	[ENDPOINT_TAGS_REPLACE] = {
		"replace tags", "POST", "/task/%s/tags", REPLY_TASK, "API reference, Tasks" },
	[ENDPOINT_TAGS_ADD] = {
		"add tags", "PUT", "/task/%s/tags", REPLY_TASK, "API reference, Tasks" },
	[ENDPOINT_TAGS_REMOVE] = {
		"remove tags", "DELETE", "/task/%s/tags", REPLY_TASK, "API reference, Tasks" },
	[ENDPOINT_PROJECT_LIST] = {
		"list projects", "GET", "/projects", REPLY_PROJECT_LIST,
		"API reference, Projects" },
	[ENDPOINT_PROJECT_GET] = {
		"get project", "GET", "/projects/%s", REPLY_PROJECT, "API reference, Projects" },
	[ENDPOINT_BATCH_LIST] = {
		"list batches", "GET", "/batches", REPLY_BATCH_PAGE, "API reference, Batches" },
	[ENDPOINT_BATCH_GET] = {
		"get batch", "GET", "/batches/%s", REPLY_BATCH, "API reference, Batches" },
	[ENDPOINT_BATCH_STATUS] = {
		"get batch status", "GET", "/batches/%s/status", REPLY_BATCH_STATUS,
		"API reference, Batches" },
	[ENDPOINT_FILE_UPLOAD] = {
		"upload file", "POST", "/files/upload", REPLY_FILE, "API reference, Files" },
	[ENDPOINT_FILE_IMPORT] = {
		"import file", "POST", "/files/import", REPLY_FILE, "API reference, Files" },
	/* clang-format on */
};
