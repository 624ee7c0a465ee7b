/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <segments.h>

#include "test.h"

#define PAYLOAD 3500

struct whole {
	struct virtio_net_hdr offload;
	uint8_t bytes[sizeof(struct iphdr) + sizeof(struct tcphdr) + 12 + PAYLOAD];
	size_t length;
};

static void put_ip(struct whole *whole, uint8_t protocol, size_t transport)
{
	struct iphdr ip = {
		.version = 4,
		.ihl = 5,
		.id = htons(100),
		.ttl = 64,
		.protocol = protocol,
		.saddr = htonl(0x0a4d0001),
		.daddr = htonl(0x0a4d0002),
	};

	whole->length = sizeof(ip) + transport + PAYLOAD;
	ip.tot_len = htons((uint16_t)whole->length);
	memcpy(whole->bytes, &ip, sizeof(ip));
	for (size_t i = 0; i < PAYLOAD; i++)
		whole->bytes[sizeof(ip) + transport + i] = (uint8_t)(i * 7);
}

static void make_tcp(struct whole *whole)
{
	struct tcphdr tcp = { .seq = htonl(0xffffff00), .doff = 8, .ack = 1, .psh = 1, .fin = 1 };

	tcp.res2 = 2; /* CWR */
	*whole = (struct whole){ .offload = { .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
					      .gso_type = VIRTIO_NET_HDR_GSO_TCPV4 | VIRTIO_NET_HDR_GSO_ECN,
					      .gso_size = 1000,
					      .hdr_len = 52,
					      .csum_start = 20,
					      .csum_offset = 16 } };
	put_ip(whole, IPPROTO_TCP, 32);
	memcpy(whole->bytes + 20, &tcp, sizeof(tcp));
}

static struct segments read_of(const struct whole *whole)
{
	struct segments segments;

	assert_true(segments_read(&whole->offload, whole->bytes, whole->length, &segments));
	return segments;
}

static uint32_t sum_of(const void *bytes, size_t length)
{
	const uint8_t *at = bytes;
	uint32_t sum = 0;

	for (size_t i = 0; i < length; i += 2)
		sum += (uint32_t)at[i] << 8 | at[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static void a_packet_has_its_segments(void **state)
{
	struct whole whole;
	struct segments segments;

	make_tcp(&whole);
	segments = read_of(&whole);
	assert_int_equal(segments.count, 4);
	assert_int_equal(segments.header, 52);
	assert_int_equal(segment_bytes(&segments, 0), 1052);
	assert_int_equal(segment_bytes(&segments, 3), 552);
	assert_int_equal(segments_bytes(&segments, 0, 4), PAYLOAD + 4 * 52);
	assert_int_equal(segments_bytes(&segments, 3, 1), 552);
	assert_int_equal(segments_bytes(&segments, 2, 0), 0);
}

static void a_packet_that_is_not_to_be_split_is_one_segment(void **state)
{
	struct whole whole;
	struct segments segments;

	make_tcp(&whole);
	whole.offload.gso_type = VIRTIO_NET_HDR_GSO_NONE;
	segments = read_of(&whole);
	assert_int_equal(segments.count, 1);
	assert_int_equal(segment_bytes(&segments, 0), whole.length);
	assert_int_equal(segments_bytes(&segments, 0, 1), whole.length);
}

static void a_run_of_a_tcp_packet_is_what_the_kernel_would_have_sent(void **state)
{
	struct whole whole;
	struct segments segments;
	struct segment_run run;
	struct iphdr ip;
	struct tcphdr tcp;
	uint8_t pseudo[12] = { 10, 77, 0, 1, 10, 77, 0, 2, 0, 6, (2000 + 32) >> 8, (2000 + 32) & 255 };

	make_tcp(&whole);
	segments = read_of(&whole);
	segments_cut(&whole.offload, whole.bytes, &segments, 1, 2, &run);
	memcpy(&ip, run.header, sizeof(ip));
	memcpy(&tcp, run.header + 20, sizeof(tcp));
	assert_int_equal(run.header_length, 52);
	assert_int_equal(run.payload_at, 52 + 1000);
	assert_int_equal(run.payload_length, 2000);
	assert_int_equal(ntohs(ip.tot_len), 2052);
	assert_int_equal(ntohs(ip.id), 101);
	assert_int_equal(sum_of(run.header, 20), 0xffff);
	assert_int_equal(ntohl(tcp.seq), 0xffffff00 + 1000U);
	assert_int_equal(ntohs(tcp.check), sum_of(pseudo, sizeof(pseudo)));
	assert_false(tcp.fin || tcp.psh);
	assert_true(tcp.ack);
	assert_int_equal(tcp.res2, 0);
	assert_int_equal(run.offload.gso_type, VIRTIO_NET_HDR_GSO_TCPV4);
	assert_int_equal(run.offload.gso_size, 1000);
	assert_int_equal(run.offload.csum_start, 20);
}

static void flags_stay_with_their_segment(void **state)
{
	struct whole whole;
	struct segments segments;
	struct segment_run run;
	struct tcphdr tcp;

	make_tcp(&whole);
	segments = read_of(&whole);
	segments_cut(&whole.offload, whole.bytes, &segments, 0, 1, &run);
	memcpy(&tcp, run.header + 20, sizeof(tcp));
	assert_int_equal(tcp.res2, 2);
	assert_false(tcp.fin || tcp.psh);
	assert_int_equal(run.offload.gso_type, VIRTIO_NET_HDR_GSO_NONE);
	segments_cut(&whole.offload, whole.bytes, &segments, 3, 1, &run);
	memcpy(&tcp, run.header + 20, sizeof(tcp));
	assert_true(tcp.fin && tcp.psh);
	assert_int_equal(tcp.res2, 0);
	assert_int_equal(run.payload_length, 500);
	assert_int_equal(run.offload.gso_size, 0);
}

static void a_run_of_udp_has_its_own_length(void **state)
{
	struct whole whole = { .offload = { .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
					    .gso_type = VIRTIO_NET_HDR_GSO_UDP_L4,
					    .gso_size = 1000,
					    .csum_start = 20,
					    .csum_offset = 6 } };
	struct segments segments;
	struct segment_run run;
	struct udphdr udp;

	put_ip(&whole, IPPROTO_UDP, sizeof(udp));
	segments = read_of(&whole);
	assert_int_equal(segments.count, 4);
	assert_int_equal(segments.header, 28);
	segments_cut(&whole.offload, whole.bytes, &segments, 2, 2, &run);
	memcpy(&udp, run.header + 20, sizeof(udp));
	assert_int_equal(ntohs(udp.len), 8 + 1500);
	assert_int_equal(run.payload_at, 28 + 2000);
	assert_int_equal(run.offload.gso_type, VIRTIO_NET_HDR_GSO_UDP_L4);
}

static void what_is_no_packet_is_refused(void **state)
{
	struct whole whole;
	struct segments segments;

	for (int i = 0; i < 9; i++) {
		make_tcp(&whole);
		switch (i) {
		case 0: whole.length = 19; break;
		case 1: whole.bytes[0] = 0x65; break;        /* IPv6 */
		case 2: whole.bytes[0] = 0x44; break;        /* a header of 16 bytes */
		case 3: whole.length--; break;               /* not what it says */
		case 4: whole.offload.gso_size = 0; break;   /* segments of nothing */
		case 5: whole.bytes[9] = IPPROTO_UDP; break; /* not what is to be split */
		case 6: whole.bytes[20 + 12] = 0x40; break;  /* a TCP header of 16 bytes */
		case 7: whole.offload.gso_type = VIRTIO_NET_HDR_GSO_TCPV6; break;
		default: /* no payload */
			whole.length = 52;
			whole.bytes[2] = 0;
			whole.bytes[3] = 52;
			break;
		}
		if (segments_read(&whole.offload, whole.bytes, whole.length, &segments))
			fail_msg("case %d was taken", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_packet_has_its_segments),
		cmocka_unit_test(a_packet_that_is_not_to_be_split_is_one_segment),
		cmocka_unit_test(a_run_of_a_tcp_packet_is_what_the_kernel_would_have_sent),
		cmocka_unit_test(flags_stay_with_their_segment),
		cmocka_unit_test(a_run_of_udp_has_its_own_length),
		cmocka_unit_test(what_is_no_packet_is_refused),
	};

	return RUN_TESTS(tests);
}
