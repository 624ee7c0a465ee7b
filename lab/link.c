/* SPDX-License-Identifier: MIT */
/* A link between two hosts of our own: whichever engine makes it. */

#include "lab-link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "device.h"
#include "link-engine.h"

/* Marks a text for translation where it stands; gettext() is called where it is printed. */
#define N_(text) text

uint32_t link_mtu(const struct link_spec *spec)
{
	return spec->mtu ? spec->mtu : LINK_MTU_DEFAULT;
}

uint64_t link_seed(const struct link_spec *spec, enum link_direction direction)
{
	uint64_t seed = spec->seed;
	struct timespec now;

	if (!seed && getrandom(&seed, sizeof(seed), 0) < 0) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		seed = (uint64_t)now.tv_nsec;
	}
	return seed * LINK_DIRECTIONS + direction;
}

int link_there(const struct link *link, int (*run)(const struct link *link))
{
	int r = arena_move(link->ends.hosts.there), back;

	if (r < 0)
		return r;
	r = run(link);
	back = arena_move(link->ends.hosts.here);
	return r < 0 ? r : back;
}

static int set_end_up(const struct link *link)
{
	device_without_ipv6(LINK_DEVICE);
	return device_set_mtu(LINK_DEVICE, link_mtu(&link->spec));
}

static int cable_open(struct link *link, const char **why)
{
	int r = arena_cable(&link->ends.hosts, LINK_DEVICE, LINK_NET);

	if (r == 0)
		r = set_end_up(link);
	if (r == 0)
		r = link_there(link, set_end_up);
	if (r < 0)
		*why = N_("no pair of virtual Ethernet devices can be made here");
	return r;
}

/** A cable with netem at both ends; without it there is no cable either. */
static int cable_with_netem(struct link *link, const char **why)
{
	int r = cable_open(link, why);

	if (r == 0) {
		r = netem_open(link, why);
		if (r < 0)
			device_remove(LINK_DEVICE);
	}
	return r;
}

/** What is to be the same each time is done by our own engine: kernels before 6.6 pass the seed over. */
static int open_best(struct link *link, const char **why)
{
	int r = -EOPNOTSUPP;

	if (link_spec_is_plain(&link->spec)) {
		link->engine = LINK_CABLE;
		return cable_open(link, why);
	}
	link->engine = LINK_NETEM;
	if (netem_can(&link->spec) && !link->spec.seed)
		r = cable_with_netem(link, why);
	if (r == 0)
		return 0;
	link->engine = LINK_TUN;
	return tun_open(link, why);
}

static int open_engine(struct link *link, const char **why)
{
	switch (link->engine) {
	case LINK_CABLE:
		if (link_spec_is_plain(&link->spec))
			return cable_open(link, why);
		*why = N_("a plain cable has neither rate nor delay nor loss");
		return -EOPNOTSUPP;
	case LINK_NETEM: return cable_with_netem(link, why);
	case LINK_TUN: return tun_open(link, why);
	default: return open_best(link, why);
	}
}

static void set_end(struct sockaddr_storage *ret, unsigned int end)
{
	struct sockaddr_in inet = { .sin_family = AF_INET, .sin_addr = { arena_address(LINK_NET, end) } };

	memcpy(ret, &inet, sizeof(inet));
}

int link_open(const struct link_spec *spec, enum link_engine engine, struct link **ret, const char **why)
{
	struct link *link = calloc(1, sizeof(*link));
	const char *unsaid;
	int r;

	if (!why)
		why = &unsaid;
	if (!link) {
		*why = N_("there is not enough memory");
		return -ENOMEM;
	}
	link->spec = *spec;
	link->engine = engine;
	set_end(&link->ends.client, 1);
	set_end(&link->ends.server, 2);
	r = arena_hosts_make(&link->ends.hosts);
	if (r < 0)
		*why = N_("no second network namespace can be made here");
	else
		r = open_engine(link, why);
	if (r < 0) {
		arena_hosts_close(&link->ends.hosts);
		free(link);
		return r;
	}
	*ret = link;
	return 0;
}

const struct link_ends *link_ends(const struct link *link)
{
	return &link->ends;
}

const struct link_spec *link_spec(const struct link *link)
{
	return &link->spec;
}

enum link_engine link_engine(const struct link *link)
{
	return link->engine;
}

const char *link_engine_word(enum link_engine engine)
{
	static const char *const words[] = {
		[LINK_AUTO] = "auto",
		[LINK_CABLE] = "cable",
		[LINK_NETEM] = "netem",
		[LINK_TUN] = "tun",
	};

	return words[engine];
}

int link_change(struct link *link, const struct link_spec *spec)
{
	int r;

	if (link_mtu(spec) != link_mtu(&link->spec))
		return -EOPNOTSUPP;
	switch (link->engine) {
	case LINK_TUN: r = tun_change(link, spec); break;
	case LINK_NETEM: r = netem_change(link, spec); break;
	default: r = link_spec_is_plain(spec) ? 0 : -EOPNOTSUPP; break;
	}
	if (r == 0)
		link->spec = *spec;
	return r;
}

/** In the host where the thread is: what has come, or what has not left. */
static void device_counted(bool is_far_end, struct link_counts *ret)
{
	struct device_counts counts = { 0 };

	if (!is_far_end) {
		ret->dropped_queue = netem_dropped();
		return;
	}
	device_counts(LINK_DEVICE, &counts);
	ret->packets = ret->segments = counts.packets;
	ret->bytes = counts.bytes;
}

static void cable_counts(const struct link *link, enum link_direction direction, struct link_counts *ret)
{
	*ret = (struct link_counts){ 0 };
	device_counted(direction == LINK_BACK, ret);
	if (arena_move(link->ends.hosts.there) == 0) {
		device_counted(direction == LINK_THERE, ret);
		arena_move(link->ends.hosts.here);
	}
}

void link_counts(const struct link *link, enum link_direction direction, struct link_counts *ret)
{
	if (link->engine == LINK_TUN)
		tun_counts(link, direction, ret);
	else
		cable_counts(link, direction, ret);
}

void link_close(struct link *link)
{
	if (!link)
		return;
	if (link->tun)
		tun_close(link);
	else
		device_remove(LINK_DEVICE);
	arena_hosts_close(&link->ends.hosts);
	free(link);
}
