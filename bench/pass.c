/* SPDX-License-Identifier: MIT */
/*
 * The bare pass of the kernel over all sockets, as the limit of what the BPF engine can reach: the records are read
 * and thrown away.
 *
 * usage: bench-pass SELECTOR [BLOCKS]     BLOCKS: which values are read (a mask; the default is all)
 * prints: LOAD_S DESCRIPTORS_S TCP_S RECORDS BYTES
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <bpf-sockets.h>
#include <records.h>
#include <selector.h>

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/** Walks a table; adds up bytes and records. */
static double walk(struct bpf_sockets *programs, enum bpf_table table, unsigned long *records, unsigned long *bytes)
{
	static unsigned char buffer[BPF_BUFFER_SIZE] __attribute__((aligned(8)));
	double began = now();
	int fd = bpf_sockets_open(programs, table);
	ssize_t n;

	if (fd < 0) {
		fprintf(stderr, "bench-pass: %s\n", strerror(-fd));
		exit(1);
	}
	while ((n = bpf_sockets_read(fd, buffer)) > 0) {
		*bytes += (unsigned long)n;
		for (const unsigned char *at = buffer; n > 0; (*records)++) {
			struct socket_record head;

			memcpy(&head, at, sizeof(head));
			at += head.size;
			n -= (ssize_t)head.size;
		}
	}
	close(fd);
	return now() - began;
}

int main(int argc, char **argv)
{
	struct filter_program filter;
	struct bpf_wish wish = { .filter = &filter, .holders_decide = true, .is_last = true };
	struct bpf_refusal refusal;
	struct bpf_sockets *programs;
	struct selector *selector;
	struct selector_error error;
	unsigned long records = 0, bytes = 0;
	double began = now(), load, descriptors, tcp;

	if (argc < 2 || selector_parse(argv[1], &selector, &error) < 0) {
		fprintf(stderr, "usage: bench-pass SELECTOR [BLOCKS]\n");
		return 2;
	}
	wish.blocks = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 0) : (1U << VALUES_N_BLOCKS) - 1;
	wish.tables = 1U << BPF_TABLE_DESCRIPTORS | 1U << BPF_TABLE_TCP;
	filter_compile(selector, &filter);
	if (bpf_sockets_load(&wish, &programs, &refusal) < 0) {
		fprintf(stderr, "bench-pass: %s (%s)\n", refusal.what, strerror(refusal.error));
		return 1;
	}
	load = now() - began;
	descriptors = walk(programs, BPF_TABLE_DESCRIPTORS, &records, &bytes);
	tcp = walk(programs, BPF_TABLE_TCP, &records, &bytes);
	printf("%.6f %.6f %.6f %lu %lu\n", load, descriptors, tcp, records, bytes);
	bpf_sockets_free(programs);
	selector_free(selector);
	return 0;
}
