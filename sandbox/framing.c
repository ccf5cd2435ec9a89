/* framing.c - see framing.h. */
#include "config.h"

#include "sandbox/framing.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

struct framing { /* what the headers say */
	int hosts, lengths, codings;
	bool chunked;  /* the last coding is "chunked" and nothing else */
	bool bad_name; /* of a header: "Content-Length :" */
};

static enum MHD_Result
on_header(void *arg, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct framing *f = arg;

	(void)kind;
	f->bad_name = f->bad_name || !*name || strpbrk(name, " \t");
	f->hosts += strcasecmp(name, "Host") == 0;
	f->lengths += strcasecmp(name, "Content-Length") == 0;
	if (strcasecmp(name, "Transfer-Encoding") == 0) {
		f->codings++;
		f->chunked = value && strcasecmp(value, "chunked") == 0;
	}
	return MHD_YES;
}

const char *
framing_fault(struct MHD_Connection *c, const char *version)
{
	bool old = strcmp(version, "HTTP/1.0") == 0;
	struct framing f = { 0 };

	MHD_get_connection_values(c, MHD_HEADER_KIND, on_header, &f);
	if (f.bad_name)
		return "The name of a header holds a blank.";
	if (f.hosts > 1 || (f.hosts == 0 && !old))
		return "The request must have one Host header.";
	if (f.lengths > 1)
		return "The request has more than one Content-Length.";
	if (f.codings > 0 && f.lengths > 0)
		return "The request has a Content-Length and a Transfer-Encoding.";
	if (f.codings > 1 || (f.codings == 1 && (!f.chunked || old)))
		return "The Transfer-Encoding must be chunked.";
	return NULL;
}
