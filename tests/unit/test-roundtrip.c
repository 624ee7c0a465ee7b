/* SPDX-License-Identifier: MIT */
/*
 * What format writes, parse reads: for every option of the catalogue, over
 * random values of its type, and of the type that it is read as where that is
 * another one. SOCKOPT_SEED repeats a run.
 *
 * What has secrets (***) is tried as if it had none. Left out are BPF programs
 * ("2 instructions"), whose text is not meant to be read back. Values are
 * canonical: bytes that no field names and those behind a string's end are 0,
 * an IPv6 address has no flow.
 */
#include <inttypes.h>
#include <netinet/in.h>
#include <number.h>
#include <time.h>

#include "test.h"

#define ROUNDS 2000

static uint64_t seed;

static uint64_t up_to(uint64_t greatest)
{
	uint64_t random = random_next(&seed);

	return greatest == UINT64_MAX ? random : random % (greatest + 1);
}

/** Numbers at the ends and near 0 matter more than the many in between. */
static int64_t number_between(int64_t least, int64_t greatest)
{
	uint64_t width = (uint64_t)greatest - (uint64_t)least;
	uint64_t step;

	switch (up_to(5)) {
	case 0: step = 0; break;
	case 1: step = width; break;
	case 2: step = up_to(width < 1000 ? width : 1000); break;
	case 3: step = width - up_to(width < 1000 ? width : 1000); break;
	default: step = up_to(width); break;
	}
	return (int64_t)((uint64_t)least + step);
}

static void random_number(const struct sockopt_field *field, unsigned char *bytes, size_t index)
{
	unsigned int width = field->bits ? field->bits : 8U * field->size;
	bool is_signed = field->scalar == SOCKOPT_SIGNED;
	int64_t greatest = width == 64 ? (is_signed ? INT64_MAX : -1) :
					 (INT64_C(1) << (width - is_signed)) - 1;
	int64_t number = number_between(is_signed ? -greatest - 1 : 0, greatest);

	if (field->symbols && field->look == SOCKOPT_LOOK_ENUM && up_to(1))
		number = field->symbols->list[up_to(field->symbols->count - 1)].value;
	if (field->look == SOCKOPT_LOOK_BOOL && up_to(1))
		number = (int64_t)up_to(1);
	number_store(field, bytes, index, number);
}

/** Of any family, or where there is room for one family alone, of that. */
static void random_inet(unsigned char *at, size_t room)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = (in_port_t)up_to(UINT16_MAX) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = (in_port_t)up_to(UINT16_MAX) };

	memset(at, 0, room);
	in.sin_addr.s_addr = (in_addr_t)up_to(UINT32_MAX);
	in6.sin6_scope_id = up_to(1) ? (uint32_t)up_to(UINT32_MAX) : 0;
	for (size_t i = 0; i < 16; i++)
		in6.sin6_addr.s6_addr[i] = up_to(1) ? (unsigned char)up_to(255) : 0;
	if (room == sizeof(in) || (room != sizeof(in6) && up_to(1)))
		memcpy(at, &in, sizeof(in));
	else
		memcpy(at, &in6, sizeof(in6));
}

static void random_sockaddr(unsigned char *at, size_t room)
{
	sa_family_t family = AF_INET6 + 1 + (sa_family_t)up_to(30);

	if (up_to(4)) {
		random_inet(at, room);
		return;
	}
	memset(at, 0, room);
	if (up_to(1))
		return; /* none */
	for (size_t i = 0; i < room; i++)
		at[i] = (unsigned char)up_to(255);
	memcpy(at, &family, sizeof(family));
}

/** Returns the bytes that were taken, of a string or bytes. */
static size_t random_text(const struct sockopt_field *field, unsigned char *at)
{
	size_t most = field->size < SOCKOPT_VALUE_MAX ? field->size : SOCKOPT_VALUE_MAX;
	size_t length;

	if (field->scalar == SOCKOPT_BYTES) {
		length = up_to(most);
		for (size_t i = 0; i < length; i++)
			at[i] = (unsigned char)up_to(255);
		return length;
	}
	length = up_to(most - 1);
	for (size_t i = 0; i < length; i++)
		at[i] = (unsigned char)(up_to(3) ? 1 + up_to(254) : (uint64_t)(unsigned char)"\\x5c,;{}[]= :"[up_to(12)]);
	at[length] = '\0';
	return length + 1;
}

/** None to three, one behind the other, as many as there is room for. */
static size_t random_sockaddrs(size_t room, unsigned char *at)
{
	size_t used = 0;

	for (uint64_t n = up_to(3); n; n--) {
		struct sockaddr_storage address;
		size_t length;

		random_inet((unsigned char *)&address, sizeof(address));
		length = sockaddr_size(address.ss_family);
		if (used + length > room)
			break;
		memcpy(at + used, &address, length);
		used += length;
	}
	return used;
}

static size_t random_element(const struct sockopt_field *field, unsigned char *bytes, size_t index)
{
	unsigned char *at = bytes + field->offset + index * field->size;

	switch (field->scalar) {
	case SOCKOPT_SIGNED:
	case SOCKOPT_UNSIGNED:
	case SOCKOPT_BIG_ENDIAN: random_number(field, bytes, index); return field->size;
	case SOCKOPT_SOCKADDR: random_sockaddr(at, field->size); return field->size;
	case SOCKOPT_SOCKADDRS: return random_sockaddrs(field->size, at);
	case SOCKOPT_IPV4:
	case SOCKOPT_IPV6:
		for (size_t i = 0; i < field->size; i++)
			at[i] = up_to(1) ? (unsigned char)up_to(255) : 0;
		return field->size;
	case SOCKOPT_STRING:
	case SOCKOPT_BYTES: break;
	}
	return random_text(field, at);
}

/** A variant as often as the type itself; its number is in the value. */
static const struct sockopt_type *random_variant(const struct sockopt_type *type, struct sockopt_value *ret)
{
	const struct sockopt_variant *variant;

	if (type->n_variants == 0 || up_to(type->n_variants) == 0)
		return type;
	variant = &type->variants[up_to(type->n_variants - 1U)];
	ret->length = variant->type->size;
	for (size_t i = 0; i < variant->type->n_fields; i++)
		for (size_t k = 0; k < variant->type->fields[i].count; k++)
			random_element(&variant->type->fields[i], ret->bytes, k);
	number_store(&type->fields[type->variant_field], ret->bytes, 0, variant->number);
	return variant->type;
}

static void random_struct(const struct sockopt_type *type, struct sockopt_value *ret)
{
	if (random_variant(type, ret) != type)
		return;
	ret->length = type->size;
	for (size_t i = 0; i < type->n_fields; i++)
		for (size_t k = 0; k < type->fields[i].count; k++)
			random_element(&type->fields[i], ret->bytes, k);
	/* What names a variant and is short of it is read as the whole of it. */
	if (sockopt_variant_of(type, ret->bytes, type->size + 1U) != type)
		number_store(&type->fields[type->variant_field], ret->bytes, 0, 0);
	if (type->short_form == SOCKOPT_SHORT_LINGER) {
		number_store(&type->fields[0], ret->bytes, 0, (int64_t)up_to(1));
		if (!sockopt_field_number(&type->fields[0], ret->bytes, 0))
			number_store(&type->fields[1], ret->bytes, 0, 0);
	}
	if (type->short_form == SOCKOPT_SHORT_TIMEVAL) {
		/* Now and then one that is no time: its text is that of a struct. */
		number_store(&type->fields[0], ret->bytes, 0, number_between(up_to(3) ? 0 : INT64_MIN, INT64_MAX));
		number_store(&type->fields[1], ret->bytes, 0, number_between(0, up_to(3) ? 999999 : INT64_MAX));
	}
	if (type->tail) {
		size_t most = ((size_t)SOCKOPT_VALUE_MAX - type->size) / type->tail->size, count = up_to(most < 5 ? most : 5);

		for (size_t i = 0; i < count; i++)
			random_element(type->tail, ret->bytes + type->size, i);
		number_store(&type->fields[type->tail_count_field], ret->bytes, 0, (int64_t)count);
		ret->length += (socklen_t)(count * type->tail->size);
	}
}

static void random_value(const struct sockopt_option *option, struct sockopt_value *ret)
{
	const struct sockopt_type *type = option->type;
	const struct sockopt_field *field = &type->fields[0];

	memset(ret, 0, sizeof(*ret));
	if (type->form == SOCKOPT_FORM_STRUCT) {
		random_struct(type, ret);
	} else if (type->form == SOCKOPT_FORM_ARRAY) {
		for (size_t n = up_to(4); n; n--) {
			for (size_t i = 0; i < type->n_fields; i++)
				random_element(&type->fields[i], ret->bytes + ret->length, 0);
			ret->length += type->size;
		}
	} else if (type->form == SOCKOPT_FORM_SCALAR) {
		ret->length = (socklen_t)random_element(field, ret->bytes, 0);
		if (option->n_ranges) {
			const struct sockopt_range *range = &option->ranges[up_to(option->n_ranges - 1)];

			number_store(field, ret->bytes, 0, number_between(range->least, range->greatest));
		}
	}
}

static void check_one(const struct sockopt_option *option)
{
	static char text[8192];
	struct sockopt_value value, again;
	struct sockopt_error error = { 0 };
	int r;

	random_value(option, &value);
	assert_true((size_t)sockopt_format(option, value.bytes, value.length, text, sizeof(text)) < sizeof(text));
	r = sockopt_parse(option, text, &again, &error);
	if (r != 0)
		fail_msg("%s: '%s' is not read back: %d, problem %d at %zu", option->name, text, r, (int)error.problem,
			 error.at);
	if (again.length != value.length || memcmp(again.bytes, value.bytes, value.length) != 0)
		fail_msg("%s: '%s' is read back as another value", option->name, text);
}

static bool has_text(const struct sockopt_type *type)
{
	return type->short_form != SOCKOPT_SHORT_PROGRAM;
}

/** Room for a type whose secrets are none. */
struct bare {
	struct sockopt_type type;
	struct sockopt_field fields[48], tail;
	struct sockopt_variant variants[16];
};

static void bare_fields(const struct sockopt_type *type, struct bare *ret)
{
	ret->type = *type;
	assert_true(type->n_fields <= COUNT(ret->fields));
	for (size_t i = 0; i < type->n_fields; i++) {
		ret->fields[i] = type->fields[i];
		ret->fields[i].secret = false;
	}
	ret->type.fields = ret->fields;
	if (!type->tail)
		return;
	ret->tail = *type->tail;
	ret->tail.secret = false;
	ret->type.tail = &ret->tail;
}

static const struct sockopt_type *without_secrets(const struct sockopt_type *type)
{
	static struct bare bare, bare_variants[COUNT(bare.variants)];

	if (!sockopt_has_secret(type))
		return type;
	bare_fields(type, &bare);
	assert_true(type->n_variants <= COUNT(bare.variants));
	for (size_t i = 0; i < type->n_variants; i++) {
		bare_fields(type->variants[i].type, &bare_variants[i]);
		bare.variants[i] = (struct sockopt_variant){ type->variants[i].number, &bare_variants[i].type };
	}
	bare.type.variants = bare.variants;
	return &bare.type;
}

static bool is_parseable(const struct sockopt_option *option)
{
	return option->type == option->get_type && has_text(option->type) && !sockopt_has_secret(option->type);
}

/** As if the option had this one type; the range is one of values to set. */
static void check_type(const struct sockopt_option *option, const struct sockopt_type *type, unsigned int rounds)
{
	struct sockopt_option alone = *option;

	alone.n_ranges = type == option->type ? option->n_ranges : 0;
	alone.type = alone.get_type = without_secrets(type);
	while (rounds--)
		check_one(&alone);
}

static uint64_t chosen_seed(void)
{
	const char *wanted = getenv("SOCKOPT_SEED");

	return wanted ? strtoull(wanted, NULL, 10) : (uint64_t)time(NULL) * 65536 + (uint64_t)getpid();
}

static void parse_reads_what_format_writes(void **state)
{
	uint64_t first = chosen_seed();
	size_t seen = 0, two = 0;

	print_message("# SOCKOPT_SEED=%" PRIu64 "\n", first);
	for (size_t i = 0; i < sockopt_count(); i++) {
		const struct sockopt_option *option = sockopt_at(i);
		bool is_read_otherwise = option->get_type != option->type && has_text(option->get_type);

		seed = first + i;
		if (has_text(option->type))
			check_type(option, option->type, ROUNDS);
		if (is_read_otherwise)
			check_type(option, option->get_type, ROUNDS);
		seen += has_text(option->type) || is_read_otherwise;
		two += is_read_otherwise;
	}
	print_message("# %zu of %zu options, %d values each, %zu of a second type\n", seen, sockopt_count(), ROUNDS, two);
}

static void only_programs_are_left_out(void **state)
{
	size_t left_out = 0;

	for (size_t i = 0; i < sockopt_count(); i++) {
		const struct sockopt_option *option = sockopt_at(i);

		if (has_text(option->type) || (option->get_type != option->type && has_text(option->get_type)))
			continue;
		left_out++;
		print_message("# left out: %s (%s)\n", option->name, option->type->name);
	}
	assert_true(left_out < sockopt_count() / 100);
}

/** The text that a real socket's values are shown as is a value again. */
static int check_reading(void *arg, const struct sockopt_reading *reading)
{
	const struct sockopt_option *option = reading->option;
	size_t *seen = arg;
	struct sockopt_value value;
	char text[8192];

	if (reading->error || !(option->access & SOCKOPT_SET) || !is_parseable(option))
		return 0;
	(*seen)++;
	sockopt_format(option, reading->bytes, reading->length, text, sizeof(text));
	if (sockopt_parse(option, text, &value, NULL) < 0) {
		struct sockopt_option unlimited = *option;

		/* A value that the kernel chose itself can be one that it would not take. */
		unlimited.n_ranges = 0;
		if (sockopt_parse(&unlimited, text, &value, NULL) < 0)
			fail_msg("%s: '%s' is not read back", option->name, text);
	}
	return 0;
}

static void parse_reads_what_is_shown_of_real_sockets(void **state)
{
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM };
	static const int families[] = { AF_INET, AF_INET6, AF_UNIX };
	static unsigned char scratch[65536];
	size_t seen = 0;

	for (size_t i = 0; i < COUNT(families); i++)
		for (size_t k = 0; k < COUNT(types); k++) {
			int fd = socket(families[i], types[k] | SOCK_CLOEXEC, 0);

			if (fd < 0)
				continue;
			assert_int_equal(sockopt_read_all(fd, scratch, sizeof(scratch), check_reading, &seen), 0);
			close(fd);
		}
	assert_true(seen > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse_reads_what_format_writes),
		cmocka_unit_test(only_programs_are_left_out),
		cmocka_unit_test(parse_reads_what_is_shown_of_real_sockets),
	};

	return RUN_TESTS(tests);
}
