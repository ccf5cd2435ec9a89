/* err.c - see err.h. Errors live on the stack and never allocate. */
#include "config.h"

#include "core/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	int status; /* of the process; multistage(1), EXIT STATUS */
} codes[ERR_CODE_COUNT] = {
	/* clang-format off */
	[ERR_OK]          = { "ok", 0 },
	[ERR_USAGE]       = { "usage", 2 },
	[ERR_TERMINAL]    = { "terminal", 2 },
	[ERR_CONFIG]      = { "config", 2 },
	[ERR_RULE]        = { "rule", 3 },
	[ERR_PARSE]       = { "parse", 3 },
	[ERR_TOO_BIG]     = { "too-big", 3 },
	[ERR_AUTH]        = { "auth", 4 },
	[ERR_NET]         = { "net", 5 },
	[ERR_API]         = { "api", 1 },
	[ERR_NOT_FOUND]   = { "not-found", 1 },
	[ERR_CONFLICT]    = { "conflict", 1 },
	[ERR_BUSY]        = { "busy", 1 },
	[ERR_UNCONFIRMED] = { "unconfirmed", 6 },
	[ERR_PARTLY]      = { "partly", 7 },
	[ERR_TIMEOUT]     = { "timeout", 8 },
	[ERR_ALREADY]     = { "already", 9 },
	[ERR_STORE]       = { "store", 10 },
	[ERR_SYS]         = { "sys", 1 },
	[ERR_INTERRUPTED] = { "interrupted", 130 },
	/* clang-format on */
};

/* vsnprintf that marks a cut with "...", never inside a UTF-8 sequence. */
static void PRINTF_LIKE(3, 0) fill(char *dst, size_t size, const char *fmt, va_list ap)
{
	int n = vsnprintf(dst, size, fmt, ap);

	if (n >= 0 && (size_t)n >= size) {
		size_t cut = size - 4;
		while (cut > 0 && ((unsigned char)dst[cut] & 0xC0) == 0x80)
			cut--;
		memcpy(dst + cut, "...", 4);
	}
}

enum err_code
err_set(struct err *err, enum err_code code, const char *fmt, ...)
{
	va_list ap;

	*err = (struct err){ .code = code };
	va_start(ap, fmt);
	fill(err->msg, sizeof(err->msg), fmt, ap);
	va_end(ap);
	return code;
}

enum err_code
err_sys(struct err *err, const char *fmt, ...)
{
	const char *why = strerror(errno);
	char text[sizeof(err->msg)];
	va_list ap;

	va_start(ap, fmt);
	fill(text, sizeof(text), fmt, ap);
	va_end(ap);
	return err_set(err, ERR_SYS, "%s: %s", text, why);
}

enum err_code
err_hint(struct err *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fill(err->hint, sizeof(err->hint), fmt, ap);
	va_end(ap);
	return err->code;
}

/* fill() for callers that hold no va_list. */
static void PRINTF_LIKE(3, 4) fillf(char *dst, size_t size, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fill(dst, size, fmt, ap);
	va_end(ap);
}

enum err_code
err_wrap(struct err *err, const char *fmt, ...)
{
	char context[sizeof(err->msg) / 2], old[sizeof(err->msg)];
	va_list ap;

	va_start(ap, fmt);
	fill(context, sizeof(context), fmt, ap);
	va_end(ap);
	memcpy(old, err->msg, sizeof(old));
	fillf(err->msg, sizeof(err->msg), "%s: %s", context, old);
	return err->code;
}

const char *
err_name(enum err_code code)
{
	return code < ERR_CODE_COUNT ? codes[code].name : "unknown";
}

int
err_exit_status(enum err_code code)
{
	return code < ERR_CODE_COUNT ? codes[code].status : 1;
}
