/* desk.c - see desk.h. */
#include "config.h"

#include "tests/test.h"

#include "tests/desk.h"

#include "core/clock.h"
#include "core/err.h"

#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ENV_MAX 16
#define TRIES   3000
#define PAUSE   10 /* ms */

#define MINUTE_MS 60000
#define MARGIN_MS 3000 /* more than a look at the screen takes */
#define ARGS_MAX  12

const char *const desk_service[] = { "--db", "--seed", "empty", "--work", "1", NULL };

/* --- the service --- */

static void
make(struct desk *d, const char *key, const char *target, const char *body)
{
	struct answer a;

	raw_call(&d->service, key, "POST", target, body, &a);
	if (a.status != 200)
		fail_msg("%s %s: %d %s", target, body, a.status, a.body);
	answer_free(&a);
}

int
desk_setup(void **state)
{
	static const char *const keys[] = { DESK_LIVE, DESK_TEST };
	struct desk *d = calloc(1, sizeof(*d));

	*state = d;
	snprintf(d->home, sizeof(d->home), "/tmp/ms-desk-XXXXXX");
	assert_non_null(mkdtemp(d->home));
	raw_start(&d->service, desk_service);
	snprintf(d->socket, sizeof(d->socket), "%s", d->service.socket);
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		make(d, keys[i], "/v1/projects",
		     "{\"type\":\"multistage\",\"name\":\"Night Lidar\"}");
		make(d, keys[i], "/v1/projects",
		     "{\"type\":\"multistage\",\"name\":\"Day Lidar\"}");
		make(d, keys[i], "/v1/batches",
		     "{\"project\":\"Night Lidar\",\"name\":\"night-b\"}");
	}
	return 0;
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

int
desk_teardown(void **state)
{
	struct desk *d = *state;
	bool clean;

	desk_drop(d);
	raw_stop(&d->service);
	clean = canary_sweep(d->home);
	nftw(d->home, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(d);
	return clean ? 0 : -1;
}

int
desk_tasks(struct desk *d, const char *key, const char *query)
{
	char target[256];
	struct answer a;
	int n;

	snprintf(target, sizeof(target), "/v1/tasks?limit=100&%s", query);
	raw_call(&d->service, key, "GET", target, NULL, &a);
	assert_int_equal(a.status, 200);
	n = (int)strtol(raw_at(&a, "total"), NULL, 10);
	answer_free(&a);
	return n;
}

void
desk_task_at(struct desk *d, const char *key, const char *query, const char *path, const char *want)
{
	char target[256], at[128];
	struct answer a;

	snprintf(target, sizeof(target), "/v1/tasks?limit=100&%s", query);
	raw_call(&d->service, key, "GET", target, NULL, &a);
	assert_int_equal(a.status, 200);
	assert_string_equal(raw_at(&a, "total"), "1");
	snprintf(at, sizeof(at), "docs.0.%s", path);
	assert_string_equal(raw_at(&a, at), want);
	answer_free(&a);
}

/* --- the program --- */

static void
note_secret(struct desk *d, const char *key)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t n = key ? strlen(key) : 0, at = 0;

	snprintf(d->secret[0], sizeof(d->secret[0]), "%s", key ? key : "");
	/* whole groups of three only: what follows them depends on what follows the key */
	for (size_t i = 0; i + 3 <= n && at + 5 < sizeof(d->secret[1]); i += 3) {
		unsigned v =
			(unsigned)key[i] << 16 | (unsigned)key[i + 1] << 8 | (unsigned)key[i + 2];

		for (int bit = 18; bit >= 0; bit -= 6)
			d->secret[1][at++] = digits[v >> bit & 63];
	}
	d->secret[1][at] = '\0';
}

struct words {
	char text[ENV_MAX][256];
	const char *list[ENV_MAX + 1];
	size_t n;
};

static void PRINTF_LIKE(2, 3) add(struct words *w, const char *fmt, ...)
{
	va_list ap;

	assert_true(w->n < ENV_MAX);
	va_start(ap, fmt);
	vsnprintf(w->text[w->n], sizeof(w->text[0]), fmt, ap);
	va_end(ap);
	w->list[w->n] = w->text[w->n];
	w->n++;
}

static void
set_environment(const struct desk *d, const struct desk_run *run, struct words *env)
{
	const char *source = getenv("MS_SRCDIR");

	add(env, "HOME=%s", d->home);
	add(env, "XDG_CONFIG_HOME=%s/config", d->home);
	add(env, "XDG_STATE_HOME=%s/state", d->home);
	add(env, "XDG_DATA_HOME=%s/data", d->home);
	add(env, "XDG_CACHE_HOME=%s/cache", d->home);
	add(env, "MULTISTAGE_URL=http://localhost/v1");
	add(env, "MULTISTAGE_UNIX_SOCKET=%s", d->socket);
	add(env, "MULTISTAGE_THEMES=%s/themes", source ? source : ".");
	add(env, "MULTISTAGE_REFRESH=0"); /* only by hand: nothing moves by itself */
	add(env, "PAGER=true");           /* unless the test names one: less would wait for ever */
	if (run->key)
		add(env, "SCALE_API_KEY=%s", run->key);
	if (run->env)
		add(env, "%s", run->env);
}

static const char *
write_file(const struct desk *d, const char *name, const char *text, mode_t mode)
{
	static char path[4][128];
	static unsigned next;
	char *out = path[next++ % 4];
	size_t n = strlen(text);
	int fd;

	snprintf(out, sizeof(path[0]), "%s/%s", d->home, name);
	fd = open(out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, n), (ssize_t)n);
	close(fd);
	return out;
}

const char *
desk_script(struct desk *d, const char *name, const char *text)
{
	return write_file(d, name, text, 0700);
}

struct pty *
desk_start(struct desk *d, const struct desk_run *run)
{
	struct words env = { .n = 0 };
	const char *argv[ARGS_MAX] = { NULL };
	size_t n = 0;
	struct pty_setup setup = { .argv = argv,
				   .rows = run->rows,
				   .cols = run->cols,
				   .term = run->term,
				   .alone = run->alone };

	assert_false(d->running);
	note_secret(d, run->key);
	set_environment(d, run, &env);
	setup.env = env.list;
	for (size_t i = 0; run->via && run->via[i]; i++)
		argv[n++] = run->via[i];
	argv[n++] = "./multistage";
	for (size_t i = 0; run->args && run->args[i]; i++)
		argv[n++] = run->args[i];
	if (run->payload) {
		argv[n++] = "--open";
		argv[n++] = write_file(d, "payload.json", run->payload, 0600);
	}
	pty_open(&d->pty, &setup);
	d->pty.peer = d->service.pid;
	d->running = true;
	desk_see(&d->pty, "? help");
	return &d->pty;
}

struct pty *
desk_open(struct desk *d, const char *key, const char *unique_id)
{
	char payload[512];
	struct pty *p;

	snprintf(payload, sizeof(payload), DESK_PAYLOAD, unique_id);
	p = desk_start(d, &(struct desk_run){ .key = key, .payload = payload });
	desk_see(p, unique_id);
	return p;
}

/* --- secrets in files --- */

static const struct desk *searched; /* nftw(3) hands nothing through */

static int
search_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	size_t size = (size_t)st->st_size;
	char *data;
	FILE *f;

	(void)ftw;
	if (kind != FTW_F || !S_ISREG(st->st_mode) || size == 0)
		return 0;
	f = fopen(path, "re");
	assert_non_null(f);
	data = calloc(1, size);
	size = fread(data, 1, size, f);
	fclose(f);
	for (size_t i = 0; i < ARRAY_LEN(searched->secret); i++) {
		const char *secret = searched->secret[i];

		if (*secret && memmem(data, size, secret, strlen(secret)))
			fail_msg("the key is in %s", path);
	}
	free(data);
	return 0;
}

/* The terminal's home has all that the program wrote to it. */
static void
check_files(const struct desk *d)
{
	searched = d;
	nftw(d->home, search_one, 16, FTW_PHYS);
	nftw(d->pty.home, search_one, 16, FTW_PHYS);
	searched = NULL;
}

/* --- its end --- */

void
desk_ended(struct desk *d, int status)
{
	int is = pty_wait_end(&d->pty);
	char *words = pty_stderr(&d->pty);

	if (is != status)
		fail_msg("ended with wait status %#x, not %#x: %s", (unsigned)is, (unsigned)status,
			 words);
	if (*words)
		fail_msg("it left on stderr: %s", words);
	free(words);
	pty_check_restored(&d->pty);
	check_files(d);
	desk_drop(d);
}

void
desk_quit(struct desk *d)
{
	struct pty *p = &d->pty;

	pty_settle(p);
	while (pty_has(p, "Detail:")) {
		const char *gone = pty_has(p, "> Detail:") ? "> Detail:" : "Detail:";

		pty_type(p, "\x1b");
		desk_gone(p, gone);
	}
	pty_type(p, "q");
	desk_ended(d, 0);
}

void
desk_drop(struct desk *d)
{
	if (d->running)
		pty_close(&d->pty);
	d->running = false;
}

/* --- the screen --- */

void
desk_see(struct pty *p, const char *text)
{
	pty_wait(p, text);
	pty_settle(p);
	pty_wait(p, text);
}

void
desk_gone(struct pty *p, const char *text)
{
	pty_wait_gone(p, text);
	pty_settle(p);
}

void
desk_refresh_until(struct pty *p, const char *text)
{
	for (int i = 0; i < TRIES / 5 && !pty_has(p, text); i++) {
		poll(NULL, 0, 15 * PAUSE);
		pty_type(p, "r");
		pty_settle(p);
	}
	desk_see(p, text);
}

/* The mark of what is not on disk yet goes away by itself, in the middle of a comparison. */
static void
wait_until_saved(struct pty *p)
{
	bool saved = false;

	for (int i = 0; i < TRIES && !saved; i++) {
		char *row;

		pty_settle(p);
		row = pty_row(p, 0);
		saved = strstr(row, " * ") == NULL;
		free(row);
		if (!saved)
			poll(NULL, 0, PAUSE);
	}
	assert_true(saved);
}

/* So do the ages, all at the turn of a minute. */
static void
wait_for_the_minute(void)
{
	int64_t ms = clock_wall_ms() % MINUTE_MS;

	if (ms > MINUTE_MS - MARGIN_MS)
		poll(NULL, 0, (int)(MINUTE_MS - ms) + PAUSE);
}

static void
check_key(struct desk *d)
{
	for (size_t i = 0; i < ARRAY_LEN(d->secret); i++)
		if (d->secret[i][0] && pty_has(&d->pty, d->secret[i]))
			fail_msg("the key is on the screen");
}

/* While two pictures are compared no answer may come. False: there is nobody. */
static bool
hold_the_service(const struct desk *d)
{
	siginfo_t is = { .si_pid = 0 };

	if (d->service.pid <= 0 || kill(d->service.pid, SIGSTOP) < 0 ||
	    waitid(P_PID, (id_t)d->service.pid, &is, WSTOPPED | WEXITED | WNOWAIT) < 0)
		return false;
	return is.si_code == CLD_STOPPED;
}

void
desk_check(struct desk *d)
{
	bool held;

	wait_for_the_minute();
	wait_until_saved(&d->pty);
	held = hold_the_service(d);
	pty_check_redraw(&d->pty);
	if (held)
		kill(d->service.pid, SIGCONT);
	check_key(d);
}

void
desk_go(struct desk *d, enum field_id f)
{
	char mark[64];

	pty_type(&d->pty, "g");
	for (enum field_id i = 0; i < f; i++)
		pty_type(&d->pty, "j");
	snprintf(mark, sizeof(mark), "> %s ", fields[f].label);
	desk_see(&d->pty, mark);
}

void
desk_set(struct desk *d, enum field_id f, const char *value)
{
	char row[128];

	desk_go(d, f);
	pty_type(&d->pty, "\r");
	desk_see(&d->pty, "EDIT ");
	pty_type(&d->pty, "\x15"); /* ^U */
	pty_type(&d->pty, value);
	pty_type(&d->pty, fields[f].pick == PICK_NONE ? "\r" : "\t");
	desk_gone(&d->pty, "EDIT ");
	snprintf(row, sizeof(row), "> %-15s  %.30s", fields[f].label, value);
	desk_see(&d->pty, row);
}
