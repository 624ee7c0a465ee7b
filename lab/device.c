/* SPDX-License-Identifier: MIT */
/* The network devices of a link's two ends. */

#include "device.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>

#include <netlink-ask.h>
#include <tidy.h>

/* Of Linux 6.2. */
#ifndef TUN_F_USO4
#define TUN_F_USO4 0x20
#define TUN_F_USO6 0x40
#endif

static struct ifreq request_of(const char *name)
{
	struct ifreq request = { 0 };

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	return request;
}

static int ask(unsigned long call, struct ifreq *request)
{
	autoclose int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	return ioctl(fd, call, request) < 0 ? -errno : 0;
}

int device_make_tun(const char *name)
{
	const unsigned int split_by_us = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO_ECN;
	struct ifreq request = request_of(name);
	autoclose int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	request.ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR;
	if (ioctl(fd, TUNSETIFF, &request) < 0)
		return -errno;
	/* UDP in one piece since Linux 6.2; before, the kernel splits it. */
	if (ioctl(fd, TUNSETOFFLOAD, split_by_us | TUN_F_USO4 | TUN_F_USO6) < 0 &&
	    ioctl(fd, TUNSETOFFLOAD, split_by_us) < 0)
		return -errno;
	return take_fd(&fd);
}

int device_set_mtu(const char *name, uint32_t mtu)
{
	struct ifreq request = request_of(name);

	request.ifr_mtu = (int)mtu;
	return ask(SIOCSIFMTU, &request);
}

void device_without_ipv6(const char *name)
{
	char path[64];
	autoclose int fd = -1;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/disable_ipv6", name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd >= 0 && write(fd, "1", 1) < 0)
		return; /* its packets are few */
}

int device_set_length(const char *name, int packets)
{
	struct ifreq request = request_of(name);

	request.ifr_qlen = packets;
	return ask(SIOCSIFTXQLEN, &request);
}

static int set_inet(const char *name, unsigned long call, uint32_t address)
{
	struct sockaddr_in inet = { .sin_family = AF_INET, .sin_addr = { address } };
	struct ifreq request = request_of(name);

	memcpy(&request.ifr_addr, &inet, sizeof(inet));
	return ask(call, &request);
}

int device_set_up(const char *name, uint32_t address, uint32_t mtu)
{
	struct ifreq request = request_of(name);
	int r = device_set_mtu(name, mtu);

	if (r == 0 && address)
		r = set_inet(name, SIOCSIFADDR, address);
	if (r == 0 && address)
		r = set_inet(name, SIOCSIFNETMASK, htonl(0xffffff00));
	if (r == 0)
		r = ask(SIOCGIFFLAGS, &request);
	if (r < 0)
		return r;
	request.ifr_flags = (short)(request.ifr_flags | IFF_UP);
	return ask(SIOCSIFFLAGS, &request);
}

/** A line of the table: "NAME: BYTES PACKETS ...", received first. */
static bool read_counts(char *line, const char *name, struct device_counts *ret)
{
	char *at = line + strspn(line, " "), *colon = strchr(at, ':'), *end;

	if (!colon || (size_t)(colon - at) != strlen(name) || strncmp(at, name, strlen(name)) != 0)
		return false;
	ret->bytes = strtoull(colon + 1, &end, 10);
	ret->packets = strtoull(end, NULL, 10);
	ret->bytes -= ret->packets * ETHER_HDR_LEN;
	return true;
}

int device_counts(const char *name, struct device_counts *ret)
{
	autofclose FILE *file = fopen("/proc/thread-self/net/dev", "re");
	char line[512];

	if (!file)
		return -errno;
	while (fgets(line, sizeof(line), file))
		if (read_counts(line, name, ret))
			return 0;
	return -ENODEV;
}

int device_remove(const char *name)
{
	char bytes[1024];
	struct nlmsghdr *request = mnl_nlmsg_put_header(bytes);

	request->nlmsg_type = RTM_DELLINK;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	mnl_nlmsg_put_extra_header(request, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(request, IFLA_IFNAME, name);
	return netlink_ask(NETLINK_ROUTE, request, NULL, NULL);
}
