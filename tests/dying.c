/* dying.c - see dying.h. A new way to die is a row in ways[]. */
#include "config.h"

#include "tests/dying.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEAD   " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " RAW_TEST "\r\n"
#define CREATE "POST /v1/task/multistage" HEAD
#define PLACE  "\"project\":\"p\",\"attachments\":[\"s3://b/k\"]"
#define BODY   "{" PLACE ",\"scene_format\":\"sensor_fusion\"}"

enum ending { CLOSES, READS_A_LITTLE, STOPS_SENDING };

static const struct {
	const char *text;
	enum ending ending;
} ways[] = {
	{ "", CLOSES },
	{ "GET /v1/ta", CLOSES },
	{ "\x16\x03\x01\x02\x01\xfc\x03\x03", CLOSES },
	{ "GET /v1/tasks?limit=100" HEAD, CLOSES },
	{ "GET /v1/tasks?limit=100" HEAD "\r\n", CLOSES },
	{ "GET /v1/tasks?limit=100" HEAD "\r\n", READS_A_LITTLE },
	{ "GET /v1/tasks?limit=1" HEAD "\r\nGET /v1/projects" HEAD "\r\nGET /v1", CLOSES },
	{ CREATE "Content-Length: 73\r\n\r\n{\"project\":\"p\",", CLOSES },
	{ CREATE "Content-Length: 73\r\n\r\n{\"project\":\"p\",", STOPS_SENDING },
	{ CREATE "Content-Length: 73\r\n\r\n" BODY, CLOSES },
	{ CREATE "Content-Length: 73\r\n\r\n" BODY, READS_A_LITTLE },
	{ CREATE "Content-Length: 999999999\r\n\r\n" BODY, CLOSES },
	{ CREATE "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"pro\r\n", CLOSES },
	{ CREATE "Transfer-Encoding: chunked\r\n\r\nzz\r\n", STOPS_SENDING },
	{ CREATE "Expect: 100-continue\r\nContent-Length: 73\r\n\r\n", READS_A_LITTLE },
	{ "POST /v1/files/upload" HEAD "Content-Type: multipart/form-data; boundary=b\r\n"
	  "Content-Length: 5000\r\n\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; "
	  "filename=\"f\"\r\n\r\nthe first bytes of",
	  CLOSES },
};

static uint32_t
choose(uint32_t *random, uint32_t below)
{
	*random = *random * 1664525u + 1013904223u;
	return (uint32_t)((uint64_t)(*random >> 8) * below >> 24);
}

/* Wait until something comes, but not for long: a sandbox under load is slow. */
static void
read_a_little(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char c[16];

	if (poll(&p, 1, 100) == 1 && read(fd, c, sizeof(c)) < 0)
		return;
}

bool
dying_client(const struct raw *r, uint32_t *random)
{
	const struct linger reset = { .l_onoff = 1, .l_linger = 0 };
	uint32_t way = choose(random, sizeof(ways) / sizeof(ways[0]));
	size_t n = strlen(ways[way].text);
	bool cut = choose(random, 4) == 0;
	int fd = raw_try_connect(r);

	if (fd < 0)
		return false;
	if (cut)
		n = choose(random, (uint32_t)n + 1); /* anywhere */
	raw_send(fd, ways[way].text, n);
	if (ways[way].ending == STOPS_SENDING)
		shutdown(fd, SHUT_WR);
	if (ways[way].ending == READS_A_LITTLE && !cut)
		read_a_little(fd);
	if (choose(random, 2) == 0)
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	close(fd);
	return true;
}
