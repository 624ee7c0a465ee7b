/* SPDX-License-Identifier: MIT */
/* What a fresh socket has. */

#include "defaults.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "failure.h"
#include "namespaces.h"

/** The values of one kind of socket in one namespace, an option each, read when first asked for. */
struct kind_defaults {
	struct sockopt_kind kind;
	uint64_t netns;
	int fresh;      /* a socket of this kind, kept open; -1: none can be had */
	uint64_t inode; /* of it */
	struct sockopt_value **values;
	int16_t *asked;   /* 0: not yet; 1: it was; else the errno, negative */
	uint8_t *missing; /* MISSING_IN of the last socket that had not an option; 0: none */
	struct kind_defaults *next;
};

/** The states of a socket as a number that is never 0. */
#define MISSING_IN(socket) (uint8_t)(facts_catalog_states(&(socket)->facts) | 0x80)

struct defaults {
	struct kind_defaults *kinds;
	struct kind_defaults *last; /* that was asked for: most sockets in a row are alike */
	uint64_t own_netns;
	int error; /* of the machine, positive (we ran out of descriptors): defaults are missing */
};

int defaults_error(const struct defaults *defaults)
{
	return defaults->error;
}

struct defaults *defaults_new(void)
{
	struct defaults *defaults = calloc(1, sizeof(*defaults));
	struct stat status;

	if (defaults && stat("/proc/self/ns/net", &status) == 0)
		defaults->own_netns = status.st_ino;
	return defaults;
}

void defaults_free(struct defaults *defaults)
{
	struct kind_defaults *next;

	if (!defaults)
		return;
	for (struct kind_defaults *kind = defaults->kinds; kind; kind = next) {
		next = kind->next;
		if (kind->fresh >= 0)
			close(kind->fresh);
		for (size_t i = 0; kind->values && i < sockopt_count(); i++)
			free(kind->values[i]);
		free(kind->values);
		free(kind->asked);
		free(kind->missing);
		free(kind);
	}
	free(defaults);
}

static int open_fresh(const struct sockopt_kind *kind)
{
	/* RxRPC is made over UDP of IPv4 or IPv6, and tells neither afterwards. */
	if (kind->family == AF_RXRPC)
		return socket(AF_RXRPC, kind->type | SOCK_CLOEXEC, AF_INET);
	return socket(kind->family, kind->type | SOCK_CLOEXEC, kind->protocol);
}

/** A fresh socket in the namespace of a holder: the thread enters it and comes back. */
static int open_fresh_in(pid_t pid, const struct sockopt_kind *kind)
{
	int back, fresh, error;
	int r = namespaces_enter(pid, &back);

	if (r < 0) {
		errno = -r;
		return -1;
	}
	fresh = open_fresh(kind);
	error = errno;
	namespaces_leave(back);
	errno = error;
	return fresh;
}

static uint64_t netns_of_process(pid_t pid)
{
	char path[64];
	struct stat status;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)pid);
	return stat(path, &status) == 0 ? status.st_ino : 0;
}

static int find_fresh(const struct defaults *defaults, const struct live_socket *socket)
{
	const struct facts *facts = &socket->facts;

	/* One that nobody holds is met while the thread is in its namespace. */
	if (facts->netns == 0 || facts->netns == defaults->own_netns ||
	    (facts->n_holders == 0 && facts->netns == namespaces_own()))
		return open_fresh(&facts->kind);
	for (size_t i = 0; i < facts->n_holders; i++)
		if (netns_of_process(facts->holders[i].pid) == facts->netns)
			return open_fresh_in(facts->holders[i].pid, &facts->kind);
	errno = EPERM; /* nobody is known who could lead there */
	return -1;
}

static struct kind_defaults *find_kind(struct defaults *defaults, const struct live_socket *socket)
{
	const struct facts *facts = &socket->facts;
	struct kind_defaults *kind;
	struct stat status;

	kind = defaults->last;
	if (kind && kind->netns == facts->netns && memcmp(&kind->kind, &facts->kind, sizeof(kind->kind)) == 0)
		return kind;
	for (kind = defaults->kinds; kind; kind = kind->next)
		if (kind->netns == facts->netns && memcmp(&kind->kind, &facts->kind, sizeof(kind->kind)) == 0) {
			defaults->last = kind;
			return kind;
		}
	kind = calloc(1, sizeof(*kind));
	if (!kind) {
		defaults->error = ENOMEM;
		return NULL;
	}
	kind->kind = facts->kind;
	kind->netns = facts->netns;
	kind->fresh = find_fresh(defaults, socket);
	if (kind->fresh < 0 && failure_is_machine(-errno))
		defaults->error = errno;
	if (kind->fresh >= 0 && fstat(kind->fresh, &status) == 0)
		kind->inode = status.st_ino;
	kind->values = calloc(sockopt_count(), sizeof(*kind->values));
	kind->asked = calloc(sockopt_count(), sizeof(*kind->asked));
	kind->missing = calloc(sockopt_count(), sizeof(*kind->missing));
	kind->next = defaults->kinds;
	defaults->kinds = kind;
	defaults->last = kind;
	return kind;
}

const struct sockopt_default *defaults_told(const struct sockopt_option *option, const struct sockopt_kind *kind)
{
	for (size_t i = 0; i < option->n_defaults; i++)
		if (sockopt_where_fits(&option->defaults[i].where, kind))
			return &option->defaults[i];
	return NULL;
}

/** Of a namespace that cannot be entered: the catalogue's word, where it is no sysctl. */
static int read_told(const struct sockopt_option *option, const struct sockopt_kind *kind,
		     struct sockopt_value *ret)
{
	const struct sockopt_default *told = defaults_told(option, kind);
	struct sockopt_option readable = *option;

	if (!told || !told->value)
		return -ENODATA;
	readable.type = option->get_type;
	readable.n_ranges = 0;
	return sockopt_parse(&readable, told->value, ret, NULL);
}

const struct sockopt_value *defaults_asked(struct defaults *defaults, const struct live_socket *socket,
					   const struct sockopt_option *option)
{
	struct kind_defaults *kind = find_kind(defaults, socket);

	return kind && kind->fresh >= 0 ? defaults_get(defaults, socket, option) : NULL;
}

bool defaults_is_missing(struct defaults *defaults, const struct live_socket *socket,
			 const struct sockopt_option *option)
{
	struct kind_defaults *kind = find_kind(defaults, socket);

	return kind && kind->missing && kind->missing[option - sockopt_at(0)] == MISSING_IN(socket);
}

void defaults_found_missing(struct defaults *defaults, const struct live_socket *socket,
			    const struct sockopt_option *option)
{
	struct kind_defaults *kind = find_kind(defaults, socket);

	if (kind && kind->missing)
		kind->missing[option - sockopt_at(0)] = MISSING_IN(socket);
}

bool defaults_is_fresh(const struct defaults *defaults, int fd)
{
	for (const struct kind_defaults *kind = defaults ? defaults->kinds : NULL; kind; kind = kind->next)
		if (kind->fresh == fd)
			return true;
	return false;
}

bool defaults_has_inode(const struct defaults *defaults, uint64_t inode)
{
	for (const struct kind_defaults *kind = defaults && inode ? defaults->kinds : NULL; kind; kind = kind->next)
		if (kind->inode == inode)
			return true;
	return false;
}

const struct sockopt_value *defaults_get(struct defaults *defaults, const struct live_socket *socket,
					 const struct sockopt_option *option)
{
	struct kind_defaults *kind = find_kind(defaults, socket);
	size_t index = (size_t)(option - sockopt_at(0));
	struct sockopt_value *value;
	int r;

	if (!kind || !kind->values || !kind->asked)
		return NULL;
	if (kind->asked[index])
		return kind->values[index];
	kind->asked[index] = 1;
	value = malloc(sizeof(*value));
	if (!value) {
		defaults->error = ENOMEM;
		return NULL;
	}
	r = kind->fresh >= 0 ? sockopt_get(kind->fresh, option, value) : read_told(option, &kind->kind, value);
	if (failure_is_machine(r))
		defaults->error = -r;
	if (r < 0) {
		kind->asked[index] = (int16_t)r;
		free(value);
		return NULL;
	}
	kind->values[index] = value;
	return value;
}

/** Is the value the program's own, where another option tells (SO_BUF_LOCK for buffers)? */
static bool chosen(struct live_socket *socket, const struct sockopt_option *option)
{
	const struct sockopt_option *judge;
	struct sockopt_value value;

	if (!option->chosen_if_option)
		return true;
	judge = sockopt_find(option->chosen_if_option);
	if (!judge || live_get(socket, judge, &value) < 0)
		return true;
	return sockopt_field_number(&judge->get_type->fields[0], value.bytes, 0) & option->chosen_if_mask;
}

bool defaults_differs(struct defaults *defaults, struct live_socket *socket,
		      const struct sockopt_option *option, const void *bytes, size_t length)
{
	const struct sockopt_value *value;

	if (option->nature != SOCKOPT_SETTING || (option->adapts & facts_catalog_states(&socket->facts)))
		return false;
	value = defaults_get(defaults, socket, option);
	if (!value)
		return true; /* not known to be the default: shown rather than hidden */
	if (value->length == length && memcmp(value->bytes, bytes, length) == 0)
		return false;
	if (option->get_type->short_form == SOCKOPT_SHORT_LINGER && length <= sizeof(value->bytes)) {
		struct sockopt_value have = { .length = (socklen_t)length };

		memcpy(have.bytes, bytes, length);
		if (sockopt_same(option, &have, value))
			return false;
	}
	return chosen(socket, option);
}
