/* SPDX-License-Identifier: MIT */
/*
 * A UDP receiver that wants every datagram, and soon.
 *
 * It asks for a large buffer, for polling in place of interrupts, and that the
 * kernel says when a datagram came and how many it dropped. What it is not
 * permitted it does without; what the kernel made of each wish it tells.
 * Every datagram is answered, marked as urgent, with how long it lay there.
 *
 * usage: udp-receiver PORT COUNT [BUFFER]        BUFFER as text: 4MiB
 */

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <sockopt-typed.h>
#include <sockopt.h>

struct statistics {
	long long *latency_ns; /* a datagram each */
	size_t n;
	unsigned int dropped;
};

/** Sets an option; tells what was asked and what was kept, as read from another option perhaps. */
static int ask(int fd, const char *name, const char *text, const char *read_as)
{
	const struct sockopt_option *option = sockopt_find(name);
	const struct sockopt_option *kept_in = sockopt_find(read_as);
	struct sockopt_value asked, before, after;
	struct sockopt_error error;
	char kept[64];
	int r = -ENOENT;

	if (option && kept_in)
		r = sockopt_parse(option, text, &asked, &error);
	if (r == 0)
		r = sockopt_get(fd, kept_in, &before);
	if (r == 0)
		r = sockopt_set(fd, option, &asked);
	if (r == 0)
		r = sockopt_get(fd, kept_in, &after);
	if (r < 0) {
		printf("%-15s asked %-8s not had: %s\n", name, text, strerror(-r));
		return r;
	}
	sockopt_format(kept_in, after.bytes, after.length, kept, sizeof(kept));
	printf("%-15s asked %-8s has %s (%s)\n", name, text, kept,
	       sockopt_result_word(sockopt_compare(kept_in, &before, &asked, &after)));
	return 0;
}

static int prepare(int fd, const char *buffer)
{
	int r;

	/* Beyond net.core.rmem_max only with CAP_NET_ADMIN, and then under another name. */
	if (ask(fd, "SO_RCVBUFFORCE", buffer, "SO_RCVBUF") < 0)
		ask(fd, "SO_RCVBUF", buffer, "SO_RCVBUF");
	ask(fd, "SO_BUSY_POLL", "50us", "SO_BUSY_POLL");
	ask(fd, "IP_TOS", "ef", "IP_TOS");

	/* These two are needed, not wished for: typed, as nothing is to be told of them. */
	r = sockopt_set_SO_TIMESTAMPNS(fd, true);
	return r < 0 ? r : sockopt_set_SO_RXQ_OVFL(fd, true);
}

static long long nanoseconds(const struct timespec *time)
{
	return (long long)time->tv_sec * 1000000000 + time->tv_nsec;
}

/** One datagram: when it came stands beside it, and how many did not get in before it. */
static int receive(int fd, struct statistics *statistics)
{
	char bytes[65536];
	_Alignas(struct cmsghdr) char control[256];
	struct sockaddr_in from;
	struct iovec part = { bytes, sizeof(bytes) };
	struct msghdr message = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct timespec came = { 0 }, now;
	char answer[40];

	if (recvmsg(fd, &message, 0) < 0)
		return -errno;
	clock_gettime(CLOCK_REALTIME, &now);
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS)
			memcpy(&came, CMSG_DATA(c), sizeof(came));
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_RXQ_OVFL)
			memcpy(&statistics->dropped, CMSG_DATA(c), sizeof(statistics->dropped));
	}
	statistics->latency_ns[statistics->n] = nanoseconds(&now) - nanoseconds(&came);
	snprintf(answer, sizeof(answer), "%lld ns\n", statistics->latency_ns[statistics->n++]);
	sendto(fd, answer, strlen(answer), 0, (struct sockaddr *)&from, message.msg_namelen);
	return 0;
}

static int compare(const void *a, const void *b)
{
	const long long *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void report(const struct statistics *statistics)
{
	qsort(statistics->latency_ns, statistics->n, sizeof(*statistics->latency_ns), compare);
	printf("%zu received, %u dropped\n", statistics->n, statistics->dropped);
	printf("from arrival to read: least %.1f us, half of them %.1f us, most %.1f us\n",
	       (double)statistics->latency_ns[0] / 1e3, (double)statistics->latency_ns[statistics->n / 2] / 1e3,
	       (double)statistics->latency_ns[statistics->n - 1] / 1e3);
}

static int run(int fd, unsigned short port, size_t count, const char *buffer)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	struct statistics statistics = { .latency_ns = calloc(count, sizeof(long long)) };
	int r = statistics.latency_ns ? prepare(fd, buffer) : -ENOMEM;

	if (r == 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		r = -errno;
	if (r == 0)
		printf("receiving on 127.0.0.1:%u\n", port);
	fflush(stdout);
	while (r == 0 && statistics.n < count)
		r = receive(fd, &statistics);
	if (r < 0)
		fprintf(stderr, "udp-receiver: %s\n", strerror(-r));
	else
		report(&statistics);
	free(statistics.latency_ns);
	return r < 0;
}

int main(int argc, char **argv)
{
	unsigned long port = argc > 2 ? strtoul(argv[1], NULL, 10) : 0;
	unsigned long count = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int status;

	if (port < 1 || port > 65535 || count < 1 || count > 100000000 || fd < 0) {
		fprintf(stderr, "usage: udp-receiver PORT COUNT [BUFFER]\n");
		return 2;
	}
	status = run(fd, (unsigned short)port, count, argc > 3 ? argv[3] : "4MiB");
	close(fd);
	return status;
}
