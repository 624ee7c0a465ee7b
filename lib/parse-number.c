/* SPDX-License-Identifier: MIT */
/* Numbers as people write them: 30s, 4MiB, 100Mbit/s, 0x1f, on, ef, eth0. */

#include <errno.h>
#include <net/if.h>
#include <string.h>

#include "name.h"
#include "number.h"
#include "parse.h"

/** A suffix and what it stands for, as a fraction of the family's base unit. */
struct suffix {
	const char *text;
	int64_t numerator;
	int64_t denominator;
};

static const struct suffix time_suffixes[] = {
	/* base: nanoseconds */
	{ "ns", 1, 1 },
	{ "us", 1000, 1 },
	{ "ms", 1000000, 1 },
	{ "s", 1000000000, 1 },
	{ "sec", 1000000000, 1 },
	{ "min", 60000000000, 1 },
	{ "h", 3600000000000, 1 },
	{ "d", 86400000000000, 1 },
};

static const struct suffix size_suffixes[] = {
	/* base: bytes */
	{ "B", 1, 1 },
	{ "kB", 1000, 1 },
	{ "MB", 1000000, 1 },
	{ "GB", 1000000000, 1 },
	{ "K", 1024, 1 },
	{ "M", 1048576, 1 },
	{ "G", 1073741824, 1 },
	{ "KiB", 1024, 1 },
	{ "MiB", 1048576, 1 },
	{ "GiB", 1073741824, 1 },
};

static const struct suffix rate_suffixes[] = {
	/* base: bytes a second */
	{ "bit/s", 1, 8 },
	{ "kbit/s", 1000, 8 },
	{ "Mbit/s", 1000000, 8 },
	{ "Gbit/s", 1000000000, 8 },
	{ "B/s", 1, 1 },
	{ "kB/s", 1000, 1 },
	{ "MB/s", 1000000, 1 },
	{ "GB/s", 1000000000, 1 },
	{ "KiB/s", 1024, 1 },
	{ "MiB/s", 1048576, 1 },
	{ "GiB/s", 1073741824, 1 },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/** The suffixes that a unit knows, and how many of the base the unit itself is. */
static const struct suffix *suffixes_of(enum sockopt_unit unit, size_t *ret_count, int64_t *ret_base)
{
	static const int64_t nanoseconds[] = {
		[SOCKOPT_UNIT_S] = 1000000000,
		[SOCKOPT_UNIT_MS] = 1000000,
		[SOCKOPT_UNIT_US] = 1000,
		[SOCKOPT_UNIT_NS] = 1,
	};

	*ret_base = 1;
	if (unit >= SOCKOPT_UNIT_S && unit <= SOCKOPT_UNIT_NS) {
		*ret_count = COUNT(time_suffixes);
		*ret_base = nanoseconds[unit];
		return time_suffixes;
	}
	if (unit == SOCKOPT_UNIT_BYTES) {
		*ret_count = COUNT(size_suffixes);
		return size_suffixes;
	}
	if (unit == SOCKOPT_UNIT_BYTES_PER_SECOND) {
		*ret_count = COUNT(rate_suffixes);
		return rate_suffixes;
	}
	*ret_count = 0;
	return NULL;
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 99;
}

#define DECIMALS_MAX 18

/** A decimal as mantissa / 10^decimals, or a hexadecimal integer; moves *at behind it. */
struct decimal {
	bool negative;
	uint64_t mantissa;
	unsigned int decimals;
};

static int read_decimal(const char **at, const char *end, struct decimal *ret, struct trouble *trouble)
{
	const char *p = *at;
	unsigned int base = 10;
	size_t digits = 0;
	bool in_fraction = false;

	*ret = (struct decimal){ .negative = p < end && *p == '-' };
	if (ret->negative || (p < end && *p == '+'))
		p++;
	if (end - p > 2 && p[0] == '0' && (p[1] == 'x' || p[1] == 'X')) {
		base = 16;
		p += 2;
	}
	for (; p < end; p++) {
		int digit = digit_of(*p);

		if (*p == '.' && !in_fraction && base == 10 && digits) {
			in_fraction = true;
			continue;
		}
		if (digit >= (int)base)
			break;
		if (!(in_fraction && ret->decimals == DECIMALS_MAX) &&
		    ret->mantissa > (UINT64_MAX - (unsigned int)digit) / base) {
			*trouble = (struct trouble){ SOCKOPT_OUT_OF_RANGE, *at };
			return -ERANGE;
		}
		digits++;
		/* Zeros that end a fraction say nothing; more than 18 other decimals are finer than any unit. */
		if (in_fraction && ret->decimals == DECIMALS_MAX) {
			if (digit == 0)
				continue;
			*trouble = (struct trouble){ SOCKOPT_WRONG_UNIT, p };
			return -EINVAL;
		}
		ret->mantissa = ret->mantissa * base + (unsigned int)digit;
		ret->decimals += in_fraction;
	}
	if (digits == 0) {
		*trouble = (struct trouble){ SOCKOPT_BAD_VALUE, p };
		return -EINVAL;
	}
	*at = p;
	return 0;
}

__extension__ typedef unsigned __int128 wide;

/** The greatest amount that the field's sign leaves room for. */
static wide limit_of(const struct sockopt_field *field, bool negative)
{
	if (field->scalar == SOCKOPT_SIGNED)
		return (wide)INT64_MAX + negative;
	return negative ? 0 : (wide)UINT64_MAX;
}

/** The decimal in the option's unit; what does not come out whole is a wrong unit. */
static int scale(const struct sockopt_field *field, const struct decimal *decimal, const struct suffix *suffix,
		 int64_t base, int64_t *ret_number)
{
	wide value = (wide)decimal->mantissa * (wide)suffix->numerator;
	wide divisor = (wide)suffix->denominator * (wide)base;
	wide limit = limit_of(field, decimal->negative);

	for (unsigned int i = 0; i < decimal->decimals; i++)
		divisor *= 10;
	if (value % divisor)
		return -EDOM;
	value /= divisor;
	if (value > limit)
		return -ERANGE;
	*ret_number = decimal->negative ? (int64_t)(0 - (uint64_t)value) : (int64_t)(uint64_t)value;
	return 0;
}

static bool find_symbol(const struct sockopt_symbols *symbols, struct word word, int64_t *ret_number)
{
	size_t prefix = strlen(symbols->prefix);

	for (size_t i = 0; i < symbols->count; i++) {
		const struct sockopt_symbol *symbol = &symbols->list[i];
		bool has_prefix = prefix && strncmp(symbol->name, symbols->prefix, prefix) == 0;

		if (name_equal(symbol->name, word.at, word.length) ||
		    (has_prefix && name_equal(symbol->name + prefix, word.at, word.length))) {
			*ret_number = symbol->value;
			return true;
		}
	}
	return false;
}

static bool find_bool(struct word word, int64_t *ret_number)
{
	static const char *const words[] = { "off", "on", "no", "yes", "false", "true" };

	for (size_t i = 0; i < COUNT(words); i++)
		if (name_equal(words[i], word.at, word.length)) {
			*ret_number = (int64_t)(i % 2);
			return true;
		}
	return false;
}

static bool find_interface(struct word word, int64_t *ret_number)
{
	char name[IF_NAMESIZE];
	unsigned int index;

	if (word.length >= sizeof(name))
		return false;
	memcpy(name, word.at, word.length);
	name[word.length] = '\0';
	index = if_nametoindex(name);
	*ret_number = index;
	return index != 0;
}

/** Digits up to the end or the character that ends them. */
static bool take_port(struct word *rest, uint32_t *ret)
{
	size_t n = 0;

	for (*ret = 0; n < rest->length && rest->at[n] >= '0' && rest->at[n] <= '9' && *ret <= UINT16_MAX; n++)
		*ret = *ret * 10 + (uint32_t)(rest->at[n] - '0');
	*rest = (struct word){ rest->at + n, rest->length - n };
	return n && *ret <= UINT16_MAX;
}

/** "40000-50000", "none" */
static bool find_port_range(struct word word, int64_t *ret_number)
{
	uint32_t low = 0, high = 0;

	if (!name_equal("none", word.at, word.length)) {
		if (!take_port(&word, &low) || word.length == 0 || *word.at != '-')
			return false;
		word = (struct word){ word.at + 1, word.length - 1 };
		if (!take_port(&word, &high) || word.length)
			return false;
	}
	*ret_number = (int64_t)(low | high << 16);
	return true;
}

static bool find_word(const struct sockopt_field *field, struct word word, int64_t *ret_number)
{
	if (field->look == SOCKOPT_LOOK_BOOL && find_bool(word, ret_number))
		return true;
	if (field->symbols && find_symbol(field->symbols, word, ret_number))
		return true;
	if (field->unit == SOCKOPT_UNIT_BYTES_PER_SECOND && name_equal("unlimited", word.at, word.length)) {
		number_limits(field, &(int64_t){ 0 }, ret_number);
		return true;
	}
	if (field->unit == SOCKOPT_UNIT_PORT_RANGE && find_port_range(word, ret_number))
		return true;
	return (field->unit == SOCKOPT_UNIT_IFINDEX || field->unit == SOCKOPT_UNIT_IFINDEX_BE) &&
	       find_interface(word, ret_number);
}

static int with_suffix(const struct sockopt_field *field, const struct decimal *decimal, struct word rest,
		       int64_t *ret_number, struct trouble *trouble)
{
	static const struct suffix unit_itself = { "", 1, 1 };
	const struct suffix *known, *suffix = NULL;
	size_t count;
	int64_t base;
	int r;

	known = suffixes_of(field->unit, &count, &base);
	while (rest.length > 1 && *rest.at == ' ')
		rest = (struct word){ rest.at + 1, rest.length - 1 };
	if (rest.length == 0) {
		suffix = &unit_itself;
		base = 1;
	}
	for (size_t i = 0; i < count && !suffix; i++)
		if (strlen(known[i].text) == rest.length && strncmp(known[i].text, rest.at, rest.length) == 0)
			suffix = &known[i];
	for (size_t i = 0; i < count && !suffix; i++)
		if (name_equal(known[i].text, rest.at, rest.length))
			suffix = &known[i];
	if (!suffix) {
		*trouble = (struct trouble){ SOCKOPT_WRONG_UNIT, rest.at };
		return -EINVAL;
	}
	r = scale(field, decimal, suffix, base, ret_number);
	if (r == -EDOM)
		*trouble = (struct trouble){ SOCKOPT_WRONG_UNIT, rest.at };
	else if (r < 0)
		*trouble = (struct trouble){ SOCKOPT_OUT_OF_RANGE, rest.at };
	return r == -EDOM ? -EINVAL : r;
}

static int parse_flags(const struct sockopt_field *field, struct word word, int64_t *ret_number,
		       struct trouble *trouble)
{
	int64_t flags = 0;
	struct word part;

	while (parse_next(&word, '|', &part)) {
		int64_t flag;
		struct decimal decimal;
		const char *at = part.at;
		int r;

		if (!find_word(field, part, &flag)) {
			r = read_decimal(&at, part.at + part.length, &decimal, trouble);
			if (r == 0 && decimal.negative) {
				*trouble = (struct trouble){ SOCKOPT_OUT_OF_RANGE, part.at };
				r = -ERANGE;
			} else if (r == 0 && (decimal.decimals || at != part.at + part.length)) {
				*trouble = (struct trouble){ SOCKOPT_BAD_VALUE, at };
				r = -EINVAL;
			}
			if (r < 0)
				return r;
			flag = (int64_t)decimal.mantissa;
		}
		flags |= flag;
	}
	*ret_number = flags;
	return 0;
}

int parse_number(const struct sockopt_field *field, struct word word, int64_t *ret_number,
		 struct trouble *trouble)
{
	const char *at = word.at, *end = word.at + word.length;
	struct decimal decimal;
	int r;

	if (field->look == SOCKOPT_LOOK_FLAGS)
		return parse_flags(field, word, ret_number, trouble);
	if (find_word(field, word, ret_number))
		return 0;
	r = read_decimal(&at, end, &decimal, trouble);
	if (r < 0)
		return r;
	if (field->unit == SOCKOPT_UNIT_PORT_RANGE && at != end) {
		*trouble = (struct trouble){ SOCKOPT_BAD_VALUE, at };
		return -EINVAL;
	}
	r = with_suffix(field, &decimal, (struct word){ at, (size_t)(end - at) }, ret_number, trouble);
	if (r == -ERANGE)
		trouble->at = word.at;
	return r;
}
