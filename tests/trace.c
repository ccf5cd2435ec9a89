/* trace.c - see trace.h. Source: ptrace(2), syscall(2). */
#include "config.h"

#include "tests/trace.h"

#include "tests/test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#if (defined(__x86_64__) && defined(__LP64__)) || defined(__aarch64__)
#define KNOWN_PROCESSOR 1
#endif

#define SYSCALL_STOP (SIGTRAP | 0x80)

static const struct {
	long number;
	enum shim_call call;
} calls[] = {
#ifdef SYS_open
	{ SYS_open, SHIM_OPEN },           { SYS_unlink, SHIM_UNLINK },
	{ SYS_rename, SHIM_RENAME },       { SYS_mkdir, SHIM_MKDIR },
#endif
#ifdef SYS_renameat
	{ SYS_renameat, SHIM_RENAME },
#endif
	{ SYS_openat, SHIM_OPEN },         { SYS_write, SHIM_WRITE },
	{ SYS_writev, SHIM_WRITE },        { SYS_pwrite64, SHIM_PWRITE },
	{ SYS_fsync, SHIM_FSYNC },         { SYS_fdatasync, SHIM_FDATASYNC },
	{ SYS_ftruncate, SHIM_FTRUNCATE }, { SYS_unlinkat, SHIM_UNLINK },
	{ SYS_renameat2, SHIM_RENAME },    { SYS_mkdirat, SHIM_MKDIR },
	{ SYS_socket, SHIM_SOCKET },       { SYS_connect, SHIM_CONNECT },
	{ SYS_sendto, SHIM_SEND },         { SYS_sendmsg, SHIM_SEND },
	{ SYS_recvfrom, SHIM_RECV },       { SYS_recvmsg, SHIM_RECV },
	{ SYS_flock, SHIM_FLOCK },         { SYS_fcntl, SHIM_LOCK },
};

void
trace_me(void)
{
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

#ifdef KNOWN_PROCESSOR

/* The kernel must not make the call that is about to begin. */
static void
prevent(pid_t pid)
{
#ifdef __x86_64__
	ptrace(PTRACE_POKEUSER, pid, (void *)offsetof(struct user_regs_struct, orig_rax),
	       (void *)-1L);
#else
	int none = -1;
	struct iovec v = { &none, sizeof(none) };

	ptrace(PTRACE_SETREGSET, pid, (void *)0x404 /* NT_ARM_SYSTEM_CALL */, &v);
#endif
}

/* What the call that ends now gives. */
static void
give(pid_t pid, long value)
{
#ifdef __x86_64__
	ptrace(PTRACE_POKEUSER, pid, (void *)offsetof(struct user_regs_struct, rax), (void *)value);
#else
	struct user_regs_struct regs;
	struct iovec v = { &regs, sizeof(regs) };

	ptrace(PTRACE_GETREGSET, pid, (void *)1 /* NT_PRSTATUS */, &v);
	regs.regs[0] = (unsigned long long)value;
	ptrace(PTRACE_SETREGSET, pid, (void *)1, &v);
#endif
}

/* -1: not one that counts. */
static int
which(const struct __ptrace_syscall_info *info)
{
	long number = (long)info->entry.nr;
	int flags = (int)info->entry.args[number == SYS_openat ? 2 : 1];

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		if (calls[i].number != number)
			continue;
		if (calls[i].call == SHIM_OPEN && (flags & O_ACCMODE) == O_RDONLY)
			return -1;
		if (calls[i].call == SHIM_LOCK && flags != F_SETLK && flags != F_SETLKW)
			return -1;
		return (int)calls[i].call;
	}
	return -1;
}

struct state {
	pid_t pid;
	const struct shim_plan *plan;
	struct trace_seen *seen;
	bool counts, dies, fails; /* the mark was passed; of the call that is being made */
};

static bool
is_due(const struct shim_plan *plan, int call, uint32_t n)
{
	return plan->how != SHIM_NOTHING && plan->call == call &&
	       (n == plan->nth || (n > plan->nth && plan->how == SHIM_FAIL_ON));
}

/* False: it is to die now. */
static bool
at_entry(struct state *s, const struct __ptrace_syscall_info *info)
{
	int call = which(info);

	if (info->entry.nr == SYS_prctl && info->entry.args[0] == SHIM_MARK)
		s->counts = true;
	if (call < 0 || !s->counts || !is_due(s->plan, call, ++s->seen->count[call]))
		return true;
	s->seen->hit++;
	if (s->plan->how == SHIM_KILL_BEFORE)
		return false;
	s->dies = s->plan->how == SHIM_KILL_AFTER;
	s->fails = !s->dies;
	if (s->fails)
		prevent(s->pid);
	return true;
}

static bool
at_exit_of_it(struct state *s)
{
	if (s->fails)
		give(s->pid, -(long)s->plan->error);
	s->fails = false;
	return !s->dies;
}

static bool
at_stop(struct state *s)
{
	struct __ptrace_syscall_info info;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, s->pid, (void *)sizeof(info), &info) <= 0)
		fail_msg("PTRACE_GET_SYSCALL_INFO: %s", strerror(errno));
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
		return at_entry(s, &info);
	return info.op != PTRACE_SYSCALL_INFO_EXIT || at_exit_of_it(s);
}

int
trace_follow(pid_t pid, const struct shim_plan *plan, struct trace_seen *seen)
{
	struct state s = { .pid = pid, .plan = plan, .seen = seen };
	int status = 0, signo = 0;

	*seen = (struct trace_seen){ .hit = 0 };
	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
		return status; /* it could not even start */
	ptrace(PTRACE_SETOPTIONS, pid, NULL,
	       (void *)(long)(PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL));
	for (;;) {
		ptrace(PTRACE_SYSCALL, pid, NULL, (void *)(long)signo);
		if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
			return status;
		signo = WSTOPSIG(status) == SYSCALL_STOP ? 0 : WSTOPSIG(status);
		if (signo == 0 && !at_stop(&s))
			break;
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return status;
}

/* A child that is traced and whose one call is made to fail. */
bool
trace_possible(void)
{
	const struct shim_plan plan = {
		.how = SHIM_FAIL, .call = SHIM_UNLINK, .nth = 1, .error = ENOSPC
	};
	struct trace_seen seen;
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL))
			_exit(1);
		raise(SIGSTOP); /* in place of exec */
		prctl(SHIM_MARK, 0, 0, 0, 0);
		_exit(unlink("/") && errno == ENOSPC ? 0 : 1);
	}
	status = trace_follow(pid, &plan, &seen);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 && seen.hit == 1;
}

#else

int
trace_follow(pid_t pid, const struct shim_plan *plan, struct trace_seen *seen)
{
	int status = 0;

	(void)plan;
	(void)seen;
	waitpid(pid, &status, 0);
	return status;
}

bool
trace_possible(void)
{
	return false;
}

#endif
