/* SPDX-License-Identifier: MIT */
/* Places, states and moments of the catalogue in words. */

#include <stdio.h>
#include <string.h>

#include "explain.h"
#include "list.h"
#include "socket-text.h"
#include "text.h"

static void add_protocols(struct list *list, const struct sockopt_where *where)
{
	for (size_t i = 0; i < where->n_protocols; i++) {
		struct sockopt_kind kind = { 2, 0, where->protocols[i] };
		const char *word = facts_protocol_word(&kind);
		char number[8];

		snprintf(number, sizeof(number), "%u", where->protocols[i]);
		list_add(list, "/", word ? word : where->protocols[i] == 255 ? "raw" :
									       number);
	}
}

/** Words for the bits of a set, joined by '/'; nothing for an empty one. */
static void add_words(struct list *list, uint64_t bits, const char *(*word_of)(int))
{
	char words[120];
	struct list part = { words, sizeof(words), 0, 0 };

	for (int i = 0; i < 64; i++)
		if (bits >> i & 1)
			list_add(&part, "/", word_of(i) ? word_of(i) : "?");
	if (part.n)
		list_add(list, " ", words);
}

int explain_where(const struct sockopt_where *where, size_t count, char *ret, size_t size)
{
	struct list all = { ret, size, 0, 0 };

	if (count == 0)
		list_add(&all, "", _("any socket"));
	for (size_t i = 0; i < count; i++) {
		char text[320], protocols[120];
		struct list one = { text, sizeof(text), 0, 0 };
		struct list part = { protocols, sizeof(protocols), 0, 0 };

		add_protocols(&part, &where[i]);
		if (part.n)
			list_add(&one, " ", protocols);
		add_words(&one, where[i].families, facts_family_word);
		add_words(&one, where[i].types, facts_type_word);
		list_add(&all, "; ", one.n ? text : _("any socket"));
	}
	return (int)all.length;
}

static int put_bits(unsigned int bits, const char *const *words, size_t count, char *ret, size_t size)
{
	struct list list = { ret, size, 0, 0 };

	if (size)
		ret[0] = '\0';
	for (size_t i = 0; i < count; i++)
		if (bits >> i & 1)
			list_add(&list, ", ", words[i]);
	return (int)list.length;
}

int explain_states(unsigned int states, char *ret, size_t size)
{
	static const char *const words[] = { "unbound", "bound", "listening", "connecting", "connected", "unconnected",
					     "shutdown" };

	return put_bits(states, words, sizeof(words) / sizeof(words[0]), ret, size);
}

int explain_moments(unsigned int moments, char *ret, size_t size)
{
	static const char *const words[] = { "socket", "bind", "listen", "connect", "accept", "any" };

	return put_bits(moments, words, sizeof(words) / sizeof(words[0]), ret, size);
}
