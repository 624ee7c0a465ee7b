/* SPDX-License-Identifier: MIT */
/* The server of a built-in load on another machine: our side. */

#include "remote.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define LINE_MAX_BYTES 1024
#define RUN_MAX_NS (1ULL << 60) /* some decades */
#define NUMBERS 7

static _Noreturn void become(char *const *arguments, int end)
{
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	signal(SIGPIPE, SIG_DFL);
	if (dup2(end, STDIN_FILENO) >= 0 && dup2(end, STDOUT_FILENO) >= 0)
		execvp(arguments[0], arguments);
	_exit(127);
}

int remote_open(char *const *arguments, struct remote *ret)
{
	int pair[2], copy;

	*ret = (struct remote){ .pid = -1 };
	/* One that ends too soon is told of as any other failure. */
	signal(SIGPIPE, SIG_IGN);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	ret->pid = fork();
	if (ret->pid == 0)
		become(arguments, pair[1]);
	close(pair[1]);
	copy = fcntl(pair[0], F_DUPFD_CLOEXEC, 0);
	ret->to = fdopen(pair[0], "w");
	ret->from = copy < 0 ? NULL : fdopen(copy, "r");
	if (ret->pid > 0 && ret->to && ret->from)
		return 0;
	remote_close(ret);
	return -ENOMEM;
}

void remote_close(struct remote *remote)
{
	if (remote->to)
		fclose(remote->to);
	if (remote->from)
		fclose(remote->from);
	if (remote->pid > 0) {
		kill(remote->pid, SIGTERM);
		waitpid(remote->pid, NULL, 0);
	}
	*remote = (struct remote){ .pid = -1 };
}

static int fail(struct load_board *board, int error, const char *what)
{
	board->server.error = error;
	snprintf(board->server.what, sizeof(board->server.what), "%.*s", LOAD_WHAT_MAX - 1, what);
	return -error;
}

/** Reads an answer that begins with this word. @return 0 and what follows it, or -errno, noted */
static int read_answer(struct remote *remote, const char *word, char *line, const char **ret, struct load_board *board)
{
	size_t length = strlen(word);
	char *rest;
	long error;

	if (fflush(remote->to) != 0 || !fgets(line, LINE_MAX_BYTES, remote->from))
		return fail(board, ECONNRESET, "ssh");
	line[strcspn(line, "\n")] = '\0';
	if (strncmp(line, word, length) == 0 && line[length] == ' ') {
		*ret = line + length + 1;
		return 0;
	}
	if (strncmp(line, "error ", 6) != 0)
		return fail(board, EPROTO, line);
	error = strtol(line + 6, &rest, 10);
	return fail(board, error > 0 && error < 4096 ? (int)error : EPROTO, *rest ? rest + 1 : "server");
}

int remote_start(struct remote *remote, const struct load_spec *spec, int family, const struct rules *rules,
		 struct load_board *board)
{
	char line[LINE_MAX_BYTES] = "", text[LOAD_SPEC_TEXT_MAX];
	const char *answer = line;
	long port;
	int r;

	fprintf(remote->to, "load %s\n", load_spec_format(spec, text, sizeof(text)));
	for (size_t i = 0; rules && i < rules->n; i++)
		for (size_t k = 0; k < rules->list[i]->n_actions; k++)
			fprintf(remote->to, "option %s\n", rules->list[i]->actions[k]->text);
	fprintf(remote->to, "start %s\n", family == AF_INET6 ? "inet6" : "inet");
	r = read_answer(remote, "port", line, &answer, board);
	if (r < 0)
		return r;
	port = strtol(answer, NULL, 10);
	return port > 0 && port < 65536 ? (int)port : fail(board, EPROTO, line);
}

int remote_go(struct remote *remote, int64_t warm_up_ns, int64_t run_ns)
{
	fprintf(remote->to, "go %" PRId64 " %" PRId64 "\n", warm_up_ns, run_ns);
	return fflush(remote->to) == 0 ? 0 : -ECONNRESET;
}

int remote_end(struct remote *remote, struct load_board *board)
{
	uint64_t numbers[NUMBERS] = { 0 };
	char line[LINE_MAX_BYTES] = "";
	const char *answer = line;
	int r;

	fputs("end\n", remote->to);
	r = read_answer(remote, "result", line, &answer, board);
	if (r < 0)
		return r;
	for (size_t i = 0; i < NUMBERS; i++) {
		char *end;

		numbers[i] = strtoull(answer, &end, 10);
		if (end == answer)
			return fail(board, EPROTO, line);
		answer = end;
	}
	/* Its clock is not ours; and no run is that long. */
	if (numbers[0] == 0 || numbers[0] > RUN_MAX_NS)
		return fail(board, EPROTO, line);
	board->server.begin_ns = 1;
	board->server.end_ns = 1 + (int64_t)numbers[0];
	board->server.bytes = numbers[1];
	board->server.done = numbers[2];
	board->server.retransmits = numbers[3];
	board->server.memory_most = numbers[4];
	board->server.ran_ns = numbers[5];
	board->server.waited_ns = numbers[6];
	return 0;
}
