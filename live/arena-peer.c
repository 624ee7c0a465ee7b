/* SPDX-License-Identifier: MIT */
/* A second host beside our own network namespace: made by netlink, as ip(8) does. */

#include "arena-peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/fib_rules.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>

#include "arena.h"
#include "netlink-ask.h"
#include "tidy.h"

/** A request under construction. */
struct request {
	union {
		struct nlmsghdr header;
		char bytes[512];
	};
};

static void *append(struct request *request, size_t length)
{
	void *at = request->bytes + NLMSG_ALIGN(request->header.nlmsg_len);

	request->header.nlmsg_len = NLMSG_ALIGN(request->header.nlmsg_len) + (uint32_t)length;
	return at;
}

static struct rtattr *put(struct request *request, unsigned short type, const void *value, size_t length)
{
	struct rtattr *attribute = append(request, RTA_LENGTH(length));

	attribute->rta_type = type;
	attribute->rta_len = (unsigned short)RTA_LENGTH(length);
	if (length)
		memcpy(RTA_DATA(attribute), value, length);
	return attribute;
}

/** What was put since is inside of this attribute. */
static void end(struct request *request, struct rtattr *attribute)
{
	const char *here = request->bytes + NLMSG_ALIGN(request->header.nlmsg_len);

	attribute->rta_len = (unsigned short)(here - (char *)attribute);
}

static void begin(struct request *request, unsigned short type)
{
	*request = (struct request){ .header = {
					     .nlmsg_len = NLMSG_HDRLEN,
					     .nlmsg_type = type,
					     .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL,
				     } };
}

static int make_pair(const char *name, int there)
{
	struct request request;
	struct rtattr *info, *data, *peer;

	begin(&request, RTM_NEWLINK);
	*(struct ifinfomsg *)append(&request, sizeof(struct ifinfomsg)) = (struct ifinfomsg){ .ifi_family = AF_UNSPEC };
	put(&request, IFLA_IFNAME, name, strlen(name) + 1);
	info = put(&request, IFLA_LINKINFO, NULL, 0);
	put(&request, IFLA_INFO_KIND, "veth", 4);
	data = put(&request, IFLA_INFO_DATA, NULL, 0);
	peer = put(&request, VETH_INFO_PEER, NULL, 0);
	*(struct ifinfomsg *)append(&request, sizeof(struct ifinfomsg)) = (struct ifinfomsg){ .ifi_family = AF_UNSPEC };
	put(&request, IFLA_IFNAME, name, strlen(name) + 1);
	put(&request, IFLA_NET_NS_FD, &there, sizeof(there));
	end(&request, peer);
	end(&request, data);
	end(&request, info);
	return netlink_ask(NETLINK_ROUTE, &request.header, NULL, NULL);
}

static int set_address(const char *name, uint32_t address)
{
	struct ifreq request = { 0 };
	struct sockaddr_in inet = { .sin_family = AF_INET, .sin_addr = { address } };
	autoclose int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	memcpy(&request.ifr_addr, &inet, sizeof(inet));
	if (ioctl(fd, SIOCSIFADDR, &request) < 0)
		return -errno;
	if (address == 0)
		return 0;
	inet.sin_addr.s_addr = htonl(0xffffff00);
	memcpy(&request.ifr_netmask, &inet, sizeof(inet));
	if (ioctl(fd, SIOCSIFNETMASK, &request) < 0 || ioctl(fd, SIOCGIFFLAGS, &request) < 0)
		return -errno;
	request.ifr_flags = (short)(request.ifr_flags | IFF_UP);
	return ioctl(fd, SIOCSIFFLAGS, &request) < 0 ? -errno : 0;
}

uint32_t arena_address(unsigned int net, unsigned int end_number)
{
	return htonl(0x0a000000U | net << 8 | end_number);
}

int arena_move(int host)
{
	return setns(host, CLONE_NEWNET) < 0 ? -errno : 0;
}

int arena_hosts_make(struct arena_hosts *hosts)
{
	int r;

	*hosts = ARENA_NO_HOSTS;
	hosts->here = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	if (hosts->here < 0)
		return -errno;
	r = arena_enter();
	if (r == 0) {
		hosts->there = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
		r = hosts->there < 0 ? -errno : arena_move(hosts->here);
	}
	if (r < 0)
		arena_hosts_close(hosts);
	return r;
}

void arena_hosts_close(struct arena_hosts *hosts)
{
	tidy_close(&hosts->here);
	tidy_close(&hosts->there);
	*hosts = ARENA_NO_HOSTS;
}

int arena_cable(const struct arena_hosts *hosts, const char *name, unsigned int net)
{
	int r = make_pair(name, hosts->there), back;

	if (r == 0)
		r = set_address(name, arena_address(net, 1));
	if (r == 0)
		r = arena_move(hosts->there);
	if (r < 0)
		return r;
	r = set_address(name, arena_address(net, 2));
	back = arena_move(hosts->here);
	return r < 0 ? r : back;
}

int arena_take_address(const char *name)
{
	return set_address(name, 0);
}

static int add_rule(uint32_t mark, uint32_t table)
{
	struct request request;

	begin(&request, RTM_NEWRULE);
	*(struct fib_rule_hdr *)append(&request, sizeof(struct fib_rule_hdr)) =
		(struct fib_rule_hdr){ .family = AF_INET, .action = FR_ACT_TO_TBL, .table = RT_TABLE_UNSPEC };
	put(&request, FRA_FWMARK, &mark, sizeof(mark));
	put(&request, FRA_TABLE, &table, sizeof(table));
	return netlink_ask(NETLINK_ROUTE, &request.header, NULL, NULL);
}

int arena_route_mark(uint32_t mark, uint32_t table, const char *name)
{
	uint32_t index = if_nametoindex(name);
	struct request request;
	int r = index ? add_rule(mark, table) : -errno;

	if (r < 0)
		return r;
	begin(&request, RTM_NEWROUTE);
	*(struct rtmsg *)append(&request, sizeof(struct rtmsg)) = (struct rtmsg){
		.rtm_family = AF_INET,
		.rtm_table = RT_TABLE_UNSPEC,
		.rtm_protocol = RTPROT_STATIC,
		.rtm_scope = RT_SCOPE_LINK,
		.rtm_type = RTN_UNICAST,
	};
	put(&request, RTA_TABLE, &table, sizeof(table));
	put(&request, RTA_OIF, &index, sizeof(index));
	return netlink_ask(NETLINK_ROUTE, &request.header, NULL, NULL);
}
