/* check_url.c - the rules on addresses. They are looked at, never changed: a
 * signed URL is a string of bytes. */
#include "config.h"

#include "core/check_impl.h"

#include "core/clock.h"
#include "core/text.h"
#include "core/url.h"

#include <string.h>

#define SOON_MS (24 * 3600 * (int64_t)1000) /* labellers open it within days, not minutes */

static bool
known_scheme(enum field_url kind, struct url_part scheme)
{
	/* Source: scale-api 8 for attachments, 9 for callbacks. */
	static const char *const schemes[] = { "https", "http", "s3", "gs", "scaledata" };
	size_t n = kind == URL_CALLBACK ? 2 : ARRAY_LEN(schemes);

	for (size_t i = 0; i < n; i++)
		if (url_part_is(scheme, schemes[i]))
			return true;
	return false;
}

/* The first blank or control byte, or n. */
static size_t
find_blank(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)text[i] <= ' ' || text[i] == 0x7F)
			return i;
	return n;
}

static void
wrong_scheme(struct findings *f, struct where where, struct url_part scheme)
{
	bool callback = fields[f->field].url == URL_CALLBACK;
	const char *want = callback ? "https or http" : "https, http, s3, gs or scaledata";
	struct buf shown = BUF_INIT(100);

	if (scheme.p) {
		text_show(&shown, untrusted(scheme.p, scheme.n), 12);
		check_add(f, SEVERITY_ERROR, where,
			  callback ? "Give the full http(s) address, or an e-mail address."
				   : "Scale fetches attachments from these places only.",
			  "%s:// is not %s", buf_str(&shown), want);
	} else if (callback) {
		check_add(f, SEVERITY_ERROR, where,
			  "Give the full address from https:// on, or an e-mail address.",
			  "no web address and no e-mail address");
	} else {
		check_add(f, SEVERITY_ERROR, where,
			  "A local file must be uploaded or stored where Scale can read it.",
			  "no address such as https:// or s3://");
	}
	buf_free(&shown);
}

static void
check_extension(struct findings *f, struct where where, const struct url *u)
{
	const char *format = draft_get(f->d, FIELD_SCENE_FORMAT), *want;

	if (url_part_is(u->scheme, "scaledata"))
		return; /* names of uploaded files have no extension */
	if (strcmp(format, "sensor_fusion") == 0)
		want = ".sfs";
	else if (strcmp(format, "split_base64") == 0)
		want = ".json";
	else
		return;
	if (!url_ends_with(u, want))
		check_add(f, SEVERITY_WARNING, where,
			  "sensor_fusion reads one .sfs file, split_base64 one .json per frame.",
			  "%s wants a name ending in %s", format, want);
}

static void
check_expiry(struct findings *f, struct where where, const struct url *u)
{
	int64_t end, soon;
	char when[40];

	if (f->now_ms == 0 || !url_expiry(u, &end))
		return;
	soon = end - SOON_MS;
	if (f->now_ms < soon) {
		if (soon < f->next_change_ms)
			f->next_change_ms = soon;
		return;
	}
	clock_local(end, when, sizeof(when));
	if (f->now_ms >= end) {
		check_add(f, SEVERITY_WARNING, where,
			  "Sign it again; the task would fail when Scale fetches it.",
			  "this signed URL expired %s", when);
		return;
	}
	if (end < f->next_change_ms)
		f->next_change_ms = end;
	check_add(f, SEVERITY_WARNING, where,
		  "Sign it for days: it is fetched when work starts, not when it is sent.",
		  "this signed URL expires %s", when);
}

void
check_url(struct findings *f, size_t item, const char *text, size_t n)
{
	enum field_url kind = fields[f->field].url;
	struct where where = { .item = item, .text = text };
	size_t blank = find_blank(text, n);
	bool bucket;
	struct url u;

	if (blank < n) {
		where.at = blank;
		check_add(f, SEVERITY_ERROR, where,
			  text[blank] == ' ' ? "Write %20 for a blank inside an address."
					     : "Take it out; no address has one.",
			  "%s at byte %zu of the address",
			  text[blank] == ' ' ? "a blank" : "a control character", blank + 1);
		return;
	}
	if (kind == URL_CALLBACK && url_is_email(text, n))
		return;
	if (!url_split(text, n, &u) || !known_scheme(kind, u.scheme)) {
		wrong_scheme(f, where, u.scheme);
		return;
	}
	bucket = url_part_is(u.scheme, "s3") || url_part_is(u.scheme, "gs");
	if (u.host.n == 0 || u.host.p[0] == ':') {
		check_add(f, SEVERITY_ERROR, where, NULL, "no %s after %.*s://",
			  bucket ? "bucket" : "host", (int)u.scheme.n, u.scheme.p);
		return;
	}
	if (bucket && u.path.n < 2)
		check_add(f, SEVERITY_ERROR, where, "Name one file; a folder cannot be fetched.",
			  "a bucket without a file in it");
	if (u.user.p)
		check_add(f, SEVERITY_WARNING, where,
			  "Everybody who sees the task sees them. Use a signed URL.",
			  "a user name or password is in the address");
	if (kind == URL_ATTACHMENT) {
		check_extension(f, where, &u);
		check_expiry(f, where, &u);
	}
}
