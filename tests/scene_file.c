/* scene_file.c - see scene_file.h. */
#include "config.h"

#include "tests/scene_file.h"
#include "tests/test.h"

#include "core/json.h"

#define SCENE_MAX (1u << 20)
#define BLOBS_MAX 64

const char example_scene[] =
	/* clang-format off */
	"{\"version\":\"1.0\",\"time_unit\":\"microseconds\",\"time_offset\":null,\"sensors\":["
	"{\"id\":\"top\",\"type\":\"lidar\",\"parent_id\":null,\"coordinates\":\"world\",\"poses\":{"
	"\"timestamps\":[0],\"values\":[[0,0,0,0,0,0,1]]},\"frames\":[{\"timestamp\":0,\"points\":{"
	"\"positions\":\"\",\"colors\":null,\"intensities\":\"\",\"timestamps\":null}}]}],"
	"\"annotations\":null,\"attributes\":null,\"metadata\":null,\"$items\":["
	"{\"keys\":[\"sensors\",0,\"frames\",0,\"points\",\"positions\"],\"length\":24,\"offset\":4,"
	"\"dtype\":\"float32\",\"shape\":[2,3]},"
	"{\"keys\":[\"sensors\",0,\"frames\",0,\"points\",\"intensities\"],\"length\":2,\"offset\":32,"
	"\"dtype\":\"uint8\",\"shape\":[2]}]}    "
	"\0\0\0\0"
	"\x00\x00\x80\x3f\x00\x00\x00\x40\x00\x00\x40\x40"
	"\x00\x00\x80\xc0\x00\x00\xb0\x40\x00\x00\x00\x00"
	"\0\0\0\0"
	"\x0a\xc8"
	"\0"; /* and the literal's own */
/* clang-format on */

struct blob {
	char dtype[16], shape[32];
	unsigned size, count;
	uint64_t value;
};

struct builder {
	struct blob blobs[BLOBS_MAX];
	size_t count, next;
	struct buf header, binary, items, keys;
};

/* The public writer fills up with one to four, never with none. */
static void
fill(struct buf *b, char c)
{
	for (size_t i = 4 - b->len % 4; i > 0; i--)
		buf_add(b, &c, 1);
}

static unsigned
size_of(const char *dtype)
{
	if (strstr(dtype, "64"))
		return 8;
	if (strstr(dtype, "32"))
		return 4;
	return strstr(dtype, "16") ? 2 : 1;
}

/* "float32:2,3=7"; returns what is behind it. */
static const char *
read_blob(const char *p, struct blob *blob)
{
	char *end;
	size_t n = strcspn(p, ":"), m = strspn(p + n + 1, "0123456789,");

	while (p[n + m] == ',')
		m--; /* it parts members, not sizes */
	snprintf(blob->dtype, sizeof(blob->dtype), "%.*s", (int)n, p);
	snprintf(blob->shape, sizeof(blob->shape), "%.*s", (int)m, p + n + 1);
	blob->size = size_of(blob->dtype);
	blob->count = 1;
	for (const char *s = blob->shape; *s; s += strcspn(s, ","), s += *s == ',')
		blob->count *= (unsigned)strtoul(s, NULL, 10);
	p += n + 1 + m;
	if (*p != '=')
		return p;
	blob->value = strtoull(p + 1, &end, 10);
	return end;
}

static void
add_item(struct builder *b)
{
	const struct blob *blob = &b->blobs[b->next++];
	unsigned char bytes[8];

	if (b->items.len > 0)
		buf_adds(&b->items, ",");
	buf_addf(&b->items, "{\"keys\":[%s],\"length\":%u,\"offset\":%zu", buf_str(&b->keys) + 1,
		 blob->count * blob->size, b->binary.len);
	if (strcmp(blob->dtype, "bytes") != 0)
		buf_addf(&b->items, ",\"dtype\":\"%s\",\"shape\":[%s]", blob->dtype, blob->shape);
	buf_adds(&b->items, "}");
	for (unsigned i = 0; i < 8; i++)
		bytes[i] = (unsigned char)(blob->value >> 8 * i);
	for (unsigned i = 0; i < blob->count; i++)
		buf_add(&b->binary, bytes, blob->size);
	fill(&b->binary, '\0');
}

/* Depth-first, as the public writer goes; b->keys is the way here. */
static void
walk(struct builder *b, const struct json_span *value)
{
	struct json_iter it = { 0 };
	size_t mark = b->keys.len;

	if (value->type == JSON_STRING && value->n == 2)
		add_item(b);
	for (size_t i = 0; json_each(value, &it); i++) {
		if (it.key.p)
			buf_addf(&b->keys, ",%.*s", (int)it.key.n, it.key.p);
		else
			buf_addf(&b->keys, ",%zu", i);
		walk(b, &it.value);
		b->keys.len = mark;
		b->keys.p[mark] = '\0';
	}
}

void
scene_file(struct buf *out, const char *json)
{
	struct builder b = {
		.header = BUF_INIT(SCENE_MAX),
		.binary = BUF_INIT(SCENE_MAX),
		.items = BUF_INIT(SCENE_MAX),
		.keys = BUF_INIT(SCENE_MAX),
	};
	struct json_span root;
	struct err err = ERR_INIT;
	const char *p = json;

	while (*p) {
		size_t n = strcspn(p, "@'");

		buf_add(&b.header, p, n);
		p += n;
		if (*p == '\'') {
			buf_adds(&b.header, "\"");
			p++;
		} else if (*p == '@') {
			assert_true(b.count < BLOBS_MAX);
			p = read_blob(p + 1, &b.blobs[b.count++]);
			buf_adds(&b.header, "\"\"");
		}
	}
	if (json_scan(b.header.p, b.header.len, &root, NULL, &err) != ERR_OK)
		fail_msg("%s: %s", json, err.msg);
	buf_add(&b.binary, "\0\0\0\0", 4);
	walk(&b, &root);
	assert_int_equal(b.next, b.count);
	b.header.len--; /* the closing brace comes again */
	buf_addf(&b.header, "%s\"$items\":[%s]}", b.header.len > 1 ? "," : "", buf_str(&b.items));
	fill(&b.header, ' ');
	buf_add(out, b.header.p, b.header.len);
	buf_add(out, b.binary.p, b.binary.len);
	buf_free(&b.header);
	buf_free(&b.binary);
	buf_free(&b.items);
	buf_free(&b.keys);
}

void
scene_raw(struct buf *out, const char *header, size_t count)
{
	buf_adds(out, header);
	for (size_t i = 0; i <= count; i++)
		buf_add(out, "", 1);
}
