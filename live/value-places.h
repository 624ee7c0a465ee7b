/* SPDX-License-Identifier: MIT */
/* Where an option's value stands in what the kernel's side tells: made from the catalogue by gen/to_values.py. */
#ifndef LIVE_VALUE_PLACES_H
#define LIVE_VALUE_PLACES_H

#include <stddef.h>
#include <stdint.h>

#include <values.gen.h>

/** What it means that an option is marked special in a record. */
enum values_special {
	VALUES_NONE,
	VALUES_DEFAULT, /* it is what a fresh socket has */
	VALUES_EMPTY,   /* it has no bytes */
	VALUES_ERROR,   /* getsockopt(2) fails with error */
	VALUES_PEER,    /* it is the address of the peer */
};

struct values_place {
	uint16_t slot; /* its bit in the marks, counted from 1; 0: the kernel's structs do not tell it */
	uint16_t offset;
	uint8_t block; /* of enum values_block */
	uint8_t size;  /* 0: there are only marks */
	uint8_t special;
	uint8_t error;
	uint8_t error4; /* on IPv4 */
};

/** By the option's index in the catalogue. */
extern const struct values_place values_places[];
extern const size_t values_n_places;

/** Bytes of each block. */
extern const size_t values_block_sizes[VALUES_N_BLOCKS];

#endif
