/* SPDX-License-Identifier: MIT */
/* The link by the kernel: a pair of virtual Ethernet devices, and netem where packets leave each. */

#include <errno.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <linux/gen_stats.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

#include <netlink-ask.h>

#include "device.h"
#include "link-engine.h"

/* Marks a text for translation where it stands; gettext() is called where it is printed. */
#define N_(text) text

/* Of Linux 6.6; older ones pass it over, and lose others each time. */
#define NETEM_PRNG_SEED 14

/* Without a rate nothing is known of how much is under way. */
#define LIMIT_MOST 1000000U

#define REQUEST_BYTES 1024

/** Packets leave the device one by one: what they are to suffer is drawn a packet. */
static int split_packets(unsigned int index)
{
	char bytes[REQUEST_BYTES];
	struct nlmsghdr *request = mnl_nlmsg_put_header(bytes);
	struct ifinfomsg *info;

	request->nlmsg_type = RTM_NEWLINK;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	info = mnl_nlmsg_put_extra_header(request, sizeof(*info));
	info->ifi_index = (int)index;
	mnl_attr_put_u32(request, IFLA_GSO_MAX_SEGS, 1);
	return netlink_ask(NETLINK_ROUTE, request, NULL, NULL);
}

/** netem's shares are of 2^32 - 1. */
static uint32_t share_of(uint32_t share)
{
	return (uint32_t)((uint64_t)share * UINT32_MAX / LINK_SHARE_ONE);
}

/** How many packets may be under way and queued. */
static uint32_t limit_of(const struct link_spec *spec)
{
	int64_t mtu = link_mtu(spec), packets;

	if (!spec->rate)
		return LIMIT_MOST;
	packets = (link_spec_bytes_under_way(spec) + link_spec_queue_bytes(spec)) / mtu + 1;
	return packets < LIMIT_MOST ? (uint32_t)packets : LIMIT_MOST;
}

static void put_options(struct nlmsghdr *request, const struct link_spec *spec, uint64_t seed)
{
	struct nlattr *options = mnl_attr_nest_start(request, TCA_OPTIONS);
	struct tc_netem_qopt *first = mnl_nlmsg_put_extra_header(request, sizeof(*first));
	uint64_t bytes_per_second = (uint64_t)spec->rate / 8;

	*first = (struct tc_netem_qopt){
		.limit = limit_of(spec),
		.loss = share_of(spec->loss),
		.gap = spec->reorder != 0,
	};
	mnl_attr_put_u64(request, TCA_NETEM_LATENCY64, (uint64_t)spec->rtt_us * 500);
	mnl_attr_put_u64(request, NETEM_PRNG_SEED, seed);
	if (spec->reorder)
		mnl_attr_put(request, TCA_NETEM_REORDER, sizeof(struct tc_netem_reorder),
			     &(struct tc_netem_reorder){ .probability = share_of(spec->reorder) });
	if (spec->rate) {
		struct tc_netem_rate rate = { .packet_overhead = -ETHER_HDR_LEN };

		rate.rate = bytes_per_second < UINT32_MAX ? (uint32_t)bytes_per_second : UINT32_MAX;
		mnl_attr_put(request, TCA_NETEM_RATE, sizeof(rate), &rate);
		mnl_attr_put_u64(request, TCA_NETEM_RATE64, bytes_per_second);
	}
	mnl_attr_nest_end(request, options);
}

/** In the host where the thread is. */
static int set_netem(const struct link_spec *spec, enum link_direction direction)
{
	char bytes[REQUEST_BYTES];
	struct nlmsghdr *request = mnl_nlmsg_put_header(bytes);
	unsigned int index = if_nametoindex(LINK_DEVICE);
	struct tcmsg *message;
	int r = index ? split_packets(index) : -errno;

	if (r < 0)
		return r;
	request->nlmsg_type = RTM_NEWQDISC;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE;
	message = mnl_nlmsg_put_extra_header(request, sizeof(*message));
	message->tcm_family = AF_UNSPEC;
	message->tcm_ifindex = (int)index;
	message->tcm_parent = TC_H_ROOT;
	mnl_attr_put_strz(request, TCA_KIND, "netem");
	put_options(request, spec, link_seed(spec, direction));
	return netlink_ask(NETLINK_ROUTE, request, NULL, NULL);
}

static int set_both(const struct link *link, const struct link_spec *spec)
{
	int r = set_netem(spec, LINK_THERE), back;

	if (r == 0)
		r = arena_move(link->ends.hosts.there);
	if (r < 0)
		return r;
	r = set_netem(spec, LINK_BACK);
	back = arena_move(link->ends.hosts.here);
	return r < 0 ? r : back;
}

bool netem_can(const struct link_spec *spec)
{
	return spec->aqm == LINK_DROPTAIL && spec->bands == LINK_BANDS_ONE;
}

int netem_open(struct link *link, const char **why)
{
	int r;

	if (!netem_can(&link->spec)) {
		*why = N_("netem has one queue that drops its tail, and no other");
		return -EOPNOTSUPP;
	}
	r = set_both(link, &link->spec);
	if (r == -ENOENT) {
		*why = N_("this kernel has no netem (CONFIG_NET_SCH_NETEM)");
		return -EOPNOTSUPP;
	}
	if (r < 0)
		*why = N_("netem cannot be set up here");
	return r;
}

int netem_change(struct link *link, const struct link_spec *spec)
{
	return netem_can(spec) ? set_both(link, spec) : -EOPNOTSUPP;
}

struct dropped {
	unsigned int index;
	uint64_t packets;
};

static int read_statistics(const struct nlattr *attribute, void *context)
{
	struct dropped *dropped = context;
	const struct gnet_stats_queue *queue = mnl_attr_get_payload(attribute);

	if (mnl_attr_get_type(attribute) == TCA_STATS_QUEUE && mnl_attr_get_payload_len(attribute) >= sizeof(*queue))
		dropped->packets = queue->drops;
	return MNL_CB_OK;
}

static int read_attribute(const struct nlattr *attribute, void *context)
{
	if (mnl_attr_get_type(attribute) == TCA_STATS2)
		return mnl_attr_parse_nested(attribute, read_statistics, context);
	return MNL_CB_OK;
}

static int read_qdisc(const struct nlmsghdr *header, void *context)
{
	const struct tcmsg *message = mnl_nlmsg_get_payload(header);
	const struct dropped *dropped = context;

	if (message->tcm_ifindex != (int)dropped->index || message->tcm_parent != TC_H_ROOT)
		return MNL_CB_OK;
	return mnl_attr_parse(header, sizeof(*message), read_attribute, context);
}

uint64_t netem_dropped(void)
{
	char bytes[REQUEST_BYTES];
	struct nlmsghdr *request = mnl_nlmsg_put_header(bytes);
	struct dropped dropped = { .index = if_nametoindex(LINK_DEVICE) };

	request->nlmsg_type = RTM_GETQDISC;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	mnl_nlmsg_put_extra_header(request, sizeof(struct tcmsg));
	return netlink_ask(NETLINK_ROUTE, request, read_qdisc, &dropped) < 0 ? 0 : dropped.packets;
}
