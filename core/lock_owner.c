/* lock_owner.c - see lock_owner.h. */
#include "config.h"

#include "core/lock_owner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE_MAX_BYTES 128

/* When a process began, in ticks since the machine did; 0 if it is not known. A pid alone
 * may have come to another process. Source: proc(5), /proc/PID/stat, field 22. */
static unsigned long long
start_of(pid_t pid)
{
	char path[40], line[1024];
	const char *at;
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
	f = fopen(path, "re");
	if (!f)
		return 0;
	n = fread(line, 1, sizeof(line) - 1, f);
	fclose(f);
	line[n] = '\0';
	at = strrchr(line, ')'); /* the name before it may hold anything */
	for (int field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	return at ? strtoull(at + 1, NULL, 10) : 0;
}

/* "pts/3" of the terminal we stand on; "" if there is none. */
static void
own_tty(char *out, size_t size)
{
	char name[64];

	out[0] = '\0';
	for (int fd = 0; fd <= 2 && !out[0]; fd++)
		if (ttyname_r(fd, name, sizeof(name)) == 0 && strncmp(name, "/dev/", 5) == 0)
			snprintf(out, size, "%.*s", (int)size - 1, name + 5);
}

void
lock_owner_write(int fd)
{
	char line[LINE_MAX_BYTES], tty[32];
	int n;

	own_tty(tty, sizeof(tty));
	n = snprintf(line, sizeof(line), "%ld %llu %s\n", (long)getpid(), start_of(getpid()), tty);
	if (ftruncate(fd, 0) || pwrite(fd, line, (size_t)n, 0) != n)
		return; /* a full disk: the lock holds all the same, only without a name */
}

void
lock_owner_clear(int fd)
{
	if (ftruncate(fd, 0))
		return; /* then it tells of a process that is gone, or is written anew */
}

/* Letters, digits and slashes: it goes to the screen. */
static void
read_tty(const char *at, char *out, size_t size)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789/";
	size_t n = strspn(at, good);

	if (at[n] != '\n' || n >= size)
		n = 0;
	memcpy(out, at, n);
	out[n] = '\0';
}

bool
lock_owner_read(int fd, struct lock_owner *out)
{
	char line[LINE_MAX_BYTES];
	ssize_t n = pread(fd, line, sizeof(line) - 1, 0);
	unsigned long long start;
	char *at;
	long pid;

	if (n <= 0)
		return false;
	line[n] = '\0';
	pid = strtol(line, &at, 10);
	if (*at != ' ' || pid <= 0)
		return false;
	start = strtoull(at + 1, &at, 10);
	if (*at != ' ' || start == 0 || start_of((pid_t)pid) != start)
		return false;
	out->pid = (pid_t)pid;
	read_tty(at + 1, out->tty, sizeof(out->tty));
	return true;
}
