/* SPDX-License-Identifier: MIT */
/* Links that carry real packets. A link is hardly faster than it says; how much slower, bench/link measures. */
#include <arena.h>
#include <calibrate.h>
#include <lab-link.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <time.h>

#include "child.h"

enum { WORKS = 0,
       NO_NAMESPACE = 1,
       NO_LINK = 2,
       WRONG = 3 };

#define DATAGRAMS 2000

static int64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int open_link(const char *text, enum link_engine engine, struct link **ret)
{
	struct link_spec spec;
	const char *why = "";
	int r;

	if (arena_enter() < 0)
		return NO_NAMESPACE;
	if (link_spec_parse(text, &spec, NULL) < 0)
		return WRONG;
	r = link_open(&spec, engine, ret, &why);
	if (r < 0)
		fprintf(stderr, "# %s: %s\n", why, strerror(-r));
	return r < 0 ? NO_LINK : WORKS;
}

/** A socket of the server's host on a port of its own, and one of the client's that is connected to it. */
static bool open_pair(const struct link *link, int type, int *client, int *server)
{
	struct sockaddr_storage address = link_ends(link)->server;
	socklen_t length = sizeof(struct sockaddr_in);

	*client = socket(AF_INET, type | SOCK_CLOEXEC, 0);
	arena_move(link_ends(link)->hosts.there);
	*server = socket(AF_INET, type | SOCK_CLOEXEC, 0);
	arena_move(link_ends(link)->hosts.here);
	return *client >= 0 && *server >= 0 && bind(*server, (struct sockaddr *)&address, length) == 0 &&
	       getsockname(*server, (struct sockaddr *)&address, &length) == 0 &&
	       (type == SOCK_DGRAM || listen(*server, 1) == 0) &&
	       connect(*client, (struct sockaddr *)&address, length) == 0;
}

static bool comes(int fd, int within_ms)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };

	return poll(&ready, 1, within_ms) == 1;
}

/** There and back; microseconds. */
static int64_t round_trip(int client, int server)
{
	struct sockaddr_in from;
	socklen_t length = sizeof(from);
	int64_t begun_us = now_us();
	char byte = 'x';

	if (send(client, &byte, 1, 0) != 1 || !comes(server, 5000) ||
	    recvfrom(server, &byte, 1, 0, (struct sockaddr *)&from, &length) != 1 ||
	    sendto(server, &byte, 1, 0, (struct sockaddr *)&from, length) != 1 || !comes(client, 5000) ||
	    recv(client, &byte, 1, 0) != 1)
		return -1;
	return now_us() - begun_us;
}

static int see_delay(void)
{
	struct link *link;
	int client, server, r = open_link("rtt=20ms", LINK_TUN, &link);
	struct link_counts there, back;
	int64_t took_us;

	if (r)
		return r;
	if (!open_pair(link, SOCK_DGRAM, &client, &server))
		return WRONG;
	took_us = round_trip(client, server);
	link_counts(link, LINK_THERE, &there);
	link_counts(link, LINK_BACK, &back);
	if (took_us < 19800 || there.packets != 1 || back.packets != 1 || there.bytes != 29 || there.segments != 1)
		return WRONG;
	/* Another delay while it runs. */
	if (link_change(link, &(struct link_spec){ .rtt_us = 50000 }) < 0 || round_trip(client, server) < 49500)
		return WRONG;
	if (link_change(link, &(struct link_spec){ .rtt_us = 50000, .mtu = 9000 }) != -EOPNOTSUPP)
		return WRONG;
	close(client);
	close(server);
	link_close(link);
	return WORKS;
}

/** 2,000,000 bytes at 80 Mbit/s take 0.2 s of payload alone, and none is lost or damaged. */
static int see_rate(void)
{
	static char sent[2000000], got[sizeof(sent)];
	struct link *link;
	int client, listener, server, r = open_link("rate=80Mbit/s rtt=2ms", LINK_TUN, &link);
	int64_t begun_us;
	pid_t sender;

	if (r)
		return r;
	for (size_t i = 0; i < sizeof(sent); i++)
		sent[i] = (char)(i * i / 251);
	if (!open_pair(link, SOCK_STREAM, &client, &listener))
		return WRONG;
	server = accept(listener, NULL, NULL);
	begun_us = now_us();
	sender = fork();
	if (sender == 0)
		_exit(send(client, sent, sizeof(sent), 0) != sizeof(sent));
	for (size_t n = 0; n < sizeof(got);) {
		ssize_t some = comes(server, 5000) ? recv(server, got + n, sizeof(got) - n, 0) : 0;

		if (some <= 0)
			return WRONG;
		n += (size_t)some;
	}
	if (now_us() - begun_us < 200000 || memcmp(sent, got, sizeof(sent)) != 0)
		return WRONG;
	if (waitpid(sender, &r, 0) != sender || r != 0)
		return WRONG;
	link_close(link);
	return WORKS;
}

/** Segments of UDP in one piece: each is lost by itself, and those that are left are whole. */
static int see_loss(void)
{
	struct link *link;
	int client, server, r = open_link("rtt=1ms loss=10% seed=1", LINK_TUN, &link), room = 8 << 20;
	struct link_counts counts;
	unsigned int got = 0, next = 0;
	unsigned short data[500];

	if (r)
		return r;
	if (!open_pair(link, SOCK_DGRAM, &client, &server))
		return WRONG;
	setsockopt(server, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	setsockopt(client, IPPROTO_UDP, 103 /* UDP_SEGMENT */, &(int){ 1000 }, sizeof(int));
	for (unsigned int i = 0; i < DATAGRAMS / 20; i++) {
		unsigned short many[20][500];

		for (unsigned int n = 0; n < 20; n++)
			for (size_t k = 0; k < 500; k++)
				many[n][k] = (unsigned short)(i * 20 + n);
		if (send(client, many, sizeof(many), 0) != sizeof(many))
			return WRONG;
		while (comes(server, i + 1 < DATAGRAMS / 20 ? 0 : 200)) {
			if (recv(server, data, sizeof(data), 0) != sizeof(data) || data[0] != data[499] ||
			    data[0] < next)
				return WRONG;
			next = data[0] + 1U;
			got++;
		}
	}
	link_counts(link, LINK_THERE, &counts);
	link_close(link);
	if (got != counts.segments || counts.segments + counts.dropped_loss != DATAGRAMS || counts.dropped_queue)
		return WRONG;
	/* Five standard deviations of the binomial distribution. */
	return counts.dropped_loss >= 133 && counts.dropped_loss <= 267 ? WORKS : WRONG;
}

/** By the kernel, where it has netem; what it loses of single datagrams, and how long they take. */
static int see_netem(void)
{
	struct link *link;
	struct link_counts counts;
	int client, server, r = open_link("rate=100Mbit/s rtt=20ms", LINK_NETEM, &link);
	char byte = 'x';
	int got = 0;

	if (r)
		return r;
	if (link_engine(link) != LINK_NETEM || !open_pair(link, SOCK_DGRAM, &client, &server) ||
	    round_trip(client, server) < 19800)
		return WRONG;
	if (link_change(link, &(struct link_spec){ .rate = 1000000, .aqm = LINK_CODEL }) != -EOPNOTSUPP)
		return WRONG;
	if (link_change(link, &(struct link_spec){ .rtt_us = 1000, .loss = LINK_SHARE_ONE / 2 }) < 0)
		return WRONG;
	for (int i = 0; i < 1000; i++) {
		if (send(client, &byte, 1, 0) != 1)
			return WRONG;
		while (comes(server, i < 999 ? 0 : 200))
			got += (int)recv(server, &byte, 1, 0);
	}
	link_counts(link, LINK_THERE, &counts);
	link_close(link);
	fprintf(stderr, "# %d of 1000 came, %llu were dropped\n", got, (unsigned long long)counts.dropped_queue);
	return got >= 421 && got <= 579 && counts.dropped_queue == 1000U - (unsigned)got ? WORKS : WRONG;
}

/** What no cable can do is done by one of the others; what netem cannot, by ours. */
static int see_choice(void)
{
	static const struct {
		struct link_spec spec;
		bool any;
	} cases[] = {
		{ { .rtt_us = 2000 }, true },
		{ { .rtt_us = 2000, .seed = 1 }, false },
		{ { .rate = 1000000, .aqm = LINK_CODEL }, false },
	};
	struct link *link;

	if (arena_enter() < 0)
		return NO_NAMESPACE;
	for (size_t i = 0; i < COUNT(cases); i++) {
		enum link_engine engine;

		if (link_open(&cases[i].spec, LINK_AUTO, &link, NULL) < 0)
			return NO_LINK;
		engine = link_engine(link);
		link_close(link);
		if (engine != LINK_TUN && !(cases[i].any && engine == LINK_NETEM))
			return WRONG;
	}
	return WORKS;
}

static int see_cable(void)
{
	struct link *link, *other;
	struct link_spec plain = { 0 }, slow = { .rate = 1000000 };
	struct link_counts counts;
	int client, server, r = open_link("plain", LINK_AUTO, &link);

	if (r)
		return r;
	if (link_engine(link) != LINK_CABLE || !open_pair(link, SOCK_DGRAM, &client, &server) || round_trip(client, server) < 0)
		return WRONG;
	link_counts(link, LINK_BACK, &counts);
	if (counts.packets < 1 || counts.bytes < 29)
		return WRONG;
	if (link_change(link, &slow) != -EOPNOTSUPP || link_change(link, &plain) != 0)
		return WRONG;
	/* One a namespace; and the next one when it is closed. */
	if (link_open(&plain, LINK_AUTO, &other, NULL) != -EEXIST || round_trip(client, server) < 0)
		return WRONG;
	link_close(link);
	if (link_open(&slow, LINK_CABLE, &link, NULL) != -EOPNOTSUPP || link_open(&plain, LINK_AUTO, &link, NULL) != 0)
		return WRONG;
	link_close(link);
	return WORKS;
}

/** Of a link without a rate no queue drops, so that the same segments are lost each time. */
static int see_calibration(void)
{
	struct link *link;
	struct calibration seen;
	int r = open_link("rtt=4ms loss=5% seed=3", LINK_TUN, &link);

	if (r)
		return r;
	if (calibrate(link, &seen) < 0 || link_spec(link)->loss != 50000000)
		return WRONG;
	link_close(link);
	for (int i = 0; i < LINK_DIRECTIONS; i++)
		if (!seen.ways[i].keeps_loss || !seen.ways[i].keeps_rate || seen.ways[i].segments < 1000 ||
		    seen.ways[i].delay_us < 1800 || seen.ways[i].delay_low > seen.ways[i].delay_us ||
		    seen.ways[i].delay_high < seen.ways[i].delay_us)
			return WRONG;
	return seen.engine == LINK_TUN ? WORKS : WRONG;
}

static void expect(int (*run)(void))
{
	int result = in_child(run);

	if (result == NO_NAMESPACE)
		SKIP_BECAUSE("this system lets us make no network namespace");
	if (result == NO_LINK)
		SKIP_BECAUSE("this system lets us make no such device");
	assert_int_equal(result, WORKS);
}

static void a_datagram_takes_the_delay_both_ways(void **state)
{
	expect(see_delay);
}

static void a_stream_is_as_slow_as_the_rate_and_whole(void **state)
{
	expect(see_rate);
}

static void segments_are_lost_one_by_one(void **state)
{
	expect(see_loss);
}

static void netem_delays_and_loses(void **state)
{
	expect(see_netem);
}

static void the_engine_follows_from_what_is_asked(void **state)
{
	expect(see_choice);
}

static void a_calibration_sees_delay_and_loss(void **state)
{
	expect(see_calibration);
}

static void what_is_off_by_more_than_two_percent_is_not_promised(void **state)
{
	static const struct {
		double rate, delay_us, loss;
		bool keeps_rate, keeps_rtt, keeps_loss;
	} cases[] = {
		{ 1e9, 5000, 0.01, true, true, true },
		{ 0.981e9, 5099, 0.0139, true, true, true },
		{ 1.019e9, 4901, 0.0061, true, true, true },
		{ 0.979e9, 5000, 0.01, false, true, true },
		{ 1.021e9, 5000, 0.01, false, true, true },
		{ 1e9, 5101, 0.01, true, false, true },
		{ 1e9, 4899, 0.01, true, false, true },
		{ 1e9, 5000, 0.0142, true, true, false },
		{ 1e9, 5000, 0.0058, true, true, false },
		{ 0, 0, 0, false, false, false },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct calibration seen = { .spec = { .rate = 1000000000, .rtt_us = 10000, .loss = LINK_SHARE_ONE / 100 } };
		struct calibration_way way = { .rate = cases[i].rate,
					       .delay_us = cases[i].delay_us,
					       .loss = cases[i].loss,
					       .segments = 10000 };

		seen.ways[LINK_THERE] = way;
		seen.ways[LINK_BACK] = way;
		calibration_judge(&seen);
		assert_int_equal(seen.ways[LINK_BACK].keeps_rate, cases[i].keeps_rate);
		assert_int_equal(seen.keeps_rtt, cases[i].keeps_rtt);
		assert_int_equal(seen.ways[LINK_THERE].keeps_loss, cases[i].keeps_loss);
		assert_int_equal(seen.kept, cases[i].keeps_rate && cases[i].keeps_rtt && cases[i].keeps_loss);
		seen.spec = (struct link_spec){ 0 };
		calibration_judge(&seen);
		assert_true(seen.kept);
	}
}

static void a_plain_link_is_a_cable(void **state)
{
	expect(see_cable);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_datagram_takes_the_delay_both_ways),
		cmocka_unit_test(a_stream_is_as_slow_as_the_rate_and_whole),
		cmocka_unit_test(segments_are_lost_one_by_one),
		cmocka_unit_test(netem_delays_and_loses),
		cmocka_unit_test(the_engine_follows_from_what_is_asked),
		cmocka_unit_test(a_calibration_sees_delay_and_loss),
		cmocka_unit_test(what_is_off_by_more_than_two_percent_is_not_promised),
		cmocka_unit_test(a_plain_link_is_a_cable),
	};

	return RUN_TESTS(tests);
}
