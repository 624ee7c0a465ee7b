/* SPDX-License-Identifier: MIT */
/* One field of a struct, as if it were an option. */

#include "part.h"

#include <string.h>

#include "name.h"

/** How long the prefix is that all fields have, as tcpi_; 0: they have none. */
static size_t common_prefix(const struct sockopt_type *type)
{
	const char *underscore = strchr(type->fields[0].name, '_');
	size_t length = underscore ? (size_t)(underscore + 1 - type->fields[0].name) : 0;

	for (size_t i = 1; i < type->n_fields; i++)
		if (strncmp(type->fields[i].name, type->fields[0].name, length) != 0)
			return 0;
	return length;
}

const struct sockopt_field *part_field(const struct sockopt_type *type, struct word name)
{
	const struct sockopt_field *found = NULL;
	size_t prefix = type->n_fields ? common_prefix(type) : 0;
	size_t n = 0;

	for (size_t i = 0; i < type->n_fields; i++) {
		const struct sockopt_field *field = &type->fields[i];
		size_t whole = strlen(field->name);
		const char *end = field->name + (name.length < whole ? whole - name.length : 0);

		if (name_equal(field->name, name.at, name.length) ||
		    (prefix && name_equal(field->name + prefix, name.at, name.length)))
			return field;
		if (end > field->name && end[-1] == '.' && name_equal(end, name.at, name.length)) {
			found = field;
			n++;
		}
	}
	return n == 1 ? found : NULL;
}

/** Can a field stand alone? A key is not shown, and what has no end of its own has no length either. */
static bool is_part(const struct sockopt_field *field)
{
	return field->count == 1 && !field->secret && field->scalar != SOCKOPT_SOCKADDRS;
}

/** The option before a dot, and the name of the field behind it: both may have dots (tcp.info.rtt). */
static const struct sockopt_option *find_whole(const char *name, struct word *ret_field)
{
	char before[64];

	for (const char *dot = strchr(name, '.'); dot; dot = strchr(dot + 1, '.')) {
		size_t length = (size_t)(dot - name);
		const struct sockopt_option *option;

		if (length >= sizeof(before))
			return NULL;
		memcpy(before, name, length);
		before[length] = '\0';
		option = sockopt_find(before);
		if (option && option->get_type->form == SOCKOPT_FORM_STRUCT) {
			*ret_field = (struct word){ dot + 1, strlen(dot + 1) };
			return option;
		}
	}
	return NULL;
}

const struct sockopt_option *sockopt_find_or_part(const char *name, struct sockopt_part *ret)
{
	const struct sockopt_option *whole = sockopt_find(name);
	const struct sockopt_field *field;
	struct word word;
	size_t length;

	if (whole)
		return whole;
	whole = find_whole(name, &word);
	field = whole ? part_field(whole->get_type, word) : NULL;
	ret->option.part_of = whole;
	if (!field || !is_part(field))
		return NULL;
	length = strlen(whole->name);
	if (length + 1 + strlen(field->name) >= sizeof(ret->name))
		return NULL;
	memcpy(ret->name, whole->name, length);
	ret->name[length] = '.';
	memcpy(ret->name + length + 1, field->name, strlen(field->name) + 1);
	ret->type = (struct sockopt_type){
		.name = field->name,
		.form = SOCKOPT_FORM_SCALAR,
		.size = (uint16_t)(field->offset + field->size),
		.n_fields = 1,
		.fields = field,
	};
	ret->option = *whole;
	ret->option.name = ret->name;
	ret->option.part_of = whole;
	ret->option.type = ret->option.get_type = &ret->type;
	ret->option.access = whole->access & SOCKOPT_GET;
	ret->option.n_ranges = 0;
	return &ret->option;
}

const struct sockopt_option *sockopt_read_as(const struct sockopt_option *asked, const struct sockopt_option *read,
					     size_t length)
{
	if (!asked->part_of)
		return read;
	return read->get_type == asked->part_of->get_type && length >= asked->get_type->size ? asked : NULL;
}
