/* SPDX-License-Identifier: MIT */
/* A throw-away socket, brought to a state. */

#include "probe-stage.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>
#include <linux/filter.h>
#include <linux/vm_sockets.h>

#include "probe-address.h"
#include "probe-l2tp.h"
#include "probe-xdp.h"

enum { PATIENCE_MS = 400 };

static bool is_internet(const struct kind *kind)
{
	return kind->of.family == AF_INET || kind->of.family == AF_INET6;
}

static bool has_listeners(const struct kind *kind)
{
	return kind_accepts(kind) && (address_states(kind) & SOCKOPT_LISTENING);
}

bool stage_possible(const struct kind *kind, unsigned state)
{
	switch (state) {
	case SOCKOPT_LISTENING:
		return has_listeners(kind) || kind_is_one_to_many(kind);
	case SOCKOPT_SHUTDOWN:
		return has_listeners(kind) && (address_states(kind) & SOCKOPT_CONNECTED) && !kind->deaf;
	case SOCKOPT_CONNECTING:
		return has_listeners(kind) && is_internet(kind);
	case SOCKOPT_CONNECTED:
		return (address_states(kind) & SOCKOPT_CONNECTED) && !kind->deaf;
	case SOCKOPT_BOUND:
		return address_states(kind) & SOCKOPT_BOUND;
	default:
		return true;
	}
}

const char *stage_word(unsigned state)
{
	switch (state) {
	case SOCKOPT_BOUND:
		return "bound";
	case SOCKOPT_LISTENING:
		return "listening";
	case SOCKOPT_CONNECTING:
		return "connecting";
	case SOCKOPT_CONNECTED:
		return "connected";
	case SOCKOPT_SHUTDOWN:
		return "shutdown";
	case SOCKOPT_UNCONNECTED:
		return "unconnected";
	default:
		return "unbound";
	}
}

static int bind_loopback(const struct kind *kind, int fd)
{
	struct sockaddr_storage address;
	socklen_t length = address_of(kind, &address);

	if (kind->of.family == AF_XDP)
		return xdp_bind(fd);
	if (kind->of.family == AF_VSOCK)
		((struct sockaddr_vm *)&address)->svm_cid = VMADDR_CID_ANY;
	return bind(fd, (struct sockaddr *)&address, length) < 0 ? -errno : 0;
}

int stage_listen(const struct kind *kind, int fd)
{
	int r = bind_loopback(kind, fd);

	if (r == 0 && listen(fd, 8) < 0)
		r = -errno;
	return r;
}

/** Connects to where another socket is bound. @return 0 or -errno; -EINPROGRESS is left to the caller */
static int connect_to(const struct kind *kind, int fd, int other)
{
	struct sockaddr_storage address;
	socklen_t length = sizeof(address);

	/* A radio would call somebody. */
	if (!(address_states(kind) & SOCKOPT_CONNECTED))
		return -EHOSTUNREACH;
	if (getsockname(other, (struct sockaddr *)&address, &length) < 0)
		return -errno;
	if (kind->of.family == AF_VSOCK)
		((struct sockaddr_vm *)&address)->svm_cid = VMADDR_CID_LOCAL;
	return connect(fd, (struct sockaddr *)&address, length) < 0 ? -errno : 0;
}

static int await(int fd, short events)
{
	struct pollfd wanted = { .fd = fd, .events = events };
	int error = 0;
	socklen_t length = sizeof(error);

	if (poll(&wanted, 1, PATIENCE_MS) != 1)
		return -ETIMEDOUT;
	if (events == POLLOUT && getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) == 0)
		return -error;
	return 0;
}

static bool is_in_repair(int fd)
{
	int on = 0;
	socklen_t length = sizeof(on);

	return getsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &on, &length) == 0 && on == 1;
}

/** Connects fd to a listener; ret_accepted: -1 if nothing came, which a prepared socket may want (TCP_REPAIR). */
static int connect_and_accept(const struct kind *kind, int fd, int listener, int *ret_accepted)
{
	/* With TIPC it is accept(2) that answers a request. */
	bool early = kind->of.family == AF_TIPC;
	int r = connect_to(kind, fd, listener);

	*ret_accepted = -1;
	if (r == -EINPROGRESS)
		r = early ? 0 : await(fd, POLLOUT);
	if (r < 0)
		return r;
	if (is_in_repair(fd))
		return 0; /* connected by its own word: nothing was sent */
	/* One byte, for listeners that wait for data (TCP_DEFER_ACCEPT). */
	if (!early)
		(void)!send(fd, "", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
	r = await(listener, POLLIN);
	if (r < 0)
		return r;
	*ret_accepted = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (*ret_accepted < 0)
		return -errno;
	return early ? await(fd, POLLOUT) : 0;
}

int stage_accept(const struct kind *kind, int listener, int *ret_client, int *ret_accepted)
{
	int client = kind_socket(kind);
	int r;

	if (client < 0)
		return -errno;
	r = connect_and_accept(kind, client, listener, ret_accepted);
	if (r < 0)
		close(client);
	else
		*ret_client = client;
	return r;
}

static int open_other(const struct kind *kind, struct stage *stage, size_t index)
{
	stage->others[index] = kind_socket(kind);
	return stage->others[index] < 0 ? -errno : 0;
}

static int connect_stream(const struct kind *kind, struct stage *stage)
{
	int r = open_other(kind, stage, 0);

	if (r == 0)
		r = stage_listen(kind, stage->others[0]);
	if (r == 0)
		r = connect_and_accept(kind, stage->fd, stage->others[0], &stage->others[1]);
	return r;
}

/** A SYN that a listener's filter drops leaves the socket connecting. */
static int connect_in_vain(const struct kind *kind, struct stage *stage)
{
	struct sock_filter drop = { .code = BPF_RET | BPF_K, .k = 0 };
	struct sock_fprog program = { .len = 1, .filter = &drop };
	struct kind plain = *kind;
	int r;

	if (plain.of.protocol == IPPROTO_MPTCP)
		plain.of.protocol = IPPROTO_TCP;
	r = open_other(&plain, stage, 0);
	if (r == 0)
		r = stage_listen(&plain, stage->others[0]);
	if (r == 0 && setsockopt(stage->others[0], SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) < 0)
		r = -errno;
	if (r == 0)
		r = connect_to(kind, stage->fd, stage->others[0]);
	return r == -EINPROGRESS ? 0 : r == 0 ? -EISCONN :
						r;
}

static int connect_datagram(const struct kind *kind, struct stage *stage)
{
	struct sockaddr_storage address;
	socklen_t length = address_of(kind, &address);
	int r;

	if (kind->of.family == AF_UNIX) {
		r = open_other(kind, stage, 0);
		if (r == 0)
			r = bind_loopback(kind, stage->others[0]);
		return r == 0 ? connect_to(kind, stage->fd, stage->others[0]) : r;
	}
	if (kind->of.family == AF_INET)
		((struct sockaddr_in *)&address)->sin_port = htons(9);
	else if (kind->of.family == AF_INET6)
		((struct sockaddr_in6 *)&address)->sin6_port = htons(9);
	return connect(stage->fd, (struct sockaddr *)&address, length) < 0 ? -errno : 0;
}

/** Both ends of an association of one-to-many sockets: nothing is accepted. */
static int connect_one_of_many(const struct kind *kind, struct stage *stage)
{
	int r = open_other(kind, stage, 0);

	if (r == 0)
		r = stage_listen(kind, stage->others[0]);
	if (r == 0)
		r = connect_to(kind, stage->fd, stage->others[0]);
	return r == -EINPROGRESS ? await(stage->fd, POLLOUT) : r;
}

static int reach(const struct kind *kind, unsigned state, struct stage *stage)
{
	int r;

	switch (state) {
	case SOCKOPT_BOUND:
		return bind_loopback(kind, stage->fd);
	case SOCKOPT_LISTENING:
		return stage_listen(kind, stage->fd);
	case SOCKOPT_CONNECTING:
		return connect_in_vain(kind, stage);
	case SOCKOPT_CONNECTED:
		if (kind_is_one_to_many(kind))
			return connect_one_of_many(kind, stage);
		if (kind->of.family == AF_PPPOX)
			return l2tp_connect(stage->fd, stage->others);
		return has_listeners(kind) ? connect_stream(kind, stage) : connect_datagram(kind, stage);
	case SOCKOPT_SHUTDOWN:
		r = connect_stream(kind, stage);
		return r == 0 && shutdown(stage->fd, SHUT_RDWR) < 0 ? -errno : r;
	default:
		return 0;
	}
}

int stage_refuses(const struct sockopt_option *option, const struct kind *kind, enum sockopt_access access,
		  unsigned state)
{
	if (state == 0)
		state = SOCKOPT_UNBOUND;
	if (state == SOCKOPT_UNBOUND || state == SOCKOPT_BOUND)
		state |= SOCKOPT_UNCONNECTED;
	for (size_t i = 0; i < option->n_refused; i++) {
		const struct sockopt_refusal *row = &option->refused[i];

		if (row->access == access && (row->states & state) && sockopt_where_fits(&row->where, &kind->of))
			return row->error;
	}
	return 0;
}

/** Is an address in the example one that such a socket takes? Those of a level are of its family. */
static bool example_fits(const struct kind *kind, const struct sockopt_option *option)
{
	struct sockopt_value example;
	int family = option->level->number == IPPROTO_IP   ? AF_INET :
		     option->level->number == IPPROTO_IPV6 ? AF_INET6 :
							     kind->of.family;

	if (!(option->access & SOCKOPT_SET) || sockopt_parse(option, option->example, &example, NULL) < 0)
		return true;
	for (size_t i = 0; i < option->type->n_fields; i++) {
		const struct sockopt_field *field = &option->type->fields[i];
		sa_family_t found;

		if (field->scalar != SOCKOPT_SOCKADDR && field->scalar != SOCKOPT_SOCKADDRS)
			continue;
		memcpy(&found, example.bytes + field->offset, sizeof(found));
		if (found != family && found != AF_UNSPEC)
			return false;
	}
	return true;
}

/** Before the state is reached or after: what a fresh socket refuses (TCP_ULP) waits for its state. */
enum when { BEFORE,
	    AFTER };

static int prepare(const struct kind *kind, const struct sockopt_option *option, enum when when, struct stage *stage)
{
	for (const char *const *text = option->prepare; *text; text++) {
		struct sockopt_assignment assignment;
		const struct sockopt_option *twin;
		int r = sockopt_parse_assignment(*text, &assignment, NULL, NULL);

		stage->problem = *text;
		if (r < 0)
			return r;
		twin = sockopt_twin_for(assignment.option, &kind->of, SOCKOPT_SET);
		if (!twin || (stage_refuses(twin, kind, SOCKOPT_SET, 0) != 0) != (when == AFTER))
			continue;
		r = twin == assignment.option ? 0 :
						sockopt_parse(twin, strchr(*text, '=') + 1, &assignment.value, NULL);
		if (r == 0)
			r = sockopt_set(stage->fd, twin, &assignment.value);
		if (r < 0)
			return r;
	}
	return 0;
}

int stage_begin(const struct kind *kind, const struct sockopt_option *option, enum stage_manner manner,
		unsigned state, struct stage *ret)
{
	int r;

	*ret = (struct stage){
		.kind = kind,
		.others = { -1, -1, -1 },
		.problem = "socket",
	};
	ret->fd = kind_socket(kind);
	r = ret->fd < 0 ? -errno : 0;
	if (r == 0 && !example_fits(kind, option)) {
		ret->problem = N_("{socket}: the example is an address of another family");
		r = -EAFNOSUPPORT;
	}
	if (r == 0 && manner == STAGE_PREPARED)
		r = prepare(kind, option, BEFORE, ret);
	if (r == 0) {
		ret->problem = stage_word(state);
		r = reach(kind, state, ret);
	}
	if (r == 0 && manner == STAGE_PREPARED) {
		r = prepare(kind, option, AFTER, ret);
		ret->lacks = r == -ENOENT && *option->config;
	}
	ret->error = -r;
	return r;
}

int stage_for_example(const struct kind *kind, const struct sockopt_option *option, struct stage *ret)
{
	if (!*option->prepare && stage_refuses(option, kind, SOCKOPT_SET, option->example_state)) {
		*ret = (struct stage){ .fd = -1, .kind = kind, .others = { -1, -1, -1 }, .error = ECANCELED };
		ret->problem = N_("{socket}: refused in that state, as the states show");
		return -ECANCELED;
	}
	return stage_begin(kind, option, STAGE_PREPARED, option->example_state, ret);
}

void stage_cannot(struct report *report, const struct stage *stage)
{
	struct probe_words words = {
		.text = stage->problem,
		.socket = stage->kind->name,
		.found = report_errno(stage->error),
	};

	/* These two are the probe's own. */
	if (stage->error == ECANCELED || stage->error == EAFNOSUPPORT) {
		report_absent(report, &words);
		return;
	}
	words.text = N_("{socket} cannot be made ready: {value}: {found}");
	words.value = stage->problem;
	(stage->lacks ? report_absent : report_cannot)(report, &words);
}

void stage_cannot_set(struct report *report, const struct stage *stage, int error)
{
	if (stage->error)
		stage_cannot(report, stage);
	else
		report_cannot(report, &(struct probe_words){ .text = N_("{socket}: {call} gives {found}"),
							     .socket = stage->kind->name,
							     .call = "set",
							     .found = report_errno(error) });
}

int stage_connects(const struct kind *kind)
{
	struct stage stage;
	int r = stage_begin(kind, sockopt_at(0), STAGE_BARE, SOCKOPT_CONNECTED, &stage); /* the option is not set */

	stage_end(&stage);
	return -r;
}

void stage_end(struct stage *stage)
{
	if (stage->fd >= 0)
		kind_close(stage->kind, stage->fd);
	for (size_t i = 0; i < sizeof(stage->others) / sizeof(stage->others[0]); i++)
		if (stage->others[i] >= 0)
			close(stage->others[i]);
}
