/* inject.c - see inject.h. */
#include "config.h"

#include "tests/inject.h"

#include "tests/test.h"
#include "tests/trace.h"

#include "core/mem.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define SLOW   10000
#define LIFE_S 120 /* of a run that is followed */

const char *const inject_calls[SHIM_CALLS] = {
	[SHIM_OPEN] = "open",     [SHIM_WRITE] = "write",         [SHIM_PWRITE] = "pwrite",
	[SHIM_FSYNC] = "fsync",   [SHIM_FDATASYNC] = "fdatasync", [SHIM_FTRUNCATE] = "ftruncate",
	[SHIM_UNLINK] = "unlink", [SHIM_RENAME] = "rename",       [SHIM_MKDIR] = "mkdir",
	[SHIM_SOCKET] = "socket", [SHIM_CONNECT] = "connect",     [SHIM_SEND] = "send",
	[SHIM_RECV] = "recv",     [SHIM_FLOCK] = "flock",         [SHIM_LOCK] = "lock",
};

struct shared {
	char path[64];
	void *p; /* mapped */
	size_t size;
};

struct inject {
	bool traces;
	struct shared page, clock;
	bool follows, paged, starves; /* how the child is started that comes next */
};

static void
share(struct shared *s, size_t size)
{
	int fd;

	snprintf(s->path, sizeof(s->path), "/tmp/ms-shim-XXXXXX");
	fd = mkstemp(s->path);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)size), 0);
	s->p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	s->size = size;
	assert_true(s->p != MAP_FAILED);
	close(fd);
}

static void
unshare_it(struct shared *s)
{
	munmap(s->p, s->size);
	unlink(s->path);
}

struct inject *
inject_new(void)
{
	const char *engine = getenv("MS_ENGINE");
	struct inject *i = mem_alloc(sizeof(*i));

	i->traces = !(engine && strcmp(engine, "shim") == 0) && trace_possible();
	share(&i->page, sizeof(struct shim_page));
	share(&i->clock, sizeof(struct shim_clock));
	inject_slow(i, SLOW);
	return i;
}

void
inject_free(struct inject *i)
{
	if (!i)
		return;
	unshare_it(&i->page);
	unshare_it(&i->clock);
	free(i);
}

bool
inject_traces(const struct inject *i)
{
	return i->traces;
}

void
inject_slow(struct inject *i, int64_t slow)
{
	((struct shim_clock *)i->clock.p)->slow = slow;
}

void
inject_naps(struct inject *i, bool naps)
{
	((struct shim_clock *)i->clock.p)->naps = naps;
}

static struct shim_page *
page_of(const struct inject *i)
{
	return i->page.p;
}

static void
preload(const char *name, const char *more)
{
	char path[4096], both[8192];

	if (!realpath(name, path))
		_exit(125);
	snprintf(both, sizeof(both), "%s%s%s", path, *more ? ":" : "", more);
	setenv("LD_PRELOAD", both, 1);
}

/* In the child. Its leaks are not the matter here, and our libraries come first. */
static void
take_shim(void *arg)
{
	const struct inject *i = arg;

	preload("./tests/shim.so", "");
	if (i->starves)
		preload("./tests/shim_mem.so", getenv("LD_PRELOAD"));
	if (i->paged)
		setenv(SHIM_ENV, i->page.path, 1);
	setenv(SHIM_CLOCK_ENV, i->clock.path, 1);
	setenv("ASAN_OPTIONS", "detect_leaks=0:verify_asan_link_order=0", 1);
	alarm(LIFE_S); /* outlives exec */
	if (i->follows)
		trace_me();
}

static pid_t
start(struct inject *i, void *state, const char *input, const char *const *words)
{
	pid_t pid;

	program_prepare(take_shim, i);
	pid = program_start(state, input, words);
	program_prepare(NULL, NULL);
	return pid;
}

static void
clear(struct shim_page *page)
{
	memset(page, 0, offsetof(struct shim_page, wire));
}

/* Wait for its end. The counts are in the page whoever made them. */
static int
follow(struct inject *i, pid_t pid, const struct shim_plan *plan)
{
	struct shim_page *page = page_of(i);
	struct trace_seen seen;
	int status = 0;

	if (i->follows) {
		status = trace_follow(pid, plan, &seen);
		page->hit = seen.hit;
		memcpy(page->count, seen.count, sizeof(seen.count));
	} else {
		assert_int_equal(waitpid(pid, &status, 0), pid);
	}
	return status;
}

void
inject_run(struct inject *i, const struct shim_plan *plan, void *state, const char *input,
	   const char *const *words, struct program *r, bool *hit)
{
	struct shim_page *page = page_of(i);
	bool kills = plan->how == SHIM_KILL_BEFORE || plan->how == SHIM_KILL_AFTER;
	bool counts = plan->how != SHIM_NOTHING && plan->how < SHIM_STARVE;
	pid_t pid;

	clear(page);
	page->plan = *plan;
	page->counting = counts && !i->traces;
	i->paged = true;
	i->follows = counts && i->traces;
	i->starves = plan->how >= SHIM_STARVE;
	pid = start(i, state, input, words);
	program_ended(r, state, follow(i, pid, plan));
	*hit = page->hit > 0;
	if (page->pid != pid)
		fail_msg("tests/shim.so was not loaded: %s", r->err);
	if ((r->status == 1000 + SIGKILL) != (kills && *hit))
		fail_msg("at %s %u: killed %u times, and its end was %d: %s",
			 inject_calls[plan->call], plan->nth, page->hit, r->status, r->err);
}

pid_t
inject_start(struct inject *i, void *state, const char *input, const char *const *words)
{
	i->paged = i->follows = i->starves = false;
	return start(i, state, input, words);
}

const uint32_t *
inject_counts(const struct inject *i)
{
	return page_of(i)->count;
}

const char *
inject_wire(const struct inject *i, size_t *n)
{
	*n = page_of(i)->wire_len;
	return page_of(i)->wire;
}

uint32_t
inject_allocations(const struct inject *i)
{
	return page_of(i)->allocs;
}
