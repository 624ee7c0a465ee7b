/* SPDX-License-Identifier: MIT */
/* All options of a descriptor in one call. */

#include "catalog.h"

int sockopt_read_all(int fd, void *scratch, size_t scratch_size,
		     int (*each)(void *arg, const struct sockopt_reading *reading), void *arg)
{
	struct sockopt_kind kind;
	int r = sockopt_kind_of(fd, &kind);

	for (size_t i = 0; r == 0 && i < catalog_tables.n_options; i++) {
		const struct sockopt_option *option = &catalog_tables.options[i];
		struct sockopt_reading reading = { .option = option, .bytes = scratch };

		if (!(option->access & SOCKOPT_GET) || option->input_from_caller || option->is_of_netns ||
		    option->read_effect.kind != SOCKOPT_READ_HARMLESS ||
		    !sockopt_applies(option, &kind, SOCKOPT_GET))
			continue;
		reading.error = -sockopt_get_bytes(fd, option, scratch, scratch_size, &reading.length);
		r = each(arg, &reading);
	}
	return r;
}
