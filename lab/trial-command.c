/* SPDX-License-Identifier: MIT */
/* One run of a command, and of a server for it, with the options put on by the engines of `run`. */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <regex.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <arena-peer.h>
#include <diag.h>
#include <tidy.h>

#include "trial.h"

#define N_(text) text
#define COMMAND_MAX 4096
#define OUTPUT_MAX (1 << 20)
#define SHELL "/bin/sh"
#define PORT_FIRST 20000
#define PORT_COUNT 20000 /* each run has its own: the last one's may still be in TIME_WAIT */
#define LISTEN_NS INT64_C(10000000000)
#define SETTLE_MS 300
#define END_MS 2000

/** Lies in shared memory. */
struct started {
	int64_t ns; /* when it became the command */
	int error;
	char what[LOAD_WHAT_MAX];
};

struct command_run {
	const struct trial_load *load;
	const struct trial_place *place;
	struct started *started; /* of the client and the server */
	char port[8], client[INET6_ADDRSTRLEN], server[INET6_ADDRSTRLEN];
	int output; /* the client's */
};

/* ---- the text ---- */

static void name_address(const struct sockaddr_storage *address, char *ret, size_t size)
{
	*ret = '\0';
	if (address->ss_family == AF_INET)
		inet_ntop(AF_INET, &((const struct sockaddr_in *)address)->sin_addr, ret, (socklen_t)size);
	else if (address->ss_family == AF_INET6)
		inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)address)->sin6_addr, ret, (socklen_t)size);
}

/** {server}, {port} and {client} in their places. @return 0 or -E2BIG */
static int fill_in(const struct command_run *run, const char *text, char *ret, size_t size)
{
	const struct {
		const char *word, *value;
	} words[] = { { "{server}", run->server }, { "{port}", run->port }, { "{client}", run->client } };
	size_t length = 0;

	while (*text) {
		const char *value = NULL;

		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]) && !value; i++)
			if (strncmp(text, words[i].word, strlen(words[i].word)) == 0) {
				value = words[i].value;
				text += strlen(words[i].word);
			}
		length += value ? (size_t)snprintf(ret + length, size - length, "%s", value) : 1;
		if (length >= size)
			return -E2BIG;
		if (!value) {
			ret[length - 1] = *text++;
			ret[length] = '\0';
		}
	}
	return 0;
}

/* ---- the process ---- */

static void on_event(void *context, const struct run_event *event)
{
	struct started *started = context;

	if (event->change && event->change->error && started->error == 0) {
		started->error = event->change->error;
		snprintf(started->what, sizeof(started->what), "%s",
			 event->hit.action ? event->hit.action->text : "setsockopt");
	}
}

static void on_note(void *context, enum run_note note, pid_t pid)
{
	(void)context;
	(void)note;
	(void)pid;
}

static void on_end(void *context)
{
	(void)context;
}

/** From here on the rules hold for this process and what it starts. @return 0 or -errno */
static int put_under_rules(const struct trial_load *load, const struct rules *rules, struct started *started)
{
	struct run_job job = {
		.rules = rules,
		.program = SHELL,
		.preload = load->preload,
		.keep_fd = -1,
		.sink = { on_event, on_note, on_end, started },
	};
	struct run_obstacle obstacle = { .what = "" };
	int r = -EOPNOTSUPP;

	for (size_t i = 0; run_engines[i] && r < 0; i++) {
		if (load->engine && run_engines[i] != load->engine)
			continue;
		r = run_engines[i]->probe(&job, &obstacle);
		if (r == 0)
			r = run_engines[i]->begin(&job, &obstacle);
	}
	return r;
}

_Noreturn static void be_command(const struct command_run *run, const char *text, bool is_client,
				 const struct rules *rules, pid_t parent)
{
	struct started *started = &run->started[is_client ? 0 : 1];
	char command[COMMAND_MAX];
	char *const arguments[] = { (char[]){ "sh" }, (char[]){ "-c" }, command, NULL };
	int r = fill_in(run, text, command, sizeof(command)), nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	/* What it would say to a terminal is not ours to mix with the table. */
	int out = is_client && run->output >= 0 ? run->output : nothing;

	/* A group of its own: a server is ended with what it has started. */
	if (r == 0 && !is_client)
		r = setpgid(0, 0) < 0 ? -errno : 0;
	if (r == 0)
		r = trial_settle(parent, is_client ? run->place->client_host : run->place->server_host);
	if (r == 0 && (dup2(nothing, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 || dup2(out, STDERR_FILENO) < 0))
		r = -errno;
	if (r == 0 && rules && rules->n)
		r = put_under_rules(run->load, rules, started);
	if (r == 0) {
		started->ns = counts_now_ns();
		execv(SHELL, arguments);
		r = -errno;
	}
	started->error = -r;
	snprintf(started->what, sizeof(started->what), "%s", text);
	_exit(127);
}

static pid_t start(const struct command_run *run, const char *text, bool is_client, const struct rules *rules)
{
	pid_t parent = getpid(), pid = fork();

	if (pid == 0)
		be_command(run, text, is_client, rules, parent);
	return pid < 0 ? -errno : pid;
}

/* ---- the server ---- */

static int is_listener(void *arg, const struct diag_socket *socket)
{
	const struct command_run *run = arg;
	char port[8];

	snprintf(port, sizeof(port), "%u", socket->facts.local.port);
	return (socket->facts.state == FACTS_LISTENING || socket->facts.kind.protocol == IPPROTO_UDP) &&
	       strcmp(port, run->port) == 0;
}

static void sleep_ms(long ms)
{
	const struct timespec time = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	nanosleep(&time, NULL);
}

/** Is somebody there? Asked without connecting: a server of one connection would have had it. */
static int wait_listening(struct command_run *run, pid_t server)
{
	int64_t until_ns = counts_now_ns() + LISTEN_NS;
	int r = 0;

	if (!strstr(run->load->serve, "{port}")) {
		sleep_ms(SETTLE_MS);
		return 0;
	}
	while (r == 0 && counts_now_ns() < until_ns) {
		siginfo_t info = { 0 };

		if (run->place->server_host >= 0)
			r = arena_move(run->place->server_host);
		if (r == 0)
			r = diag_each(is_listener, run);
		if (run->place->server_host >= 0 && arena_move(run->place->client_host) < 0)
			return -errno;
		if (r != 0)
			return r < 0 ? r : 0;
		if (waitid(P_PID, (id_t)server, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == server)
			return -ECHILD;
		sleep_ms(5);
	}
	return r < 0 ? r : -ETIMEDOUT;
}

/** Waits so long for a process to end. @return false: it did not */
static bool wait_for(pid_t pid, int ms, int *ret_status, struct rusage *ret_usage)
{
	autoclose int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	int n;

	if (fd >= 0) {
		do
			n = poll(&poll_fd, 1, ms);
		while (n < 0 && errno == EINTR);
		if (n == 0)
			return false;
	}
	while (wait4(pid, ret_status, 0, ret_usage) < 0 && errno == EINTR)
		;
	return true;
}

/** A server of one connection ends by itself. */
static void end_server(pid_t server, struct rusage *ret_usage)
{
	int status;

	if (wait_for(server, SETTLE_MS, &status, ret_usage))
		return;
	kill(-server, SIGTERM);
	if (wait_for(server, END_MS, &status, ret_usage))
		return;
	kill(-server, SIGKILL);
	wait_for(server, -1, &status, ret_usage);
}

/* ---- what came of it ---- */

double trial_read_figure(const char *expression, const char *text)
{
	regmatch_t matches[2];
	double figure = NAN;
	regex_t regex;

	if (regcomp(&regex, expression, REG_EXTENDED) != 0)
		return NAN;
	if (regexec(&regex, text, 2, matches, 0) == 0 && matches[1].rm_so >= 0) {
		const char *group = text + matches[1].rm_so;
		char *end;

		figure = strtod(group, &end);
		/* "inf" is a word, not a figure. */
		if (end == group || !isfinite(figure))
			figure = NAN;
	}
	regfree(&regex);
	return figure;
}

static double read_figure(const char *expression, int output)
{
	autofree char *text = calloc(1, OUTPUT_MAX + 1);

	return text && pread(output, text, OUTPUT_MAX, 0) > 0 ? trial_read_figure(expression, text) : NAN;
}

static double processor_us(const struct rusage *usage)
{
	return (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1e6 +
	       (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec);
}

struct host_counts {
	uint64_t retransmits, received, sent;
};

/** Counters of both hosts; the thread comes back. The devices' of the client's alone: the other's are the same. */
static void count_hosts(const struct trial_place *place, struct host_counts *ret)
{
	ret->retransmits = counts_retransmits();
	counts_devices(&ret->received, &ret->sent);
	if (place->server_host >= 0 && arena_move(place->server_host) == 0) {
		ret->retransmits += counts_retransmits();
		arena_move(place->client_host);
	}
}

static int fail(struct trial_result *ret, int r, const char *what, const char *why)
{
	ret->error = -r;
	ret->why = why;
	snprintf(ret->what, sizeof(ret->what), "%s", what);
	return r;
}

/** Runs the client to its end, and measures. */
static int run_client(struct command_run *run, pid_t server, const struct rules *rules, struct trial_result *ret)
{
	struct rusage client_usage = { 0 }, server_usage = { 0 };
	struct host_counts before, after;
	uint64_t received, sent;
	int status = 0;
	int64_t end_ns;
	pid_t client;

	count_hosts(run->place, &before);
	client = start(run, run->load->command, true, rules);
	if (client > 0)
		wait_for(client, -1, &status, &client_usage);
	end_ns = counts_now_ns();
	count_hosts(run->place, &after);
	if (server > 0)
		end_server(server, &server_usage);
	if (client < 0)
		return fail(ret, client, "fork", NULL);
	for (int i = 0; i < 2; i++)
		if (run->started[i].error)
			return fail(ret, -run->started[i].error, run->started[i].what, NULL);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return fail(ret, -ECHILD, run->load->command, N_("the command failed"));
	received = after.received - before.received;
	sent = after.sent - before.sent;
	ret->values[METRIC_DURATION] = (double)(end_ns - run->started[0].ns) / 1e3;
	ret->values[METRIC_THROUGHPUT] =
		(double)(received > sent ? received : sent) * 8e6 / ret->values[METRIC_DURATION];
	ret->values[METRIC_CPU] = processor_us(&client_usage) + processor_us(&server_usage);
	ret->values[METRIC_RETRANSMITS] = (double)(after.retransmits - before.retransmits);
	if (run->load->take)
		ret->values[METRIC_FIGURE] = read_figure(run->load->take, run->output);
	if (run->load->take && isnan(ret->values[METRIC_FIGURE]))
		return fail(ret, -ENOMSG, run->load->take, N_("the command's output has no such number"));
	return 0;
}

int trial_run_command(const struct trial_load *load, const struct trial_place *place, const struct rules *client_rules,
		      const struct rules *server_rules, struct trial_result *ret)
{
	static unsigned int number;
	autoclose int output = memfd_create("output", MFD_CLOEXEC);
	struct command_run run = {
		.load = load,
		.place = place,
		.started = trial_share(2 * sizeof(struct started)),
		.output = output,
	};
	unsigned int port;
	pid_t server = 0;
	int r = 0;

	*ret = (struct trial_result){ 0 };
	for (unsigned int m = 0; m < METRIC_COUNT; m++)
		ret->values[m] = NAN;
	if (!run.started)
		return fail(ret, -ENOMEM, "mmap", NULL);
	/* The port stands at the same place in both families. */
	port = ntohs(((const struct sockaddr_in *)&place->server)->sin_port);
	snprintf(run.port, sizeof(run.port), "%u", port ? port : PORT_FIRST + number++ % PORT_COUNT);
	name_address(&place->client, run.client, sizeof(run.client));
	name_address(&place->server, run.server, sizeof(run.server));
	if (load->serve) {
		server = start(&run, load->serve, false, server_rules);
		r = server < 0 ? server : wait_listening(&run, server);
	}
	if (r == 0) {
		r = run_client(&run, server, client_rules, ret);
	} else if (server > 0) {
		struct rusage usage;

		end_server(server, &usage);
		if (run.started[1].error)
			fail(ret, -run.started[1].error, run.started[1].what, NULL);
		else
			fail(ret, r, load->serve, r == -ETIMEDOUT ? N_("the server does not listen on {port}") : N_("the server has ended before its time"));
		r = -ret->error;
	} else {
		fail(ret, r, "fork", NULL);
	}
	trial_unshare(run.started, 2 * sizeof(struct started));
	return r;
}
