/* admin.c - see admin.h. */
#include "config.h"

#include "tests/admin.h"

#include "tests/test.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define WAIT_MS 30000

void
admin_prepare(void)
{
	setenv("MULTISTAGE_SANDBOX_ADMIN", ADMIN_TOKEN, 1);
}

void
admin_call(const struct raw *r, const char *method, const char *target, const char *body,
	   struct answer *a)
{
	int fd = raw_connect(r);
	char head[1024];
	int n = snprintf(head, sizeof(head),
			 "%s %s HTTP/1.1\r\nHost: localhost\r\nX-Sandbox-Token: " ADMIN_TOKEN
			 "\r\nContent-Length: %zu\r\n\r\n",
			 method, target, body ? strlen(body) : 0);

	assert_true(n > 0 && (size_t)n < sizeof(head));
	raw_send(fd, head, (size_t)n);
	if (body)
		raw_send(fd, body, strlen(body));
	raw_read(fd, false, a);
	close(fd);
	if (a->status != 200)
		fail_msg("%s %s %s: %d %s", method, target, body ? body : "", a->status, a->body);
}

void
admin_faults(const struct raw *r, const char *rules)
{
	struct answer a;

	admin_call(r, "POST", "/_sandbox/faults", rules, &a);
	answer_free(&a);
}

void
admin_advance(const struct raw *r, const char *span)
{
	struct answer a;
	char body[64];

	snprintf(body, sizeof(body), "{\"advance\":\"%s\"}", span);
	admin_call(r, "POST", "/_sandbox/clock", body, &a);
	answer_free(&a);
}

void
admin_recorded(const struct raw *r, const char *path, const char *key, char out[256])
{
	struct answer a;
	char target[300], at[64];

	snprintf(out, 256, "-");
	snprintf(target, sizeof(target), "/_sandbox/requests?path=%s", path);
	admin_call(r, "GET", target, NULL, &a);
	for (int i = 0;; i++) {
		snprintf(at, sizeof(at), "requests.%d.number", i);
		if (strcmp(raw_at(&a, at), "-") == 0)
			break;
		snprintf(at, sizeof(at), "requests.%d.%s", i, key);
		snprintf(out, 256, "%s", raw_at(&a, at));
	}
	answer_free(&a);
}

int
admin_tcp(const char *url)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), port = 0;

	assert_int_equal(sscanf(url, "http://127.0.0.1:%d", &port), 1);
	to.sin_port = htons((uint16_t)port);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	return fd;
}

void
admin_send(int fd, const char *key, const char *method, const char *target, const char *body)
{
	char head[1024];
	int n = snprintf(head, sizeof(head),
			 "%s %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n"
			 "Connection: close\r\nContent-Length: %zu\r\n\r\n",
			 method, target, key, body ? strlen(body) : 0);

	assert_true(n > 0 && (size_t)n < sizeof(head));
	raw_send(fd, head, (size_t)n);
	if (body)
		raw_send(fd, body, strlen(body));
}

char *
admin_talk(int fd, const char *key, const char *method, const char *target, const char *body,
	   size_t *n, bool *reset)
{
	struct pollfd in = { .fd = fd, .events = POLLIN };
	char *text = calloc(1, 1);
	ssize_t got = 1;

	*n = 0;
	admin_send(fd, key, method, target, body);
	while (got > 0) {
		text = realloc(text, *n + 65537);
		if (poll(&in, 1, WAIT_MS) != 1)
			fail_msg("nothing came within %d ms: %s", WAIT_MS, target);
		if ((got = read(fd, text + *n, 65536)) > 0)
			*n += (size_t)got;
		text[*n] = '\0';
	}
	if (reset)
		*reset = got < 0;
	close(fd);
	return text;
}
