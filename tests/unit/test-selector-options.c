/* SPDX-License-Identifier: MIT */
/* Selectors that compare options, and fields of them. */
#include "picks.h"

static void options_pick_by_their_value(void **state)
{
	struct facts facts = with_value("-1");

	assert_true(picks(&facts, "TCP_LINGER2=-1"));
	assert_true(picks(&facts, "TCP_LINGER2<0"));
	facts = with_value("131072");
	assert_true(picks(&facts, "SO_RCVBUF=128KiB"));
	assert_true(picks(&facts, "SO_RCVBUF>=64KiB and SO_RCVBUF<1MiB"));
	assert_false(picks(&facts, "SO_RCVBUF>128KiB"));
	assert_false(picks(&facts, "SO_RCVBUF!=131072"));
	facts = with_value("30s");
	assert_true(picks(&facts, "TCP_USER_TIMEOUT=30s"));
	assert_true(picks(&facts, "TCP_USER_TIMEOUT=30000"));
	assert_true(picks(&facts, "user-timeout<1min"));
	facts = with_value("on");
	assert_true(picks(&facts, "TCP_NODELAY=on"));
	assert_true(picks(&facts, "nodelay!=off"));
	assert_false(picks(&facts, "TCP_NODELAY=off"));
}

static void a_field_of_a_struct_picks_by_itself(void **state)
{
	struct facts facts = with_value("tcpi_rtt=250ms,tcpi_pacing_rate=unlimited,tcpi_options=sack|wscale");

	assert_true(picks(&facts, "TCP_INFO.tcpi_rtt=250ms and TCP_INFO.rtt>100ms and tcp.info.rtt<251000"));
	assert_true(picks(&facts, "TCP_INFO.pacing_rate>100Gbit/s")); /* unsigned, 64 bits */
	assert_true(picks(&facts, "TCP_INFO.options~*wscale and TCP_INFO.options=sack|wscale"));
	assert_true(picks(&facts, "TCP_INFO.snd_wscale=0"));
	assert_false(picks(&facts, "TCP_INFO.rtt!=250ms or TCP_INFO.rtt>250ms or TCP_INFO.rttvar>0"));
	facts = with_value("?");
	assert_false(picks(&facts, "TCP_INFO.rtt>0 or not TCP_INFO.rtt>0")); /* not readable: not known */
}

/** As on a kernel whose struct ends before the field. */
static int get_short(void *context, const struct sockopt_option *option, struct sockopt_value *ret)
{
	(void)context;
	(void)option;
	*ret = (struct sockopt_value){ .length = 104 };
	return 0;
}

static void a_field_that_the_kernel_has_not_is_not_known(void **state)
{
	struct facts facts = connection();

	facts.get = get_short;
	assert_true(picks(&facts, "TCP_INFO.total_retrans=0"));
	assert_false(picks(&facts, "TCP_INFO.pacing_rate=0 or not TCP_INFO.pacing_rate=0 or TCP_INFO.pacing_rate~*"));
}

/** Nothing before and behind it counts. */
static void a_field_that_is_no_number_is_compared_alone(void **state)
{
	struct facts facts = with_value("sstat_rwnd=7,spinfo_address=10.1.2.3:9,spinfo_mtu=1500");

	facts.kind.protocol = IPPROTO_SCTP;
	assert_true(picks(&facts, "SCTP_STATUS.spinfo_address=10.1.2.3:9 and SCTP_STATUS.spinfo_address~10.*"));
	assert_false(picks(&facts, "SCTP_STATUS.spinfo_address=10.1.2.3:8 or SCTP_STATUS.spinfo_address=10.1.2.4:9"));
}

static void an_option_that_is_a_text_picks_by_equality_and_glob(void **state)
{
	struct facts facts = with_value("reno");

	assert_true(picks(&facts, "TCP_CONGESTION=reno"));
	assert_true(picks(&facts, "TCP_CONGESTION!=cubic"));
	assert_true(picks(&facts, "TCP_CONGESTION~r*"));
	assert_true(picks(&facts, "TCP_CONGESTION<s"));
	assert_false(picks(&facts, "TCP_CONGESTION=ren"));
	assert_false(picks(&facts, "TCP_CONGESTION~c*"));
}

static void an_unsigned_option_is_compared_as_unsigned(void **state)
{
	struct facts facts = with_value("unlimited");

	assert_true(picks(&facts, "SO_MAX_PACING_RATE>100Mbit/s"));
	assert_true(picks(&facts, "SO_MAX_PACING_RATE=unlimited"));
	facts = with_value("0xffffffff");
	assert_true(picks(&facts, "SO_MARK>1"));
}

/** The kernel keeps the seconds of a linger that was turned off: off is off all the same. */
static void a_linger_that_is_off_is_off_whatever_its_seconds(void **state)
{
	struct facts facts = with_value("off:5s");

	assert_true(picks(&facts, "SO_LINGER=off"));
	assert_false(picks(&facts, "SO_LINGER!=off"));
	facts = with_value("on:5s");
	assert_true(picks(&facts, "SO_LINGER=on:5s"));
	assert_false(picks(&facts, "SO_LINGER=off"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_pick_by_their_value),
		cmocka_unit_test(a_field_of_a_struct_picks_by_itself),
		cmocka_unit_test(a_field_that_the_kernel_has_not_is_not_known),
		cmocka_unit_test(a_field_that_is_no_number_is_compared_alone),
		cmocka_unit_test(an_option_that_is_a_text_picks_by_equality_and_glob),
		cmocka_unit_test(an_unsigned_option_is_compared_as_unsigned),
		cmocka_unit_test(a_linger_that_is_off_is_off_whatever_its_seconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
