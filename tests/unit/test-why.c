/* SPDX-License-Identifier: MIT */
#include <netinet/in.h>

#include "test.h"

static const struct sockopt_kind tcp4 = { AF_INET, SOCK_STREAM, IPPROTO_TCP };
static const struct sockopt_kind udp4 = { AF_INET, SOCK_DGRAM, IPPROTO_UDP };

static enum sockopt_problem why_set(const char *name, const struct sockopt_kind *kind, int error)
{
	struct sockopt_error why;

	memset(&why, 0x5a, sizeof(why));
	sockopt_why(the_option(name), kind, SOCKOPT_SET, error, &why);
	assert_int_equal(why.error, error);
	assert_ptr_equal(why.option, the_option(name));
	assert_null(why.word);
	assert_null(why.near[0]);
	return why.problem;
}

static void why_finds_the_cause_in_the_catalogue(void **state)
{
	assert_int_equal(why_set("SO_MARK", &tcp4, EPERM), SOCKOPT_NOT_PERMITTED);
	assert_int_equal(why_set("TCP_KEEPIDLE", &tcp4, EINVAL), SOCKOPT_OUT_OF_RANGE);
	assert_int_equal(why_set("TCP_NODELAY", &udp4, ENOPROTOOPT), SOCKOPT_DOES_NOT_APPLY);
	assert_int_equal(why_set("TCP_NODELAY", &tcp4, ENOPROTOOPT), SOCKOPT_NOT_IN_KERNEL);
	assert_int_equal(why_set("TCP_RTO_MAX_MS", &tcp4, ENOPROTOOPT), SOCKOPT_NOT_IN_KERNEL);
	assert_int_equal(why_set("TCP_INFO", &tcp4, ENOPROTOOPT), SOCKOPT_CANNOT_SET);
	assert_int_equal(why_set("TCP_NODELAY", &tcp4, EBADF), SOCKOPT_REFUSED);
}

static void why_does_without_the_kind_of_socket(void **state)
{
	assert_int_equal(why_set("TCP_NODELAY", NULL, ENOPROTOOPT), SOCKOPT_NOT_IN_KERNEL);
	assert_int_equal(why_set("SO_MARK", NULL, EPERM), SOCKOPT_NOT_PERMITTED);
}

static void why_tells_get_from_set(void **state)
{
	struct sockopt_error why;

	sockopt_why(the_option("SO_ATTACH_FILTER"), &tcp4, SOCKOPT_GET, ENOPROTOOPT, &why);
	assert_int_equal(why.problem, SOCKOPT_CANNOT_GET);
	sockopt_why(the_option("SO_MARK"), &tcp4, SOCKOPT_GET, EPERM, &why); /* only set needs the right */
	assert_int_equal(why.problem, SOCKOPT_REFUSED);
}

static void why_knows_every_refused_state_of_the_catalogue(void **state)
{
	size_t seen = 0;

	for (size_t i = 0; i < sockopt_count(); i++) {
		const struct sockopt_option *option = sockopt_at(i);

		for (size_t k = 0; k < option->n_refused; k++) {
			const struct sockopt_refusal *refusal = &option->refused[k];
			struct sockopt_error why;

			if (option->privilege.capabilities && option->privilege.error == refusal->error &&
			    option->privilege.access == refusal->access)
				continue; /* the same errno, two causes: the right is named first */
			sockopt_why(option, NULL, refusal->access, refusal->error, &why);
			if (why.problem != SOCKOPT_WRONG_STATE)
				fail_msg("%s: %s is not known", option->name, strerror(refusal->error));
			seen++;
		}
	}
	assert_true(seen > 0);
}

static void why_knows_every_privilege_of_the_catalogue(void **state)
{
	size_t seen = 0;

	for (size_t i = 0; i < sockopt_count(); i++) {
		const struct sockopt_option *option = sockopt_at(i);
		struct sockopt_error why;

		if (!option->privilege.capabilities || !(option->access & (unsigned int)option->privilege.access))
			continue;
		sockopt_why(option, NULL, option->privilege.access, option->privilege.error, &why);
		assert_int_equal(why.problem, SOCKOPT_NOT_PERMITTED);
		seen++;
	}
	assert_true(seen > 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(why_finds_the_cause_in_the_catalogue),
		cmocka_unit_test(why_does_without_the_kind_of_socket),
		cmocka_unit_test(why_tells_get_from_set),
		cmocka_unit_test(why_knows_every_refused_state_of_the_catalogue),
		cmocka_unit_test(why_knows_every_privilege_of_the_catalogue),
	};

	return RUN_TESTS(tests);
}
