/* SPDX-License-Identifier: MIT */
/* A quantity of a command line. */

#include "amount.h"

bool amount_read(struct amount *amount, const char *name, enum sockopt_unit unit, struct sockopt_range range,
		 const char *text, int64_t *ret, struct sockopt_error *ret_error)
{
	struct sockopt_value value;

	amount->field = (struct sockopt_field){
		.name = "quantity",
		.scalar = SOCKOPT_SIGNED,
		.unit = unit,
		.size = sizeof(int64_t),
		.count = 1,
	};
	amount->type = (struct sockopt_type){
		.name = "quantity",
		.form = SOCKOPT_FORM_SCALAR,
		.size = sizeof(int64_t),
		.n_fields = 1,
		.fields = &amount->field,
	};
	amount->range = range;
	amount->option = (struct sockopt_option){
		.name = name,
		.type = &amount->type,
		.get_type = &amount->type,
		.ranges = &amount->range,
		.n_ranges = 1,
		.access = SOCKOPT_SET,
	};
	if (sockopt_parse(&amount->option, text, &value, ret_error) < 0)
		return false;
	*ret = sockopt_field_number(&amount->field, value.bytes, 0);
	return true;
}

bool amount_parse(enum sockopt_unit unit, int64_t least, int64_t most, const char *text, int64_t *ret)
{
	struct sockopt_error error;
	struct amount amount;
	int64_t number;

	if (!amount_read(&amount, "quantity", unit, (struct sockopt_range){ least, most }, text, &number, &error) ||
	    number < least || number > most)
		return false;
	*ret = number;
	return true;
}
