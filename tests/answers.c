/* answers.c - see answers.h. */
#include "config.h"

#include "tests/answers.h"

#include <stdio.h>
#include <string.h>

struct canned
answer(const char *status, const char *more, const char *body)
{
	static char text[16][4096];
	static unsigned turn;
	char *p = text[turn++ % 16];

	snprintf(p, sizeof(text[0]),
		 "HTTP/1.1 %s\r\nContent-Type: application/json\r\n%sContent-Length: %zu\r\n"
		 "Connection: close\r\n\r\n%s",
		 status, more, strlen(body), body);
	return (struct canned){ .bytes = p, .end = CANNED_CLOSE };
}

const char *
answer_task(const char *unique_id, const char *created, const char *more)
{
	static char text[8][1024];
	static unsigned turn;
	char *p = text[turn++ % 8];

	snprintf(p, sizeof(text[0]),
		 "{\"task_id\":\"" ANSWER_ID "\",\"type\":\"multistage\",\"status\":\"pending\","
		 "\"unique_id\":\"%s\"%s%s%s%s}",
		 unique_id, created[0] ? ",\"created_at\":\"" : "", created, created[0] ? "\"" : "",
		 more);
	return p;
}

const char *
answer_page(const char *docs, const char *token)
{
	static char text[8][3072];
	static unsigned turn;
	char *p = text[turn++ % 8];

	snprintf(p, sizeof(text[0]),
		 "{\"docs\":[%s],\"total\":500,\"limit\":100,\"offset\":0,\"has_more\":%s%s%s%s}",
		 docs, token[0] ? "true" : "false", token[0] ? ",\"next_token\":\"" : "", token,
		 token[0] ? "\"" : "");
	return p;
}
