/* SPDX-License-Identifier: MIT */
/* Time is a number here: what a link does with packets is exact, whatever the machine is doing. */
#include <arpa/inet.h>
#include <codel.h>
#include <link-flow.h>
#include <netinet/ip.h>
#include <netinet/udp.h>

#include "test.h"

#define MS INT64_C(1000000)
#define S INT64_C(1000000000)

static struct flow *made(const char *text)
{
	struct link_spec spec;
	struct flow *flow;

	assert_int_equal(link_spec_parse(text, &spec, NULL), 0);
	assert_int_equal(flow_make(&spec, spec.seed, &flow), 0);
	return flow;
}

/** A datagram of so many bytes of IP, or (n > 1) n of them in one piece. */
static bool put_class(struct flow *flow, uint32_t bytes, uint32_t n, int64_t now_ns, uint8_t tos)
{
	struct packet *packet = flow_room(flow);
	uint32_t payload = bytes - 28, length = 28 + n * payload;
	struct iphdr ip = { .version = 4, .ihl = 5, .protocol = IPPROTO_UDP, .tot_len = htons((uint16_t)length) };

	if (!packet) {
		flow_refuse(flow);
		return false;
	}
	packet->offload = (struct virtio_net_hdr){ .gso_type = VIRTIO_NET_HDR_GSO_NONE };
	if (n > 1) {
		packet->offload.gso_type = VIRTIO_NET_HDR_GSO_UDP_L4;
		packet->offload.gso_size = (uint16_t)payload;
	}
	ip.tos = tos;
	memcpy(packet->bytes, &ip, sizeof(ip));
	flow_arrive(flow, length, now_ns);
	return true;
}

static bool put(struct flow *flow, uint32_t bytes, uint32_t n, int64_t now_ns)
{
	return put_class(flow, bytes, n, now_ns, 0);
}

/** Takes what is due by then; returns how many segments. */
static uint32_t drain(struct flow *flow, int64_t now_ns, int64_t *ret_last_ns)
{
	struct slice slice;
	uint32_t n = 0;

	while (flow_due(flow, now_ns, &slice)) {
		if (ret_last_ns)
			*ret_last_ns = slice.due_ns;
		n += slice.n;
		flow_done(flow, &slice);
	}
	return n;
}

static void a_packet_comes_after_its_own_length_and_the_delay(void **state)
{
	struct flow *flow = made("rate=100Mbit/s rtt=20ms");

	assert_true(flow_next(flow) == FLOW_NEVER);
	put(flow, 1250, 1, 1000);
	assert_int_equal(flow_next(flow), 1000 + 100000 + 10 * MS);
	assert_int_equal(drain(flow, 1000 + 100000 + 10 * MS - 1, NULL), 0);
	assert_int_equal(drain(flow, 1000 + 100000 + 10 * MS, NULL), 1);
	assert_true(flow_next(flow) == FLOW_NEVER);
	assert_int_equal(flow_counts(flow)->bytes, 1250);
	flow_free(flow);
}

static void a_queue_goes_at_the_rate_to_the_nanosecond(void **state)
{
	struct flow *flow = made("rate=3Gbit/s queue=8MiB");
	int64_t last_ns;

	/* A packet takes 4 us; of 1499 bytes each third of a nanosecond counts. */
	for (int i = 0; i < 3000; i++)
		put(flow, 1499, 1, 0);
	assert_int_equal(drain(flow, S, &last_ns), 3000);
	assert_int_equal(last_ns, 3000 * INT64_C(1499) * 8 / 3);
	flow_free(flow);
}

static void segments_of_one_packet_come_in_slices(void **state)
{
	struct flow *flow = made("rate=100Mbit/s rtt=2ms");
	struct slice slice;

	/* 40 segments of 1250 bytes: 4 ms on the link, two at a time. */
	put(flow, 1250, 40, 0);
	assert_false(flow_due(flow, 1 * MS + 199999, &slice));
	assert_int_equal(flow_next(flow) > 1 * MS && flow_next(flow) <= 1 * MS + 200000, 1);
	for (uint32_t i = 0; i < 20; i++) {
		assert_true(flow_due(flow, S, &slice));
		assert_int_equal(slice.first, 2 * i);
		assert_int_equal(slice.n, 2);
		assert_int_equal(slice.due_ns, 1 * MS + (i + 1) * 200000);
		flow_done(flow, &slice);
	}
	assert_false(flow_due(flow, S, &slice));
	assert_int_equal(flow_counts(flow)->segments, 40);
	flow_free(flow);
}

static void a_full_queue_drops_the_tail_by_the_segment(void **state)
{
	struct flow *flow = made("rate=1Mbit/s queue=10packets mtu=1250");

	/* One more than ten: the first is on the link at once. */
	put(flow, 1250, 20, 0);
	assert_int_equal(flow_counts(flow)->dropped_queue, 9);
	put(flow, 1250, 1, 0);
	assert_int_equal(flow_counts(flow)->dropped_queue, 10);
	assert_int_equal(flow_counts(flow)->queued_most, 11 * 1250);
	/* 10 ms a packet: after 25 ms there are two places. */
	put(flow, 1250, 5, 25 * MS);
	assert_int_equal(flow_counts(flow)->dropped_queue, 13);
	assert_int_equal(drain(flow, S, NULL), 13);
	flow_free(flow);
}

/** Of 100,000 segments; the limits are five standard deviations of the binomial distribution. */
static void as_many_are_lost_as_was_asked_for(void **state)
{
	static const struct {
		const char *text;
		uint64_t least, most;
	} cases[] = {
		{ "rate=1Gbit/s loss=0.1% seed=1", 50, 150 },
		{ "rate=1Gbit/s loss=1% seed=2", 843, 1157 },
		{ "rate=1Gbit/s loss=50% seed=3", 49210, 50790 },
		{ "rate=1Gbit/s loss=100% seed=4", 100000, 100000 },
		{ "rate=1Gbit/s seed=5", 0, 0 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct flow *flow = made(cases[i].text);
		int64_t now = 0;
		uint64_t arrived = 0, lost;

		for (int n = 0; n < 2500; n++) {
			put(flow, 1250, 40, now);
			now += 400000;
			arrived += drain(flow, now, NULL);
		}
		lost = flow_counts(flow)->dropped_loss;
		assert_int_equal(flow_counts(flow)->dropped_queue, 0);
		assert_int_equal(arrived + lost, 100000);
		assert_in_range(lost, cases[i].least, cases[i].most);
		flow_free(flow);
	}
}

static void the_same_seed_loses_the_same_segments(void **state)
{
	struct flow *one = made("rate=1Gbit/s loss=5% seed=9"), *two = made("rate=1Gbit/s loss=5% seed=9");
	struct slice a, b;
	bool more = true;

	for (int i = 0; i < 100; i++) {
		put(one, 1250, 40, i * MS);
		put(two, 1250, 40, i * MS);
	}
	while (more) {
		more = flow_due(one, S, &a);
		assert_int_equal(flow_due(two, S, &b), more);
		if (!more)
			break;
		assert_true(a.first == b.first && a.n == b.n && a.due_ns == b.due_ns);
		flow_done(one, &a);
		flow_done(two, &b);
	}
	assert_true(flow_counts(one)->dropped_loss > 0);
	flow_free(one);
	flow_free(two);
}

static void what_is_reordered_overtakes_what_is_under_way(void **state)
{
	struct flow *flow = made("rate=1Gbit/s rtt=10ms reorder=10% seed=1");
	struct slice slice;
	int64_t before_ns = 0;
	uint32_t backwards = 0, n = 0;
	struct packet *last = NULL;

	for (int i = 0; i < 1000; i++) {
		put(flow, 1250, 1, i * 10000);
		while (flow_due(flow, i * 10000, &slice)) {
			assert_true(slice.due_ns >= before_ns);
			before_ns = slice.due_ns;
			backwards += last && slice.packet->arrived_ns < last->arrived_ns;
			last = slice.packet;
			n += slice.n;
			flow_done(flow, &slice);
		}
	}
	n += drain(flow, S, NULL);
	assert_int_equal(n, 1000);
	assert_in_range(flow_counts(flow)->reordered, 53, 147);
	assert_true(backwards > 20);
	flow_free(flow);
}

/** 10.5 Mbit/s into 10 Mbit/s for 25 s; the longest wait of a segment in the last second, in ms. */
static int64_t wait_after_overload(const char *text, uint64_t *ret_dropped)
{
	struct flow *flow = made(text);
	int64_t longest_ms = 0;

	for (int i = 0; i < 26250; i++) {
		int64_t now_ns = i * INT64_C(952381);
		struct slice slice;

		put(flow, 1250, 1, now_ns);
		while (flow_due(flow, now_ns, &slice)) {
			int64_t waited_ms = (slice.due_ns - slice.packet->arrived_ns) / MS;

			if (now_ns > 24 * S && waited_ms > longest_ms)
				longest_ms = waited_ms;
			flow_done(flow, &slice);
		}
	}
	*ret_dropped = flow_counts(flow)->dropped_queue;
	flow_free(flow);
	return longest_ms;
}

static void codel_keeps_the_wait_short_that_drop_tail_lets_grow(void **state)
{
	uint64_t dropped;

	/* 1 s of queue, and 1 ms of its own. */
	assert_in_range(wait_after_overload("rate=10Mbit/s queue=1250000B", &dropped), 999, 1001);
	assert_in_range(dropped, 200, 300);
	assert_true(wait_after_overload("rate=10Mbit/s queue=1250000B aqm=codel", &dropped) < 100);
	assert_in_range(dropped, 1000, 1300);
}

static void codel_drops_after_an_interval_and_then_faster(void **state)
{
	struct codel codel;
	int64_t drops[8] = { 0 };
	size_t n = 0;

	codel_init(&codel, 1500, 1000);
	for (int64_t now_ns = MS; now_ns < S && n < COUNT(drops); now_ns += MS)
		if (codel_drops(&codel, 6 * MS, now_ns, 100000))
			drops[n++] = now_ns / MS;
	/* RFC 8289: the first a whole interval (100 ms) after the target was passed, then 100 ms / sqrt(count). */
	assert_int_equal(drops[0], 101);
	assert_int_equal(drops[1], 201);
	assert_int_equal(drops[2], 272);
	assert_int_equal(drops[3], 330);
	assert_int_equal(drops[4], 380);
	/* A queue of one packet is none, and a short wait ends it. */
	assert_false(codel_drops(&codel, 6 * MS, 2 * S, 1500));
	assert_false(codel_drops(&codel, 6 * MS, 2 * S, 100000));
	assert_false(codel_drops(&codel, 4 * MS, 3 * S, 100000));
}

static void codel_lets_a_slow_link_have_one_packet_on_the_way(void **state)
{
	struct codel codel;

	codel_init(&codel, 1500, 100 * MS);
	for (int64_t now_ns = MS; now_ns < 10 * S; now_ns += 100 * MS)
		assert_false(codel_drops(&codel, 120 * MS, now_ns, 100000));
}

/** More than memory is there for is refused, and what was taken comes out whole, however long it goes around. */
static void memory_that_is_full_refuses_and_comes_back(void **state)
{
	struct flow *flow = made("rtt=100ms");
	uint64_t taken = 0, came = 0;
	uint64_t random = 1;

	for (int round = 0; round < 200; round++) {
		for (int i = 0; i < 100; i++) {
			uint32_t bytes = 28 + (uint32_t)(random_next(&random) % 1400) + 1;
			uint32_t n = 1 + (uint32_t)(random_next(&random) % 45);

			taken += put(flow, bytes, n, round * 10 * MS) ? n : 0;
		}
		came += drain(flow, round * 10 * MS, NULL);
	}
	came += drain(flow, 1000 * S, NULL);
	assert_int_equal(came, taken);
	assert_int_equal(flow_counts(flow)->segments, taken);
	for (int i = 0; i < 5000; i++)
		put(flow, 1400, 45, 1001 * S);
	assert_true(flow_counts(flow)->dropped_queue > 100);
	assert_true(drain(flow, 2000 * S, NULL) > 1000);
	assert_true(flow_next(flow) == FLOW_NEVER);
	flow_free(flow);
}

/** Ten packets of the class in the way; how long one of another class takes then, ms. */
static int64_t wait_behind(const char *text, uint8_t before, uint8_t after)
{
	struct flow *flow = made(text);
	struct slice slice;
	int64_t took_ms = -1;

	put_class(flow, 1250, 10, 0, (uint8_t)(before << 2));
	put_class(flow, 1250, 1, 1, (uint8_t)(after << 2));
	while (flow_due(flow, S, &slice)) {
		if (slice.packet->segments.count == 1)
			took_ms = slice.due_ns / MS;
		flow_done(flow, &slice);
	}
	assert_int_equal(flow_counts(flow)->segments, 11);
	flow_free(flow);
	return took_ms;
}

/** One packet takes 10 ms here, and what is on the link is not interrupted. */
static void a_better_class_goes_first_where_there_are_classes(void **state)
{
	enum { LE = 1,
	       CS1 = 8,
	       AF41 = 34,
	       CS5 = 40,
	       EF = 46 };

	assert_int_equal(wait_behind("rate=1Mbit/s", 0, EF), 110);
	assert_int_equal(wait_behind("rate=1Mbit/s bands=dscp", 0, EF), 20);
	assert_int_equal(wait_behind("rate=1Mbit/s bands=dscp", AF41, CS5), 20);
	assert_int_equal(wait_behind("rate=1Mbit/s bands=dscp", 0, AF41), 110);
	assert_int_equal(wait_behind("rate=1Mbit/s bands=dscp", LE, 0), 20);
	assert_int_equal(wait_behind("rate=1Mbit/s bands=dscp", CS1, AF41), 20);
	assert_int_equal(wait_behind("rate=1Mbit/s bands=dscp", 0, LE), 110);
	assert_int_equal(wait_behind("rate=1Mbit/s bands=dscp", EF, EF), 110);
}

static void more_than_a_gibibyte_under_way_is_refused(void **state)
{
	struct link_spec spec = { .rate = 100 * S, .rtt_us = 60000000 };
	struct flow *flow;

	assert_int_equal(flow_make(&spec, 1, &flow), -E2BIG);
}

static void what_is_no_ipv4_is_not_carried(void **state)
{
	struct flow *flow = made("rtt=1ms");
	struct packet *packet = flow_room(flow);

	memset(packet->bytes, 0x60, 100);
	packet->offload = (struct virtio_net_hdr){ .gso_type = VIRTIO_NET_HDR_GSO_NONE };
	flow_arrive(flow, 100, 0);
	assert_int_equal(drain(flow, S, NULL), 0);
	flow_free(flow);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_packet_comes_after_its_own_length_and_the_delay),
		cmocka_unit_test(a_queue_goes_at_the_rate_to_the_nanosecond),
		cmocka_unit_test(segments_of_one_packet_come_in_slices),
		cmocka_unit_test(a_full_queue_drops_the_tail_by_the_segment),
		cmocka_unit_test(as_many_are_lost_as_was_asked_for),
		cmocka_unit_test(the_same_seed_loses_the_same_segments),
		cmocka_unit_test(what_is_reordered_overtakes_what_is_under_way),
		cmocka_unit_test(codel_keeps_the_wait_short_that_drop_tail_lets_grow),
		cmocka_unit_test(codel_drops_after_an_interval_and_then_faster),
		cmocka_unit_test(codel_lets_a_slow_link_have_one_packet_on_the_way),
		cmocka_unit_test(memory_that_is_full_refuses_and_comes_back),
		cmocka_unit_test(a_better_class_goes_first_where_there_are_classes),
		cmocka_unit_test(more_than_a_gibibyte_under_way_is_refused),
		cmocka_unit_test(what_is_no_ipv4_is_not_carried),
	};

	return RUN_TESTS(tests);
}
