/* sfs.h - is this a scene that the service can read? (.sfs, scene_format "sensor_fusion")
 *
 * A file is a JSON header, a NUL, and blobs that the header's "$items" names. It is
 * checked where it lies: in a buffer or in mapped memory of any size. No blob is copied,
 * and only the times of points are read. First the container, then the scene's form, then
 * its content; what one step finds keeps the next from running, as in the public
 * validator, whose words are used where it has any.
 *
 * Source: the public packages scale_json_binary (container) and scale_sensor_fusion_io
 * (schema 1.0 and its rules). null is the same as absent there, and here.
 */
#ifndef CORE_SFS_H
#define CORE_SFS_H

#include "core/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SFS_HEADER_MAX  (64u << 20) /* bytes of JSON before the first NUL */
#define SFS_ITEMS_MAX   (1u << 18)  /* entries of "$items" */
#define SFS_FAULTS_KEPT 32

enum sfs_sensor { SFS_CAMERA, SFS_LIDAR, SFS_RADAR, SFS_ODOMETRY, SFS_POINTS, SFS_SENSOR_COUNT };

struct sfs_fault {  /* both are fit to be shown, and owned by the report */
	char *path; /* "sensors.0.frames"; the sensor's id in place of its number once the form
		     * is known to be right; "" is the file */
	char *message;
};

/* What a person asks of a scene. As far as it could be read. */
struct sfs_facts {
	char version[16];                 /* fit to be shown */
	size_t sensors[SFS_SENSOR_COUNT]; /* how many of each type */
	size_t frames;                    /* of all lidars and radars */
	uint64_t points;                  /* of all frames and point clouds */
	int64_t duration_us;              /* from the first frame or picture to the last */
};

struct sfs_report {
	struct sfs_fault faults[SFS_FAULTS_KEPT]; /* the first ones */
	size_t kept, found;                       /* so many of them; so many there are */
	struct sfs_facts facts;
};

/* The name that "type" has for it: "lidar". */
const char *sfs_sensor_name(enum sfs_sensor type);

/* Check data (n bytes) and fill *report, whatever was in it; true if there is no fault. */
bool sfs_check(const void *data, size_t n, struct sfs_report *report);

/* Add the first fault as one line, and how many more there are; nothing if there is none. */
void sfs_report_line(const struct sfs_report *report, struct buf *out);

void sfs_report_done(struct sfs_report *report);

#endif
