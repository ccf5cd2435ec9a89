/* sfs_valid.c - the content of a scene: ids and times by the rules of the public
 * validator, in its words. Points are sfs_points.c. */
#include "config.h"

#include "core/sfs_impl.h"

#include "core/mem.h"
#include "core/member.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_MAX 100000000 /* microseconds; a scene starts near 0 */
#define FPS_MAX   100
#define SECOND    1000000

/* --- times --- */

struct series { /* of timestamps, in the order of the file */
	int64_t first, last;
	size_t count;
	bool negative, falling;
};

static void
add_time(struct series *t, const struct json_span *value)
{
	int64_t time = 0;

	if (!sfs_whole(value, &time))
		return; /* sfs_parse() has seen to it */
	if (t->count++ == 0)
		t->first = time;
	else if (time <= t->last)
		t->falling = true;
	t->negative = t->negative || time < 0;
	t->last = time;
}

static struct series
times_in(const struct json_span *owner)
{
	struct series t = { .count = 0 };
	struct json_iter it = { 0 };
	struct json_span list;

	if (sfs_member(owner, "timestamps", &list))
		while (json_each(&list, &it))
			add_time(&t, &it.value);
	return t;
}

/* The "timestamp" of each item. */
static struct series
times_of(const struct json_span *list)
{
	struct series t = { .count = 0 };
	struct json_iter it = { 0 };
	struct json_span time;

	while (json_each(list, &it))
		if (sfs_member(&it.value, "timestamp", &time))
			add_time(&t, &time);
	return t;
}

static void
check_times(struct sfs *s, const struct series *t)
{
	if (t->count == 0)
		sfs_fault(s, "timestamps must not be empty");
	if (t->negative)
		sfs_fault(s, "timestamps must not be negative");
	if (t->falling)
		sfs_fault(s, "timestamps must be strictly increasing");
	if (t->first > FIRST_MAX)
		sfs_fault(s, "timestamps must be normalized: %" PRId64 " > %d.0", t->first,
			  FIRST_MAX);
}

/* Rounded up to tenths, so that what is too high looks it. No "%f": its point may be a comma. */
static void
check_rate(struct sfs *s, const struct series *t)
{
	double span = (double)t->last - (double)t->first, tenths;
	uint64_t shown;

	if (t->count < 2 || span < 0)
		return;
	if (span == 0) {
		sfs_fault(s, "approximate fps is too high: inf > %d", FPS_MAX);
		return;
	}
	tenths = (double)SECOND * (double)(t->count - 1) / span * 10;
	if (tenths <= FPS_MAX * 10)
		return;
	shown = (uint64_t)tenths;
	shown += (double)shown < tenths;
	sfs_fault(s, "approximate fps is too high: %" PRIu64 ".%" PRIu64 " > %d", shown / 10,
		  shown % 10, FPS_MAX);
}

/* Frames or pictures: they have a rate, and make the scene's duration. */
static void
check_content_times(struct sfs *s, const char *name, const struct series *t)
{
	size_t mark = sfs_down_name(s, name);

	check_times(s, t);
	check_rate(s, t);
	sfs_up(s, mark);
	if (t->count == 0)
		return;
	if (!s->timed || t->first < s->first)
		s->first = t->first;
	if (!s->timed || t->last > s->last)
		s->last = t->last;
	s->timed = true;
}

static void
check_poses(struct sfs *s, const struct json_span *sensor)
{
	size_t mark = sfs_down_name(s, "poses");
	struct json_span poses;
	struct series t;

	if (sfs_member(sensor, "poses", &poses)) {
		t = times_in(&poses);
		sfs_down_name(s, "timestamps");
		check_times(s, &t);
	}
	sfs_up(s, mark);
}

/* --- sensors --- */

static void
check_scanner(struct sfs *s, enum sfs_sensor type, const struct json_span *sensor)
{
	struct json_iter it = { 0 };
	struct json_span frames;
	struct series t;
	size_t mark;

	if (!sfs_member(sensor, "frames", &frames))
		return;
	t = times_of(&frames);
	check_content_times(s, "frames", &t);
	check_poses(s, sensor);
	mark = sfs_down_name(s, "frames");
	for (size_t i = 0; json_each(&frames, &it); i++) {
		size_t inner = sfs_down_number(s, i);

		sfs_points_check(s, type, &it.value);
		sfs_up(s, inner);
	}
	s->report->facts.frames += t.count;
	sfs_up(s, mark);
}

/* A film or a picture: bytes of a file, or the picture's points. */
static void
check_content(struct sfs *s, const struct json_span *owner)
{
	size_t mark = sfs_down_name(s, "content");
	const struct sfs_blob *blob;
	struct json_span value;

	if (sfs_member(owner, "content", &value)) {
		blob = sfs_blob_at(s, &value);
		if (!blob || (blob->dtype != SFS_U8 && blob->dtype != SFS_BYTES))
			sfs_fault(s, "Content must have dtype uint8: is %s",
				  blob ? blob->dtype_name : "no blob");
	}
	sfs_up(s, mark);
}

static void
check_camera(struct sfs *s, const struct json_span *sensor)
{
	struct json_iter it = { 0 };
	struct json_span video, images;
	struct series t;
	size_t mark;

	if (sfs_member(sensor, "video", &video)) { /* images beside it are not looked at */
		t = times_in(&video);
		check_content_times(s, "video", &t);
		mark = sfs_down_name(s, "video");
		check_content(s, &video);
		sfs_up(s, mark);
	} else if (sfs_member(sensor, "images", &images) && times_of(&images).count > 0) {
		t = times_of(&images);
		check_content_times(s, "images", &t);
		mark = sfs_down_name(s, "images");
		for (size_t i = 0; json_each(&images, &it); i++) {
			size_t inner = sfs_down_number(s, i);

			check_content(s, &it.value);
			sfs_up(s, inner);
		}
		sfs_up(s, mark);
	} else {
		sfs_fault(s, "Exactly one of \"images\" or \"video\" expected");
	}
	check_poses(s, sensor);
}

struct id {
	char *text; /* owned */
	size_t n;
	enum json_kind type; /* 7 and "7" are two */
};

static struct id
sensor_id(const struct json_span *sensor)
{
	struct buf plain = BUF_INIT(SFS_HEADER_MAX);
	struct json_span value;
	struct id id = { .n = 0 };

	if (sfs_member(sensor, "id", &value)) {
		id.type = value.type;
		if (value.type == JSON_STRING)
			json_unescape(&plain, &value);
		else
			buf_add(&plain, value.p, value.n);
	}
	id.n = plain.len;
	id.text = buf_take(&plain);
	return id;
}

static int
compare_ids(const void *va, const void *vb)
{
	const struct id *a = va, *b = vb;
	int order = memcmp(a->text, b->text, a->n < b->n ? a->n : b->n);

	if (order == 0)
		order = (a->n > b->n) - (a->n < b->n);
	return order ? order : (int)a->type - (int)b->type;
}

static void
check_ids(struct sfs *s, struct id *ids, size_t count)
{
	size_t twice = 0;

	if (count > 1)
		qsort(ids, count, sizeof(*ids), compare_ids);
	for (size_t i = 1; i < count; i++)
		twice += compare_ids(&ids[i - 1], &ids[i]) == 0;
	if (twice > 0)
		sfs_fault(s, "Sensor ids must be unique");
}

static void
check_sensor(struct sfs *s, const struct json_span *sensor)
{
	struct json_span value;
	enum sfs_sensor type;

	if (!sfs_member(sensor, "type", &value))
		return;
	type = sfs_sensor_type(&value);
	switch (type) {
	case SFS_CAMERA: check_camera(s, sensor); break;
	case SFS_LIDAR:
	case SFS_RADAR: check_scanner(s, type, sensor); break;
	case SFS_ODOMETRY: check_poses(s, sensor); break;
	case SFS_POINTS: sfs_points_check(s, type, sensor); break;
	case SFS_SENSOR_COUNT: break;
	}
}

static void
check_sensors(struct sfs *s, const struct json_span *sensors)
{
	struct json_iter it = { 0 };
	struct id *ids = NULL;
	size_t count = 0, room = 0, mark = sfs_down_name(s, "sensors");

	for (; json_each(sensors, &it); count++) {
		size_t inner;

		if (count == room) {
			room = room ? room * 2 : 16;
			ids = mem_grow(ids, room, sizeof(*ids));
		}
		ids[count] = sensor_id(&it.value);
		inner = sfs_down(s, ids[count].text, ids[count].n);
		check_sensor(s, &it.value);
		sfs_up(s, inner);
	}
	check_ids(s, ids, count);
	for (size_t i = 0; i < count; i++)
		free(ids[i].text);
	free(ids);
	sfs_up(s, mark);
}

/* --- the scene --- */

static bool
in_microseconds(const struct json_span *root, struct json_span *unit)
{
	return !sfs_member(root, "time_unit", unit) ||
	       (unit->type == JSON_STRING && member_equals(unit, "microseconds", 12));
}

static void
note_duration(struct sfs *s, bool micro)
{
	uint64_t span = (uint64_t)s->last - (uint64_t)s->first;

	if (!s->timed || s->last < s->first)
		return;
	if (!micro)
		span /= 1000;
	s->report->facts.duration_us = span > INT64_MAX ? INT64_MAX : (int64_t)span;
}

void
sfs_validate(struct sfs *s)
{
	struct json_span sensors, unit, offset;
	bool micro = in_microseconds(&s->root, &unit);
	int64_t time;
	size_t mark;

	if (sfs_member(&s->root, "sensors", &sensors))
		check_sensors(s, &sensors);
	if (!micro) {
		mark = sfs_down_name(s, "time_unit");
		sfs_fault_value(s, "Invalid time unit provided: ", &unit,
				". Expected: microseconds");
		sfs_up(s, mark);
	}
	if (sfs_member(&s->root, "time_offset", &offset) && sfs_whole(&offset, &time) && time < 0) {
		mark = sfs_down_name(s, "time_offset");
		sfs_fault(s, "Scene timestamp must not be negative");
		sfs_up(s, mark);
	}
	note_duration(s, micro);
}
