/* SPDX-License-Identifier: MIT */
/*
 * What libsockopt adds to a system call.
 *
 * A case is a pair of loops that do the same, one by the bare system call and
 * one by the library. They run in turn, a round each, first the one and then
 * the other: what the machine does besides hits both. Told are the medians of
 * the rounds, and for the ratio (or the difference) of the two the median and
 * the quartiles over the rounds.
 *
 * usage: bench-lib [--json] [--rounds N]
 */

#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <sockopt-typed.h>
#include <sockopt.h>

#define ROUND_NS 2000000 /* about how long one loop is to take */
#define ROUNDS_MAX 10000

static struct {
	int fd;
	const struct sockopt_option *nodelay, *linger, *timeout, *info;
	struct sockopt_value nodelay_on, info_value;
	unsigned char scratch[65536];
} on;

/** What the loops made, so that the compiler leaves nothing out. */
static volatile long long sink;

static void check(int r)
{
	if (r < 0) {
		fprintf(stderr, "bench-lib: %s\n", strerror(r == -1 ? errno : -r));
		exit(1);
	}
}

#define LOOP(name, what)                         \
	static void name(size_t n)               \
	{                                        \
		for (size_t i = 0; i < n; i++) { \
			what;                    \
		}                                \
	}

static int raw_set(int level, int number, const void *value, socklen_t length)
{
	return setsockopt(on.fd, level, number, value, length);
}

static int raw_get(int level, int number, void *value, socklen_t length)
{
	return getsockopt(on.fd, level, number, value, &length);
}

LOOP(raw_set_int, int v = 1; check(raw_set(IPPROTO_TCP, TCP_NODELAY, &v, sizeof(v))))
LOOP(typed_set_int, check(sockopt_set_TCP_NODELAY(on.fd, true)))
LOOP(entry_set_int, check(sockopt_set(on.fd, on.nodelay, &on.nodelay_on)))
LOOP(text_set_int, check(sockopt_set_text(on.fd, "TCP_NODELAY=on", NULL)))
LOOP(text_set_bare, check(sockopt_set_text(on.fd, "nodelay=on", NULL)))

LOOP(raw_get_int, int v = 0; check(raw_get(IPPROTO_TCP, TCP_NODELAY, &v, sizeof(v))); sink += v)
LOOP(typed_get_int, int v = 0; check(sockopt_get_TCP_NODELAY(on.fd, &v)); sink += v)
LOOP(entry_get_int, struct sockopt_value v; check(sockopt_get(on.fd, on.nodelay, &v)); sink += v.bytes[0])

LOOP(raw_set_ms, int v = 30000; check(raw_set(IPPROTO_TCP, TCP_USER_TIMEOUT, &v, sizeof(v))))
LOOP(typed_set_ms, check(sockopt_set_TCP_USER_TIMEOUT(on.fd, 30000)))
LOOP(text_set_ms, check(sockopt_set_text(on.fd, "TCP_USER_TIMEOUT=30s", NULL)))

LOOP(raw_set_linger, struct linger v = ((struct linger){ 1, 5 }); check(raw_set(SOL_SOCKET, SO_LINGER, &v, sizeof(v))))
LOOP(typed_set_linger, check(sockopt_set_SO_LINGER(on.fd, ((struct linger){ 1, 5 }))))
LOOP(text_set_linger, check(sockopt_set_text(on.fd, "SO_LINGER=on:5s", NULL)))

LOOP(raw_set_timeval, struct timeval v = ((struct timeval){ 0, 250000 }); check(raw_set(SOL_SOCKET, SO_RCVTIMEO, &v, sizeof(v))))
LOOP(typed_set_timeval, check(sockopt_set_SO_RCVTIMEO(on.fd, ((struct timeval){ 0, 250000 }))))
LOOP(text_set_timeval, check(sockopt_set_text(on.fd, "SO_RCVTIMEO=250ms", NULL)))

LOOP(raw_set_string, check(raw_set(IPPROTO_TCP, TCP_CONGESTION, "reno", 5)))
LOOP(typed_set_string, check(sockopt_set_TCP_CONGESTION(on.fd, "reno")))
LOOP(text_set_string, check(sockopt_set_text(on.fd, "TCP_CONGESTION=reno", NULL)))

LOOP(raw_get_struct, struct tcp_info v; check(raw_get(IPPROTO_TCP, TCP_INFO, &v, sizeof(v))); sink += v.tcpi_state)
LOOP(entry_get_struct, struct sockopt_value v; check(sockopt_get(on.fd, on.info, &v)); sink += v.bytes[0])

LOOP(find_exact, sink += sockopt_find("TCP_USER_TIMEOUT")->number)
LOOP(find_lower, sink += sockopt_find("tcp_user_timeout")->number)
LOOP(find_bare, sink += sockopt_find("user_timeout")->number)
LOOP(find_key, sink += sockopt_find("tcp.user-timeout")->number)
LOOP(find_miss, sink += sockopt_find("TCP_USER_TIMOUT") != NULL)
LOOP(find_number, sink += sockopt_find_number(IPPROTO_TCP, TCP_USER_TIMEOUT, SOCKOPT_SET)->number)

static void nearest(size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct sockopt_option *near[4];

		sink += (long long)sockopt_nearest("TCP_USER_TIMOUT", near, 4);
	}
}

static void parse_with(const struct sockopt_option *option, const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct sockopt_value value;

		check(sockopt_parse(option, text, &value, NULL));
		sink += value.bytes[0];
	}
}

static void format_with(const struct sockopt_option *option, const struct sockopt_value *value, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char text[8192];

		sink += sockopt_format(option, value->bytes, value->length, text, sizeof(text));
	}
}

static void parse_bool(size_t n)
{
	parse_with(on.nodelay, "on", n);
}

static void parse_time(size_t n)
{
	parse_with(on.timeout, "30s", n);
}

static void parse_linger(size_t n)
{
	parse_with(on.linger, "on:5s", n);
}

static void format_bool(size_t n)
{
	format_with(on.nodelay, &on.nodelay_on, n);
}

static void format_info(size_t n)
{
	format_with(on.info, &on.info_value, n);
}

static int count_reading(void *arg, const struct sockopt_reading *reading)
{
	(void)arg;
	sink += (long long)reading->length;
	return 0;
}

LOOP(read_all, check(sockopt_read_all(on.fd, on.scratch, sizeof(on.scratch), count_reading, NULL)))

/** The same calls as read_all, and nothing else: what it costs to look up what to read. */
static const struct sockopt_option *readable[512];
static size_t n_readable;

static int note_reading(void *arg, const struct sockopt_reading *reading)
{
	(void)arg;
	if (n_readable < sizeof(readable) / sizeof(readable[0]))
		readable[n_readable++] = reading->option;
	return 0;
}

static void raw_read_all(size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n_readable; k++)
			sink += raw_get(readable[k]->level->number, readable[k]->number, on.scratch,
					sizeof(on.scratch));
}

enum goal { NO_GOAL,
	    RATIO_102,
	    PLUS_300 };

static const struct pair {
	const char *name;
	void (*raw)(size_t n); /* NULL: there is nothing to compare with */
	void (*own)(size_t n);
	enum goal goal;
} pairs[] = {
	{ "typed set TCP_NODELAY", raw_set_int, typed_set_int, RATIO_102 },
	{ "typed get TCP_NODELAY", raw_get_int, typed_get_int, RATIO_102 },
	{ "typed set TCP_USER_TIMEOUT", raw_set_ms, typed_set_ms, RATIO_102 },
	{ "typed set SO_LINGER", raw_set_linger, typed_set_linger, RATIO_102 },
	{ "typed set SO_RCVTIMEO", raw_set_timeval, typed_set_timeval, RATIO_102 },
	{ "typed set TCP_CONGESTION", raw_set_string, typed_set_string, RATIO_102 },
	{ "raw against itself", raw_set_int, raw_set_int, NO_GOAL },
	{ "sockopt_set TCP_NODELAY", raw_set_int, entry_set_int, NO_GOAL },
	{ "sockopt_get TCP_NODELAY", raw_get_int, entry_get_int, NO_GOAL },
	{ "sockopt_get TCP_INFO", raw_get_struct, entry_get_struct, NO_GOAL },
	{ "text set TCP_NODELAY=on", raw_set_int, text_set_int, PLUS_300 },
	{ "text set TCP_USER_TIMEOUT=30s", raw_set_ms, text_set_ms, PLUS_300 },
	{ "text set SO_LINGER=on:5s", raw_set_linger, text_set_linger, PLUS_300 },
	{ "text set SO_RCVTIMEO=250ms", raw_set_timeval, text_set_timeval, PLUS_300 },
	{ "text set TCP_CONGESTION=reno", raw_set_string, text_set_string, PLUS_300 },
	{ "text set nodelay=on", raw_set_int, text_set_bare, PLUS_300 },
	{ "sockopt_find TCP_USER_TIMEOUT", NULL, find_exact, NO_GOAL },
	{ "sockopt_find tcp_user_timeout", NULL, find_lower, NO_GOAL },
	{ "sockopt_find user_timeout", NULL, find_bare, NO_GOAL },
	{ "sockopt_find tcp.user-timeout", NULL, find_key, NO_GOAL },
	{ "sockopt_find TCP_USER_TIMOUT (miss)", NULL, find_miss, NO_GOAL },
	{ "sockopt_nearest TCP_USER_TIMOUT", NULL, nearest, NO_GOAL },
	{ "sockopt_find_number 6, 18", NULL, find_number, NO_GOAL },
	{ "sockopt_parse on", NULL, parse_bool, NO_GOAL },
	{ "sockopt_parse 30s", NULL, parse_time, NO_GOAL },
	{ "sockopt_parse on:5s", NULL, parse_linger, NO_GOAL },
	{ "sockopt_format TCP_NODELAY", NULL, format_bool, NO_GOAL },
	{ "sockopt_format TCP_INFO", NULL, format_info, NO_GOAL },
	{ "sockopt_read_all", raw_read_all, read_all, NO_GOAL },
};

static double clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/** Nanoseconds a call. */
static double time_loop(void (*loop)(size_t n), size_t n)
{
	double began = clock_ns();

	loop(n);
	return (clock_ns() - began) / (double)n;
}

static int compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

struct quartiles {
	double low, middle, high;
};

/** Sorts the list. */
static struct quartiles quartiles_of(double *list, size_t n)
{
	qsort(list, n, sizeof(*list), compare);
	return (struct quartiles){ list[n / 4], list[n / 2], list[n * 3 / 4] };
}

struct result {
	double raw_ns, own_ns;
	struct quartiles ratio, plus_ns;
};

static void measure(const struct pair *pair, size_t rounds, struct result *ret)
{
	static double raw[ROUNDS_MAX], own[ROUNDS_MAX], ratio[ROUNDS_MAX], plus[ROUNDS_MAX];
	double first = time_loop(pair->own, 100); /* also warms up */
	size_t n = (size_t)(ROUND_NS / (first > 1 ? first : 1)) + 10;

	for (size_t i = 0; i < rounds; i++) {
		bool own_first = i % 2;

		if (own_first)
			own[i] = time_loop(pair->own, n);
		raw[i] = pair->raw ? time_loop(pair->raw, n) : 0;
		if (!own_first)
			own[i] = time_loop(pair->own, n);
		ratio[i] = pair->raw ? own[i] / raw[i] : 0;
		plus[i] = own[i] - raw[i];
	}
	*ret = (struct result){
		.raw_ns = quartiles_of(raw, rounds).middle,
		.own_ns = quartiles_of(own, rounds).middle,
		.ratio = quartiles_of(ratio, rounds),
		.plus_ns = quartiles_of(plus, rounds),
	};
}

static bool is_met(enum goal goal, const struct result *result)
{
	return goal == NO_GOAL || (goal == RATIO_102 ? result->ratio.middle <= 1.02 : result->plus_ns.middle <= 300);
}

static const char *const goal_texts[] = { "", "1.02x", "+300 ns" };

static void print_row(const struct pair *pair, const struct result *result)
{
	const char *verdict = pair->goal == NO_GOAL ? "" : is_met(pair->goal, result) ? " met" :
											" MISSED";

	if (!pair->raw) {
		printf("| %-35s |         | %8.1f |                    |                       |                |\n", pair->name,
		       result->own_ns);
		return;
	}
	printf("| %-35s | %7.1f | %8.1f | %5.3f (%5.3f-%5.3f) | %+7.1f (%+5.0f..%+5.0f) | %7s%-7s |\n", pair->name,
	       result->raw_ns, result->own_ns, result->ratio.middle, result->ratio.low, result->ratio.high,
	       result->plus_ns.middle, result->plus_ns.low, result->plus_ns.high, goal_texts[pair->goal], verdict);
}

static void print_json(const struct pair *pair, const struct result *result)
{
	printf("{\"case\":\"%s\",\"own_ns\":%.1f", pair->name, result->own_ns);
	if (pair->raw)
		printf(",\"raw_ns\":%.1f,\"ratio\":%.4f,\"ratio_quartiles\":[%.4f,%.4f],\"plus_ns\":%.1f,"
		       "\"plus_ns_quartiles\":[%.1f,%.1f]",
		       result->raw_ns, result->ratio.middle, result->ratio.low, result->ratio.high,
		       result->plus_ns.middle, result->plus_ns.low, result->plus_ns.high);
	if (pair->goal != NO_GOAL)
		printf(",\"goal\":\"%s\",\"met\":%s", goal_texts[pair->goal],
		       is_met(pair->goal, result) ? "true" : "false");
	printf("}\n");
}

static void prepare(void)
{
	on.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	check(on.fd);
	on.nodelay = sockopt_find("TCP_NODELAY");
	on.timeout = sockopt_find("TCP_USER_TIMEOUT");
	on.linger = sockopt_find("SO_LINGER");
	on.info = sockopt_find("TCP_INFO");
	check(sockopt_parse(on.nodelay, "on", &on.nodelay_on, NULL));
	check(sockopt_get(on.fd, on.info, &on.info_value));
	check(sockopt_read_all(on.fd, on.scratch, sizeof(on.scratch), note_reading, NULL));
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'J' },
		{ "rounds", required_argument, NULL, 'r' },
		{ 0 },
	};
	size_t rounds = 201;
	bool json = false;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'J')
			json = true;
		else if (c == 'r')
			rounds = strtoul(optarg, NULL, 10);
		if (c == '?' || rounds < 21 || rounds > ROUNDS_MAX) {
			fprintf(stderr, "usage: bench-lib [--json] [--rounds 21..%d]\n", ROUNDS_MAX);
			return 2;
		}
	}
	prepare();
	if (!json)
		printf("| %-35s | raw, ns | here, ns |  ratio (quartiles)  | more, ns (quartiles)  | goal           |\n"
		       "| --- | --: | --: | --- | --- | --- |\n",
		       "case");
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		struct result result;

		measure(&pairs[i], rounds, &result);
		(json ? print_json : print_row)(&pairs[i], &result);
		fflush(stdout);
	}
	if (!json)
		printf("\n%zu options of a TCP socket in sockopt_read_all, %zu in the catalogue; %zu rounds a case\n",
		       n_readable, sockopt_count(), rounds);
	close(on.fd);
	return 0;
}
