/* sfs_items.c - the blobs of a scene file: what "$items" says of them, and whether the
 * file holds it. Where each belongs is sfs_place.c. */
#include "config.h"

#include "core/sfs_impl.h"

#include "core/mem.h"

#include <inttypes.h>
#include <string.h>

#define LEAD_IN 4 /* NULs before the first blob */

/* numpy's names; the public reader takes every one of them. */
static const struct {
	const char *name;
	unsigned size; /* bytes */
	enum sfs_dtype dtype;
} dtypes[] = {
	/* clang-format off */
	{ "float32", 4, SFS_F32 }, { "uint8",  1, SFS_U8 },
	{ "uint32",  4, SFS_U32 }, { "uint64", 8, SFS_U64 },
	{ "float16", 2, SFS_OTHER }, { "float64", 8, SFS_OTHER }, { "bool",   1, SFS_OTHER },
	{ "int8",    1, SFS_OTHER }, { "int16",   2, SFS_OTHER }, { "int32",  4, SFS_OTHER },
	{ "int64",   8, SFS_OTHER }, { "uint16",  2, SFS_OTHER },
	/* clang-format on */
};

static void
add_key(struct sfs *s, const struct json_span *value)
{
	struct sfs_key *key;

	if ((s->key_count & (s->key_count - 1)) == 0)
		s->keys = mem_grow(s->keys, s->key_count ? s->key_count * 2 : 1, sizeof(*s->keys));
	key = &s->keys[s->key_count++];
	*key = (struct sfs_key){ .n = s->names.len, .number = value->type == JSON_NUMBER };
	if (value->type == JSON_STRING)
		json_unescape(&s->names, value);
	else
		buf_add(&s->names, value->p, value->n);
	key->n = s->names.len - key->n;
}

static bool
read_keys(struct sfs *s, const struct json_span *entry, struct sfs_blob *blob)
{
	struct json_span keys;
	struct json_iter it = { 0 };

	blob->first_key = s->key_count;
	if (!sfs_member(entry, "keys", &keys) || keys.type != JSON_ARRAY) {
		sfs_fault(s, "\"keys\" must be a list: the path of the blob in the scene");
		return false;
	}
	while (json_each(&keys, &it)) {
		if (it.value.type != JSON_STRING && it.value.type != JSON_NUMBER) {
			sfs_fault(s, "\"keys\" must hold names and numbers only");
			return false;
		}
		add_key(s, &it.value);
	}
	blob->key_count = s->key_count - blob->first_key;
	if (blob->key_count == 0)
		sfs_fault(s, "\"keys\" must not be empty");
	return blob->key_count > 0;
}

static bool
read_size(struct sfs *s, const struct json_span *entry, const char *name, uint64_t *out)
{
	struct json_span value;
	int64_t number;

	if (!sfs_member(entry, name, &value) || !sfs_whole(&value, &number) || number < 0) {
		sfs_fault(s, "\"%s\" must be a whole number of bytes", name);
		return false;
	}
	*out = (uint64_t)number;
	return true;
}

static bool
read_bytes(struct sfs *s, const struct json_span *entry, struct sfs_blob *blob)
{
	uint64_t room = s->n - s->header, offset;

	if (!read_size(s, entry, "length", &blob->length) ||
	    !read_size(s, entry, "offset", &offset))
		return false;
	if (offset < LEAD_IN) {
		sfs_fault(s, "\"offset\" must be at least %d: is %" PRIu64, LEAD_IN, offset);
		return false;
	}
	if (offset > room || blob->length > room - offset) {
		sfs_fault(s,
			  "the file ends before this blob does: %" PRIu64 " bytes at %" PRIu64
			  " of %" PRIu64,
			  blob->length, offset, room);
		return false;
	}
	blob->bytes = s->data + s->header + offset;
	return true;
}

static bool
read_dims(struct sfs *s, const struct json_span *shape, struct sfs_blob *blob)
{
	struct json_iter it = { 0 };
	int64_t size;

	blob->dims = 0;
	if (shape->type != JSON_ARRAY) {
		sfs_fault(s, "\"shape\" must be a list");
		return false;
	}
	while (json_each(shape, &it)) {
		if (blob->dims == SFS_DIMS_MAX || !sfs_whole(&it.value, &size) || size < 0) {
			sfs_fault(s, "\"shape\" must hold at most %d sizes", SFS_DIMS_MAX);
			return false;
		}
		blob->shape[blob->dims++] = (uint64_t)size;
	}
	return true;
}

/* Is length what the shape needs? A shape with a 0 in it needs nothing. */
static bool
shape_fits(const struct sfs_blob *blob, unsigned size)
{
	uint64_t need = size;

	for (unsigned i = 0; i < blob->dims; i++)
		if (blob->shape[i] == 0)
			return blob->length == 0;
	for (unsigned i = 0; i < blob->dims; i++) {
		if (need > blob->length / blob->shape[i])
			return false;
		need *= blob->shape[i];
	}
	return need == blob->length;
}

static bool
read_type(struct sfs *s, const struct json_span *entry, struct sfs_blob *blob)
{
	struct json_span dtype, shape;
	bool shaped = sfs_member(entry, "shape", &shape);
	size_t i;

	blob->dtype = SFS_BYTES;
	blob->dtype_name = "bytes";
	blob->dims = 1;
	blob->shape[0] = blob->length;
	if (!sfs_member(entry, "dtype", &dtype))
		return true; /* the public reader looks at no shape then */
	for (i = 0; i < ARRAY_LEN(dtypes); i++)
		if (dtype.type == JSON_STRING && dtype.n == strlen(dtypes[i].name) + 2 &&
		    memcmp(dtype.p + 1, dtypes[i].name, dtype.n - 2) == 0)
			break;
	if (i == ARRAY_LEN(dtypes)) {
		sfs_fault_value(s, "no such dtype: ", &dtype, "");
		return false;
	}
	blob->dtype = dtypes[i].dtype;
	blob->dtype_name = dtypes[i].name;
	blob->shape[0] = blob->length / dtypes[i].size;
	if (shaped && !read_dims(s, &shape, blob))
		return false;
	if (!shape_fits(blob, dtypes[i].size)) {
		sfs_fault(s, "\"length\" must be what dtype and shape need: is %" PRIu64,
			  blob->length);
		return false;
	}
	return true;
}

static void
read_entry(struct sfs *s, const struct json_span *entry, size_t number)
{
	struct sfs_blob *blob = &s->blobs[s->blob_count];
	size_t mark = sfs_down_number(s, number);

	*blob = (struct sfs_blob){ .entry = number };
	if (entry->type != JSON_OBJECT)
		sfs_fault(s, "an entry must be an object");
	else if (read_keys(s, entry, blob) && read_bytes(s, entry, blob) &&
		 read_type(s, entry, blob))
		s->blob_count++;
	sfs_up(s, mark);
}

static void
read_entries(struct sfs *s, const struct json_span *items)
{
	struct json_iter it = { 0 };
	size_t room = 0;

	for (size_t i = 0; json_each(items, &it); i++) {
		if (i == SFS_ITEMS_MAX) {
			sfs_fault(s, "more than %u entries", SFS_ITEMS_MAX);
			return;
		}
		if (s->blob_count == room) {
			room = room ? room * 2 : 64;
			s->blobs = mem_grow(s->blobs, room, sizeof(*s->blobs));
		}
		read_entry(s, &it.value, i);
	}
}

void
sfs_items_read(struct sfs *s)
{
	size_t mark = sfs_down_name(s, "$items");
	struct json_span items;

	if (!sfs_member(&s->root, "$items", &items) || items.type != JSON_ARRAY)
		sfs_fault(s, "\"$items\" must be a list: it names the blobs");
	else
		read_entries(s, &items);
	if (s->report->found == 0 && s->blob_count > 0)
		sfs_place(s);
	sfs_up(s, mark);
}
