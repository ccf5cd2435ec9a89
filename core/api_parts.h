/* api_parts.h - what api.c and api_calls.c share. Private to them. */
#ifndef CORE_API_PARTS_H
#define CORE_API_PARTS_H

#include "core/api.h"
#include "core/http.h"

#include <stdint.h>

/* Start a request (its method comes from the endpoint), log it, remember what it is. */
enum err_code api_send(struct api *a, enum endpoint_id endpoint, struct http_request *req,
		       int64_t now, int *ticket, struct err *err) MUST_CHECK;

#endif
