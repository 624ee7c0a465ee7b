/* SPDX-License-Identifier: MIT */
/* What the engines of a link share. Private to link*.c. */
#ifndef LAB_LINK_ENGINE_H
#define LAB_LINK_ENGINE_H

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

/* ---- TUN ---- */

int tun_open(struct link *link, const char **why);
int tun_change(struct link *link, const struct link_spec *spec);
void tun_counts(const struct link *link, enum link_direction direction, struct link_counts *ret);
void tun_close(struct link *link);

#endif
