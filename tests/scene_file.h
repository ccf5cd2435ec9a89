/* scene_file.h - scene files for tests: the one of the format's description, and any other
 * from its JSON. */
#ifndef TESTS_SCENE_FILE_H
#define TESTS_SCENE_FILE_H

#include "core/buf.h"

/* The bytes of the described example: 584 of header, 36 of blobs. */
#define EXAMPLE_HEADER_SIZE 584
#define EXAMPLE_SIZE        620
extern const char example_scene[];

/*
 * Add the file that the public writer makes of a scene. In json, ' stands for a quote and
 * @float32:2,3 for a blob of that dtype and shape; "=7" behind it fills every element with
 * a 7. @bytes:5 is a byte string without dtype. The json has no other empty strings.
 */
void scene_file(struct buf *out, const char *json);

/* Add header, NUL, and count more NULs, with the header as it is. */
void scene_raw(struct buf *out, const char *header, size_t count);

#endif
