/* SPDX-License-Identifier: MIT */
/* A record as the kernel's side writes it, made by hand. */
#ifndef UNIT_SAMPLE_RECORD_H
#define UNIT_SAMPLE_RECORD_H

#include <records.h>
#include <value-places.h>

#include "test.h"

struct sample {
	struct socket_record *head;
	size_t length;
	union {
		uint64_t align;
		unsigned char bytes[sizeof(struct socket_record) + VALUES_N_BLOCKS * VALUES_BLOCK_MAX +
				    sizeof(struct record_paths)];
	};
};

/** With these blocks, all of zeros; paths: may be NULL */
static inline void sample_make(struct sample *sample, const struct sockopt_kind *kind, unsigned int blocks,
			       const struct record_paths *paths)
{
	memset(sample->bytes, 0, sizeof(sample->bytes));
	sample->head = (struct socket_record *)(void *)sample->bytes;
	sample->length = sizeof(struct socket_record);
	for (size_t i = 0; i < VALUES_N_BLOCKS; i++)
		if (blocks & 1U << i)
			sample->length += values_block_sizes[i];
	if (paths) {
		memcpy(sample->bytes + sample->length, paths, sizeof(*paths));
		sample->length += sizeof(*paths);
		sample->head->flags = RECORD_HAS_PATHS;
	}
	sample->head->size = (uint32_t)sample->length;
	sample->head->blocks = (uint16_t)blocks;
	sample->head->family = (uint16_t)kind->family;
	sample->head->type = (uint16_t)kind->type;
	sample->head->protocol = (uint16_t)kind->protocol;
	sample->head->cookie = 4711;
	sample->head->inode = 99;
	sample->head->netns = 4026531840U;
	sample->head->pid = 1234;
	sample->head->fd = 6;
}

/** Writes the value of an option into its block, which must be there. */
static inline void sample_set(struct sample *sample, const char *name, const void *value, size_t size)
{
	const struct values_place *place = record_place(the_option(name));
	size_t at = sizeof(struct socket_record);

	assert_non_null(place);
	assert_int_equal(place->size, size);
	assert_true(sample->head->blocks & 1U << place->block);
	for (size_t i = 0; i < place->block; i++)
		if (sample->head->blocks & 1U << i)
			at += values_block_sizes[i];
	memcpy(sample->bytes + at + place->offset, value, size);
}

static inline void sample_set_int(struct sample *sample, const char *name, int value)
{
	sample_set(sample, name, &value, sizeof(value));
}

static inline void sample_mark(__u64 marks[RECORD_WORDS], const char *name)
{
	unsigned int slot = record_place(the_option(name))->slot - 1U;

	marks[slot / 64] |= 1ULL << slot % 64;
}

static inline struct record_view sample_view(const struct sample *sample)
{
	struct record_view view;

	assert_int_equal(record_parse(sample->bytes, sample->length, &view), sample->length);
	return view;
}

static const struct sockopt_kind sample_tcp = { AF_INET, SOCK_STREAM, 6 };

/** What a TCP socket has. */
#define SAMPLE_TCP (1U << VALUES_SOCKET | 1U << VALUES_IP | 1U << VALUES_TCP)

#endif
