/* scene_check.h - can the service read what an attachment holds? */
#ifndef SANDBOX_SCENE_CHECK_H
#define SANDBOX_SCENE_CHECK_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Check the fetched bytes (n) of an attachment by scene_format: "sensor_fusion" must be a
 * scene file without faults, "split_base64" must be JSON (that a frame looks otherwise
 * than we know is no error: no definition of it is public). Other formats pass.
 * Returns false with the "message" of a frame for task.response in message (UTF-8, cut to
 * size): "Invalid JSON Format: Unexpected end of JSON input".
 */
bool scene_check(const char *scene_format, const void *data, size_t n, char *message, size_t size);

#endif
