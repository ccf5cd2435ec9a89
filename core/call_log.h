/* call_log.h - the calls made, newest first; what is behind api_log_get(). Private to api.c. */
#ifndef CORE_CALL_LOG_H
#define CORE_CALL_LOG_H

#include "core/api.h"
#include "core/err.h"
#include "core/http.h"
#include "core/mask.h"

#include <stddef.h>
#include <stdint.h>

struct call_log;

struct call_log *call_log_new(const struct mask *mask); /* mask is borrowed */
void call_log_free(struct call_log *log);

/* A call has begun: c's ticket, endpoint, path, at_wall_ms, sent and sent_total (real bytes). */
void call_log_start(struct call_log *log, const struct api_call *c);

/* It has ended as r says, with err (of the event) as its outcome. */
void call_log_end(struct call_log *log, const struct http_reply *r, const struct err *err);

size_t call_log_count(const struct call_log *log);
const struct api_call *call_log_get(const struct call_log *log, size_t i);
unsigned call_log_rev(const struct call_log *log);

#endif
