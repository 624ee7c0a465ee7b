/* SPDX-License-Identifier: MIT */
/* What a value of an option looks like is found out once. */

#include "memo.h"

#include <stdlib.h>
#include <string.h>

#define WAYS 4
#define VALUE_MAX 40
#define TEXT_MAX 2048

struct kept {
	const struct sockopt_value *by_default;
	char *text;
	size_t text_length;
	uint16_t length;
	int error;
	bool differs;
	unsigned char bytes[VALUE_MAX];
};

/** An option of which each socket has a value of its own is not worth it. */
struct worth {
	uint32_t found, missed;
};

struct memo {
	size_t n_options;
	struct kept (*options)[WAYS];
	struct worth *worth; /* an option each */
};

struct memo *memo_new(void)
{
	struct memo *memo = calloc(1, sizeof(*memo));

	if (!memo)
		return NULL;
	memo->n_options = sockopt_count();
	memo->options = calloc(memo->n_options, sizeof(*memo->options));
	memo->worth = calloc(memo->n_options, sizeof(*memo->worth));
	if (memo->options && memo->worth)
		return memo;
	memo_free(memo);
	return NULL;
}

void memo_free(struct memo *memo)
{
	if (!memo)
		return;
	for (size_t i = 0; memo->options && i < memo->n_options; i++)
		for (size_t k = 0; k < WAYS; k++)
			free(memo->options[i][k].text);
	free(memo->options);
	free(memo->worth);
	free(memo);
}

/** Where a row of this option and value is kept; NULL: nowhere. */
static struct kept *place_of(const struct memo *memo, const struct show_row *row)
{
	uintptr_t first = (uintptr_t)sockopt_at(0), at = (uintptr_t)row->option;
	const unsigned char *bytes = row->bytes;
	size_t index, way;

	if (!memo || at < first || (!row->error && row->length > VALUE_MAX))
		return NULL;
	index = (at - first) / sizeof(*row->option);
	if (index >= memo->n_options)
		return NULL;
	way = 0;
	if (!row->error && row->length)
		way = bytes[0] ^ bytes[0] >> 2 ^ bytes[row->length / 2] ^ bytes[row->length / 2] >> 4;
	return &memo->options[index][way % WAYS];
}

const char *memo_find(struct memo *memo, const struct show_row *row, size_t *ret_length)
{
	const struct kept *kept = place_of(memo, row);

	if (!kept || !kept->text || kept->error != row->error || kept->differs != row->differs ||
	    kept->by_default != row->by_default)
		return NULL;
	if (!row->error && (kept->length != row->length || memcmp(kept->bytes, row->bytes, row->length) != 0))
		return NULL;
	memo->worth[row->option - sockopt_at(0)].found++;
	*ret_length = kept->text_length;
	return kept->text;
}

void memo_keep(struct memo *memo, const struct show_row *row, const char *text, size_t length)
{
	struct kept *kept = place_of(memo, row);
	struct worth *worth;
	char *copy;

	if (!kept || length > TEXT_MAX)
		return;
	worth = &memo->worth[row->option - sockopt_at(0)];
	if (worth->missed++ > 64 && worth->found < worth->missed)
		return;
	copy = malloc(length + 1);
	if (!copy)
		return;
	memcpy(copy, text, length);
	copy[length] = '\0';
	free(kept->text);
	*kept = (struct kept){
		.by_default = row->by_default,
		.text = copy,
		.text_length = length,
		.error = row->error,
		.differs = row->differs,
	};
	if (!row->error) {
		kept->length = (uint16_t)row->length;
		memcpy(kept->bytes, row->bytes, row->length);
	}
}
