/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The part of a selector that the kernel's side decides. live/filter.c compiles
 * it; the instructions are constant when the program is loaded, so that the
 * verifier keeps those alone that are used.
 *
 * Truth has three values: what cannot be decided here is unknown, and goes to
 * the reader, who decides with all facts. A "no" is final.
 */
#ifndef BPF_JUDGE_H
#define BPF_JUDGE_H

#include "record.h"

const volatile struct filter_instruction filter[FILTER_MAX];
const volatile __u32 filter_length;
const volatile __u8 filter_has_options;

/** False: also a single holder decides nothing, because the reader must learn of every held socket. */
const volatile __u8 holders_decide;

enum truth { NO,
	     YES,
	     UNKNOWN };

/** How much is known of the holders of the socket at hand. */
enum holder_knowledge { HOLDER_NONE,
			HOLDER_ONE,
			HOLDER_SEVERAL };

__u64 facts[FACT_N_FACTS];
__u32 holder; /* of enum holder_knowledge */

static __always_inline __u64 big_endian(const __u8 *bytes)
{
	return __builtin_bswap64(*(const __u64 *)bytes);
}

static __always_inline __u64 prefix_mask(__s32 bits)
{
	return bits >= 64 ? ~0ULL : bits <= 0 ? 0 :
						~0ULL << (64 - bits);
}

#define MAPPED_IPV4 0x0000ffff00000000ULL
#define AF_INET 2
#define AF_INET6 10

/** Has the address this prefix? An IPv4 prefix also fits the same address mapped into IPv6. */
static __always_inline enum truth address_fits(const volatile struct filter_instruction *at, __u32 family,
					       const __u8 *address, __u64 port)
{
	__u64 high = big_endian(address), low = big_endian(address + 8);
	__u64 wanted_high, wanted_low;

	if (family != AF_INET && family != AF_INET6)
		return NO;
	if (port < at->low || port > at->high)
		return NO;
	if (at->fact == 0)
		return YES;
	wanted_high = big_endian((const __u8 *)at->address);
	if (at->fact == AF_INET) {
		if (family == AF_INET6) {
			if (high || low >> 32 != MAPPED_IPV4 >> 32)
				return NO;
			high = low << 32;
		}
		return !((high ^ wanted_high) & prefix_mask(at->bits));
	}
	wanted_low = big_endian((const __u8 *)at->address + 8);
	return family == AF_INET6 && !((high ^ wanted_high) & prefix_mask(at->bits)) &&
	       !((low ^ wanted_low) & prefix_mask(at->bits - 64));
}

static __always_inline enum truth option_fits(const volatile struct filter_instruction *at,
					      const struct socket_record *record, const __u8 *block)
{
	__u64 bit = 1ULL << (at->slot & 63);
	__u32 word = at->slot / 64;
	__s64 value;

	if (!(record->blocks & 1 << at->block) || word >= RECORD_WORDS)
		return UNKNOWN;
	if ((record->ask[word] | record->special[word]) & bit)
		return UNKNOWN;
	switch (at->size) {
	case 1: value = at->is_signed ? *(const __s8 *)block : *(const __u8 *)block; break;
	case 2: value = at->is_signed ? *(const __s16 *)block : *(const __u16 *)block; break;
	case 4: value = at->is_signed ? (__s64) * (const __s32 *)block : (__s64) * (const __u32 *)block; break;
	default: return UNKNOWN;
	}
	return value >= (__s64)at->low && value <= (__s64)at->high;
}

static __always_inline enum truth range_fits(const volatile struct filter_instruction *at)
{
	__u64 fact;

	if (at->is_holder && (holder != HOLDER_ONE || !holders_decide))
		return holder == HOLDER_NONE ? NO : UNKNOWN;
	if (at->fact >= FACT_N_FACTS)
		return UNKNOWN;
	fact = facts[at->fact];
	if (at->fact == FACT_STATE && fact == FILTER_NO_STATE)
		return UNKNOWN;
	return fact >= at->low && fact <= at->high;
}

#define TOP(stack) ((stack)&1)

/** all: the values of the wanted options, as laid out in struct values; NULL: not read yet. */
static __noinline int filter_judge(const struct socket_record *record, const struct all_values *all)
{
	__u64 yes = 0, no = 0; /* two bits a level of the stack: certainly, certainly not */

	for (__u32 i = 0; i < FILTER_MAX && i < filter_length; i++) {
		const volatile struct filter_instruction *at = &filter[i];
		enum truth truth = UNKNOWN;
		__u64 a_yes = TOP(yes), a_no = TOP(no), b_yes = TOP(yes >> 1), b_no = TOP(no >> 1);

		switch (at->operation) {
		case FILTER_AND:
			yes = yes >> 2 << 1 | (a_yes & b_yes);
			no = no >> 2 << 1 | (a_no | b_no);
			continue;
		case FILTER_OR:
			yes = yes >> 2 << 1 | (a_yes | b_yes);
			no = no >> 2 << 1 | (a_no & b_no);
			continue;
		case FILTER_NOT:
			yes = yes >> 1 << 1 | a_no;
			no = no >> 1 << 1 | a_yes;
			continue;
		case FILTER_TRUE: truth = YES; break;
		case FILTER_RANGE: truth = range_fits(at); break;
		case FILTER_LOCAL: truth = address_fits(at, record->family, record->local, facts[FACT_LOCAL_PORT]); break;
		case FILTER_PEER:
			truth = record->flags & RECORD_HAS_PEER ?
					address_fits(at, record->family, record->peer, facts[FACT_PEER_PORT]) :
					NO;
			break;
		case FILTER_OPTION:
			if (all && at->block < VALUES_N_BLOCKS && at->offset < sizeof(all->block[0]) - 8)
				truth = option_fits(at, record, &all->block[at->block][at->offset]);
			break;
		default: break;
		}
		yes = yes << 1 | (truth == YES);
		no = no << 1 | (truth == NO);
	}
	return TOP(yes) ? YES : TOP(no) ? NO :
					  UNKNOWN;
}

#endif
