/* SPDX-License-Identifier: MIT */
/* Does an entry fit a socket's family, type and protocol? */

#include <errno.h>
#include <string.h>

#include "name.h"

static int get_int(int fd, int number, int *ret)
{
	socklen_t length = sizeof(*ret);

	return getsockopt(fd, SOL_SOCKET, number, ret, &length) < 0 ? -errno : 0;
}

int sockopt_kind_of(int fd, struct sockopt_kind *ret_kind)
{
	struct sockopt_kind kind;
	int r = get_int(fd, SO_DOMAIN, &kind.family);

	if (r == 0)
		r = get_int(fd, SO_TYPE, &kind.type);
	if (r == 0)
		r = get_int(fd, SO_PROTOCOL, &kind.protocol);
	if (r == 0)
		*ret_kind = kind;
	return r;
}

static bool bit_fits(uint64_t bits, int number)
{
	return bits == 0 || (number >= 0 && number < 64 && ((bits >> number) & 1));
}

bool sockopt_where_fits(const struct sockopt_where *where, const struct sockopt_kind *kind)
{
	if (!bit_fits(where->families, kind->family) || !bit_fits(where->types, kind->type))
		return false;
	for (size_t i = 0; i < where->n_protocols; i++)
		if (where->protocols[i] == kind->protocol)
			return true;
	return where->n_protocols == 0;
}

bool sockopt_applies(const struct sockopt_option *option, const struct sockopt_kind *kind,
		     enum sockopt_access access)
{
	bool for_get = access == SOCKOPT_GET;
	const struct sockopt_where *where = for_get ? option->applies_get : option->applies;
	size_t count = for_get ? option->n_applies_get : option->n_applies;

	for (size_t i = 0; i < count; i++)
		if (sockopt_where_fits(&where[i], kind))
			return true;
	return count == 0;
}

const struct sockopt_option *sockopt_twin_for(const struct sockopt_option *option,
					      const struct sockopt_kind *kind, enum sockopt_access access)
{
	if (option && option->part_of)
		option = option->part_of;
	if (option && !is_entry(option)) {
		const struct sockopt_option *known =
			sockopt_find_number_on(kind, option->level->number, option->number, access);

		if (!known)
			return option->level->name[0] ? NULL : option;
		option = known;
	}
	for (; option; option = option->twin)
		if ((option->access & (unsigned)access) && sockopt_applies(option, kind, access))
			return option;
	return NULL;
}
