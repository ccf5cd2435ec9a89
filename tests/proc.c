/* proc.c - see proc.h. */
#include "config.h"

#include "tests/proc.h"

#include <dirent.h>
#include <stdio.h>

long
proc_resident_kb(pid_t pid)
{
	char path[64], line[256];
	long kb = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	if (!(f = fopen(path, "r")))
		return -1;
	while (kb < 0 && fgets(line, sizeof(line), f))
		if (sscanf(line, "VmRSS: %ld kB", &kb) != 1)
			kb = -1;
	fclose(f);
	return kb;
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
