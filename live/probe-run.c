/* SPDX-License-Identifier: MIT */
/* Probes this kernel, in a child that may be ended by what it tries. */

#include "probe-run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "probe-board.h"
#include "tidy.h"

enum { LOOK_MS = 100,
       PATIENCE_S = 60, /* for one fact: an emulated machine is slow */
       ENDS_MAX = 500 };

static size_t claims_at(void)
{
	return (sizeof(struct probe_board) + 63) / 64 * 64;
}

static size_t remarks_at(void)
{
	return claims_at() + sockopt_count() * PROBE_N_GROUPS * sizeof(struct probe_claim);
}

static size_t cells_at(void)
{
	return remarks_at() + PROBE_REMARKS_MAX * sizeof(struct probe_remark);
}

static size_t board_size(void)
{
	return cells_at() + sockopt_count() * probe_n_kinds * sizeof(struct probe_cell);
}

static struct probe_board *board_new(const struct probe_request *request)
{
	char *memory = mmap(NULL, board_size(), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct probe_board *board = (struct probe_board *)(void *)memory;

	if (memory == MAP_FAILED)
		return NULL;
	board->result.claims = (void *)(memory + claims_at());
	board->result.remarks = (void *)(memory + remarks_at());
	if (!request->verify)
		board->result.cells = (void *)(memory + cells_at());
	if (board->result.cells)
		probe_measure_begin(&board->result);
	for (size_t i = 0; i < PROBE_KINDS_MAX; i++)
		board->result.sockets[i].error = PROBE_NOT_TRIED;
	return board;
}

void probe_free(struct probe_result *result)
{
	if (result)
		munmap(result, board_size());
}

/** A filter can end the thread that asks alone; the child's others would wait for ever. */
static bool is_thread_dead(pid_t child)
{
	char path[64], state = '?';

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)child);
	autofclose FILE *file = fopen(path, "re");
	return file && fscanf(file, "%*d (%*[^)]) %c", &state) == 1 && state == 'Z';
}

/** Of a clock that nobody sets. */
static time_t now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

/** Waits for the child's end, seen by the other end of its pipe. @return 0, PROBE_KILLED or PROBE_HUNG */
static int watch(const struct probe_request *request, const struct probe_board *board, pid_t child, int pipe_end)
{
	struct pollfd end = { .fd = pipe_end, .events = POLLIN };
	unsigned seen = board->ticks;
	time_t since = now_s();
	int outcome = PROBE_KILLED;

	while (poll(&end, 1, LOOK_MS) <= 0) {
		if (request->progress)
			request->progress(request->context, &board->result, board->option);
		if (seen != board->ticks) {
			seen = board->ticks;
			since = now_s();
		} else if (is_thread_dead(child)) {
			break;
		} else if (now_s() - since > PATIENCE_S) {
			outcome = PROBE_HUNG;
			break;
		}
	}
	(void)kill(child, board->finished ? 0 : SIGKILL);
	waitpid(child, NULL, 0);
	return board->finished ? 0 : outcome;
}

/** Writes down where a child ended, so that the next one goes on behind it. */
static void step_over(struct probe_board *board, int outcome)
{
	if (board->at < PROBE_AT_OPTIONS) {
		board->ended[board->at] = outcome;
		return;
	}
	if (board->result.cells)
		probe_measure_ended(&board->result, board->option, board->step, outcome);
	else
		probe_verify_ended(board, sockopt_at(board->option), board->step, outcome);
	board->step++;
}

/** @return 0 when a child came to its end, 1 when it was ended, or -errno */
static int run_child(const struct probe_request *request, struct probe_board *board)
{
	pid_t parent = getpid();
	pid_t child;
	int ends[2];
	int outcome;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	fflush(NULL);
	child = fork();
	if (child == 0) {
		close(ends[0]);
		probe_child(request, board, parent);
	}
	close(ends[1]);
	outcome = child < 0 ? -errno : watch(request, board, child, ends[0]);
	close(ends[0]);
	if (child < 0 || outcome == 0)
		return outcome;
	step_over(board, outcome);
	return 1;
}

int probe_run(const struct probe_request *request, struct probe_result **ret)
{
	struct probe_board *board = board_new(request);
	int r = 1;

	if (!board)
		return -ENOMEM;
	for (size_t i = 0; i < ENDS_MAX && r == 1; i++)
		r = run_child(request, board);
	if (r < 0) {
		probe_free(&board->result);
		return r;
	}
	if (request->progress)
		request->progress(request->context, &board->result, sockopt_count());
	*ret = &board->result;
	return 0;
}
