/* endpoint.h - table of the calls we make: method, path, what a good reply holds. */
#ifndef CORE_ENDPOINT_H
#define CORE_ENDPOINT_H

enum endpoint_id {
	ENDPOINT_TASK_CREATE, /* the only one that makes a task */
	ENDPOINT_TASK_GET,
	ENDPOINT_TASK_LIST,
	ENDPOINT_TASK_CANCEL,
	ENDPOINT_TASK_SET_METADATA,
	ENDPOINT_UNIQUE_ID_SET,
	ENDPOINT_UNIQUE_ID_DELETE,
	ENDPOINT_TAGS_REPLACE,
	ENDPOINT_TAGS_ADD,
	ENDPOINT_TAGS_REMOVE,
	ENDPOINT_PROJECT_LIST,
	ENDPOINT_PROJECT_GET,
	ENDPOINT_BATCH_LIST,
	ENDPOINT_BATCH_GET,
	ENDPOINT_BATCH_STATUS,
	ENDPOINT_FILE_UPLOAD,
	ENDPOINT_FILE_IMPORT,
	ENDPOINT_COUNT
};

enum reply_kind { /* which reader, which member of struct reply */
		  REPLY_TASK,
		  REPLY_TASK_PAGE,
		  REPLY_PROJECT,
		  REPLY_PROJECT_LIST,
		  REPLY_BATCH,
		  REPLY_BATCH_PAGE,
		  REPLY_BATCH_STATUS,
		  REPLY_FILE
};

struct endpoint {
	const char *name; /* "create task": log, error texts */
	const char *method;
	const char *path; /* "/task/%s/cancel"; %s is one escaped path part */
	enum reply_kind reply;
	const char *source;
};

extern const struct endpoint endpoints[ENDPOINT_COUNT];

#endif
