/* SPDX-License-Identifier: MIT */
#include <arena.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "child.h"

enum { WORKS = 0,
       REFUSED = 1,
       SAME_NAMESPACE = 2,
       LOOPBACK_DOWN = 3 };

/** Sends a datagram to ourselves over 127.0.0.1. */
static bool loopback_works(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(address);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char byte = 'x';

	return fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
	       getsockname(fd, (struct sockaddr *)&address, &length) == 0 &&
	       sendto(fd, &byte, 1, 0, (struct sockaddr *)&address, sizeof(address)) == 1 && recv(fd, &byte, 1, 0) == 1;
}

static int enter(void)
{
	uint64_t before = netns_of_path("/proc/self/ns/net");

	if (arena_enter() < 0)
		return netns_of_path("/proc/self/ns/net") == before ? REFUSED : SAME_NAMESPACE;
	if (netns_of_path("/proc/self/ns/net") == before)
		return SAME_NAMESPACE;
	return loopback_works() ? WORKS : LOOPBACK_DOWN;
}

static void an_arena_is_another_namespace_with_its_loopback_up(void **state)
{
	int result = in_child(enter);

	if (result == REFUSED)
		SKIP_BECAUSE("this system lets us make no network namespace");
	assert_int_equal(result, WORKS);
}

static void an_arena_leaves_the_namespace_of_others_alone(void **state)
{
	uint64_t before = netns_of_path("/proc/self/ns/net");

	in_child(enter);
	assert_true(netns_of_path("/proc/self/ns/net") == before);
}

static int become_nobody_and_enter(void)
{
	if (setgid(65534) < 0 || setuid(65534) < 0)
		return REFUSED;
	prctl(PR_SET_DUMPABLE, 1); /* as a process that was started by this user is */
	return enter();
}

/** A user namespace comes with it then, in which we are root. */
static void an_arena_needs_no_privilege_where_user_namespaces_are_allowed(void **state)
{
	int result;

	if (geteuid() != 0)
		SKIP_BECAUSE("an unprivileged user is what the first test tries then");
	result = in_child(become_nobody_and_enter);
	if (result == REFUSED)
		SKIP_BECAUSE("this system lets a plain user make no namespace");
	assert_int_equal(result, WORKS);
}

static int lose_net_admin_and_enter(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &head, data) < 0)
		return REFUSED;
	data[0].effective &= ~(1U << CAP_NET_ADMIN);
	data[0].permitted &= ~(1U << CAP_NET_ADMIN);
	return syscall(SYS_capset, &head, data) < 0 ? REFUSED : enter();
}

/** CAP_SYS_ADMIN makes the namespace, whose loopback stays down without the other one. */
static void an_arena_needs_no_cap_net_admin_of_root(void **state)
{
	int result;

	if (geteuid() != 0)
		SKIP_BECAUSE("needs root, to lose one capability");
	result = in_child(lose_net_admin_and_enter);
	if (result == REFUSED)
		SKIP_BECAUSE("this system lets us make no user namespace");
	assert_int_equal(result, WORKS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_arena_is_another_namespace_with_its_loopback_up),
		cmocka_unit_test(an_arena_leaves_the_namespace_of_others_alone),
		cmocka_unit_test(an_arena_needs_no_privilege_where_user_namespaces_are_allowed),
		cmocka_unit_test(an_arena_needs_no_cap_net_admin_of_root),
	};

	return RUN_TESTS(tests);
}
