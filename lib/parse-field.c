/* SPDX-License-Identifier: MIT */
/* Fields, structs and arrays from text. */

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "name.h"
#include "number.h"
#include "parse.h"
#include "part.h"

static int bad(struct trouble *trouble, enum sockopt_problem problem, const char *at, int error)
{
	*trouble = (struct trouble){ problem, at };
	return error;
}

bool parse_next(struct word *rest, char separator, struct word *ret_part)
{
	int depth = 0;
	size_t i;

	if (!rest->at)
		return false;
	for (i = 0; i < rest->length; i++) {
		char c = rest->at[i];

		depth += (c == '{' || c == '[') - (c == '}' || c == ']');
		if (c == separator && depth == 0)
			break;
	}
	*ret_part = (struct word){ rest->at, i };
	if (i < rest->length)
		*rest = (struct word){ rest->at + i + 1, rest->length - i - 1 };
	else
		*rest = (struct word){ NULL, 0 };
	return true;
}

static bool copy_word(struct word word, char *ret, size_t size)
{
	if (word.length >= size)
		return false;
	memcpy(ret, word.at, word.length);
	ret[word.length] = '\0';
	return true;
}

/** "fe80::1%2": the index of the interface that the address is of. */
static bool cut_scope(char *host, uint32_t *ret)
{
	char *percent = strchr(host, '%'), *end;
	unsigned long scope;

	if (!percent)
		return true;
	*percent = '\0';
	scope = strtoul(percent + 1, &end, 10);
	*ret = (uint32_t)scope;
	return percent[1] >= '0' && percent[1] <= '9' && !*end && scope <= UINT32_MAX;
}

/** An IPv4 or IPv6 address with a port, or a path, into a struct sockaddr_storage. */
static int parse_sockaddr(struct word word, void *ret, struct trouble *trouble)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in in = { .sin_family = AF_INET };
	char text[INET6_ADDRSTRLEN + 24];
	char *host = text, *colon, *end;
	unsigned long port = 0;
	bool is_v6;

	if (!copy_word(word, text, sizeof(text)))
		return bad(trouble, SOCKOPT_BAD_VALUE, word.at, -EINVAL);
	is_v6 = text[0] == '[';
	if (is_v6) {
		host = text + 1;
		end = strchr(text, ']');
		if (!end)
			return bad(trouble, SOCKOPT_BAD_VALUE, word.at + word.length, -EINVAL);
		*end = '\0';
		colon = end[1] == ':' ? end + 1 : NULL;
		if (!colon && end[1])
			return bad(trouble, SOCKOPT_BAD_VALUE, word.at, -EINVAL);
	} else {
		colon = strchr(text, ':');
	}
	if (colon) {
		*colon = '\0';
		port = strtoul(colon + 1, &end, 10);
		if (*end || end == colon + 1 || port > UINT16_MAX)
			return bad(trouble, SOCKOPT_BAD_VALUE, word.at + (colon + 1 - text), -EINVAL);
	}
	if (is_v6 && !cut_scope(host, &in6.sin6_scope_id))
		return bad(trouble, SOCKOPT_BAD_VALUE, word.at, -EINVAL);
	if (is_v6 ? inet_pton(AF_INET6, host, &in6.sin6_addr) != 1 : inet_pton(AF_INET, host, &in.sin_addr) != 1)
		return bad(trouble, SOCKOPT_BAD_VALUE, word.at, -EINVAL);

	in6.sin6_port = in.sin_port = htons((uint16_t)port);
	if (is_v6)
		memcpy(ret, &in6, sizeof(in6));
	else
		memcpy(ret, &in, sizeof(in));
	return 0;
}

static int parse_address(const struct sockopt_field *field, struct word word, void *ret, struct trouble *trouble)
{
	char text[INET6_ADDRSTRLEN];
	int family = field->scalar == SOCKOPT_IPV4 ? AF_INET : AF_INET6;

	if (!copy_word(word, text, sizeof(text)) || inet_pton(family, text, ret) != 1)
		return bad(trouble, SOCKOPT_BAD_VALUE, word.at, -EINVAL);
	return 0;
}

static int nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static int parse_hex(struct word word, unsigned char *ret, size_t max, size_t *ret_length, struct trouble *trouble)
{
	size_t n;

	if (word.length < 2 || word.at[0] != '0' || (word.at[1] != 'x' && word.at[1] != 'X'))
		return bad(trouble, SOCKOPT_BAD_VALUE, word.at, -EINVAL);
	if (word.length % 2)
		return bad(trouble, SOCKOPT_BAD_VALUE, word.at + word.length, -EINVAL);
	n = word.length / 2 - 1;
	if (n > max)
		return bad(trouble, SOCKOPT_TOO_LONG, word.at, -EMSGSIZE);
	for (size_t i = 0; i < n; i++) {
		int high = nibble(word.at[2 + 2 * i]), low = nibble(word.at[3 + 2 * i]);

		if (high < 0 || low < 0)
			return bad(trouble, SOCKOPT_BAD_VALUE, word.at + 2 + 2 * i + (high >= 0), -EINVAL);
		ret[i] = (unsigned char)(high << 4 | low);
	}
	*ret_length = n;
	return 0;
}

/** What a field may take of a value's bytes: an option can be longer than a value holds. */
static size_t room_of(const struct sockopt_field *field, size_t index)
{
	size_t at = field->offset + index * field->size;
	size_t rest = at < SOCKOPT_VALUE_MAX ? SOCKOPT_VALUE_MAX - at : 0;

	return field->size < rest ? field->size : rest;
}

/** The byte at the word's begin, and how many characters it takes: \xNN is one byte, as it is shown; -1: it is 0. */
static int string_byte(struct word word, size_t *ret_taken)
{
	int high, low;

	*ret_taken = 1;
	if (word.length < 4 || word.at[0] != '\\' || word.at[1] != 'x')
		return (unsigned char)word.at[0];
	high = nibble(word.at[2]);
	low = nibble(word.at[3]);
	if (high < 0 || low < 0)
		return (unsigned char)word.at[0];
	*ret_taken = 4;
	return (high | low) == 0 ? -1 : high << 4 | low;
}

static int parse_string(const struct sockopt_field *field, struct word word, unsigned char *ret,
			size_t *ret_length, struct trouble *trouble)
{
	size_t n = 0, taken;
	struct word rest = word;

	for (; rest.length; rest = (struct word){ rest.at + taken, rest.length - taken }) {
		int byte = string_byte(rest, &taken);

		if (byte < 0)
			return bad(trouble, SOCKOPT_BAD_VALUE, rest.at, -EINVAL);
		if (n + 1 >= field->size || n + 1 >= (size_t)SOCKOPT_VALUE_MAX - field->offset)
			return bad(trouble, SOCKOPT_TOO_LONG, word.at, -EMSGSIZE);
		ret[n++] = (unsigned char)byte;
	}
	ret[n] = '\0';
	*ret_length = n + 1;
	return 0;
}

/** "127.0.0.1:0;[::1]:0", perhaps in braces: one behind the other. */
static int parse_sockaddrs(struct word word, unsigned char *ret, size_t max, size_t *ret_length,
			   struct trouble *trouble)
{
	struct word part;
	size_t used = 0;

	if (word.length >= 2 && word.at[0] == '{' && word.at[word.length - 1] == '}')
		word = (struct word){ word.at + 1, word.length - 2 };
	while (word.length && parse_next(&word, ';', &part)) {
		struct sockaddr_storage address = { 0 };
		size_t length;
		int r = parse_sockaddr(part, &address, trouble);

		if (r < 0)
			return r;
		length = sockaddr_size(address.ss_family);
		if (used + length > max)
			return bad(trouble, SOCKOPT_TOO_LONG, part.at, -EMSGSIZE);
		memcpy(ret + used, &address, length);
		used += length;
	}
	*ret_length = used;
	return 0;
}

/**
 * "-" is no address. One of another family than IPv4 and IPv6 stands as its bytes. In a struct sockaddr_in there is no
 * room for an IPv6 address, and in a struct sockaddr_in6 no IPv4 one stands.
 */
static int parse_one_sockaddr(const struct sockopt_field *field, struct word word, unsigned char *ret,
			      struct trouble *trouble)
{
	struct sockaddr_storage address = { 0 };
	bool is_hex = word.length > 1 && word.at[0] == '0' && word.at[1] == 'x';
	size_t length;
	int r = 0;

	if (is_hex)
		r = parse_hex(word, (unsigned char *)&address, field->size, &length, trouble);
	else if (word.length != 1 || word.at[0] != '-')
		r = parse_sockaddr(word, &address, trouble);
	if (r < 0)
		return r;
	if (!is_hex && address.ss_family && field->size < sizeof(address) &&
	    sockaddr_size(address.ss_family) != field->size)
		return bad(trouble, SOCKOPT_BAD_VALUE, word.at, -EINVAL);
	memcpy(ret, &address, field->size);
	return 0;
}

int parse_field(const struct sockopt_field *field, struct word word, unsigned char *bytes, size_t index,
		size_t *ret_length, struct trouble *trouble)
{
	unsigned char *at = bytes + field->offset + index * field->size;
	int64_t number, least, greatest;
	int r;

	*ret_length = field->size;
	switch (field->scalar) {
	case SOCKOPT_IPV4:
	case SOCKOPT_IPV6:
		return parse_address(field, word, at, trouble);
	case SOCKOPT_SOCKADDR:
		return parse_one_sockaddr(field, word, at, trouble);
	case SOCKOPT_STRING:
		return parse_string(field, word, at, ret_length, trouble);
	case SOCKOPT_SOCKADDRS:
		return parse_sockaddrs(word, at, room_of(field, index), ret_length, trouble);
	case SOCKOPT_BYTES:
		return parse_hex(word, at, room_of(field, index), ret_length, trouble);
	case SOCKOPT_SIGNED:
	case SOCKOPT_UNSIGNED:
	case SOCKOPT_BIG_ENDIAN:
		break;
	}
	r = parse_number(field, word, &number, trouble);
	if (r < 0)
		return r;
	number_limits(field, &least, &greatest);
	if (greatest >= 0 && (number < least || number > greatest))
		return bad(trouble, SOCKOPT_OUT_OF_RANGE, word.at, -ERANGE);
	number_store(field, bytes, index, number);
	return 0;
}

/** "{1;2;3}" or "1": the elements of an array field. */
static int parse_elements(const struct sockopt_field *field, struct word word, unsigned char *bytes, size_t max,
			  size_t *ret_count, struct trouble *trouble)
{
	struct word part;
	size_t n = 0, length;

	if (word.length >= 2 && word.at[0] == '{' && word.at[word.length - 1] == '}')
		word = (struct word){ word.at + 1, word.length - 2 };
	while (word.length && parse_next(&word, ';', &part)) {
		int r;

		if (n == max)
			return bad(trouble, SOCKOPT_TOO_LONG, part.at, -EMSGSIZE);
		r = parse_field(field, part, bytes, n++, &length, trouble);
		if (r < 0)
			return r;
	}
	*ret_count = n;
	return 0;
}

static int parse_tail(const struct sockopt_type *type, struct word value, struct sockopt_value *ret,
		      struct trouble *trouble)
{
	size_t room = (sizeof(ret->bytes) - type->size) / type->tail->size;
	size_t count;
	bool is_hex = type->tail->size == 1 && value.length > 1 && value.at[0] == '0' && (value.at[1] | 0x20) == 'x';
	int r = is_hex ? parse_hex(value, ret->bytes + type->size, room, &count, trouble) :
			 parse_elements(type->tail, value, ret->bytes + type->size, room, &count, trouble);

	if (r < 0)
		return r;
	number_store(&type->fields[type->tail_count_field], ret->bytes, 0, (int64_t)count);
	ret->length = (socklen_t)(type->size + count * type->tail->size);
	return 0;
}

/** One "name=value" of a struct. */
static int parse_member(const struct sockopt_type *type, struct word member, struct sockopt_value *ret,
			struct trouble *trouble)
{
	const struct sockopt_field *field;
	struct word name, value = member;
	size_t length, count;

	if (!parse_next(&value, '=', &name) || !value.at)
		return bad(trouble, SOCKOPT_BAD_VALUE, member.at, -EINVAL);
	if (type->tail && name_equal(type->tail->name, name.at, name.length))
		return parse_tail(type, value, ret, trouble);

	field = part_field(type, name);
	if (!field)
		return bad(trouble, SOCKOPT_BAD_VALUE, name.at, -EINVAL);
	if (field->count > 1)
		return parse_elements(field, value, ret->bytes, field->count, &count, trouble);
	return parse_field(field, value, ret->bytes, 0, &length, trouble);
}

static int parse_linger(const struct sockopt_type *type, struct word word, struct sockopt_value *ret,
			struct trouble *trouble)
{
	static const struct sockopt_field on_off = { .look = SOCKOPT_LOOK_BOOL, .size = sizeof(int), .count = 1 };
	struct word rest = word, on;
	int64_t number;
	size_t length;
	int r;

	if (!parse_next(&rest, ':', &on))
		return bad(trouble, SOCKOPT_BAD_VALUE, word.at, -EINVAL);
	r = parse_number(&on_off, on, &number, trouble);
	if (r < 0)
		return r;
	number_store(&type->fields[0], ret->bytes, 0, number);
	if (!rest.at)
		return number ? bad(trouble, SOCKOPT_BAD_VALUE, word.at + word.length, -EINVAL) : 0;
	return parse_field(&type->fields[1], rest, ret->bytes, 0, &length, trouble);
}

static int parse_timeval(const struct sockopt_type *type, struct word word, struct sockopt_value *ret,
			 struct trouble *trouble)
{
	static const struct sockopt_field microseconds = {
		.scalar = SOCKOPT_SIGNED,
		.unit = SOCKOPT_UNIT_US,
		.size = sizeof(int64_t),
		.count = 1,
	};
	static const struct sockopt_field seconds = {
		.scalar = SOCKOPT_SIGNED,
		.unit = SOCKOPT_UNIT_S,
		.size = sizeof(int64_t),
		.count = 1,
	};
	int64_t number;
	bool bare = word.length && word.at[word.length - 1] >= '0' && word.at[word.length - 1] <= '9';
	int r = parse_number(bare ? &seconds : &microseconds, word, &number, trouble);

	if (r < 0)
		return r;
	if (number < 0)
		return bad(trouble, SOCKOPT_OUT_OF_RANGE, word.at, -ERANGE);
	number_store(&type->fields[0], ret->bytes, 0, bare ? number : number / 1000000);
	number_store(&type->fields[1], ret->bytes, 0, bare ? 0 : number % 1000000);
	return 0;
}

/** The variant that a member of the text names; the type itself if none is named, or none that is known. */
static int choose_variant(const struct sockopt_type *type, struct word word, const struct sockopt_type **ret,
			  struct trouble *trouble)
{
	const struct sockopt_field *field = &type->fields[type->variant_field];
	struct word member;

	*ret = type;
	while (parse_next(&word, ',', &member)) {
		struct word name, value = member;
		const char *dot;
		int64_t number;
		int r;

		if (!parse_next(&value, '=', &name) || !value.at)
			continue;
		dot = memchr(name.at, '.', name.length);
		if (dot)
			name = (struct word){ dot + 1, name.length - (size_t)(dot + 1 - name.at) };
		if (!name_equal(field->name, name.at, name.length))
			continue;
		r = parse_number(field, value, &number, trouble);
		for (size_t i = 0; r == 0 && i < type->n_variants; i++)
			if (type->variants[i].number == number)
				*ret = type->variants[i].type;
		return r;
	}
	return 0;
}

int parse_struct(const struct sockopt_type *type, struct word word, struct sockopt_value *ret,
		 struct trouble *trouble)
{
	struct word member;
	bool named = memchr(word.at, '=', word.length);

	if (type->n_variants) {
		int r = choose_variant(type, word, &type, trouble);

		if (r < 0)
			return r;
	}
	ret->length = type->size;
	memset(ret->bytes, 0, type->size);
	if (type->short_form == SOCKOPT_SHORT_LINGER && !named)
		return parse_linger(type, word, ret, trouble);
	if (type->short_form == SOCKOPT_SHORT_TIMEVAL && !named)
		return parse_timeval(type, word, ret, trouble);

	while (parse_next(&word, ',', &member)) {
		int r = parse_member(type, member, ret, trouble);

		if (r < 0)
			return r;
	}
	return 0;
}
