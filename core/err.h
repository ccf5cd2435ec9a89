/* err.h - the one error type: a code for the program, words for the person. */
#ifndef CORE_ERR_H
#define CORE_ERR_H

#include <stddef.h>

#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define MUST_CHECK             __attribute__((warn_unused_result))
#define NORETURN               __attribute__((noreturn))
#define ARRAY_LEN(a)           (sizeof(a) / sizeof((a)[0]))

enum err_code {
	ERR_OK = 0,
	ERR_USAGE,       /* the command line or a key was wrong */
	ERR_TERMINAL,    /* no terminal, or one we cannot drive */
	ERR_CONFIG,      /* the configuration, or where the key comes from */
	ERR_RULE,        /* a field breaks a rule; err.field names it */
	ERR_PARSE,       /* bytes from outside are not what they should be */
	ERR_TOO_BIG,     /* bytes from outside went past our limit */
	ERR_AUTH,        /* the service does not take the key (401, 403) */
	ERR_NET,         /* nothing left this machine: resolve, connect, TLS */
	ERR_API,         /* a reply that says no */
	ERR_NOT_FOUND,   /* the thing asked for does not exist (404) */
	ERR_CONFLICT,    /* a name or id is in use (409) */
	ERR_BUSY,        /* too many requests (429) */
	ERR_UNCONFIRMED, /* it left, and no answer that can be trusted came */
	ERR_PARTLY,      /* some of many did not go */
	ERR_TIMEOUT,     /* a wait ran out */
	ERR_ALREADY,     /* the same thing was submitted before */
	ERR_STORE,       /* the database */
	ERR_SYS,         /* a system call; msg ends with strerror(3) */
	ERR_INTERRUPTED, /* the person stopped it */
	ERR_CODE_COUNT
};

struct err {
	enum err_code code;
	const char *field; /* borrowed: a name from the field table, or NULL */
	char msg[256];     /* what went wrong; lower case, no full stop */
	char hint[256];    /* what to do next; may be empty */
};

#define ERR_INIT               \
	{                      \
		.code = ERR_OK \
	}

/* Fill *err and return code, so a caller can write: return err_set(err, ...); */
enum err_code err_set(struct err *err, enum err_code code, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* As err_set(), with ": strerror(errno)" added; the code is ERR_SYS. */
enum err_code err_sys(struct err *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Add the hint to an error already set; returns its code. */
enum err_code err_hint(struct err *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Put context in front of the message: "context: message"; returns the code. */
enum err_code err_wrap(struct err *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Short stable name of a code ("rule", "net"), for logs and --json output. */
const char *err_name(enum err_code code);

/* Exit status for main(); the list is in multistage(1), EXIT STATUS. */
int err_exit_status(enum err_code code);

#endif
