/* SPDX-License-Identifier: MIT */
#include <load-spec.h>

#include "test.h"

static void assert_same(const struct load_spec *a, const struct load_spec *b)
{
	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->connections, b->connections);
	assert_int_equal(a->request, b->request);
	assert_int_equal(a->response, b->response);
	assert_int_equal(a->writes, b->writes);
	assert_int_equal(a->rate, b->rate);
}

static void a_load_is_its_word_and_what_follows(void **state)
{
	static const struct {
		const char *text;
		struct load_spec spec;
	} known[] = {
		{ "bulk", { LOAD_BULK, 1, 0, 0, 1, 0 } },
		{ " bulk  connections=4 ", { LOAD_BULK, 4, 0, 0, 1, 0 } },
		{ "rr", { LOAD_RR, 1, 64, 64, 1, 0 } },
		{ "rr request=1 response=1KiB connections=8", { LOAD_RR, 8, 1, 1024, 1, 0 } },
		{ "rr writes=2", { LOAD_RR, 1, 64, 64, 2, 0 } },
		{ "crr response=64MiB", { LOAD_CRR, 1, 64, 64 << 20, 1, 0 } },
		{ "udp", { LOAD_UDP, 1, 1200, 0, 1, 50000000 } },
		{ "udp rate=1Gbit/s size=16", { LOAD_UDP, 1, 16, 0, 1, 1000000000 } },
		{ "iperf3 -c {server}", { LOAD_COMMAND, 0, 0, 0, 0, 0 } },
		{ "bulky", { LOAD_COMMAND, 0, 0, 0, 0, 0 } },
	};

	for (size_t i = 0; i < COUNT(known); i++) {
		struct load_spec spec, again;
		struct spec_error error;
		char text[LOAD_SPEC_TEXT_MAX];

		assert_int_equal(load_spec_parse(known[i].text, &spec, &error), 0);
		assert_same(&spec, &known[i].spec);
		load_spec_format(&spec, text, sizeof(text));
		if (spec.kind == LOAD_COMMAND)
			continue;
		assert_int_equal(load_spec_parse(text, &again, &error), 0);
		assert_same(&spec, &again);
	}
}

static void what_a_load_does_not_take_is_named(void **state)
{
	static const struct {
		const char *text, *word;
	} wrong[] = {
		{ "", "" },
		{ "  ", "" },
		{ "bulk request=1", "request=1" },
		{ "bulk connections", "connections" },
		{ "bulk connections=", "connections=" },
		{ "rr connections=0", "connections=0" },
		{ "rr connections=1001", "connections=1001" },
		{ "rr request=65MiB", "request=65MiB" },
		{ "rr request=-1", "request=-1" },
		{ "rr request=1 writes=2", "" },
		{ "crr writes=2", "writes=2" },
		{ "udp size=15", "size=15" },
		{ "udp size=65508", "size=65508" },
		{ "udp rate=1bit/s", "rate=1bit/s" },
		{ "udp rate=unlimited", "rate=unlimited" },
		{ "udp x", "x" },
	};

	for (size_t i = 0; i < COUNT(wrong); i++) {
		struct load_spec spec = { LOAD_BULK, 7, 7, 7, 7, 7 }, before = spec;
		struct spec_error error;

		assert_int_equal(load_spec_parse(wrong[i].text, &spec, &error), -EINVAL);
		assert_same(&spec, &before);
		assert_int_equal(error.length, strlen(wrong[i].word));
		assert_true(error.at + error.length <= strlen(wrong[i].text));
		assert_memory_equal(wrong[i].text + error.at, wrong[i].word, error.length);
		assert_non_null(error.what);
		assert_non_null(error.hint);
	}
}

static void a_load_says_what_it_measures(void **state)
{
	for (enum load_kind kind = LOAD_BULK; kind <= LOAD_COMMAND; kind++) {
		struct load_spec spec = { .kind = kind };
		uint32_t metrics = load_spec_metrics(&spec);

		assert_true(metrics & 1U << METRIC_CPU);
		assert_int_equal(metrics >> METRIC_COUNT, 0);
		assert_int_equal(!(metrics & 1U << METRIC_LOSS), kind != LOAD_UDP);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_load_is_its_word_and_what_follows),
		cmocka_unit_test(what_a_load_does_not_take_is_named),
		cmocka_unit_test(a_load_says_what_it_measures),
	};

	return RUN_TESTS(tests);
}
