/* object_id.h - ids of what the tables know by row: projects, batches, templates.
 *
 * The service's ids are 24 hex digits. These say when the object was made, of what kind
 * it is and which row holds it, so that they need no column and never change.
 */
#ifndef SANDBOX_OBJECT_ID_H
#define SANDBOX_OBJECT_ID_H

#include <stdint.h>

#define OBJECT_ID_SIZE 25

enum object_kind { OBJECT_PROJECT, OBJECT_BATCH, OBJECT_TEMPLATE };

void object_id(enum object_kind kind, int64_t created_ms, int64_t seq, char out[OBJECT_ID_SIZE]);

/* The row that an id may belong to; 0 if it is none of that kind. It is that row's id if
 * object_id() gives the same text for it. */
int64_t object_seq(enum object_kind kind, const char *id);

#endif
