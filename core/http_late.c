/* http_late.c - libcurl, loaded with the first request. See http_late.h.
 *
 * libcurl brings some thirty libraries. Loading them takes as long as all else
 * between exec and the first picture together (make bench), and composing or
 * checking a draft needs none of them. So the program is not linked with
 * libcurl; the functions below carry its names and hand the call on. Another
 * function of libcurl: a member of real, a row of names, a function.
 * Source: dlopen(3); libcurl's soname has been 4 since 2006.
 */
#include "config.h"

#include "core/http_late.h"

#include <assert.h>
#include <dlfcn.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <curl/curl.h>

/* curl.h wraps these in macros that check the types of their callers. */
#undef curl_easy_getinfo
#undef curl_easy_setopt
#undef curl_multi_setopt

#define SONAME "libcurl.so.4"

static struct {
	void *library;
	void (*easy_cleanup)(CURL *);
	CURLcode (*easy_getinfo)(CURL *, CURLINFO, ...);
	CURL *(*easy_init)(void);
	CURLcode (*easy_setopt)(CURL *, CURLoption, ...);
	const char *(*easy_strerror)(CURLcode);
	time_t (*getdate)(const char *, const time_t *);
	void (*global_cleanup)(void);
	CURLcode (*global_init_mem)(long, curl_malloc_callback, curl_free_callback,
				    curl_realloc_callback, curl_strdup_callback,
				    curl_calloc_callback);
	curl_mimepart *(*mime_addpart)(curl_mime *);
	CURLcode (*mime_data)(curl_mimepart *, const char *, size_t);
	CURLcode (*mime_data_cb)(curl_mimepart *, curl_off_t, curl_read_callback,
				 curl_seek_callback, curl_free_callback, void *);
	CURLcode (*mime_filename)(curl_mimepart *, const char *);
	void (*mime_free)(curl_mime *);
	curl_mime *(*mime_init)(CURL *);
	CURLcode (*mime_name)(curl_mimepart *, const char *);
	CURLMcode (*multi_add_handle)(CURLM *, CURL *);
	CURLMcode (*multi_cleanup)(CURLM *);
	CURLMsg *(*multi_info_read)(CURLM *, int *);
	CURLM *(*multi_init)(void);
	CURLMcode (*multi_remove_handle)(CURLM *, CURL *);
	CURLMcode (*multi_setopt)(CURLM *, CURLMoption, ...);
	CURLMcode (*multi_socket_action)(CURLM *, curl_socket_t, int, int *);
	struct curl_slist *(*slist_append)(struct curl_slist *, const char *);
	void (*slist_free_all)(struct curl_slist *);
} real;

static const struct {
	const char *name;
	void *slot; /* of real; a pointer to a function */
} names[] = {
	/* clang-format off */
	{ "curl_easy_cleanup", &real.easy_cleanup },
	{ "curl_easy_getinfo", &real.easy_getinfo },
	{ "curl_easy_init", &real.easy_init },
	{ "curl_easy_setopt", &real.easy_setopt },
	{ "curl_easy_strerror", &real.easy_strerror },
	{ "curl_getdate", &real.getdate },
	{ "curl_global_cleanup", &real.global_cleanup },
	{ "curl_global_init_mem", &real.global_init_mem },
	{ "curl_mime_addpart", &real.mime_addpart },
	{ "curl_mime_data", &real.mime_data },
	{ "curl_mime_data_cb", &real.mime_data_cb },
	{ "curl_mime_filename", &real.mime_filename },
	{ "curl_mime_free", &real.mime_free },
	{ "curl_mime_init", &real.mime_init },
	{ "curl_mime_name", &real.mime_name },
	{ "curl_multi_add_handle", &real.multi_add_handle },
	{ "curl_multi_cleanup", &real.multi_cleanup },
	{ "curl_multi_info_read", &real.multi_info_read },
	{ "curl_multi_init", &real.multi_init },
	{ "curl_multi_remove_handle", &real.multi_remove_handle },
	{ "curl_multi_setopt", &real.multi_setopt },
	{ "curl_multi_socket_action", &real.multi_socket_action },
	{ "curl_slist_append", &real.slist_append },
	{ "curl_slist_free_all", &real.slist_free_all },
	/* clang-format on */
};

enum err_code
http_late_load(struct err *err)
{
	void *library, *function;

	if (real.library)
		return ERR_OK;
	library = dlopen(SONAME, RTLD_LAZY | RTLD_LOCAL);
	if (!library) {
		err_set(err, ERR_SYS, "cannot load %s: %s", SONAME, dlerror());
		return err_hint(err, "install libcurl (Debian: libcurl4); the drafts are kept");
	}
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		function = dlsym(library, names[i].name);
		if (!function) {
			err_set(err, ERR_SYS, "%s has no %s", SONAME, names[i].name);
			dlclose(library);
			return err_hint(err, "libcurl 7.85 or newer is needed");
		}
		memcpy(names[i].slot, &function, sizeof(function)); /* as POSIX allows it */
	}
	real.library = library; /* for the life of the process */
	return ERR_OK;
}

bool
http_late_crypto(void *(*m)(size_t, const char *, int),
		 void *(*r)(void *, size_t, const char *, int),
		 void (*f)(void *, const char *, int))
{
	int (*set)(void *(*)(size_t, const char *, int),
		   void *(*)(void *, size_t, const char *, int),
		   void (*)(void *, const char *, int));
	void *function = dlsym(real.library, "CRYPTO_set_mem_functions"); /* and what it needs */

	if (!function)
		return false;
	memcpy(&set, &function, sizeof(set));
	return set(m, r, f) == 1;
}

/* --- options: what follows is a long, a pointer or a curl_off_t, by the option's number --- */

CURLcode
curl_easy_setopt(CURL *easy, CURLoption option, ...)
{
	CURLcode code;
	va_list ap;

	assert(real.library);
	va_start(ap, option);
	if ((int)option < CURLOPTTYPE_OBJECTPOINT)
		code = real.easy_setopt(easy, option, va_arg(ap, long));
	else if ((int)option >= CURLOPTTYPE_OFF_T && (int)option < CURLOPTTYPE_BLOB)
		code = real.easy_setopt(easy, option, va_arg(ap, curl_off_t));
	else
		code = real.easy_setopt(easy, option, va_arg(ap, void *));
	va_end(ap);
	return code;
}

CURLMcode
curl_multi_setopt(CURLM *multi, CURLMoption option, ...)
{
	CURLMcode code;
	va_list ap;

	assert(real.library);
	va_start(ap, option);
	if ((int)option < CURLOPTTYPE_OBJECTPOINT)
		code = real.multi_setopt(multi, option, va_arg(ap, long));
	else if ((int)option >= CURLOPTTYPE_OFF_T && (int)option < CURLOPTTYPE_BLOB)
		code = real.multi_setopt(multi, option, va_arg(ap, curl_off_t));
	else
		code = real.multi_setopt(multi, option, va_arg(ap, void *));
	va_end(ap);
	return code;
}

CURLcode
curl_easy_getinfo(CURL *easy, CURLINFO info, ...)
{
	CURLcode code;
	va_list ap;

	va_start(ap, info);
	code = real.easy_getinfo(easy, info, va_arg(ap, void *));
	va_end(ap);
	return code;
}

/* --- the others, as they are --- */

void
curl_easy_cleanup(CURL *easy)
{
	if (easy) /* may be asked for before anything was loaded */
		real.easy_cleanup(easy);
}

CURL *
curl_easy_init(void)
{
	return real.easy_init();
}

const char *
curl_easy_strerror(CURLcode code)
{
	return real.library ? real.easy_strerror(code) : "";
}

time_t
curl_getdate(const char *text, const time_t *unused)
{
	struct err err;

	return http_late_load(&err) ? -1 : real.getdate(text, unused); /* needs no start */
}

void
curl_global_cleanup(void)
{
	real.global_cleanup();
}

CURLcode
curl_global_init_mem(long flags, curl_malloc_callback m, curl_free_callback f,
		     curl_realloc_callback r, curl_strdup_callback s, curl_calloc_callback c)
{
	return real.global_init_mem(flags, m, f, r, s, c);
}

curl_mimepart *
curl_mime_addpart(curl_mime *mime)
{
	return real.mime_addpart(mime);
}

CURLcode
curl_mime_data(curl_mimepart *part, const char *data, size_t n)
{
	return real.mime_data(part, data, n);
}

CURLcode
curl_mime_data_cb(curl_mimepart *part, curl_off_t n, curl_read_callback r, curl_seek_callback s,
		  curl_free_callback f, void *arg)
{
	return real.mime_data_cb(part, n, r, s, f, arg);
}

CURLcode
curl_mime_filename(curl_mimepart *part, const char *name)
{
	return real.mime_filename(part, name);
}

void
curl_mime_free(curl_mime *mime)
{
	if (mime)
		real.mime_free(mime);
}

curl_mime *
curl_mime_init(CURL *easy)
{
	return real.mime_init(easy);
}

CURLcode
curl_mime_name(curl_mimepart *part, const char *name)
{
	return real.mime_name(part, name);
}

CURLMcode
curl_multi_add_handle(CURLM *multi, CURL *easy)
{
	return real.multi_add_handle(multi, easy);
}

CURLMcode
curl_multi_cleanup(CURLM *multi)
{
	return multi ? real.multi_cleanup(multi) : CURLM_OK;
}

CURLMsg *
curl_multi_info_read(CURLM *multi, int *left)
{
	return real.multi_info_read(multi, left);
}

CURLM *
curl_multi_init(void)
{
	return real.multi_init();
}

CURLMcode
curl_multi_remove_handle(CURLM *multi, CURL *easy)
{
	return real.multi_remove_handle(multi, easy);
}

CURLMcode
curl_multi_socket_action(CURLM *multi, curl_socket_t fd, int what, int *running)
{
	return real.multi_socket_action(multi, fd, what, running);
}

struct curl_slist *
curl_slist_append(struct curl_slist *list, const char *text)
{
	return real.slist_append(list, text);
}

void
curl_slist_free_all(struct curl_slist *list)
{
	if (list)
		real.slist_free_all(list);
}
