/* SPDX-License-Identifier: MIT */
/* A quantity of a command line. */

#include "amount.h"

bool amount_parse(enum sockopt_unit unit, int64_t least, int64_t most, const char *text, int64_t *ret)
{
	const struct sockopt_field field = {
		.name = "quantity",
		.scalar = SOCKOPT_SIGNED,
		.unit = unit,
		.size = sizeof(int64_t),
		.count = 1,
	};
	const struct sockopt_type type = {
		.name = "quantity",
		.form = SOCKOPT_FORM_SCALAR,
		.size = sizeof(int64_t),
		.n_fields = 1,
		.fields = &field,
	};
	const struct sockopt_range range = { least, most };
	const struct sockopt_option quantity = {
		.name = "quantity",
		.type = &type,
		.get_type = &type,
		.ranges = &range,
		.n_ranges = 1,
		.access = SOCKOPT_SET,
	};
	struct sockopt_value value;
	struct sockopt_error error;
	int64_t number;

	if (sockopt_parse(&quantity, text, &value, &error) < 0)
		return false;
	number = sockopt_field_number(&field, value.bytes, 0);
	if (number < least || number > most)
		return false;
	*ret = number;
	return true;
}
