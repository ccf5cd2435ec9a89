/* test_sfs_scene.c - scenes by schema 1.0: each rule broken once, and what is no fault. */
#include "config.h"

#include "tests/scene_file.h"
#include "tests/test.h"

#include "core/sfs.h"

#include <locale.h>

static int
set_locale(void **state)
{
	(void)state;
	return setlocale(LC_ALL, "C.UTF-8") ? 0 : -1;
}

/* A copy of its own size, so that reading past the end is seen. */
static bool
check_scene(const char *json, struct sfs_report *report)
{
	struct buf file = BUF_INIT(1u << 20);
	char *copy;
	bool good;

	scene_file(&file, json);
	copy = malloc(file.len);
	assert_non_null(copy);
	memcpy(copy, file.p, file.len);
	good = sfs_check(copy, file.len, report);
	free(copy);
	buf_free(&file);
	return good;
}

/* clang-format off */
#define SCENE(sensors)   "{'version':'1.0','sensors':[" sensors "]}"
#define ROOT(members)    "{'version':'1.0'," members "}"
#define POSE             "[0,0,0,0,0,0,1]"
#define POSES            "'poses':{'timestamps':[0],'values':[" POSE "]}"
#define AT(time, points) "{'timestamp':" time ",'points':{" points "}}"
#define XYZ              "'positions':@float32:2,3"
#define LIDAR(frames)    "{'id':'top','type':'lidar'," POSES ",'frames':[" frames "]}"
#define RADAR(frames)    "{'id':'r','type':'radar'," POSES ",'frames':[" frames "]}"
#define CLOUD(points)    "{'id':'c','type':'points','points':{" points "}}"
#define ODOMETRY(poses)  "{'id':'o','type':'odometry','poses':" poses "}"
#define LENS             "'intrinsics':{'fx':1,'fy':1,'cx':1.5,'cy':1,'width':2,'height':2}"
#define CAMERA(members)  "{'id':7,'type':'camera'," POSES "," LENS members "}"
#define IMAGE(time)      "{'timestamp':" time ",'content':@uint8:5}"
#define VIDEO(times)     ",'video':{'timestamps':[" times "],'content':@uint8:9,'fps':10}"
#define POSES_AT(times, rows) ODOMETRY("{'timestamps':[" times "],'values':[" rows "]}")
/* clang-format on */

struct row {
	const char *json, *path, *message;
};

static void
broken(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct sfs_report report;

		if (check_scene(rows[i].json, &report))
			fail_msg("taken: %s", rows[i].json);
		assert_string_equal(report.faults[0].path, rows[i].path);
		assert_string_equal(report.faults[0].message, rows[i].message);
		if (report.found != 1)
			fail_msg("%s: %s, too", rows[i].json, report.faults[1].message);
		sfs_report_done(&report);
	}
}

static void
a_scene_without_its_form_is_refused(void **state)
{
	static const struct row rows[] = {
		/* clang-format off */
		{ "{}", "version", "Missing field: version" },
		{ "{'version':null}", "version", "Missing field: version" },
		{ "{'version':'2.0'}", "version", "Invalid version provided: 2.0" },
		{ "{'version':1.0}", "version", "Invalid version provided: 1.0" },
		{ "{'version':'4.0','sensors':7}", "version", "Invalid version provided: 4.0" },
		{ "{'version':'\\u001b[31m'}", "version", "Invalid version provided: ^[[31m" },
		{ ROOT("'sensors':{}"), "sensors", "Sensors must be a list" },
		{ ROOT("'sensors':'none'"), "sensors", "Sensors must be a list" },
		{ ROOT("'time_offset':'0'"), "time_offset", "Wrong type: a number expected" },
		{ ROOT("'time_offset':0.5"), "time_offset", "Wrong type: a whole number expected" },
		{ SCENE("7"), "sensors.0", "Wrong type: an object expected" },
		{ SCENE(CLOUD(XYZ) ",{'id':'a'}"), "sensors.1.type", "Missing field: type" },
		{ SCENE("{'id':'a','type':null}"), "sensors.0.type", "Missing field: type" },
		{ SCENE("{'id':'a','type':'sonar'}"), "sensors.0.type", "Invalid sensor type provided: sonar" },
		{ SCENE("{'id':'a','type':[1,\n2]}"), "sensors.0.type", "Invalid sensor type provided: [1,^J2]" },
		{ SCENE("{'type':'points','points':{" XYZ "}}"), "sensors.0.id", "Missing field: id" },
		{ SCENE("{'id':1.5,'type':'points','points':{" XYZ "}}"), "sensors.0.id",
		  "Wrong type: a string or a whole number expected" },
		{ SCENE("{'id':'a','type':'points'}"), "sensors.0.points", "Missing field: points" },
		{ SCENE("{'id':'a','type':'points','points':[]}"), "sensors.0.points",
		  "Wrong type: an object expected" },
		{ SCENE(CLOUD("'colors':null")), "sensors.0.points.positions", "Missing field: positions" },
		{ SCENE("{'id':'a','type':'odometry'}"), "sensors.0.poses", "Missing field: poses" },
		{ SCENE(ODOMETRY("{'timestamps':[0]}")), "sensors.0.poses.values", "Missing field: values" },
		{ SCENE(ODOMETRY("{'values':[" POSE "]}")), "sensors.0.poses.timestamps",
		  "Missing field: timestamps" },
		{ SCENE(POSES_AT("0,1", POSE)), "sensors.0.poses.values",
		  "length of values (1) should match length of timestamps: (2)" },
		{ SCENE(POSES_AT("0,1", POSE ",[0,0,0,0,0,1]")), "sensors.0.poses.values.1",
		  "a pose must have 7 numbers" },
		{ SCENE(POSES_AT("0", "[0,0,0,0,0,0,'1']")), "sensors.0.poses.values.0",
		  "a pose must have 7 numbers" },
		{ SCENE(POSES_AT("0", "7")), "sensors.0.poses.values.0", "a pose must have 7 numbers" },
		{ SCENE(POSES_AT("0,1.5", POSE "," POSE)), "sensors.0.poses.timestamps.1",
		  "Wrong type: a whole number expected" },
		{ SCENE("{'id':1,'type':'lidar'," POSES "}"), "sensors.0.frames", "Missing field: frames" },
		{ SCENE(LIDAR("")), "sensors.0.frames", "Must have at least one frame" },
		{ SCENE(RADAR("")), "sensors.0.frames", "Must have at least one frame" },
		{ SCENE(LIDAR("[]")), "sensors.0.frames.0", "Wrong type: an object expected" },
		{ SCENE(LIDAR("{'points':{" XYZ "}}")), "sensors.0.frames.0.timestamp",
		  "Missing field: timestamp" },
		{ SCENE(LIDAR(AT("'0'", XYZ))), "sensors.0.frames.0.timestamp", "Wrong type: a number expected" },
		{ SCENE(LIDAR("{'timestamp':0}")), "sensors.0.frames.0.points", "Missing field: points" },
		{ SCENE(LIDAR(AT("0", ""))), "sensors.0.frames.0.points.positions", "Missing field: positions" },
		{ SCENE("{'id':1,'type':'radar','coordinates':'local'," POSES ",'frames':[" AT("0", XYZ) "]}"),
		  "sensors.0.coordinates", "Invalid coordinates provided: local" },
		{ SCENE("{'id':1,'type':'camera'," POSES VIDEO("0") "}"), "sensors.0.intrinsics",
		  "Missing field: intrinsics" },
		{ SCENE("{'id':1,'type':'camera'," POSES ",'intrinsics':{'fx':1,'fy':1,'cx':1,'cy':1,"
			"'width':2}" VIDEO("0") "}"), "sensors.0.intrinsics.height", "Missing field: height" },
		{ SCENE(CAMERA(",'video':[]")), "sensors.0.video", "Wrong type: an object expected" },
		{ SCENE(CAMERA(",'video':{'timestamps':[0]}")), "sensors.0.video.content",
		  "Missing field: content" },
		{ SCENE(CAMERA(",'images':[{'timestamp':0}]")), "sensors.0.images.0.content",
		  "Missing field: content" },
		{ SCENE(CAMERA(",'images':{}")), "sensors.0.images", "Wrong type: a list expected" },
		/* clang-format on */
	};

	(void)state;
	broken(rows, ARRAY_LEN(rows));
}

static void
times_that_break_a_rule_are_told(void **state)
{
	static const struct row rows[] = {
		/* clang-format off */
		{ ROOT("'time_unit':'nanoseconds'"), "time_unit",
		  "Invalid time unit provided: nanoseconds. Expected: microseconds" },
		{ ROOT("'time_unit':1"), "time_unit", "Invalid time unit provided: 1. Expected: microseconds" },
		{ ROOT("'time_offset':-1"), "time_offset", "Scene timestamp must not be negative" },
		{ SCENE(LIDAR(AT("-1", XYZ))), "sensors.top.frames", "timestamps must not be negative" },
		{ SCENE(RADAR(AT("-1", XYZ))), "sensors.r.frames", "timestamps must not be negative" },
		{ SCENE(CAMERA(",'images':[" IMAGE("-1") "]")), "sensors.7.images",
		  "timestamps must not be negative" },
		{ SCENE(CAMERA(VIDEO("-1"))), "sensors.7.video", "timestamps must not be negative" },
		{ SCENE(POSES_AT("-1", POSE)), "sensors.o.poses.timestamps", "timestamps must not be negative" },
		{ SCENE(POSES_AT("", "")), "sensors.o.poses.timestamps", "timestamps must not be empty" },
		{ SCENE(LIDAR(AT("100000", XYZ) "," AT("0", XYZ))), "sensors.top.frames",
		  "timestamps must be strictly increasing" },
		{ SCENE(CAMERA(VIDEO("0,200000,100000"))), "sensors.7.video",
		  "timestamps must be strictly increasing" },
		{ SCENE(POSES_AT("5,5", POSE "," POSE)), "sensors.o.poses.timestamps",
		  "timestamps must be strictly increasing" },
		{ SCENE(LIDAR(AT("100000001", XYZ))), "sensors.top.frames",
		  "timestamps must be normalized: 100000001 > 100000000.0" },
		{ SCENE(POSES_AT("1700000000000000", POSE)), "sensors.o.poses.timestamps",
		  "timestamps must be normalized: 1700000000000000 > 100000000.0" },
		{ SCENE(POSES_AT("18446744073709551615", POSE)), "sensors.o.poses.timestamps",
		  "timestamps must be normalized: 9223372036854775807 > 100000000.0" },
		{ SCENE(LIDAR(AT("0", XYZ) "," AT("1000", XYZ))), "sensors.top.frames",
		  "approximate fps is too high: 1000.0 > 100" },
		{ SCENE(RADAR(AT("0", XYZ) "," AT("9999", XYZ))), "sensors.r.frames",
		  "approximate fps is too high: 100.1 > 100" },
		{ SCENE(CAMERA(VIDEO("0,1,2"))), "sensors.7.video", "approximate fps is too high: 1000000.0 > 100" },
		{ SCENE(CAMERA("")), "sensors.7", "Exactly one of \"images\" or \"video\" expected" },
		{ SCENE(CAMERA(",'images':[],'video':null")), "sensors.7",
		  "Exactly one of \"images\" or \"video\" expected" },
		{ SCENE(CAMERA(",'video':{'timestamps':[0],'content':@float32:9}")), "sensors.7.video.content",
		  "Content must have dtype uint8: is float32" },
		{ SCENE(CAMERA(",'images':[{'timestamp':0,'content':'file.jpg'}]")), "sensors.7.images.0.content",
		  "Content must have dtype uint8: is no blob" },
		{ SCENE(CLOUD(XYZ) "," CLOUD(XYZ)), "sensors", "Sensor ids must be unique" },
		{ SCENE("{'id':'\\u202e','type':'odometry','poses':{'timestamps':[-1],'values':[" POSE "]}}"),
		  "sensors.<U+202E>.poses.timestamps", "timestamps must not be negative" },
		/* clang-format on */
	};

	(void)state;
	broken(rows, ARRAY_LEN(rows));
}

#define POINTS(points)       SCENE(LIDAR(AT("5", XYZ "," points)))
#define RADAR_POINTS(points) SCENE(RADAR(AT("5", XYZ "," points)))
#define WHERE                "sensors.top.frames.0.points."

static void
points_that_break_a_rule_are_told(void **state)
{
	static const struct row rows[] = {
		/* clang-format off */
		{ SCENE(LIDAR(AT("0", "'positions':@float64:2,3"))), WHERE "positions",
		  "Positions must have dtype float32: is float64" },
		{ SCENE(LIDAR(AT("0", "'positions':@bytes:24"))), WHERE "positions",
		  "Positions must have dtype float32: is bytes" },
		{ SCENE(LIDAR(AT("0", "'positions':[[1,2,3]]"))), WHERE "positions",
		  "Positions must have dtype float32: is no blob" },
		{ SCENE(LIDAR(AT("0", "'positions':@float32:2,4"))), WHERE "positions",
		  "Positions must have shape (n, 3): is (2, 4)" },
		{ SCENE(LIDAR(AT("0", "'positions':@float32:3,2"))), WHERE "positions",
		  "Positions must have shape (n, 3): is (3, 2)" },
		{ SCENE(LIDAR(AT("0", "'positions':@float32:4"))), WHERE "positions",
		  "Positions must have shape (n, 3): is (4)" },
		{ SCENE(LIDAR(AT("0", "'positions':@float32:1,2,3"))), WHERE "positions",
		  "Positions must have shape (n, 3): is (1, 2, 3)" },
		{ SCENE(CLOUD("'positions':@float64:2,3")), "sensors.c.points.positions",
		  "Positions must have dtype float32: is float64" },
		{ SCENE(CLOUD(XYZ ",'colors':@uint8:1,3")), "sensors.c.points.colors",
		  "length of colors (1) should match length of positions: (2)" },
		{ POINTS("'colors':@float32:2,3"), WHERE "colors", "Colors must have dtype uint8: is float32" },
		{ POINTS("'colors':@uint8:2,4"), WHERE "colors", "Colors must have shape (n, 3): is (2, 4)" },
		{ POINTS("'colors':@uint8:3,3"), WHERE "colors",
		  "length of colors (3) should match length of positions: (2)" },
		{ POINTS("'intensities':@float32:2"), WHERE "intensities",
		  "Intensities must have dtype uint8: is float32" },
		{ POINTS("'intensities':@uint8:2,1"), WHERE "intensities",
		  "Intensities must have shape (n, 1): is (2, 1)" },
		{ POINTS("'intensities':@uint8:3"), WHERE "intensities",
		  "length of intensities (3) should match length of positions: (2)" },
		{ POINTS("'timestamps':@int64:2=5"), WHERE "timestamps",
		  "Timestamps must have dtype uint32 or uint64: is int64" },
		{ POINTS("'timestamps':@uint32:2,1=5"), WHERE "timestamps",
		  "Timestamps must have shape (n, 1): is (2, 1)" },
		{ POINTS("'timestamps':@uint64:1=5"), WHERE "timestamps",
		  "length of timestamps (1) should match length of positions: (2)" },
		{ POINTS("'timestamps':@uint32:2=4"), WHERE "timestamps",
		  "frame timestamp (5) must be less than min point timestamp (4)" },
		{ POINTS("'timestamps':@uint64:2=4"), WHERE "timestamps",
		  "frame timestamp (5) must be less than min point timestamp (4)" },
		{ RADAR_POINTS("'timestamps':@uint32:2=4"), "sensors.r.frames.0.points.timestamps",
		  "frame timestamp (5) must be less than min point timestamp (4)" },
		{ RADAR_POINTS("'directions':@float64:2,3"), "sensors.r.frames.0.points.directions",
		  "Directions must have dtype float32: is float64" },
		{ RADAR_POINTS("'directions':@float32:2,2"), "sensors.r.frames.0.points.directions",
		  "Directions must have shape (n, 3): is (2, 2)" },
		{ RADAR_POINTS("'directions':@float32:1,3"), "sensors.r.frames.0.points.directions",
		  "length of directions (1) should match length of positions: (2)" },
		{ RADAR_POINTS("'lengths':@uint32:2"), "sensors.r.frames.0.points.lengths",
		  "Lengths must have dtype float32: is uint32" },
		{ RADAR_POINTS("'lengths':@float32:2,1"), "sensors.r.frames.0.points.lengths",
		  "Lengths must have shape (n, 1): is (2, 1)" },
		{ RADAR_POINTS("'lengths':@float32:3"), "sensors.r.frames.0.points.lengths",
		  "length of lengths (3) should match length of positions: (2)" },
		/* clang-format on */
	};

	(void)state;
	broken(rows, ARRAY_LEN(rows));
}

static void
good_scenes_are_taken_with_their_facts(void **state)
{
	static const struct {
		const char *json;
		struct sfs_facts facts;
	} rows[] = {
		/* clang-format off */
		{ "{'version':'1.0'}", { .version = "1.0" } },
		{ "{'version':'1.0.3','sensors':null,'time_offset':null,'time_unit':null,'metadata':null,"
		  "'annotations':null,'attributes':null}", { .version = "1.0.3" } },
		{ "{'version':'5.1','sensors':[],'time_unit':'microseconds','time_offset':1700000000000000}",
		  { .version = "5.1" } },
		{ "{'version':'1.0 and a long, \\u202e one'}", { .version = "1.0" } },
		{ "{'version':'1.0000000000000000'}", { .version = "1.0000000000000" } },
		{ SCENE(LIDAR(AT("0", XYZ ",'colors':@uint8:2,3,'intensities':@uint8:2,'timestamps':@uint64:2=7") ","
			      AT("100000", XYZ ",'colors':null,'timestamps':@uint32:2=100000"))),
		  { .version = "1.0", .sensors[SFS_LIDAR] = 1, .frames = 2, .points = 4, .duration_us = 100000 } },
		/* A flat list of triples is read as rows; no points are points, too. */
		{ SCENE(LIDAR(AT("0", "'positions':@float32:9,'colors':@uint8:9"))),
		  { .version = "1.0", .sensors[SFS_LIDAR] = 1, .frames = 1, .points = 3 } },
		{ SCENE(LIDAR(AT("5", "'positions':@float32:0,3,'timestamps':@uint32:0"))),
		  { .version = "1.0", .sensors[SFS_LIDAR] = 1, .frames = 1 } },
		{ SCENE(RADAR(AT("100000000", XYZ ",'directions':@float32:2,3,'lengths':@float32:2"))),
		  { .version = "1.0", .sensors[SFS_RADAR] = 1, .frames = 1, .points = 2 } },
		/* Attributes that another sensor has are not looked at. */
		{ SCENE(RADAR(AT("0", XYZ ",'colors':@float32:1"))),
		  { .version = "1.0", .sensors[SFS_RADAR] = 1, .frames = 1, .points = 2 } },
		{ SCENE(CAMERA(VIDEO("5,100005,200005"))),
		  { .version = "1.0", .sensors[SFS_CAMERA] = 1, .duration_us = 200000 } },
		{ SCENE(CAMERA(",'images':[" IMAGE("0") "," IMAGE("10000") "]")),
		  { .version = "1.0", .sensors[SFS_CAMERA] = 1, .duration_us = 10000 } },
		{ SCENE(CAMERA(",'images':[{'timestamp':0,'content':@uint8:4,5,3},"
			       "{'timestamp':10000,'content':@bytes:8}],'video':null")),
		  { .version = "1.0", .sensors[SFS_CAMERA] = 1, .duration_us = 10000 } },
		/* With both, the film counts. */
		{ SCENE(CAMERA(VIDEO("0,100000") ",'images':[" IMAGE("9") "," IMAGE("9") "]")),
		  { .version = "1.0", .sensors[SFS_CAMERA] = 1, .duration_us = 100000 } },
		/* Poses may come as fast as they like. 7 and "7" are two ids. */
		{ SCENE(POSES_AT("0,1,2", POSE "," POSE "," POSE) "," CAMERA(VIDEO("0")) ","
			"{'id':'7','type':'points','points':{" XYZ ",'colors':@uint8:2,3}}"),
		  { .version = "1.0", .sensors[SFS_ODOMETRY] = 1, .sensors[SFS_CAMERA] = 1,
		    .sensors[SFS_POINTS] = 1, .points = 2 } },
		{ SCENE("{'id':'a','type':'lidar','coordinates':'ego','parent_id':'o'," POSES ",'frames':["
			AT("200000", XYZ) "]}," CAMERA(VIDEO("0,100000")) "," POSES_AT("900000", POSE)),
		  { .version = "1.0", .sensors[SFS_LIDAR] = 1, .sensors[SFS_CAMERA] = 1,
		    .sensors[SFS_ODOMETRY] = 1, .frames = 1, .points = 2, .duration_us = 200000 } },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct sfs_facts *want = &rows[i].facts;
		struct sfs_report report;

		if (!check_scene(rows[i].json, &report))
			fail_msg("%s: %s: %s", rows[i].json, report.faults[0].path,
				 report.faults[0].message);
		assert_string_equal(report.facts.version, want->version);
		assert_memory_equal(report.facts.sensors, want->sensors, sizeof(want->sensors));
		assert_int_equal(report.facts.frames, want->frames);
		assert_int_equal(report.facts.points, want->points);
		assert_int_equal(report.facts.duration_us, want->duration_us);
		sfs_report_done(&report);
	}
}

static void
all_faults_of_a_step_are_told_and_stop_the_next(void **state)
{
	static const struct row form[] = {
		{ NULL, "sensors.0.frames", "Must have at least one frame" },
		{ NULL, "sensors.1.type", "Invalid sensor type provided: x" },
		{ NULL, "time_offset", "Wrong type: a whole number expected" },
	};
	static const struct row content[] = {
		{ NULL, "sensors.top.frames", "timestamps must not be negative" },
		{ NULL, "sensors.top.frames", "timestamps must be strictly increasing" },
		{ NULL, "sensors.top.frames.1.points.positions",
		  "Positions must have dtype float32: is uint8" },
		{ NULL, "sensors.top.frames.1.points.positions",
		  "Positions must have shape (n, 3): is (4)" },
		{ NULL, "time_unit", "Invalid time unit provided: ms. Expected: microseconds" },
		{ NULL, "time_offset", "Scene timestamp must not be negative" },
	};
	struct sfs_report report;
	struct buf line = BUF_INIT(4096);

	(void)state;
	/* The unit is wrong as well, but that is the next step. */
	assert_false(check_scene(ROOT("'time_unit':'ms','time_offset':1.5,'sensors':[" LIDAR(
					 "") ",{'id':1,'type':'x'}]"),
				 &report));
	assert_int_equal(report.found, ARRAY_LEN(form));
	for (size_t i = 0; i < ARRAY_LEN(form); i++) {
		assert_string_equal(report.faults[i].path, form[i].path);
		assert_string_equal(report.faults[i].message, form[i].message);
	}
	sfs_report_line(&report, &line);
	assert_string_equal(buf_str(&line),
			    "sensors.0.frames: Must have at least one frame (and 2 more)");
	sfs_report_done(&report);
	assert_false(check_scene(
		ROOT("'time_unit':'ms','time_offset':-5,'sensors':[" LIDAR(AT("-1", XYZ) "," AT(
			"-1", "'positions':@uint8:4,'intensities':@uint8:9")) "]"),
		&report));
	/* Two frames at once are too fast, besides. */
	assert_int_equal(report.found, ARRAY_LEN(content) + 1);
	for (size_t i = 0, k = 0; i < ARRAY_LEN(content); i++, k++) {
		if (strncmp(report.faults[k].message, "approximate fps", 15) == 0)
			k++;
		assert_string_equal(report.faults[k].path, content[i].path);
		assert_string_equal(report.faults[k].message, content[i].message);
	}
	sfs_report_done(&report);
	buf_free(&line);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_scene_without_its_form_is_refused),
		cmocka_unit_test(times_that_break_a_rule_are_told),
		cmocka_unit_test(points_that_break_a_rule_are_told),
		cmocka_unit_test(good_scenes_are_taken_with_their_facts),
		cmocka_unit_test(all_faults_of_a_step_are_told_and_stop_the_next),
	};
	return cmocka_run_group_tests_name("sfs_scene", tests, set_locale, NULL);
}
