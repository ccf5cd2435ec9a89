/* bench_sandbox.c - what the sandbox does in a second, as numbers: make bench-sandbox.
 *
 * Runs ./multistage-sandbox with 1,000 and with 1,000,000 tasks, in memory and on a file in
 * this folder, and loads it over keep-alive connections. A file is as durable as the disk
 * that it lies on. Where wrk is installed its figure stands beside ours. This is no test: it
 * never fails on time. BENCH_TASKS=N takes another number than a million.
 */
#include "config.h"

#include "core/buf.h"
#include "core/err.h"
#include "core/mem.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define KEY        "live_bench"
#define RATE_LINES 32      /* connections that requests are counted over */
#define RATE_US    3000000 /* for so long */
#define ALONE      500     /* requests one after the other, for their latency */
#define ANSWER_MAX (8u << 20)

struct sandbox {
	pid_t pid;
	int port, out;
};

static int64_t
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void
stop(const char *why)
{
	fprintf(stderr, "bench-sandbox: %s: %s\n", why, strerror(errno));
	exit(1);
}

/* --- the sandbox --- */

static void
run_sandbox(const char *seed, const char *db, int out)
{
	char *argv[] = {
		(char[]){ "./multistage-sandbox" }, (char[]){ "--seed" },  (char *)(uintptr_t)seed,
		db ? (char[]){ "--db" } : NULL,     (char *)(uintptr_t)db, NULL
	};

	setenv("MULTISTAGE_SANDBOX_KEY", KEY, 1);
	dup2(out, STDOUT_FILENO);
	execv(argv[0], argv);
	_exit(127);
}

/* Its port stands in its first line; the seed takes its time. */
static void
sandbox_start(struct sandbox *sb, const char *seed, const char *db)
{
	struct buf said = BUF_INIT(65536);
	int pipes[2];
	char c;

	if (pipe(pipes) || (sb->pid = fork()) < 0)
		stop("cannot start the sandbox");
	if (sb->pid == 0)
		run_sandbox(seed, db, pipes[1]);
	close(pipes[1]);
	sb->out = pipes[0];
	sb->port = 0;
	while (!sb->port && read(sb->out, &c, 1) == 1) {
		const char *at;

		buf_add(&said, &c, 1);
		if (c == '\n' && (at = strstr(buf_str(&said), "127.0.0.1:")))
			sb->port = (int)strtol(at + 10, NULL, 10);
	}
	buf_free(&said);
	if (!sb->port)
		stop("the sandbox does not say where it listens");
}

static void
sandbox_stop(struct sandbox *sb)
{
	kill(sb->pid, SIGTERM);
	waitpid(sb->pid, NULL, 0);
	close(sb->out);
}

static double
resident_mib(const struct sandbox *sb)
{
	char path[64], line[256];
	double mib = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)sb->pid);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, "VmRSS:", 6) == 0)
			mib = (double)strtol(line + 6, NULL, 10) / 1024;
	if (f)
		fclose(f);
	return mib;
}

/* --- the load --- */

struct load {                     /* what is asked */
	const char *name, *query; /* query NULL: create */
};

struct line { /* a connection */
	int fd;
	int64_t sent_us;
	struct buf answer;
};

struct tally {
	int64_t *took; /* owned; us */
	size_t count, refused;
};

static unsigned serial; /* of the creates, so that no two are alike */

static void
line_open(struct line *l, const struct sandbox *sb)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)sb->port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	l->answer = (struct buf)BUF_INIT(ANSWER_MAX);
	l->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (l->fd < 0 || connect(l->fd, (struct sockaddr *)&to, sizeof(to)))
		stop("cannot connect");
}

static void
line_close(struct line *l)
{
	close(l->fd);
	buf_free(&l->answer);
}

static void
line_ask(struct line *l, const struct load *load)
{
	char text[1024], body[512];
	int n;

	if (load->query) {
		n = snprintf(text, sizeof(text),
			     "GET /v1/tasks?%s HTTP/1.1\r\nHost: localhost\r\n"
			     "Authorization: Bearer " KEY "\r\n\r\n",
			     load->query);
	} else {
		int len =
			snprintf(body, sizeof(body),
				 "{\"project\":\"Urban Fusion\",\"scene_format\":\"sensor_fusion\","
				 "\"attachments\":[\"s3://acme-drives/bench/%u.sfs\"],"
				 "\"unique_id\":\"bench/%d/%u\",\"metadata\":{\"drive\":\"17\"},"
				 "\"tags\":[\"night\",\"rain\"]}",
				 serial, (int)getpid(), serial);

		serial++;
		n = snprintf(text, sizeof(text),
			     "POST /v1/task/multistage HTTP/1.1\r\n"
			     "Host: localhost\r\nAuthorization: Bearer " KEY "\r\n"
			     "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
			     len, body);
	}
	l->sent_us = now_us();
	if (n >= (int)sizeof(text) || write(l->fd, text, (size_t)n) != n)
		stop("cannot send");
}

/* Read what has come; true when the answer is whole, with its status. */
static bool
line_read(struct line *l, int *status)
{
	char bytes[65536];
	ssize_t n = read(l->fd, bytes, sizeof(bytes));
	const char *head, *length;

	if (n <= 0)
		stop("the sandbox has closed a connection");
	buf_add(&l->answer, bytes, (size_t)n);
	head = buf_str(&l->answer);
	if (!strstr(head, "\r\n\r\n") || !(length = strcasestr(head, "\r\nContent-Length: ")))
		return false;
	if (l->answer.len <
	    (size_t)(strstr(head, "\r\n\r\n") + 4 - head) + strtoull(length + 18, NULL, 10))
		return false;
	*status = (int)strtol(head + 9, NULL, 10);
	return true;
}

static void
count_answer(struct tally *t, struct line *l, int status)
{
	if (t->count % 1024 == 0)
		t->took = mem_grow(t->took, t->count + 1024, sizeof(*t->took));
	t->took[t->count++] = now_us() - l->sent_us;
	t->refused += status != 200;
	buf_clear(&l->answer);
}

/* Ask over so many lines until count answers have come, or us have passed. */
static double
run_load(const struct sandbox *sb, const struct load *load, size_t lines, size_t count, int64_t us,
	 struct tally *t)
{
	struct line line[RATE_LINES];
	struct pollfd fds[RATE_LINES];
	int64_t start = now_us(), took;

	for (size_t i = 0; i < lines; i++) {
		line_open(&line[i], sb);
		line_ask(&line[i], load);
		fds[i] = (struct pollfd){ .fd = line[i].fd, .events = POLLIN };
	}
	while (t->count < count && (took = now_us() - start) < us) {
		int status;

		if (poll(fds, lines, 10000) <= 0)
			stop("the sandbox does not answer");
		for (size_t i = 0; i < lines; i++) {
			if (!(fds[i].revents & (POLLIN | POLLHUP)) || !line_read(&line[i], &status))
				continue;
			count_answer(t, &line[i], status);
			line_ask(&line[i], load);
		}
	}
	took = now_us() - start;
	for (size_t i = 0; i < lines; i++)
		line_close(&line[i]);
	return (double)t->count * 1e6 / (double)took;
}

static int
by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static double
percentile_ms(const struct tally *t, size_t percent)
{
	return t->count ? (double)t->took[(t->count - 1) * percent / 100] / 1000 : 0;
}

/* --- wrk, if there is one --- */

static bool
have_wrk(void)
{
	const char *path = getenv("PATH");

	for (size_t n; path && *path; path += n + (path[n] == ':')) {
		char file[4096];

		n = strcspn(path, ":");
		if (n < sizeof(file) - 8) {
			snprintf(file, sizeof(file), "%.*s/wrk", (int)n, path);
			if (access(file, X_OK) == 0)
				return true;
		}
	}
	return false;
}

/* Requests a second as wrk counts them; -1 if it does not. */
static double
run_wrk(const struct sandbox *sb, const struct load *load)
{
	struct buf said = BUF_INIT(65536);
	char url[600], bytes[4096], lines[16];
	const char *at;
	double rate = -1;
	int pipes[2];
	ssize_t n;
	pid_t pid;

	if (!load->query || pipe(pipes))
		return -1;
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/v1/tasks?%s", sb->port, load->query);
	snprintf(lines, sizeof(lines), "-c%d", RATE_LINES);
	pid = fork();
	if (pid == 0) {
		dup2(pipes[1], STDOUT_FILENO);
		execlp("wrk", "wrk", "-t1", lines, "-d3", "-H", "Authorization: Bearer " KEY, url,
		       (char *)NULL);
		_exit(127);
	}
	close(pipes[1]);
	while (pid > 0 && (n = read(pipes[0], bytes, sizeof(bytes))) > 0)
		buf_add(&said, bytes, (size_t)n);
	close(pipes[0]);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	if ((at = strstr(buf_str(&said), "Requests/sec:")))
		rate = strtod(at + 13, NULL);
	buf_free(&said);
	return rate;
}

/* --- the table --- */

static void
bench(const struct sandbox *sb, const struct load *load, bool wrk)
{
	struct tally alone = { .count = 0 }, many = { .count = 0 };
	double rate, theirs;

	run_load(sb, load, 1, ALONE, RATE_US, &alone);
	qsort(alone.took, alone.count, sizeof(*alone.took), by_value);
	rate = run_load(sb, load, RATE_LINES, SIZE_MAX, RATE_US, &many);
	theirs = wrk ? run_wrk(sb, load) : -1;
	printf("  %-42s %9.2f %9.2f %11.0f", load->name, percentile_ms(&alone, 50),
	       percentile_ms(&alone, 99), rate);
	if (theirs >= 0)
		printf(" %11.0f", theirs);
	if (alone.refused + many.refused > 0)
		printf("  %zu were refused", alone.refused + many.refused);
	printf("\n");
	fflush(stdout);
	free(alone.took);
	free(many.took);
}

/* "next_token=..." of a page in the middle. */
static void
find_token(const struct sandbox *sb, long tasks, char *query, size_t size)
{
	char ask[96];
	struct load load = { "token", ask };
	struct line line;
	const char *at;
	int status;

	snprintf(ask, sizeof(ask), "limit=1&offset=%ld", tasks / 2);
	line_open(&line, sb);
	line_ask(&line, &load);
	while (!line_read(&line, &status))
		;
	at = strstr(buf_str(&line.answer), "\"next_token\":\"");
	if (!at)
		stop("no token in a page");
	at += 14;
	snprintf(query, size, "limit=100&next_token=%.*s", (int)strcspn(at, "\""), at);
	line_close(&line);
}

/* "start_time=...": so many days ago, in the past of the demo account. */
static void
add_time(char *query, size_t size, const char *key, int days)
{
	time_t then = time(NULL) - days * 86400L;
	struct tm tm;
	size_t n = strlen(query);

	gmtime_r(&then, &tm);
	snprintf(query + n, size - n, "%s%s=%04d-%02d-%02d", n ? "&" : "", key, tm.tm_year + 1900,
		 tm.tm_mon + 1, tm.tm_mday);
}

static void
bench_account(long tasks, const char *db, bool wrk)
{
	char token[256], created[128] = "", updated[128] = "", deep[64], seed[32];
	const struct load loads[] = {
		{ "list: first page, limit=100", "limit=100" },
		{ "list: limit=1 (a count)", "limit=1" },
		{ "list: project and status", "project=Urban%20Fusion&status=completed" },
		{ "list: batch", "batch=fp3d-day-b" },
		{ "list: tag", "tags=night" },
		{ "list: half of it by created_at", created },
		{ "list: half of it by updated_at", updated },
		{ "list: next_token in the middle", token },
		{ "list: offset in the middle", deep },
		{ "create", NULL },
	};
	struct sandbox sb;
	int64_t start = now_us();
	double before;

	snprintf(seed, sizeof(seed), "demo:%ld", tasks);
	sandbox_start(&sb, seed, db);
	printf("\n%ld tasks, %s; made in %.1f s\n", tasks, db ? "durable" : "in memory",
	       (double)(now_us() - start) / 1e6);
	printf("  %-42s %9s %9s %11s%s\n", "", "p50 ms", "p99 ms", "requests/s",
	       wrk ? "  by wrk" : "");
	find_token(&sb, tasks, token, sizeof(token));
	add_time(created, sizeof(created), "start_time", 30);
	add_time(updated, sizeof(updated), "updated_after", 30);
	snprintf(deep, sizeof(deep), "offset=%ld", tasks / 2);
	before = resident_mib(&sb);
	for (size_t i = 0; i < ARRAY_LEN(loads); i++)
		bench(&sb, &loads[i], wrk);
	printf("  resident memory: %.0f MiB before, %.0f MiB after\n", before, resident_mib(&sb));
	sandbox_stop(&sb);
}

static void
remove_db(const char *db)
{
	static const char *const ends[] = { "", "-wal", "-shm" };

	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		char path[64];

		snprintf(path, sizeof(path), "%s%s", db, ends[i]);
		unlink(path);
	}
}

int
main(void)
{
	const char *many = getenv("BENCH_TASKS");
	const long sizes[] = { 1000, many ? strtol(many, NULL, 10) : 1000000 };
	char dir[] = "bench-XXXXXX", db[64];
	bool wrk = have_wrk();

	signal(SIGPIPE, SIG_IGN);
	if (!mkdtemp(dir))
		stop("cannot make a folder here");
	snprintf(db, sizeof(db), "%s/bench.db", dir);
	printf("p50 and p99 of one request after the other; requests a second over %d connections",
	       RATE_LINES);
	printf("%s\n", wrk ? "" : " (wrk is not installed: no second opinion)");
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		bench_account(sizes[i], NULL, wrk);
		bench_account(sizes[i], db, wrk);
		remove_db(db);
	}
	rmdir(dir);
	return 0;
}
