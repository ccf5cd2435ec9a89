/* fuzz_sfs.c - no bytes of a scene file crash its reader or make words unfit to show. */
#include "config.h"

#include "tests/fuzz.h"

#include "core/sfs.h"
#include "core/text.h"

#include <string.h>

#define REST "\0\0\0\0\x00\x00\x80\x3f\x00\x00\x00\x40\x00\x00\x40\x40\0\0\0\0\0\0\0\0"
#define LIDAR                                                                                     \
	"{\"id\":\"top\",\"type\":\"lidar\",\"coordinates\":\"world\",\"poses\":{\"timestamps\":" \
	"[0],\"values\":[[0,0,0,0,0,0,1]]},\"frames\":[{\"timestamp\":0,\"points\":{"             \
	"\"positions\":\"\",\"colors\":null,\"timestamps\":\"\"}}]}"
#define CAMERA                                                                                \
	"{\"id\":7,\"type\":\"camera\",\"poses\":{\"timestamps\":[5],\"values\":"             \
	"[[0,0,0,0,0,0,1]]},\"intrinsics\":{\"fx\":1,\"fy\":1,\"cx\":1,\"cy\":1,\"width\":2," \
	"\"height\":2},\"images\":[{\"timestamp\":5,\"content\":\"\"}]}"

const struct fuzz_seed fuzz_seeds[] = {
	FUZZ_SEED(
		"{\"version\":\"1.0\",\"time_offset\":1,\"sensors\":[" LIDAR "," CAMERA
		"],\"$items\":["
		"{\"keys\":[\"sensors\",0,\"frames\",0,\"points\",\"positions\"],\"length\":12,"
		"\"offset\":4,\"dtype\":\"float32\",\"shape\":[1,3]},"
		"{\"keys\":[\"sensors\",0,\"frames\",\"0\",\"points\",\"timestamps\"],\"length\":4,"
		"\"offset\":17,\"dtype\":\"uint32\"},"
		"{\"keys\":[\"sensors\",1,\"images\",0,\"content\"],\"length\":3,\"offset\":20}"
		"]} " REST),
	FUZZ_SEED("{\"version\":\"1.0\",\"sensors\":[" CAMERA
		  ",{\"id\":\"o\",\"type\":\"odometry\","
		  "\"poses\":{\"timestamps\":[1,2],\"values\":[[1,2,3,0,0,0,1],[1,2,3,0,0,0,1]]}},"
		  "{\"id\":\"p\",\"type\":\"points\",\"points\":{\"positions\":\"\"}}],\"$items\":["
		  "{\"keys\":[\"sensors\",2,\"points\",\"positions\"],\"length\":12,\"offset\":4,"
		  "\"dtype\":\"float32\",\"shape\":[1,3]},"
		  "{\"keys\":[\"sensors\",0,\"images\",0,\"content\"],\"length\":9,\"offset\":4,"
		  "\"dtype\":\"uint8\",\"shape\":[1,3,3]}]}" REST),
	FUZZ_SEED(
		"{\"version\":\"1.0\",\"a\":[\"\",{\"b\":\"\"}],\"$items\":["
		"{\"keys\":[\"a\",1,\"b\"],"
		"\"length\":8,\"offset\":4,\"dtype\":\"uint64\"},{\"keys\":[\"a\",0],\"length\":1,"
		"\"offset\":4}]}" REST),
	/* All that the content may have against it. */
	/* clang-format off */
	FUZZ_SEED(
		"{\"version\":\"1.0\",\"time_unit\":\"nanoseconds\",\"time_offset\":-1,\"sensors\":["
		"{\"id\":1,\"type\":\"radar\",\"poses\":{\"timestamps\":[],\"values\":[]},\"frames\":["
		"{\"timestamp\":100000005,\"points\":{\"positions\":\"\",\"directions\":\"\","
		"\"timestamps\":\"\"}},{\"timestamp\":100000006,\"points\":{\"positions\":\"\","
		"\"lengths\":\"\"}},{\"timestamp\":-1,\"points\":{\"positions\":\"no\"}}]},"
		"{\"id\":1,\"type\":\"camera\",\"poses\":{\"timestamps\":[7],\"values\":[[0,0,0,0,0,0,1]]},"
		"\"intrinsics\":{\"fx\":1,\"fy\":1,\"cx\":1,\"cy\":1,\"width\":2,\"height\":2},\"video\":"
		"{\"timestamps\":[0,1,2],\"content\":\"no\"}}],\"$items\":["
		"{\"keys\":[\"sensors\",0,\"frames\",0,\"points\",\"positions\"],\"length\":12,"
		"\"offset\":4,\"dtype\":\"float32\",\"shape\":[1,3]},"
		"{\"keys\":[\"sensors\",0,\"frames\",0,\"points\",\"directions\"],\"length\":16,"
		"\"offset\":4,\"dtype\":\"float32\",\"shape\":[2,2]},"
		"{\"keys\":[\"sensors\",0,\"frames\",0,\"points\",\"timestamps\"],\"length\":16,"
		"\"offset\":5,\"dtype\":\"uint64\"},"
		"{\"keys\":[\"sensors\",0,\"frames\",1,\"points\",\"positions\"],\"length\":12,"
		"\"offset\":4,\"dtype\":\"float32\"},"
		"{\"keys\":[\"sensors\",0,\"frames\",1,\"points\",\"lengths\"],\"length\":8,"
		"\"offset\":4,\"dtype\":\"float32\"}]}" REST),
	/* clang-format on */
	{ NULL, 0 },
};

static void
must_be_fit_to_be_shown(const char *s)
{
	struct glyph g;

	for (size_t at = 0, n = strlen(s); at < n;) {
		at += text_glyph(s + at, n - at, &g);
		fuzz_must(!g.made, "it is fit to be shown");
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sfs_report report;
	uint8_t *copy = malloc(size ? size : 1); /* of its own size: reading past the end is seen */
	bool good;

	fuzz_must(copy != NULL, "memory");
	memcpy(copy, data, size);
	good = sfs_check(copy, size, &report);
	fuzz_must(good == (report.found == 0), "a scene is good when nothing was found");
	fuzz_must(report.kept == (report.found < SFS_FAULTS_KEPT ? report.found : SFS_FAULTS_KEPT),
		  "the first faults are kept");
	fuzz_must(report.facts.points <= size * size, "no more points than bytes an entry");
	must_be_fit_to_be_shown(report.facts.version);
	for (size_t i = 0; i < report.kept; i++) {
		must_be_fit_to_be_shown(report.faults[i].path);
		must_be_fit_to_be_shown(report.faults[i].message);
	}
	sfs_report_done(&report);
	free(copy);
	return 0;
}
