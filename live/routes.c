/* SPDX-License-Identifier: MIT */
#include "routes.h"

#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>

#include "netlink-ask.h"
#include "tidy.h"

static int take_route(const struct nlmsghdr *answer, void *context)
{
	const struct rtmsg *route = mnl_nlmsg_get_payload(answer);
	int64_t *ret = context;

	*ret = route->rtm_type == RTN_LOCAL;
	return MNL_CB_OK;
}

static bool is_wildcard(const struct facts_address *address)
{
	static const unsigned char none[16];

	return memcmp(address->ip, none, address->family == AF_INET ? 4 : 16) == 0;
}

int routes_local(const struct facts_address *address, int64_t *ret)
{
	char room[256];
	struct nlmsghdr *request = mnl_nlmsg_put_header(room);
	struct rtmsg *route;
	size_t size = address->family == AF_INET ? 4 : 16;
	int r;

	if (address->family != AF_INET && address->family != AF_INET6)
		return -EAFNOSUPPORT;
	*ret = 1;
	if (is_wildcard(address))
		return 0;
	request->nlmsg_type = RTM_GETROUTE;
	request->nlmsg_flags = NLM_F_REQUEST;
	route = mnl_nlmsg_put_extra_header(request, sizeof(*route));
	route->rtm_family = (unsigned char)address->family;
	route->rtm_dst_len = (unsigned char)(size * 8);
	mnl_attr_put(request, RTA_DST, size, address->ip);
	if (address->scope)
		mnl_attr_put_u32(request, RTA_OIF, address->scope);
	r = netlink_ask(NETLINK_ROUTE, request, take_route, ret);
	/* no route, or one that refuses */
	if (r == -ENETUNREACH || r == -EHOSTUNREACH || r == -EACCES || r == -EINVAL) {
		*ret = 0;
		return 0;
	}
	return r;
}

static int take_attribute(const struct nlattr *attribute, void *context)
{
	if (mnl_attr_get_type(attribute) == FRA_FWMARK)
		++*(int64_t *)context;
	return MNL_CB_OK;
}

static int take_rule(const struct nlmsghdr *answer, void *context)
{
	return mnl_attr_parse(answer, sizeof(struct fib_rule_hdr), take_attribute, context);
}

int routes_by_mark(int family, int64_t *ret)
{
	char room[256];
	struct nlmsghdr *request = mnl_nlmsg_put_header(room);
	struct fib_rule_hdr *rule;

	request->nlmsg_type = RTM_GETRULE;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	rule = mnl_nlmsg_put_extra_header(request, sizeof(*rule));
	rule->family = (unsigned char)family;
	*ret = 0;
	return netlink_ask(NETLINK_ROUTE, request, take_rule, ret);
}

int routes_device(unsigned int index, int64_t *ret)
{
	struct ifreq request = { .ifr_flags = 0 };
	autoclose int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	if (!if_indextoname(index, request.ifr_name) || ioctl(fd, SIOCGIFFLAGS, &request) < 0) {
		*ret = 0;
		return errno == ENXIO || errno == ENODEV ? 0 : -errno;
	}
	*ret = (request.ifr_flags & IFF_UP) != 0;
	return 0;
}
