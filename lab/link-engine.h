/* SPDX-License-Identifier: MIT */
/* What the engines of a link share. Private to link*.c. */
#ifndef LAB_LINK_ENGINE_H
#define LAB_LINK_ENGINE_H

#include <stdbool.h>

#include "lab-link.h"

/* The device's name in both hosts, and the third byte of its addresses. */
#define LINK_DEVICE "lab0"
#define LINK_NET 77

struct tun_link;

struct link {
	enum link_engine engine;
	struct link_spec spec;
	struct link_ends ends;
	struct tun_link *tun;
};

/** Runs in the server's host; the thread is back when it returns. */
int link_there(const struct link *link, int (*run)(const struct link *link));

uint32_t link_mtu(const struct link_spec *spec);

/** What one direction's chance begins with: of the link's seed, or another each time. */
uint64_t link_seed(const struct link_spec *spec, enum link_direction direction);

/* ---- netem, on the devices of a cable ---- */

bool netem_can(const struct link_spec *spec);
int netem_open(struct link *link, const char **why);
int netem_change(struct link *link, const struct link_spec *spec);

/** Packets that were lost or found no room where they left this host. */
uint64_t netem_dropped(void);

/* ---- TUN ---- */

int tun_open(struct link *link, const char **why);
int tun_change(struct link *link, const struct link_spec *spec);
void tun_counts(const struct link *link, enum link_direction direction, struct link_counts *ret);
void tun_close(struct link *link);

#endif
