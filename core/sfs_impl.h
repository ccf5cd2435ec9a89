/* sfs_impl.h - what the parts of the scene reader share: sfs.c (container and report),
 * sfs_items.c and sfs_place.c (the blobs), sfs_parse.c (the scene's form), sfs_valid.c and
 * sfs_points.c (its content). */
#ifndef CORE_SFS_IMPL_H
#define CORE_SFS_IMPL_H

#include "core/json.h"
#include "core/sfs.h"

#define SFS_DIMS_MAX 8

/* Their numbers are bits of masks. */
enum sfs_dtype {
	SFS_BYTES, /* no dtype: a plain byte string */
	SFS_F32,
	SFS_U8,
	SFS_U32,
	SFS_U64,
	SFS_OTHER, /* one that no field of a scene may have */
};

struct sfs_key { /* a step of a blob's path; borrowed from struct sfs */
	const char *p;
	size_t n;
	bool number; /* it counts an array's items */
};

struct sfs_blob {       /* an entry of "$items" */
	size_t entry;   /* its number there */
	const char *at; /* the "" in the header that stands for it; NULL: not found */
	const struct sfs_key *keys;
	size_t key_count, first_key;
	const unsigned char *bytes; /* where they lie; of any alignment */
	uint64_t length;
	enum sfs_dtype dtype;
	const char *dtype_name; /* static */
	unsigned dims;
	uint64_t shape[SFS_DIMS_MAX];
};

struct sfs {                       /* a scene while it is read */
	const unsigned char *data; /* n bytes: all of the file; borrowed */
	size_t n;
	size_t header; /* bytes before the NUL, from where offsets count */
	struct json_span root;
	struct sfs_blob *blobs; /* owned */
	size_t blob_count;
	const struct sfs_blob **placed; /* owned: those with a place, as the header has them */
	size_t placed_count;
	struct sfs_key *keys; /* owned, of all blobs; their texts are in names */
	size_t key_count;
	struct buf names;
	struct buf path;     /* of what is being looked at, shown */
	int64_t first, last; /* of all frames and pictures, if timed */
	bool timed;
	struct sfs_report *report;
};

/* Go a step down the path; sfs_up() with what these returned comes back. */
size_t sfs_down(struct sfs *s, const char *name, size_t n);
size_t sfs_down_name(struct sfs *s, const char *name);
size_t sfs_down_number(struct sfs *s, size_t number);
void sfs_up(struct sfs *s, size_t mark);

/* Add a fault of what the path leads to. Anything from outside in it must be fit to be shown. */
void sfs_fault(struct sfs *s, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Add a fault whose message ends with a value of the header: "Invalid version provided: 2". */
void sfs_fault_value(struct sfs *s, const char *words, const struct json_span *value,
		     const char *behind);

/* Read "$items" and give each entry its place in the scene; faults say what is wrong. */
void sfs_items_read(struct sfs *s);

/* Give each blob its place; a fault for each that has none. For a file without faults. */
void sfs_place(struct sfs *s);

/* The blob that stands at a value of the header; NULL if there is none. */
const struct sfs_blob *sfs_blob_at(const struct sfs *s, const struct json_span *value);

/* A whole number in -2^63 .. 2^64-1 without fraction or exponent; clamped to int64_t. */
bool sfs_whole(const struct json_span *value, int64_t *out);

/* The member if it is there and not null. */
bool sfs_member(const struct json_span *object, const char *key, struct json_span *out);

/* The sensor type that a JSON string names; SFS_SENSOR_COUNT if it is none. */
enum sfs_sensor sfs_sensor_type(const struct json_span *value);

/* Has the scene the form of schema 1.0: what must be there, and of which type? */
void sfs_parse(struct sfs *s);

/* Check the "points" of a frame or of a cloud, and count them. */
void sfs_points_check(struct sfs *s, enum sfs_sensor type, const struct json_span *owner);

/* Does its content keep the rules? Only for a scene that sfs_parse() found no fault in. */
void sfs_validate(struct sfs *s);

#endif
