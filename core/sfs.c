/* sfs.c - the container of a scene file, and the report; see sfs.h. */
#include "config.h"

#include "core/sfs.h"
#include "core/sfs_impl.h"

#include "core/mem.h"
#include "core/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_MAX_BYTES 2048
#define NAME_COLS      40   /* of a name or an id in a path */
#define VALUE_COLS     60   /* of a value in a message */
#define MESSAGE_MAX    2048 /* bytes; no glyph has more than 24 */

static const char *const sensor_names[SFS_SENSOR_COUNT] = {
	[SFS_CAMERA] = "camera",     [SFS_LIDAR] = "lidar",   [SFS_RADAR] = "radar",
	[SFS_ODOMETRY] = "odometry", [SFS_POINTS] = "points",
};

const char *
sfs_sensor_name(enum sfs_sensor type)
{
	return sensor_names[type];
}

/* --- the path, and faults --- */

size_t
sfs_down(struct sfs *s, const char *name, size_t n)
{
	size_t mark = s->path.len;

	if (mark > 0)
		buf_add(&s->path, ".", 1);
	text_show(&s->path, untrusted(name, n), NAME_COLS);
	return mark;
}

size_t
sfs_down_name(struct sfs *s, const char *name)
{
	return sfs_down(s, name, strlen(name));
}

size_t
sfs_down_number(struct sfs *s, size_t number)
{
	char text[24];
	int n = snprintf(text, sizeof(text), "%zu", number);

	return sfs_down(s, text, (size_t)n);
}

void
sfs_up(struct sfs *s, size_t mark)
{
	if (s->path.p)
		s->path.p[mark] = '\0';
	s->path.len = mark;
	s->path.full = false;
}

void
sfs_fault(struct sfs *s, const char *fmt, ...)
{
	struct sfs_report *r = s->report;
	char message[MESSAGE_MAX];
	va_list ap;

	if (r->found++ >= SFS_FAULTS_KEPT)
		return;
	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	r->faults[r->kept++] = (struct sfs_fault){
		.path = mem_strdup(buf_str(&s->path)),
		.message = mem_strdup(message),
	};
}

void
sfs_fault_value(struct sfs *s, const char *words, const struct json_span *value, const char *behind)
{
	struct buf plain = BUF_INIT(value->n + 1), shown = BUF_INIT(MESSAGE_MAX);

	if (value->type == JSON_STRING)
		json_unescape(&plain, value);
	else
		buf_add(&plain, value->p, value->n);
	text_show(&shown, untrusted(buf_str(&plain), plain.len), VALUE_COLS);
	sfs_fault(s, "%s%s%s", words, buf_str(&shown), behind);
	buf_free(&plain);
	buf_free(&shown);
}

/* --- values of the header --- */

bool
sfs_whole(const struct json_span *value, int64_t *out)
{
	bool minus = value->type == JSON_NUMBER && value->p[0] == '-', over = false;
	uint64_t number = 0, most = (uint64_t)INT64_MAX + minus;

	if (value->type != JSON_NUMBER)
		return false;
	for (size_t i = minus; i < value->n; i++) {
		if (value->p[i] < '0' || value->p[i] > '9')
			return false;
		over = over || number > (most - (unsigned)(value->p[i] - '0')) / 10;
		if (!over)
			number = number * 10 + (unsigned)(value->p[i] - '0');
	}
	if (over)
		number = most;
	*out = minus ? (int64_t)(0 - number) : (int64_t)number;
	return true;
}

bool
sfs_member(const struct json_span *object, const char *key, struct json_span *out)
{
	struct json_span found;

	if (!json_member(object, key, &found) || found.type == JSON_NULL)
		return false;
	*out = found;
	return true;
}

/* --- the file --- */

static void
read_header(struct sfs *s)
{
	size_t most = s->n < SFS_HEADER_MAX ? s->n : SFS_HEADER_MAX;
	const unsigned char *nul = most > 0 ? memchr(s->data, '\0', most) : NULL;
	struct err err = ERR_INIT;

	if (!nul && s->n > most)
		sfs_fault(s, "no NUL ends the header within its first %u MiB",
			  SFS_HEADER_MAX >> 20);
	else if (!nul)
		sfs_fault(s, "no NUL ends the header: this is no .sfs file, or only a part of one");
	if (!nul)
		return;
	s->header = (size_t)(nul - s->data);
	if (json_scan((const char *)s->data, s->header, &s->root, NULL, &err) != ERR_OK)
		sfs_fault(s, "the header is no JSON: %s", err.msg);
	else if (s->root.type != JSON_OBJECT)
		sfs_fault(s, "the header is no JSON object");
}

bool
sfs_check(const void *data, size_t n, struct sfs_report *report)
{
	static void (*const steps[])(struct sfs *) = {
		read_header,
		sfs_items_read,
		sfs_parse,
		sfs_validate,
	};
	struct sfs s = {
		.data = data,
		.n = n,
		.names = BUF_INIT(SFS_HEADER_MAX),
		.path = BUF_INIT(PATH_MAX_BYTES),
		.report = report,
	};

	*report = (struct sfs_report){ .kept = 0 };
	for (size_t i = 0; i < ARRAY_LEN(steps) && report->found == 0; i++)
		steps[i](&s);
	free(s.blobs);
	free(s.placed);
	free(s.keys);
	buf_free(&s.names);
	buf_free(&s.path);
	return report->found == 0;
}

void
sfs_report_line(const struct sfs_report *report, struct buf *out)
{
	const struct sfs_fault *first = &report->faults[0];

	if (report->found == 0)
		return;
	if (first->path[0])
		buf_addf(out, "%s: ", first->path);
	buf_adds(out, first->message);
	if (report->found > 1)
		buf_addf(out, " (and %zu more)", report->found - 1);
}

void
sfs_report_done(struct sfs_report *report)
{
	for (size_t i = 0; i < report->kept; i++) {
		free(report->faults[i].path);
		free(report->faults[i].message);
	}
	*report = (struct sfs_report){ .kept = 0 };
}
