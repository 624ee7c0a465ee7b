/* SPDX-License-Identifier: MIT */
/* A field of a struct, as if it were an option. */
#include <netinet/in.h>
#include <unistd.h>

#include "test.h"

static void a_field_is_found_by_its_names(void **state)
{
	static const char *const names[] = { "TCP_INFO.tcpi_rtt", "tcp_info.TCPI-RTT", "tcp.info.rtt", "TCP_INFO.rtt" };

	for (size_t i = 0; i < COUNT(names); i++) {
		struct sockopt_part part;
		const struct sockopt_option *option = sockopt_find_or_part(names[i], &part);

		assert_ptr_equal(option, &part.option);
		assert_string_equal(option->name, "TCP_INFO.tcpi_rtt");
		assert_ptr_equal(option->part_of, the_option("TCP_INFO"));
		assert_int_equal(option->access, SOCKOPT_GET);
	}
}

static void a_name_of_an_option_is_that_option(void **state)
{
	struct sockopt_part part;

	assert_ptr_equal(sockopt_find_or_part("tcp.info", &part), the_option("TCP_INFO"));
	assert_ptr_equal(sockopt_find_or_part("nodelay", &part), the_option("TCP_NODELAY"));
}

static void the_last_part_of_a_name_is_enough_where_it_is_one_fields(void **state)
{
	struct sockopt_part part;

	assert_non_null(sockopt_find_or_part("SCTP_STATUS.spinfo_mtu", &part));
	assert_string_equal(part.name, "SCTP_STATUS.sstat_primary.spinfo_mtu");
	assert_non_null(sockopt_find_or_part("SCTP_STATUS.sstat_primary.spinfo_mtu", &part));
	assert_null(sockopt_find_or_part("IP_VS_SO_GET_DAEMON.syncid", &part)); /* master's and backup's */
}

static void what_is_none_tells_whether_there_is_such_an_option(void **state)
{
	static const struct {
		const char *name;
		const char *whole;
	} cases[] = {
		{ "TCP_INFO.nosuch", "TCP_INFO" },
		{ "TCP_INFO.", "TCP_INFO" },
		{ "TCP_AO_GET_KEYS.key", "TCP_AO_GET_KEYS" }, /* a key */
		{ "NOSUCH.rtt", NULL },
		{ "SO_RCVBUF.x", NULL }, /* no struct */
		{ ".", NULL },
		{ "", NULL },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sockopt_part part;

		assert_null(sockopt_find_or_part(cases[i].name, &part));
		assert_ptr_equal(part.option.part_of, cases[i].whole ? the_option(cases[i].whole) : NULL);
	}
}

/** Each field of each struct, by its whole name: one that is found is that one, with room for its name. */
static void every_field_is_found_or_is_none_that_could_stand_alone(void **state)
{
	for (size_t i = 0; i < sockopt_count(); i++) {
		const struct sockopt_option *whole = sockopt_at(i);
		const struct sockopt_type *type = whole->get_type;

		for (size_t k = 0; type->form == SOCKOPT_FORM_STRUCT && k < type->n_fields; k++) {
			const struct sockopt_field *field = &type->fields[k];
			struct sockopt_part part;
			char name[128];

			snprintf(name, sizeof(name), "%s.%s", whole->name, field->name);
			if (field->count > 1 || field->secret || field->scalar == SOCKOPT_SOCKADDRS) {
				assert_null(sockopt_find_or_part(name, &part));
				continue;
			}
			if (!sockopt_find_or_part(name, &part))
				fail_msg("%s is not found", name);
			assert_ptr_equal(part.type.fields, field);
			assert_string_equal(part.name, name);
		}
	}
}

static void it_is_read_whole_and_shown_alone(void **state)
{
	static const struct linger linger = { 1, 7 };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct sockopt_value value, wanted;
	struct sockopt_part part;
	char text[32];

	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)), 0);
	assert_non_null(sockopt_find_or_part("SO_LINGER.l_linger", &part));
	assert_int_equal(sockopt_get(fd, &part.option, &value), 0);
	assert_int_equal(value.length, sizeof(linger));
	assert_int_equal(sockopt_format(&part.option, value.bytes, value.length, text, sizeof(text)), 2);
	assert_string_equal(text, "7s");
	assert_int_equal(sockopt_parse(&part.option, text, &wanted, NULL), 0);
	assert_int_equal(wanted.length, sizeof(linger));
	assert_memory_equal(wanted.bytes + 4, value.bytes + 4, 4);
	/* A struct that ends before the field has no text for it. */
	assert_int_equal(sockopt_format(&part.option, value.bytes, 4, text, sizeof(text)), 0);
	assert_string_equal(text, "");
	assert_int_equal(sockopt_set(fd, &part.option, &value), -EOPNOTSUPP);
	close(fd);
}

static void what_was_read_is_the_part_only_where_the_struct_has_it(void **state)
{
	const struct sockopt_option *info = the_option("TCP_INFO"), *linger = the_option("SO_LINGER");
	struct sockopt_part part;
	const struct sockopt_option *rtt = sockopt_find_or_part("TCP_INFO.tcpi_rtt", &part);
	size_t end = part.type.fields->offset + (size_t)part.type.fields->size;

	assert_ptr_equal(sockopt_read_as(rtt, info, end), rtt);
	assert_ptr_equal(sockopt_read_as(rtt, info, info->get_type->size), rtt);
	assert_null(sockopt_read_as(rtt, info, end - 1));
	assert_null(sockopt_read_as(rtt, linger, 500)); /* another struct, were it a twin's */
	assert_ptr_equal(sockopt_read_as(info, info, 1), info);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_field_is_found_by_its_names),
		cmocka_unit_test(a_name_of_an_option_is_that_option),
		cmocka_unit_test(the_last_part_of_a_name_is_enough_where_it_is_one_fields),
		cmocka_unit_test(what_is_none_tells_whether_there_is_such_an_option),
		cmocka_unit_test(every_field_is_found_or_is_none_that_could_stand_alone),
		cmocka_unit_test(it_is_read_whole_and_shown_alone),
		cmocka_unit_test(what_was_read_is_the_part_only_where_the_struct_has_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
