/* SPDX-License-Identifier: MIT */
#include "netlink-ask.h"

#include <errno.h>
#include <sys/socket.h>

#define ROOM 16384

int netlink_ask(int bus, const struct nlmsghdr *request, mnl_cb_t each, void *context)
{
	struct mnl_socket *netlink = mnl_socket_open2(bus, SOCK_CLOEXEC);
	char room[ROOM];
	int r = netlink && mnl_socket_bind(netlink, 0, MNL_SOCKET_AUTOPID) == 0 &&
				mnl_socket_sendto(netlink, request, request->nlmsg_len) >= 0 ?
			1 :
			-errno;

	while (r > 0) {
		ssize_t n = mnl_socket_recvfrom(netlink, room, sizeof(room));

		r = n < 0 ? -1 : mnl_cb_run(room, (size_t)n, 0, mnl_socket_get_portid(netlink), each, context);
		if (r < 0)
			r = -errno;
		else if (!(request->nlmsg_flags & (NLM_F_DUMP | NLM_F_ACK)))
			r = 0; /* one answer; the end of a dump, and an acknowledgement, stop the run */
	}
	if (netlink)
		mnl_socket_close(netlink);
	return r;
}
