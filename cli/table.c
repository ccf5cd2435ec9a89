/* table.c - see table.h. */
#include "config.h"

#include "cli/table.h"

#include "cli/out.h"

#define LINE_MAX_BYTES (1u << 20)

void
table_row(const struct table_column *columns, size_t n, const char *const *cells)
{
	bool terminal = out_is_terminal();
	size_t room = terminal ? out_columns() : 0, used = 0;
	struct buf line = BUF_INIT(LINE_MAX_BYTES);

	for (size_t i = 0; i < n; i++) {
		if (terminal && used + columns[i].cols > room)
			break;
		out_cell(&line, untrusted_str(cells[i]), terminal ? columns[i].cols : 0);
		used += columns[i].cols + 2;
	}
	out_line(&line);
	buf_free(&line);
}

void
table_head(const struct table_column *columns, size_t n)
{
	const char *heads[16];

	if (!out_is_terminal())
		return;
	for (size_t i = 0; i < n && i < 16; i++)
		heads[i] = columns[i].head;
	table_row(columns, n < 16 ? n : 16, heads);
}
