/* lock_owner.h - who holds the sender's lock, in the words of the lock file.
 *
 * One line, "PID START TTY": the holder writes it when flock(2) is won and clears
 * it before the lock is let go. It is for people: whoever won the lock believes
 * nothing of it, and who lost it believes a line only of a process that runs.
 */
#ifndef CORE_LOCK_OWNER_H
#define CORE_LOCK_OWNER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct lock_owner {
	pid_t pid;
	char tty[32]; /* "pts/3"; "" without a terminal */
};

/* This process, into the locked file. That it cannot be written is no fault. */
void lock_owner_write(int fd);
void lock_owner_clear(int fd);
/* False: nothing is known, or it is of a process that is gone. */
bool lock_owner_read(int fd, struct lock_owner *out);

#endif
