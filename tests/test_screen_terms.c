/* test_screen_terms.c - the real program where the terminal, the locale or the network is not
 * what it should be. */
#include "config.h"

#include "tests/test.h"

#include "tests/desk.h"

#include "core/err.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ESC   "\x1b"
#define TRIES 6000
#define PAUSE 10 /* ms between looks */

/* --- what TERM says --- */

static void
b7_a_terminal_that_cannot_be_driven_is_told_and_left_alone(void **state)
{
	static const struct {
		const char *line, *says;
	} table[] = {
		{ "unset TERM; exec ./multistage", "TERM is not set" },
		{ "TERM= exec ./multistage", "TERM is not set" },
		{ "TERM=dumb exec ./multistage", "TERM is dumb" },
		{ "TERM=unknown exec ./multistage", "TERM is unknown" },
		{ "TERM=../x exec ./multistage", "no description of the terminal \"../x\"" },
		{ "TERM=/etc/passwd exec ./multistage", "no description of the terminal" },
		{ "TERM=no-such exec ./multistage", "no description of the terminal \"no-such\"" },
		{ "TERM=$(printf 'x\\033[2Jy') exec ./multistage", "\"x^[[2Jy\"" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		const char *const argv[] = { "/bin/sh", "-c", table[i].line, NULL };
		struct pty_setup setup = { .argv = argv };
		struct pty p;
		char *words;

		pty_open(&p, &setup);
		assert_int_equal(pty_wait_end(&p), 2 << 8);
		words = pty_stderr(&p);
		if (!strstr(words, table[i].says))
			fail_msg("%s: %s", table[i].line, words);
		assert_int_equal(pty_bytes(&p), 0);
		pty_check_restored(&p);
		free(words);
		pty_close(&p);
	}
}

static void
b7_terminals_that_this_machine_may_not_know_are_driven(void **state)
{
	static const char *const terms[] = { "xterm-kitty", "xterm-ghostty", "alacritty",
					     "foot",        "wezterm",       "tmux-256color" };
	struct desk *d = *state;

	for (size_t i = 0; i < ARRAY_LEN(terms); i++) {
		struct pty *p =
			desk_start(d, &(struct desk_run){ .key = DESK_TEST, .term = terms[i] });

		pty_type(p, "2");
		desk_see(p, "[2 Tasks]");
		desk_quit(d);
	}
}

/* --- its size --- */

static void
b6_a_size_that_nobody_knows_is_24_by_80(void **state)
{
	struct desk *d = *state;
	struct winsize none = { 0 };
	struct pty *p = desk_open(d, DESK_TEST, "size-2");

	pty_resize(p, 40, 120);
	desk_check(d);
	p->rows = 24;
	p->cols = 80;
	vterm_set_size(p->vt, 24, 80);
	assert_int_equal(ioctl(p->fd, TIOCSWINSZ, &none), 0);
	pty_settle(p);
	desk_check(d);
	pty_type(p, "2");
	desk_see(p, "[2 Tasks] 3 Log");
	desk_quit(d);
}

/* --- locales --- */

/* Make a locale in the home; false if this machine cannot. */
static bool
make_locale(const struct desk *d, const char *source, const char *charset, const char *name)
{
	char path[160];
	int status;
	pid_t pid;

	snprintf(path, sizeof(path), "%s/%s", d->home, name);
	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, 1);
		dup2(null, 2);
		execlp("localedef", "localedef", "--no-archive", "-c", "-i", source, "-f", charset,
		       path, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	snprintf(path, sizeof(path), "%s/%s/LC_CTYPE", d->home, name);
	return access(path, R_OK) == 0;
}

static struct pty *
start_in(struct desk *d, const char *locale, const char *term, const char *unique_id)
{
	char path[160], all[64], payload[512];
	const char *const via[] = { "/usr/bin/env", path, all, NULL };

	snprintf(path, sizeof(path), "LOCPATH=%s", d->home);
	snprintf(all, sizeof(all), "LC_ALL=%s", locale);
	snprintf(payload, sizeof(payload),
		 "{\"project\":\"Night Lidar\",\"attachments\":[\"s3://acme/a.sfs\"],"
		 "\"scene_format\":\"sensor_fusion\",\"unique_id\":\"%s\","
		 "\"metadata\":{\"speed\":1.5,\"wer\":\"Gr\xC3\xBC\xC3\x9F\"}}",
		 unique_id);
	return desk_start(d,
			  &(struct desk_run){
				  .key = DESK_TEST, .term = term, .payload = payload, .via = via });
}

/* In a locale that has other decimal points and letters a number stays what it is. */
static void
send_in(struct desk *d, const char *locale, const char *term, const char *unique_id, bool ascii)
{
	struct pty *p = start_in(d, locale, term, unique_id);
	char query[64], row[64];

	desk_see(p, ascii ? "- Task -" : "─ Task ─");
	desk_see(p, "{\"speed\":1.5");
	desk_check(d);
	pty_type(p, "s");
	desk_see(p, "Review: create 1 task");
	desk_check(d);
	pty_type(p, "\r");
	snprintf(row, sizeof(row), "+ completed   %s", unique_id);
	desk_see(p, row);
	snprintf(query, sizeof(query), "unique_id=%s", unique_id);
	desk_task_at(d, DESK_TEST, query, "metadata.speed", "1.5");
	desk_task_at(d, DESK_TEST, query, "metadata.wer", "Gr\xC3\xBC\xC3\x9F");
	desk_quit(d);
}

static void
b8_a_locale_that_is_not_there_is_plain_ascii(void **state)
{
	send_in(*state, "xx_BROKEN.klingon", "screen-256color", "loc-1", true);
}

static void
b8_an_eight_bit_locale_is_plain_ascii(void **state)
{
	struct desk *d = *state;

	if (make_locale(d, "de_DE", "ISO-8859-1", "de_DE.ISO-8859-1"))
		send_in(d, "de_DE.ISO-8859-1", "screen-256color", "loc-2", true);
	else
		print_message("# no locale can be made here: left out\n");
}

static void
b8_a_turkish_locale_changes_no_letter_and_no_number(void **state)
{
	struct desk *d = *state;
	struct pty *p;

	if (!make_locale(d, "tr_TR", "UTF-8", "tr_TR.UTF-8")) {
		print_message("# no locale can be made here: left out\n");
		return;
	}
	send_in(d, "tr_TR.UTF-8", NULL, "loc-3", false);
	p = start_in(d, "tr_TR.UTF-8", NULL, "loc-4");
	desk_go(d, FIELD_PROJECT);
	pty_type(p, "\rnight li"); /* the capital of i has a dot there */
	desk_see(p, "> Night Lidar");
	pty_type(p, "\r");
	desk_see(p, "project          Night Lidar");
	desk_check(d);
	desk_quit(d);
}

/* --- pastes --- */

static void
b10_a_paste_with_keys_in_it_presses_none(void **state)
{
	struct desk *d = *state;
	struct pty *p = desk_open(d, DESK_TEST, "paste-1");

	pty_paste(p, "q\x03s\r\r\x1b[A\x1aq", 10); /* the field under the cursor takes it */
	desk_see(p, "Night Lidarq^Cs");
	desk_check(d);
	pty_type(p, ESC);
	desk_gone(p, "EDIT ");
	pty_type(p, "3");
	desk_see(p, "[3 Log]");
	pty_paste(p, "q\x03s\r\r\x1b[A\x1aq", 10);
	desk_see(p, "nothing here takes a paste");
	pty_type(p, "1");
	desk_see(p, "[1 Compose]");
	desk_go(d, FIELD_INSTRUCTION);
	pty_type(p, "\r");
	desk_see(p, "EDIT ");
	pty_paste(p, "q\x03s\r\r\x1b[A\x1aq end", 14);
	desk_see(p, "q end");
	desk_check(d);
	pty_type(p, "\t");
	desk_gone(p, "EDIT ");
	assert_int_equal(desk_tasks(d, DESK_TEST, ""), 0);
	desk_quit(d);
}

static void
b10_a_paste_without_end_ends_by_itself(void **state)
{
	struct desk *d = *state;
	struct pty *p = desk_open(d, DESK_TEST, "paste-2");

	desk_go(d, FIELD_INSTRUCTION);
	pty_type(p, "\r");
	desk_see(p, "EDIT ");
	pty_type(p, "\x1b[200~left open");
	desk_see(p, "left open"); /* after two seconds without more */
	pty_type(p, " and typed\t");
	desk_see(p, "left open and typed");
	desk_gone(p, "EDIT ");
	desk_quit(d);
}

static void
b10_four_megabytes_at_once_are_cut_with_a_word(void **state)
{
	enum { FITS = 1 << 20, PASTE = 4 << 20 };
	struct desk *d = *state;
	struct pty *p = desk_open(d, DESK_TEST, "paste-3");
	char *text = malloc(PASTE), words[80];

	assert_non_null(text);
	for (size_t i = 0; i < PASTE; i++)
		text[i] = i % 64 == 63 ? '\n' : (char)('a' + i % 26);
	desk_go(d, FIELD_INSTRUCTION);
	pty_type(p, "\r");
	desk_see(p, "EDIT ");
	pty_paste(p, text, PASTE);
	free(text);
	snprintf(words, sizeof(words), "%d bytes past the %d that fit were left out", PASTE - FITS,
		 FITS);
	desk_see(p, words);
	desk_check(d);
	pty_type(p, "\t");
	desk_gone(p, "EDIT ");
	desk_quit(d);
}

/* --- a prompt that is none --- */

/* A terminal hands out 4,095 bytes of a line and drops the rest: no data are read from one. */
static void
b11_data_are_not_read_from_a_terminal(void **state)
{
	static const char *const lines[][5] = {
		{ "./multistage", "check", "-", NULL },
		{ "./multistage", "submit", "-", NULL },
		{ "./multistage", "submit", "--dry-run", "-", NULL },
	};
	char line[10001];

	(void)state;
	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\r';
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		struct pty_setup setup = { .argv = lines[i],
					   .env = (const char *const[]){ "SCALE_API_KEY=" DESK_TEST,
									 NULL } };
		struct pty p;
		char *words;

		pty_open(&p, &setup);
		if (write(p.fd, line, sizeof(line)) < 0)
			assert_int_equal(errno, EAGAIN); /* nobody reads it */
		assert_int_equal(pty_wait_end(&p), 2 << 8);
		words = pty_stderr(&p);
		if (!strstr(words, "stdin is a terminal") || !strstr(words, "<FILE"))
			fail_msg("%s", words);
		free(words);
		pty_close(&p);
	}
}

/* --- a dead name server --- */

#ifndef WITH_ASAN /* it wants to be the first to be preloaded */
static long
threads(pid_t pid)
{
	char path[64], line[256];
	long n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, "Threads:", 8) == 0)
			n = strtol(line + 8, NULL, 10);
	if (f)
		fclose(f);
	return n;
}

static void
b18_while_no_name_server_answers_the_keys_do(void **state)
{
	static const char *const via[] = { "/usr/bin/env",
					   "-u",
					   "MULTISTAGE_UNIX_SOCKET",
					   "MULTISTAGE_DEBUG=1",
					   "MULTISTAGE_URL=https://slow.example/v1",
					   "LD_PRELOAD=./tests/deaf_names.so",
					   NULL };
	struct desk *d = *state;
	int tries = 0;

	for (int i = 0; i < 2; i++) {
		struct pty *p = desk_start(d, &(struct desk_run){ .key = DESK_TEST, .via = via });

		while (threads(p->pid) < 2 && tries++ < TRIES)
			poll(NULL, 0, PAUSE);
		assert_true(threads(p->pid) >= 2); /* one waits for a name */
		desk_set(d, FIELD_UNIQUE_ID, "deaf-1");
		pty_type(p, "2r");
		desk_see(p, "[2 Tasks]");
		pty_type(p, "3");
		desk_see(p, "[3 Log]");
		pty_type(p, "1");
		desk_see(p, "deaf-1");
		desk_check(d);
		if (i == 0) {
			desk_quit(d);
		} else {
			pty_signal(p, SIGTERM);
			desk_ended(d, SIGTERM);
		}
	}
}
#endif

#define CASE(f) cmocka_unit_test_setup_teardown(f, desk_setup, desk_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(b7_a_terminal_that_cannot_be_driven_is_told_and_left_alone),
		CASE(b7_terminals_that_this_machine_may_not_know_are_driven),
		CASE(b6_a_size_that_nobody_knows_is_24_by_80),
		CASE(b8_a_locale_that_is_not_there_is_plain_ascii),
		CASE(b8_an_eight_bit_locale_is_plain_ascii),
		CASE(b8_a_turkish_locale_changes_no_letter_and_no_number),
		CASE(b10_a_paste_with_keys_in_it_presses_none),
		CASE(b10_a_paste_without_end_ends_by_itself),
		CASE(b10_four_megabytes_at_once_are_cut_with_a_word),
		CASE(b11_data_are_not_read_from_a_terminal),
#ifndef WITH_ASAN
		CASE(b18_while_no_name_server_answers_the_keys_do),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
