/* SPDX-License-Identifier: MIT */
/* Which struct a value is, where a field tells, and whether it has secrets. */

#include "sockopt.h"

const struct sockopt_type *sockopt_variant_of(const struct sockopt_type *type, const void *bytes, size_t length)
{
	int64_t number;

	if (type->n_variants == 0 || length <= type->size)
		return type;
	number = sockopt_field_number(&type->fields[type->variant_field], bytes, 0);
	for (size_t i = 0; i < type->n_variants; i++)
		if (type->variants[i].number == number)
			return type->variants[i].type;
	return type;
}

static bool has_secret_field(const struct sockopt_type *type)
{
	for (size_t i = 0; i < type->n_fields; i++)
		if (type->fields[i].secret)
			return true;
	return type->tail && type->tail->secret;
}

bool sockopt_has_secret(const struct sockopt_type *type)
{
	for (size_t i = 0; i < type->n_variants; i++)
		if (has_secret_field(type->variants[i].type))
			return true;
	return has_secret_field(type);
}
