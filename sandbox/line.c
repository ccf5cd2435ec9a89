/* line.c - see line.h. */
#include "config.h"

#include "sandbox/line.h"

#include "core/clock.h"
#include "core/mem.h"

#include <stdlib.h>
#include <sys/socket.h>

#define LOOK_MS      1000 /* between two looks at who has gone ... */
#define LOOK_FULL_MS 50   /* ... and when others may have to wait for room */

static int64_t
look_ms(const struct lines *all)
{
	return all->count * 2 > all->max ? LOOK_FULL_MS : LOOK_MS;
}

static void
look_by(struct lines *all, const struct line *line, int64_t now)
{
	int64_t by = now + look_ms(all);

	if (line->answering || line->deadline_ms < by)
		by = line->deadline_ms;
	if (by < all->next_look_ms)
		all->next_look_ms = by;
}

struct line *
line_open(struct lines *all, int fd)
{
	struct line *line = mem_alloc(sizeof(*line));

	*line = (struct line){ .next = all->first, .fd = fd };
	if (line->next)
		line->next->prev = line;
	all->first = line;
	all->count++;
	return line;
}

void
line_close(struct lines *all, struct line *line)
{
	*(line->prev ? &line->prev->next : &all->first) = line->next;
	if (line->next)
		line->next->prev = line->prev;
	all->count--;
	free(line);
}

void
line_wait(struct lines *all, struct line *line, int64_t patience_ms)
{
	line->quiet_ms = clock_mono_ms();
	line->deadline_ms = line->quiet_ms + patience_ms;
	look_by(all, line, line->quiet_ms);
}

/* The library waits for more when the end came together with the last bytes. Whoever still
 * waits for a reply may have stopped sending, and is not gone. */
static bool
is_gone(const struct lines *all, const struct line *line, int64_t now)
{
	char c;

	return !line->answering && line->quiet_ms + look_ms(all) <= now &&
	       recv(line->fd, &c, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

void
lines_cut(struct lines *all)
{
	int64_t now = clock_mono_ms();

	if (now < all->next_look_ms)
		return;
	all->next_look_ms = INT64_MAX;
	for (struct line *line = all->first; line; line = line->next) {
		if (line->cut)
			continue;
		if (line->deadline_ms <= now || is_gone(all, line, now)) {
			line->cut = true;
			shutdown(line->fd, SHUT_RDWR);
		} else {
			look_by(all, line, now);
		}
	}
}
