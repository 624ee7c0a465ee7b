/* SPDX-License-Identifier: MIT */
/* A selector as a tree: for rule/, and for an engine that compiles it. */
#ifndef RULE_TREE_H
#define RULE_TREE_H

#include "selector.h"

enum node_kind {
	NODE_AND,
	NODE_OR,
	NODE_NOT,
	NODE_ALL,
	NODE_WORD_FAMILY, /* number */
	NODE_WORD_TYPE,
	NODE_WORD_PROTOCOL, /* number */
	NODE_WORD_STATE,    /* number */
	NODE_WORD_CONNECTED,
	NODE_HOLDER, /* PID:FD */
	NODE_KEY,
	NODE_OPTION,
};

enum node_key {
	KEY_PID,
	KEY_FD,
	KEY_PROCESS,
	KEY_USER,
	KEY_CGROUP,
	KEY_NETNS,
	KEY_FAMILY,
	KEY_TYPE,
	KEY_PROTOCOL,
	KEY_STATE,
	KEY_LOCAL,
	KEY_PEER,
	KEY_PORT,
	KEY_LOCAL_PORT,
	KEY_PEER_PORT,
	KEY_INTERFACE,
	KEY_PATH,
	KEY_INODE,
	KEY_COOKIE,
	KEY_N_KEYS,
};

enum node_operator { OP_EQ,
		     OP_NE,
		     OP_LT,
		     OP_LE,
		     OP_GT,
		     OP_GE,
		     OP_GLOB };

struct number_range {
	uint64_t low, high;
};

/** An address with a prefix, and perhaps a port. */
struct prefix {
	int family;
	unsigned char ip[16];
	unsigned int bits;
	char zone[16]; /* of IPv6: an interface's name or number; "": any */
	bool has_port;
	struct number_range port;
};

#define RANGES_MAX 16

struct node {
	enum node_kind kind;
	enum node_key key;
	enum node_operator op;
	struct node *left, *right; /* NODE_NOT: left */
	const struct sockopt_option *option;
	struct sockopt_part part; /* what option points to where it is one field */
	struct sockopt_value value;
	char *text; /* the value as written */
	uint64_t number;
	int fd;
	struct number_range ranges[RANGES_MAX];
	size_t n_ranges;
	struct prefix prefix;
};

struct selector {
	struct node *root;
};

/** The words that stand for a family, protocol or state by themselves; fills kind and number. */
bool words_find(const char *word, struct node *ret);

/** The key of this name; KEY_N_KEYS if there is none. */
enum node_key words_key(const char *word);

#define WORDS_MAX 96

/** All keys, or all words that stand by themselves, in no order; returns how many. */
size_t words_all(const char *ret[static WORDS_MAX], bool is_key);

/** What was meant by a word that is no condition, no key, or no value of its key: ready to be typed, or untouched. */
void selector_word_meant(const char *word, char *ret, size_t size);
void selector_key_meant(const char *word, char *ret, size_t size);
void selector_value_meant(const struct node *node, char *ret, size_t size);

/** Reads the value of a key into the node; NULL, or what is wrong. */
const char *value_read(struct node *node);

/** What forms the value of a key may have, for the hint. */
const char *value_hint(enum node_key key);

#endif
