/* SPDX-License-Identifier: MIT */
/* A link between two hosts of our own: whichever engine makes it. */

#include "lab-link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "link-engine.h"

/* Marks a text for translation where it stands; gettext() is called where it is printed. */
#define N_(text) text

uint32_t link_mtu(const struct link_spec *spec)
{
	return spec->mtu ? spec->mtu : LINK_MTU_DEFAULT;
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

static int set_mtu(const struct link *link)
{
	return device_set_mtu(LINK_DEVICE, link_mtu(&link->spec));
}

static int cable_open(struct link *link, const char **why)
{
	int r = arena_cable(&link->ends.hosts, LINK_DEVICE, LINK_NET);

	if (r == 0 && link->spec.mtu)
		r = set_mtu(link);
	if (r == 0 && link->spec.mtu)
		r = link_there(link, set_mtu);
	if (r < 0)
		*why = N_("no pair of virtual Ethernet devices can be made here");
	return r;
}

static enum link_engine choose(const struct link_spec *spec)
{
	return link_spec_is_plain(spec) ? LINK_CABLE : LINK_TUN;
}

static int open_engine(struct link *link, const char **why)
{
	switch (link->engine) {
	case LINK_CABLE:
		if (link_spec_is_plain(&link->spec))
			return cable_open(link, why);
		*why = N_("a plain cable has neither rate nor delay nor loss");
		return -EOPNOTSUPP;
	case LINK_TUN: return tun_open(link, why);
	default: *why = N_("this kernel has no netem (CONFIG_NET_SCH_NETEM)"); return -EOPNOTSUPP;
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
	link->engine = engine == LINK_AUTO ? choose(spec) : engine;
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
	default: r = link_spec_is_plain(spec) ? 0 : -EOPNOTSUPP; break;
	}
	if (r == 0)
		link->spec = *spec;
	return r;
}

/** What the device at the far end has received. */
static void device_received(const struct link *link, enum link_direction direction, struct link_counts *ret)
{
	struct device_counts counts = { 0 };

	if (direction == LINK_BACK) {
		device_counts(LINK_DEVICE, &counts);
	} else if (arena_move(link->ends.hosts.there) == 0) {
		device_counts(LINK_DEVICE, &counts);
		arena_move(link->ends.hosts.here);
	}
	*ret = (struct link_counts){ .packets = counts.packets, .segments = counts.packets, .bytes = counts.bytes };
}

void link_counts(const struct link *link, enum link_direction direction, struct link_counts *ret)
{
	if (link->engine == LINK_TUN)
		tun_counts(link, direction, ret);
	else
		device_received(link, direction, ret);
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
