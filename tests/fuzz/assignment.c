/* SPDX-License-Identifier: MIT */
/* Any text as an assignment (after a byte that is even), or as the value of the option that two bytes choose. */
#include <sockopt.h>

#include "fuzz.h"

/** The value is one that fits, and what it is shown as is read as itself. */
static void check_value(const struct sockopt_option *option, const struct sockopt_value *value)
{
	char shown[8192], twice[8192];
	struct sockopt_option readable = *option;
	struct sockopt_value again;
	size_t length;

	if (value->length > SOCKOPT_VALUE_MAX)
		abort();
	readable.get_type = option->type;
	length = (size_t)sockopt_format(&readable, value->bytes, value->length, shown, sizeof(shown));
	if (length >= sizeof(shown) || option->type->short_form == SOCKOPT_SHORT_PROGRAM)
		return;
	/*
	 * What is shown is read as something that is shown alike: but for bytes
	 * too few for the type (6:18=0x10).
	 */
	if (sockopt_parse(&readable, shown, &again, NULL) < 0 || again.length != value->length)
		return;
	sockopt_format(&readable, again.bytes, again.length, twice, sizeof(twice));
	if (strcmp(shown, twice) != 0)
		abort();
}

static void check_error(const struct sockopt_error *error, const char *text)
{
	static const char *const languages[] = { "en", "es" };
	char message[2048];

	if (error->problem == SOCKOPT_NO_PROBLEM || error->at > strlen(text))
		abort();
	for (size_t i = 0; i < 2; i++) {
		sockopt_message(error, languages[i], message, sizeof(message));
		sockopt_hint(error, languages[i], message, sizeof(message));
	}
}

static void try_assignment(const char *text)
{
	struct sockopt_assignment assignment;
	struct sockopt_unnamed unnamed;
	struct sockopt_error error = { 0 };

	if (sockopt_parse_assignment(text, &assignment, &unnamed, &error) < 0)
		check_error(&error, text);
	else
		check_value(assignment.option, &assignment.value);
}

static void try_value(const struct sockopt_option *option, const char *text)
{
	struct sockopt_value value;
	struct sockopt_error error = { 0 };

	if (sockopt_parse(option, text, &value, &error) < 0)
		check_error(&error, text);
	else
		check_value(option, &value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;

	if (size < 3)
		return 0;
	text = fuzz_text(data + 3, size - 3);
	if (data[0] % 2 == 0)
		try_assignment(text);
	else
		try_value(sockopt_at(((size_t)data[1] << 8 | data[2]) % sockopt_count()), text);
	free(text);
	return 0;
}
