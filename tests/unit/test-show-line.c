/* SPDX-License-Identifier: MIT */
#include <show-line.h>

#include "test.h"

static void add(struct show_line *line, size_t index, const char *text)
{
	show_line_add(line, index, text, strlen(text), ',');
}

static void assert_repeats(struct show_line *line, size_t first, size_t end, const char *wanted)
{
	size_t length;
	const char *text = show_line_repeat(line, first, end, &length);

	assert_non_null(text);
	assert_int_equal(length, strlen(wanted));
	assert_memory_equal(text, wanted, length);
}

static void rows_of_the_last_socket_are_repeated(void **state)
{
	struct show_line *line = show_line_new();
	size_t length;

	add(line, 0, "a=1");
	add(line, 1, "b=2");
	add(line, 2, "c=3");
	/* The next one differs in its second row. */
	assert_repeats(line, 0, 1, "a=1,");
	add(line, 1, "b=longer");
	assert_repeats(line, 2, 3, "c=3,");
	/* And the one behind it in none: what was said last counts. */
	assert_repeats(line, 0, 3, "a=1,b=longer,c=3,");
	assert_repeats(line, 0, 3, "a=1,b=longer,c=3,");
	/* Rows that it had not are not there. */
	assert_repeats(line, 0, 2, "a=1,b=longer,");
	assert_null(show_line_repeat(line, 2, 4, &length));
	assert_null(show_line_repeat(line, 2, 2, &length));
	show_line_free(line);
}

static void the_first_socket_has_nothing_to_repeat(void **state)
{
	struct show_line *line = show_line_new();
	size_t length;

	assert_null(show_line_repeat(line, 0, 1, &length));
	add(line, 0, "a");
	add(line, 1, "b");
	assert_repeats(line, 0, 2, "a,b,");
	show_line_free(line);
}

static void what_was_left_out_ends_what_is_remembered(void **state)
{
	struct show_line *line = show_line_new();
	size_t length;

	add(line, 0, "a=1");
	add(line, 1, "b=1");
	add(line, 2, "c=1");
	/* A socket whose second row cannot be kept: what follows it neither. */
	add(line, 0, "a=2");
	show_line_add(line, 1, NULL, 0, ',');
	add(line, 2, "c=2");
	assert_null(show_line_repeat(line, 0, 3, &length));
	show_line_free(line);

	/* Its first row: nothing of it, and nothing of the one before in its place. */
	line = show_line_new();
	add(line, 0, "a=1");
	show_line_add(line, 0, NULL, 0, ',');
	add(line, 1, "b=2");
	assert_null(show_line_repeat(line, 0, 1, &length));
	show_line_free(line);
}

static void it_grows_and_has_an_end(void **state)
{
	struct show_line *line = show_line_new();
	char text[1000];
	size_t length;

	memset(text, 'x', sizeof(text));
	for (size_t i = 0; i < SHOW_LINE_ROWS + 5; i++)
		show_line_add(line, i, text, i % sizeof(text), ',');
	for (int round = 0; round < 3; round++) {
		assert_non_null(show_line_repeat(line, 0, SHOW_LINE_ROWS, &length));
		assert_int_equal(length, SHOW_LINE_ROWS * (SHOW_LINE_ROWS - 1) / 2 + SHOW_LINE_ROWS);
	}
	assert_null(show_line_repeat(line, 0, SHOW_LINE_ROWS + 1, &length));
	show_line_free(line);
	show_line_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_of_the_last_socket_are_repeated),
		cmocka_unit_test(the_first_socket_has_nothing_to_repeat),
		cmocka_unit_test(what_was_left_out_ends_what_is_remembered),
		cmocka_unit_test(it_grows_and_has_an_end),
	};

	return RUN_TESTS(tests);
}
