/* sfs_parse.c - the form of a scene: what must be there, and of which type. Sensors are
 * told by their numbers here; an id may be what is missing. */
#include "config.h"

#include "core/sfs_impl.h"

#include "core/member.h"

#include <string.h>

#define POSE_VALUES 7 /* x y z qx qy qz qw */

static const char *const kind_words[] = {
	[JSON_NULL] = "null",       [JSON_BOOL] = "true or false", [JSON_NUMBER] = "a number",
	[JSON_STRING] = "a string", [JSON_ARRAY] = "a list",       [JSON_OBJECT] = "an object",
};

static void
missing(struct sfs *s, const char *name)
{
	size_t mark = sfs_down_name(s, name);

	sfs_fault(s, "Missing field: %s", name);
	sfs_up(s, mark);
}

static void
wrong_type(struct sfs *s, const char *name, const char *want)
{
	size_t mark = sfs_down_name(s, name);

	sfs_fault(s, "Wrong type: %s expected", want);
	sfs_up(s, mark);
}

/* The member if it is there and of this type; a fault if it is of another one. */
static bool
may(struct sfs *s, const struct json_span *object, const char *name, enum json_kind type,
    struct json_span *out)
{
	struct json_span found;

	if (!sfs_member(object, name, &found))
		return false;
	if (found.type != type) {
		wrong_type(s, name, kind_words[type]);
		return false;
	}
	*out = found;
	return true;
}

/* The same, and a fault if it is not there. */
static bool
must(struct sfs *s, const struct json_span *object, const char *name, enum json_kind type,
     struct json_span *out)
{
	struct json_span found;

	if (sfs_member(object, name, &found))
		return may(s, object, name, type, out);
	missing(s, name);
	return false;
}

static void
must_be_there(struct sfs *s, const struct json_span *object, const char *name)
{
	struct json_span found;

	if (!sfs_member(object, name, &found))
		missing(s, name);
}

static void
must_be_whole(struct sfs *s, const struct json_span *object, const char *name)
{
	struct json_span value;
	int64_t number;

	if (must(s, object, name, JSON_NUMBER, &value) && !sfs_whole(&value, &number))
		wrong_type(s, name, "a whole number");
}

/* A list of whole numbers; returns how many. The first that is none is told. */
static size_t
parse_times(struct sfs *s, const struct json_span *object)
{
	struct json_iter it = { 0 };
	struct json_span times;
	size_t count = 0, mark;
	int64_t number;

	if (!must(s, object, "timestamps", JSON_ARRAY, &times))
		return 0;
	mark = sfs_down_name(s, "timestamps");
	for (; json_each(&times, &it); count++) {
		if (sfs_whole(&it.value, &number))
			continue;
		sfs_down_number(s, count);
		sfs_fault(s, "Wrong type: a whole number expected");
		break;
	}
	sfs_up(s, mark);
	return count;
}

static bool
is_pose(const struct json_span *row)
{
	struct json_iter it = { 0 };
	size_t count = 0;

	for (; json_each(row, &it); count++)
		if (it.value.type != JSON_NUMBER)
			return false;
	return row->type == JSON_ARRAY && count == POSE_VALUES;
}

static void
parse_poses(struct sfs *s, const struct json_span *sensor)
{
	struct json_iter it = { 0 };
	struct json_span poses, values;
	size_t mark, times, count = 0, found = s->report->found;
	bool good = true;

	if (!must(s, sensor, "poses", JSON_OBJECT, &poses))
		return;
	mark = sfs_down_name(s, "poses");
	times = parse_times(s, &poses);
	if (must(s, &poses, "values", JSON_ARRAY, &values)) {
		sfs_down_name(s, "values");
		while (good && json_each(&values, &it)) {
			good = is_pose(&it.value);
			count += good;
		}
		if (!good) {
			sfs_down_number(s, count);
			sfs_fault(s, "a pose must have %d numbers", POSE_VALUES);
		} else if (count != times && s->report->found == found) {
			sfs_fault(s,
				  "length of values (%zu) should match length of timestamps: "
				  "(%zu)",
				  count, times);
		}
	}
	sfs_up(s, mark);
}

/* Call parse for each object of the list called name. Returns how long the list is. */
static size_t
parse_each(struct sfs *s, const struct json_span *list, const char *name,
	   void (*parse)(struct sfs *s, const struct json_span *item))
{
	struct json_iter it = { 0 };
	size_t count = 0, mark = sfs_down_name(s, name);

	for (; json_each(list, &it); count++) {
		size_t inner = sfs_down_number(s, count);

		if (it.value.type == JSON_OBJECT)
			parse(s, &it.value);
		else
			sfs_fault(s, "Wrong type: an object expected");
		sfs_up(s, inner);
	}
	sfs_up(s, mark);
	return count;
}

static void
parse_points(struct sfs *s, const struct json_span *owner)
{
	struct json_span points;
	size_t mark;

	if (!must(s, owner, "points", JSON_OBJECT, &points))
		return;
	mark = sfs_down_name(s, "points");
	must_be_there(s, &points, "positions");
	sfs_up(s, mark);
}

static void
parse_frame(struct sfs *s, const struct json_span *frame)
{
	must_be_whole(s, frame, "timestamp");
	parse_points(s, frame);
}

static void
parse_scanner(struct sfs *s, const struct json_span *sensor)
{
	struct json_span frames, coordinates;
	size_t mark;

	if (must(s, sensor, "frames", JSON_ARRAY, &frames) &&
	    parse_each(s, &frames, "frames", parse_frame) == 0) {
		mark = sfs_down_name(s, "frames");
		sfs_fault(s, "Must have at least one frame");
		sfs_up(s, mark);
	}
	if (may(s, sensor, "coordinates", JSON_STRING, &coordinates) &&
	    !member_equals(&coordinates, "ego", 3) && !member_equals(&coordinates, "world", 5)) {
		mark = sfs_down_name(s, "coordinates");
		sfs_fault_value(s, "Invalid coordinates provided: ", &coordinates, "");
		sfs_up(s, mark);
	}
}

static void
parse_image(struct sfs *s, const struct json_span *image)
{
	must_be_whole(s, image, "timestamp");
	must_be_there(s, image, "content");
}

static void
parse_camera(struct sfs *s, const struct json_span *sensor)
{
	static const char *const numbers[] = { "fx", "fy", "cx", "cy", "width", "height" };
	struct json_span intrinsics, video, images, number;
	size_t mark;

	if (must(s, sensor, "intrinsics", JSON_OBJECT, &intrinsics)) {
		mark = sfs_down_name(s, "intrinsics");
		for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
			(void)must(s, &intrinsics, numbers[i], JSON_NUMBER, &number);
		sfs_up(s, mark);
	}
	if (may(s, sensor, "video", JSON_OBJECT, &video)) {
		mark = sfs_down_name(s, "video");
		parse_times(s, &video);
		must_be_there(s, &video, "content");
		sfs_up(s, mark);
	}
	if (may(s, sensor, "images", JSON_ARRAY, &images))
		parse_each(s, &images, "images", parse_image);
}

static void
parse_id(struct sfs *s, const struct json_span *sensor)
{
	struct json_span id;
	int64_t number;

	if (!sfs_member(sensor, "id", &id))
		missing(s, "id");
	else if (id.type != JSON_STRING && !sfs_whole(&id, &number))
		wrong_type(s, "id", "a string or a whole number");
}

enum sfs_sensor
sfs_sensor_type(const struct json_span *value)
{
	enum sfs_sensor type = 0;

	while (type < SFS_SENSOR_COUNT &&
	       (value->type != JSON_STRING ||
		!member_equals(value, sfs_sensor_name(type), strlen(sfs_sensor_name(type)))))
		type++;
	return type;
}

static void
parse_sensor(struct sfs *s, const struct json_span *sensor)
{
	struct json_span value;
	enum sfs_sensor type;

	parse_id(s, sensor);
	if (!sfs_member(sensor, "type", &value)) {
		missing(s, "type");
		return;
	}
	type = sfs_sensor_type(&value);
	if (type == SFS_SENSOR_COUNT) {
		size_t mark = sfs_down_name(s, "type");

		sfs_fault_value(s, "Invalid sensor type provided: ", &value, "");
		sfs_up(s, mark);
		return;
	}
	s->report->facts.sensors[type]++;
	if (type == SFS_POINTS)
		parse_points(s, sensor);
	else
		parse_poses(s, sensor);
	if (type == SFS_LIDAR || type == SFS_RADAR)
		parse_scanner(s, sensor);
	else if (type == SFS_CAMERA)
		parse_camera(s, sensor);
}

/* What is known is plain; more of it is cut. */
static void
note_version(struct sfs *s, const char *version)
{
	char *out = s->report->facts.version;
	size_t n = 0;

	for (; n < sizeof(s->report->facts.version) - 1 && version[n] > ' ' && version[n] < 0x7F;
	     n++)
		out[n] = version[n];
	out[n] = '\0';
}

static bool
parse_version(struct sfs *s)
{
	struct buf plain = BUF_INIT(SFS_HEADER_MAX);
	struct json_span version;
	bool known = false;

	if (!sfs_member(&s->root, "version", &version)) {
		missing(s, "version");
		return false;
	}
	if (version.type == JSON_STRING) {
		json_unescape(&plain, &version);
		known = strncmp(buf_str(&plain), "1.0", 3) == 0 ||
			strncmp(buf_str(&plain), "5.1", 3) == 0;
	}
	if (known) {
		note_version(s, plain.p);
	} else {
		size_t mark = sfs_down_name(s, "version");

		sfs_fault_value(s, "Invalid version provided: ", &version, "");
		sfs_up(s, mark);
	}
	buf_free(&plain);
	return known;
}

void
sfs_parse(struct sfs *s)
{
	struct json_span sensors, offset;

	if (!parse_version(s))
		return;
	if (sfs_member(&s->root, "sensors", &sensors)) {
		if (sensors.type == JSON_ARRAY) {
			parse_each(s, &sensors, "sensors", parse_sensor);
		} else {
			size_t mark = sfs_down_name(s, "sensors");

			sfs_fault(s, "Sensors must be a list");
			sfs_up(s, mark);
		}
	}
	if (sfs_member(&s->root, "time_offset", &offset))
		must_be_whole(s, &s->root, "time_offset");
}
