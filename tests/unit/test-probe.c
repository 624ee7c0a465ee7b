/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <probe.h>
#include <string.h>

#include "test.h"

static void a_sentence_is_filled_with_what_was_found(void **state)
{
	const struct probe_remark remark = {
		.socket = "tcp4",
		.call = "set",
		.value = "5",
		.found = "EINVAL",
		.expected = "success",
	};
	char text[64];

	assert_int_equal(probe_fill(&remark, "{socket}: {call} of {value} gives {found}, not {expected}", text, sizeof(text)), 40);
	assert_string_equal(text, "tcp4: set of 5 gives EINVAL, not success");
}

static void what_is_no_hole_stays_and_what_is_not_known_is_left_out(void **state)
{
	const struct probe_remark remark = { .found = "{value}" };
	char text[64];

	probe_fill(&remark, "{else} {socket}{state}{ {found}", text, sizeof(text));
	assert_string_equal(text, "{else} { {value}");
}

static void a_sentence_that_does_not_fit_is_cut_and_measured(void **state)
{
	const struct probe_remark remark = { .socket = "unix-stream" };
	char text[8] = "xxxxxxx";

	assert_int_equal(probe_fill(&remark, "{socket}!", text, sizeof(text)), 12);
	assert_string_equal(text, "unix-st");
	assert_int_equal(probe_fill(&remark, "{socket}!", text, 0), 12);
}

static void an_outcome_has_a_word(void **state)
{
	char room[16];

	assert_string_equal(probe_outcome_word(0, room), "ok");
	assert_string_equal(probe_outcome_word(EPERM, room), "EPERM");
	assert_string_equal(probe_outcome_word(PROBE_KILLED, room), "killed");
	assert_string_equal(probe_outcome_word(PROBE_HUNG, room), "hung");
	assert_string_equal(probe_outcome_word(PROBE_NOT_TRIED, room), "not tried");
	assert_string_equal(probe_outcome_word(4000, room), "E4000");
}

static void every_capability_of_the_catalogue_is_known(void **state)
{
	for (size_t i = 0; i < sockopt_count(); i++) {
		const char *const *name = sockopt_at(i)->privilege.capabilities;

		for (; name && *name; name++) {
			int number = probe_capability(*name);

			assert_in_range(number, 0, 63);
			assert_string_equal(probe_capability_name((unsigned)number), *name);
		}
	}
	assert_int_equal(probe_capability("CAP_NOTHING"), -1);
	assert_null(probe_capability_name(63));
}

static void the_sums_are_those_of_all_groups(void **state)
{
	size_t n = sockopt_count();
	struct probe_result result = { .claims = calloc(n, sizeof(*result.claims)) };
	struct probe_sums sums;

	assert_non_null(result.claims);
	result.claims[0][PROBE_GROUP_HERE].cannot = 1;
	result.claims[0][PROBE_GROUP_RANGE] = (struct probe_claim){ .probed = 4, .contradicted = 1 };
	result.claims[n - 1][PROBE_GROUP_TOUCHES] = (struct probe_claim){ .probed = 2, .cannot = 3, .differs = 5 };
	probe_sum(&result, &sums);
	assert_int_equal(sums.probed, 6);
	assert_int_equal(sums.contradicted, 1);
	assert_int_equal(sums.cannot, 4);
	assert_int_equal(sums.differs, 5);
	free(result.claims);
}

/** A result with cells, tcp4 open alone, nothing tried. */
static struct probe_result a_result_of_tcp4(void)
{
	size_t n = sockopt_count() * probe_n_kinds;
	struct probe_result result = { .cells = calloc(n, sizeof(*result.cells)) };

	assert_non_null(result.cells);
	for (size_t i = 0; i < n; i++) {
		result.cells[i].get = result.cells[i].set = result.cells[i].without = result.cells[i].inside = PROBE_NOT_TRIED;
		result.cells[i].inherits = SOCKOPT_NOTHING_TO_INHERIT;
	}
	assert_string_equal(probe_kinds[0].name, "tcp4");
	result.sockets[0].open = true;
	return result;
}

static size_t index_of(const char *name)
{
	size_t i = 0;

	while (sockopt_at(i) != the_option(name))
		i++;
	return i;
}

static void what_becomes_of_an_option_depends_on_get_and_set(void **state)
{
	const struct {
		const char *option;
		int get, set;
		enum probe_verdict verdict;
	} cases[] = {
		{ "TCP_NODELAY", 0, 0, PROBE_WORKS },
		{ "TCP_NODELAY", EPERM, 0, PROBE_WORKS },
		{ "TCP_NODELAY", 0, EPERM, PROBE_ONLY_READ },
		{ "TCP_NODELAY", 0, PROBE_NOT_TRIED, PROBE_ONLY_READ },
		{ "TCP_NODELAY", PROBE_KILLED, PROBE_NOT_TRIED, PROBE_REFUSED },
		{ "TCP_NODELAY", ENOPROTOOPT, ENOPROTOOPT, PROBE_REFUSED },
		{ "TCP_NODELAY", PROBE_NOT_TRIED, PROBE_NOT_TRIED, PROBE_UNKNOWN },
		{ "TCP_INFO", 0, PROBE_NOT_TRIED, PROBE_WORKS },
		{ "TCP_ZEROCOPY_RECEIVE", PROBE_NOT_TRIED, ENOPROTOOPT, PROBE_UNKNOWN },
		{ "UDP_CORK", ENOPROTOOPT, ENOPROTOOPT, PROBE_NO_SOCKET },
		{ "TCP_BPF_IW", ENOPROTOOPT, ENOPROTOOPT, PROBE_UNKNOWN },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct probe_result result = a_result_of_tcp4();
		size_t option = index_of(cases[i].option);

		probe_cell_at(&result, option, 0)->get = cases[i].get;
		probe_cell_at(&result, option, 0)->set = cases[i].set;
		if (probe_verdict(&result, option) != cases[i].verdict)
			fail_msg("case %zu: %s", i, cases[i].option);
		free(result.cells);
	}
}

static void what_is_due_and_was_not_measured_is_missing(void **state)
{
	struct probe_result result = a_result_of_tcp4();
	size_t option = index_of("TCP_NODELAY");
	bool *wanted = calloc(sockopt_count(), sizeof(*wanted));
	struct probe_cell *cell = probe_cell_at(&result, option, 0);
	struct probe_counts counts;

	assert_non_null(wanted);
	wanted[option] = true;
	probe_count(&result, wanted, &counts);
	assert_int_equal(counts.options, 1);
	assert_int_equal(counts.unknown, 1);
	assert_int_equal(counts.measured, 0);
	assert_int_equal(counts.missing, 2);
	/* What can be set is due for its privilege and for what an accepted socket has, too. */
	cell->get = cell->set = 0;
	cell->inherits = PROBE_NOT_TRIED;
	probe_count(&result, wanted, &counts);
	assert_int_equal(counts.work, 1);
	assert_int_equal(counts.measured, 2);
	assert_int_equal(counts.missing, 2);
	cell->without = EPERM;
	cell->inherits = SOCKOPT_INHERITED;
	cell->inside = EPERM;
	probe_count(&result, wanted, &counts);
	assert_int_equal(counts.measured, 5);
	assert_int_equal(counts.missing, 0);
	free(wanted);
	free(result.cells);
}

static void what_could_not_be_found_out_is_told_by_name(void **state)
{
	struct probe_result result = a_result_of_tcp4();
	size_t option = index_of("TCP_KEEPIDLE");
	struct probe_cell *cell = probe_cell_at(&result, option, 0);

	assert_int_equal(probe_cell_unknown(&result, option, 0), PROBE_GET | PROBE_SET);
	cell->get = 0;
	assert_int_equal(probe_cell_unknown(&result, option, 0), PROBE_SET);
	/* What is refused has no range, no privilege, nothing to inherit. */
	cell->set = ENOPROTOOPT;
	assert_int_equal(probe_cell_unknown(&result, option, 0), 0);
	cell->set = 0;
	assert_int_equal(probe_cell_unknown(&result, option, 0), PROBE_WITHOUT);
	cell->outside = PROBE_HUNG; /* who sought the range was ended */
	cell->without = EPERM;
	cell->inherits = PROBE_NOT_TRIED;
	assert_int_equal(probe_cell_unknown(&result, option, 0), PROBE_RANGE | PROBE_INSIDE | PROBE_INHERITS);
	cell->has_range = true;
	cell->outside = EINVAL;
	cell->inside = 0;
	cell->inherits = SOCKOPT_INHERITED;
	assert_int_equal(probe_cell_unknown(&result, option, 0), 0);
	assert_int_equal(probe_cell_due(&result, index_of("UDP_CORK"), 0), 0);
	free(result.cells);
}

static void a_cell_matters_where_the_option_applies_or_works(void **state)
{
	struct probe_result result = a_result_of_tcp4();
	size_t nodelay = index_of("TCP_NODELAY"), cork = index_of("UDP_CORK");

	assert_true(probe_cell_matters(&result, nodelay, 0));
	assert_false(probe_cell_matters(&result, cork, 0));
	probe_cell_at(&result, cork, 0)->set = 0;
	assert_true(probe_cell_matters(&result, cork, 0));
	probe_cell_at(&result, cork, 0)->set = PROBE_KILLED;
	assert_true(probe_cell_matters(&result, cork, 0));
	result.sockets[0].open = false;
	assert_false(probe_cell_matters(&result, nodelay, 0));
	free(result.cells);
}

static void the_kinds_are_named_apart(void **state)
{
	for (size_t i = 0; i < probe_n_kinds; i++)
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(probe_kinds[i].name, probe_kinds[k].name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sentence_is_filled_with_what_was_found),
		cmocka_unit_test(what_is_no_hole_stays_and_what_is_not_known_is_left_out),
		cmocka_unit_test(a_sentence_that_does_not_fit_is_cut_and_measured),
		cmocka_unit_test(an_outcome_has_a_word),
		cmocka_unit_test(every_capability_of_the_catalogue_is_known),
		cmocka_unit_test(the_sums_are_those_of_all_groups),
		cmocka_unit_test(what_becomes_of_an_option_depends_on_get_and_set),
		cmocka_unit_test(what_is_due_and_was_not_measured_is_missing),
		cmocka_unit_test(what_could_not_be_found_out_is_told_by_name),
		cmocka_unit_test(a_cell_matters_where_the_option_applies_or_works),
		cmocka_unit_test(the_kinds_are_named_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
