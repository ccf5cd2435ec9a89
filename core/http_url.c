/* http_url.c - which base URLs we talk to. See http_parts.h.
 *
 * Our own few lines and not curl_url(3): a name that needs normalising is
 * better refused than guessed, and nothing of libcurl runs before the first
 * request. Source: RFC 3986.
 */
#include "config.h"

#include "core/http_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define URL_MAX 1024 /* bytes */

static const char *const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/* Bytes at s that are letters, digits or one of more. */
static size_t
span(const char *s, const char *more)
{
	size_t n = 0;

	while (s[n] && (strchr(letters, s[n]) || strchr(more, s[n])))
		n++;
	return n;
}

static bool
is_loopback(const char *host)
{
	unsigned a, b, c, d;
	char end;

	if (strcasecmp(host, "localhost") == 0 || strcmp(host, "::1") == 0)
		return true;
	return sscanf(host, "%3u.%3u.%3u.%3u%c", &a, &b, &c, &d, &end) == 4 && a == 127 &&
	       b < 256 && c < 256 && d < 256;
}

/* ":8080" or nothing; *end is what follows. */
static bool
port_is_sane(const char *s, const char **end)
{
	size_t digits;
	long port;

	*end = s;
	if (*s != ':')
		return true;
	digits = strspn(s + 1, "0123456789");
	port = digits > 0 && digits <= 5 ? strtol(s + 1, NULL, 10) : 0;
	*end = s + 1 + digits;
	return port > 0 && port < 65536;
}

/* The host at s, with or without brackets; *end is what follows it. */
static bool
take_host(const char *s, char *host, size_t size, const char **end)
{
	bool v6 = *s == '[';
	size_t n = v6 ? strspn(s + 1, "0123456789abcdefABCDEF:.") : span(s, "-.");

	s += v6;
	*end = s + n;
	if (n == 0 || n >= size || (v6 && **end != ']'))
		return false;
	*end += v6;
	memcpy(host, s, n);
	host[n] = '\0';
	return host[n - 1] != '.' && host[0] != '.' && host[0] != '-';
}

enum err_code
http_url_check(const char *url, struct http_conf *conf, struct err *err)
{
	static const char *const example = "write it like https://api.scale.com/v1";
	bool https = strncasecmp(url, "https://", 8) == 0;
	bool http = strncasecmp(url, "http://", 7) == 0;
	char host[sizeof(conf->host)];
	const char *at, *rest;

	if (!http && !https) {
		err_set(err, ERR_CONFIG, "the base URL begins with neither https:// nor http://");
		return err_hint(err, "%s", example);
	}
	at = url + (https ? 8 : 7);
	if (memchr(at, '@', strcspn(at, "/?#"))) {
		err_set(err, ERR_CONFIG, "the base URL holds a user name or password");
		return err_hint(err, "take out all before the @; the key has its own place");
	}
	if (!take_host(at, host, sizeof(host), &rest)) {
		err_set(err, ERR_CONFIG, "the base URL has no host we can use");
		return err_hint(err, "letters, digits, - and . only; a name with other letters "
				     "in its xn-- form");
	}
	if (!port_is_sane(rest, &rest) || strlen(url) > URL_MAX ||
	    (*rest && (*rest != '/' || rest[span(rest, "/-._~%")]))) {
		err_set(err, ERR_CONFIG,
			"the base URL is not whole: it has a wrong port, a query, "
			"or a character that does not belong");
		return err_hint(err, "%s", example);
	}
	if (http && !conf->unix_path && !is_loopback(host)) {
		err_set(err, ERR_CONFIG,
			"the base URL is plain http to %s: the key would be "
			"readable on the way",
			host);
		return err_hint(err, "use https://; http:// is for localhost only");
	}
	conf->https = https;
	conf->here = conf->unix_path || is_loopback(host);
	memcpy(conf->host, host, sizeof(host));
	return ERR_OK;
}
