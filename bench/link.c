/* SPDX-License-Identifier: MIT */
/*
 * What an emulated link keeps, and how fast a TCP stream is over it: one line of tab-separated figures.
 *
 *   bench-link calibrate SPEC [auto|netem|tun]
 *   bench-link bulk SPEC SECONDS [auto|netem|tun]
 *
 * SPEC: as in rule/link-spec.h; plain is the cable, and with engine tun the bare emulator.
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
		printf("%s\t%.2f\t%.1f\t%.1f\t%.1f\t%.4f\t%s%s\n", i == LINK_THERE ? "there" : "back", seen.ways[i].rate / 1e6,
		       seen.ways[i].delay_us, seen.ways[i].delay_low, seen.ways[i].delay_high, 100 * seen.ways[i].loss,
		       seen.ways[i].keeps_rate ? "rate kept" : "rate NOT kept", seen.ways[i].was_starved ? ", starved" : "");
	printf("rtt\t%.1f\t%s\n", seen.rtt_us, seen.keeps_rtt ? "kept" : "NOT kept");
}

static void *send_all(void *context)
{
	static char bytes[CHUNK];
	int fd = *(int *)context;

	while (send(fd, bytes, sizeof(bytes), MSG_NOSIGNAL) > 0)
		;
	return NULL;
}

static void print_bulk(struct link *link, double seconds)
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
	printf("%.2f\t%.2f\t%llu\t%llu\t%llu\t%llu\n", got * 8 / (last - first) / 1e6, cpu / (last - first),
	       (unsigned long long)counts.packets, (unsigned long long)counts.segments, (unsigned long long)counts.dropped_queue,
	       (unsigned long long)counts.queued_most);
	close(server);
	close(client);
	pthread_join(sender, NULL);
}

int main(int argc, char **argv)
{
	struct link_spec spec;
	enum link_engine engine = LINK_AUTO;
	struct link *link;
	const char *why = "";
	int r;

	if (argc < 3 || link_spec_parse(argv[2], &spec, NULL) < 0) {
		fprintf(stderr, "usage: bench-link calibrate SPEC [ENGINE] | bulk SPEC SECONDS [ENGINE]\n");
		return 2;
	}
	if (strcmp(argv[argc - 1], "tun") == 0)
		engine = LINK_TUN;
	if (strcmp(argv[argc - 1], "cable") == 0)
		engine = LINK_CABLE;
	if (strcmp(argv[argc - 1], "netem") == 0)
		engine = LINK_NETEM;
	r = arena_enter();
	if (r == 0)
		r = link_open(&spec, engine, &link, &why);
	if (r < 0) {
		fprintf(stderr, "%s: %s\n", why, strerror(-r));
		return 3;
	}
	printf("%s\t%s\t", argv[2], link_engine_word(link_engine(link)));
	if (strcmp(argv[1], "calibrate") == 0)
		print_calibration(link);
	else
		print_bulk(link, argc > 3 ? atof(argv[3]) : 3);
	link_close(link);
	return 0;
}
