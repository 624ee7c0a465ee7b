/* SPDX-License-Identifier: MIT */
/*
 * ring LEVEL NUMBER PORT: a socket of TCP that is made and connected by io_uring alone, so that neither socket(2)
 * nor connect(2) is called. Prints the option's value.
 */

#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/io_uring.h>

#define OP_SOCKET 45 /* IORING_OP_SOCKET, which older headers lack */

struct ring {
	int fd;
	struct io_uring_params parameters;
	unsigned char *queue, *results;
	struct io_uring_sqe *entry;
	uint32_t n;
};

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "ring: %s: %s\n", what, strerror(errno));
	exit(2);
}

static void *map(const struct ring *ring, size_t size, off_t offset)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring->fd, offset);

	if (memory == MAP_FAILED)
		die("mmap");
	return memory;
}

static void ring_open(struct ring *ring)
{
	memset(ring, 0, sizeof(*ring));
	ring->fd = (int)syscall(SYS_io_uring_setup, 4, &ring->parameters);
	if (ring->fd < 0)
		die("io_uring_setup");
	ring->queue = map(ring, 65536, IORING_OFF_SQ_RING);
	ring->results = map(ring, 65536, IORING_OFF_CQ_RING);
	ring->entry = map(ring, 4096, IORING_OFF_SQES);
}

/** Does what the first entry says, and waits for its result. */
static int ring_do(struct ring *ring)
{
	volatile uint32_t *tail = (volatile uint32_t *)(void *)(ring->queue + ring->parameters.sq_off.tail);
	uint32_t mask = *(uint32_t *)(void *)(ring->queue + ring->parameters.sq_off.ring_mask);
	uint32_t *array = (uint32_t *)(void *)(ring->queue + ring->parameters.sq_off.array);
	struct io_uring_cqe *results = (struct io_uring_cqe *)(void *)(ring->results + ring->parameters.cq_off.cqes);
	volatile uint32_t *head = (volatile uint32_t *)(void *)(ring->results + ring->parameters.cq_off.head);
	int result;

	array[ring->n & mask] = 0;
	*tail = ++ring->n;
	if (syscall(SYS_io_uring_enter, ring->fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) < 0)
		die("io_uring_enter");
	result = results[*head & *(uint32_t *)(void *)(ring->results + ring->parameters.cq_off.ring_mask)].res;
	*head = *head + 1;
	errno = result < 0 ? -result : 0;
	return result;
}

int main(int argc, char **argv)
{
	struct sockaddr_in peer = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct ring ring;
	int fd, value = -1;
	socklen_t length = sizeof(value);

	if (argc != 4)
		return 2;
	peer.sin_port = htons((uint16_t)atoi(argv[3]));
	ring_open(&ring);
	memset(ring.entry, 0, sizeof(*ring.entry));
	ring.entry->opcode = OP_SOCKET;
	ring.entry->fd = AF_INET;
	ring.entry->off = SOCK_STREAM;
	fd = ring_do(&ring);
	if (fd < 0)
		die("IORING_OP_SOCKET");
	memset(ring.entry, 0, sizeof(*ring.entry));
	ring.entry->opcode = IORING_OP_CONNECT;
	ring.entry->fd = fd;
	ring.entry->addr = (uint64_t)(uintptr_t)&peer;
	ring.entry->off = sizeof(peer);
	if (ring_do(&ring) < 0)
		die("IORING_OP_CONNECT");
	if (getsockopt(fd, atoi(argv[1]), atoi(argv[2]), &value, &length) < 0)
		die("getsockopt");
	printf("%d\n", value);
	return 0;
}
