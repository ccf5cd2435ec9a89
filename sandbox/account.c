/* account.c - see account.h. */
#include "config.h"

#include "sandbox/account.h"

#include "core/random.h"
#include "sandbox/db.h"
#include "sandbox/service.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define KEY_MAX (ACCOUNT_GIVEN_SIZE - 1) /* bytes of a key that is worth looking up */

/* A key that starts with "test_" or ends with "|test" is a test key. Source: the official
 * Python client's own tests. */
static bool
is_test_key(const char *key)
{
	size_t n = strlen(key);

	return strncmp(key, "test_", 5) == 0 || (n >= 5 && strcmp(key + n - 5, "|test") == 0);
}

static void
add(struct service *s, const char *key)
{
	sqlite3_stmt *st = db_query(s->db, "INSERT OR IGNORE INTO api_key VALUES (?1, ?2)");

	db_str(st, 1, key);
	db_int(st, 2, is_test_key(key));
	db_run(s->db, st);
}

static void
make(struct service *s, const char *prefix)
{
	char digits[2 * 16 + 1], key[ACCOUNT_KEY_SIZE];

	random_hex(digits, 16);
	snprintf(key, sizeof(key), "%s%s", prefix, digits);
	add(s, key);
}

enum err_code
account_open(struct service *s, struct err *err)
{
	db_begin(s->db);
	if (db_number(s->db, db_query(s->db, "SELECT count(*) FROM api_key"), 0) == 0) {
		make(s, "test_");
		make(s, "live_");
	}
	if (db_commit(s->db))
		return ERR_OK;
	return err_set(err, ERR_STORE, "cannot store the keys: %s", db_failure(s->db));
}

void
account_key(struct service *s, bool is_test, char out[ACCOUNT_KEY_SIZE])
{
	sqlite3_stmt *st = db_query(s->db, "SELECT key FROM api_key WHERE key GLOB ?1 AND env = ?2"
					   " AND length(key) = 37");

	db_str(st, 1, is_test ? "test_*" : "live_*");
	db_int(st, 2, is_test);
	out[0] = '\0';
	if (db_row(s->db, st)) {
		snprintf(out, ACCOUNT_KEY_SIZE, "%s", db_column(st, 0, NULL));
		sqlite3_reset(st);
	}
}

static int
base64_value(char c)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* The user's name in base64("name:password"); false if there is none. */
static bool
basic_user(const char *text, char key[KEY_MAX + 1])
{
	unsigned bits = 0;
	size_t n = 0;
	int have = 0;

	for (int v; (v = base64_value(*text)) >= 0; text++) {
		bits = bits << 6 | (unsigned)v;
		have += 6;
		if (have < 8)
			continue;
		have -= 8;
		key[n] = (char)(bits >> have);
		bits &= (1u << have) - 1;
		if (key[n] == ':') {
			key[n] = '\0';
			return n > 0;
		}
		if (key[n] == '\0' || ++n > KEY_MAX)
			return false;
	}
	return false;
}

static bool
find(struct service *s, const char *key, bool *is_test)
{
	sqlite3_stmt *st = db_query(s->db, "SELECT env FROM api_key WHERE key = ?1");
	int64_t env;

	db_str(st, 1, key);
	env = db_number(s->db, st, -1);
	if (env < 0 &&
	    ((s->own_key && strcmp(key, s->own_key) == 0) ||
	     (s->any_key && (strncmp(key, "live_", 5) == 0 || strncmp(key, "test_", 5) == 0))))
		env = is_test_key(key);
	*is_test = env == 1;
	return env >= 0;
}

bool
account_key_given(const char *header, char key[ACCOUNT_GIVEN_SIZE])
{
	*key = '\0';
	if (header && strncasecmp(header, "Bearer ", 7) == 0 && strlen(header + 7) <= KEY_MAX)
		snprintf(key, ACCOUNT_GIVEN_SIZE, "%s", header + 7);
	else if (!header || strncasecmp(header, "Basic ", 6) != 0 || !basic_user(header + 6, key))
		return false;
	return *key;
}

enum account_answer
account_check(struct service *s, const char *header, bool *is_test)
{
	char key[ACCOUNT_GIVEN_SIZE];

	if (!account_key_given(header, key))
		return header && strlen(header) > KEY_MAX ? ACCOUNT_WRONG_KEY : ACCOUNT_NO_KEY;
	return find(s, key, is_test) ? ACCOUNT_OPEN : ACCOUNT_WRONG_KEY;
}

bool
account_same(const char *a, const char *b)
{
	size_t n = strlen(a);
	unsigned char differs = 0;

	if (n == 0 || strlen(b) != n)
		return false;
	for (size_t i = 0; i < n; i++)
		differs |= (unsigned char)(a[i] ^ b[i]);
	return differs == 0;
}
