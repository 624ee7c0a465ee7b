/* SPDX-License-Identifier: MIT */
/* One direction of an emulated link. */

#include "link-flow.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "codel.h"

/* A packet of many segments is delivered in slices of so much time on the link: as a card gathers interrupts. */
#define SLICE_NS INT64_C(250000)
#define NS_PER_S INT64_C(1000000000)
#define ALIGNMENT 64U
#define MEMORY_LEAST (INT64_C(16) << 20)
#define ENTRIES_FIRST 1024U
#define BANDS 3

/** Packets in memory one behind the other, around: freed in another order than made, given back in order. */
struct memory {
	uint8_t *base;
	size_t size, head, tail, end; /* end: where it goes on at the beginning */
	size_t n;
};

/** Slices in order of time. */
struct line {
	struct slice *entries;
	size_t size, first, n; /* size: a power of two */
};

struct queue {
	struct packet *first, *last;
	int64_t bytes;
	struct codel codel;
};

struct flow {
	int64_t rate, delay_ns, limit;
	enum link_aqm aqm;
	uint32_t loss, reorder;
	uint64_t random;
	uint64_t until_loss, until_reorder; /* segments that pass before */
	int64_t free_ns;                    /* when the transmitter is through with what it has begun */
	int64_t remainder;                  /* of free_ns: parts of a nanosecond, of rate */
	struct queue queues[BANDS];         /* the first goes first; without classes all are in the second */
	bool by_class;
	struct line line, express; /* express: what overtakes */
	struct memory memory;
	struct link_counts counts;
};

/* ---- chance ---- */

static uint64_t random_next(uint64_t *state)
{
	/* splitmix64: https://prng.di.unimi.it/splitmix64.c */
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/** How many segments pass before the next one that it hits: one draw a hit in place of one a segment. */
static uint64_t until_next(struct flow *flow, uint32_t share)
{
	double uniform = ((double)(random_next(&flow->random) >> 11) + 1) * 0x1p-53;
	double passed;

	if (share == 0)
		return UINT64_MAX;
	if (share >= LINK_SHARE_ONE)
		return 0;
	passed = log(uniform) / log1p(-(double)share / LINK_SHARE_ONE);
	return passed < 1e18 ? (uint64_t)passed : UINT64_MAX;
}

static bool is_hit(struct flow *flow, uint64_t *until, uint32_t share)
{
	if (share == 0)
		return false;
	if (*until > 0) {
		*until -= 1;
		return false;
	}
	*until = until_next(flow, share);
	return true;
}

/* ---- memory ---- */

static struct packet *packet_at(const struct memory *memory, size_t at)
{
	return (struct packet *)(void *)(memory->base + at);
}

struct packet *flow_room(struct flow *flow)
{
	struct memory *memory = &flow->memory;

	if (memory->n == 0)
		memory->head = memory->tail = 0, memory->end = memory->size;
	else if (memory->head == memory->tail)
		return NULL;
	if (memory->head >= memory->tail && memory->size - memory->head < sizeof(struct packet)) {
		if (memory->tail <= sizeof(struct packet))
			return NULL;
		memory->end = memory->head;
		memory->head = 0;
	}
	if (memory->head < memory->tail && memory->tail - memory->head <= sizeof(struct packet))
		return NULL;
	return packet_at(memory, memory->head);
}

static void memory_keep(struct memory *memory, struct packet *packet)
{
	size_t used = offsetof(struct packet, bytes) + packet->length;

	packet->span = (uint32_t)((used + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1));
	memory->head += packet->span;
	memory->n++;
}

static void memory_release(struct memory *memory, struct packet *packet)
{
	packet->references--;
	while (memory->n) {
		if (memory->tail == memory->end) {
			memory->tail = 0;
			memory->end = memory->size;
		}
		packet = packet_at(memory, memory->tail);
		if (packet->references)
			return;
		memory->tail += packet->span;
		memory->n--;
	}
}

/* ---- what is under way ---- */

static bool line_grow(struct line *line)
{
	size_t size = line->size ? line->size * 2 : ENTRIES_FIRST;
	struct slice *entries = malloc(size * sizeof(*entries));

	if (!entries)
		return false;
	for (size_t i = 0; i < line->n; i++)
		entries[i] = line->entries[(line->first + i) & (line->size - 1)];
	free(line->entries);
	*line = (struct line){ .entries = entries, .size = size, .n = line->n };
	return true;
}

static const struct slice *line_first(const struct line *line)
{
	return line->n ? &line->entries[line->first] : NULL;
}

/** A run of segments goes on its way; if there is no memory to note it, it is lost. */
static void line_add(struct flow *flow, struct line *line, const struct slice *slice)
{
	if (line->n == line->size && !line_grow(line)) {
		flow->counts.dropped_queue += slice->n;
		return;
	}
	line->entries[(line->first + line->n) & (line->size - 1)] = *slice;
	line->n++;
	slice->packet->references++;
}

static void line_take(struct line *line, struct slice *ret)
{
	*ret = line->entries[line->first];
	line->first = (line->first + 1) & (line->size - 1);
	line->n--;
}

/* ---- the transmitter ---- */

static int64_t time_of(const struct flow *flow, int64_t bytes)
{
	return flow->rate ? bytes * 8 * NS_PER_S / flow->rate : 0;
}

/** The transmitter is busy with so many bytes; what does not make a whole nanosecond is not lost. */
static void occupy(struct flow *flow, uint32_t bytes)
{
	int64_t parts = (int64_t)bytes * 8 * NS_PER_S + flow->remainder;

	if (!flow->rate)
		return;
	flow->free_ns += parts / flow->rate;
	flow->remainder = parts % flow->rate;
}

static void send_run(struct flow *flow, struct packet *packet, uint32_t first, uint32_t end)
{
	if (first < end)
		line_add(flow, &flow->line,
			 &(struct slice){ packet, first, end - first, flow->free_ns + flow->delay_ns });
}

/** Transmits segments of a packet from now on, as many as one slice has; those that are lost take their time, too. */
static void send_slice(struct flow *flow, struct queue *queue)
{
	struct packet *packet = queue->first;
	int64_t begun_ns = flow->free_ns;
	uint32_t run = packet->first;

	while (packet->first < packet->end) {
		uint32_t index = packet->first, bytes = segment_bytes(&packet->segments, index);

		if (flow->free_ns > begun_ns && flow->free_ns + time_of(flow, bytes) > begun_ns + SLICE_NS)
			break;
		packet->first++;
		queue->bytes -= bytes;
		if (flow->aqm == LINK_CODEL &&
		    codel_drops(&queue->codel, flow->free_ns - packet->arrived_ns, flow->free_ns, queue->bytes)) {
			flow->counts.dropped_queue++;
			send_run(flow, packet, run, index);
			run = index + 1;
			continue;
		}
		occupy(flow, bytes);
		if (is_hit(flow, &flow->until_loss, flow->loss)) {
			flow->counts.dropped_loss++;
		} else if (is_hit(flow, &flow->until_reorder, flow->reorder)) {
			flow->counts.reordered++;
			line_add(flow, &flow->express, &(struct slice){ packet, index, 1, flow->free_ns });
		} else {
			continue;
		}
		send_run(flow, packet, run, index);
		run = index + 1;
	}
	send_run(flow, packet, run, packet->first);
}

/** The queue whose turn it is; NULL: nothing waits. */
static const struct queue *next_queue(const struct flow *flow)
{
	for (const struct queue *queue = flow->queues; queue < flow->queues + BANDS; queue++)
		if (queue->first)
			return queue;
	return NULL;
}

static int64_t start_of(const struct flow *flow, const struct packet *packet)
{
	return packet->arrived_ns > flow->free_ns ? packet->arrived_ns : flow->free_ns;
}

/** What the transmitter has begun by now. Nothing has arrived since it was last asked, so nothing is overtaken. */
static void transmit(struct flow *flow, int64_t now_ns)
{
	const struct queue *next;

	while ((next = next_queue(flow)) && start_of(flow, next->first) <= now_ns) {
		struct queue *queue = &flow->queues[next - flow->queues];
		struct packet *packet = queue->first;

		if (packet->arrived_ns > flow->free_ns) {
			flow->free_ns = packet->arrived_ns;
			flow->remainder = 0;
		}
		send_slice(flow, queue);
		if (packet->first < packet->end)
			continue;
		queue->first = packet->next;
		if (!queue->first)
			queue->last = NULL;
		memory_release(&flow->memory, packet);
	}
}

/* ---- the queue ---- */

/** How many of the packet's segments find room. One more does if the transmitter has nothing to do. */
static uint32_t fitting(const struct flow *flow, const struct queue *queue, const struct segments *segments,
			int64_t now_ns)
{
	int64_t room = flow->limit - queue->bytes;
	bool is_idle = !next_queue(flow) && flow->free_ns <= now_ns;
	uint32_t n = 0;

	if (segments_bytes(segments, 0, segments->count) <= (uint64_t)(room < 0 ? 0 : room))
		return segments->count;
	while (n < segments->count && room >= segment_bytes(segments, n))
		room -= segment_bytes(segments, n++);
	return n < segments->count && is_idle ? n + 1 : n;
}

/** Three bands as RFC 4594 would have them: telephony and network control, the rest, and what may wait (RFC 8622). */
static unsigned int band_of(const struct flow *flow, const uint8_t *ip)
{
	enum { LOWER_EFFORT = 1,
	       CS1 = 8,
	       CS5 = 40 };
	unsigned int dscp = ip[1] >> 2;

	if (!flow->by_class)
		return 1;
	return dscp >= CS5 ? 0 : dscp == LOWER_EFFORT || dscp == CS1 ? 2 :
								       1;
}

static int64_t queued(const struct flow *flow)
{
	int64_t bytes = 0;

	for (size_t i = 0; i < BANDS; i++)
		bytes += flow->queues[i].bytes;
	return bytes;
}

void flow_arrive(struct flow *flow, uint32_t length, int64_t now_ns)
{
	struct packet *packet = packet_at(&flow->memory, flow->memory.head);
	struct queue *queue;

	transmit(flow, now_ns);
	/* What is no IPv4 (an IPv6 host looks for routers of its own accord) has no place on this link. */
	if (!segments_read(&packet->offload, packet->bytes, length, &packet->segments))
		return;
	queue = &flow->queues[band_of(flow, packet->bytes)];
	packet->arrived_ns = now_ns;
	packet->length = length;
	packet->first = 0;
	packet->end = fitting(flow, queue, &packet->segments, now_ns);
	flow->counts.dropped_queue += packet->segments.count - packet->end;
	if (packet->end == 0)
		return;
	packet->references = 1;
	packet->next = NULL;
	memory_keep(&flow->memory, packet);
	queue->bytes += (int64_t)segments_bytes(&packet->segments, 0, packet->end);
	if ((uint64_t)queued(flow) > flow->counts.queued_most)
		flow->counts.queued_most = (uint64_t)queued(flow);
	if (queue->last)
		queue->last->next = packet;
	else
		queue->first = packet;
	queue->last = packet;
}

void flow_refuse(struct flow *flow)
{
	flow->counts.dropped_queue++;
}

/* ---- the far end ---- */

bool flow_due(struct flow *flow, int64_t now_ns, struct slice *ret)
{
	const struct slice *next, *express;

	transmit(flow, now_ns);
	next = line_first(&flow->line);
	express = line_first(&flow->express);
	if (express && (!next || express->due_ns <= next->due_ns)) {
		if (express->due_ns > now_ns)
			return false;
		line_take(&flow->express, ret);
	} else {
		if (!next || next->due_ns > now_ns)
			return false;
		line_take(&flow->line, ret);
	}
	flow->counts.packets++;
	flow->counts.segments += ret->n;
	flow->counts.bytes += segments_bytes(&ret->packet->segments, ret->first, ret->n);
	return true;
}

void flow_done(struct flow *flow, const struct slice *slice)
{
	memory_release(&flow->memory, slice->packet);
}

int64_t flow_next(const struct flow *flow)
{
	const struct slice *next = line_first(&flow->line), *express = line_first(&flow->express);
	const struct queue *queue = next_queue(flow);
	const struct packet *packet = queue ? queue->first : NULL;
	int64_t next_ns = next ? next->due_ns : FLOW_NEVER;

	if (express && express->due_ns < next_ns)
		next_ns = express->due_ns;
	/* What waits comes after what is under way, unless it may overtake. */
	if (packet && (!next || flow->reorder)) {
		uint32_t left = packet->end - packet->first;
		int64_t all_ns = time_of(flow, (int64_t)segments_bytes(&packet->segments, packet->first, left));
		int64_t one_ns = time_of(flow, segment_bytes(&packet->segments, packet->first));
		int64_t slice_ns = all_ns < SLICE_NS ? all_ns : one_ns > SLICE_NS ? one_ns :
										    SLICE_NS - one_ns;
		int64_t due_ns = start_of(flow, packet) + (flow->reorder ? one_ns : slice_ns + flow->delay_ns);

		if (due_ns < next_ns)
			next_ns = due_ns;
	}
	return next_ns;
}

const struct link_counts *flow_counts(const struct flow *flow)
{
	return &flow->counts;
}

/* ---- life ---- */

/** Small packets take more memory than they have bytes; without a rate one can only guess what is under way. */
static int64_t memory_for(const struct link_spec *spec)
{
	int64_t under_way, queue = link_spec_queue_bytes(spec);

	if (!spec->rate) {
		under_way = link_spec_bytes_under_way(
			&(struct link_spec){ .rate = 4 * NS_PER_S, .rtt_us = spec->rtt_us });
		return under_way < FLOW_BYTES_MOST ? MEMORY_LEAST + under_way : FLOW_BYTES_MOST;
	}
	under_way = link_spec_bytes_under_way(spec);
	if (under_way > FLOW_BYTES_MOST || queue > FLOW_BYTES_MOST)
		return INT64_MAX;
	return MEMORY_LEAST + 2 * (under_way + queue * (spec->bands == LINK_BANDS_DSCP ? BANDS : 1));
}

int flow_make(const struct link_spec *spec, uint64_t seed, struct flow **ret)
{
	int64_t size = memory_for(spec);
	struct flow *flow;
	int64_t mtu;
	void *base;

	if (size > FLOW_BYTES_MOST)
		return -E2BIG;
	flow = calloc(1, sizeof(*flow));
	if (!flow)
		return -ENOMEM;
	base = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (base == MAP_FAILED) {
		free(flow);
		return -ENOMEM;
	}
	flow->memory = (struct memory){ .base = base, .size = (size_t)size, .end = (size_t)size };
	flow->rate = spec->rate;
	flow->delay_ns = spec->rtt_us * 500;
	flow->limit = link_spec_queue_bytes(spec);
	flow->aqm = spec->aqm;
	flow->by_class = spec->bands == LINK_BANDS_DSCP;
	flow->loss = spec->loss;
	flow->reorder = spec->reorder;
	flow->random = seed;
	flow->until_loss = until_next(flow, flow->loss);
	flow->until_reorder = until_next(flow, flow->reorder);
	mtu = spec->mtu ? spec->mtu : LINK_MTU_DEFAULT;
	for (size_t i = 0; i < BANDS; i++)
		codel_init(&flow->queues[i].codel, mtu, time_of(flow, mtu));
	*ret = flow;
	return 0;
}

void flow_free(struct flow *flow)
{
	if (!flow)
		return;
	munmap(flow->memory.base, flow->memory.size);
	free(flow->line.entries);
	free(flow->express.entries);
	free(flow);
}
