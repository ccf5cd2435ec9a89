/* child_key.c - see child_key.h. */
#include "config.h"

#include "core/child_key.h"

#include "core/buf.h"
#include "core/file.h"
#include "core/random.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define KEY_PREFIX "live_sandbox_"

/* One key for the life of the database. It appears whole: link(2) from a file of
 * our own. False if there is none now. */
static bool
make(const char *path)
{
	struct buf temporary = BUF_INIT(4096);
	struct buf text = { .max = CHILD_KEY_SIZE, .secret = true };
	struct err ignored = ERR_INIT; /* the caller says that there is no key */
	char digits[2 * 16 + 1];
	bool there = false;
	int fd;

	buf_addf(&temporary, "%s.%ld", path, (long)getpid());
	random_hex(digits, 16);
	buf_adds(&text, KEY_PREFIX);
	buf_adds(&text, digits);
	fd = open(buf_str(&temporary), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd >= 0) {
		there = !file_write(fd, path, buf_str(&text), text.len, &ignored) &&
			fsync(fd) == 0 && (link(buf_str(&temporary), path) == 0 || errno == EEXIST);
		close(fd);
		unlink(buf_str(&temporary));
	}
	buf_free(&temporary);
	buf_free(&text);
	explicit_bzero(digits, sizeof(digits));
	return there;
}

enum err_code
child_key(const char *path, char key[CHILD_KEY_SIZE], struct err *err)
{
	size_t prefix = strlen(KEY_PREFIX), hex;
	ssize_t n = -1;
	int fd = -1;

	if (access(path, F_OK) == 0 || make(path))
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd >= 0) {
		n = read(fd, key, CHILD_KEY_SIZE - 1);
		close(fd);
	}
	if (n < 0)
		return err_sys(err, "cannot make or read %s", path);
	key[n] = '\0';
	hex = strncmp(key, KEY_PREFIX, prefix) == 0 ? strspn(key + prefix, "0123456789abcdef") : 0;
	if (hex < 16) {
		err_set(err, ERR_CONFIG, "%s does not hold the sandbox's key", path);
		return err_hint(err, "remove the file; a new one is made");
	}
	key[prefix + hex] = '\0'; /* an editor may have added a newline */
	return ERR_OK;
}
