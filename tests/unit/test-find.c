/* SPDX-License-Identifier: MIT */
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "test.h"

static void at_gives_count_entries_and_null_past_the_end(void **state)
{
	assert_true(sockopt_count() > 100);
	for (size_t i = 0; i < sockopt_count(); i++)
		assert_non_null(sockopt_at(i));
	assert_null(sockopt_at(sockopt_count()));
	assert_null(sockopt_at(SIZE_MAX));
}

static size_t level_index(const struct sockopt_level *level)
{
	for (size_t i = 0; sockopt_level_at(i); i++)
		if (sockopt_level_at(i) == level)
			return i;
	fail_msg("%s is no level of the catalogue", level->name);
	return 0;
}

static void at_is_in_the_order_of_level_and_number(void **state)
{
	for (size_t i = 1; i < sockopt_count(); i++) {
		const struct sockopt_option *before = sockopt_at(i - 1), *here = sockopt_at(i);
		size_t a = level_index(before->level), b = level_index(here->level);

		assert_true(a < b || (a == b && before->number <= here->number));
	}
}

static void level_at_gives_each_level_once_and_null_past_the_end(void **state)
{
	size_t n = 0;

	while (sockopt_level_at(n))
		n++;
	assert_true(n >= 8);
	assert_null(sockopt_level_at(n + 1));
	assert_null(sockopt_level_at(SIZE_MAX));
	for (size_t i = 0; i < n; i++)
		for (size_t k = i + 1; k < n; k++)
			assert_string_not_equal(sockopt_level_at(i)->key, sockopt_level_at(k)->key);
}

static void find_level_takes_name_key_number_and_alias(void **state)
{
	const struct sockopt_level *tcp = sockopt_find_level("IPPROTO_TCP");

	assert_non_null(tcp);
	assert_int_equal(tcp->number, IPPROTO_TCP);
	assert_ptr_equal(sockopt_find_level("tcp"), tcp);
	assert_ptr_equal(sockopt_find_level("TCP"), tcp);
	assert_ptr_equal(sockopt_find_level("6"), tcp);
	assert_ptr_equal(sockopt_find_level("0x6"), tcp);
	for (size_t i = 0; sockopt_level_at(i); i++)
		for (const char *const *alias = sockopt_level_at(i)->aliases; *alias; alias++)
			assert_ptr_equal(sockopt_find_level(*alias), sockopt_level_at(i));
}

static void find_level_is_null_for_what_is_none(void **state)
{
	static const char *const none[] = { "", "tcpx", "tc", "99999", "-1", "6x", "TCP_NODELAY" };

	for (size_t i = 0; i < COUNT(none); i++)
		assert_null(sockopt_find_level(none[i]));
}

static void find_takes_any_case_and_no_prefix(void **state)
{
	static const char *const spellings[] = {
		"TCP_NODELAY",
		"tcp_nodelay",
		"Tcp-NoDelay",
		"nodelay",
		"NODELAY",
		"tcp.nodelay",
		"tcp.TCP_NODELAY",
		"IPPROTO_TCP.nodelay",
		"6.nodelay",
	};
	const struct sockopt_option *option = sockopt_find("TCP_NODELAY");

	assert_non_null(option);
	assert_int_equal(option->number, TCP_NODELAY);
	assert_int_equal(option->level->number, IPPROTO_TCP);
	for (size_t i = 0; i < COUNT(spellings); i++)
		assert_ptr_equal(sockopt_find(spellings[i]), option);
}

/** nodelay has always been TCP_NODELAY. */
static void a_rare_level_takes_no_name_from_others(void **state)
{
	assert_string_equal(sockopt_find("nodelay")->name, "TCP_NODELAY");
	assert_string_equal(sockopt_find("maxseg")->name, "TCP_MAXSEG");
	assert_string_equal(sockopt_find("sctp.nodelay")->name, "SCTP_NODELAY");
	assert_string_equal(sockopt_find("rtoinfo")->name, "SCTP_RTOINFO");
	assert_string_equal(sockopt_find("delayed_ack")->name, "SCTP_DELAYED_SACK");
}

static void find_is_null_for_what_is_none(void **state)
{
	static const char *const none[] = {
		"",
		"TCP_NODELA",
		"TCP_NODELAYY",
		"TCP_",
		"_",
		".",
		"tcp.",
		".nodelay",
		"udp.nodelay",
		"tcp.tcp.nodelay",
		"averylonglevelkeythatnobodyhas.nodelay",
		"TCP_NODELAY ",
		" TCP_NODELAY",
	};

	for (size_t i = 0; i < COUNT(none); i++)
		assert_null(sockopt_find(none[i]));
}

static void find_refuses_a_name_without_prefix_that_fits_several(void **state)
{
	assert_non_null(sockopt_find("IP_MULTICAST_IF"));
	assert_non_null(sockopt_find("IPV6_MULTICAST_IF"));
	assert_null(sockopt_find("multicast_if"));
	assert_null(sockopt_find("multicast-if"));
}

/** A name at a second level is found by the first, and leads on by its twin. */
static bool is_or_leads_to(const struct sockopt_option *found, const struct sockopt_option *wanted)
{
	for (; found; found = found->twin)
		if (found == wanted)
			return true;
	return false;
}

static void find_finds_every_option_by_name_and_by_alias(void **state)
{
	for (size_t i = 0; i < sockopt_count(); i++) {
		const struct sockopt_option *option = sockopt_at(i);

		if (!is_or_leads_to(sockopt_find(option->name), option))
			fail_msg("%s is not found by its name", option->name);
		for (const char *const *alias = option->aliases; *alias; alias++)
			if (!is_or_leads_to(sockopt_find(*alias), option))
				fail_msg("%s is not found by its alias %s", option->name, *alias);
	}
}

static void find_finds_every_option_by_the_key_of_its_level(void **state)
{
	for (size_t i = 0; i < sockopt_count(); i++) {
		const struct sockopt_option *option = sockopt_at(i);
		const struct sockopt_option *found;
		char name[96];

		snprintf(name, sizeof(name), "%s.%s", option->level->key, option->name);
		found = sockopt_find(name);
		if (found == option)
			continue;
		/* One name twice at a level: one is read and the other set. */
		if (!found || found->level != option->level || strcmp(found->name, option->name) != 0)
			fail_msg("%s finds %s", name, found ? found->name : "nothing");
	}
}

static void twins_have_one_name_and_different_levels(void **state)
{
	size_t seen = 0;

	for (size_t i = 0; i < sockopt_count(); i++) {
		const struct sockopt_option *option = sockopt_at(i);

		if (!option->twin)
			continue;
		seen++;
		assert_string_equal(option->name, option->twin->name);
		assert_ptr_not_equal(option->level, option->twin->level);
	}
	assert_true(seen > 0);
}

/** Do options of other levels have the same numbers? */
static bool are_shared(const struct sockopt_option *option, enum sockopt_access access)
{
	struct sockopt_unnamed unnamed;

	return sockopt_meant_by(option->level->number, option->number, access, &unnamed) == &unnamed.option;
}

static void find_number_finds_every_option_by_what_it_allows(void **state)
{
	for (size_t i = 0; i < sockopt_count(); i++) {
		const struct sockopt_option *option = sockopt_at(i);

		for (unsigned access = SOCKOPT_GET; access <= SOCKOPT_SET; access++)
			if ((option->access & access) && !are_shared(option, (enum sockopt_access)access))
				assert_ptr_equal(sockopt_find_number(option->level->number, option->number,
								     (enum sockopt_access)access),
						 option);
	}
}

/** A family of the level's, or one of any where it says of none. */
static struct sockopt_kind kind_of_level(const struct sockopt_level *level)
{
	struct sockopt_kind kind = { .family = AF_INET };

	if (level->n_applies && level->applies[0].families)
		kind.family = __builtin_ctzll(level->applies[0].families);
	return kind;
}

static void find_number_on_finds_every_option_on_its_own_sockets(void **state)
{
	size_t shared = 0;

	for (size_t i = 0; i < sockopt_count(); i++) {
		const struct sockopt_option *option = sockopt_at(i);
		struct sockopt_kind kind = kind_of_level(option->level);

		for (unsigned access = SOCKOPT_GET; access <= SOCKOPT_SET; access++) {
			if (!(option->access & access))
				continue;
			shared += are_shared(option, (enum sockopt_access)access);
			if (sockopt_find_number_on(&kind, option->level->number, option->number,
						   (enum sockopt_access)access) != option)
				fail_msg("%s is not found on its sockets", option->name);
		}
	}
	assert_true(shared > 4);
}

static const char *name_on(int family, int level, int number, enum sockopt_access access)
{
	struct sockopt_kind kind = { family, SOCK_RAW, 0 };
	const struct sockopt_option *option = sockopt_find_number_on(family ? &kind : NULL, level, number, access);

	return option ? option->name : "none";
}

static void levels_of_one_number_are_told_apart_by_the_family(void **state)
{
	static const struct {
		int family, level, number;
		enum sockopt_access access;
		const char *name;
	} cases[] = {
		{ AF_INET, 6, 1, SOCKOPT_SET, "TCP_NODELAY" },
		{ AF_INET6, 6, 1, SOCKOPT_GET, "TCP_NODELAY" },
		{ AF_BLUETOOTH, 6, 1, SOCKOPT_SET, "L2CAP_OPTIONS" },
		{ AF_BLUETOOTH, 6, 3, SOCKOPT_GET, "L2CAP_LM" },
		{ AF_BLUETOOTH, 0, 2, SOCKOPT_SET, "HCI_FILTER" },
		{ AF_INET, 0, 2, SOCKOPT_SET, "IP_TTL" },
		{ AF_BLUETOOTH, 17, 1, SOCKOPT_GET, "SCO_OPTIONS" },
		{ AF_INET, 17, 1, SOCKOPT_GET, "UDP_CORK" },
		/* Bluetooth has no such option: it is no other's then. */
		{ AF_BLUETOOTH, 6, 18, SOCKOPT_SET, "none" },
		{ AF_BLUETOOTH, 17, 1, SOCKOPT_SET, "none" },
		{ AF_INET, 17, 2, SOCKOPT_GET, "none" },
		/* A family that has no such level is asked for that of IP. */
		{ AF_UNIX, 6, 1, SOCKOPT_SET, "TCP_NODELAY" },
		{ AF_UNIX, 17, 2, SOCKOPT_GET, "none" },
		{ 200, 6, 1, SOCKOPT_SET, "TCP_NODELAY" },
		{ AF_INET, SOL_NETLINK, 1, SOCKOPT_SET, "NETLINK_ADD_MEMBERSHIP" },
		/* not known: that of IP, or the only one */
		{ 0, 6, 1, SOCKOPT_SET, "TCP_NODELAY" },
		{ 0, 17, 2, SOCKOPT_GET, "SCO_CONNINFO" },
		{ AF_BLUETOOTH, SOL_SOCKET, SO_KEEPALIVE, SOCKOPT_SET, "SO_KEEPALIVE" },
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		assert_string_equal(name_on(cases[i].family, cases[i].level, cases[i].number, cases[i].access),
				    cases[i].name);
	assert_string_equal(sockopt_find_number(6, 1, SOCKOPT_SET)->name, "TCP_NODELAY");
	assert_true(are_shared(the_option("TCP_NODELAY"), SOCKOPT_SET));
	assert_true(are_shared(the_option("L2CAP_OPTIONS"), SOCKOPT_GET));
	assert_true(are_shared(the_option("UDP_CORK"), SOCKOPT_GET));
	assert_false(are_shared(the_option("UDP_CORK"), SOCKOPT_SET));
	assert_false(are_shared(the_option("TCP_USER_TIMEOUT"), SOCKOPT_SET));
}

/** Given by numbers alone, an option is what they mean on each socket. */
static void twin_for_knows_what_is_meant_by_numbers(void **state)
{
	static const struct sockopt_kind tcp = { AF_INET, SOCK_STREAM, IPPROTO_TCP };
	static const struct sockopt_kind udp = { AF_INET, SOCK_DGRAM, IPPROTO_UDP };
	static const struct sockopt_kind l2cap = { AF_BLUETOOTH, SOCK_SEQPACKET, 0 };
	struct sockopt_unnamed unnamed;
	const struct sockopt_option *option = sockopt_meant_by(6, 1, SOCKOPT_SET, &unnamed);

	assert_ptr_equal(option, &unnamed.option);
	assert_string_equal(option->name, "TCP_NODELAY");
	assert_ptr_equal(sockopt_twin_for(option, &tcp, SOCKOPT_SET), the_option("TCP_NODELAY"));
	assert_ptr_equal(sockopt_twin_for(option, &l2cap, SOCKOPT_SET), the_option("L2CAP_OPTIONS"));
	assert_null(sockopt_twin_for(option, &udp, SOCKOPT_SET));
	assert_null(sockopt_twin_for(the_option("TCP_NODELAY"), &l2cap, SOCKOPT_SET));
	assert_ptr_equal(sockopt_meant_by(6, 18, SOCKOPT_SET, &unnamed), the_option("TCP_USER_TIMEOUT"));
	option = sockopt_meant_by(6, 250, SOCKOPT_GET, &unnamed);
	assert_string_equal(option->name, "6:250");
	assert_ptr_equal(sockopt_twin_for(option, &l2cap, SOCKOPT_GET), option);
}

/** 26 is SO_ATTACH_FILTER to set and SO_GET_FILTER to get. */
static void find_number_tells_two_options_of_one_number_apart(void **state)
{
	const struct sockopt_option *get = sockopt_find_number(SOL_SOCKET, SO_ATTACH_FILTER, SOCKOPT_GET);
	const struct sockopt_option *set = sockopt_find_number(SOL_SOCKET, SO_ATTACH_FILTER, SOCKOPT_SET);

	assert_non_null(get);
	assert_non_null(set);
	assert_string_equal(get->name, "SO_GET_FILTER");
	assert_string_equal(set->name, "SO_ATTACH_FILTER");
}

/** Netfilter's numbers mean one command to set and another to get, and at SOL_IPV6 others again. */
static void find_number_tells_the_commands_of_netfilter_apart(void **state)
{
	static const struct {
		int level, number;
		const char *set, *get; /* NULL: there is none */
	} rows[] = {
		{ IPPROTO_IP, 64, "IPT_SO_SET_REPLACE", "IPT_SO_GET_INFO" },
		{ IPPROTO_IP, 65, "IPT_SO_SET_ADD_COUNTERS", "IPT_SO_GET_ENTRIES" },
		{ IPPROTO_IP, 66, NULL, "IPT_SO_GET_REVISION_MATCH" },
		{ IPPROTO_IP, 80, NULL, "SO_ORIGINAL_DST" },
		{ IPPROTO_IP, 96, "ARPT_SO_SET_REPLACE", "ARPT_SO_GET_INFO" },
		{ IPPROTO_IP, 98, NULL, NULL },
		{ IPPROTO_IP, 129, "EBT_SO_SET_COUNTERS", "EBT_SO_GET_ENTRIES" },
		{ IPPROTO_IP, 1156, "IP_VS_SO_SET_DEL", "IP_VS_SO_GET_DESTS" },
		{ IPPROTO_IP, 1158, NULL, "IP_VS_SO_GET_TIMEOUT" },
		{ IPPROTO_IP, 1162, "IP_VS_SO_SET_TIMEOUT", NULL },
		{ IPPROTO_IPV6, 65, "IP6T_SO_SET_ADD_COUNTERS", "IP6T_SO_GET_ENTRIES" },
		{ IPPROTO_IPV6, 66, "IPV6_RECVTCLASS", "IPV6_RECVTCLASS" },
		{ IPPROTO_IPV6, 68, NULL, "IP6T_SO_GET_REVISION_MATCH" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct sockopt_option *set = sockopt_find_number(rows[i].level, rows[i].number, SOCKOPT_SET);
		const struct sockopt_option *get = sockopt_find_number(rows[i].level, rows[i].number, SOCKOPT_GET);

		assert_string_equal(set ? set->name : "none", rows[i].set ? rows[i].set : "none");
		assert_string_equal(get ? get->name : "none", rows[i].get ? rows[i].get : "none");
	}
}

static void find_number_is_null_for_what_is_none(void **state)
{
	assert_null(sockopt_find_number(IPPROTO_TCP, 9999, SOCKOPT_GET));
	assert_null(sockopt_find_number(9999, TCP_NODELAY, SOCKOPT_GET));
	assert_null(sockopt_find_number(-1, -1, SOCKOPT_SET));
	assert_null(sockopt_find_number(IPPROTO_TCP, TCP_INFO, SOCKOPT_SET)); /* it can only be read */
}

static void make_unnamed_makes_an_option_of_bytes(void **state)
{
	struct sockopt_unnamed unnamed;
	const struct sockopt_option *option = sockopt_make_unnamed(6, 250, &unnamed);

	assert_ptr_equal(option, &unnamed.option);
	assert_string_equal(option->name, "6:250");
	assert_int_equal(option->number, 250);
	assert_int_equal(option->level->number, 6);
	assert_int_equal(option->access, SOCKOPT_GET | SOCKOPT_SET);
	assert_int_equal(option->type->fields[0].scalar, SOCKOPT_BYTES);
	assert_int_equal(option->type->size, SOCKOPT_VALUE_MAX);
	assert_null(option->aliases[0]);
	assert_null(option->see[0]);
	assert_null(option->twin);
}

static void make_unnamed_has_room_for_the_widest_numbers(void **state)
{
	struct sockopt_unnamed unnamed;

	assert_string_equal(sockopt_make_unnamed(INT32_MIN, INT32_MIN, &unnamed)->name, "-2147483648:-2147483648");
	assert_string_equal(sockopt_make_unnamed(INT32_MAX, 0, &unnamed)->name, "2147483647:0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(at_gives_count_entries_and_null_past_the_end),
		cmocka_unit_test(at_is_in_the_order_of_level_and_number),
		cmocka_unit_test(level_at_gives_each_level_once_and_null_past_the_end),
		cmocka_unit_test(find_level_takes_name_key_number_and_alias),
		cmocka_unit_test(find_level_is_null_for_what_is_none),
		cmocka_unit_test(find_takes_any_case_and_no_prefix),
		cmocka_unit_test(a_rare_level_takes_no_name_from_others),
		cmocka_unit_test(find_is_null_for_what_is_none),
		cmocka_unit_test(find_refuses_a_name_without_prefix_that_fits_several),
		cmocka_unit_test(find_finds_every_option_by_name_and_by_alias),
		cmocka_unit_test(find_finds_every_option_by_the_key_of_its_level),
		cmocka_unit_test(twins_have_one_name_and_different_levels),
		cmocka_unit_test(find_number_finds_every_option_by_what_it_allows),
		cmocka_unit_test(find_number_on_finds_every_option_on_its_own_sockets),
		cmocka_unit_test(levels_of_one_number_are_told_apart_by_the_family),
		cmocka_unit_test(twin_for_knows_what_is_meant_by_numbers),
		cmocka_unit_test(find_number_tells_two_options_of_one_number_apart),
		cmocka_unit_test(find_number_tells_the_commands_of_netfilter_apart),
		cmocka_unit_test(find_number_is_null_for_what_is_none),
		cmocka_unit_test(make_unnamed_makes_an_option_of_bytes),
		cmocka_unit_test(make_unnamed_has_room_for_the_widest_numbers),
	};

	return RUN_TESTS(tests);
}
