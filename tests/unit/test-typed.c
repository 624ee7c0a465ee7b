/* SPDX-License-Identifier: MIT */
/* The generated header, used as its readers do. What must not compile: compile-fail.py. */
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <linux/tls.h>
#include <sockopt-typed.h>

#include "test.h"

static void bool_options_take_bool_and_int(void **state)
{
	int fd = open_tcp(), number = -1;
	bool on = false;

	assert_int_equal(sockopt_set_TCP_NODELAY(fd, (bool)true), 0);
	assert_int_equal(sockopt_get_TCP_NODELAY(fd, &on), 0);
	assert_true(on);
	assert_int_equal(sockopt_set_TCP_NODELAY(fd, 0), 0);
	assert_int_equal(sockopt_get_TCP_NODELAY(fd, &number), 0);
	assert_int_equal(number, 0);
	assert_int_equal(sockopt_set_SO_KEEPALIVE(fd, 1), 0);
	assert_int_equal(sockopt_get_SO_KEEPALIVE(fd, &on), 0);
	assert_true(on);
	close(fd);
}

static void numbers_are_kept(void **state)
{
	int fd = open_tcp(), seconds = -1;
	uint32_t mark = 77;
	unsigned long rate = 0;

	assert_int_equal(sockopt_set_TCP_KEEPIDLE(fd, 60), 0);
	assert_int_equal(sockopt_get_TCP_KEEPIDLE(fd, &seconds), 0);
	assert_int_equal(seconds, 60);
	assert_int_equal(sockopt_get_SO_MARK(fd, &mark), 0);
	assert_int_equal(mark, 0);
	assert_int_equal(sockopt_set_SO_MAX_PACING_RATE(fd, 5000000000UL), 0);
	assert_int_equal(sockopt_get_SO_MAX_PACING_RATE(fd, &rate), 0);
	assert_true(rate == 5000000000UL);
	assert_int_equal(sockopt_set_SO_MAX_PACING_RATE(fd, 12345), 0);
	assert_int_equal(sockopt_get_SO_MAX_PACING_RATE(fd, &rate), 0);
	assert_true(rate == 12345);
	close(fd);
}

static void structs_that_end_in_an_array_are_as_long_as_they_say(void **state)
{
	int fd = open_socket(AF_INET, SOCK_DGRAM, 0);
	struct ip_mreqn group = { .imr_multiaddr.s_addr = htonl(0xef010101), .imr_address.s_addr = htonl(INADDR_LOOPBACK) };
	unsigned char bytes[64] = { 0 };
	struct ip_msfilter *filter = (struct ip_msfilter *)(void *)bytes;
	socklen_t length = sizeof(bytes);

	filter->imsf_multiaddr = group.imr_multiaddr;
	filter->imsf_interface = group.imr_address;
	filter->imsf_fmode = MCAST_INCLUDE;
	filter->imsf_numsrc = 3;
	for (unsigned int i = 0; i < 3; i++)
		(&filter->imsf_slist[0])[i].s_addr = htonl(0x0a000001 + i);
	assert_int_equal(sockopt_set_IP_ADD_MEMBERSHIP(fd, &group), 0);
	assert_int_equal(sockopt_set_IP_MSFILTER(fd, filter), 0);
	memset(bytes + 16, 0, sizeof(bytes) - 16);
	filter->imsf_numsrc = 8;
	assert_int_equal(getsockopt(fd, IPPROTO_IP, IP_MSFILTER, bytes, &length), 0);
	assert_int_equal(filter->imsf_numsrc, 3);
	filter->imsf_numsrc = UINT32_MAX;
	assert_int_equal(sockopt_set_IP_MSFILTER(fd, filter), -EMSGSIZE);
	close(fd);
}

static void enums_and_strings_are_kept(void **state)
{
	int fd = open_tcp(), udp = open_socket(AF_INET, SOCK_DGRAM, 0), discover = -1;
	const char *name = "reno";
	char read_back[16] = "";
	socklen_t length = sizeof(read_back);

	assert_int_equal(sockopt_set_IP_MTU_DISCOVER(udp, IP_PMTUDISC_DO), 0);
	assert_int_equal(sockopt_get_IP_MTU_DISCOVER(udp, &discover), 0);
	assert_int_equal(discover, IP_PMTUDISC_DO);
	assert_int_equal(sockopt_set_TCP_CONGESTION(fd, name), 0);
	assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, read_back, &length), 0);
	assert_string_equal(read_back, name);
	close(udp);
	close(fd);
}

static void a_linger_is_a_struct(void **state)
{
	struct linger wrote = { .l_onoff = 1, .l_linger = 5 }, read_back = { 0, 0 };
	int fd = open_tcp();

	assert_int_equal(sockopt_set_SO_LINGER(fd, wrote), 0);
	assert_int_equal(sockopt_get_SO_LINGER(fd, &read_back), 0);
	assert_memory_equal(&read_back, &wrote, sizeof(wrote));
	close(fd);
}

static void structs_are_read_whole_and_zero_in_the_rest(void **state)
{
	struct tcp_info info;
	struct linger linger = { 7, 7 };
	struct ip_mreqn group = { .imr_multiaddr.s_addr = htonl(0xef010101), .imr_address.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = open_tcp(), udp = open_socket(AF_INET, SOCK_DGRAM, 0);

	memset(&info, 0x5a, sizeof(info));
	assert_int_equal(sockopt_get_TCP_INFO(fd, &info), 0);
	assert_int_equal(info.tcpi_state, TCP_CLOSE);
	assert_int_equal(sockopt_get_SO_LINGER(fd, &linger), 0);
	assert_int_equal(linger.l_onoff, 0);
	assert_int_equal(sockopt_set_IP_ADD_MEMBERSHIP(udp, &group), 0);
	assert_int_equal(sockopt_set_IP_ADD_MEMBERSHIP(udp, &group), -EADDRINUSE); /* it is a member already */
	assert_int_equal(sockopt_set_IP_DROP_MEMBERSHIP(udp, &group), 0);
	close(udp);
	close(fd);
}

/** setsockopt(2) itself answers EDOM to a million microseconds. */
static void microseconds_over_a_second_are_carried_over(void **state)
{
	static const struct {
		struct timeval asked, kept;
	} cases[] = {
		{ { 0, 1000000 }, { 1, 0 } },
		{ { 2, 2400000 }, { 4, 400000 } },
		{ { 0, 999999 }, { 1, 0 } },
		{ { 3, 0 }, { 3, 0 } },
		{ { 0, 0 }, { 0, 0 } },
	};
	int fd = open_tcp();

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct timeval kept = { 9, 9 };

		assert_int_equal(sockopt_set_SO_RCVTIMEO(fd, cases[i].asked), 0);
		assert_int_equal(sockopt_get_SO_RCVTIMEO(fd, &kept), 0);
		assert_int_equal(kept.tv_sec, cases[i].kept.tv_sec);
		assert_int_equal(kept.tv_usec, cases[i].kept.tv_usec); /* the kernel rounds up to its clock's tick */
	}
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &cases[0].asked, sizeof(struct timeval)), -1);
	assert_int_equal(errno, EDOM);
	close(fd);
}

static void a_timeout_of_a_non_blocking_descriptor_is_refused(void **state)
{
	struct timeval wanted = { 5, 0 }, kept = { 9, 9 };
	int fd = open_socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	assert_int_equal(sockopt_set_SO_RCVTIMEO(fd, wanted), -EWOULDBLOCK);
	assert_int_equal(sockopt_set_SO_SNDTIMEO(fd, wanted), -EWOULDBLOCK);
	assert_int_equal(sockopt_get_SO_RCVTIMEO(fd, &kept), 0);
	assert_int_equal(kept.tv_sec, 0);
	assert_int_equal(fcntl(fd, F_SETFL, 0), 0);
	assert_int_equal(sockopt_set_SO_RCVTIMEO(fd, wanted), 0);
	close(fd);
}

/** The keys of TLS: a struct a cipher, and no other. */
static void a_variant_is_set_by_its_struct(void **state)
{
	struct tls12_crypto_info_aes_gcm_128 short_key = { .info = { TLS_1_3_VERSION, TLS_CIPHER_AES_GCM_128 } };
	struct tls12_crypto_info_chacha20_poly1305 long_key = { .info = { TLS_1_3_VERSION, TLS_CIPHER_CHACHA20_POLY1305 } };
	struct tls_crypto_info info = { 7, 7 };
	int fd = open_tcp();

	/* A socket without TCP_ULP knows no such level. */
	assert_int_equal(sockopt_set_TLS_TX(fd, &short_key), -ENOPROTOOPT);
	assert_int_equal(sockopt_set_TLS_RX(fd, &long_key), -ENOPROTOOPT);
	assert_int_equal(sockopt_get_TLS_TX(fd, &info), -EOPNOTSUPP);
	assert_int_equal(info.version, 7);
	close(fd);
}

static void getters_leave_value_alone_on_failure(void **state)
{
	struct linger linger = { 7, 7 };
	struct timeval time = { 7, 7 };
	struct tcp_info info, before;
	unsigned long rate = 7;
	int number = 7;
	bool on = true;
	uint32_t mark = 7;

	memset(&info, 0x5a, sizeof(info));
	memcpy(&before, &info, sizeof(info));
	assert_int_equal(sockopt_get_TCP_NODELAY(-1, &on), -EBADF);
	assert_int_equal(sockopt_get_TCP_KEEPIDLE(-1, &number), -EBADF);
	assert_int_equal(sockopt_get_SO_MARK(-1, &mark), -EBADF);
	assert_int_equal(sockopt_get_SO_MAX_PACING_RATE(-1, &rate), -EBADF);
	assert_int_equal(sockopt_get_SO_LINGER(-1, &linger), -EBADF);
	assert_int_equal(sockopt_get_SO_RCVTIMEO(-1, &time), -EBADF);
	assert_int_equal(sockopt_get_TCP_INFO(-1, &info), -EBADF);
	assert_true(on);
	assert_int_equal(number, 7);
	assert_int_equal(mark, 7);
	assert_true(rate == 7);
	assert_int_equal(linger.l_onoff, 7);
	assert_int_equal(time.tv_sec, 7);
	assert_memory_equal(&info, &before, sizeof(info));
}

static void setters_pass_the_errno_of_the_kernel_on(void **state)
{
	int fd = open_tcp();

	assert_int_equal(sockopt_set_TCP_KEEPIDLE(fd, 0), -EINVAL);
	assert_int_equal(sockopt_set_TCP_CONGESTION(fd, "no_such_algorithm"), -ENOENT);
	close(fd);
	assert_int_equal(sockopt_set_TCP_NODELAY(-1, 1), -EBADF);
	assert_int_equal(sockopt_set_SO_LINGER(-1, ((struct linger){ 1, 5 })), -EBADF);
	assert_int_equal(sockopt_set_SO_RCVTIMEO(-1, ((struct timeval){ 1, 5 })), -EBADF);
}

static void levels_and_numbers_are_those_of_the_catalogue(void **state)
{
	assert_int_equal(SOCKOPT_LEVEL_IPPROTO_TCP, IPPROTO_TCP);
	assert_int_equal(SOCKOPT_LEVEL_SOL_SOCKET, SOL_SOCKET);
	assert_int_equal(SOCKOPT_NUMBER_IPPROTO_TCP_TCP_NODELAY, the_option("TCP_NODELAY")->number);
	assert_int_equal(SOCKOPT_NUMBER_SOL_SOCKET_SO_RCVTIMEO, the_option("SO_RCVTIMEO")->number);
	assert_int_equal(SOCKOPT_NUMBER_SOL_SOCKET_SO_LINGER, SO_LINGER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bool_options_take_bool_and_int),
		cmocka_unit_test(numbers_are_kept),
		cmocka_unit_test(structs_that_end_in_an_array_are_as_long_as_they_say),
		cmocka_unit_test(enums_and_strings_are_kept),
		cmocka_unit_test(a_linger_is_a_struct),
		cmocka_unit_test(structs_are_read_whole_and_zero_in_the_rest),
		cmocka_unit_test(microseconds_over_a_second_are_carried_over),
		cmocka_unit_test(a_timeout_of_a_non_blocking_descriptor_is_refused),
		cmocka_unit_test(a_variant_is_set_by_its_struct),
		cmocka_unit_test(getters_leave_value_alone_on_failure),
		cmocka_unit_test(setters_pass_the_errno_of_the_kernel_on),
		cmocka_unit_test(levels_and_numbers_are_those_of_the_catalogue),
	};

	return RUN_TESTS(tests);
}
