/* SPDX-License-Identifier: MIT */
/* Asked and got. */

#include "calibrate.h"

#include <math.h>
#include <stdlib.h>

#include "datagrams.h"

#define NS_PER_S INT64_C(1000000000)
#define NS_PER_MS INT64_C(1000000)

/* A link is full if a little more comes than it carries. */
#define OVERLOAD 1.05
#define RATE_NS (NS_PER_S / 2)
#define RATE_NS_MOST (4 * NS_PER_S)
#define RATE_PACKETS 20
#define BURST_NS NS_PER_MS
#define BURST_MOST 40
#define PAYLOAD_LEAST 36

#define DELAYS 100
#define DELAY_GAP_NS (4 * NS_PER_MS)
#define DELAY_PAYLOAD 8

#define LOSS_NS (NS_PER_S / 2)
#define LOSS_SEGMENTS 40000
/* A share is plausible within so many standard deviations: one in 15,000 is farther off by chance. */
#define LOSS_DEVIATIONS 4

static double time_of(const struct link_spec *spec, double bytes)
{
	return spec->rate ? bytes * 8 * (double)NS_PER_S / (double)spec->rate : 0;
}

/** Nothing comes any more if nothing has come for so long. */
static int64_t quiet_ns(const struct link_spec *spec)
{
	return spec->rtt_us * 1000 + 100 * NS_PER_MS + (int64_t)(2 * time_of(spec, 1500));
}

/** Full packets, but on a slow link such that there are some; as many in one piece as take a millisecond. */
static struct datagram_plan plan_of(const struct link *link, const struct link_spec *spec, double load, int64_t for_ns)
{
	uint32_t mtu = spec->mtu ? spec->mtu : LINK_MTU_DEFAULT, most;
	struct datagram_plan plan = { .payload = mtu - DATAGRAM_HEADER, .burst = 1 };
	double packet_ns;

	while (plan.payload > PAYLOAD_LEAST && time_of(spec, plan.payload) * RATE_PACKETS > (double)for_ns)
		plan.payload = plan.payload / 2 > PAYLOAD_LEAST ? plan.payload / 2 : PAYLOAD_LEAST;
	packet_ns = time_of(spec, plan.payload + DATAGRAM_HEADER);
	most = 60000 / plan.payload;
	while (plan.burst < BURST_MOST && plan.burst < most && packet_ns * (plan.burst + 1) < (double)BURST_NS)
		plan.burst++;
	/* Only our own engine looks into what comes in one piece. */
	plan.one_piece = plan.burst > 1 && link_engine(link) == LINK_TUN;
	plan.gap_ns = (int64_t)(packet_ns * plan.burst / load);
	if (packet_ns * RATE_PACKETS > (double)for_ns)
		for_ns = (int64_t)fmin(packet_ns * RATE_PACKETS, (double)RATE_NS_MOST);
	plan.bursts = (uint64_t)(for_ns / (plan.gap_ns ? plan.gap_ns : 1)) + 2;
	return plan;
}

static int measure_rate(const struct link *link, const struct datagram_pair *pair, const struct link_spec *spec,
			struct calibration_way *way)
{
	struct datagram_plan plan = plan_of(link, spec, OVERLOAD, RATE_NS);
	struct datagrams_seen seen = { 0 };
	double sent_ns;
	int r;

	if (!spec->rate)
		return 0;
	r = datagrams_send(pair, &plan, quiet_ns(spec), &seen);
	if (r < 0)
		return r;
	sent_ns = time_of(spec, (double)seen.sent * (plan.payload + DATAGRAM_HEADER));
	way->was_starved = sent_ns < (double)seen.send_ns;
	if (seen.last_ns > seen.first_ns)
		way->rate = (double)(seen.bytes - seen.first_bytes) * 8 * (double)NS_PER_S /
			    (double)(seen.last_ns - seen.first_ns);
	return 0;
}

static int compare(const void *a, const void *b)
{
	int64_t one = *(const int64_t *)a, other = *(const int64_t *)b;

	return (one > other) - (one < other);
}

/** The datagram's own time on the link is not the link's delay. */
static double delay_at(const int64_t *delays_ns, size_t index, double own_ns)
{
	return ((double)delays_ns[index] - own_ns) / 1000;
}

static int measure_delay(const struct datagram_pair *pair, const struct link_spec *spec, struct calibration_way *way)
{
	struct datagram_plan plan = { .payload = DELAY_PAYLOAD, .burst = 1, .gap_ns = DELAY_GAP_NS, .bursts = DELAYS };
	int64_t delays_ns[DELAYS];
	struct datagrams_seen seen = { .delays_ns = delays_ns };
	double own_ns = time_of(spec, DELAY_PAYLOAD + DATAGRAM_HEADER);
	int r;

	if (own_ns > (double)plan.gap_ns / 2) {
		plan.gap_ns = (int64_t)(2 * own_ns);
		plan.bursts = DELAYS / 10;
	}
	r = datagrams_send(pair, &plan, quiet_ns(spec), &seen);
	if (r < 0 || !seen.n_delays)
		return r;
	qsort(delays_ns, seen.n_delays, sizeof(delays_ns[0]), compare);
	way->delay_us = delay_at(delays_ns, seen.n_delays / 2, own_ns);
	way->delay_low = delay_at(delays_ns, seen.n_delays / 20, own_ns);
	way->delay_high = delay_at(delays_ns, seen.n_delays * 19 / 20, own_ns);
	return 0;
}

static int measure_loss(const struct link *link, const struct datagram_pair *pair, const struct link_spec *spec,
			struct calibration_way *way)
{
	struct link_spec pace = *spec;
	struct datagrams_seen seen = { 0 };
	struct datagram_plan plan;
	int r;

	if (!spec->loss)
		return 0;
	if (!pace.rate)
		pace.rate = 100000000;
	plan = plan_of(link, &pace, 0.5, LOSS_NS);
	if (plan.bursts > LOSS_SEGMENTS / plan.burst)
		plan.bursts = LOSS_SEGMENTS / plan.burst;
	r = datagrams_send(pair, &plan, quiet_ns(spec), &seen);
	if (r < 0)
		return r;
	way->segments = seen.sent;
	way->loss = 1 - (double)seen.came / (double)seen.sent;
	return 0;
}

/** @param even the link without loss and reordering */
static int measure_way(struct link *link, enum link_direction direction, const struct link_spec *spec,
		       const struct link_spec *even, struct calibration_way *way)
{
	struct datagram_pair pair;
	int r = datagrams_open(link, direction, &pair);

	if (r < 0)
		return r;
	r = link_change(link, even);
	if (r == 0)
		r = measure_delay(&pair, even, way);
	if (r == 0)
		r = measure_rate(link, &pair, even, way);
	if (r == 0)
		r = link_change(link, spec);
	if (r == 0)
		r = measure_loss(link, &pair, spec, way);
	datagrams_close(&pair);
	return r;
}

static bool is_near(double got, double asked)
{
	return asked == 0 || fabs(got / asked - 1) <= CALIBRATE_TOLERANCE;
}

static bool is_plausible(const struct calibration_way *way, uint32_t loss)
{
	const double share = (double)loss / LINK_SHARE_ONE, n = (double)way->segments;

	if (loss == 0 || n == 0)
		return loss == 0;
	return fabs(way->loss - share) <= LOSS_DEVIATIONS * sqrt(share * (1 - share) / n) + 1 / n;
}

void calibration_judge(struct calibration *seen)
{
	seen->rtt_us = seen->ways[LINK_THERE].delay_us + seen->ways[LINK_BACK].delay_us;
	seen->keeps_rtt = is_near(seen->rtt_us, (double)seen->spec.rtt_us);
	seen->kept = seen->keeps_rtt;
	for (int i = 0; i < LINK_DIRECTIONS; i++) {
		struct calibration_way *way = &seen->ways[i];

		way->keeps_rate = is_near(way->rate, (double)seen->spec.rate);
		way->keeps_loss = is_plausible(way, seen->spec.loss);
		seen->kept = seen->kept && way->keeps_rate && way->keeps_loss;
	}
}

int calibrate(struct link *link, struct calibration *ret)
{
	struct link_spec spec = *link_spec(link), even = spec;
	struct calibration result = { .engine = link_engine(link), .spec = spec };
	int r = 0, back;

	even.loss = 0;
	even.reorder = 0;
	for (enum link_direction direction = LINK_THERE; direction < LINK_DIRECTIONS && r == 0; direction++)
		r = measure_way(link, direction, &spec, &even, &result.ways[direction]);
	back = link_change(link, &spec);
	if (r < 0 || back < 0)
		return r < 0 ? r : back;
	calibration_judge(&result);
	*ret = result;
	return 0;
}
