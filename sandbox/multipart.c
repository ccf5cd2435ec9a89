/* multipart.c - see multipart.h. */
#include "config.h"

#include "sandbox/multipart.h"

#include "sandbox/request.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define BOUNDARY_MAX 70 /* characters. Source: RFC 2046 §5.1.1 */
#define VALUE_MAX    4096

static const char *
skip_blanks(const char *p)
{
	return p + strspn(p, " \t");
}

/* A quoted string, behind its quote. Only \" and \\ are escapes: some clients send paths
 * with single backslashes. NULL if it does not end. */
static const char *
read_quoted(const char *p, struct buf *out)
{
	for (; *p && *p != '"'; p++) {
		if (*p == '\\' && (p[1] == '"' || p[1] == '\\'))
			p++;
		buf_add(out, p, 1);
	}
	return *p ? p + 1 : NULL;
}

/* The value of a parameter: a quoted string, or everything up to ";". */
static const char *
read_value(const char *p, struct buf *out)
{
	size_t n;

	buf_clear(out);
	p = skip_blanks(p);
	if (*p == '"')
		return read_quoted(p + 1, out);
	n = strcspn(p, ";");
	while (n > 0 && (p[n - 1] == ' ' || p[n - 1] == '\t'))
		n--;
	buf_add(out, p, n);
	return p + strcspn(p, ";");
}

/* name=value for each ";" part behind the first. False: header is damaged. Found in out;
 * *found says whether it is there. */
static bool
parameter(const char *header, const char *name, struct buf *out, bool *found)
{
	struct buf other = BUF_INIT(VALUE_MAX);
	const char *p = header + strcspn(header, ";");
	size_t len = strlen(name);

	*found = false;
	while (p && *p == ';') {
		bool wanted;
		size_t n;

		p = skip_blanks(p + 1);
		n = strcspn(p, "=; \t");
		wanted = !*found && n == len && strncasecmp(p, name, len) == 0;
		p = skip_blanks(p + n);
		if (*p != '=')
			continue;
		p = read_value(p + 1, wanted ? out : &other);
		*found = *found || wanted;
		if (p)
			p = skip_blanks(p);
	}
	buf_free(&other);
	return p && !*p;
}

/* UTF-8''na%C3%AFve into its text, which goes into out. Source: RFC 8187 §3.2. */
static bool
decode_extended(struct buf *b, struct buf *out)
{
	char *text = b->len > 0 ? strchr(b->p, '\'') : NULL;

	text = text ? strchr(text + 1, '\'') : NULL;
	if (!text || !request_decode(text + 1, false))
		return false;
	buf_clear(out);
	buf_adds(out, text + 1);
	return true;
}

static const char *
last_component(const char *path)
{
	for (const char *p = path; *p; p++)
		if (*p == '/' || *p == '\\')
			path = p + 1;
	return path;
}

static bool
read_disposition(struct multipart *m, const char *value)
{
	struct buf extended = BUF_INIT(VALUE_MAX);
	bool has_extended, good;

	good = parameter(value, "name", &m->name, &m->has_name) &&
	       parameter(value, "filename", &m->filename, &m->has_file) &&
	       parameter(value, "filename*", &extended, &has_extended);
	if (good && has_extended)
		good = m->has_file = decode_extended(&extended, &m->filename);
	buf_free(&extended);
	return good && !m->name.full && !m->filename.full;
}

/* The value of a header line of this name, else NULL. */
static const char *
header_value(const char *line, const char *name)
{
	size_t n = strlen(name);

	if (strncasecmp(line, name, n) != 0 || line[n] != ':')
		return NULL;
	return skip_blanks(line + n + 1);
}

/* The head of a part is complete: its lines, each ended by CR LF, and an empty one. */
static bool
read_head(struct multipart *m)
{
	bool good = true, has_type = false;
	const char *value;

	m->has_name = m->has_file = false;
	if (memchr(m->head.p, '\0', m->head.len))
		return false;
	for (char *line = m->head.p, *end; good && *line != '\r'; line = end + 2) {
		if (!(end = strstr(line, "\r\n")))
			return false;
		*end = '\0';
		if ((value = header_value(line, "Content-Disposition"))) {
			good = read_disposition(m, value);
		} else if ((value = header_value(line, "Content-Type"))) {
			buf_clear(&m->type);
			buf_adds(&m->type, value);
			has_type = true;
		}
	}
	m->part = (struct multipart_part){
		.name = m->has_name ? buf_str(&m->name) : NULL,
		.filename = m->has_file ? last_component(buf_str(&m->filename)) : NULL,
		.type = has_type ? buf_str(&m->type) : NULL,
	};
	return good && !m->type.full;
}

static void
start_body(struct multipart *m)
{
	buf_clear(&m->head);
	m->fn(m->arg, &m->part, "", 0);
	m->state = MULTIPART_BODY;
	m->matched = m->unseen = 2; /* an empty part may end right here */
}

/* A byte of the head. */
static void
add_head(struct multipart *m, char c)
{
	const char *p;
	size_t n;

	buf_add(&m->head, &c, 1);
	if (m->head.full) {
		m->state = MULTIPART_BAD;
		return;
	}
	p = buf_str(&m->head);
	n = m->head.len;
	if ((n == 2 && memcmp(p, "\r\n", 2) == 0) ||
	    (n >= 4 && memcmp(p + n - 4, "\r\n\r\n", 4) == 0)) {
		if (read_head(m))
			start_body(m);
		else
			m->state = MULTIPART_BAD;
	}
}

/* A byte behind a delimiter: "--" ends the form, blanks and CR LF the line. */
static void
add_delim(struct multipart *m, char c)
{
	char last = m->last;

	m->last = c;
	if (last == '\0' && (c == ' ' || c == '\t'))
		m->last = '\0';
	else if (last == '-' && c == '-')
		m->state = MULTIPART_END;
	else if (last == '\r' && c == '\n')
		m->state = MULTIPART_HEAD;
	else if (last != '\0' || (c != '-' && c != '\r'))
		m->state = MULTIPART_BAD;
}

static void
give(struct multipart *m, const char *data, size_t n)
{
	if (n > 0 && m->state == MULTIPART_BODY)
		m->fn(m->arg, &m->part, data, n);
}

/* Data up to the next delimiter. Returns the bytes that are dealt with. A delimiter holds
 * no CR but its first byte, so a failed match can begin again only at the byte that failed. */
static size_t
add_data(struct multipart *m, const char *data, size_t n)
{
	const char *cr = m->matched == 0 ? memchr(data, '\r', n) : data;
	size_t at = cr ? (size_t)(cr - data) : n;

	give(m, data, at);
	for (; at < n; at++) {
		if (data[at] != m->delim[m->matched]) {
			give(m, m->delim + m->unseen, m->matched - m->unseen);
			m->matched = m->unseen = 0;
			if (data[at] != '\r')
				return at;
		}
		if (++m->matched == m->delim_len) {
			m->matched = m->unseen = 0;
			m->last = '\0';
			m->state = MULTIPART_DELIM;
			return at + 1;
		}
	}
	return n;
}

bool
multipart_init(struct multipart *m, const char *content_type, multipart_fn *fn, void *arg)
{
	struct buf boundary = BUF_INIT(BOUNDARY_MAX);
	size_t n = strcspn(content_type, "; \t");
	bool good, found = false;

	*m = (struct multipart){
		.fn = fn,
		.arg = arg,
		.matched = 2, /* the first delimiter may open the body */
		.unseen = 2,
		.head = BUF_INIT(MULTIPART_HEAD_MAX),
		.name = BUF_INIT(VALUE_MAX),
		.filename = BUF_INIT(VALUE_MAX),
		.type = BUF_INIT(VALUE_MAX),
	};
	good = n == strlen("multipart/form-data") &&
	       strncasecmp(content_type, "multipart/form-data", n) == 0 &&
	       parameter(content_type, "boundary", &boundary, &found) && found && !boundary.full &&
	       boundary.len > 0 && !strpbrk(buf_str(&boundary), "\r\n");
	if (good)
		m->delim_len = (size_t)snprintf(m->delim, sizeof(m->delim), "\r\n--%s",
						buf_str(&boundary));
	buf_free(&boundary);
	return good;
}

void
multipart_done(struct multipart *m)
{
	buf_free(&m->head);
	buf_free(&m->name);
	buf_free(&m->filename);
	buf_free(&m->type);
}

bool
multipart_add(struct multipart *m, const char *data, size_t n)
{
	for (size_t at = 0; at < n;) {
		switch (m->state) {
		case MULTIPART_PREAMBLE:
		case MULTIPART_BODY: at += add_data(m, data + at, n - at); break;
		case MULTIPART_DELIM: add_delim(m, data[at++]); break;
		case MULTIPART_HEAD: add_head(m, data[at++]); break;
		case MULTIPART_END: return true;
		case MULTIPART_BAD: return false;
		}
	}
	return m->state != MULTIPART_BAD;
}

bool
multipart_ended(const struct multipart *m)
{
	return m->state == MULTIPART_END;
}
