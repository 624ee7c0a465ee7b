/* SPDX-License-Identifier: MIT */
#include <number.h>

#include "test.h"

static const struct sockopt_field s32 = { .scalar = SOCKOPT_SIGNED, .size = 4, .count = 1 };

static void number_limits_are_those_of_width_and_sign(void **state)
{
	static const struct {
		enum sockopt_scalar scalar;
		uint16_t size;
		uint8_t bits;
		int64_t least, greatest;
	} cases[] = {
		{ SOCKOPT_SIGNED, 1, 0, -128, 127 },
		{ SOCKOPT_SIGNED, 4, 0, INT32_MIN, INT32_MAX },
		{ SOCKOPT_SIGNED, 8, 0, INT64_MIN, INT64_MAX },
		{ SOCKOPT_UNSIGNED, 1, 0, 0, 255 },
		{ SOCKOPT_UNSIGNED, 2, 0, 0, 65535 },
		{ SOCKOPT_UNSIGNED, 4, 0, 0, UINT32_MAX },
		{ SOCKOPT_UNSIGNED, 8, 0, 0, -1 }, /* all bits: no int64_t holds it */
		{ SOCKOPT_BIG_ENDIAN, 2, 0, 0, 65535 },
		{ SOCKOPT_UNSIGNED, 4, 4, 0, 15 },
		{ SOCKOPT_SIGNED, 4, 4, -8, 7 },
		{ SOCKOPT_UNSIGNED, 1, 1, 0, 1 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sockopt_field field = { .scalar = cases[i].scalar, .size = cases[i].size, .bits = cases[i].bits };
		int64_t least, greatest;

		number_limits(&field, &least, &greatest);
		assert_true(least == cases[i].least);
		assert_true(greatest == cases[i].greatest);
	}
}

static void number_store_and_field_number_are_inverse(void **state)
{
	static const enum sockopt_scalar scalars[] = { SOCKOPT_SIGNED, SOCKOPT_UNSIGNED, SOCKOPT_BIG_ENDIAN };
	static const uint16_t sizes[] = { 1, 2, 4, 8 };
	uint64_t seed = 20241124;

	for (unsigned int round = 0; round < 4096; round++) {
		struct sockopt_field field = {
			.scalar = scalars[round % 3],
			.size = sizes[round / 3 % 4],
			.offset = 3,
			.count = 2,
		};
		unsigned char bytes[32] = { 0 };
		uint64_t random = random_next(&seed);
		unsigned int drop = 64 - 8U * field.size;
		int64_t number = field.scalar == SOCKOPT_SIGNED ? (int64_t)random >> drop : (int64_t)(random >> drop);

		number_store(&field, bytes, 1, number);
		assert_true(sockopt_field_number(&field, bytes, 1) == number);
		assert_true(sockopt_field_number(&field, bytes, 0) == 0);
	}
}

static void field_number_is_what_c_reads_there(void **state)
{
	struct {
		int32_t a;
		uint16_t b;
		uint8_t c;
		int64_t d;
	} native = { -5, 65000, 200, INT64_MIN };
	struct sockopt_field b = { .scalar = SOCKOPT_UNSIGNED, .size = 2, .offset = offsetof(__typeof__(native), b) };
	struct sockopt_field c = { .scalar = SOCKOPT_UNSIGNED, .size = 1, .offset = offsetof(__typeof__(native), c) };
	struct sockopt_field d = { .scalar = SOCKOPT_SIGNED, .size = 8, .offset = offsetof(__typeof__(native), d) };

	assert_true(sockopt_field_number(&s32, &native, 0) == -5);
	assert_true(sockopt_field_number(&b, &native, 0) == 65000);
	assert_true(sockopt_field_number(&c, &native, 0) == 200);
	assert_true(sockopt_field_number(&d, &native, 0) == INT64_MIN);
}

static void field_number_reads_network_byte_order(void **state)
{
	static const unsigned char bytes[] = { 0x12, 0x34, 0x56, 0x78 };
	struct sockopt_field be32 = { .scalar = SOCKOPT_BIG_ENDIAN, .size = 4 };
	struct sockopt_field be16 = { .scalar = SOCKOPT_BIG_ENDIAN, .size = 2 };
	struct sockopt_field ifindex = { .scalar = SOCKOPT_SIGNED, .unit = SOCKOPT_UNIT_IFINDEX_BE, .size = 4 };

	assert_true(sockopt_field_number(&be32, bytes, 0) == 0x12345678);
	assert_true(sockopt_field_number(&be16, bytes, 1) == 0x5678);
	assert_true(sockopt_field_number(&ifindex, bytes, 0) == 0x12345678);
}

static void field_number_of_what_is_no_number_is_0(void **state)
{
	static const unsigned char bytes[16] = { 1, 2, 3 };
	static const enum sockopt_scalar others[] = {
		SOCKOPT_IPV4,
		SOCKOPT_IPV6,
		SOCKOPT_SOCKADDR,
		SOCKOPT_STRING,
		SOCKOPT_BYTES,
	};

	for (size_t i = 0; i < COUNT(others); i++) {
		struct sockopt_field field = { .scalar = others[i], .size = 4, .count = 1 };
		unsigned char copy[16];

		memcpy(copy, bytes, sizeof(copy));
		assert_false(number_is(&field));
		assert_true(sockopt_field_number(&field, bytes, 0) == 0);
		number_store(&field, copy, 0, -1);
		assert_memory_equal(copy, bytes, sizeof(copy));
	}
	assert_true(number_is(&s32));
}

/** struct tcp_info has such fields. */
static void a_bit_field_is_where_c_has_it_and_leaves_its_neighbours_alone(void **state)
{
	struct {
		uint8_t first : 4, second : 4;
	} native = { .first = 5, .second = 9 };
	struct sockopt_field first = { .scalar = SOCKOPT_UNSIGNED, .size = 1, .bit = 0, .bits = 4 };
	struct sockopt_field second = { .scalar = SOCKOPT_UNSIGNED, .size = 1, .bit = 4, .bits = 4 };

	assert_true(sockopt_field_number(&first, &native, 0) == 5);
	assert_true(sockopt_field_number(&second, &native, 0) == 9);
	number_store(&second, &native, 0, 2);
	assert_int_equal(native.first, 5);
	assert_int_equal(native.second, 2);
	number_store(&first, &native, 0, 0xff); /* excess bits are cut */
	assert_int_equal(native.first, 15);
	assert_int_equal(native.second, 2);
}

static void a_signed_bit_field_is_sign_extended(void **state)
{
	struct sockopt_field field = { .scalar = SOCKOPT_SIGNED, .size = 4, .bit = 3, .bits = 5 };
	unsigned char bytes[4] = { 0 };

	for (int64_t number = -16; number <= 15; number++) {
		number_store(&field, bytes, 0, number);
		assert_true(sockopt_field_number(&field, bytes, 0) == number);
	}
}

static void number_field_finds_by_exact_name(void **state)
{
	const struct sockopt_type *linger = the_option("SO_LINGER")->type;

	assert_ptr_equal(number_field(linger, "l_linger"), &linger->fields[1]);
	assert_null(number_field(linger, "l_linge"));
	assert_null(number_field(linger, ""));
}

static void a_number_is_a_scalar_that_is_no_address_string_or_bytes(void **state)
{
	static const char *const numbers[] = { "TCP_NODELAY", "SO_RCVBUF", "SO_MAX_PACING_RATE", "SO_TYPE" };
	static const char *const others[] = { "TCP_CONGESTION", "SO_LINGER", "SO_RCVTIMEO", "IP_OPTIONS" };

	for (size_t i = 0; i < COUNT(numbers); i++)
		assert_true(sockopt_is_number(the_option(numbers[i])->get_type));
	for (size_t i = 0; i < COUNT(others); i++)
		assert_false(sockopt_is_number(the_option(others[i])->get_type));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(number_limits_are_those_of_width_and_sign),
		cmocka_unit_test(number_store_and_field_number_are_inverse),
		cmocka_unit_test(field_number_is_what_c_reads_there),
		cmocka_unit_test(field_number_reads_network_byte_order),
		cmocka_unit_test(field_number_of_what_is_no_number_is_0),
		cmocka_unit_test(a_bit_field_is_where_c_has_it_and_leaves_its_neighbours_alone),
		cmocka_unit_test(a_signed_bit_field_is_sign_extended),
		cmocka_unit_test(number_field_finds_by_exact_name),
		cmocka_unit_test(a_number_is_a_scalar_that_is_no_address_string_or_bytes),
	};

	return RUN_TESTS(tests);
}
