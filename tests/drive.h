/* drive.h - the loop that the program has, for tests of the client. */
#ifndef TESTS_DRIVE_H
#define TESTS_DRIVE_H

#include "core/api.h"

/* Step a until an event comes; fails the test after 15 s. */
void drive(struct api *a, struct api_event *ev);

#endif
