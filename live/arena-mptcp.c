/* SPDX-License-Identifier: MIT */
/* By generic netlink, as 'ip mptcp' does. */

#include "arena-mptcp.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/mptcp.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "netlink-ask.h"

#define ROOM 4096

static struct nlmsghdr *begin(char *room, uint16_t type, uint8_t command, uint8_t version)
{
	struct nlmsghdr *request = mnl_nlmsg_put_header(room);
	struct genlmsghdr *generic = mnl_nlmsg_put_extra_header(request, sizeof(*generic));

	request->nlmsg_type = type;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	*generic = (struct genlmsghdr){ .cmd = command, .version = version };
	return request;
}

static int take_attribute(const struct nlattr *attribute, void *context)
{
	uint16_t *ret = context;

	if (mnl_attr_get_type(attribute) == CTRL_ATTR_FAMILY_ID && mnl_attr_validate(attribute, MNL_TYPE_U16) == 0)
		*ret = mnl_attr_get_u16(attribute);
	return MNL_CB_OK;
}

static int take_family(const struct nlmsghdr *answer, void *context)
{
	return mnl_attr_parse(answer, sizeof(struct genlmsghdr), take_attribute, context);
}

/** @return -EOPNOTSUPP: this kernel has no path manager */
static int find_family(uint16_t *ret)
{
	char room[ROOM];
	struct nlmsghdr *request = begin(room, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1);
	int r;

	*ret = 0;
	mnl_attr_put_strz(request, CTRL_ATTR_FAMILY_NAME, MPTCP_PM_NAME);
	r = netlink_ask(NETLINK_GENERIC, request, take_family, ret);
	return r == -ENOENT || (r == 0 && *ret == 0) ? -EOPNOTSUPP : r;
}

int arena_mptcp_tell(uint32_t address)
{
	char room[ROOM];
	struct nlmsghdr *request;
	struct nlattr *nest;
	uint16_t family;
	int r = find_family(&family);

	if (r < 0)
		return r;
	request = begin(room, family, MPTCP_PM_CMD_ADD_ADDR, MPTCP_PM_VER);
	nest = mnl_attr_nest_start(request, MPTCP_PM_ATTR_ADDR);
	mnl_attr_put_u16(request, MPTCP_PM_ADDR_ATTR_FAMILY, AF_INET);
	mnl_attr_put_u32(request, MPTCP_PM_ADDR_ATTR_ADDR4, address);
	mnl_attr_put_u32(request, MPTCP_PM_ADDR_ATTR_FLAGS, MPTCP_PM_ADDR_FLAG_SIGNAL);
	mnl_attr_nest_end(request, nest);
	return netlink_ask(NETLINK_GENERIC, request, NULL, NULL);
}

int arena_mptcp_accept(uint32_t most)
{
	char room[ROOM];
	struct nlmsghdr *request;
	uint16_t family;
	int r = find_family(&family);

	if (r < 0)
		return r;
	request = begin(room, family, MPTCP_PM_CMD_SET_LIMITS, MPTCP_PM_VER);
	mnl_attr_put_u32(request, MPTCP_PM_ATTR_RCV_ADD_ADDRS, most);
	mnl_attr_put_u32(request, MPTCP_PM_ATTR_SUBFLOWS, most);
	return netlink_ask(NETLINK_GENERIC, request, NULL, NULL);
}
