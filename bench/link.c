/* SPDX-License-Identifier: MIT */
/*
 * What an emulated link keeps, and how fast a TCP stream is over it, as JSON.
 *
 *   bench-link calibrate SPEC [ENGINE]
 *   bench-link stream SPEC SECONDS RCVBUF [ENGINE]
 *
 * SPEC: as in rule/link-spec.h. ENGINE: auto, cable, netem or tun. RCVBUF: bytes that SO_RCVBUF is set to, 0: it grows.
 */
#include <arena.h>
#include <calibrate.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sockopt.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define CHUNK (256 << 10)

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double cpu_s(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)usage.ru_utime.tv_sec + (double)usage.ru_stime.tv_sec +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void print_calibration(struct link *link)
{
	struct calibration seen;
	int r = calibrate(link, &seen);

	if (r < 0) {
		fprintf(stderr, "%s\n", strerror(-r));
		exit(3);
	}
	for (int i = 0; i < LINK_DIRECTIONS; i++)
		printf("\"%s\":{\"rate\":%.0f,\"delay_us\":%.1f,\"low_us\":%.1f,\"high_us\":%.1f,\"loss\":%.5f,\"starved\":%s},",
		       i == LINK_THERE ? "there" : "back", seen.ways[i].rate, seen.ways[i].delay_us, seen.ways[i].delay_low,
		       seen.ways[i].delay_high, seen.ways[i].loss, seen.ways[i].was_starved ? "true" : "false");
	printf("\"rtt_us\":%.1f,\"kept\":%s}\n", seen.rtt_us, seen.kept ? "true" : "false");
}

static int64_t tcp_info(int fd, const char *field)
{
	const struct sockopt_option *option = sockopt_find("TCP_INFO");
	struct sockopt_value value;

	if (!option || sockopt_get(fd, option, &value) < 0)
		return 0;
	for (size_t i = 0; i < option->type->n_fields; i++)
		if (strcmp(option->type->fields[i].name, field) == 0)
			return sockopt_field_number(&option->type->fields[i], value.bytes, 0);
	return 0;
}

static void *send_all(void *context)
{
	static char bytes[CHUNK];
	int fd = *(int *)context;

	while (send(fd, bytes, sizeof(bytes), MSG_NOSIGNAL) > 0)
		;
	return NULL;
}

static void print_stream(struct link *link, double seconds, int buffer)
{
	static char bytes[CHUNK];
	struct sockaddr_storage address = link_ends(link)->server;
	socklen_t length = sizeof(struct sockaddr_in);
	int client = socket(AF_INET, SOCK_STREAM, 0), listener, server;
	struct link_counts counts;
	pthread_t sender;
	double begun, cpu, first = 0, last = 0;
	double got = 0;

	arena_move(link_ends(link)->hosts.there);
	listener = socket(AF_INET, SOCK_STREAM, 0);
	arena_move(link_ends(link)->hosts.here);
	if (buffer)
		setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof(buffer));
	if (bind(listener, (struct sockaddr *)&address, length) < 0 || listen(listener, 1) < 0 ||
	    getsockname(listener, (struct sockaddr *)&address, &length) < 0 ||
	    connect(client, (struct sockaddr *)&address, length) < 0)
		exit(3);
	server = accept(listener, NULL, NULL);
	/* Whatever the machine's default is: the one that fills any queue. */
	setsockopt(client, IPPROTO_TCP, TCP_CONGESTION, "cubic", 5);
	pthread_create(&sender, NULL, send_all, &client);
	begun = now_s();
	cpu = cpu_s();
	/* The first third is left out: it is how TCP finds the rate. */
	while ((last = now_s()) < begun + seconds) {
		ssize_t n = recv(server, bytes, sizeof(bytes), 0);

		if (n <= 0)
			exit(3);
		if (last < begun + seconds / 3) {
			first = last;
			cpu = cpu_s();
		} else {
			got += (double)n;
		}
	}
	cpu = cpu_s() - cpu;
	link_counts(link, LINK_THERE, &counts);
	printf("\"rate\":%.0f,\"processors\":%.2f,\"window\":%lld,\"rtt_us\":%lld,\"packets\":%llu,\"segments\":%llu,\"dropped\":%llu}\n",
	       got * 8 / (last - first), cpu / (last - first), (long long)tcp_info(client, "tcpi_snd_wnd"),
	       (long long)tcp_info(client, "tcpi_min_rtt"), (unsigned long long)counts.packets,
	       (unsigned long long)counts.segments, (unsigned long long)counts.dropped_queue);
	close(server);
	close(client);
	pthread_join(sender, NULL);
}

int main(int argc, char **argv)
{
	static const char *const engines[] = { "auto", "cable", "netem", "tun" };
	bool is_stream = argc > 1 && strcmp(argv[1], "stream") == 0;
	int last = is_stream ? 5 : 3;
	unsigned int engine = LINK_AUTO;
	struct link_spec spec;
	struct link *link;
	const char *why = "";
	int r;

	if (argc < last || argc > last + 1 || link_spec_parse(argv[2], &spec, NULL) < 0) {
		fprintf(stderr, "usage: bench-link calibrate SPEC [ENGINE] | stream SPEC SECONDS RCVBUF [ENGINE]\n");
		return 2;
	}
	while (argc > last && engine < LINK_TUN && strcmp(argv[last], engines[engine]) != 0)
		engine++;
	r = arena_enter();
	if (r == 0)
		r = link_open(&spec, (enum link_engine)engine, &link, &why);
	if (r < 0) {
		fprintf(stderr, "%s: %s\n", why, strerror(-r));
		return 3;
	}
	printf("{\"link\":\"%s\",\"engine\":\"%s\",", argv[2], link_engine_word(link_engine(link)));
	if (is_stream)
		print_stream(link, atof(argv[3]), atoi(argv[4]));
	else
		print_calibration(link);
	link_close(link);
	return 0;
}
