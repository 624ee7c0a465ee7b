/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <namespaces.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>

#include "child.h"

#define SELF "/proc/thread-self/ns/net"
#define VISITS_MAX 256

struct visits {
	uint64_t netns[VISITS_MAX];
	bool inside[VISITS_MAX]; /* was the thread in it? */
	size_t n;
	size_t stop_at;
};

static int visit(void *arg, uint64_t netns)
{
	struct visits *visits = arg;

	assert_true(visits->n < VISITS_MAX);
	visits->inside[visits->n] = netns_of_path(SELF) == netns;
	visits->netns[visits->n++] = netns;
	return visits->stop_at && visits->n == visits->stop_at ? 42 : 0;
}

/** A child in a network namespace of its own, with a listener on each of IPv4 and IPv6; ready says that it is there. */
static pid_t child_elsewhere(void)
{
	int ready[2];
	char byte = 0;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		byte = unshare(CLONE_NEWNET) == 0 ? 'y' : 'n';
		if (write(ready[1], &byte, 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	close(ready[1]);
	if (byte == 'y')
		return pid;
	child_end(pid);
	return 0;
}

static uint64_t netns_of(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)pid);
	return netns_of_path(path);
}

/** A process whose namespace not even root is told, as of one in a container's outer world. */
static bool is_any_process_hidden(void)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	bool hidden = false;

	assert_non_null(proc);
	while ((entry = readdir(proc))) {
		struct stat status;
		char path[64];

		snprintf(path, sizeof(path), "/proc/%.20s/ns/net", entry->d_name);
		if (atoi(entry->d_name) && stat(path, &status) < 0 && errno == EACCES)
			hidden = true;
	}
	closedir(proc);
	return hidden;
}

static void each_namespace_is_entered_once_our_own_first(void **state)
{
	uint64_t own = netns_of_path("/proc/self/ns/net");
	struct visits visits = { .n = 0 };
	pid_t one = child_elsewhere(), other;
	bool hidden = false;
	size_t found = 0;

	if (!one)
		SKIP_BECAUSE("needs CAP_SYS_ADMIN");
	other = child_elsewhere();
	assert_int_equal(namespaces_each(visit, &visits, &hidden), 0);
	if (!is_any_process_hidden())
		assert_false(hidden);
	assert_true(visits.netns[0] == own);
	for (size_t i = 0; i < visits.n; i++) {
		assert_true(visits.inside[i]);
		found += visits.netns[i] == netns_of(one) || visits.netns[i] == netns_of(other);
		for (size_t k = 0; k < i; k++)
			assert_true(visits.netns[i] != visits.netns[k]);
	}
	assert_int_equal(found, 2);
	assert_true(netns_of_path(SELF) == own);
	child_end(one);
	child_end(other);
}

static void a_result_ends_it_and_we_are_back(void **state)
{
	uint64_t own = netns_of_path("/proc/self/ns/net");
	pid_t one = child_elsewhere();
	bool hidden = false;

	for (size_t stop = 1; stop <= (one ? 2 : 1); stop++) {
		struct visits visits = { .stop_at = stop };

		assert_int_equal(namespaces_each(visit, &visits, &hidden), 42);
		assert_int_equal(visits.n, stop);
		assert_true(netns_of_path(SELF) == own);
	}
	if (one)
		child_end(one);
}

/** Without the right to enter: it says so, and our own is visited all the same. */
static int look_as_nobody(void)
{
	struct visits visits = { .n = 0 };
	bool hidden = false;

	if (setgid(65534) < 0 || setuid(65534) < 0)
		return 77;
	if (namespaces_each(visit, &visits, &hidden) != 0)
		return 1;
	/* Of others' processes not even the namespace is told: it may be one that was not entered. */
	return visits.n == 1 && visits.inside[0] && hidden ? 0 : 2;
}

static void nobody_sees_its_own(void **state)
{
	int r = in_child(look_as_nobody);

	if (r == 77)
		SKIP_BECAUSE("needs root, to become nobody");
	assert_int_equal(r, 0);
}

static void to_enter_and_to_leave(void **state)
{
	uint64_t own = netns_of_path(SELF);
	pid_t there = child_elsewhere();
	int back = -1;

	if (!there)
		SKIP_BECAUSE("needs CAP_SYS_ADMIN");
	assert_true(namespaces_own() == own);
	assert_int_equal(namespaces_enter(there, &back), 0);
	assert_true(netns_of_path(SELF) == netns_of(there));
	namespaces_leave(back);
	assert_true(netns_of_path(SELF) == own);
	back = -7;
	assert_int_equal(namespaces_enter(pid_that_is_gone(), &back), -ENOENT);
	assert_int_equal(back, -7);
	child_end(there);
}

static void a_holder_in_the_sockets_own_namespace(void **state)
{
	pid_t there = child_elsewhere();
	struct facts_holder holders[] = { { .pid = getpid() }, { .pid = there } };
	struct facts facts = { .holders = holders, .n_holders = 2 };

	if (!there)
		SKIP_BECAUSE("needs CAP_SYS_ADMIN");
	facts.netns = netns_of(there);
	assert_int_equal(namespaces_holder(&facts), there);
	facts.netns = namespaces_own();
	assert_int_equal(namespaces_holder(&facts), getpid());
	facts.netns = 1;
	assert_int_equal(namespaces_holder(&facts), 0);
	facts.netns = 0;
	assert_int_equal(namespaces_holder(&facts), 0);
	child_end(there);
}

static int bound_to_loopback(int family)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	int fd = open_socket(family, SOCK_STREAM, 0);

	if (family == AF_INET)
		assert_int_equal(bind(fd, (struct sockaddr *)&in, sizeof(in)), 0);
	else
		assert_int_equal(bind(fd, (struct sockaddr *)&in6, sizeof(in6)), 0);
	return fd;
}

static void loopback_up(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd = open_socket(AF_INET, SOCK_DGRAM, 0);

	assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &request), 0);
	close(fd);
}

static void tcp_sockets_are_counted_as_the_tables_have_them(void **state)
{
	pid_t there = child_elsewhere();
	char name[16];
	int back, four, six;

	if (!there)
		SKIP_BECAUSE("needs CAP_SYS_ADMIN");
	assert_int_equal(namespaces_enter(there, &back), 0);
	loopback_up();
	assert_int_equal(namespaces_tcp_sockets(), 0);
	four = bound_to_loopback(AF_INET);
	assert_int_equal(namespaces_tcp_sockets(), 0); /* bound, and in no table of those */
	assert_int_equal(listen(four, 1), 0);
	assert_int_equal(namespaces_tcp_sockets(), 1);
	six = bound_to_loopback(AF_INET6);
	assert_int_equal(listen(six, 1), 0);
	assert_int_equal(namespaces_tcp_sockets(), 2);
	close(four);
	close(six);
	assert_int_equal(namespaces_tcp_sockets(), 0);
	namespaces_interface(if_nametoindex("lo"), name);
	assert_string_equal(name, "lo");
	namespaces_interface(4000000000, name);
	assert_string_equal(name, "4000000000");
	namespaces_leave(back);
	child_end(there);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_namespace_is_entered_once_our_own_first),
		cmocka_unit_test(a_result_ends_it_and_we_are_back),
		cmocka_unit_test(nobody_sees_its_own),
		cmocka_unit_test(to_enter_and_to_leave),
		cmocka_unit_test(a_holder_in_the_sockets_own_namespace),
		cmocka_unit_test(tcp_sockets_are_counted_as_the_tables_have_them),
	};

	return RUN_TESTS(tests);
}
