/* SPDX-License-Identifier: MIT */
/* Packets that the kernel hands over unsplit (GSO): the segments that they stand for, and some of them as a packet. */
#ifndef LAB_SEGMENTS_H
#define LAB_SEGMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/virtio_net.h>

/* Of Linux 6.2; the headers that a program is built with may be older. */
#ifndef VIRTIO_NET_HDR_GSO_UDP_L4
#define VIRTIO_NET_HDR_GSO_UDP_L4 5
#endif

#define PACKET_BYTES_MOST 65535
/* IPv4 and TCP with all options. */
#define SEGMENT_HEADER_MOST 120

struct segments {
	uint32_t count;
	uint32_t header;  /* bytes of IP and transport headers, which each segment has */
	uint32_t size;    /* bytes of payload of each but the last */
	uint32_t payload; /* bytes of all */
};

/** A run of segments as a packet: its headers, and where in the whole its payload is. */
struct segment_run {
	struct virtio_net_hdr offload;
	uint8_t header[SEGMENT_HEADER_MOST];
	size_t header_length;
	size_t payload_at, payload_length;
};

/** @return false: nothing that an IPv4 link carries, or no packet as it should be */
bool segments_read(const struct virtio_net_hdr *offload, const uint8_t *packet, size_t length, struct segments *ret);

/** What a segment takes on the link: bytes of IP. */
static inline uint32_t segment_bytes(const struct segments *segments, uint32_t index)
{
	uint32_t before = index * segments->size;
	uint32_t left = segments->payload - before;

	return segments->header + (left < segments->size || index + 1 == segments->count ? left : segments->size);
}

/** The bytes of segments first to first + n - 1. */
static inline uint64_t segments_bytes(const struct segments *segments, uint32_t first, uint32_t n)
{
	if (n == 0)
		return 0;
	return (uint64_t)(n - 1) * (segments->header + segments->size) + segment_bytes(segments, first + n - 1);
}

/** Some of the segments, as the kernel would have sent them: lengths, sequence number, flags and checksums. */
void segments_cut(const struct virtio_net_hdr *offload, const uint8_t *packet, const struct segments *segments,
		  uint32_t first, uint32_t n, struct segment_run *ret);

#endif
