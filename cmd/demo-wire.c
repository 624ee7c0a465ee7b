/* SPDX-License-Identifier: MIT */
/* What leaves by a device; and connections to the host at the other end of a
 * cable. */

#include "demo-wire.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <color.h>
#include <text.h>
#include <tidy.h>

static const char cable[] = "cable";

int demo_wire_open(const char *device)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL), /* what leaves is shown to those alone
                                           who want everything */
		.sll_ifindex = (int)if_nametoindex(device),
	};
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
		int r = -errno;

		close(fd);
		return r;
	}
	return fd;
}

bool demo_wire_next(int wire, uint16_t port, struct demo_segment *ret)
{
	struct sockaddr_ll from = { 0 };
	struct {
		struct iphdr ip;
		struct tcphdr tcp;
	} headers = { 0 };

	for (;;) {
		socklen_t length = sizeof(from);
		ssize_t n = recvfrom(wire, &headers, sizeof(headers), MSG_DONTWAIT,
				     (struct sockaddr *)&from, &length);

		if (n < 0)
			return false;
		if (n < (ssize_t)sizeof(headers) || from.sll_pkttype != PACKET_OUTGOING ||
		    headers.ip.version != 4 || headers.ip.ihl != 5 ||
		    headers.ip.protocol != IPPROTO_TCP || ntohs(headers.tcp.source) != port)
			continue;
		*ret = (struct demo_segment){
			.sequence = ntohl(headers.tcp.seq),
			.data = ntohs(headers.ip.tot_len) - 20U - headers.tcp.doff * 4U,
			.syn = headers.tcp.syn,
		};
		return true;
	}
}

int demo_two_hosts(struct demo_stage *stage, struct arena_hosts *hosts)
{
	int r = arena_hosts_make(hosts);

	if (r < 0)
		return demo_stop(stage, _("a second network namespace"), r);
	r = arena_cable(hosts, cable, 1);
	return r < 0 ? demo_stop(stage, _("a pair of virtual Ethernet devices"), r) : 0;
}

int demo_across(struct demo_stage *stage, const struct arena_hosts *hosts,
		struct demo_pair *pair)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr = { arena_address(1, 2) } };
	autoclose int listener = -1;
	int r = arena_move(hosts->there);

	*pair = DEMO_NO_PAIR;
	if (r < 0)
		return demo_stop(stage, "setns", r);
	listener = demo_bind(SOCK_STREAM, &address, NULL);
	r = arena_move(hosts->here);
	if (r < 0 || listener < 0)
		return demo_stop(stage, "listen", r < 0 ? r : listener);
	pair->client = demo_connect(&address, NULL);
	if (pair->client < 0)
		return demo_stop(stage, "connect", pair->client);
	pair->server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	return pair->server < 0 ? demo_stop(stage, "accept", -errno) : 0;
}

int demo_cut_power(struct demo_stage *stage, const struct arena_hosts *hosts)
{
	int r = arena_move(hosts->there), back;

	if (r == 0)
		r = arena_take_address(cable);
	back = arena_move(hosts->here);
	r = r < 0 ? r : back;
	return r < 0 ? demo_stop(stage, "SIOCSIFADDR", r) : 0;
}

static uint16_t port_of(int fd)
{
	struct sockaddr_in address = { 0 };
	socklen_t length = sizeof(address);

	getsockname(fd, (struct sockaddr *)&address, &length);
	return ntohs(address.sin_port);
}

static void put_segment(const struct demo_stage *stage,
			const struct demo_segment *segment, const char *at,
			bool again)
{
	if (segment->data == 0)
		demo_line(stage, _("%10s  a probe without data; no answer"), at);
	else if (again)
		demo_line(stage, _("%10s  the data again, %u bytes; no answer"), at,
			  segment->data);
	else
		demo_line(stage, _("%10s  the data, %u bytes; no answer"), at,
			  segment->data);
}

/** @return the milliseconds that it took, -1: it did not end in time */
static double watch(const struct demo_stage *stage, int wire, int fd, int most_ms, int *error)
{
	const double began = demo_now_ms();
	const uint16_t port = port_of(fd);
	socklen_t length = sizeof(*error);
	struct demo_segment segment;
	bool sent = false;

	*error = 0;
	while (demo_now_ms() - began < most_ms) {
		int came = demo_wait(fd, 0, 5);

		while (demo_wire_next(wire, port, &segment)) {
			char at[24];

			demo_time_text(demo_now_ms() - began, at, sizeof(at));
			put_segment(stage, &segment, at, sent);
			sent = true;
		}
		if (came & POLLERR) {
			getsockopt(fd, SOL_SOCKET, SO_ERROR, error, &length);
			return demo_now_ms() - began;
		}
	}
	return -1;
}

double demo_watch(const struct demo_stage *stage, int wire, int fd, int most_ms)
{
	int error;
	double ended_ms = watch(stage, wire, fd, most_ms, &error);
	char at[24];

	if (ended_ms >= 0)
		demo_line(stage, _("%10s  the connection ends: %s%s%s"), demo_time_text(ended_ms, at, sizeof(at)),
			  color_out(COLOR_BAD), strerrorname_np(error), color_out(COLOR_OFF));
	demo_time(stage, "noticed_us", ended_ms);
	demo_word(stage, "error", error ? strerrorname_np(error) : NULL);
	return ended_ms;
}
