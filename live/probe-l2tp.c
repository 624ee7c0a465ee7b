/* SPDX-License-Identifier: MIT */
/* A session of PPP over L2TP: a tunnel is a socket, too, and both ride on one of UDP. */

#include "probe-l2tp.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <linux/if_pppox.h>

static int connect_ppp(int fd, int udp, unsigned short tunnel, unsigned short session)
{
	struct sockaddr_pppol2tp address = {
		.sa_family = AF_PPPOX,
		.sa_protocol = PX_PROTO_OL2TP,
		.pppol2tp = {
			.fd = udp,
			.addr = { .sin_family = AF_INET, .sin_port = htons(1701) },
			.s_tunnel = tunnel,
			.s_session = session,
			.d_tunnel = tunnel,
			.d_session = session,
		},
	};

	address.pppol2tp.addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ? -errno : 0;
}

int l2tp_connect(int fd, int others[2])
{
	struct sockaddr_in peer = { .sin_family = AF_INET, .sin_port = htons(1701) };
	static unsigned short tunnel;
	int r;

	tunnel++;
	peer.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	others[0] = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	others[1] = socket(AF_PPPOX, SOCK_DGRAM | SOCK_CLOEXEC, PX_PROTO_OL2TP);
	if (others[0] < 0 || others[1] < 0 || connect(others[0], (struct sockaddr *)&peer, sizeof(peer)) < 0)
		return -errno;
	r = connect_ppp(others[1], others[0], tunnel, 0);
	return r == 0 ? connect_ppp(fd, others[0], tunnel, 1) : r;
}
