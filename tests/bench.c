/* bench.c - what a person at the terminal feels, as numbers: make bench.
 *
 * Runs ./multistage on a pseudo terminal in a private HOME, first to fill the
 * store from the sandbox's demo account, then to measure. The same figures are
 * taken of programs that people know, where they are installed. Medians; the
 * machine's noise is yours to judge. This is no test: it never fails on time.
 */
#include "config.h"

#include "core/buf.h"
#include "core/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RUNS    15
#define PRESSES 200
#define URLS    1000
#define QUEUED  100000

struct screen {
	pid_t pid;
	int fd;
	struct buf out; /* all bytes since the last clear */
};

static int64_t
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int
by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static int64_t
median(int64_t *v, size_t n)
{
	if (n == 0)
		return -1;
	qsort(v, n, sizeof(*v), by_value);
	return v[n / 2];
}

static void
screen_open(struct screen *s, char *const argv[])
{
	struct winsize ws = { .ws_row = 24, .ws_col = 80 };

	*s = (struct screen){ .out = BUF_INIT(64u << 20) };
	s->pid = forkpty(&s->fd, NULL, NULL, &ws);
	if (s->pid < 0) {
		perror("bench: forkpty");
		exit(1);
	}
	if (s->pid == 0) {
		setenv("TERM", "xterm-256color", 1);
		unsetenv("LINES");
		unsetenv("COLUMNS");
		execvp(argv[0], argv);
		_exit(127);
	}
}

/* Read what comes until nothing has come for quiet_ms; time of the last byte. */
static int64_t
drain(struct screen *s, int quiet_ms)
{
	struct pollfd p = { .fd = s->fd, .events = POLLIN };
	int64_t last = 0;
	char bytes[65536];

	while (poll(&p, 1, quiet_ms) > 0) {
		ssize_t n = read(s->fd, bytes, sizeof(bytes));

		if (n <= 0)
			break;
		buf_add(&s->out, bytes, (size_t)n);
		last = now_us();
	}
	return last;
}

/* Read until text has come; at most ten seconds. */
static bool
wait_for(struct screen *s, const char *text)
{
	for (int64_t end = now_us() + 10000000; now_us() < end;) {
		if (s->out.len && memmem(s->out.p, s->out.len, text, strlen(text)))
			return true;
		if (!drain(s, 20) && waitpid(s->pid, NULL, WNOHANG) == s->pid)
			return false;
	}
	return false;
}

static void
type(struct screen *s, const char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t w = write(s->fd, bytes, n < 4096 ? n : 4096);

		if (w <= 0)
			return;
		bytes += w;
		n -= (size_t)w;
		drain(s, 0);
	}
}

static void
screen_close(struct screen *s)
{
	kill(s->pid, SIGTERM);
	for (int i = 0; i < 200; i++) {
		if (waitpid(s->pid, NULL, WNOHANG) == s->pid || errno == ECHILD)
			break;
		drain(s, 10);
		if (i == 150)
			kill(s->pid, SIGKILL);
	}
	close(s->fd);
	buf_free(&s->out);
}

/* A number from /proc/PID/status, -1 if it is not there. */
static long
proc_status(pid_t pid, const char *key)
{
	char path[64], line[256];
	long value = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, key, strlen(key)) == 0)
			value = strtol(line + strlen(key), NULL, 10);
	if (f)
		fclose(f);
	return value;
}

static void
say(const char *who, const char *what, double value, const char *unit)
{
	printf("%-12s %-46s %10.2f %s\n", who, what, value, unit);
	fflush(stdout);
}

/* exec to the first byte, and to the last byte of the first picture. */
static void
bench_start(const char *who, char *const argv[])
{
	int64_t first[RUNS], whole[RUNS];
	size_t bytes = 0, n = 0;

	for (int i = 0; i < RUNS; i++) {
		struct screen s;
		int64_t t0 = now_us();
		struct pollfd p;

		screen_open(&s, argv);
		p = (struct pollfd){ .fd = s.fd, .events = POLLIN };
		if (poll(&p, 1, 5000) > 0) {
			char b[65536];
			ssize_t got = read(s.fd, b, sizeof(b));

			first[n] = now_us() - t0;
			if (got > 0)
				buf_add(&s.out, b, (size_t)got);
			whole[n] = drain(&s, 5) - t0;
			if (whole[n] < first[n])
				whole[n] = first[n];
			bytes = s.out.len;
			n++;
		}
		drain(&s, 150);
		screen_close(&s);
	}
	say(who, "exec to first byte of the picture", (double)median(first, n) / 1e3, "ms");
	say(who, "exec to first paint complete", (double)median(whole, n) / 1e3, "ms");
	say(who, "bytes of the first picture", (double)bytes, "bytes");
}

/* Press keys one by one; the median from write to the first byte, bytes per key, CPU per key. */
static void
bench_keys(const char *who, const char *what, struct screen *s, const char *keys)
{
	int64_t took[PRESSES];
	size_t n = 0, missed = 0, nkeys = strlen(keys), bytes = 0;
	char label[96];

	drain(s, 100);
	for (int i = 0; i < PRESSES; i++) {
		struct pollfd p = { .fd = s->fd, .events = POLLIN };
		int64_t t0;

		buf_clear(&s->out);
		t0 = now_us();
		if (write(s->fd, &keys[(size_t)i % nkeys], 1) != 1)
			break;
		if (poll(&p, 1, 250) <= 0) {
			missed++;
			continue;
		}
		took[n++] = now_us() - t0;
		drain(s, 4);
		bytes += s->out.len;
	}
	snprintf(label, sizeof(label), "%s: key to paint", what);
	say(who, label, (double)median(took, n) / 1e3, "ms");
	snprintf(label, sizeof(label), "%s: bytes per key", what);
	say(who, label, n ? (double)bytes / (double)n : 0, "bytes");
	if (missed)
		printf("%-12s %s: %zu keys without an answer\n", who, what, missed);
}

static void
bench_idle(const char *who, struct screen *s)
{
	long before, after;

	drain(s, 1500);
	before = proc_status(s->pid, "voluntary_ctxt_switches:");
	drain(s, 5000);
	after = proc_status(s->pid, "voluntary_ctxt_switches:");
	say(who, "wake-ups in 5 idle seconds", (double)(after - before), "");
	say(who, "resident memory", (double)proc_status(s->pid, "VmRSS:") / 1024.0, "MiB");
}

static void
paste_urls(struct screen *s)
{
	struct buf b = BUF_INIT(1u << 20);

	buf_adds(&b, "\033[200~");
	for (int i = 0; i < URLS; i++)
		buf_addf(&b, "https://data.example.net/night/0412/frame_%04d.json\n", i);
	buf_adds(&b, "\033[201~");
	type(s, buf_str(&b), b.len);
	drain(s, 300);
	buf_free(&b);
}

/* Fill the store with the demo account's 2,000 tasks. */
static void
fill_store(char *const argv[])
{
	struct screen s;

	screen_open(&s, argv);
	wait_for(&s, "Compose");
	drain(&s, 500);
	type(&s, "2", 1);
	drain(&s, 3000);
	screen_close(&s);
}

static void
bench_multistage(void)
{
	char *const argv[] = { (char[]){ "./multistage" }, (char[]){ "--sandbox" }, NULL };
	char *const quiet[] = { argv[0], argv[1], (char[]){ "--refresh" }, (char[]){ "0" }, NULL };
	struct screen s;
	int64_t t0;

	fill_store(argv);
	bench_start("multistage", argv);

	screen_open(&s, argv);
	wait_for(&s, "Compose");
	drain(&s, 1000);
	type(&s, "2", 1);
	drain(&s, 500);
	bench_keys("multistage", "board, cursor down", &s, "j");
	bench_keys("multistage", "board, cursor down and up", &s, "jk");
	type(&s, "1", 1);
	drain(&s, 200);
	type(&s, "g\t\t\t\t", 5); /* attachments */
	t0 = now_us();
	paste_urls(&s);
	say("multistage", "paste of 1,000 URLs, until quiet for 0.3 s",
	    (double)(now_us() - t0) / 1e3 - 300, "ms");
	type(&s, "\033", 1);
	drain(&s, 200);
	type(&s, "g\r", 2); /* project: its picker, and out again */
	drain(&s, 200);
	type(&s, "\033", 1);
	drain(&s, 200);
	type(&s, "\t\t\t\r", 4); /* callback_url: a line */
	drain(&s, 200);
	bench_keys("multistage", "typing, 1,000 attachments in the payload", &s, "abcdefgh");
	screen_close(&s);
	screen_open(&s, quiet); /* without the refresh every 15 s */
	wait_for(&s, "Compose");
	drain(&s, 1000);
	bench_idle("multistage", &s);
	screen_close(&s);
}

/* Run the program with what it prints thrown away; seconds. */
static double
run_quiet(char *const argv[])
{
	int64_t t0 = now_us();
	pid_t pid = fork();

	if (pid == 0) {
		int null = open("/dev/null", O_WRONLY);

		dup2(null, 1);
		dup2(null, 2);
		execv(argv[0], argv);
		_exit(127);
	}
	waitpid(pid, NULL, 0);
	return (double)(now_us() - t0) / 1e6;
}

static bool
write_payloads(const char *path, int n)
{
	FILE *f = fopen(path, "w");

	for (int i = 0; f && i < n; i++)
		fprintf(f,
			"{\"project\":\"Night Lidar\",\"attachments\":[\"s3://data/night/%d.sfs\"],"
			"\"scene_format\":\"sensor_fusion\",\"instruction\":\"Label all cars in "
			"this scene, and the people beside them.\",\"metadata\":{\"frame\":%d}}\n",
			i, i);
	return f && fclose(f) == 0;
}

/* Many payloads from a file into the outbox: checked, encoded, committed. */
static void
bench_queue(const char *home)
{
	char file[80];
	char *const check[] = { (char[]){ "./multistage" }, (char[]){ "check" }, file, NULL };
	char *const submit[] = { check[0], (char[]){ "submit" }, (char[]){ "--no-wait" }, file,
				 NULL };
	double s;

	snprintf(file, sizeof(file), "%s/payloads.jsonl", home);
	if (!write_payloads(file, QUEUED)) {
		perror("bench: payloads");
		return;
	}
	setenv("SCALE_API_KEY", "live_bench_0123456789abcdef", 1);
	setenv("MULTISTAGE_URL", "http://127.0.0.1:9/v1", 1); /* nothing is sent */
	s = run_quiet(check);
	say("multistage", "check of 100,000 payloads", QUEUED / s, "a second");
	s = run_quiet(submit);
	say("multistage", "submit --no-wait of 100,000 payloads", QUEUED / s, "a second");
	s = run_quiet(submit);
	say("multistage", "the same again, refused", s, "s");
	unsetenv("SCALE_API_KEY");
	unsetenv("MULTISTAGE_URL");
}

static void
remove_tree(const char *path)
{
	pid_t pid = fork();

	if (pid == 0) {
		execlp("rm", "rm", "-rf", path, (char *)NULL);
		_exit(127);
	}
	waitpid(pid, NULL, 0);
}

static void
bench_peer(const char *name, char *const argv[])
{
	char path[256];
	struct screen s;

	snprintf(path, sizeof(path), "/usr/bin/%s", name);
	if (access(path, X_OK) < 0) {
		printf("%-12s not installed\n", name);
		return;
	}
	bench_start(name, argv);
	screen_open(&s, argv);
	drain(&s, 500);
	bench_keys(name, "cursor down and up", &s, "jk");
	bench_idle(name, &s);
	screen_close(&s);
}

int
main(void)
{
	char home[] = "/tmp/multistage-bench-XXXXXX", state[64];
	char *const nnn[] = { (char[]){ "nnn" }, (char[]){ "/usr/bin" }, NULL };
	const char *src = getenv("MS_SRCDIR");
	char *tig[] = { (char[]){ "tig" }, (char[]){ "-C" }, mem_strdup(src ? src : "."), NULL };

	if (!mkdtemp(home)) {
		perror("bench: mkdtemp");
		return 1;
	}
	snprintf(state, sizeof(state), "%s/state", home);
	setenv("HOME", home, 1);
	setenv("XDG_STATE_HOME", state, 1);
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("XDG_DATA_HOME");
	unsetenv("XDG_CACHE_HOME");
	unsetenv("XDG_RUNTIME_DIR");
	unsetenv("SCALE_API_KEY");
	unsetenv("NO_COLOR");
	setenv("LC_ALL", "C.UTF-8", 1);
	printf("80x24, xterm-256color, medians of %d starts and %d keys\n", RUNS, PRESSES);
	bench_multistage();
	bench_queue(home);
	bench_peer("tig", tig);
	bench_peer("nnn", nnn);
	free(tig[2]);
	remove_tree(home);
	return 0;
}
