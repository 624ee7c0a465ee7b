/* SPDX-License-Identifier: MIT */
/* Asked against kept: what the kernel made of a value. */

#include <string.h>

#include "number.h"
#include "sockopt.h"

/** The same in every field: what lies between them the kernel does not always fill in. */
static bool same_fields(const struct sockopt_type *type, const struct sockopt_value *a, const struct sockopt_value *b)
{
	for (size_t i = 0; i < type->n_fields; i++) {
		const struct sockopt_field *field = &type->fields[i];
		size_t size = (size_t)field->size * field->count;

		if (field->bits ? sockopt_field_number(field, a->bytes, 0) != sockopt_field_number(field, b->bytes, 0) :
				  memcmp(a->bytes + field->offset, b->bytes + field->offset, size) != 0)
			return false;
	}
	return memcmp(a->bytes + type->size, b->bytes + type->size, a->length - type->size) == 0;
}

static bool same(const struct sockopt_type *type, const struct sockopt_value *a, const struct sockopt_value *b)
{
	if (a->length != b->length)
		return false;
	if (type->form == SOCKOPT_FORM_STRUCT && a->length >= type->size && a->length <= sizeof(a->bytes))
		return same_fields(type, a, b);
	return memcmp(a->bytes, b->bytes, a->length) == 0;
}

bool sockopt_same(const struct sockopt_option *option, const struct sockopt_value *a, const struct sockopt_value *b)
{
	const struct sockopt_type *type = option->get_type;
	const struct sockopt_field *on = type->fields;

	/* The kernel keeps the seconds of a linger that is off, and nothing looks at them. */
	if (type->short_form == SOCKOPT_SHORT_LINGER && a->length == type->size && b->length == type->size &&
	    !sockopt_field_number(on, a->bytes, 0) && !sockopt_field_number(on, b->bytes, 0))
		return true;
	return same(type, a, b);
}

static bool is_scalar(const struct sockopt_type *type)
{
	return type->form == SOCKOPT_FORM_SCALAR && number_is(&type->fields[0]);
}

static bool is_string(const struct sockopt_type *type)
{
	return type->form == SOCKOPT_FORM_SCALAR && type->fields[0].scalar == SOCKOPT_STRING;
}

/** Of a variant (the key of TLS_TX) only what all have in common is read. */
static bool is_beginning(const struct sockopt_type *type, const struct sockopt_value *after,
			 const struct sockopt_value *asked)
{
	return type->n_variants && after->length == type->size && asked->length > after->length &&
	       memcmp(asked->bytes, after->bytes, after->length) == 0;
}

static enum sockopt_result compare_numbers(const struct sockopt_option *option,
					   const struct sockopt_value *before,
					   const struct sockopt_value *asked,
					   const struct sockopt_value *after)
{
	int64_t wanted = sockopt_field_number(&option->type->fields[0], asked->bytes, 0);
	int64_t kept = sockopt_field_number(&option->get_type->fields[0], after->bytes, 0);
	bool doubled = option->transform.kind == SOCKOPT_DOUBLED;

	if (kept == wanted)
		return SOCKOPT_RESULT_KEPT;
	if (doubled && kept == 2 * wanted)
		return SOCKOPT_RESULT_DOUBLED;
	if (option->transform.kind == SOCKOPT_TO_BOOLEAN && kept == (wanted != 0))
		return SOCKOPT_RESULT_KEPT;
	if (before && same(option->get_type, before, after) && !doubled)
		return SOCKOPT_RESULT_IGNORED;
	if (option->transform.kind == SOCKOPT_ROUNDED || option->transform.kind == SOCKOPT_ADJUSTED_VALUE ||
	    option->transform.kind == SOCKOPT_MASKED)
		return SOCKOPT_RESULT_ROUNDED;
	return SOCKOPT_RESULT_CLAMPED;
}

enum sockopt_result sockopt_compare(const struct sockopt_option *option, const struct sockopt_value *before,
				    const struct sockopt_value *asked, const struct sockopt_value *after)
{
	if (is_scalar(option->type) && is_scalar(option->get_type))
		return compare_numbers(option, before, asked, after);
	if (is_string(option->get_type) &&
	    strncmp((const char *)asked->bytes, (const char *)after->bytes, option->get_type->size) == 0)
		return SOCKOPT_RESULT_KEPT;
	if (same(option->get_type, asked, after) || is_beginning(option->get_type, after, asked))
		return SOCKOPT_RESULT_KEPT;
	if (before && same(option->get_type, before, after))
		return SOCKOPT_RESULT_IGNORED;
	return option->transform.kind == SOCKOPT_CLAMPED ? SOCKOPT_RESULT_CLAMPED : SOCKOPT_RESULT_ROUNDED;
}

const char *sockopt_result_word(enum sockopt_result result)
{
	static const char *const words[] = {
		[SOCKOPT_RESULT_KEPT] = "kept",
		[SOCKOPT_RESULT_DOUBLED] = "doubled",
		[SOCKOPT_RESULT_CLAMPED] = "clamped",
		[SOCKOPT_RESULT_ROUNDED] = "rounded",
		[SOCKOPT_RESULT_IGNORED] = "ignored",
		[SOCKOPT_RESULT_FAILED] = "failed",
		[SOCKOPT_RESULT_PLANNED] = "planned",
	};

	return words[result];
}

void sockopt_asked_for(const struct sockopt_option *option, const struct sockopt_value *kept,
		       struct sockopt_value *ret)
{
	ret->length = kept->length;
	memcpy(ret->bytes, kept->bytes, kept->length);
	if (option->transform.kind == SOCKOPT_DOUBLED && is_scalar(option->get_type)) {
		const struct sockopt_field *field = &option->get_type->fields[0];

		number_store(field, ret->bytes, 0, sockopt_field_number(field, kept->bytes, 0) / 2);
	}
	if (is_string(option->get_type) && is_string(option->type)) {
		size_t length = strnlen((const char *)kept->bytes, kept->length);

		ret->length = (socklen_t)length;
		if (length < sizeof(ret->bytes))
			ret->bytes[ret->length++] = '\0';
	}
}
