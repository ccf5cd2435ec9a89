/* http_xfer.c - see http_xfer.h. */
#include "config.h"

#include "core/http_xfer.h"

#include "core/clock.h"
#include "core/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX     80000000    /* bytes of an upload: "80 MB". Source: API reference, Files */
#define URL_SIZE_MAX (64u << 10) /* bytes */

/* Called when a proxy and TLS are done with, right before the first byte of the request. */
static int
on_begin(void *arg, char *ip, char *local_ip, int port, int local_port)
{
	struct http_xfer *x = arg;

	(void)ip;
	(void)local_ip;
	(void)port;
	(void)local_port;
	x->begun = true;
	return CURL_PREREQFUNC_OK;
}

static size_t
on_body(char *data, size_t size, size_t n, void *arg)
{
	struct http_xfer *x = arg;

	buf_add(&x->body, data, size * n);
	return x->body.full ? 0 : size * n;
}

static size_t
on_header(char *data, size_t size, size_t n, void *arg)
{
	struct http_xfer *x = arg;

	x->header_bytes += size * n;
	if (x->header_bytes > HTTP_HEADER_MAX)
		return 0;
	http_head_line(&x->reply, data, size * n, clock_wall_ms());
	return size * n;
}

static size_t
on_file_read(char *data, size_t size, size_t n, void *arg)
{
	struct http_xfer *x = arg;
	ssize_t got;

	do
		got = read(x->file, data, size * n);
	while (got < 0 && errno == EINTR);
	/* its length is announced already: an early end is an error, too */
	return got > 0 ? (size_t)got : CURL_READFUNC_ABORT;
}

static int
on_file_seek(void *arg, curl_off_t offset, int whence)
{
	struct http_xfer *x = arg;

	return lseek(x->file, offset, whence) < 0 ? CURL_SEEKFUNC_FAIL : CURL_SEEKFUNC_OK;
}

static enum err_code
open_file(struct http_xfer *x, const char *path, curl_off_t *size, struct err *err)
{
	struct stat st;

	x->file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (x->file < 0 || fstat(x->file, &st) < 0)
		return err_sys(err, "cannot read %s", path);
	if (!S_ISREG(st.st_mode)) {
		errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
		return err_sys(err, "cannot upload %s", path);
	}
	if (st.st_size > FILE_MAX) {
		err_set(err, ERR_TOO_BIG, "%s has %lld bytes; the service takes %d", path,
			(long long)st.st_size, FILE_MAX);
		return err_hint(err, "put it where the service can fetch it: s3://, gs:// or "
				     "https://");
	}
	*size = st.st_size;
	return ERR_OK;
}

static enum err_code
add_form(struct http_xfer *x, const struct http_request *req, struct err *err)
{
	const char *slash = strrchr(req->file, '/');
	curl_off_t size = 0;
	curl_mimepart *part;

	if (open_file(x, req->file, &size, err))
		return err->code;
	x->mime = curl_mime_init(x->easy);
	for (size_t i = 0; i < req->part_count; i++) {
		part = curl_mime_addpart(x->mime);
		if (!part || curl_mime_name(part, req->parts[i].name) ||
		    curl_mime_data(part, req->parts[i].value, CURL_ZERO_TERMINATED))
			goto bad;
	}
	part = curl_mime_addpart(x->mime);
	if (!part || curl_mime_name(part, "file") ||
	    curl_mime_filename(part, slash ? slash + 1 : req->file) ||
	    curl_mime_data_cb(part, size, on_file_read, on_file_seek, NULL, x) ||
	    curl_easy_setopt(x->easy, CURLOPT_MIMEPOST, x->mime))
		goto bad;
	return ERR_OK;
bad:
	return err_set(err, ERR_NET, "cannot build the upload of %s", req->file);
}

static bool
add_header(struct http_xfer *x, const char *line)
{
	struct curl_slist *longer = curl_slist_append(x->headers, line);

	if (longer)
		x->headers = longer;
	return longer != NULL;
}

/* Expect: a server that does not know "100-continue" would cost a second. */
static bool
add_headers(struct http_xfer *x, const struct http_request *req)
{
	struct buf type = BUF_INIT(256);
	bool ok = add_header(x, "Expect:");

	buf_adds(&type, "Content-Type:");
	if (req->body)
		buf_addf(&type, " %s", req->type ? req->type : "application/json");
	if (!req->file)
		ok = ok && !type.full && add_header(x, buf_str(&type));
	buf_free(&type);
	return ok && !curl_easy_setopt(x->easy, CURLOPT_HTTPHEADER, x->headers);
}

static bool
add_body(struct http_xfer *x, const struct http_request *req)
{
	bool get = strcmp(req->method, "GET") == 0;

	if (!req->body && (get || strcmp(req->method, "DELETE") == 0))
		return get || !curl_easy_setopt(x->easy, CURLOPT_CUSTOMREQUEST, req->method);
	x->sent = mem_strndup(req->body, req->body_len);
	return !curl_easy_setopt(x->easy, CURLOPT_POSTFIELDSIZE_LARGE,
				 (curl_off_t)(req->body ? req->body_len : 0)) &&
	       !curl_easy_setopt(x->easy, CURLOPT_POSTFIELDS, x->sent) &&
	       !curl_easy_setopt(x->easy, CURLOPT_CUSTOMREQUEST, req->method);
}

static bool
add_callbacks(struct http_xfer *x)
{
	CURL *e = x->easy;

	return !curl_easy_setopt(e, CURLOPT_PRIVATE, x) &&
	       !curl_easy_setopt(e, CURLOPT_ERRORBUFFER, x->why) &&
	       !curl_easy_setopt(e, CURLOPT_PREREQFUNCTION, on_begin) &&
	       !curl_easy_setopt(e, CURLOPT_PREREQDATA, x) &&
	       !curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body) &&
	       !curl_easy_setopt(e, CURLOPT_WRITEDATA, x) &&
	       !curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header) &&
	       !curl_easy_setopt(e, CURLOPT_HEADERDATA, x);
}

static enum err_code
prepare(struct http_xfer *x, const struct http_conf *conf, const struct http_request *req,
	struct err *err)
{
	struct buf url = BUF_INIT(URL_SIZE_MAX);
	bool ok;

	if (http_settings(x->easy, conf, err))
		return err->code;
	buf_adds(&url, conf->base_url);
	buf_adds(&url, req->path);
	ok = !url.full && !curl_easy_setopt(x->easy, CURLOPT_URL, buf_str(&url)) &&
	     add_callbacks(x) && add_headers(x, req);
	if (url.full)
		err_set(err, ERR_TOO_BIG, "the address of the request is longer than %u bytes",
			URL_SIZE_MAX);
	else if (!ok)
		err_set(err, ERR_NET, "the HTTP library refuses the request");
	buf_free(&url);
	if (!ok)
		return err->code;
	if (req->file)
		return add_form(x, req, err);
	if (add_body(x, req))
		return ERR_OK;
	return err_set(err, ERR_NET, "the HTTP library refuses the body");
}

void
http_xfer_free(struct http_xfer *x)
{
	if (!x)
		return;
	curl_easy_cleanup(x->easy);
	curl_mime_free(x->mime);
	curl_slist_free_all(x->headers);
	if (x->file >= 0)
		close(x->file);
	buf_free(&x->body);
	free(x->sent);
	free(x);
}

struct http_xfer *
http_xfer_new(const struct http_conf *conf, const struct http_request *req, struct err *err)
{
	struct http_xfer *x = mem_alloc(sizeof(*x));

	x->easy = curl_easy_init();
	x->file = -1;
	x->body = (struct buf){ .max = HTTP_BODY_MAX, .secret = true }; /* it may echo the key */
	x->reply.retry_after_ms = -1;
	if (!x->easy)
		err_set(err, ERR_NET, "cannot start a request");
	else if (prepare(x, conf, req, err) == ERR_OK)
		return x;
	http_xfer_free(x);
	return NULL;
}
