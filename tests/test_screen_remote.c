/* test_screen_remote.c - the real program behind a real SSH server and in a real tmux, which
 * go away under it. What this machine lacks is left out, and told. */
#include "config.h"

#include "tests/test.h"

#include "tests/desk.h"

#include "core/err.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define TRIES 6000
#define PAUSE 10 /* ms between looks */
#define TYPED "https://half.typed.example/x"

static bool
is_there(const char *program)
{
	char command[128];
	const char *const argv[] = { "/bin/sh", "-c", command, NULL };
	int status;
	pid_t pid;

	snprintf(command, sizeof(command), "command -v %s >/dev/null", program);
	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		execv(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status == 0;
}

/* Half a text is typed, and its draft is on disk. */
static struct pty *
half_typed(struct desk *d, const char *const *via)
{
	char payload[512];
	struct pty *p;

	snprintf(payload, sizeof(payload), DESK_PAYLOAD, "far-1");
	p = desk_start(d, &(struct desk_run){ .key = DESK_TEST, .payload = payload, .via = via });
	desk_see(p, "far-1");
	pty_type(p, "gjjj");
	desk_see(p, "> callback_url ");
	pty_type(p, "\r" TYPED);
	desk_see(p, "callback_url     " TYPED);
	return p;
}

/* The program behind it all: it wrote its pid there before it became what it is. */
static pid_t
far_pid(const struct desk *d)
{
	char path[128], *text;
	pid_t pid;

	snprintf(path, sizeof(path), "%s/pid", d->home);
	text = test_read(path);
	pid = (pid_t)strtol(text, NULL, 10);
	free(text);
	assert_true(pid > 1);
	return pid;
}

static void
must_end(pid_t pid)
{
	for (int i = 0; i < TRIES && kill(pid, 0) == 0; i++)
		poll(NULL, 0, PAUSE);
	assert_int_equal(kill(pid, 0), -1);
}

static void
the_next_start_has_it(struct desk *d)
{
	struct pty *p = desk_start(d, &(struct desk_run){ .key = DESK_TEST });

	desk_see(p, "far-1");
	desk_see(p, "callback_url     " TYPED);
	desk_check(d);
	desk_quit(d);
}

/* --- SSH --- */

struct ssh {
	pid_t server;
	int port;
	const char *via[5];
	char line[1024];
};

/* dropbear on this machine's loopback with a key of its own. In a mount namespace root's home
 * is the desk's, so nothing of this machine's is read or written. */
static pid_t
serve(const struct desk *d, int port)
{
	char line[1024];
	pid_t pid;

	snprintf(line, sizeof(line),
		 "cd %s && mkdir -p .ssh log && "
		 "dropbearkey -t ed25519 -f hostkey && ssh-keygen -q -t ed25519 -N '' -f id && "
		 "cp id.pub .ssh/authorized_keys && chmod 700 . .ssh && "
		 "echo 'root:x:0:0:root:%s:/bin/sh' >passwd && mount --make-rprivate / && "
		 "mount --bind passwd /etc/passwd && mount --bind log /var/log && "
		 "exec dropbear -F -E -m -r hostkey -P pid.dropbear -p 127.0.0.1:%d",
		 d->home, d->home, port);
	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		int fd = open("/dev/null", O_RDWR);

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(fd, 0);
		dup2(fd, 1);
		dup2(fd, 2);
		execlp("unshare", "unshare", "-m", "/bin/sh", "-c", line, (char *)NULL);
		_exit(127);
	}
	return pid;
}

static void
stop(struct ssh *s)
{
	kill(s->server, SIGKILL);
	waitpid(s->server, NULL, 0);
}

/* False, and a word, where it cannot be. */
static bool
start_ssh(struct desk *d, struct ssh *s)
{
	struct raw there = { .port = raw_free_port() };
	int fd = -1, status;

	if (geteuid() != 0 || !is_there("dropbear") || !is_there("dropbearkey") ||
	    !is_there("ssh-keygen") || !is_there("ssh") || !is_there("unshare")) {
		print_message("# not root, or no dropbear and ssh here: left out\n");
		return false;
	}
	s->port = there.port;
	s->server = serve(d, s->port);
	for (int i = 0; i < TRIES && fd < 0; i++) {
		if (waitpid(s->server, &status, WNOHANG) == s->server) {
			print_message("# dropbear cannot be run here: left out\n");
			return false;
		}
		fd = raw_try_connect(&there);
		if (fd < 0)
			poll(NULL, 0, PAUSE);
	}
	assert_true(fd >= 0);
	close(fd);
	/* the far side gets this side's environment; ESC waits longer there, so none is typed */
	snprintf(s->line, sizeof(s->line),
		 "export -p >\"$HOME/env\"; unset SCALE_API_KEY; "
		 "exec ssh -tt -q -F none -i \"$HOME/id\" -p %d "
		 "-o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null "
		 "root@127.0.0.1 \". '$HOME/env'; rm '$HOME/env'; cd '$PWD'; "
		 "echo \\$\\$ >'$HOME/pid'; exec $*\"",
		 s->port);
	s->via[0] = "/bin/sh";
	s->via[1] = "-c";
	s->via[2] = s->line;
	s->via[3] = "sh";
	s->via[4] = NULL;
	return true;
}

static void
b2_the_ssh_client_is_killed_and_nothing_is_lost(void **state)
{
	struct desk *d = *state;
	struct ssh s;
	struct pty *p;
	pid_t far;

	if (!start_ssh(d, &s))
		return;
	p = half_typed(d, s.via);
	far = far_pid(d);
	pty_signal(p, SIGKILL);
	pty_wait_end(p);
	must_end(far);
	desk_drop(d);
	the_next_start_has_it(d);
	stop(&s);
}

static void
b2_the_ssh_server_is_killed_and_nothing_is_lost(void **state)
{
	struct desk *d = *state;
	struct ssh s;
	pid_t far;
	char line[64];
	const char *const argv[] = { "/bin/sh", "-c", line, NULL };
	pid_t pid;

	if (!start_ssh(d, &s))
		return;
	half_typed(d, s.via);
	far = far_pid(d);
	/* the one that serves this connection is the program's parent */
	snprintf(line, sizeof(line), "kill -9 $(ps -o ppid= -p %d)", (int)far);
	pid = fork();
	if (pid == 0) {
		execv(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	waitpid(pid, NULL, 0);
	must_end(far);
	pty_wait_end(&d->pty);
	desk_drop(d);
	the_next_start_has_it(d);
	stop(&s);
}

static void
b5_suspended_under_ssh_it_does_not_freeze(void **state)
{
	struct desk *d = *state;
	struct ssh s;
	struct pty *p;

	if (!start_ssh(d, &s))
		return;
	p = half_typed(d, s.via);
	pty_type(p, "\x1a"); /* ^Z: there is no shell that could bring it back */
	pty_type(p, ".more\r");
	desk_see(p, "> callback_url     " TYPED ".more");
	pty_type(p, "2");
	desk_see(p, "[2 Tasks]");
	pty_type(p, "q");
	assert_int_equal(pty_wait_end(p), 0);
	desk_drop(d);
	stop(&s);
}

/* --- tmux --- */

static void
b2_the_tmux_server_is_killed_and_nothing_is_lost(void **state)
{
	static const int signals[] = { SIGTERM, SIGKILL };
	static const char line[] = "export -p >\"$HOME/env\"; unset SCALE_API_KEY; "
				   "exec tmux -u -f /dev/null -S \"$HOME/tmux\" new-session "
				   "\". '$HOME/env'; rm '$HOME/env'; export TERM=screen-256color; "
				   "echo \\$\\$ >'$HOME/pid'; "
				   "echo \\$PPID >'$HOME/tmux.pid'; exec $*\"";
	static const char *const via[] = { "/bin/sh", "-c", line, "sh", NULL };
	struct desk *d = *state;

	if (!is_there("tmux")) {
		print_message("# no tmux here: left out\n");
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
		char path[128], *text;
		pid_t far;

		half_typed(d, via);
		far = far_pid(d);
		snprintf(path, sizeof(path), "%s/tmux.pid", d->home);
		text = test_read(path);
		assert_int_equal(kill((pid_t)strtol(text, NULL, 10), signals[i]), 0);
		free(text);
		must_end(far);
		pty_wait_end(&d->pty);
		desk_drop(d);
		the_next_start_has_it(d);
	}
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, desk_setup, desk_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(b2_the_ssh_client_is_killed_and_nothing_is_lost),
		CASE(b2_the_ssh_server_is_killed_and_nothing_is_lost),
		CASE(b5_suspended_under_ssh_it_does_not_freeze),
		CASE(b2_the_tmux_server_is_killed_and_nothing_is_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
