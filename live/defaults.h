/* SPDX-License-Identifier: MIT */
/* What a fresh socket has: asked of the kernel, once for each kind and namespace; else of the catalogue. */
#ifndef LIVE_DEFAULTS_H
#define LIVE_DEFAULTS_H

#include "sockets.h"

struct defaults;

/** @return NULL if memory is short */
struct defaults *defaults_new(void);
void defaults_free(struct defaults *defaults);

/** EMFILE or ENFILE if a fresh socket could not be opened for want of descriptors; else 0. */
int defaults_error(const struct defaults *defaults);

/**
 * @brief The default of an option on such a socket.
 *
 * In a network namespace that cannot be entered the catalogue answers, if its default is no sysctl.
 * @return the value, owned by defaults, or NULL if it is not known
 */
const struct sockopt_value *defaults_get(struct defaults *defaults, const struct live_socket *socket,
					 const struct sockopt_option *option);

/** As defaults_get(), by a fresh socket alone: NULL where none could be opened in the socket's namespace. */
const struct sockopt_value *defaults_asked(struct defaults *defaults, const struct live_socket *socket,
					   const struct sockopt_option *option);

/**
 * Did a socket of the same kind, in the same state, answer that it has no such option (ENOPROTOOPT)? Of an option that
 * depends on the kernel's configuration that holds for all of them.
 */
bool defaults_is_missing(struct defaults *defaults, const struct live_socket *socket,
			 const struct sockopt_option *option);
void defaults_found_missing(struct defaults *defaults, const struct live_socket *socket,
			    const struct sockopt_option *option);

/** Is this descriptor of ours one of the fresh sockets? NULL defaults: false. */
bool defaults_is_fresh(const struct defaults *defaults, int fd);

/** The same, of a socket that was met in a listing. */
bool defaults_has_inode(const struct defaults *defaults, uint64_t inode);

/** How a default is told, by the catalogue, for such a socket: its text, or the sysctl; NULL if none fits. */
const struct sockopt_default *defaults_told(const struct sockopt_option *option, const struct sockopt_kind *kind);

/**
 * @brief Is the value what somebody chose, and not what a socket has by itself?
 *
 * false also for what the kernel moves in this state, and for what is no setting.
 */
bool defaults_differs(struct defaults *defaults, struct live_socket *socket,
		      const struct sockopt_option *option, const void *bytes, size_t length);

#endif
