/* SPDX-License-Identifier: MIT */
/* A name that stands at several levels. */

#include "twin.h"

int twin_set(int fd, const struct sockopt_kind *kind, const struct sockopt_option *option,
	     const struct sockopt_value *value)
{
	int r = sockopt_set(fd, option, value);

	for (const struct sockopt_option *twin = option->twin; r < 0 && twin; twin = twin->twin)
		if (sockopt_applies(twin, kind, SOCKOPT_SET) && sockopt_set(fd, twin, value) == 0)
			return 0;
	return r;
}
