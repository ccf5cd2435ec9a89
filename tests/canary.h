/* canary.h - a piece of every key that the tests use, looked for in all that they leave.
 *
 * Where a test's folder is removed it is swept first: files, databases, journals, logs,
 * recordings of the terminal. One hit fails the test. So do the words of a program that
 * runs, and its environment once it has taken the key out. A file that holds a key and
 * nothing else is a key file, and is passed over.
 */
#ifndef TESTS_CANARY_H
#define TESTS_CANARY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define CANARY "CaNaRy7Zk3vW" /* letters and digits alone: the same in a URL and in JSON */

/* The form in which it stands in these bytes, NULL if it does not: "plain", "base 64",
 * "hex", "percent". */
const char *canary_in(const void *bytes, size_t n);

/* Look into every file below the folder; at the first hit say where and return false. */
bool canary_sweep(const char *folder);

/* Fails the test when the words of the process hold it, and its environment with env. */
void canary_process(pid_t pid, bool env);

#endif
