/* proc.c - see proc.h. */
#include "config.h"

#include "tests/proc.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static long
status_kb(pid_t pid, const char *name)
{
	char path[64], line[256];
	size_t n = strlen(name);
	long kb = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	if (!(f = fopen(path, "r")))
		return -1;
	while (kb < 0 && fgets(line, sizeof(line), f))
		if (strncmp(line, name, n) == 0 && line[n] == ':')
			kb = strtol(line + n + 1, NULL, 10);
	fclose(f);
	return kb;
}

long
proc_resident_kb(pid_t pid)
{
	return status_kb(pid, "VmRSS");
}

long
proc_peak_kb(pid_t pid)
{
	return status_kb(pid, "VmHWM");
}

int
proc_descriptors(pid_t pid)
{
	char path[64];
	int n = -2; /* "." and ".." */
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	if (!(dir = opendir(path)))
		return -1;
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}
