/* SPDX-License-Identifier: MIT */
#include <memo.h>

#include "test.h"

static struct show_row row_of(const char *name, const int *value)
{
	return (struct show_row){ .option = the_option(name), .bytes = value, .length = sizeof(*value) };
}

static const char *found(struct memo *memo, const struct show_row *row)
{
	size_t length;
	const char *text = memo_find(memo, row, &length);

	if (text)
		assert_int_equal(strlen(text), length);
	return text;
}

static void a_text_is_found_for_the_same_row_alone(void **state)
{
	struct memo *memo = memo_new();
	int one = 1, two = 2;
	struct sockopt_value fresh = int_value(0);
	struct show_row row = row_of("SO_PRIORITY", &one), other;

	assert_null(found(memo, &row));
	memo_keep(memo, &row, "priority 1", 10);
	assert_string_equal(found(memo, &row), "priority 1");
	other = row_of("SO_PRIORITY", &two);
	assert_null(found(memo, &other));
	other = row_of("SO_MARK", &one);
	assert_null(found(memo, &other));
	other = row;
	other.differs = true;
	assert_null(found(memo, &other));
	other = row;
	other.by_default = &fresh;
	assert_null(found(memo, &other));
	other = row;
	other.length = 1;
	assert_null(found(memo, &other));
	other = row;
	other.error = EPERM;
	assert_null(found(memo, &other));
	memo_free(memo);
}

static void an_error_is_a_row_too(void **state)
{
	struct memo *memo = memo_new();
	struct show_row row = { .option = the_option("TCP_ULP"), .error = ENOPROTOOPT }, other = row;

	memo_keep(memo, &row, "ENOPROTOOPT", 11);
	assert_string_equal(found(memo, &row), "ENOPROTOOPT");
	other.error = EPERM;
	assert_null(found(memo, &other));
	memo_free(memo);
}

static void values_that_share_a_place_take_it_from_each_other(void **state)
{
	struct memo *memo = memo_new();

	/* Whatever is found is right. */
	for (int round = 0; round < 3; round++)
		for (int value = 0; value < 60; value++) {
			struct show_row row = row_of("SO_PRIORITY", &value);
			char text[16];
			const char *known;

			snprintf(text, sizeof(text), "is %d", value);
			known = found(memo, &row);
			if (known)
				assert_string_equal(known, text);
			memo_keep(memo, &row, text, strlen(text));
			assert_true(round || value > 50 || found(memo, &row));
		}
	memo_free(memo);
}

static void what_is_too_long_is_not_kept(void **state)
{
	struct memo *memo = memo_new();
	unsigned char bytes[41] = { 0 };
	char text[2100];
	int one = 1;
	struct show_row row = { .option = the_option("TCP_INFO"), .bytes = bytes, .length = sizeof(bytes) };

	memset(text, 'x', sizeof(text));
	memo_keep(memo, &row, "long value", 10);
	assert_null(found(memo, &row));
	row.length = 40;
	memo_keep(memo, &row, "short value", 11);
	assert_string_equal(found(memo, &row), "short value");
	row = row_of("SO_MARK", &one);
	memo_keep(memo, &row, text, sizeof(text));
	assert_null(found(memo, &row));
	/* no bytes at all */
	row.length = 0;
	memo_keep(memo, &row, "empty", 5);
	assert_string_equal(found(memo, &row), "empty");
	memo_free(memo);
}

static void an_option_of_ever_new_values_is_not_kept(void **state)
{
	struct memo *memo = memo_new();
	struct show_row row;
	size_t kept = 0;

	for (int value = 0; value < 1000; value++) {
		row = row_of("SO_MARK", &value);
		memo_keep(memo, &row, "x", 1);
		kept = found(memo, &row) ? kept + 1 : kept;
	}
	assert_true(kept < 1000);
	memo_free(memo);
}

static void without_a_memo_nothing_is_found(void **state)
{
	int one = 1;
	struct sockopt_unnamed unnamed;
	struct show_row row = row_of("SO_MARK", &one);
	struct memo *memo = memo_new();

	memo_keep(NULL, &row, "x", 1);
	assert_null(found(NULL, &row));
	/* An option without a name is none of the catalogue's. */
	row.option = (const struct sockopt_option *)(const void *)&unnamed;
	memo_keep(memo, &row, "x", 1);
	assert_null(found(memo, &row));
	memo_free(memo);
	memo_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_is_found_for_the_same_row_alone),
		cmocka_unit_test(an_error_is_a_row_too),
		cmocka_unit_test(values_that_share_a_place_take_it_from_each_other),
		cmocka_unit_test(what_is_too_long_is_not_kept),
		cmocka_unit_test(an_option_of_ever_new_values_is_not_kept),
		cmocka_unit_test(without_a_memo_nothing_is_found),
	};

	return RUN_TESTS(tests);
}
