/* table.h - rows of columns on stdout: on a terminal aligned and cut to its width, in a pipe
 * separated by tabs and whole. */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include <stddef.h>

struct table_column {
	const char *head;
	size_t cols; /* its width on a terminal; what does not fit there is left away */
};

/* The heads, on a terminal only. */
void table_head(const struct table_column *columns, size_t n);
/* cells: n of them, bytes from anywhere. */
void table_row(const struct table_column *columns, size_t n, const char *const *cells);

#endif
