/* SPDX-License-Identifier: MIT */
#include <link-spec.h>

#include "test.h"

static struct link_spec parsed(const char *text)
{
	struct link_spec spec;
	struct spec_error error;

	if (link_spec_parse(text, &spec, &error) < 0)
		fail_msg("%s: '%.*s' %s", text, (int)error.length, text + error.at, error.what);
	return spec;
}

static void a_link_reads_as_it_is_written(void **state)
{
	struct link_spec spec = parsed("rate=1Gbit/s rtt=80ms loss=0.1% reorder=1% queue=256KiB aqm=codel mtu=9000 seed=7");

	assert_int_equal(spec.rate, 1000000000);
	assert_int_equal(spec.rtt_us, 80000);
	assert_int_equal(spec.loss, 1000000);
	assert_int_equal(spec.reorder, 10000000);
	assert_int_equal(spec.queue, LINK_QUEUE_BYTES);
	assert_int_equal(spec.queue_amount, 262144);
	assert_int_equal(spec.aqm, LINK_CODEL);
	assert_int_equal(spec.mtu, 9000);
	assert_int_equal(spec.seed, 7);
	assert_false(link_spec_is_plain(&spec));
}

static void each_form_of_a_value_comes_to_its_shortest_one(void **state)
{
	static const struct {
		const char *text, *written;
	} cases[] = {
		{ "", "plain" },
		{ " , ", "plain" },
		{ "PLAIN", "plain" },
		{ "rtt=0s loss=0%", "plain" },
		{ "mtu=1500", "plain" },
		{ "mtu=9000", "mtu=9000" },
		{ "RATE=1000Mbit/s", "rate=1Gbit/s" },
		{ "rtt=0.0005s,rate=1.5mbit/s", "rate=1500kbit/s rtt=500us" },
		{ "rate=1001bit/s", "rate=1001bit/s" },
		{ "loss=0.0000001%", "loss=0.0000001%" },
		{ "loss=100%", "loss=100%" },
		{ "loss=2.50%", "loss=2.5%" },
		{ "rate=1Gbit/s queue=1packet", "rate=1Gbit/s queue=1packets" },
		{ "rate=1Gbit/s queue=3000B", "rate=1Gbit/s queue=3000B" },
		{ "rate=1Gbit/s queue=0.5MiB aqm=droptail", "rate=1Gbit/s queue=512KiB" },
		{ "queue=0.125bdp rate=1Gbit/s rtt=1s", "rate=1Gbit/s rtt=1s queue=0.125bdp" },
		{ "rate=1Mbit/s bands=one", "rate=1Mbit/s" },
		{ "rate=1Mbit/s bands=DSCP aqm=codel", "rate=1Mbit/s aqm=codel bands=dscp" },
		{ "seed=9223372036854775807", "seed=9223372036854775807" },
	};
	char text[LINK_SPEC_TEXT_MAX];

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct link_spec spec = parsed(cases[i].text), again;

		assert_string_equal(link_spec_format(&spec, text, sizeof(text)), cases[i].written);
		again = parsed(text);
		assert_string_equal(link_spec_format(&again, text, sizeof(text)), cases[i].written);
	}
}

/** The word in the text that is told of, and that there is a hint. */
static void what_is_wrong_is_named(void **state)
{
	static const struct {
		const char *text, *word;
		bool has_hint;
	} cases[] = {
		{ "rate=1Gbit/s speed=2", "speed", true },
		{ "rate", "rate", true },
		{ "rate=", "", true },
		{ "rate=10", "10", true },
		{ "rate=999bit/s", "999bit/s", true },
		{ "rate=100.1Gbit/s", "100.1Gbit/s", true },
		{ "rate=-1Gbit/s", "-1Gbit/s", true },
		{ "rate=1Gbit/s rate=2Gbit/s", "rate", false },
		{ "rtt=80", "80", true },
		{ "rtt=61s", "61s", true },
		{ "rtt=0.1us", "0.1us", true },
		{ "rtt=.5ms", ".5ms", true },
		{ "loss=0.1", "0.1", true },
		{ "loss=100.0000001%", "100.0000001%", true },
		{ "loss=0.00000001%", "0.00000001%", true },
		{ "rate=1Mbit/s queue=0packets", "0packets", true },
		{ "rate=1Mbit/s queue=1025MiB", "1025MiB", true },
		{ "rate=1Mbit/s queue=10ms", "10ms", true },
		{ "rate=1Mbit/s aqm=red", "red", true },
		{ "mtu=575", "575", true },
		{ "mtu=65536", "65536", true },
		{ "mtu=1.5", "1.5", true },
		{ "seed=99999999999999999999", "99999999999999999999", true },
		{ "queue=10packets rtt=1ms", "queue=10packets", true },
		{ "aqm=codel", "aqm=codel", true },
		{ "aqm=droptail", "aqm=droptail", true },
		{ "bands=dscp", "bands=dscp", true },
		{ "rate=1Mbit/s bands=4", "4", true },
		{ "rate=1Gbit/s queue=1bdp", "queue=1bdp", true },
		{ "rate=1Gbit/s reorder=1%", "reorder=1%", true },
		{ "plain rate=1Gbit/s", "rate=1Gbit/s", false },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct link_spec spec = { .seed = 4711 };
		struct spec_error error = { 0 };

		assert_int_equal(link_spec_parse(cases[i].text, &spec, &error), -EINVAL);
		assert_int_equal(spec.seed, 4711);
		assert_non_null(error.what);
		if (strncmp(cases[i].text + error.at, cases[i].word, error.length) != 0 || error.length != strlen(cases[i].word))
			fail_msg("%s: '%.*s' is named", cases[i].text, (int)error.length, cases[i].text + error.at);
		assert_int_equal(error.hint != NULL, cases[i].has_hint);
	}
	assert_int_equal(link_spec_parse("x", &(struct link_spec){ 0 }, NULL), -EINVAL);
}

static void a_text_that_does_not_fit_is_cut(void **state)
{
	struct link_spec spec = parsed("rate=1Gbit/s rtt=80ms");
	char text[8] = "-------";

	assert_string_equal(link_spec_format(&spec, text, 6), "rate=");
	assert_int_equal(text[6], '-');
}

static void a_queue_has_its_bytes(void **state)
{
	static const struct {
		const char *text;
		int64_t bytes;
	} cases[] = {
		{ "rtt=10ms", INT64_MAX },
		{ "rate=1Gbit/s rtt=80ms", 10000000 },
		{ "rate=1Gbit/s", 150000 },
		{ "rate=1Mbit/s rtt=1ms mtu=9000", 900000 },
		{ "rate=1Gbit/s rtt=80ms queue=0.5bdp", 5000000 },
		{ "rate=1Gbit/s queue=7packets", 10500 },
		{ "rate=1Gbit/s queue=64KiB", 65536 },
		{ "rate=1Gbit/s queue=1B", 1500 },
		{ "rate=100Gbit/s rtt=60s queue=1000bdp", INT64_C(750000000000000) },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct link_spec spec = parsed(cases[i].text);

		assert_int_equal(link_spec_queue_bytes(&spec), cases[i].bytes);
	}
	assert_int_equal(link_spec_bytes_under_way(&(struct link_spec){ .rate = 1000000000, .rtt_us = 80000 }), 5000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_link_reads_as_it_is_written),
		cmocka_unit_test(each_form_of_a_value_comes_to_its_shortest_one),
		cmocka_unit_test(what_is_wrong_is_named),
		cmocka_unit_test(a_text_that_does_not_fit_is_cut),
		cmocka_unit_test(a_queue_has_its_bytes),
	};

	return RUN_TESTS(tests);
}
