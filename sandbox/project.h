/* project.h - a project as the other rooms need it. */
#ifndef SANDBOX_PROJECT_H
#define SANDBOX_PROJECT_H

#include "sandbox/request.h"
#include "sandbox/service.h"

#include <stdbool.h>
#include <stdint.h>

struct project { /* strings are owned */
	int64_t seq;
	char *name, *type;
	char *params; /* JSON object: the newest version, or NULL */
	bool rapid, studio, archived;
};

/* The project called name. False, with 404 as the reply, if there is none. */
bool project_find(struct service *s, const struct request *rq, const char *name,
		  struct project *out, struct reply *rp);
void project_done(struct project *p);

struct project_new {
	const char *name, *type;
	const char *extra; /* JSON object: what the account keeps beside */
	bool is_test, rapid, studio, archived;
	int64_t created_ms;
};
/* Store it; returns its row number. */
int64_t project_insert(struct service *s, const struct project_new *p);
/* Append a version of its params. */
void project_add_params(struct service *s, int64_t project, const char *params, int64_t now_ms);
/* Give it a blueprint, which becomes the active one. */
void project_add_blueprint(struct service *s, int64_t project, const char *id, int64_t now_ms);

#endif
