/* proc.h - what the system says of another process. Source: proc(5). */
#ifndef TESTS_PROC_H
#define TESTS_PROC_H

#include <sys/types.h>

long proc_resident_kb(pid_t pid); /* -1: not known */
long proc_peak_kb(pid_t pid);     /* the most it ever was; -1: not known */
int proc_descriptors(pid_t pid);  /* how many are open; -1: not known */

#endif
