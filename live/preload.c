/* SPDX-License-Identifier: MIT */
/* Engine preload: a shared object in the program itself, where seccomp is not to be had. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "preload-wire.h"
#include "process.h"
#include "program.h"
#include "run-detach.h"
#include "tidy.h"

#define N_(text) text
#define PROCESSES_MAX 1024
#define LINGER_MS 1000        /* for a process that begins its next program just now */
#define PACKED_MAX (96 << 10) /* what an environment variable can hold is 128 KiB */

static int obstacle(struct run_obstacle *ret, int error, const char *what, const char *hint)
{
	*ret = (struct run_obstacle){ .error = error, .what = what, .hint = hint };
	return error ? -error : -EOPNOTSUPP;
}

/* ---- probe ---- */

static int probe(const struct run_job *job, struct run_obstacle *ret_obstacle)
{
	static const char other_engine[] = N_("another engine is needed: notify, or bpf as root");
	struct program program, own;

	if (access(job->preload, R_OK) < 0)
		return obstacle(ret_obstacle, errno, N_("its shared object is not installed"), NULL);
	if (strpbrk(job->preload, " :"))
		return obstacle(ret_obstacle, 0, N_("LD_PRELOAD takes no path with a space or a colon"), NULL);
	if (program_look(job->program, &program) < 0)
		return obstacle(ret_obstacle, EACCES, N_("what the program is cannot be read"), other_engine);
	if (program.is_other_abi)
		return obstacle(ret_obstacle, 0, N_("the program is of another word size"), other_engine);
	if (!program.is_dynamic)
		return obstacle(ret_obstacle, 0, N_("the program is static: it has no dynamic loader that would load anything"),
				other_engine);
	if (program.is_privileged)
		return obstacle(ret_obstacle, 0, N_("the program is setuid or has capabilities: its loader ignores LD_PRELOAD"),
				other_engine);
	if (program_look("/proc/self/exe", &own) == 0 && strcmp(own.loader, program.loader) != 0)
		return obstacle(ret_obstacle, 0, N_("the program's dynamic loader is not that of this system's C library"),
				other_engine);
	return 0;
}

/* ---- serving: only to tell what is done ---- */

struct telling {
	const struct run_job *job;
	int socket;
	const char *key;
	struct pollfd processes[PROCESSES_MAX];
	pid_t pids[PROCESSES_MAX];
	size_t n;
	bool first_ended;
	bool is_unclear; /* a process may be of the program or not */
	bool is_said[RUN_N_NOTES];
};

/** @return false: it is gone, or there are too many */
static bool watch_process(struct telling *telling, pid_t pid)
{
	int fd;

	for (size_t i = 0; i < telling->n; i++)
		if (telling->pids[i] == pid)
			return true;
	if (telling->n == PROCESSES_MAX)
		return false;
	fd = pidfd_open(pid, 0);
	if (fd < 0)
		return false;
	telling->pids[telling->n] = pid;
	telling->processes[telling->n++] = (struct pollfd){ .fd = fd, .events = POLLIN };
	return true;
}

static void note(struct telling *telling, const struct preload_message *message)
{
	if (message->note >= RUN_N_NOTES || telling->is_said[message->note])
		return;
	telling->is_said[message->note] = true;
	telling->job->sink.note(telling->job->sink.context, message->note, message->pid);
}

/** The next datagram, and who sent it, by the number that he has here. @return false: there is none */
static bool receive(int socket, struct preload_message *ret)
{
	union {
		struct cmsghdr align;
		/* no more: descriptors that somebody sends are not taken */
		char bytes[CMSG_SPACE(sizeof(struct ucred))];
	} control;
	struct iovec part = { ret, sizeof(*ret) };
	struct msghdr header = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	const struct cmsghdr *first;
	struct ucred sender = { .pid = 0 };

	if (recvmsg(socket, &header, MSG_DONTWAIT) != sizeof(*ret))
		return false;
	first = CMSG_FIRSTHDR(&header);
	if (first && first->cmsg_level == SOL_SOCKET && first->cmsg_type == SCM_CREDENTIALS)
		memcpy(&sender, CMSG_DATA(first), sizeof(sender));
	ret->pid = sender.pid;
	return true;
}

/** Everything that has come. @return whether there was something */
static bool take_messages(struct telling *telling)
{
	static struct preload_message message;
	static struct change change;
	struct run_event event;
	bool any = false;

	while (receive(telling->socket, &message)) {
		any = true;
		if (memcmp(message.key, telling->key, sizeof(message.key)) != 0)
			continue; /* from a stranger */
		if (message.kind == PRELOAD_HELLO)
			watch_process(telling, message.pid);
		else if (message.kind == PRELOAD_NOTE)
			note(telling, &message);
		else if (preload_unpack(telling->job->rules, &message, &change, &event))
			telling->job->sink.event(telling->job->sink.context, &event);
	}
	return any;
}

/** The program's first process has ended: with it, for who started it, the program. */
static void end_first(struct telling *telling)
{
	telling->first_ended = true;
	telling->job->sink.end(telling->job->sink.context);
	run_detach_release();
}

static void drop_ended(struct telling *telling, pid_t first)
{
	size_t left = 0;

	for (size_t i = 0; i < telling->n; i++) {
		if (telling->processes[i].revents) {
			close(telling->processes[i].fd);
			if (telling->pids[i] == first && !telling->first_ended)
				end_first(telling);
			continue;
		}
		telling->processes[left] = telling->processes[i];
		telling->pids[left++] = telling->pids[i];
	}
	telling->n = left;
}

/** Is this word in the file? @return also whether there is anything in it, in *ret_is_empty */
static bool file_has(int fd, const char *word, bool *ret_is_empty)
{
	static char text[64 << 10];
	size_t length = strlen(word), kept = 0;
	ssize_t n;

	*ret_is_empty = true;
	while ((n = read(fd, text + kept, sizeof(text) - kept)) > 0) {
		size_t all = kept + (size_t)n;

		*ret_is_empty = false;
		if (memmem(text, all, word, length))
			return true;
		/* The word may go on in what is read next. */
		kept = all < length ? all : length - 1;
		memmove(text, text + all - kept, kept);
	}
	return false;
}

/** A process that was started with our key in its environment. */
static int watch_relative(void *arg, pid_t pid)
{
	struct telling *telling = arg;
	char path[64], program[2];
	bool is_empty;

	snprintf(path, sizeof(path), "/proc/%d/environ", (int)pid);
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	if (file_has(fd, telling->key, &is_empty)) {
		watch_process(telling, pid);
		return 0;
	}
	/* Within execve(2) it has none yet. Threads of the kernel and what has ended have no program either. */
	snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
	if (is_empty && readlink(path, program, sizeof(program)) > 0)
		telling->is_unclear = true;
	return 0;
}

/**
 * Finds who has not told of itself: a child whose parent ended right after fork(2), a program whose loader is at it.
 * @return how long to wait for news, as poll(2) takes it
 */
static int look_for_others(struct telling *telling)
{
	telling->is_unclear = false;
	if (process_each(watch_relative, telling) < 0)
		telling->is_unclear = true;
	if (telling->n)
		return -1;
	return telling->is_unclear ? LINGER_MS : 0;
}

/** Until all processes of the program are gone. */
static void tell(struct telling *telling, pid_t first)
{
	for (;;) {
		static struct pollfd polled[PROCESSES_MAX + 1];
		int wait_ms = telling->n ? -1 : look_for_others(telling);

		polled[0] = (struct pollfd){ .fd = telling->socket, .events = POLLIN };
		memcpy(polled + 1, telling->processes, telling->n * sizeof(polled[0]));
		if (poll(polled, (nfds_t)telling->n + 1, wait_ms) == 0)
			return;
		memcpy(telling->processes, polled + 1, telling->n * sizeof(polled[0]));
		/* What a process told before it ended comes first. */
		take_messages(telling);
		drop_ended(telling, first);
	}
}

/* ---- begin ---- */

/** A name in the abstract namespace that nobody else takes, and a key that nobody guesses. */
static int open_sink(char *ret_name, size_t size, char ret_key[static PRELOAD_KEY_LENGTH + 1])
{
	static const int on = 1;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	unsigned long long secret[3];
	socklen_t length;
	autoclose int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) < 0 ||
	    getrandom(secret, sizeof(secret), 0) != sizeof(secret))
		return -errno;
	snprintf(ret_name, size, "sockopt-run-%016llx", secret[0]);
	snprintf(ret_key, PRELOAD_KEY_LENGTH + 1, "%016llx%016llx", secret[1], secret[2]);
	length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(ret_name));
	memcpy(address.sun_path + 1, ret_name, strlen(ret_name));
	if (bind(fd, (struct sockaddr *)&address, length) < 0)
		return -errno;
	return take_fd(&fd);
}

static int set_environment(const struct run_job *job, const char *name, const char *key)
{
	const char *before = getenv("LD_PRELOAD");
	autofree char *packed = preload_pack_rules(job->rules);
	autofree char *list = NULL, *sink = NULL;

	if (!packed || asprintf(&sink, "%s %s", name, key) < 0 ||
	    asprintf(&list, "%s%s%s", job->preload, before ? ":" : "", before ? before : "") < 0)
		return -ENOMEM;
	if (strlen(packed) > PACKED_MAX)
		return -E2BIG;
	if (setenv("LD_PRELOAD", list, 1) < 0 || setenv(PRELOAD_RULES, packed, 1) < 0 || setenv(PRELOAD_SINK, sink, 1) < 0)
		return -ENOMEM;
	if (job->wants_events)
		return setenv(PRELOAD_EVENTS, "1", 1) < 0 ? -ENOMEM : 0;
	return unsetenv(PRELOAD_EVENTS) < 0 ? -EINVAL : 0;
}

static int begin(const struct run_job *job, struct run_obstacle *ret_obstacle)
{
	static struct telling telling;
	static char key[PRELOAD_KEY_LENGTH + 1];
	char name[80];
	pid_t program = getpid();
	autoclose int sink = open_sink(name, sizeof(name), key);
	int r;

	if (sink < 0)
		return obstacle(ret_obstacle, -sink, N_("the serving process cannot be set up"), NULL);
	r = set_environment(job, name, key);
	if (r < 0)
		return obstacle(ret_obstacle, -r, N_("the rules do not fit into the environment"), NULL);
	const int keep[] = { sink, job->keep_fd };

	r = run_detach(keep, sizeof(keep) / sizeof(keep[0]));
	if (r < 0)
		return obstacle(ret_obstacle, -r, N_("the serving process cannot be set up"), NULL);
	if (r == 1) {
		telling.job = job;
		telling.socket = sink;
		telling.key = key;
		if (!watch_process(&telling, program)) {
			/* It ended before it could be watched. What it started may go on for long. */
			take_messages(&telling);
			end_first(&telling);
		}
		tell(&telling, program);
		_exit(0);
	}
	return 0;
}

const struct run_engine run_engine_preload = { .name = "preload", .probe = probe, .begin = begin };
