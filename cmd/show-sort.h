/* SPDX-License-Identifier: MIT */
/* show --sort: all sockets are kept until the last one came, and then handed over in order. */
#ifndef CMD_SHOW_SORT_H
#define CMD_SHOW_SORT_H

#include <sockets.h>

/** What is sorted by. */
struct sort_key {
	enum sort_by {
		SORT_BY_PID,
		SORT_BY_PROCESS,
		SORT_BY_PROTOCOL,
		SORT_BY_STATE,
		SORT_BY_LOCAL,
		SORT_BY_PEER,
		SORT_BY_PORT,
		SORT_BY_NETNS,
		SORT_BY_COOKIE,
		SORT_BY_OPTION,
	} by;
	const struct sockopt_option *option;
	struct sockopt_part part; /* what option points to where it is one field */
	bool reversed;
};

struct show_sort;

/**
 * @brief Reads a key: a word, the name of an option or of a field of one, with '-' before it for the greatest first.
 * @param ret points into itself: do not copy it
 * @return false: it is none of these
 */
bool show_sort_parse(const char *text, struct sort_key *ret);

/** key: borrowed, must outlive it */
struct show_sort *show_sort_new(const struct sort_key *key);

/** Keeps a socket, and what is known of it. */
void show_sort_keep(struct show_sort *sort, struct live_socket *socket);

/** Hands them over, sorted; a non-zero result of each ends it. Those that are alike stay in the order they came in. */
int show_sort_each(struct show_sort *sort, int (*each)(void *arg, struct live_socket *socket), void *arg);

void show_sort_free(struct show_sort *sort);

#endif
