/* raw.c - see raw.h. */
#include "config.h"

#include "tests/canary.h"
#include "tests/test.h"

#include "tests/raw.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <json-c/json.h>

#define WAIT_MS    30000
#define ANSWER_MAX (64u << 20)

static void
wait_readable(int fd, const char *what)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	if (poll(&p, 1, WAIT_MS) != 1)
		fail_msg("nothing came within 30 s: %s", what);
}

static void
exec_sandbox(const struct raw *r, int ready, const char *const *args)
{
	char number[16], port[16];
	const char *argv[24] = { "multistage-sandbox", r->port ? "--port" : "--unix",
				 r->port ? port : r->socket, "--accept-any-key" };
	size_t n = 4;

	snprintf(number, sizeof(number), "%d", ready);
	snprintf(port, sizeof(port), "%d", r->port);
	argv[n++] = "--ready-fd";
	argv[n++] = number;
	for (; args && *args && n < 23; args++) {
		argv[n++] = *args;
		if (strcmp(*args, "--db") == 0)
			argv[n++] = r->db;
	}
	execv("./multistage-sandbox", (char *const *)(uintptr_t)argv);
	_exit(127);
}

void
raw_start(struct raw *r, const char *const *args)
{
	char word[8] = "";
	int ready[2];

	if (!*r->dir) {
		snprintf(r->dir, sizeof(r->dir), "/tmp/multistage-test-XXXXXX");
		assert_non_null(mkdtemp(r->dir));
		snprintf(r->socket, sizeof(r->socket), "%s/socket", r->dir);
		snprintf(r->db, sizeof(r->db), "%s/data.db", r->dir);
	}
	assert_int_equal(pipe(ready), 0);
	r->pid = fork();
	assert_true(r->pid >= 0);
	if (r->pid == 0) {
		close(ready[0]);
		exec_sandbox(r, ready[1], args);
	}
	close(ready[1]);
	wait_readable(ready[0], "the sandbox to be ready");
	if (read(ready[0], word, sizeof(word) - 1) != 6 || strcmp(word, "ready\n") != 0)
		fail_msg("the sandbox did not start");
	close(ready[0]);
}

/* Its exit status as waitpid(2) gives it; killed if it takes more than 30 s. */
static int
wait_end(pid_t pid)
{
	int status = 0;

	for (int ms = 0; ms < WAIT_MS; ms += 5) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return status;
		poll(NULL, 0, 5);
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return status;
}

void
raw_kill(struct raw *r, int signo)
{
	kill(r->pid, signo);
	wait_end(r->pid);
	r->pid = 0;
}

void
raw_stop(struct raw *r)
{
	static const char *const files[] = { "socket", "data.db", "data.db-wal", "data.db-shm" };
	char path[128];
	int status = 0;
	bool clean;

	if (r->pid > 0) {
		kill(r->pid, SIGTERM);
		status = wait_end(r->pid);
	}
	clean = canary_sweep(r->dir);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", r->dir, files[i]);
		unlink(path);
	}
	assert_int_equal(rmdir(r->dir), 0);
	assert_true(clean);
	*r = (struct raw){ .pid = 0 };
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

int
raw_free_port(void)
{
	struct sockaddr_in addr = { .sin_family = AF_INET };
	socklen_t n = sizeof(addr);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&addr, n), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&addr, &n), 0);
	close(fd);
	return ntohs(addr.sin_port);
}

static int
connect_to(int family, const void *addr, socklen_t n)
{
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && connect(fd, addr, n) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

int
raw_try_connect(const struct raw *r)
{
	struct sockaddr_un local = { .sun_family = AF_UNIX };
	struct sockaddr_in net = { .sin_family = AF_INET };

	net.sin_port = htons((uint16_t)r->port);
	net.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	memcpy(local.sun_path, r->socket, strlen(r->socket) + 1);
	return r->port ? connect_to(AF_INET, &net, sizeof(net))
		       : connect_to(AF_UNIX, &local, sizeof(local));
}

int
raw_connect(const struct raw *r)
{
	int fd = raw_try_connect(r);

	assert_true(fd >= 0);
	return fd;
}

void
raw_send(int fd, const char *data, size_t n)
{
	while (n > 0) {
		ssize_t sent = send(fd, data, n, MSG_NOSIGNAL);

		if (sent <= 0)
			return; /* the answer says why */
		data += sent;
		n -= (size_t)sent;
	}
}

/* Read until text has n bytes, or until the empty line behind the head (n = 0). */
static void
fill(int fd, char **text, size_t *len, size_t n)
{
	while (n ? *len < n : !strstr(*text, "\r\n\r\n")) {
		ssize_t got;

		assert_true(*len < ANSWER_MAX);
		*text = realloc(*text, *len + 65537);
		wait_readable(fd, "an answer");
		/* A byte at a time while the end of the head is unknown: the next answer
		 * on the connection is not ours to take. */
		got = read(fd, *text + *len, n ? (n - *len < 65536 ? n - *len : 65536) : 1);
		if (got <= 0)
			fail_msg("the answer ends early: %s", *text);
		*len += (size_t)got;
		(*text)[*len] = '\0';
	}
}

void
raw_read(int fd, bool head_only, struct answer *a)
{
	char *text = calloc(1, 1), *body = calloc(1, 1);
	const char *length;
	size_t len = 0, n = 0;

	*a = (struct answer){ .status = 0 };
	fill(fd, &text, &len, 0);
	assert_int_equal(sscanf(text, "HTTP/1.1 %d", &a->status), 1);
	length = strstr(text, "Content-Length: ");
	assert_non_null(length);
	n = strtoul(length + 16, NULL, 10);
	if (!head_only && n > 0)
		fill(fd, &body, &a->body_len, n);
	a->head = text;
	a->body = body;
	a->json = json_tokener_parse(body);
}

bool
raw_closed(int fd)
{
	char c;

	wait_readable(fd, "the end of the connection");
	return read(fd, &c, 1) <= 0;
}

static size_t
base64(const char *s, char *out)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t n = strlen(s), at = 0;

	for (size_t i = 0; i < n; i += 3) {
		unsigned v = (unsigned)(unsigned char)s[i] << 16;

		v |= i + 1 < n ? (unsigned)(unsigned char)s[i + 1] << 8 : 0;
		v |= i + 2 < n ? (unsigned char)s[i + 2] : 0;
		out[at++] = digits[v >> 18];
		out[at++] = digits[v >> 12 & 63];
		out[at++] = i + 1 < n ? digits[v >> 6 & 63] : '=';
		out[at++] = i + 2 < n ? digits[v & 63] : '=';
	}
	out[at] = '\0';
	return at;
}

void
raw_call(const struct raw *r, const char *key, const char *method, const char *target,
	 const char *body, struct answer *a)
{
	char head[4096], user[128], code[256];
	int fd = raw_connect(r), n;

	snprintf(user, sizeof(user), "%s:", key);
	base64(user, code);
	n = snprintf(head, sizeof(head),
		     "%s %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic %s\r\n", method,
		     target, code);
	assert_true(n > 0 && (size_t)n < sizeof(head) - 128);
	if (body)
		n += snprintf(head + n, sizeof(head) - (size_t)n,
			      "Content-Type: application/json\r\nContent-Length: %zu\r\n",
			      strlen(body));
	n += snprintf(head + n, sizeof(head) - (size_t)n, "\r\n");
	raw_send(fd, head, (size_t)n);
	if (body)
		raw_send(fd, body, strlen(body));
	raw_read(fd, strcmp(method, "HEAD") == 0, a);
	close(fd);
}

void
answer_free(struct answer *a)
{
	free(a->head);
	free(a->body);
	json_object_put(a->json);
	*a = (struct answer){ .status = 0 };
}

const char *
raw_at(struct answer *a, const char *path)
{
	struct json_object *o = a->json;
	char *out = a->text[a->next++ % 8];
	char key[64];

	while (*path) {
		size_t n = strcspn(path, ".");

		snprintf(key, sizeof(key), "%.*s", (int)n, path);
		if (json_object_is_type(o, json_type_array)) {
			size_t i = strtoul(key, NULL, 10);

			o = i < json_object_array_length(o) ? json_object_array_get_idx(o, i)
							    : NULL;
		} else if (!json_object_is_type(o, json_type_object) ||
			   !json_object_object_get_ex(o, key, &o)) {
			o = NULL;
		}
		if (!o)
			return "-";
		path += n + (path[n] == '.');
	}
	snprintf(out, 256, "%s",
		 json_object_is_type(o, json_type_string)
			 ? json_object_get_string(o)
			 : json_object_to_json_string_ext(
				   o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	return out;
}

void
raw_must(const struct raw *r, const char *key, const char *method, const char *target,
	 const char *body, struct answer *a)
{
	raw_call(r, key, method, target, body, a);
	if (a->status != 200)
		fail_msg("%s %s %s: %d %s", method, target, body ? body : "", a->status, a->body);
}

void
raw_run(const struct raw *r, const char *key, const struct raw_row *rows, size_t n)
{
	struct answer a;

	for (size_t i = 0; i < n; i++) {
		const struct raw_row *row = &rows[i];

		raw_call(r, key, row->method, row->target, row->body, &a);
		if (a.status != row->status || strcmp(raw_at(&a, row->path), row->value) != 0)
			fail_msg("row %zu, %s %s: %d %s", i, row->method, row->target, a.status,
				 a.body);
		answer_free(&a);
	}
}
