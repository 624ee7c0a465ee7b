/* SPDX-License-Identifier: MIT */
/*
 * An emulated link as text:
 *
 *   rate=1Gbit/s rtt=80ms loss=0.1% reorder=1% queue=1bdp|256KiB|100packets aqm=codel|droptail
 *   bands=dscp mtu=1500 seed=7
 *
 * in any order, between spaces or commas; "plain", or nothing, is a cable without any of it. Pure.
 */
#ifndef RULE_LINK_SPEC_H
#define RULE_LINK_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spec-error.h"

enum link_queue {
	LINK_QUEUE_DEFAULT, /* what is under way on a full link (one BDP), and at least LINK_QUEUE_LEAST packets */
	LINK_QUEUE_BYTES,
	LINK_QUEUE_PACKETS,
	LINK_QUEUE_BDP, /* thousandths of rate times rtt */
};

enum link_aqm {
	LINK_DROPTAIL,
	LINK_CODEL, /* RFC 8289 */
};

enum link_bands {
	LINK_BANDS_ONE,
	LINK_BANDS_DSCP, /* a queue each for EF and above, the rest, and LE and CS1; the first of them goes first */
};

#define LINK_QUEUE_LEAST 100
#define LINK_MTU_DEFAULT 1500
#define LINK_SHARE_ONE UINT32_C(1000000000)

/** Both directions are alike. All zero: a plain cable. */
struct link_spec {
	int64_t rate;         /* bit/s of IP packets, their headers counted; 0: as fast as it goes */
	int64_t rtt_us;       /* without any queue; half of it each way */
	int64_t queue_amount; /* bytes, packets or thousandths of the product, as queue says */
	uint64_t seed;        /* of what is lost and reordered; 0: another one each time */
	uint32_t loss;        /* of LINK_SHARE_ONE segments */
	uint32_t reorder;     /* of LINK_SHARE_ONE segments: they overtake what is under way */
	enum link_queue queue;
	enum link_aqm aqm;
	enum link_bands bands;
	uint32_t mtu; /* 0: LINK_MTU_DEFAULT */
};

/** @return 0 or -EINVAL */
int link_spec_parse(const char *text, struct link_spec *ret, struct spec_error *reterr);

#define LINK_SPEC_TEXT_MAX 256

/** The shortest text that reads as this link again; "plain" for a plain one. */
const char *link_spec_format(const struct link_spec *spec, char *ret, size_t size);

/** Does it change nothing of what passes? (Its MTU may still be another one.) */
bool link_spec_is_plain(const struct link_spec *spec);

/** How many bytes one direction's queue holds; INT64_MAX: there is no rate, so none forms. */
int64_t link_spec_queue_bytes(const struct link_spec *spec);

/** What is under way in one direction of a full link without a queue: bytes. */
int64_t link_spec_bytes_under_way(const struct link_spec *spec);

#endif
