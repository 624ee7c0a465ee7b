/* SPDX-License-Identifier: MIT */
/* Name, key or (level, number) -> entry. */

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "catalog.h"
#include "name.h"

size_t sockopt_count(void)
{
	return catalog_tables.n_options;
}

const struct sockopt_option *sockopt_at(size_t index)
{
	return index < catalog_tables.n_options ? &catalog_tables.options[index] : NULL;
}

const struct sockopt_level *sockopt_level_at(size_t index)
{
	return index < catalog_tables.n_levels ? &catalog_tables.levels[index] : NULL;
}

bool level_has_name(const struct sockopt_level *level, const char *word, size_t length)
{
	if (name_equal(level->name, word, length) || name_equal(level->key, word, length))
		return true;
	for (const char *const *alias = level->aliases; *alias; alias++)
		if (name_equal(*alias, word, length))
			return true;
	return false;
}

const struct sockopt_level *sockopt_find_level(const char *name)
{
	char *end;
	long number = strtol(name, &end, 0);
	bool is_number = *name && *end == '\0';

	for (size_t i = 0; i < catalog_tables.n_levels; i++) {
		const struct sockopt_level *level = &catalog_tables.levels[i];

		if (is_number ? level->number == number : level_has_name(level, name, strlen(name)))
			return level;
	}
	return NULL;
}

/** The entry with exactly this name or alias, in any case. */
static const struct sockopt_option *find_exact(const char *name, size_t length)
{
	size_t low = 0, high = catalog_tables.n_names;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = name_compare(catalog_tables.names[middle].name, name, length);

		if (order == 0)
			return &catalog_tables.options[catalog_tables.names[middle].option];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/** The entry of one level, its name with or without the level's prefix. */
static const struct sockopt_option *find_in_level(const struct sockopt_level *level, const char *name)
{
	const struct sockopt_option *option;
	size_t length = strlen(name);

	for (size_t i = 0; (option = sockopt_at(i)); i++)
		if (option->level == level && name_fits(option, name, length))
			return option;
	return NULL;
}

size_t name_matches(const char *name, const struct sockopt_option **ret, size_t max)
{
	const struct sockopt_option *option;
	size_t length = strlen(name);
	size_t found = 0;

	for (size_t i = 0; found < max && (option = sockopt_at(i)); i++) {
		if (!name_fits(option, name, length))
			continue;
		if (found && strcmp(ret[found - 1]->name, option->name) == 0)
			continue; /* a twin */
		ret[found++] = option;
	}
	return found;
}

const struct sockopt_option *sockopt_find(const char *name)
{
	const struct sockopt_option *fits[2];
	const struct sockopt_option *option = find_exact(name, strlen(name));
	const char *dot = strchr(name, '.');

	if (option)
		return option;

	if (dot) {
		char key[16];
		const struct sockopt_level *level;
		size_t length = (size_t)(dot - name);

		if (length >= sizeof(key))
			return NULL;
		memcpy(key, name, length);
		key[length] = '\0';
		level = sockopt_find_level(key);
		return level ? find_in_level(level, dot + 1) : NULL;
	}

	return name_matches(name, fits, 2) == 1 ? fits[0] : NULL;
}

/** Do sockets of this family have the level? One that says nothing of families is of all sockets. */
static bool level_is_of(const struct sockopt_level *level, int family)
{
	for (size_t i = 0; i < level->n_applies; i++) {
		uint64_t families = level->applies[i].families;

		if (families == 0 || (family >= 0 && family < 64 && ((families >> family) & 1)))
			return true;
	}
	return level->n_applies == 0;
}

static bool has_level(int number, int family)
{
	for (size_t i = 0; i < catalog_tables.n_levels; i++)
		if (catalog_tables.levels[i].number == number && level_is_of(&catalog_tables.levels[i], family))
			return true;
	return false;
}

/** family: that of which the level is; -1: of any. */
static const struct sockopt_option *find_numbers(int family, int level, int number, enum sockopt_access access)
{
	for (size_t i = 0; i < catalog_tables.n_options; i++) {
		const struct sockopt_option *option = &catalog_tables.options[i];

		if (option->number == number && option->level->number == level &&
		    (option->access & (unsigned)access) && (family < 0 || level_is_of(option->level, family)))
			return option;
	}
	return NULL;
}

const struct sockopt_option *sockopt_find_number(int level, int number, enum sockopt_access access)
{
	return find_numbers(-1, level, number, access);
}

const struct sockopt_option *sockopt_find_number_on(const struct sockopt_kind *kind, int level, int number,
						    enum sockopt_access access)
{
	int family = kind ? kind->family : -1;

	/* A socket that has no such level is asked for that of IP, if by anything. */
	if (kind && !has_level(level, family))
		family = has_level(level, AF_INET) ? AF_INET : -1;
	return find_numbers(family, level, number, access);
}

/** Are its numbers another option's, too, on sockets of another family? */
static bool numbers_are_shared(const struct sockopt_option *option, enum sockopt_access access)
{
	for (size_t i = 0; i < catalog_tables.n_options; i++) {
		const struct sockopt_option *other = &catalog_tables.options[i];

		if (other->number == option->number && other->level->number == option->level->number &&
		    other->level != option->level && (other->access & (unsigned)access))
			return true;
	}
	return false;
}

/** Writes a decimal number; returns the end. */
static char *put_number(char *at, int number)
{
	char digits[12];
	size_t n = 0;
	unsigned int rest = number < 0 ? 0U - (unsigned int)number : (unsigned int)number;

	do {
		digits[n++] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest);
	if (number < 0)
		*at++ = '-';
	while (n)
		*at++ = digits[--n];
	return at;
}

const struct sockopt_option *sockopt_make_unnamed(int level, int number, struct sockopt_unnamed *ret)
{
	static const char *const none[] = { NULL };
	static const struct sockopt_field field = {
		.name = "bytes",
		.scalar = SOCKOPT_BYTES,
		.size = SOCKOPT_VALUE_MAX,
		.count = 1,
	};
	static const struct sockopt_type bytes = {
		.name = "bytes",
		.form = SOCKOPT_FORM_SCALAR,
		.size = SOCKOPT_VALUE_MAX,
		.n_fields = 1,
		.fields = &field,
	};
	char *end = put_number(ret->name, level);

	*end++ = ':';
	*put_number(end, number) = '\0';

	ret->level = (struct sockopt_level){
		.name = "",
		.aliases = none,
		.key = "",
		.prefix = "",
		.constant = "",
		.number = level,
	};
	ret->option = (struct sockopt_option){
		.name = ret->name,
		.level = &ret->level,
		.number = number,
		.aliases = none,
		.access = SOCKOPT_GET | SOCKOPT_SET,
		.type = &bytes,
		.get_type = &bytes,
		.set_length = SOCKOPT_LENGTH_UP_TO,
		.get_length = SOCKOPT_GET_VARIABLE,
		.config = none,
		.moments = SOCKOPT_AT_ANY_TIME,
		.touches = none,
		.constants = none,
		.prepare = none,
		.see = none,
	};
	return &ret->option;
}

const struct sockopt_option *sockopt_meant_by(int level, int number, enum sockopt_access access,
					      struct sockopt_unnamed *ret)
{
	const struct sockopt_option *known = sockopt_find_number(level, number, access);

	if (!known)
		return sockopt_make_unnamed(level, number, ret);
	if (!numbers_are_shared(known, access))
		return known;
	/* A copy is no entry: so sockopt_twin_for() knows that the numbers are what is meant. */
	ret->option = *known;
	ret->option.twin = NULL;
	return &ret->option;
}

bool is_entry(const struct sockopt_option *option)
{
	uintptr_t at = (uintptr_t)option, first = (uintptr_t)catalog_tables.options;

	return at >= first && at < first + catalog_tables.n_options * sizeof(*option);
}
