/* sfs_points.c - the points of a scene: blobs of the right dtype and shape, as long as each
 * other, and no point older than its frame. Per-point times may be uint32 or uint64, as in
 * the newest public validator. What cannot be read has no length to compare with. */
#include "config.h"

#include "core/sfs_impl.h"

#include <inttypes.h>
#include <string.h>

#define BIT(n) (1u << (n))

static const struct attribute {
	const char *name, *title, *dtype_words;
	unsigned sensors, dtypes; /* masks */
	unsigned columns;         /* 1: a plain list */
} attributes[] = {
	/* clang-format off */
	{ "positions",   "Positions",   "float32", BIT(SFS_LIDAR) | BIT(SFS_RADAR) | BIT(SFS_POINTS),
	  BIT(SFS_F32), 3 }, /* the first one: the others are as long as it is */
	{ "colors",      "Colors",      "uint8",   BIT(SFS_LIDAR) | BIT(SFS_POINTS), BIT(SFS_U8), 3 },
	{ "intensities", "Intensities", "uint8",   BIT(SFS_LIDAR), BIT(SFS_U8), 1 },
	{ "directions",  "Directions",  "float32", BIT(SFS_RADAR), BIT(SFS_F32), 3 },
	{ "lengths",     "Lengths",     "float32", BIT(SFS_RADAR), BIT(SFS_F32), 1 },
	{ "timestamps",  "Timestamps",  "uint32 or uint64", BIT(SFS_LIDAR) | BIT(SFS_RADAR),
	  BIT(SFS_U32) | BIT(SFS_U64), 1 },
	/* clang-format on */
};

/* How many points a blob describes; a flat list of triples is read as rows. */
static bool
blob_rows(const struct sfs_blob *blob, unsigned columns, uint64_t *rows)
{
	*rows = blob->dims > 0 ? blob->shape[0] : 0;
	if (columns == 1)
		return blob->dims == 1;
	if (blob->dims == 1 && *rows % columns == 0) {
		*rows /= columns;
		return true;
	}
	return blob->dims == 2 && blob->shape[1] == columns;
}

static void
say_shape(struct sfs *s, const struct attribute *a, const struct sfs_blob *blob)
{
	struct buf shape = BUF_INIT(SFS_DIMS_MAX * 24);

	for (unsigned i = 0; i < blob->dims; i++)
		buf_addf(&shape, "%s%" PRIu64, i ? ", " : "", blob->shape[i]);
	sfs_fault(s, "%s must have shape (n, %u): is (%s)", a->title, a->columns, buf_str(&shape));
	buf_free(&shape);
}

/* The blob of an attribute with its rows, if dtype and shape are right; else faults and NULL. */
static const struct sfs_blob *
check_attribute(struct sfs *s, const struct attribute *a, const struct json_span *value,
		uint64_t *rows)
{
	const struct sfs_blob *blob = sfs_blob_at(s, value);
	bool dtype_fits, shape_fits;

	if (!blob) {
		sfs_fault(s, "%s must have dtype %s: is no blob", a->title, a->dtype_words);
		return NULL;
	}
	dtype_fits = (a->dtypes & BIT(blob->dtype)) != 0;
	if (!dtype_fits)
		sfs_fault(s, "%s must have dtype %s: is %s", a->title, a->dtype_words,
			  blob->dtype_name);
	shape_fits = blob_rows(blob, a->columns, rows);
	if (!shape_fits)
		say_shape(s, a, blob);
	return dtype_fits && shape_fits ? blob : NULL;
}

static uint64_t
least(const struct sfs_blob *blob)
{
	size_t size = blob->dtype == SFS_U64 ? 8 : 4;
	uint64_t best = UINT64_MAX;

	for (const unsigned char *p = blob->bytes, *end = p + blob->length; p < end; p += size) {
		uint64_t time = 0;

		for (size_t i = size; i-- > 0;)
			time = time << 8 | p[i];
		if (time < best)
			best = time;
	}
	return best;
}

static void
check_point_times(struct sfs *s, const struct sfs_blob *blob, const struct json_span *frame)
{
	struct json_span value;
	int64_t time;

	if (blob->length == 0 || !sfs_member(frame, "timestamp", &value) ||
	    !sfs_whole(&value, &time))
		return;
	if (time > 0 && (uint64_t)time > least(blob))
		sfs_fault(s,
			  "frame timestamp (%" PRId64 ") must be less than min point timestamp "
			  "(%" PRIu64 ")",
			  time, least(blob));
}

void
sfs_points_check(struct sfs *s, enum sfs_sensor type, const struct json_span *owner)
{
	size_t mark = sfs_down_name(s, "points");
	bool counted = false;
	uint64_t points = 0, rows;
	struct json_span list = { .type = JSON_NULL }, value;

	(void)sfs_member(owner, "points", &list); /* sfs_parse() has seen to it */
	for (const struct attribute *a = attributes; a < attributes + ARRAY_LEN(attributes); a++) {
		const struct sfs_blob *blob;
		size_t inner;

		if (!(a->sensors & BIT(type)) || !sfs_member(&list, a->name, &value))
			continue;
		inner = sfs_down_name(s, a->name);
		blob = check_attribute(s, a, &value, &rows);
		if (a == attributes) {
			counted = blob != NULL;
			points = counted ? rows : 0;
		} else if (blob && counted && rows != points) {
			sfs_fault(s,
				  "length of %s (%" PRIu64 ") should match length of positions: "
				  "(%" PRIu64 ")",
				  a->name, rows, points);
		}
		if (blob && strcmp(a->name, "timestamps") == 0)
			check_point_times(s, blob, owner);
		sfs_up(s, inner);
	}
	s->report->facts.points += points;
	sfs_up(s, mark);
}
