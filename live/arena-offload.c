/* SPDX-License-Identifier: MIT */
/* Offloads of devices, by ioctl as ethtool(8) sets them. */

#include "arena-offload.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "tidy.h"

static int set_offload(const char *name, uint32_t command, bool on)
{
	struct ethtool_value value = { .cmd = command, .data = on };
	struct ifreq request = { .ifr_data = (char *)&value };
	autoclose int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	return ioctl(fd, SIOCETHTOOL, &request) < 0 ? -errno : 0;
}

int arena_receive_by_napi(const struct arena_hosts *hosts, const char *name)
{
	int r = set_offload(name, ETHTOOL_SGRO, true), back;

	if (r == 0)
		r = arena_move(hosts->there);
	if (r < 0)
		return r;
	r = set_offload(name, ETHTOOL_STSO, false);
	back = arena_move(hosts->here);
	return r < 0 ? r : back;
}
