/* shim.h - what tests and a program that runs under tests/shim.so share.
 *
 * The shim is loaded into the program (LD_PRELOAD). It lets time pass without
 * waiting, keeps what was sent, and counts calls, of which one can be made the
 * last. The program itself holds nothing of this.
 */
#ifndef TESTS_SHIM_H
#define TESTS_SHIM_H

#include <stdint.h>

/* Calls that change files, sockets or locks: a program that dies between two of them dies
 * where it did after the first. An open counts if it may write, fcntl if it locks. */
enum shim_call {
	SHIM_OPEN,
	SHIM_WRITE,
	SHIM_PWRITE,
	SHIM_FSYNC,
	SHIM_FDATASYNC,
	SHIM_FTRUNCATE,
	SHIM_UNLINK,
	SHIM_RENAME,
	SHIM_MKDIR,
	SHIM_SOCKET,
	SHIM_CONNECT,
	SHIM_SEND,
	SHIM_RECV,
	SHIM_FLOCK,
	SHIM_LOCK, /* fcntl(2) */
	SHIM_CALLS
};

enum shim_how {
	SHIM_NOTHING, /* and calls are not counted */
	SHIM_COUNT,
	SHIM_KILL_BEFORE, /* SIGKILL; the call is not made */
	SHIM_KILL_AFTER,  /* SIGKILL; the call was made */
	SHIM_FAIL,        /* the call is not made and fails */
	SHIM_FAIL_ON,     /* ... and all later ones of its kind, too */
	SHIM_STARVE,      /* the nth allocation fails; 0: they are counted */
	SHIM_STARVE_ON    /* ... and all later ones, too */
};

struct shim_plan {
	int32_t how;   /* enum shim_how */
	int32_t call;  /* enum shim_call */
	uint32_t nth;  /* from 1 */
	int32_t error; /* errno of a failure */
};

#define SHIM_WIRE_MAX (1u << 20)

/* In a file that both map: the variable SHIM_ENV names it. */
#define SHIM_ENV "MS_SHIM"
struct shim_page {
	int32_t pid;      /* the process it is about: the first that comes */
	int32_t counting; /* 0: only keep what is sent */
	struct shim_plan plan;
	uint32_t hit; /* how often the plan was carried out */
	uint32_t count[SHIM_CALLS];
	uint32_t allocs;   /* so far, if they are counted (tests/shim_mem.so) */
	uint32_t wire_len; /* bytes that were sent on sockets, in their order */
	char wire[SHIM_WIRE_MAX];
};

/*
 * The clock, in a file that all processes of a world map. A poll(2) in which no socket
 * takes part waits for nothing but time: it sleeps timeout / slow and the clock is put
 * forward by the rest. The monotonic clock is each process's own.
 */
#define SHIM_CLOCK_ENV "MS_SHIM_CLOCK"
struct shim_clock {
	int64_t ahead_ms; /* of the wall clock */
	int64_t slow;     /* >= 1 */
	int64_t naps;     /* the same for a poll(2) of nothing at all, as SQLite waits for a lock */
};

/* The first word of a prctl(2) that does nothing: from here on calls count. */
#define SHIM_MARK 0x4d535348

#endif
