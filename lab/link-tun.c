/* SPDX-License-Identifier: MIT */
/* The link in user space: a TUN device in each host, and a thread a direction that carries packets between them. */

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <tidy.h>

#include "device.h"
#include "link-flow.h"
#include "link-engine.h"
#include "punctual.h"

/* Marks a text for translation where it stands; gettext() is called where it is printed. */
#define N_(text) text

#define NS_PER_S INT64_C(1000000000)
/* A sleep ends late by what waking up takes; so much of it is spent looking at the clock in place of sleeping. */
#define SPIN_NS_MOST INT64_C(80000)
#define STEP_NS_LEAST INT64_C(500)
/* What waits in a device for its thread: as much as a burst may bring. */
#define DEVICE_PACKETS 4000

struct direction {
	struct flow *flow;
	int from, to; /* devices */
	int waker;    /* eventfd: there is something to look at */
	atomic_bool ends;
	pthread_mutex_t lock; /* flow */
	pthread_t thread;
	int64_t late_ns;     /* how late a sleep ends here, as three of four do: no link is shorter than asked */
	int64_t latest_ns;   /* that nine of ten keep */
	int64_t sleeping_ns; /* since when it has slept, if a packet ended that; 0: it has not */
};

struct tun_link {
	int fd[2]; /* here, there */
	struct direction directions[LINK_DIRECTIONS];
};

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NS_PER_S + now.tv_nsec;
}

/** The packet that ends a sleep came when waking up began, not when it was done. */
static int64_t arrival_ns(struct direction *direction)
{
	int64_t now = now_ns(), slept_ns = direction->sleeping_ns ? now - direction->sleeping_ns : 0;

	direction->sleeping_ns = 0;
	return now - (slept_ns < direction->late_ns ? slept_ns : direction->late_ns);
}

/** @return true: there was a packet */
static bool read_one(struct direction *direction)
{
	static _Thread_local struct packet refused;
	struct packet *packet = flow_room(direction->flow);
	struct packet *into = packet ? packet : &refused;
	struct iovec parts[] = { { &into->offload, sizeof(into->offload) }, { into->bytes, sizeof(into->bytes) } };
	ssize_t n = readv(direction->from, parts, 2);

	if (n < 0)
		return errno == EINTR;
	if (!packet)
		flow_refuse(direction->flow);
	else if ((size_t)n > sizeof(into->offload))
		flow_arrive(direction->flow, (uint32_t)((size_t)n - sizeof(into->offload)),
			    arrival_ns(direction));
	return true;
}

/** Hands segments to the far host. What it does not take (its device is down) is gone, as on any link. */
static void write_slice(const struct direction *direction, const struct slice *slice)
{
	struct packet *packet = slice->packet;
	struct segment_run run;
	struct iovec parts[3];
	int n_parts = 2;

	if (slice->n == packet->segments.count) {
		parts[0] = (struct iovec){ &packet->offload, sizeof(packet->offload) };
		parts[1] = (struct iovec){ packet->bytes, packet->length };
	} else {
		segments_cut(&packet->offload, packet->bytes, &packet->segments, slice->first, slice->n, &run);
		parts[0] = (struct iovec){ &run.offload, sizeof(run.offload) };
		parts[1] = (struct iovec){ run.header, run.header_length };
		parts[2] = (struct iovec){ packet->bytes + run.payload_at, run.payload_length };
		n_parts = 3;
	}
	while (writev(direction->to, parts, n_parts) < 0 && errno == EINTR)
		;
}

static bool deliver_one(struct direction *direction)
{
	struct slice slice;

	if (!flow_due(direction->flow, now_ns(), &slice))
		return false;
	write_slice(direction, &slice);
	flow_done(direction->flow, &slice);
	return true;
}

/** A sleep ended so late. The estimates follow the quantiles, which single long waits do not move. */
static void learn(struct direction *direction, int64_t late_ns)
{
	int64_t step_ns = direction->late_ns / 16 + STEP_NS_LEAST;

	direction->late_ns += late_ns > direction->late_ns ? step_ns : -3 * step_ns;
	direction->latest_ns += late_ns > direction->latest_ns ? 9 * step_ns : -step_ns;
	if (direction->late_ns < 0)
		direction->late_ns = 0;
	if (direction->latest_ns < direction->late_ns)
		direction->latest_ns = direction->late_ns;
}

/** Sleeps until a packet comes or shortly before the time, so that it is not missed. */
static void wait_until(struct direction *direction, int64_t until_ns)
{
	struct pollfd ready[] = {
		{ .fd = direction->from, .events = POLLIN },
		{ .fd = direction->waker, .events = POLLIN },
	};
	int64_t begun_ns = now_ns();
	int64_t early_ns = direction->latest_ns < SPIN_NS_MOST ? direction->latest_ns : SPIN_NS_MOST;
	int64_t wait_ns = until_ns == FLOW_NEVER ? FLOW_NEVER : until_ns - early_ns - begun_ns;
	struct timespec wait = { .tv_sec = wait_ns / NS_PER_S, .tv_nsec = wait_ns % NS_PER_S };

	if (wait_ns <= 0)
		return;
	if (ppoll(ready, 2, until_ns == FLOW_NEVER ? NULL : &wait, NULL) == 0)
		learn(direction, now_ns() - begun_ns - wait_ns);
	else if (ready[0].revents)
		direction->sleeping_ns = begun_ns;
	if (ready[1].revents)
		eventfd_read(direction->waker, &(eventfd_t){ 0 });
}

static void *carry(void *context)
{
	struct direction *direction = context;

	be_punctual();
	while (!atomic_load_explicit(&direction->ends, memory_order_relaxed)) {
		int64_t until_ns;
		bool had_one;

		pthread_mutex_lock(&direction->lock);
		had_one = read_one(direction);
		while (deliver_one(direction))
			had_one = true;
		until_ns = flow_next(direction->flow);
		pthread_mutex_unlock(&direction->lock);
		if (!had_one)
			wait_until(direction, until_ns);
	}
	return NULL;
}

static void wake(const struct direction *direction)
{
	eventfd_write(direction->waker, 1);
}

static int begin(struct tun_link *tun, const struct link_spec *spec, enum link_direction number)
{
	struct direction *direction = &tun->directions[number];
	sigset_t all, before;
	int r = flow_make(spec, link_seed(spec, number), &direction->flow);

	if (r < 0)
		return r;
	direction->from = tun->fd[number == LINK_THERE ? 0 : 1];
	direction->to = tun->fd[number == LINK_THERE ? 1 : 0];
	direction->waker = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (direction->waker < 0)
		return -errno;
	/* Signals are for the program's own threads. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	r = -pthread_create(&direction->thread, NULL, carry, direction);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (r < 0)
		tidy_close(&direction->waker), direction->waker = -1;
	return r;
}

static int make_device(struct link *link, unsigned int end)
{
	int fd = device_make_tun(LINK_DEVICE), r;

	if (fd < 0)
		return fd;
	link->tun->fd[end - 1] = fd;
	r = device_set_length(LINK_DEVICE, DEVICE_PACKETS);
	return r < 0 ? r : device_set_up(LINK_DEVICE, arena_address(LINK_NET, end), link_mtu(&link->spec));
}

static int make_devices(struct link *link)
{
	int r = make_device(link, 1), back;

	if (r == 0)
		r = arena_move(link->ends.hosts.there);
	if (r < 0)
		return r;
	r = make_device(link, 2);
	back = arena_move(link->ends.hosts.here);
	return r < 0 ? r : back;
}

int tun_open(struct link *link, const char **why)
{
	int r;

	link->tun = calloc(1, sizeof(*link->tun));
	if (!link->tun) {
		*why = N_("there is not enough memory");
		return -ENOMEM;
	}
	link->tun->fd[0] = link->tun->fd[1] = -1;
	for (int i = 0; i < LINK_DIRECTIONS; i++) {
		link->tun->directions[i].waker = -1;
		pthread_mutex_init(&link->tun->directions[i].lock, NULL);
	}
	r = make_devices(link);
	if (r < 0) {
		*why = N_("no TUN device can be made here: /dev/net/tun is needed, and the right to use it");
	} else {
		r = begin(link->tun, &link->spec, LINK_THERE);
		if (r == 0)
			r = begin(link->tun, &link->spec, LINK_BACK);
		if (r < 0)
			*why = r == -E2BIG ? N_("more than 1 GiB would be under way or queued on this link") :
					     N_("there is not enough memory");
	}
	if (r < 0)
		tun_close(link);
	return r;
}

int tun_change(struct link *link, const struct link_spec *spec)
{
	struct flow *flows[LINK_DIRECTIONS] = { NULL };
	int r = flow_make(spec, link_seed(spec, LINK_THERE), &flows[LINK_THERE]);

	if (r == 0)
		r = flow_make(spec, link_seed(spec, LINK_BACK), &flows[LINK_BACK]);
	for (int i = 0; i < LINK_DIRECTIONS; i++) {
		struct direction *direction = &link->tun->directions[i];
		struct flow *old = flows[i];

		if (r == 0) {
			pthread_mutex_lock(&direction->lock);
			old = direction->flow;
			direction->flow = flows[i];
			pthread_mutex_unlock(&direction->lock);
			wake(direction);
		}
		flow_free(old);
	}
	return r;
}

void tun_counts(const struct link *link, enum link_direction number, struct link_counts *ret)
{
	struct direction *direction = &link->tun->directions[number];

	pthread_mutex_lock(&direction->lock);
	*ret = *flow_counts(direction->flow);
	pthread_mutex_unlock(&direction->lock);
}

void tun_close(struct link *link)
{
	struct tun_link *tun = link->tun;

	for (int i = 0; i < LINK_DIRECTIONS; i++) {
		struct direction *direction = &tun->directions[i];

		if (direction->waker >= 0) {
			atomic_store(&direction->ends, true);
			wake(direction);
			pthread_join(direction->thread, NULL);
			tidy_close(&direction->waker);
		}
		flow_free(direction->flow);
		pthread_mutex_destroy(&direction->lock);
	}
	tidy_close(&tun->fd[0]);
	tidy_close(&tun->fd[1]);
	free(tun);
	link->tun = NULL;
}
