/* http_words.c - why a transfer failed, in our words. See http_parts.h.
 *
 * libcurl's own sentences name its internals ("Out of memory" for a header line
 * that is too long), so they only ever stand behind ours. Source:
 * libcurl-errors(3), and what 7.88 was seen to answer.
 */
#include "config.h"

#include "core/http_parts.h"

#include "core/buf.h"
#include "core/text.h"

#include <string.h>

#include <curl/curl.h>

#define DETAIL_COLS 90

static enum err_code
no_connection(const struct http_conf *conf, const char *detail, struct err *err)
{
	if (conf->unix_path) {
		err_set(err, ERR_NET, "nobody listens at %s: the sandbox is not running",
			conf->unix_path);
		return err_hint(err, "start it: multistage-sandbox --unix PATH");
	}
	err_set(err, ERR_NET, "%s takes no connection", conf->host);
	if (conf->here)
		return err_hint(err, "is the sandbox running, and on this port?");
	/* a proxy from the environment is known to libcurl only: its words name whom it tried */
	return err_hint(err, "is the network up, and the proxy, if there is one? (%s)", detail);
}

static enum err_code
no_tls(const struct http_conf *conf, const char *detail, struct err *err)
{
	err_set(err, ERR_NET, "the certificate of %s does not hold: %s", conf->host, detail);
	return err_hint(err, "if a proxy of your company signs for others, name its CA file as "
			     "ca_file; the check cannot be turned off");
}

static enum err_code
no_proxy(const struct http_end *end, struct err *err)
{
	if (end->proxy_status)
		err_set(err, ERR_NET, "the proxy refuses to connect us (%ld)", end->proxy_status);
	else
		err_set(err, ERR_NET, "the proxy does not connect us");
	return err_hint(err,
			end->proxy_status == 407
				? "it wants a name and password: http://NAME:PASSWORD@HOST:PORT"
				: "check proxy in the profile, or https_proxy");
}

/* Nothing left this machine. */
static enum err_code
before(const struct http_end *end, const struct http_conf *conf, const char *detail,
       struct err *err)
{
	if (end->proxy_status && end->proxy_status / 100 != 2)
		return no_proxy(end, err);
	switch (end->curl_code) {
	case CURLE_COULDNT_RESOLVE_HOST:
		err_set(err, ERR_NET, "no address is known for %s", conf->host);
		return err_hint(err, "is the network up, and the name right?");
	case CURLE_COULDNT_RESOLVE_PROXY:
		err_set(err, ERR_NET, "no address is known for the proxy");
		return err_hint(err, "check proxy in the profile, or https_proxy");
	case CURLE_COULDNT_CONNECT:
		if (conf->proxy && !conf->here)
			return no_proxy(end, err);
		return no_connection(conf, detail, err);
	case CURLE_PROXY: return no_proxy(end, err);
	case CURLE_OPERATION_TIMEDOUT:
		err_set(err, ERR_NET, "no connection to %s in time", conf->host);
		return err_hint(err, "is the network up? a firewall or a proxy may be between");
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_ISSUER_ERROR: return no_tls(conf, detail, err);
	case CURLE_SSL_CACERT_BADFILE:
		err_set(err, ERR_NET, "cannot read the CA file %s",
			conf->ca_file ? conf->ca_file : "of the system");
		return err_hint(err, "check ca_file in the profile");
	case CURLE_SSL_CONNECT_ERROR:
		err_set(err, ERR_NET, "no secure connection to %s: %s", conf->host, detail);
		return err_hint(err, "does https belong there, and TLS 1.2 or newer?");
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_URL_MALFORMAT:
		return err_set(err, ERR_NET, "the address of %s is none that can be used",
			       conf->host);
	default: return err_set(err, ERR_NET, "cannot reach %s: %s", conf->host, detail);
	}
}

/* It left, or may have. */
static enum err_code
after(const struct http_end *end, const struct http_conf *conf, const char *detail, struct err *err)
{
	switch (end->curl_code) {
	case CURLE_GOT_NOTHING:
		return err_set(err, ERR_UNCONFIRMED, "%s hung up without an answer", conf->host);
	case CURLE_SEND_ERROR:
		return err_set(err, ERR_UNCONFIRMED, "the connection to %s broke while sending",
			       conf->host);
	case CURLE_RECV_ERROR:
		return err_set(err, ERR_UNCONFIRMED,
			       "the connection to %s broke before the answer was whole",
			       conf->host);
	case CURLE_PARTIAL_FILE:
		return err_set(err, ERR_UNCONFIRMED, "the answer of %s is cut off", conf->host);
	case CURLE_OPERATION_TIMEDOUT:
		return err_set(err, ERR_UNCONFIRMED, "no whole answer from %s in time", conf->host);
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_WEIRD_SERVER_REPLY:
		return err_set(err, ERR_UNCONFIRMED, "what answers at %s does not speak HTTP",
			       conf->host);
	case CURLE_OUT_OF_MEMORY:
		return err_set(err, ERR_UNCONFIRMED, "the headers of %s are too long", conf->host);
	case CURLE_ABORTED_BY_CALLBACK:
	case CURLE_READ_ERROR:
		return err_set(err, ERR_UNCONFIRMED, "the file changed while it was being sent");
	default:
		return err_set(err, ERR_UNCONFIRMED, "no whole answer from %s: %s", conf->host,
			       detail);
	}
}

/* A handshake that a lost connection cut is no word of the server: libcurl names no line of
 * the TLS library then. */
static bool
cut(const char *detail)
{
	static const char *const words[] = {
		"SSL_ERROR_SYSCALL",       "Connection reset", "Broken pipe",  "unexpected eof",
		"non-properly terminated", "pull function",    "push function"
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcasestr(detail, words[i]))
			return true;
	return false;
}

bool
http_untrusted(const struct http_end *end)
{
	if (end->left)
		return false;
	switch (end->curl_code) {
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_CACERT_BADFILE: return true;
	case CURLE_SSL_CONNECT_ERROR: return end->detail[0] && !cut(end->detail);
	default: return false;
	}
}

enum err_code
http_word(const struct http_end *end, const struct http_conf *conf, struct err *err)
{
	const char *own =
		end->detail[0] ? end->detail : curl_easy_strerror((CURLcode)end->curl_code);
	struct buf detail = BUF_INIT(2048);

	text_show(&detail, untrusted_str(own), DETAIL_COLS);
	if (end->left)
		after(end, conf, buf_str(&detail), err);
	else
		before(end, conf, buf_str(&detail), err);
	buf_free(&detail);
	return err->code;
}
