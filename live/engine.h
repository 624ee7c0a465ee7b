/* SPDX-License-Identifier: MIT */
/* What an engine that finds sockets is: private to live/. */
#ifndef LIVE_ENGINE_H
#define LIVE_ENGINE_H

#include "borrow.h"
#include "sockets.h"

/** As live_each(), by /proc and pidfd_getfd(2). */
int engine_pidfd_each(const struct live_request *request, int (*each)(void *arg, struct live_socket *socket), void *arg,
		      struct live_report *ret_report);

/** As live_each(), by the kernel's iterators. -EOPNOTSUPP: nothing was handed over, why_not_bpf says why. */
int engine_bpf_each(const struct live_request *request, int (*each)(void *arg, struct live_socket *socket), void *arg,
		    struct live_report *ret_report);

/** A socket's option for its selector: facts.get, with the socket as context. */
int engine_get(void *context, const struct sockopt_option *option, struct sockopt_value *ret);

#endif
