/* db_schema.h - the tables of the sandbox's database, as steps.
 *
 * The database's user_version says how many steps it has taken. A step that has
 * been released is never changed; what is new is a new step.
 */
#ifndef SANDBOX_DB_SCHEMA_H
#define SANDBOX_DB_SCHEMA_H

#include <stddef.h>

extern const char *const db_schema[]; /* SQL, in order */
extern const size_t db_schema_count;

/* The longer steps have files of their own. */
extern const char db_schema_counts[]; /* db_counts.c */

#endif
