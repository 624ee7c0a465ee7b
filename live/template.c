/* SPDX-License-Identifier: MIT */
/* What the record of a socket looks like on which nothing was changed. */

#include "template.h"

#include <stdlib.h>
#include <string.h>

#include "records.h"

#define WORDS_MAX (VALUES_BLOCK_MAX / 8)

struct block_template {
	uint64_t image[WORDS_MAX];
	uint64_t mask[WORDS_MAX];
	struct template_set options[WORDS_MAX]; /* whose value lies in a word, at least in part */
	size_t n_words;
};

struct live_template {
	struct sockopt_kind kind;
	uint64_t netns;
	unsigned int states;
	struct block_template blocks[VALUES_N_BLOCKS];
	uint64_t special[RECORD_WORDS]; /* marks that a fresh socket has */
	uint64_t marked[RECORD_WORDS];  /* slots whose mark matters */
	uint64_t known[RECORD_WORDS];   /* slots that must not be marked as to be asked */
	uint16_t of_slot[RECORD_WORDS * 64];
	struct template_set always; /* those that no record tells */
};

static void add(struct template_set *set, size_t index)
{
	set->bits[index / 64] |= UINT64_C(1) << index % 64;
}

static bool fits_block(const struct values_place *place, const struct sockopt_value *value)
{
	return place->size && value->length == place->size &&
	       (size_t)place->offset + place->size <= values_block_sizes[place->block] &&
	       values_block_sizes[place->block] <= sizeof(((struct block_template *)NULL)->image);
}

/** value: NULL: not known yet */
static void add_value(struct live_template *template, const struct values_place *place, size_t index,
		      const struct sockopt_value *value)
{
	struct block_template *block = &template->blocks[place->block];

	if (value)
		memcpy((unsigned char *)block->image + place->offset, value->bytes, place->size);
	memset((unsigned char *)block->mask + place->offset, 0xff, place->size);
	for (size_t word = place->offset / 8; word <= (size_t)(place->offset + place->size - 1) / 8; word++) {
		add(&block->options[word], index);
		if (word >= block->n_words)
			block->n_words = word + 1;
	}
}

static void add_option(struct live_template *template, struct defaults *defaults, const struct live_socket *like,
		       const struct sockopt_option *option, size_t index)
{
	const struct values_place *place = record_place(option);
	const struct sockopt_value *value;
	unsigned int slot;

	/* As defaults_differs(): what is no setting, or what the kernel moves in this state, tells nothing. */
	if (option->nature != SOCKOPT_SETTING || (option->adapts & template->states))
		return;
	value = defaults_asked(defaults, like, option);
	if (!place || !value) {
		add(&template->always, index);
		return;
	}
	slot = place->slot - 1U;
	template->of_slot[slot] = (uint16_t)index;
	if (place->special == VALUES_DEFAULT || (place->special == VALUES_EMPTY && value->length == 0)) {
		template->special[slot / 64] |= UINT64_C(1) << slot % 64;
		template->marked[slot / 64] |= UINT64_C(1) << slot % 64;
	} else if (place->special == VALUES_NONE && fits_block(place, value)) {
		template->known[slot / 64] |= UINT64_C(1) << slot % 64;
		add_value(template, place, index, value);
	} else {
		add(&template->always, index);
	}
}

static void follow_option(struct live_template *template, const struct sockopt_option *option, size_t index)
{
	const struct values_place *place = record_place(option);
	uint64_t bit;
	unsigned int slot;

	/* Addresses are as many as sockets. */
	if (!place || place->special == VALUES_PEER ||
	    values_block_sizes[place->block] > sizeof(template->blocks[0].image)) {
		add(&template->always, index);
		return;
	}
	slot = place->slot - 1U;
	bit = UINT64_C(1) << slot % 64;
	template->of_slot[slot] = (uint16_t)index;
	template->marked[slot / 64] |= bit;
	template->known[slot / 64] |= bit;
	if (place->size)
		add_value(template, place, index, NULL);
}

/** Without options yet. NULL: there can be none. */
static struct live_template *begin(const struct live_socket *like, size_t n)
{
	struct live_template *template;

	if (!like->record || n > TEMPLATE_OPTIONS_MAX)
		return NULL;
	template = calloc(1, sizeof(*template));
	if (!template)
		return NULL;
	template->kind = like->facts.kind;
	template->netns = like->facts.netns;
	template->states = facts_catalog_states(&like->facts);
	return template;
}

struct live_template *live_template_follow(const struct live_socket *like, const struct sockopt_option *const *options,
					   size_t n)
{
	struct live_template *template = begin(like, n);

	for (size_t i = 0; template && i < n; i++)
		follow_option(template, options[i], i);
	return template;
}

void live_template_remember(struct live_template *template, const struct live_socket *socket)
{
	const struct record_view *record = socket->record;

	memcpy(template->special, record->head->special, sizeof(template->special));
	for (size_t i = 0; i < VALUES_N_BLOCKS; i++)
		if (record->blocks[i])
			memcpy(template->blocks[i].image, record->blocks[i], template->blocks[i].n_words * 8);
}

struct live_template *live_template_new(struct defaults *defaults, const struct live_socket *like,
					const struct sockopt_option *const *options, size_t n)
{
	struct live_template *template = begin(like, n);

	for (size_t i = 0; template && i < n; i++)
		add_option(template, defaults, like, options[i], i);
	return template;
}

void live_template_free(struct live_template *template)
{
	free(template);
}

bool live_template_fits(const struct live_template *template, const struct live_socket *socket)
{
	return socket->record && template->netns == socket->facts.netns &&
	       memcmp(&template->kind, &socket->facts.kind, sizeof(template->kind)) == 0 &&
	       template->states == facts_catalog_states(&socket->facts);
}

static void add_all(struct template_set *set, const struct template_set *others)
{
	for (size_t i = 0; i < sizeof(set->bits) / sizeof(set->bits[0]); i++)
		set->bits[i] |= others->bits[i];
}

static void compare_block(const struct block_template *block, const unsigned char *bytes, struct template_set *ret)
{
	for (size_t i = 0; i < block->n_words; i++) {
		uint64_t word;

		memcpy(&word, bytes + i * 8, sizeof(word));
		if ((word ^ block->image[i]) & block->mask[i])
			add_all(ret, &block->options[i]);
	}
}

void live_template_compare(const struct live_template *template, const struct live_socket *socket,
			   struct template_set *ret)
{
	const struct record_view *record = socket->record;

	*ret = template->always;
	for (size_t i = 0; i < RECORD_WORDS; i++) {
		uint64_t odd = ((template->special[i] ^ record->head->special[i]) & template->marked[i]) |
			       (template->known[i] & record->head->ask[i]);

		for (; odd; odd &= odd - 1)
			add(ret, template->of_slot[i * 64 + (size_t)__builtin_ctzll(odd)]);
	}
	for (size_t i = 0; i < VALUES_N_BLOCKS; i++) {
		const struct block_template *block = &template->blocks[i];

		if (record->blocks[i])
			compare_block(block, record->blocks[i], ret);
		else
			for (size_t word = 0; word < block->n_words; word++)
				add_all(ret, &block->options[word]);
	}
}
