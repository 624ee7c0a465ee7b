/* SPDX-License-Identifier: MIT */
/* A list of options as an argument: TCP_NODELAY,rcvbuf,6:18,tcp:18 */
#ifndef CMD_OPTION_LIST_H
#define CMD_OPTION_LIST_H

#include <sockopt.h>

struct option_list {
	const struct sockopt_option **options;
	size_t n;
	struct sockopt_unnamed *unnamed; /* room for those without a name */
};

/**
 * @brief Reads the list; what is wrong is said on stderr.
 * @param force take options that change by being read
 * @return 0 or -EINVAL
 */
int option_list_parse(const char *text, bool force, struct option_list *ret);

/** Reads LEVEL:NUMBER, the level by name, key or number. @return false: it is not of that form */
bool option_numbers_parse(const char *text, int *ret_level, int *ret_number);

void option_list_free(struct option_list *list);

#endif
