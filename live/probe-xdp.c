/* SPDX-License-Identifier: MIT */
/* What an AF_XDP socket needs before it can be bound. */

#include "probe-xdp.h"

#include <errno.h>
#include <net/if.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/if_xdp.h>

enum { ENTRIES = 64,
       CHUNK = 4096,
       TRIES = 200,
       PAUSE_US = 5000 };

int xdp_bind(int fd)
{
	static unsigned char memory[4 * CHUNK] __attribute__((aligned(CHUNK)));
	static const int rings[] = { XDP_RX_RING, XDP_TX_RING, XDP_UMEM_FILL_RING, XDP_UMEM_COMPLETION_RING };
	struct xdp_umem_reg region = { .addr = (uintptr_t)memory, .len = sizeof(memory), .chunk_size = CHUNK };
	struct sockaddr_xdp address = { .sxdp_family = AF_XDP, .sxdp_flags = XDP_COPY };
	int entries = ENTRIES;

	/* A second time is EINVAL: that ring was prepared. */
	for (size_t i = 0; i < sizeof(rings) / sizeof(rings[0]); i++)
		if (setsockopt(fd, SOL_XDP, rings[i], &entries, sizeof(entries)) < 0 && errno != EINVAL)
			return -errno;
	if (setsockopt(fd, SOL_XDP, XDP_UMEM_REG, &region, sizeof(region)) < 0 && errno != EBUSY)
		return -errno;
	address.sxdp_ifindex = if_nametoindex("lo");
	/* The kernel gives the queue of a closed socket back a little later. */
	for (int i = 0; i < TRIES; i++) {
		if (bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
			return 0;
		if (errno != EBUSY)
			break;
		usleep(PAUSE_US);
	}
	return -errno;
}
