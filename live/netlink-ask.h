/* SPDX-License-Identifier: MIT */
/* One request to the kernel by netlink, and its answers. */
#ifndef LIVE_NETLINK_ASK_H
#define LIVE_NETLINK_ASK_H

#include <libmnl/libmnl.h>

/**
 * @brief Sends a request and hands each answer over: of a dump all of them, of one with NLM_F_ACK those before the
 * acknowledgement, of any other one.
 * @param bus NETLINK_ROUTE, NETLINK_GENERIC, ...
 * @param each as for mnl_cb_run(3); NULL: the acknowledgement is all
 * @return 0, or -errno: the kernel's or our own
 */
int netlink_ask(int bus, const struct nlmsghdr *request, mnl_cb_t each, void *context);

#endif
