/* SPDX-License-Identifier: MIT */
/* What the kernel's GSO does (net/ipv4/tcp_offload.c, udp_offload.c), for runs of segments. */

#include "segments.h"

#include <string.h>
#include <arpa/inet.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <netinet/in.h>

static bool is_one(const struct virtio_net_hdr *offload)
{
	return offload->gso_type == VIRTIO_NET_HDR_GSO_NONE;
}

/** The bytes of the transport header; 0: not one that can be split. */
static uint32_t transport_header(const struct virtio_net_hdr *offload, const struct iphdr *ip, const uint8_t *at,
				 size_t left)
{
	struct tcphdr tcp;

	switch (offload->gso_type & ~VIRTIO_NET_HDR_GSO_ECN) {
	case VIRTIO_NET_HDR_GSO_TCPV4:
		if (ip->protocol != IPPROTO_TCP || left < sizeof(tcp))
			return 0;
		memcpy(&tcp, at, sizeof(tcp));
		return tcp.doff * 4U >= sizeof(tcp) ? tcp.doff * 4U : 0;
	case VIRTIO_NET_HDR_GSO_UDP_L4:
		return ip->protocol == IPPROTO_UDP ? sizeof(struct udphdr) : 0;
	default:
		return 0;
	}
}

bool segments_read(const struct virtio_net_hdr *offload, const uint8_t *packet, size_t length, struct segments *ret)
{
	struct iphdr ip;
	uint32_t ip_header, header;

	if (length < sizeof(ip) || length > PACKET_BYTES_MOST)
		return false;
	memcpy(&ip, packet, sizeof(ip));
	ip_header = ip.ihl * 4U;
	if (ip.version != 4 || ip_header < sizeof(ip) || length < ip_header || ntohs(ip.tot_len) != length)
		return false;
	if (is_one(offload)) {
		*ret = (struct segments){ .count = 1, .header = (uint32_t)length };
		return true;
	}
	header = transport_header(offload, &ip, packet + ip_header, length - ip_header);
	if (!header || ip_header + header >= length || !offload->gso_size)
		return false;
	header += ip_header;
	*ret = (struct segments){
		.header = header,
		.size = offload->gso_size,
		.payload = (uint32_t)length - header,
	};
	ret->count = (ret->payload + ret->size - 1) / ret->size;
	return true;
}

static uint32_t add_words(uint32_t sum, const void *bytes, size_t length)
{
	const uint8_t *at = bytes;

	for (size_t i = 0; i + 1 < length; i += 2)
		sum += (uint32_t)at[i] << 8 | at[i + 1];
	return sum;
}

static uint16_t fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)sum);
}

/** What the kernel leaves in the checksum of a header that is not finished: the sum of the pseudo header. */
static uint16_t pseudo_sum(const struct iphdr *ip, size_t length)
{
	uint32_t sum = add_words(0, &ip->saddr, sizeof(ip->saddr) + sizeof(ip->daddr));

	return fold(sum + ip->protocol + (uint32_t)length);
}

static void cut_tcp(uint8_t *at, const struct iphdr *ip, size_t length, uint32_t skipped, bool has_last)
{
	struct tcphdr tcp;

	memcpy(&tcp, at, sizeof(tcp));
	tcp.seq = htonl(ntohl(tcp.seq) + skipped);
	if (skipped)
		tcp.cwr = 0;
	if (!has_last) {
		tcp.fin = 0;
		tcp.psh = 0;
	}
	tcp.check = pseudo_sum(ip, length);
	memcpy(at, &tcp, sizeof(tcp));
}

static void cut_udp(uint8_t *at, const struct iphdr *ip, size_t length)
{
	struct udphdr udp;

	memcpy(&udp, at, sizeof(udp));
	udp.len = htons((uint16_t)length);
	udp.check = pseudo_sum(ip, length);
	memcpy(at, &udp, sizeof(udp));
}

void segments_cut(const struct virtio_net_hdr *offload, const uint8_t *packet, const struct segments *segments,
		  uint32_t first, uint32_t n, struct segment_run *ret)
{
	uint32_t skipped = first * segments->size;
	size_t payload = (size_t)(segments_bytes(segments, first, n) - (uint64_t)n * segments->header);
	size_t length = segments->header + payload, transport;
	struct iphdr ip;

	memcpy(&ip, packet, sizeof(ip));
	memcpy(ret->header, packet, segments->header);
	transport = length - ip.ihl * 4U;
	ip.tot_len = htons((uint16_t)length);
	ip.id = htons((uint16_t)(ntohs(ip.id) + first));
	ip.check = 0;
	memcpy(ret->header, &ip, sizeof(ip));
	ip.check = (uint16_t)~fold(add_words(0, ret->header, ip.ihl * 4U));
	memcpy(ret->header, &ip, sizeof(ip));
	if (ip.protocol == IPPROTO_TCP)
		cut_tcp(ret->header + ip.ihl * 4U, &ip, transport, skipped, first + n == segments->count);
	else
		cut_udp(ret->header + ip.ihl * 4U, &ip, transport);

	ret->offload = *offload;
	if (n == 1) {
		ret->offload.gso_type = VIRTIO_NET_HDR_GSO_NONE;
		ret->offload.gso_size = 0;
	} else if (skipped) {
		ret->offload.gso_type &= (uint8_t)~VIRTIO_NET_HDR_GSO_ECN;
	}
	ret->header_length = segments->header;
	ret->payload_at = segments->header + skipped;
	ret->payload_length = payload;
}
