/* SPDX-License-Identifier: MIT */
/* A list of options as an argument: TCP_NODELAY,rcvbuf,6:18,tcp:18,TCP_INFO.tcpi_rtt */
#ifndef CMD_OPTION_LIST_H
#define CMD_OPTION_LIST_H

#include <sockopt.h>

struct option_list {
	const struct sockopt_option **options;
	size_t n;
	struct option_made *made; /* room for those that are none of the catalogue's */
};

enum option_list_takes {
	OPTION_LIST_UNREAD = 1, /* options that change by being read */
	OPTION_LIST_PARTS = 2,  /* fields of options */
};

/**
 * @brief Reads the list; what is wrong is said on stderr.
 * @param takes of enum option_list_takes
 * @return 0 or -EINVAL
 */
int option_list_parse(const char *text, unsigned takes, struct option_list *ret);

/** Reads LEVEL:NUMBER, the level by name, key or number. @return false: it is not of that form */
bool option_numbers_parse(const char *text, int *ret_level, int *ret_number);

void option_list_free(struct option_list *list);

#endif
