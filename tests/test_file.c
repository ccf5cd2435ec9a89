/* test_file.c - whole files, read and written in one go. */
#include "config.h"

#include "tests/scratch.h"
#include "tests/test.h"

#include "core/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static void
what_was_written_is_read(void **state)
{
	const char *path = scratch_path(*state, "f");
	struct buf out = BUF_INIT(1u << 20);
	struct err err = ERR_INIT;
	char *bytes = calloc(1, 200000);
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	assert_non_null(bytes);
	bytes[199999] = 'z';
	assert_int_equal(file_write(fd, path, bytes, 200000, &err), ERR_OK);
	close(fd);
	assert_int_equal(file_read_path(path, &out, &err), ERR_OK);
	assert_int_equal(out.len, 200000);
	assert_memory_equal(out.p, bytes, 200000);
	buf_free(&out);
	free(bytes);
}

static void
a_pipe_is_read_to_its_end(void **state)
{
	struct buf out = BUF_INIT(64);
	struct err err = ERR_INIT;
	int fd[2];

	(void)state;
	assert_int_equal(pipe(fd), 0);
	assert_int_equal(file_write(fd[1], "pipe", "words", 5, &err), ERR_OK);
	close(fd[1]);
	assert_int_equal(file_read(fd[0], "pipe", &out, &err), ERR_OK);
	close(fd[0]);
	assert_string_equal(buf_str(&out), "words");
	buf_free(&out);
}

static void
more_than_there_is_room_for_is_an_error(void **state)
{
	const char *path = scratch_path(*state, "f");
	struct buf fits = BUF_INIT(5), not = BUF_INIT(4);
	struct err err = ERR_INIT;

	scratch_write(path, "12345", 5);
	assert_int_equal(file_read_path(path, &fits, &err), ERR_OK);
	assert_int_equal(file_read_path(path, &not, &err), ERR_TOO_BIG);
	assert_non_null(strstr(err.msg, "/f is larger than 4 bytes"));
	buf_free(&fits);
	buf_free(&not );
}

static void
what_cannot_be_read_or_written_is_named(void **state)
{
	struct buf out = BUF_INIT(64);
	struct err err = ERR_INIT;
	int full = open("/dev/full", O_WRONLY);

	assert_int_equal(file_read_path(scratch_path(*state, "none"), &out, &err), ERR_SYS);
	assert_non_null(strstr(err.msg, "/none: No such file"));
	assert_int_equal(file_read_path(*state, &out, &err), ERR_SYS);
	assert_non_null(strstr(err.msg, "cannot read /tmp/ms-test-"));
	assert_int_equal(file_write(full, "the disk", "x", 1, &err), ERR_SYS);
	assert_string_equal(err.msg, "cannot write the disk: No space left on device");
	close(full);
	buf_free(&out);
}

/* Entries of a folder. */
static size_t
entries(const char *folder)
{
	DIR *dir = opendir(folder);
	size_t n = 0;

	assert_non_null(dir);
	for (struct dirent *e; (e = readdir(dir));)
		n += e->d_name[0] != '.';
	closedir(dir);
	return n;
}

static void
a_file_is_replaced_whole_or_not_at_all(void **state)
{
	char *folder = strdup(scratch_path(*state, "new")), *path;
	struct err err = ERR_INIT;
	struct stat st;
	char *text;

	assert_int_equal(mkdir(folder, 0700), 0);
	path = strdup(scratch_path(*state, "new/file"));
	umask(0);
	assert_int_equal(file_replace(path, "one", 3, &err), ERR_OK);
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(file_replace(path, "two two", 7, &err), ERR_OK);
	umask(077);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600); /* whatever it was, and whatever the umask */
	text = test_read(path);
	assert_string_equal(text, "two two");
	free(text);
	assert_int_equal(entries(folder), 1);
	/* A folder cannot be replaced by a file: what was written beside it goes again. */
	assert_int_equal(file_replace(folder, "x", 1, &err), ERR_SYS);
	assert_non_null(strstr(err.msg, "cannot replace "));
	assert_int_equal(file_replace(scratch_path(*state, "none/file"), "x", 1, &err), ERR_SYS);
	assert_non_null(strstr(err.msg, "/none/file: No such file"));
	assert_int_equal(entries(folder), 1);
	free(folder);
	free(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_written_is_read),
		cmocka_unit_test(a_pipe_is_read_to_its_end),
		cmocka_unit_test(more_than_there_is_room_for_is_an_error),
		cmocka_unit_test(what_cannot_be_read_or_written_is_named),
		cmocka_unit_test(a_file_is_replaced_whole_or_not_at_all),
	};

	return cmocka_run_group_tests_name("file", tests, scratch_setup, scratch_teardown);
}
