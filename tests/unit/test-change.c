/* SPDX-License-Identifier: MIT */
#include <change.h>
#include <identity.h>

#include "child.h"

static struct sockopt_value value_of(const char *name, const char *text)
{
	struct sockopt_value value;

	assert_int_equal(sockopt_parse(the_option(name), text, &value, NULL), 0);
	return value;
}

/** As change_plan(), of a descriptor of ours. */
static void plan(int fd, const char *name, const struct sockopt_value *asked, struct change *ret)
{
	struct live_socket socket = { .fd = fd };

	assert_int_equal(sockopt_kind_of(fd, &socket.facts.kind), 0);
	change_plan(&socket, the_option(name), asked, ret);
}

static void a_plan_knows_the_old_value_and_changes_nothing(void **state)
{
	struct sockopt_value asked = value_of("TCP_USER_TIMEOUT", "9s"), now;
	struct change change;
	int fd = open_tcp();

	plan(fd, "TCP_USER_TIMEOUT", &asked, &change);
	assert_int_equal(change.result, SOCKOPT_RESULT_PLANNED);
	assert_true(change.has_before);
	assert_int_equal(value_int(&change.before), 0);
	assert_int_equal(value_int(&change.asked), 9000);
	assert_false(change.has_after);
	assert_int_equal(sockopt_get(fd, the_option("TCP_USER_TIMEOUT"), &now), 0);
	assert_int_equal(value_int(&now), 0);
	close(fd);
}

/** Its get is EPERM outside of TCP_REPAIR: no right is missing, there is no value. */
static void a_value_that_is_not_there_does_not_forbid_the_change(void **state)
{
	const struct sockopt_option *option = the_option("TCP_REPAIR_WINDOW");
	struct sockopt_value asked = value_of("TCP_REPAIR_WINDOW", option->example);
	int fd = open_tcp();
	struct live_socket socket = { .fd = fd };
	struct change change;

	assert_int_equal(sockopt_kind_of(fd, &socket.facts.kind), 0);
	assert_int_equal(change_plan(&socket, option, &asked, &change), 0);
	assert_false(change.has_before);
	close(fd);
}

static void a_change_tells_what_came_of_it(void **state)
{
	static const struct {
		const char *name, *text;
		enum sockopt_result result;
	} cases[] = {
		{ "TCP_USER_TIMEOUT", "9s", SOCKOPT_RESULT_KEPT },
		{ "SO_SNDBUF", "40000", SOCKOPT_RESULT_DOUBLED },
		{ "SO_SNDBUF", "1", SOCKOPT_RESULT_CLAMPED },
		{ "TCP_DEFER_ACCEPT", "2s", SOCKOPT_RESULT_ROUNDED },
	};
	int fd = open_tcp();

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sockopt_value asked = value_of(cases[i].name, cases[i].text);
		struct change change;

		plan(fd, cases[i].name, &asked, &change);
		change_make(fd, &change);
		assert_int_equal(change.error, 0);
		assert_true(change.has_after);
		assert_int_equal(change.result, cases[i].result);
	}
	close(fd);
}

static void a_change_that_is_refused_has_its_errno(void **state)
{
	struct sockopt_value asked = value_of("TCP_NODELAY", "on");
	struct change change;
	int fd = open_socket(AF_INET, SOCK_DGRAM, 0);

	plan(fd, "TCP_NODELAY", &asked, &change);
	assert_false(change.has_before);
	change_make(fd, &change);
	assert_int_equal(change.result, SOCKOPT_RESULT_FAILED);
	assert_int_equal(change.error, ENOPROTOOPT);
	assert_false(change.has_after);
	close(fd);
}

static void what_changes_along_is_remembered(void **state)
{
	struct sockopt_value asked = value_of("SO_RCVBUF", "40000");
	struct change change;
	int fd = open_tcp();
	bool seen = false;

	plan(fd, "SO_RCVBUF", &asked, &change);
	for (size_t i = 0; i < change.n_touched; i++)
		seen = seen || change.touched[i].option == the_option("SO_BUF_LOCK");
	close(fd);
	assert_true(seen);
}

static void restore_brings_every_kept_value_back(void **state)
{
	static const struct {
		const char *name, *text;
	} cases[] = {
		{ "TCP_USER_TIMEOUT", "9s" },
		{ "SO_SNDBUF", "40000" },
		{ "SO_RCVBUF", "40000" },
		{ "TCP_CONGESTION", "reno" },
		{ "IP_TOS", "ef" },
		{ "SO_RCVTIMEO", "1s" },
		{ "SO_KEEPALIVE", "on" },
		{ "TCP_MAXSEG", "1000" },
	};
	int fd = open_tcp();

	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct sockopt_option *option = the_option(cases[i].name);
		struct sockopt_value asked = value_of(cases[i].name, cases[i].text), now;
		struct change change;

		plan(fd, cases[i].name, &asked, &change);
		change_make(fd, &change);
		assert_int_equal(change_restore(fd, option, &change.before), 0);
		assert_int_equal(sockopt_get(fd, option, &now), 0);
		if (now.length != change.before.length || memcmp(now.bytes, change.before.bytes, now.length) != 0)
			fail_msg("%s did not come back", cases[i].name);
		assert_int_equal(change_restore(fd, option, &change.before), 0); /* it is so already */
	}
	close(fd);
}

static void an_action_cannot_be_read_and_is_not_brought_back(void **state)
{
	assert_false(change_readable(the_option("IP_ADD_MEMBERSHIP")));
	assert_false(change_readable(the_option("SO_ATTACH_FILTER")));
	assert_false(change_readable(the_option("SO_ERROR"))); /* reading it clears it */
	assert_true(change_readable(the_option("TCP_NODELAY")));
}

static void what_passes_a_limit_is_read_by_what_has_it(void **state)
{
	assert_ptr_equal(change_read_by(the_option("SO_RCVBUFFORCE")), the_option("SO_RCVBUF"));
	assert_ptr_equal(change_read_by(the_option("SO_SNDBUFFORCE")), the_option("SO_SNDBUF"));
	assert_ptr_equal(change_read_by(the_option("SO_RCVBUF")), the_option("SO_RCVBUF"));
	assert_null(change_read_by(the_option("SO_ATTACH_FILTER")));
}

static void a_socket_is_borrowed_by_its_cookie_from_any_holder(void **state)
{
	struct borrower borrower = BORROWER_INIT;
	int fd = open_tcp(), other = open_tcp(), ours = -7;
	const struct facts_holder list[] = {
		{ .pid = pid_that_is_gone(), .fd = 3 },   /* gone */
		{ .pid = getpid(), .fd = STDERR_FILENO }, /* a file by now */
		{ .pid = getpid(), .fd = other },         /* another socket by now */
		{ .pid = getpid(), .fd = fd },
	};

	assert_int_equal(change_borrow(&borrower, list, 4, identity_cookie(fd), &ours), 0);
	assert_true(identity_cookie(ours) == identity_cookie(fd));
	close(ours);
	ours = -7;
	assert_int_equal(change_borrow(&borrower, list, 3, identity_cookie(fd), &ours), -ESTALE);
	assert_int_equal(change_borrow(&borrower, list, 4, 0, &ours), -ESTALE);
	assert_int_equal(change_borrow(&borrower, list, 0, identity_cookie(fd), &ours), -ESTALE);
	assert_int_equal(change_borrow(&borrower, list, 4, identity_cookie(fd) + 1000000, &ours), -ESTALE);
	assert_int_equal(ours, -7);
	borrow_done(&borrower);
	close(other);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plan_knows_the_old_value_and_changes_nothing),
		cmocka_unit_test(a_value_that_is_not_there_does_not_forbid_the_change),
		cmocka_unit_test(a_change_tells_what_came_of_it),
		cmocka_unit_test(a_change_that_is_refused_has_its_errno),
		cmocka_unit_test(what_changes_along_is_remembered),
		cmocka_unit_test(restore_brings_every_kept_value_back),
		cmocka_unit_test(an_action_cannot_be_read_and_is_not_brought_back),
		cmocka_unit_test(what_passes_a_limit_is_read_by_what_has_it),
		cmocka_unit_test(a_socket_is_borrowed_by_its_cookie_from_any_holder),
	};

	return RUN_TESTS(tests);
}
