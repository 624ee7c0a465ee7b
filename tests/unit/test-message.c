/* SPDX-License-Identifier: MIT */
#include "test.h"

static const char *message(const struct sockopt_error *error, const char *language)
{
	static char text[512];
	int length = sockopt_message(error, language, text, sizeof(text));

	assert_int_equal(length, strlen(text));
	return text;
}

static const char *hint(const struct sockopt_error *error, const char *language)
{
	static char text[2048];
	int length = sockopt_hint(error, language, text, sizeof(text));

	assert_int_equal(length, strlen(text));
	return text;
}

/** The error of an assignment that is wrong. */
static struct sockopt_error error_of(const char *text)
{
	struct sockopt_assignment assignment;
	struct sockopt_error error = { 0 };

	assert_true(sockopt_parse_assignment(text, &assignment, NULL, &error) < 0);
	return error;
}

static struct sockopt_error why(const char *name, const struct sockopt_kind *kind, int errno_value)
{
	struct sockopt_error error;

	sockopt_why(the_option(name), kind, SOCKOPT_SET, errno_value, &error);
	return error;
}

static void message_names_the_word_as_it_was_typed(void **state)
{
	static const struct {
		const char *assignment, *en, *es;
	} cases[] = {
		{ "TCP_NODELYA=on", "'TCP_NODELYA' is not a known socket option",
		  "«TCP_NODELYA» no es una opción de socket conocida" },
		{ "multicast_if=lo", "'multicast_if' fits several options", "«multicast_if» corresponde a varias opciones" },
		{ "TCP_NODELAY", "'TCP_NODELAY' has no value", "«TCP_NODELAY» no tiene valor" },
		{ "nodelay=perhaps", "TCP_NODELAY: 'perhaps' is not a value of this option",
		  "TCP_NODELAY: «perhaps» no es un valor de esta opción" },
		{ "TCP_KEEPIDLE=5MiB", "TCP_KEEPIDLE: '5MiB' has a unit that does not fit",
		  "TCP_KEEPIDLE: «5MiB» lleva una unidad que no corresponde" },
		{ "TCP_KEEPIDLE=32768", "TCP_KEEPIDLE: '32768' is out of range",
		  "TCP_KEEPIDLE: «32768» está fuera de rango" },
		{ "TCP_CONGESTION=0123456789abcdef", "TCP_CONGESTION: '0123456789abcdef' is too long",
		  "TCP_CONGESTION: «0123456789abcdef» es demasiado largo" },
		{ "SO_TYPE=stream", "SO_TYPE cannot be set, only read", "SO_TYPE no se puede fijar, solo leer" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sockopt_error error = error_of(cases[i].assignment);

		assert_string_equal(message(&error, "en"), cases[i].en);
		assert_string_equal(message(&error, "es_AR.UTF-8"), cases[i].es);
	}
}

static void message_tells_what_the_kernel_said(void **state)
{
	static const struct sockopt_kind udp = { AF_INET, SOCK_DGRAM, 17 };
	struct sockopt_error error = why("TCP_NODELAY", &udp, ENOPROTOOPT);
	char wanted[256];

	snprintf(wanted, sizeof(wanted), "TCP_NODELAY does not apply to this kind of socket: %s", strerror(ENOPROTOOPT));
	assert_string_equal(message(&error, "en"), wanted);
	snprintf(wanted, sizeof(wanted), "TCP_NODELAY no es aplicable a este tipo de socket: %s", strerror(ENOPROTOOPT));
	assert_string_equal(message(&error, "es"), wanted);

	error = why("SO_MARK", NULL, EPERM);
	snprintf(wanted, sizeof(wanted), "SO_MARK: %s", strerror(EPERM));
	assert_string_equal(message(&error, "en"), wanted);

	/* Out of range by the kernel's word: there is no word of the caller's to quote. */
	error = why("TCP_KEEPIDLE", NULL, EINVAL);
	snprintf(wanted, sizeof(wanted), "TCP_KEEPIDLE: %s", strerror(EINVAL));
	assert_string_equal(message(&error, "en"), wanted);
}

static void message_of_every_problem_is_whole_in_both_languages(void **state)
{
	for (int problem = SOCKOPT_NO_PROBLEM; problem <= SOCKOPT_NOT_ROLLED_BACK; problem++) {
		struct sockopt_error error = {
			.problem = (enum sockopt_problem)problem,
			.error = EINVAL,
			.option = the_option("SO_MARK"),
			.near = { the_option("SO_MARK") },
			.word = "word",
			.word_length = 4,
		};
		char en[512], es[512];

		snprintf(en, sizeof(en), "%s|%s", message(&error, "en"), hint(&error, "en"));
		snprintf(es, sizeof(es), "%s|%s", message(&error, "es"), hint(&error, "es"));
		assert_true(strlen(en) > 3 && strlen(es) > 3);
		assert_null(strchr(en, '%'));
		assert_null(strchr(es, '%'));
		if (problem != SOCKOPT_REFUSED)
			assert_string_not_equal(en, es);
	}
}

static void hint_tells_what_is_accepted(void **state)
{
	static const struct {
		const char *assignment, *en, *es;
	} cases[] = {
		{ "TCP_NODELYA=on", "nearest: TCP_NODELAY", "parecidas: TCP_NODELAY" },
		{ "multicast_if=lo", "write one of IP_MULTICAST_IF, IPV6_MULTICAST_IF",
		  "escriba una de IP_MULTICAST_IF, IPV6_MULTICAST_IF" },
		{ "TCP_NODELAY", "write OPTION=VALUE, such as TCP_NODELAY=on",
		  "escriba OPCIÓN=VALOR, por ejemplo TCP_NODELAY=on" },
		{ "nodelay=perhaps", "accepted: on or off, such as on", "se acepta: on u off, por ejemplo on" },
		{ "TCP_KEEPIDLE=0", "accepted: a time with ns, us, ms, s, min, h or d, 1 to 32767 s, such as 60s",
		  "se acepta: un tiempo con ns, us, ms, s, min, h o d, 1 a 32767 s, por ejemplo 60s" },
		{ "TCP_CONGESTION=0123456789abcdef", "accepted: a text of at most 15 characters, such as reno",
		  "se acepta: un texto de, como mucho, 15 caracteres, por ejemplo reno" },
		{ "SO_LINGER=perhaps", "accepted: l_onoff=,l_linger=, such as on:5s",
		  "se acepta: l_onoff=,l_linger=, por ejemplo on:5s" },
		{ "IP_TTL=0", "accepted: a number, -1 or 1 to 255, such as 32",
		  "se acepta: un número, -1 o 1 a 255, por ejemplo 32" },
		{ "SO_ATTACH_FILTER=0x00",
		  "accepted: BPF instructions as hex, 8 bytes each, such as 0x06000000ffffffff",
		  "se acepta: instrucciones BPF en hexadecimal, 8 bytes cada una, por ejemplo 0x06000000ffffffff" },
		{ "SO_TYPE=stream", "", "" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sockopt_error error = error_of(cases[i].assignment);

		assert_string_equal(hint(&error, "en"), cases[i].en);
		assert_string_equal(hint(&error, "es"), cases[i].es);
	}
}

static void hint_names_the_capability_that_is_missing(void **state)
{
	struct sockopt_error error = why("SO_RCVBUFFORCE", NULL, EPERM);

	assert_string_equal(hint(&error, "en"), "needs CAP_NET_ADMIN in the initial user namespace");
	assert_string_equal(hint(&error, "es"),
			    "requiere CAP_NET_ADMIN en el espacio de nombres de usuario inicial");
	error = why("SO_MARK", NULL, EPERM);
	assert_non_null(strstr(hint(&error, "en"), "CAP_NET_RAW or CAP_NET_ADMIN over the socket's network namespace"));
	assert_non_null(strstr(hint(&error, "es"),
			       "CAP_NET_RAW o CAP_NET_ADMIN sobre el espacio de nombres de red del socket"));
}

static void hint_names_the_kernel_that_has_the_option(void **state)
{
	static const struct sockopt_kind tcp = { AF_INET, SOCK_STREAM, 6 };
	struct sockopt_error error = why("TCP_RTO_MAX_MS", &tcp, ENOPROTOOPT);

	assert_string_equal(hint(&error, "en"), "Linux has it since 6.15");
	assert_string_equal(hint(&error, "es"), "Linux la tiene desde 6.15");
}

/** A hint that gives no way forward is of no use. */
static void hint_ends_with_a_value_that_is_accepted(void **state)
{
	size_t seen = 0;

	for (size_t i = 0; i < sockopt_count(); i++) {
		const struct sockopt_option *option = sockopt_at(i);
		struct sockopt_error error = {
			.problem = SOCKOPT_BAD_VALUE,
			.option = option,
			.word = "?",
			.word_length = 1,
		};
		char text[2048];

		if (!(option->access & SOCKOPT_SET))
			continue;
		seen++;
		sockopt_hint(&error, "en", text, sizeof(text));
		assert_true(strlen(text) > strlen(option->example));
		if (strcmp(text + strlen(text) - strlen(option->example), option->example) != 0)
			fail_msg("%s: the hint '%s' does not end with %s", option->name, text, option->example);
		assert_string_not_equal(text, hint(&error, "es"));
	}
	assert_true(seen > 100);
}

/** The members of a struct that a caller may write are all named: its tail is one of them. */
static void hint_names_every_field_of_a_struct(void **state)
{
	for (size_t i = 0; i < sockopt_count(); i++) {
		const struct sockopt_option *option = sockopt_at(i);
		const struct sockopt_type *type = option->type;
		struct sockopt_error error = { .problem = SOCKOPT_BAD_VALUE, .option = option, .word = "?" };
		const char *text;

		if (!(option->access & SOCKOPT_SET) || type->form != SOCKOPT_FORM_STRUCT ||
		    type->short_form == SOCKOPT_SHORT_PROGRAM)
			continue;
		text = hint(&error, "en");
		for (size_t k = 0; k < type->n_fields; k++)
			if (!strstr(text, type->fields[k].name))
				fail_msg("%s: %s is not named", option->name, type->fields[k].name);
		if (type->tail && !strstr(text, type->tail->name))
			fail_msg("%s: %s is not named", option->name, type->tail->name);
	}
}

static void message_and_hint_are_cut_as_snprintf_cuts(void **state)
{
	struct sockopt_error error = error_of("TCP_KEEPIDLE=0");
	char text[8] = "#######";

	assert_true(sockopt_message(&error, "en", NULL, 0) > 8);
	assert_int_equal(sockopt_message(&error, "en", text, 5), strlen("TCP_KEEPIDLE: '0' is out of range"));
	assert_memory_equal(text, "TCP_\0##", 8);
	memset(text, '#', sizeof(text));
	assert_true(sockopt_hint(&error, "es", text, 4) > 20);
	assert_memory_equal(text, "se \0####", 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(message_names_the_word_as_it_was_typed),
		cmocka_unit_test(message_tells_what_the_kernel_said),
		cmocka_unit_test(message_of_every_problem_is_whole_in_both_languages),
		cmocka_unit_test(hint_tells_what_is_accepted),
		cmocka_unit_test(hint_names_the_capability_that_is_missing),
		cmocka_unit_test(hint_names_the_kernel_that_has_the_option),
		cmocka_unit_test(hint_ends_with_a_value_that_is_accepted),
		cmocka_unit_test(hint_names_every_field_of_a_struct),
		cmocka_unit_test(message_and_hint_are_cut_as_snprintf_cuts),
	};

	return RUN_TESTS(tests);
}
