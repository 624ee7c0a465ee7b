/* SPDX-License-Identifier: MIT */
/* Text -> value of an option, range-checked by the catalogue. */

#include "parse.h"

#include <errno.h>
#include <string.h>

#include "number.h"

static bool within(const struct sockopt_field *field, const struct sockopt_range *range, int64_t number)
{
	if (field->scalar != SOCKOPT_SIGNED && field->size == sizeof(uint64_t))
		return (uint64_t)number >= (uint64_t)range->least &&
		       (uint64_t)number <= (uint64_t)range->greatest;
	return number >= range->least && number <= range->greatest;
}

static bool in_ranges(const struct sockopt_option *option, const struct sockopt_value *value)
{
	const struct sockopt_field *field;
	int64_t number;

	if (option->n_ranges == 0 || option->type->form != SOCKOPT_FORM_SCALAR)
		return true;
	field = &option->type->fields[0];
	if (!number_is(field))
		return true;
	number = sockopt_field_number(field, value->bytes, 0);
	for (size_t i = 0; i < option->n_ranges; i++)
		if (within(field, &option->ranges[i], number))
			return true;
	return false;
}

static int parse_scalar(const struct sockopt_type *type, struct word word, struct sockopt_value *ret,
			struct trouble *trouble)
{
	size_t length;
	int r;

	/* ATM reads 8 bytes of a value that has 4 (SO_SETCLP). */
	memset(ret->bytes, 0, sizeof(uint64_t));
	if (type->size <= sizeof(ret->bytes))
		memset(ret->bytes, 0, type->size);
	r = parse_field(&type->fields[0], word, ret->bytes, 0, &length, trouble);
	ret->length = (socklen_t)(type->fields[0].offset + length); /* only a part's is not 0 */
	return r;
}

/** Elements one after the other: "{..};{..}" of structs, "1;2" of numbers. */
static int parse_array(const struct sockopt_type *type, struct word word, struct sockopt_value *ret,
		       struct trouble *trouble)
{
	struct word part;
	size_t used = 0;

	while (word.length && parse_next(&word, ';', &part)) {
		struct sockopt_value element;
		bool scalar = type->n_fields == 1 && strcmp(type->fields[0].name, type->name) != 0 &&
			      part.length && part.at[0] != '{';
		int r;

		if (part.length >= 2 && part.at[0] == '{' && part.at[part.length - 1] == '}')
			part = (struct word){ part.at + 1, part.length - 2 };
		r = scalar ? parse_scalar(type, part, &element, trouble) :
			     parse_struct(type, part, &element, trouble);
		if (r < 0)
			return r;
		if (used + type->size > sizeof(ret->bytes)) {
			*trouble = (struct trouble){ SOCKOPT_TOO_LONG, part.at };
			return -EMSGSIZE;
		}
		memcpy(ret->bytes + used, element.bytes, type->size);
		used += type->size;
	}
	ret->length = (socklen_t)used;
	return 0;
}

/** The instructions of a BPF program as hex: sent by pointer, see set.c. */
static int parse_program(struct word word, struct sockopt_value *ret, struct trouble *trouble)
{
	static const struct sockopt_field instructions = {
		.scalar = SOCKOPT_BYTES,
		.size = SOCKOPT_VALUE_MAX,
		.count = 1,
	};
	size_t length;
	int r = parse_field(&instructions, word, ret->bytes, 0, &length, trouble);

	if (r == 0 && (length == 0 || length % 8)) {
		*trouble = (struct trouble){ SOCKOPT_BAD_VALUE, word.at + word.length };
		r = -EINVAL;
	}
	ret->length = (socklen_t)length;
	return r;
}

static int parse_type(const struct sockopt_type *type, struct word word, struct sockopt_value *ret,
		      struct trouble *trouble)
{
	if (type->short_form == SOCKOPT_SHORT_PROGRAM)
		return parse_program(word, ret, trouble);
	switch (type->form) {
	case SOCKOPT_FORM_NONE:
		ret->length = 0;
		return 0;
	case SOCKOPT_FORM_SCALAR:
		return parse_scalar(type, word, ret, trouble);
	case SOCKOPT_FORM_ARRAY:
		return parse_array(type, word, ret, trouble);
	case SOCKOPT_FORM_STRUCT:
		break;
	}
	return parse_struct(type, word, ret, trouble);
}

int sockopt_parse(const struct sockopt_option *option, const char *text, struct sockopt_value *ret_value,
		  struct sockopt_error *reterr)
{
	struct word word = { text, strlen(text) };
	struct trouble trouble = { SOCKOPT_BAD_VALUE, text };
	struct sockopt_value value;
	int r = parse_type(option->type, word, &value, &trouble);

	if (r == 0 && !in_ranges(option, &value)) {
		trouble = (struct trouble){ SOCKOPT_OUT_OF_RANGE, text };
		r = -ERANGE;
	}
	if (r < 0) {
		if (reterr)
			*reterr = (struct sockopt_error){
				.problem = trouble.problem,
				.option = option,
				.word = text,
				.word_length = word.length,
				.at = (size_t)(trouble.at - text),
			};
		return r;
	}
	ret_value->length = value.length;
	memset(ret_value->bytes, 0, sizeof(ret_value->bytes));
	memcpy(ret_value->bytes, value.bytes, value.length);
	return 0;
}
