/* greet.c - see greet.h. A new line is one call of line() in greet(). */
#include "config.h"

#include "sandbox/greet.h"

#include "core/buf.h"
#include "core/text.h"
#include "sandbox/account.h"
#include "sandbox/callback.h"

#include <string.h>

#define LINE_MAX_BYTES 65536 /* paths come from the command line */
#define HEAD_COLS      19

/* "head         text"; the text may come from outside. */
static void
line(FILE *to, const char *head, const char *text)
{
	struct buf shown = BUF_INIT(LINE_MAX_BYTES);

	text_show(&shown, untrusted_str(text), 0);
	fprintf(to, "%-*s%s\n", HEAD_COLS, head, buf_str(&shown));
	buf_free(&shown);
}

/* Add word so that a shell takes it as one. */
static void
add_shell(struct buf *b, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_@%+=:,./-";

	if (*word && word[strspn(word, plain)] == '\0') {
		buf_adds(b, word);
		return;
	}
	buf_adds(b, "'");
	for (; *word; word++)
		buf_adds(b, *word == '\'' ? "'\\''" : (const char[]){ *word, '\0' });
	buf_adds(b, "'");
}

static void
try_it(FILE *to, const struct options *o, const char *url, const char *key)
{
	struct buf b = BUF_INIT(LINE_MAX_BYTES);

	buf_adds(&b, "curl ");
	if (o->unix_path) {
		buf_adds(&b, "--unix-socket ");
		add_shell(&b, o->unix_path);
		buf_adds(&b, " ");
	}
	if (o->cert)
		buf_adds(&b, "-k "); /* a certificate of one's own is none that curl trusts */
	buf_addf(&b, "-u %s: %s/projects", key, url);
	line(to, "try it", buf_str(&b));
	buf_free(&b);
}

void
greet(FILE *to, const struct options *o, struct service *s)
{
	char test[ACCOUNT_KEY_SIZE], live[ACCOUNT_KEY_SIZE], url[sizeof(s->base_url) + 3];
	char key[CALLBACK_KEY_SIZE];

	account_key(s, true, test);
	account_key(s, false, live);
	snprintf(url, sizeof(url), "%s/v1", s->base_url);
	line(to, "listening on", o->unix_path ? o->unix_path : url); /* programs read it, too */
	line(to, "test key", test);
	line(to, "live key", live);
	callback_key(s, true, key);
	line(to, "test callback key", key);
	callback_key(s, false, key);
	line(to, "live callback key", key);
	line(to, "admin token", s->admin_token);
	line(to, "data", o->db ? o->db : "in memory, gone at the end");
	try_it(to, o, url, live);
	fflush(to);
}
