/* test_screen_outside.c - the real program with other programs at its terminal: editors that
 * change, fail, empty or leave a mess; a pager. */
#include "config.h"

#include "tests/test.h"

#include "tests/desk.h"

#include "core/err.h"

#include <fcntl.h>
#include <glob.h>
#include <sys/stat.h>
#include <unistd.h>

#define ESC "\x1b"

static struct pty *
with_editor(struct desk *d, const char *script)
{
	char env[160], payload[512];

	snprintf(payload, sizeof(payload), DESK_PAYLOAD, "ed-1");
	snprintf(env, sizeof(env), "EDITOR=%s -x 'a b'", desk_script(d, "editor", script));
	return desk_start(d,
			  &(struct desk_run){ .key = DESK_TEST, .payload = payload, .env = env });
}

static void
b15_an_editor_changes_the_text(void **state)
{
	/* it is given its words, a private file of the old text, and a terminal as it should be */
	static const char script[] = "#!/bin/sh\n"
				     "[ \"$1\" = -x ] && [ \"$2\" = 'a b' ] || exit 3\n"
				     "[ \"$(stat -c %a \"$3\")\" = 600 ] || exit 4\n"
				     "stty -a </dev/tty | grep -q ' icanon' || exit 5\n"
				     "[ -z \"$SCALE_API_KEY\" ] || exit 6\n"
				     "echo 'and more' >>\"$3\"\n";
	struct desk *d = *state;
	struct pty *p = with_editor(d, script);

	desk_go(d, FIELD_INSTRUCTION);
	pty_type(p, "\rFrom here \x14"); /* ^T */
	desk_see(p, "From here and more");
	desk_check(d);
	pty_type(p, "E");
	desk_see(p, "3 lines");
	desk_check(d);
	desk_go(d, FIELD_TAGS);
	pty_type(p, "E"); /* a list, one a line */
	desk_see(p, "and more  ");
	desk_check(d);
	desk_quit(d);
}

/* The file that the editor left in $TMPDIR: 0600, in a folder of its own, with this text. */
static void
left_behind(struct desk *d, const char *text)
{
	char path[160], is[64] = "";
	struct stat st;
	glob_t found;
	FILE *f;

	snprintf(path, sizeof(path), "%s/multistage-*/text.md", d->pty.home);
	assert_int_equal(glob(path, 0, NULL, &found), 0);
	assert_int_equal(found.gl_pathc, 1);
	assert_int_equal(stat(found.gl_pathv[0], &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	f = fopen(found.gl_pathv[0], "re");
	assert_non_null(f);
	assert_non_null(fgets(is, sizeof(is), f));
	fclose(f);
	assert_string_equal(is, text);
	globfree(&found);
}

static void
b15_an_editor_that_fails_changes_nothing(void **state)
{
	static const char *const scripts[] = {
		"#!/bin/sh\necho lost >\"$3\"; exit 1\n",
		"#!/bin/sh\necho lost >\"$3\"; kill -9 $$\n",
	};
	struct desk *d = *state;

	for (size_t i = 0; i < ARRAY_LEN(scripts); i++) {
		struct pty *p = with_editor(d, scripts[i]);

		desk_go(d, FIELD_INSTRUCTION);
		pty_type(p, "\rkept as it was\x14");
		desk_see(p, "instruction      kept as it was");
		desk_see(p, "editor ended badly; the text here is as it was");
		left_behind(d, "lost\n"); /* what somebody typed there is worth something */
		desk_check(d);
		desk_quit(d);
	}
}

static void
b15_an_editor_that_empties_the_file_changes_nothing(void **state)
{
	struct desk *d = *state;
	struct pty *p = with_editor(d, "#!/bin/sh\n: >\"$3\"\n");

	desk_go(d, FIELD_INSTRUCTION);
	pty_type(p, "\rto be emptied\x14");
	desk_see(p, "editor left nothing; the text here is as it was");
	desk_see(p, "instruction      to be emptied");
	desk_check(d);
	desk_quit(d);
}

static void
b15_an_editor_may_leave_the_terminal_in_any_state(void **state)
{
	struct desk *d = *state;
	struct pty *p = with_editor(d, "#!/bin/sh\necho new >\"$3\"\n"
				       "printf '\\033[?25l\\033[7m\\033[?2004l'; stty raw -echo\n");

	desk_go(d, FIELD_INSTRUCTION);
	pty_type(p, "\rold\x14");
	desk_see(p, "instruction      new");
	desk_check(d);
	pty_paste(p, "q\rq", 3); /* marked again */
	desk_see(p, "EDIT ");    /* a text field takes it */
	pty_type(p, "\t");
	desk_gone(p, "EDIT ");
	desk_check(d);
	desk_quit(d); /* although the editor left the terminal raw */
}

static void
b15_an_editor_that_goes_to_the_background_is_told_of(void **state)
{
	struct desk *d = *state;
	char script[256];
	struct pty *p;
	int fd, go;

	snprintf(script, sizeof(script), "%s/go", d->home);
	assert_int_equal(mkfifo(script, 0600), 0);
	/* the one in the background waits until it is let go, so nothing depends on time */
	snprintf(script, sizeof(script),
		 "#!/bin/sh\n(read x <'%s/go'; echo late >\"$3\") </dev/null >/dev/null 2>&1 &\n",
		 d->home);
	p = with_editor(d, script);
	desk_go(d, FIELD_INSTRUCTION);
	pty_type(p, "\rkept as it was\x14");
	desk_see(p, "editor went on in the background");
	desk_see(p, "instruction      kept as it was");
	left_behind(d, "kept as it was\n");
	desk_check(d);
	snprintf(script, sizeof(script), "%s/go", d->home);
	fd = open(script, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	go = (int)write(fd, "\n", 1);
	assert_int_equal(go, 1);
	desk_quit(d);
	close(fd);
}

static void
b15_metadata_that_an_editor_made_invalid_is_kept_and_told(void **state)
{
	struct desk *d = *state;
	struct pty *p = with_editor(d, "#!/bin/sh\necho '{\"seq\": ' >\"$3\"\n");

	desk_go(d, FIELD_METADATA);
	pty_type(p, "\r{\"seq\": 1}\x14");
	desk_see(p, "metadata         {\"seq\":");
	desk_see(p, "line 1");
	desk_check(d);
	pty_type(p, "s"); /* and it cannot be sent */
	pty_settle(p);
	assert_false(pty_has(p, "Enter sends this task"));
	pty_type(p, ESC);
	desk_gone(p, "Review");
	pty_type(p, "u");
	desk_see(p, "metadata         {\"seq\": 1}");
	desk_quit(d);
}

static void
b15_without_an_editor_it_says_so(void **state)
{
	struct desk *d = *state;
	struct pty *p =
		desk_start(d, &(struct desk_run){ .key = DESK_TEST, .env = "EDITOR=/nowhere/ed" });

	desk_go(d, FIELD_INSTRUCTION);
	pty_type(p, "E");
	desk_see(p, "cannot run the editor /nowhere/ed");
	desk_check(d);
	pty_type(p, "q");
	assert_int_equal(pty_wait_end(p), 0);
	pty_check_restored(p);
}

static void
a_pager_shows_the_body_and_comes_back(void **state)
{
	struct desk *d = *state;
	char env[160], payload[512];
	struct pty *p;

	snprintf(payload, sizeof(payload), DESK_PAYLOAD, "page-1");
	snprintf(env, sizeof(env), "PAGER=%s",
		 desk_script(d, "pager",
			     "#!/bin/sh\ncp \"$1\" \"$HOME/paged\"; echo shown here; read x\n"));
	p = desk_start(d, &(struct desk_run){ .key = DESK_TEST, .payload = payload, .env = env });
	pty_type(p, "v");
	pty_wait(p, "shown here");
	pty_type(p, "\r");
	desk_see(p, "REVIEW+SEND");
	desk_check(d);
	desk_quit(d);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, desk_setup, desk_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(b15_an_editor_changes_the_text),
		CASE(b15_an_editor_that_fails_changes_nothing),
		CASE(b15_an_editor_that_empties_the_file_changes_nothing),
		CASE(b15_an_editor_may_leave_the_terminal_in_any_state),
		CASE(b15_an_editor_that_goes_to_the_background_is_told_of),
		CASE(b15_metadata_that_an_editor_made_invalid_is_kept_and_told),
		CASE(b15_without_an_editor_it_says_so),
		CASE(a_pager_shows_the_body_and_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
