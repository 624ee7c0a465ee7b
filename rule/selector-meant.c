/* SPDX-License-Identifier: MIT */
/* What somebody meant who wrote a word that selectors do not know: a name, an address, the words of ss and lsof. */

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "nearest-word.h"
#include "tree.h"

#define COMM_MAX 15

/** Words of other tools; those of selectors are near to themselves. */
static const char *const others[][2] = {
	{ "listen", "listening" },
	{ "estab", "established" },
	{ "src", "local" },
	{ "dst", "peer" },
	{ "sport", "local-port" },
	{ "dport", "peer-port" },
	{ "remote", "peer" },
	{ "host", "peer" },
	{ "addr", "local" },
	{ "address", "local" },
	{ "comm", "process" },
	{ "command", "process" },
	{ "name", "process" },
	{ "program", "process" },
	{ "uid", "user" },
	{ "dev", "interface" },
	{ "device", "interface" },
	{ "proto", "protocol" },
	{ "tcp4", "'tcp and ipv4'" },
	{ "tcp6", "'tcp and ipv6'" },
	{ "udp4", "'udp and ipv4'" },
	{ "udp6", "'udp and ipv6'" },
};

#define N_OTHERS (sizeof(others) / sizeof(others[0]))

/** The word of ours for a word of others, which may be mistyped; or the nearest one of ours; or NULL. */
static const char *word_meant(const char *word, bool is_key)
{
	const char *known[N_OTHERS + WORDS_MAX + 1];
	size_t n = words_all(known, is_key);
	const char *near;

	for (size_t i = 0; i < N_OTHERS; i++)
		if ((words_key(others[i][1]) != KEY_N_KEYS) == is_key)
			known[n++] = others[i][0];
	known[n] = NULL;
	near = nearest_word(word, known);
	for (size_t i = 0; near && i < N_OTHERS; i++)
		if (strcmp(near, others[i][0]) == 0)
			return others[i][1];
	return near;
}

static bool is_address(const char *word)
{
	struct node node = { .kind = NODE_KEY, .key = KEY_LOCAL, .op = OP_EQ, .text = (char *)(uintptr_t)word };

	return strpbrk(word, ".:") && value_read(&node) == NULL;
}

/** :80, *:80, localhost:80 */
static const char *port_of(const char *word)
{
	const char *colon = strchr(word, ':');

	return colon && colon[1] && strspn(colon + 1, "0123456789") == strlen(colon + 1) ? colon + 1 : NULL;
}

static bool is_process_name(const char *word)
{
	return strlen(word) <= COMM_MAX && isalpha((unsigned char)*word) &&
	       strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") == strlen(word);
}

void selector_word_meant(const char *word, char *ret, size_t size)
{
	const char *near = word_meant(word, false), *port = port_of(word), *slash = strchr(word, '/');

	if (near)
		snprintf(ret, size, "%s", near);
	else if (is_address(word) && word[0] != '*')
		snprintf(ret, size, "'local=%s or peer=%s'", word, word);
	else if (port)
		snprintf(ret, size, "port=%s", port);
	else if (slash && strncmp(word, "unix/", 5) == 0)
		snprintf(ret, size, "'unix and %s'", slash + 1);
	else if (is_process_name(word))
		snprintf(ret, size, "process=%s", word);
}

void selector_key_meant(const char *word, char *ret, size_t size)
{
	const char *near = word_meant(word, true);

	if (near)
		snprintf(ret, size, "%s", near);
}

void selector_value_meant(const struct node *node, char *ret, size_t size)
{
	static const enum node_kind kinds[KEY_N_KEYS] = {
		[KEY_STATE] = NODE_WORD_STATE,
		[KEY_FAMILY] = NODE_WORD_FAMILY,
		[KEY_TYPE] = NODE_WORD_TYPE,
		[KEY_PROTOCOL] = NODE_WORD_PROTOCOL,
	};
	const char *near = kinds[node->key] ? word_meant(node->text, false) : NULL;
	struct node found = { 0 };

	if (near && words_find(near, &found) && found.kind == kinds[node->key])
		snprintf(ret, size, "%s", near);
}
