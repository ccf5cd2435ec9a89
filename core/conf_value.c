/* conf_value.c - what may be configured, and what each value may be.
 *
 * Add an option: one member of enum conf_id, one row here. The man page test
 * then names the paragraph that is missing.
 */
#include "config.h"

#include "core/buf.h"
#include "core/conf_impl.h"
#include "core/mem.h"
#include "core/text.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#define VALUE_MAX       1024 /* bytes of any value */
#define NAME_MAX_BYTES  31
#define REFRESH_MAX     86400
#define ESCDELAY_MAX    2000
#define SOCKET_PATH_MAX (sizeof(((struct sockaddr_un *)0)->sun_path) - 1)

const struct conf_option conf_options[CONF_COUNT] = {
	/* clang-format off */
	[CONF_PROFILE] = {
		.name = "profile", .env = "MULTISTAGE_PROFILE", .arg = "NAME", .initial = "default",
		.help = "Section of the config file whose values win over those at its top.",
		.flag = true,
		.strict = true,
	},
	[CONF_URL] = {
		.name = "url", .env = "MULTISTAGE_URL", .arg = "URL",
		.initial = "https://api.scale.com/v1",
		.help = "Base URL of the service with its /v1; http only to this machine.",
		.flag = true,
		.strict = true,
	},
	[CONF_UNIX_SOCKET] = {
		.name = "unix_socket", .env = "MULTISTAGE_UNIX_SOCKET", .arg = "PATH", .initial = "",
		.help = "Socket by which the URL is reached, for a sandbox of your own.",
		.flag = true,
		.strict = true,
	},
	[CONF_KEY_FILE] = {
		.name = "key_file", .env = "MULTISTAGE_KEY_FILE", .arg = "PATH", .initial = "",
		.help = "File that holds the API key and that only you can read.",
		.flag = true,
		.strict = true,
	},
	[CONF_KEY_COMMAND] = {
		.name = "key_command", .env = "MULTISTAGE_KEY_COMMAND", .arg = "COMMAND", .initial = "",
		.help = "Command that prints the API key, run without a shell.",
		.strict = true,
	},
	[CONF_CA_FILE] = {
		.name = "ca_file", .env = "MULTISTAGE_CA_FILE", .arg = "PATH", .initial = "",
		.help = "Certificates to trust instead of the system's, in PEM form.",
		.flag = true,
		.strict = true,
	},
	[CONF_PROXY] = {
		.name = "proxy", .env = "MULTISTAGE_PROXY", .arg = "URL", .initial = "",
		.help = "Proxy for https, instead of the one in https_proxy.",
		.strict = true,
	},
	[CONF_THEME] = {
		.name = "theme", .env = "MULTISTAGE_THEME", .arg = "NAME", .initial = "default",
		.help = "Colours of the full screen; T in the program shows them all.",
		.flag = true,
	},
	[CONF_ASCII] = {
		.name = "ascii", .env = "MULTISTAGE_ASCII", .arg = "yes|no|auto", .words = "yes no auto",
		.initial = "auto",
		.help = "Draw borders with - | + instead of line characters.",
		.flag = true,
	},
	[CONF_REFRESH] = {
		.name = "refresh", .env = "MULTISTAGE_REFRESH", .arg = "SECONDS", .initial = "15",
		.help = "Time between refreshes of the board; 0 asks only when you press r.",
		.flag = true,
	},
	[CONF_UTC] = {
		.name = "utc", .env = "MULTISTAGE_UTC", .arg = "yes|no", .words = "yes no",
		.initial = "no",
		.help = "Show times in UTC instead of local time.",
		.flag = true,
	},
	[CONF_ESCDELAY] = {
		.name = "escdelay", .env = "MULTISTAGE_ESCDELAY", .arg = "MS", .initial = "0",
		.help = "How long a key that starts with ESC may take; 0 is 25, or 100 over SSH.",
		.flag = true,
	},
	/* clang-format on */
};

enum conf_id
conf_value_find(const char *name)
{
	for (int i = 0; i < CONF_COUNT; i++)
		if (strcmp(conf_options[i].name, name) == 0)
			return (enum conf_id)i;
	return CONF_COUNT;
}

bool
conf_looks_like_key(const char *value)
{
	size_t n = strlen(value);

	return strncmp(value, "live_", 5) == 0 || strncmp(value, "test_", 5) == 0 ||
	       (n >= 5 && strcmp(value + n - 5, "|test") == 0);
}

/* A key where something else belongs is not shown. */
static enum err_code
bad(enum conf_id id, const char *value, const char *what, struct err *err)
{
	if (conf_looks_like_key(value))
		return err_set(err, ERR_CONFIG, "%s holds an API key: it %s", conf_options[id].name,
			       what);
	return err_set(err, ERR_CONFIG, "%s \"%.80s\" %s", conf_options[id].name, value, what);
}

/* One of the words of the table, which are separated by single blanks. */
static enum err_code
read_word(enum conf_id id, const char *value, struct err *err)
{
	const char *words = conf_options[id].words;
	size_t n = strlen(value);

	for (const char *w = words; w; w = strchr(w, ' ') ? strchr(w, ' ') + 1 : NULL)
		if (strcspn(w, " ") == n && strncmp(w, value, n) == 0)
			return ERR_OK;
	bad(id, value, "is not one of its words", err);
	return err_hint(err, "use one of: %s", words);
}

static enum err_code
read_number(enum conf_id id, const char *value, long max, struct err *err)
{
	size_t n = strspn(value, "0123456789");

	if (n && n <= 9 && !value[n] && strtol(value, NULL, 10) <= max)
		return ERR_OK;
	bad(id, value, "is not a number in its range", err);
	return err_hint(err, "use a whole number from 0 to %ld", max);
}

/* Names of themes and profiles become parts of paths and sections. */
static enum err_code
read_name(enum conf_id id, const char *value, struct err *err)
{
	size_t n = strlen(value);

	if (n && n <= NAME_MAX_BYTES && value[0] != '-' &&
	    strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") == n)
		return ERR_OK;
	bad(id, value, "is not a name", err);
	return err_hint(err, "use 1 to %d letters, digits, - and _", NAME_MAX_BYTES);
}

/* Is the host (n bytes) this machine by its very spelling? Not 127.1, which a resolver may
 * read in a way of its own. */
static bool
is_loopback(const char *host, size_t n)
{
	char text[16];
	struct in_addr a;

	if ((n == 9 && strncmp(host, "localhost", 9) == 0) ||
	    (n == 5 && strncmp(host, "[::1]", 5) == 0))
		return true;
	if (n >= sizeof(text))
		return false;
	memcpy(text, host, n);
	text[n] = '\0';
	return strncmp(text, "127.", 4) == 0 && inet_pton(AF_INET, text, &a) == 1;
}

static bool
is_host(const char *host, size_t n)
{
	if (n > 2 && host[0] == '[')
		return host[n - 1] == ']' && strspn(host + 1, "0123456789abcdefABCDEF:.") == n - 2;
	return n && n <= 253 && host[0] != '.' && host[n - 1] != '.' &&
	       strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._") ==
		       n;
}

static bool
is_port(const char *s, size_t n)
{
	return n && n <= 5 && strspn(s, "0123456789") == n && strtol(s, NULL, 10) <= 65535;
}

/*
 * Without user info, query or fragment; the names of hosts are plain ASCII,
 * so that nothing is read in two ways between here and the resolver.
 */
static enum err_code
read_url(const char *value, char **out, struct err *err)
{
	bool https = strncmp(value, "https://", 8) == 0;
	bool http = strncmp(value, "http://", 7) == 0;
	const char *host = value + (https ? 8 : 7), *port;
	size_t n, host_len, all = strlen(value);

	if (!https && !http) {
		bad(CONF_URL, value, "does not start with https://", err);
		return err_hint(err, "the service is at %s", conf_options[CONF_URL].initial);
	}
	n = strcspn(host, "/?#");
	if (memchr(host, '@', n)) {
		/* Not shown: what stands before the @ is a secret. */
		err_set(err, ERR_CONFIG, "url holds a user name or a key");
		return err_hint(err, "remove it; keys come from SCALE_API_KEY, key_command or "
				     "key_file");
	}
	port = host[0] == '[' ? memchr(host, ']', n) : host;
	port = port ? memchr(port, ':', n - (size_t)(port - host)) : NULL;
	host_len = port ? (size_t)(port - host) : n;
	if (!is_host(host, host_len) || (port && !is_port(port + 1, n - host_len - 1)) ||
	    strcspn(value, "?#\\ \t") != all) {
		bad(CONF_URL, value, "is not a base URL", err);
		return err_hint(err, "use https://HOST[:PORT]/PATH, without ? and #");
	}
	if (http && !is_loopback(host, host_len)) {
		bad(CONF_URL, value, "would send the key unencrypted", err);
		return err_hint(err, "use https; http is only for localhost, 127.0.0.1 and [::1]");
	}
	while (all > (size_t)(host - value) && value[all - 1] == '/')
		all--;
	*out = mem_strndup(value, all);
	return ERR_OK;
}

/* A path: absolute, or below the home folder, because nothing tells below what else. */
static enum err_code
read_path(enum conf_id id, const char *value, char **out, struct err *err)
{
	struct buf path = BUF_INIT(2 * VALUE_MAX);
	const char *home = getenv("HOME");

	if (value[0] == '~' && value[1] == '/' && home && home[0] == '/')
		buf_addf(&path, "%s%s", home, value + 1);
	else
		buf_adds(&path, value);
	if (buf_str(&path)[0] != '/' || path.full) {
		buf_free(&path);
		bad(id, value, "is not an absolute path", err);
		return err_hint(err, "start it with / or ~/");
	}
	if (id == CONF_UNIX_SOCKET && path.len > SOCKET_PATH_MAX) {
		buf_free(&path);
		bad(id, value, "is too long for a socket", err);
		return err_hint(err, "use a path of at most %zu bytes", SOCKET_PATH_MAX);
	}
	*out = buf_take(&path);
	return ERR_OK;
}

static enum err_code
read_command(const char *value, struct err *err)
{
	char **words = NULL;
	enum err_code code = conf_words(value, &words, err);

	if (code == ERR_OK)
		conf_words_free(words);
	return code;
}

static enum err_code
read_proxy(const char *value, struct err *err)
{
	static const char *const schemes[] = { "http://", "https://", "socks5://", "socks5h://" };

	for (size_t i = 0; i < ARRAY_LEN(schemes); i++)
		if (strncmp(value, schemes[i], strlen(schemes[i])) == 0 &&
		    value[strlen(schemes[i])] && !strpbrk(value, " \t?#"))
			return ERR_OK;
	err_set(err, ERR_CONFIG, "proxy is not the URL of a proxy"); /* it may hold a password */
	return err_hint(err, "use http://HOST:PORT, https://, socks5:// or socks5h://");
}

enum err_code
conf_value_read(enum conf_id id, const char *value, char **out, struct err *err)
{
	enum err_code code = ERR_OK;
	char *read = NULL;
	size_t n = strlen(value), at;

	if (n > VALUE_MAX || !text_valid(value, n, &at) || strpbrk(value, "\r\n\033")) {
		err_set(err, ERR_CONFIG, "%s is not plain text of one line", conf_options[id].name);
		return err_hint(err, "use UTF-8, at most %d bytes", VALUE_MAX);
	}
	switch (id) {
	case CONF_PROFILE:
	case CONF_THEME: code = read_name(id, value, err); break;
	case CONF_URL: code = read_url(value, &read, err); break;
	case CONF_UNIX_SOCKET:
	case CONF_KEY_FILE:
	case CONF_CA_FILE: code = n ? read_path(id, value, &read, err) : ERR_OK; break;
	case CONF_KEY_COMMAND: code = n ? read_command(value, err) : ERR_OK; break;
	case CONF_PROXY: code = n ? read_proxy(value, err) : ERR_OK; break;
	case CONF_ASCII:
	case CONF_UTC: code = read_word(id, value, err); break;
	case CONF_REFRESH: code = read_number(id, value, REFRESH_MAX, err); break;
	case CONF_ESCDELAY: code = read_number(id, value, ESCDELAY_MAX, err); break;
	case CONF_COUNT: break;
	}
	if (code == ERR_OK)
		*out = read ? read : mem_strdup(value);
	return code;
}
