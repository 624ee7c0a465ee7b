/* SPDX-License-Identifier: MIT */
/* One run of a built-in load. */

#include "trial-server.h"

#include <errno.h>
#include <math.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <arena-peer.h>
#include <tidy.h>

#include "remote.h"
#define READY_MS 30000
#define PATIENCE_NS INT64_C(20000000000) /* beyond the time it should take */
#define LATE_NS 200000000
#define BUSY 0.95
#define KEPT_UP 0.95 /* of the rate that was asked for */
#define NS_PER_S 1e9

void *trial_share(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

void trial_unshare(void *memory, size_t size)
{
	munmap(memory, size);
}

int trial_settle(pid_t parent, int host)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return -errno;
	/* It may have died before that was said. */
	if (getppid() != parent)
		return -ESRCH;
	return host >= 0 ? arena_move(host) : 0;
}

/** An end as who started it sees it. */
struct process {
	pid_t pid;
	int control;
};

struct run {
	const struct trial_load *load;
	const struct trial_place *place;
	struct load_board *board;
	struct process client, server;
};

/** The child's whole life. */
_Noreturn static void be_end(struct run *run, bool is_client, const struct rules *rules, pid_t parent, int control)
{
	const struct sockopt_kind kind = {
		run->place->server.ss_family,
		run->load->spec.kind == LOAD_UDP ? SOCK_DGRAM : SOCK_STREAM,
		run->load->spec.kind == LOAD_UDP ? IPPROTO_UDP : IPPROTO_TCP,
	};
	struct load_end end = {
		.spec = &run->load->spec,
		.board = run->board,
		.result = is_client ? &run->board->client : &run->board->server,
		.address = run->place->server,
		.control = control,
	};
	static struct plan plan;
	int r = trial_settle(parent, is_client ? run->place->client_host : run->place->server_host);

	if (rules)
		plan_make(rules, &kind, &plan);
	end.plan = &plan;
	/* The port stands at the same place in both families. */
	if (is_client)
		((struct sockaddr_in *)&end.address)->sin_port = htons(run->board->port);
	if (r < 0)
		load_fail(&end, -r, "setns");
	else
		r = is_client ? load_client(&end) : load_server(&end);
	_exit(r < 0);
}

static int start(struct run *run, bool is_client, const struct rules *rules, struct process *ret)
{
	pid_t parent = getpid();
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	ret->pid = fork();
	if (ret->pid == 0) {
		close(pair[0]);
		/* The server must see that we close its control. */
		if (is_client)
			close(run->server.control);
		be_end(run, is_client, rules, parent, pair[1]);
	}
	close(pair[1]);
	ret->control = pair[0];
	return ret->pid < 0 ? -errno : 0;
}

/** Waits for a byte. @return 0; -EPIPE: it has ended; -ETIMEDOUT */
static int wait_ready(const struct process *process)
{
	struct pollfd poll_fd = { .fd = process->control, .events = POLLIN };
	char byte;
	int n;

	do
		n = poll(&poll_fd, 1, READY_MS);
	while (n < 0 && errno == EINTR);
	if (n == 0)
		return -ETIMEDOUT;
	return n > 0 && read(process->control, &byte, 1) == 1 ? 0 : -EPIPE;
}

/** Waits until it has ended, or for so long; then ends it. */
static void wait_end(struct process *process, int64_t most_ns)
{
	int64_t until_ns = counts_now_ns() + most_ns;
	struct pollfd poll_fd = { .fd = process->control, .events = POLLIN };
	int n = 1;

	if (process->pid <= 0)
		return;
	/* Its end of the pair closes with it. */
	while (n != 0 && !(poll_fd.revents & POLLHUP)) {
		int64_t left_ms = (until_ns - counts_now_ns()) / 1000000;
		char byte;

		n = left_ms > 0 ? poll(&poll_fd, 1, (int)left_ms) : 0;
		if (n > 0 && !(poll_fd.revents & POLLHUP) && read(process->control, &byte, 1) < 0)
			break;
	}
	/* One that cannot be ended ends with us. */
	if (n != 0 || kill(process->pid, SIGKILL) == 0)
		while (waitpid(process->pid, NULL, 0) < 0 && errno == EINTR)
			;
	process->pid = 0;
}

static void sleep_ns(int64_t ns)
{
	struct timespec rest = { .tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000 };

	while (nanosleep(&rest, &rest) < 0 && errno == EINTR)
		;
}

/** @return 0 or -errno; then the board has its port */
static int start_server(struct run *run, const struct rules *rules)
{
	int r;

	if (run->place->remote) {
		r = remote_start(run->place->remote, &run->load->spec, run->place->server.ss_family, rules, run->board);
		if (r < 0)
			return r;
		run->board->port = (uint16_t)r;
		return 0;
	}
	r = start(run, false, rules, &run->server);
	return r < 0 ? r : wait_ready(&run->server);
}

static void end_server(struct run *run)
{
	/* One that has failed has nothing to tell any more. */
	if (run->place->remote && !run->board->server.error)
		remote_end(run->place->remote, run->board);
	if (run->server.control >= 0)
		shutdown(run->server.control, SHUT_WR);
	wait_end(&run->server, PATIENCE_NS / 10);
}

/** From so long after now on it is measured. */
static void set_times(struct load_board *board, int64_t warm_up_ns, int64_t run_ns)
{
	int64_t begin_ns = counts_now_ns() + warm_up_ns + 1;

	board->end_ns = begin_ns + run_ns;
	__atomic_store_n(&board->begin_ns, begin_ns, __ATOMIC_RELEASE);
}

static int play(struct run *run, const struct rules *client_rules, const struct rules *server_rules)
{
	const struct trial_load *load = run->load;
	char byte = 1;
	int r = start_server(run, server_rules);

	if (r == 0)
		r = start(run, true, client_rules, &run->client);
	if (r == 0)
		r = wait_ready(&run->client);
	if (r < 0)
		return r;
	set_times(run->board, load->warm_up_ns, load->run_ns);
	if (run->place->remote)
		r = remote_go(run->place->remote, load->warm_up_ns, load->run_ns);
	if (r < 0)
		return r;
	if (send(run->client.control, &byte, 1, MSG_NOSIGNAL) != 1)
		return -EPIPE;
	wait_end(&run->client, load->warm_up_ns + load->run_ns + PATIENCE_NS);
	if (load->spec.kind == LOAD_UDP)
		sleep_ns(load->path_ns + LATE_NS);
	return 0;
}

/* ---- what came of it ---- */

static double seconds(const struct load_result *result)
{
	return (double)(result->end_ns - result->begin_ns) / NS_PER_S;
}

static bool is_busy(const struct load_result *result)
{
	return (double)(result->ran_ns + result->waited_ns) > BUSY * (double)(result->end_ns - result->begin_ns);
}

static double ratio(double number, double of)
{
	return of > 0 ? number / of : NAN;
}

static void evaluate(const struct run *run, struct trial_result *ret)
{
	const struct load_result *client = &run->board->client, *server = &run->board->server;
	const struct latency *latency = run->load->spec.kind == LOAD_UDP ? &server->latency : &client->latency;
	double work = (double)client->done, *values = ret->values;
	bool one_host = !run->place->remote && run->place->client_host == run->place->server_host;

	if (run->load->spec.kind == LOAD_BULK)
		work = (double)server->bytes / (1 << 20);
	values[METRIC_THROUGHPUT] = ratio((double)server->bytes * 8,
					  seconds(run->load->spec.kind == LOAD_UDP ? client : server));
	values[METRIC_TRANSACTIONS] = values[METRIC_CONNECTIONS] = ratio((double)client->done, seconds(client));
	values[METRIC_P50] = latency_quantile(latency, 0.5) / 1e3;
	values[METRIC_P99] = latency_quantile(latency, 0.99) / 1e3;
	values[METRIC_P999] = latency_quantile(latency, 0.999) / 1e3;
	values[METRIC_CPU] = ratio((double)(client->ran_ns + server->ran_ns) / 1e3, work);
	/* Both see the same counter if they are on one host. */
	values[METRIC_RETRANSMITS] = (double)(client->retransmits + (one_host ? 0 : server->retransmits));
	values[METRIC_MEMORY] = (double)(client->memory_most + server->memory_most);
	values[METRIC_LOSS] = 100 - 100 * ratio((double)server->done, (double)client->done);
	/* The clocks of two machines do not tell how long the way from one to the other took. */
	if (run->place->remote && run->load->spec.kind == LOAD_UDP)
		values[METRIC_P50] = values[METRIC_P99] = values[METRIC_P999] = NAN;
	ret->window = client->window;
	ret->is_limited = is_busy(client) || is_busy(server);
	if (run->load->spec.kind == LOAD_UDP)
		ret->is_limited |= work * run->load->spec.request * 8 <
				   KEPT_UP * (double)run->load->spec.rate * seconds(client);
}

/** Who failed, and at what; an end that says nothing was killed, or never got ready. */
static int judge(const struct run *run, int r, struct trial_result *ret)
{
	const struct load_result *server = &run->board->server, *client = &run->board->client;
	/* A server that failed makes its client fail, seldom the other way round. */
	const struct load_result *failed = server->error ? server : client;

	if (failed->error) {
		ret->error = failed->error;
		memcpy(ret->what, failed->what, sizeof(ret->what));
	} else if (r < 0 || client->end_ns == 0 || server->end_ns == 0) {
		ret->error = r < 0 ? -r : ETIMEDOUT;
		snprintf(ret->what, sizeof(ret->what), "%s", client->end_ns == 0 ? "client" : "server");
	} else if (run->load->spec.kind == LOAD_BULK && server->end_ns - server->begin_ns < run->load->run_ns / 2) {
		/* It did not get the processor in time: how much came is not known. */
		ret->error = ETIME;
		snprintf(ret->what, sizeof(ret->what), "server");
	}
	return -ret->error;
}

int trial_run(const struct trial_load *load, const struct trial_place *place, const struct rules *client_rules,
	      const struct rules *server_rules, struct trial_result *ret)
{
	struct run run = {
		.load = load,
		.place = place,
		.board = trial_share(sizeof(struct load_board)),
		.client = { 0, -1 },
		.server = { 0, -1 },
	};
	int r;

	*ret = (struct trial_result){ 0 };
	for (unsigned int m = 0; m < METRIC_COUNT; m++)
		ret->values[m] = NAN;
	if (!run.board)
		return -(ret->error = ENOMEM);
	r = play(&run, client_rules, server_rules);
	if (r < 0 && run.client.pid > 0)
		kill(run.client.pid, SIGKILL);
	wait_end(&run.client, PATIENCE_NS);
	end_server(&run);
	tidy_close(&run.client.control);
	tidy_close(&run.server.control);
	r = judge(&run, r, ret);
	if (r == 0)
		evaluate(&run, ret);
	trial_unshare(run.board, sizeof(struct load_board));
	return r;
}

/* ---- the server alone ---- */

int trial_server_start(const struct load_spec *spec, int family, const struct rules *rules, struct trial_server *ret)
{
	struct run run = { .load = &ret->load, .place = &ret->place, .server = { 0, -1 }, .client = { 0, -1 } };
	int r;

	*ret = (struct trial_server){
		.board = trial_share(sizeof(struct load_board)),
		.load = { .spec = *spec },
		.place = { .client_host = -1, .server_host = -1, .server.ss_family = (sa_family_t)family },
		.control = -1,
	};
	if (!ret->board)
		return -ENOMEM;
	run.board = ret->board;
	r = start(&run, false, rules, &run.server);
	ret->pid = run.server.pid;
	ret->control = run.server.control;
	return r < 0 ? r : wait_ready(&run.server);
}

void trial_server_go(struct trial_server *server, int64_t warm_up_ns, int64_t run_ns)
{
	set_times(server->board, warm_up_ns, run_ns);
}

void trial_server_stop(struct trial_server *server)
{
	struct process process = { server->pid, server->control };

	/* Its time began when it heard of it. */
	if (server->board && server->pid > 0 && server->board->end_ns > counts_now_ns())
		sleep_ns(server->board->end_ns - counts_now_ns());
	if (process.control >= 0)
		shutdown(process.control, SHUT_WR);
	wait_end(&process, PATIENCE_NS / 10);
	server->pid = 0;
}

void trial_server_end(struct trial_server *server)
{
	trial_server_stop(server);
	tidy_close(&server->control);
	server->control = -1;
	if (server->board)
		trial_unshare(server->board, sizeof(struct load_board));
	server->board = NULL;
}
