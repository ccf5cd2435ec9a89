/* stored.c - see stored.h. */
#include "config.h"

#include "tests/stored.h"

#include "tests/test.h"

struct store *
stored_open(const char *path)
{
	struct err err = ERR_INIT;
	struct store *s = store_open(path, &err);

	if (!s)
		fail_msg("store_open: %s (%s)", err.msg, err.hint);
	return s;
}

int64_t
stored_target(struct store *s, const char *key)
{
	struct err err = ERR_INIT;
	int64_t target = 0;

	stored_good(store_target(s, "https://api.scale.com/v1", key, &target, &err), &err);
	return target;
}

struct store *
stored_for(const char *path, const char *url, const char *key)
{
	struct store *s = stored_open(path);
	struct err err = ERR_INIT;
	int64_t target = 0;

	stored_good(store_target(s, url, key, &target, &err), &err);
	return s;
}

void
stored_good(enum err_code code, const struct err *err)
{
	if (code)
		fail_msg("%s (%s)", err->msg, err->hint);
}
