/* request.c - see request.h. */
#include "config.h"

#include "cli/request.h"

#include "cli/out.h"
#include "cli/run.h"

#include "core/endpoint.h"
#include "core/payload.h"

#include <stdio.h>

#define ALL_MAX (2u * PAYLOAD_MAX)

struct header {
	char name[24], value[80];
};

/* As http.c sends them. */
static size_t
headers(const struct buf *body, struct header *out)
{
	size_t n = 0;

	out[n++] = (struct header){ "Authorization", "Basic (the key is not shown)" };
	out[n++] = (struct header){ "Content-Type", "application/json" };
	out[n++] = (struct header){ "User-Agent", "multistage/" PACKAGE_VERSION };
	out[n] = (struct header){ "Content-Length", "" };
	snprintf(out[n].value, sizeof(out[n].value), "%zu", body->len);
	return n + 1;
}

static void
print_words(const char *url, const struct buf *body, const char *sha256)
{
	struct header h[8];
	size_t n = headers(body, h);

	out_say("dry run, nothing is sent");
	out_say("%s %s", endpoints[ENDPOINT_TASK_CREATE].method, url);
	for (size_t i = 0; i < n; i++)
		out_say("%s: %s", h[i].name, h[i].value);
	out_say("sha256 of the body: %s", sha256);
	out_bytes(untrusted(buf_str(body), body->len));
	if (out_is_terminal())
		out_data("%s", "");
}

static void
print_json(const char *url, const struct buf *body, const char *sha256)
{
	struct buf all = BUF_INIT(ALL_MAX), list = BUF_INIT(4096);
	struct header h[8];
	size_t n = headers(body, h);

	buf_adds(&list, "{");
	for (size_t i = 0; i < n; i++)
		out_member(&list, h[i].name, h[i].value);
	buf_adds(&list, "}");
	buf_adds(&all, "{");
	out_member(&all, "method", endpoints[ENDPOINT_TASK_CREATE].method);
	out_member(&all, "url", url);
	out_member_raw(&all, "headers", buf_str(&list), list.len);
	out_member_number(&all, "bytes", (int64_t)body->len);
	out_member(&all, "sha256", sha256);
	out_member_raw(&all, "body", buf_str(body), body->len);
	buf_adds(&all, "}");
	out_json(buf_str(&all), all.len);
	buf_free(&all);
	buf_free(&list);
}

enum err_code
request_print(const struct cli *cli, const struct conf *conf, const struct payload_read *one,
	      struct err *err)
{
	struct buf body = BUF_INIT(PAYLOAD_MAX);
	char url[1200], sha256[65];
	enum err_code code;

	snprintf(url, sizeof(url), "%s%s",
		 cli->sandbox ? "http://localhost/v1" : conf_get(conf, CONF_URL),
		 endpoints[ENDPOINT_TASK_CREATE].path);
	code = payload_of_draft(one->draft, &body, sha256, err);
	if (code == ERR_OK && one->made_id)
		out_say("it has no unique_id of its own: a new one is made when it is queued");
	if (code == ERR_OK && cli_has(cli, "json")) {
		print_json(url, &body, sha256);
	} else if (code == ERR_OK) {
		print_words(url, &body, sha256);
		if (!(one->record->alone && cli->arg_count <= 1) && !out_is_terminal())
			out_print("\n");
	}
	buf_free(&body);
	return code;
}
