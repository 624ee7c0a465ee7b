/* SPDX-License-Identifier: MIT */
/* One way to the sockets of the machine, whichever engine finds and reads them. */

#include "sockets.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "change.h"
#include "defaults.h"
#include "engine.h"
#include "records.h"

const char *live_engine_name(enum live_engine engine)
{
	return engine == LIVE_ENGINE_BPF ? "bpf" : engine == LIVE_ENGINE_PIDFD ? "pidfd" :
										 "auto";
}

/** Do the processes that the selector names exist? */
static void judge_pids(const struct selector *selector, struct live_report *report)
{
	pid_t pids[64];
	size_t n = selector ? selector_pids(selector, pids, 64) : 0;

	for (size_t i = 0; i < n; i++)
		if (kill(pids[i], 0) < 0 && errno == ESRCH)
			report->pid_gone = true;
}

int live_each(const struct live_request *request, int (*each)(void *arg, struct live_socket *socket), void *arg,
	      struct live_report *ret_report)
{
	int r;

	*ret_report = (struct live_report){ .engine = LIVE_ENGINE_BPF };
	judge_pids(request->selector, ret_report);
	if (request->engine != LIVE_ENGINE_PIDFD) {
		r = engine_bpf_each(request, each, arg, ret_report);
		if (r != -EOPNOTSUPP || request->engine == LIVE_ENGINE_BPF)
			return r;
	}
	ret_report->engine = LIVE_ENGINE_PIDFD;
	return engine_pidfd_each(request, each, arg, ret_report);
}

int live_descriptor(struct live_socket *socket)
{
	int r;

	if (socket->fd >= 0)
		return socket->fd;
	if (!socket->borrower || socket->error)
		return socket->error ? -socket->error : -ESTALE;
	r = change_borrow(socket->borrower, socket->facts.holders, socket->facts.n_holders, socket->facts.cookie,
			  &socket->fd);
	if (r == 0)
		return socket->fd;
	if (r != -EMFILE && r != -ENFILE)
		socket->error = -r;
	return r;
}

bool live_is_readable(const struct live_socket *socket)
{
	return socket->fd >= 0 || socket->record;
}

bool live_is_held(const struct live_socket *socket)
{
	return socket->fd >= 0 || (socket->record && socket->facts.n_holders);
}

/** Does ENOPROTOOPT mean that the kernel was built without it? Of TLS a socket without it gives the same. */
static bool tells_of_the_kernel(const struct sockopt_option *option)
{
	for (size_t i = 0; i < option->n_refused; i++)
		if (option->refused[i].error == ENOPROTOOPT && option->refused[i].access == SOCKOPT_GET)
			return false;
	return option->config[0];
}

int live_peek(struct live_socket *socket, const struct sockopt_option *option, void *scratch, size_t size,
	      const void **ret_bytes, size_t *ret_length)
{
	const struct sockopt_value *fresh;
	bool may_lack = socket->record && socket->defaults && tells_of_the_kernel(option);
	int fd, r;

	if (socket->record) {
		switch (record_answer(socket->record, option, ret_bytes, ret_length)) {
		case RECORD_VALUE: return 0;
		case RECORD_ERROR: return -record_error(option, socket->facts.kind.family);
		case RECORD_AS_FRESH:
			fresh = socket->defaults ? defaults_asked(socket->defaults, socket, option) : NULL;
			if (!fresh)
				break;
			*ret_bytes = fresh->bytes;
			*ret_length = fresh->length;
			return 0;
		case RECORD_ASK: break;
		}
	}
	/* What this kernel was built without need not be asked of every socket. */
	if (may_lack && defaults_is_missing(socket->defaults, socket, option))
		return -ENOPROTOOPT;
	fd = live_descriptor(socket);
	if (fd < 0)
		return fd;
	*ret_bytes = scratch;
	r = sockopt_get_bytes(fd, option, scratch, size, ret_length);
	if (may_lack && r == -ENOPROTOOPT)
		defaults_found_missing(socket->defaults, socket, option);
	return r;
}

int live_read(struct live_socket *socket, const struct sockopt_option *option, void *ret, size_t size,
	      size_t *ret_length)
{
	const void *bytes;
	size_t length;
	int r = live_peek(socket, option, ret, size, &bytes, &length);

	if (r < 0)
		return r;
	if (length > size)
		return -EMSGSIZE;
	if (bytes != ret)
		memcpy(ret, bytes, length);
	*ret_length = length;
	return 0;
}

int live_get(struct live_socket *socket, const struct sockopt_option *option, struct sockopt_value *ret)
{
	struct sockopt_value value;
	size_t length;
	int r = live_read(socket, option, value.bytes, sizeof(value.bytes), &length);

	if (r < 0)
		return r;
	memcpy(ret->bytes, value.bytes, length);
	ret->length = (socklen_t)length;
	return 0;
}

int engine_get(void *context, const struct sockopt_option *option, struct sockopt_value *ret)
{
	if (option->read_effect.kind != SOCKOPT_READ_HARMLESS)
		return -EOPNOTSUPP; /* a condition must not change what it looks at */
	return live_get(context, option, ret);
}
