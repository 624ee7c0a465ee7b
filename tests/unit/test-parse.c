/* SPDX-License-Identifier: MIT */
#include "test.h"

static bool is_u64(const struct sockopt_field *field)
{
	return field->scalar != SOCKOPT_SIGNED && field->size == 8;
}

static void write_number(const struct sockopt_field *field, int64_t number, char *ret, size_t size)
{
	if (is_u64(field))
		snprintf(ret, size, "%llu", (unsigned long long)number);
	else
		snprintf(ret, size, "%lld", (long long)number);
}

static bool in_some_range(const struct sockopt_option *option, int64_t number)
{
	for (size_t i = 0; i < option->n_ranges; i++) {
		const struct sockopt_range *range = &option->ranges[i];

		if (is_u64(&option->type->fields[0]) ?
			    (uint64_t)number >= (uint64_t)range->least && (uint64_t)number <= (uint64_t)range->greatest :
			    number >= range->least && number <= range->greatest)
			return true;
	}
	return false;
}

static void check_number(const struct sockopt_option *option, int64_t number, bool accepted)
{
	struct sockopt_value value = { .length = 7 };
	struct sockopt_error error = { 0 };
	char text[32];
	int r;

	write_number(&option->type->fields[0], number, text, sizeof(text));
	r = sockopt_parse(option, text, &value, &error);
	if (r != (accepted ? 0 : -ERANGE))
		fail_msg("%s=%s: %d", option->name, text, r);
	if (accepted) {
		assert_true(sockopt_field_number(&option->type->fields[0], value.bytes, 0) == number);
		return;
	}
	assert_int_equal(error.problem, SOCKOPT_OUT_OF_RANGE);
	assert_ptr_equal(error.option, option);
	assert_int_equal(value.length, 7);
}

static void parse_takes_both_ends_of_every_range_and_nothing_past_them(void **state)
{
	size_t seen = 0;

	for (size_t i = 0; i < sockopt_count(); i++) {
		const struct sockopt_option *option = sockopt_at(i);

		if (!sockopt_is_number(option->type))
			continue;
		for (size_t k = 0; k < option->n_ranges; k++) {
			const struct sockopt_range *range = &option->ranges[k];
			bool is_lowest = is_u64(&option->type->fields[0]) ? range->least == 0 : range->least == INT64_MIN;
			bool is_highest = is_u64(&option->type->fields[0]) ? range->greatest == -1 :
									     range->greatest == INT64_MAX;

			seen++;
			check_number(option, range->least, true);
			check_number(option, range->greatest, true);
			if (!is_lowest && !in_some_range(option, range->least - 1))
				check_number(option, range->least - 1, false);
			if (!is_highest && !in_some_range(option, range->greatest + 1))
				check_number(option, range->greatest + 1, false);
		}
	}
	assert_true(seen > 40);
}

static void parse_takes_the_example_of_every_option(void **state)
{
	size_t seen = 0;

	for (size_t i = 0; i < sockopt_count(); i++) {
		const struct sockopt_option *option = sockopt_at(i);
		struct sockopt_value value;
		struct sockopt_error error;
		int r;

		if (!option->example || !(option->access & SOCKOPT_SET))
			continue;
		seen++;
		r = sockopt_parse(option, option->example, &value, &error);
		if (r != 0)
			fail_msg("%s=%s: %d at %zu", option->name, option->example, r, error.at);
		assert_true(value.length <= SOCKOPT_VALUE_MAX);
	}
	assert_true(seen > 100);
}

/** The default is told as a value that get gives. */
static void parse_takes_every_default_of_the_catalogue(void **state)
{
	size_t seen = 0;

	for (size_t i = 0; i < sockopt_count(); i++) {
		struct sockopt_option readable = *sockopt_at(i);

		readable.type = readable.get_type;
		readable.n_ranges = 0;
		for (size_t k = 0; k < readable.n_defaults; k++) {
			const char *text = readable.defaults[k].value;
			struct sockopt_value value;

			if (!text)
				continue;
			seen++;
			if (sockopt_parse(&readable, text, &value, NULL) != 0)
				fail_msg("%s: the default '%s' is no value", readable.name, text);
		}
	}
	assert_true(seen > 100);
}

/** Those that one value alone makes dangerous, or that one value needs a right for. */
static void parse_takes_every_value_that_the_catalogue_names(void **state)
{
	for (size_t i = 0; i < sockopt_count(); i++) {
		const struct sockopt_option *option = sockopt_at(i);
		const char *values[] = { option->danger.value, option->privilege.value };
		struct sockopt_value value;

		for (size_t k = 0; k < COUNT(values); k++) {
			if (!values[k] || strchr(values[k], '*') || !(option->access & SOCKOPT_SET))
				continue;
			if (sockopt_parse(option, values[k], &value, NULL) != 0)
				fail_msg("%s: '%s' is no value", option->name, values[k]);
		}
	}
}

static void parse_takes_every_symbol_with_and_without_its_prefix(void **state)
{
	size_t seen = 0;

	for (size_t i = 0; i < sockopt_count(); i++) {
		struct sockopt_option option = *sockopt_at(i);
		const struct sockopt_field *field = &option.type->fields[0];

		option.n_ranges = 0; /* some symbols can only be read */
		if (option.type->form != SOCKOPT_FORM_SCALAR || !field->symbols)
			continue;
		for (size_t k = 0; k < field->symbols->count; k++) {
			const struct sockopt_symbol *symbol = &field->symbols->list[k];
			size_t prefix = strlen(field->symbols->prefix);
			bool has_prefix = prefix && strncmp(symbol->name, field->symbols->prefix, prefix) == 0;
			struct sockopt_value value;

			seen++;
			if (sockopt_parse(&option, symbol->name, &value, NULL) != 0 ||
			    sockopt_field_number(field, value.bytes, 0) != symbol->value)
				fail_msg("%s=%s", option.name, symbol->name);
			if (has_prefix && (sockopt_parse(&option, symbol->name + prefix, &value, NULL) != 0 ||
					   sockopt_field_number(field, value.bytes, 0) != symbol->value))
				fail_msg("%s=%s", option.name, symbol->name + prefix);
		}
	}
	assert_true(seen > 20);
}

static void parse_leaves_value_alone_on_failure(void **state)
{
	static const char *const texts[] = { "", "\x01", "99999999999999999999999999", "5furlongs", "0xzz", "{", "=", "a=b",
					     "on:", "|", ";;" };

	for (size_t i = 0; i < sockopt_count(); i++)
		for (size_t k = 0; k < COUNT(texts); k++) {
			struct sockopt_value value, before;

			memset(&value, 0x5a, sizeof(value));
			memcpy(&before, &value, sizeof(before));
			if (sockopt_parse(sockopt_at(i), texts[k], &value, NULL) == 0)
				continue;
			if (memcmp(&value, &before, sizeof(value)) != 0)
				fail_msg("%s='%s' touched the value", sockopt_at(i)->name, texts[k]);
		}
}

static void parse_tells_where_the_bad_character_is(void **state)
{
	static const struct {
		const char *option, *text;
		enum sockopt_problem problem;
		size_t at;
	} cases[] = {
		{ "TCP_KEEPIDLE", "30x", SOCKOPT_WRONG_UNIT, 2 },
		{ "TCP_NODELAY", "maybe", SOCKOPT_BAD_VALUE, 0 },
		{ "SO_LINGER", "on:x", SOCKOPT_BAD_VALUE, 3 },
		{ "IP_OPTIONS", "0x01zz", SOCKOPT_BAD_VALUE, 4 },
		{ "IP_ADD_MEMBERSHIP", "imr_multiaddr=239.1.1.1,imr_ifindex=nosuchif", SOCKOPT_BAD_VALUE, 36 },
		{ "SO_ATTACH_FILTER", "0x060000", SOCKOPT_BAD_VALUE, 8 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sockopt_value value;
		struct sockopt_error error = { 0 };

		assert_true(sockopt_parse(the_option(cases[i].option), cases[i].text, &value, &error) < 0);
		if (error.problem != cases[i].problem || error.at != cases[i].at)
			fail_msg("%s=%s: problem %d at %zu", cases[i].option, cases[i].text, (int)error.problem, error.at);
		assert_ptr_equal(error.word, cases[i].text);
		assert_int_equal(error.word_length, strlen(cases[i].text));
	}
}

static void parse_refuses_bytes_that_no_value_holds(void **state)
{
	/* IPV6_HOPOPTS takes 2040 bytes, a struct sockopt_value 512. */
	const struct sockopt_option *option = the_option("IPV6_HOPOPTS");
	char text[2 * 2048 + 3] = "0x";
	struct sockopt_value value = { .length = 7 };

	assert_true(option->type->size > SOCKOPT_VALUE_MAX);
	memset(text + 2, '0', 2 * 2048);
	for (size_t n = SOCKOPT_VALUE_MAX + 1; n <= 2048; n++) {
		text[2 + 2 * n] = '\0';
		assert_int_equal(sockopt_parse(option, text, &value, NULL), -EMSGSIZE);
		text[2 + 2 * n] = '0';
	}
	assert_int_equal(value.length, 7);
	text[2 + 2 * SOCKOPT_VALUE_MAX] = '\0';
	assert_int_equal(sockopt_parse(option, text, &value, NULL), 0);
	assert_int_equal(value.length, SOCKOPT_VALUE_MAX);
}

/** A struct is written whole into a struct sockopt_value. */
static void every_struct_of_the_catalogue_fits_a_value(void **state)
{
	for (size_t i = 0; i < sockopt_count(); i++) {
		const struct sockopt_type *types[] = { sockopt_at(i)->type, sockopt_at(i)->get_type };

		for (size_t k = 0; k < COUNT(types); k++) {
			if (types[k]->form == SOCKOPT_FORM_STRUCT || types[k]->form == SOCKOPT_FORM_ARRAY)
				assert_true(types[k]->size <= SOCKOPT_VALUE_MAX);
			for (size_t f = 0; f < types[k]->n_fields && types[k]->form == SOCKOPT_FORM_STRUCT; f++) {
				const struct sockopt_field *field = &types[k]->fields[f];

				if ((size_t)field->offset + (size_t)field->size * field->count > types[k]->size)
					fail_msg("%s: %s is outside of its struct", sockopt_at(i)->name, field->name);
			}
		}
	}
}

static void parse_of_an_option_without_value_takes_nothing(void **state)
{
	static const struct sockopt_type none = { .name = "none", .form = SOCKOPT_FORM_NONE };
	struct sockopt_option option = *the_option("TCP_NODELAY");
	struct sockopt_value value = { .length = 7 };

	option.type = &none;
	assert_int_equal(sockopt_parse(&option, "", &value, NULL), 0);
	assert_int_equal(value.length, 0);
}

static void what_is_worth_trying_is_a_value_of_the_option(void **state)
{
	struct sockopt_value value;
	struct sockopt_error error;
	size_t n = 0;

	for (size_t i = 0; i < sockopt_count(); i++) {
		const struct sockopt_tuning *tuning = &sockopt_at(i)->tuning;

		for (size_t k = 0; tuning->goals && tuning->values[k]; k++, n++)
			if (sockopt_parse(sockopt_at(i), tuning->values[k], &value, &error) < 0)
				fail_msg("%s=%s", sockopt_at(i)->name, tuning->values[k]);
	}
	assert_true(n >= 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse_takes_both_ends_of_every_range_and_nothing_past_them),
		cmocka_unit_test(parse_takes_the_example_of_every_option),
		cmocka_unit_test(parse_takes_every_default_of_the_catalogue),
		cmocka_unit_test(parse_takes_every_value_that_the_catalogue_names),
		cmocka_unit_test(parse_takes_every_symbol_with_and_without_its_prefix),
		cmocka_unit_test(parse_leaves_value_alone_on_failure),
		cmocka_unit_test(parse_tells_where_the_bad_character_is),
		cmocka_unit_test(parse_refuses_bytes_that_no_value_holds),
		cmocka_unit_test(every_struct_of_the_catalogue_fits_a_value),
		cmocka_unit_test(parse_of_an_option_without_value_takes_nothing),
		cmocka_unit_test(what_is_worth_trying_is_a_value_of_the_option),
	};

	return RUN_TESTS(tests);
}
