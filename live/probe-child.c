/* SPDX-License-Identifier: MIT */
/* The child that probes. */

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/capability.h>

#include "probe-board.h"
#include "probe-closer.h"
#include "probe-kinds.h"
#include "probe-report.h"
#include "probe-stage.h"
#include "probe-world.h"

/** Writes down what comes now. @return false: it was the end of a child before */
static bool may_try(struct probe_board *board, unsigned at)
{
	board->at = at;
	board->ticks++;
	return board->ended[at] == 0;
}

static bool is_of_the_machine(const char *sysctl)
{
	static const char *const folders[] = { "net.core.", "net.llc.", "net.tipc." };

	for (size_t i = 0; sysctl && i < sizeof(folders) / sizeof(folders[0]); i++)
		if (strncmp(sysctl, folders[i], strlen(folders[i])) == 0)
			return true;
	return false;
}

/** A sysctl that gives a default or a limit, and that namespaces do not have: all of the machine share it. */
static void remember(const struct sockopt_option *option)
{
	if (is_of_the_machine(option->limit.sysctl))
		world_remember(option->limit.sysctl);
	for (size_t i = 0; i < option->n_defaults; i++)
		if (is_of_the_machine(option->defaults[i].sysctl))
			world_remember(option->defaults[i].sysctl);
}

static uint64_t permitted(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };

	if (syscall(SYS_capget, &header, data) < 0)
		return 0;
	return (uint64_t)data[1].permitted << 32 | data[0].permitted;
}

/** The answer to a call with a descriptor that is none: 0 if it is the kernel's. */
static int answer(int r)
{
	return r == 0 || errno == EBADF ? 0 : errno;
}

static void look_around(struct probe_board *board)
{
	struct probe_world *world = &board->result.world;
	/* An emulator hands on what it knows, and knows this one if any. */
	const struct sockopt_option *first = sockopt_at(0);
	int level = first->level->number, number = first->number, zero = 0;
	socklen_t length = sizeof(zero);

	world->network_error = board->ended[PROBE_AT_NETWORK];
	if (may_try(board, PROBE_AT_NETWORK))
		world->network_error = -world_enter();
	world->own_network = world->network_error == 0;
	world->initial_user = world_is_initial();
	world->permitted = permitted();
	world->program_error = board->ended[PROBE_AT_PROGRAM];
	if (may_try(board, PROBE_AT_PROGRAM))
		world->program_error = -world_load_program();
	world->get_call = board->ended[PROBE_AT_GET];
	if (may_try(board, PROBE_AT_GET))
		world->get_call = answer(getsockopt(-1, level, number, &zero, &length));
	world->set_call = board->ended[PROBE_AT_SET];
	if (may_try(board, PROBE_AT_SET))
		world->set_call = answer(setsockopt(-1, level, number, &zero, length));
}

static void open_sockets(const struct probe_request *request, struct probe_board *board)
{
	for (size_t i = 0; i < probe_n_kinds; i++) {
		struct probe_socket *socket = &board->result.sockets[i];

		if (!request->kinds[i])
			kind_leave(i);
		else if (may_try(board, PROBE_AT_OPEN + (unsigned)i))
			kind_open(i, socket);
		else {
			kind_leave(i);
			*socket = (struct probe_socket){ .error = board->ended[PROBE_AT_OPEN + i] };
		}
	}
}

/** Does a wanted option apply to such sockets? */
static bool is_concerned(const struct probe_request *request, const struct sockopt_kind *kind)
{
	const struct sockopt_option *option;

	for (size_t i = 0; (option = sockopt_at(i)); i++)
		if (request->options[i] &&
		    (sockopt_applies(option, kind, SOCKOPT_GET) || sockopt_applies(option, kind, SOCKOPT_SET)))
			return true;
	return false;
}

/** Finds, once, the kinds that can listen but to which nothing connects. */
static void connect_sockets(const struct probe_request *request, struct probe_board *board)
{
	for (size_t i = 0; i < probe_n_kinds; i++) {
		struct probe_socket *socket = &board->result.sockets[i];

		if (!socket->open || !stage_possible(&kinds[i], SOCKOPT_SHUTDOWN) ||
		    !is_concerned(request, &kinds[i].of))
			continue;
		/* The first child waited for those that do not answer; the others need not. */
		if (board->connected)
			;
		else if (may_try(board, PROBE_AT_CONNECT + (unsigned)i))
			socket->deaf_error = stage_connects(&kinds[i]);
		else
			socket->deaf_error = board->ended[PROBE_AT_CONNECT + i];
		socket->deaf = kinds[i].deaf = socket->deaf_error != 0;
	}
	board->connected = true;
}

static void work(const struct probe_request *request, struct probe_board *board, pid_t parent)
{
	const struct sockopt_option *option;

	board->at = PROBE_AT_OPTIONS;
	while ((option = sockopt_at(board->option))) {
		size_t n_steps = request->verify ? PROBE_N_GROUPS : probe_measure_steps();
		bool goes_on = request->options[board->option];

		for (; goes_on && board->step < n_steps; board->step++) {
			if (getppid() != parent)
				return;
			board->ticks++;
			if (request->verify)
				goes_on = probe_verify_step(&board->result, option, board->step);
			else
				probe_measure_step(&board->result, board->option, board->step);
		}
		board->step = 0;
		board->option++;
	}
	board->finished = true;
}

void probe_child(const struct probe_request *request, struct probe_board *board, pid_t parent)
{
	struct rlimit files;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_IGN);
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
	for (size_t i = 0; i < sockopt_count(); i++)
		remember(sockopt_at(i));
	report_into(&board->result, &board->ticks);
	look_around(board);
	open_sockets(request, board);
	connect_sockets(request, board);
	closer_start();
	work(request, board, parent);
	closer_stop();
	_exit(0);
}
