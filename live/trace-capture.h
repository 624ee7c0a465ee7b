/* SPDX-License-Identifier: MIT */
/*
 * Captures: the records of a trace in a file.
 *
 * A head of 48 bytes (struct capture_head), then blocks. Each begins as a
 * struct capture_block does, with its size in bytes, a multiple of 8, and its kind:
 * less than CAPTURE_LOST is a record (bpf/trace-bytes.h), kept as the engine gave
 * it. All in the byte order of the machine that wrote it; the head tells which.
 */
#ifndef LIVE_TRACE_CAPTURE_H
#define LIVE_TRACE_CAPTURE_H

#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include <trace-bytes.h>

#define CAPTURE_MAGIC "sockopt trace\n\0\1" /* the last byte is the version */
#define CAPTURE_ORDER 0x01020304

struct capture_head {
	char magic[16];
	uint32_t byte_order;
	uint32_t reserved;    /* 0 */
	int64_t clock_offset; /* what to add to a record's time to have CLOCK_REALTIME */
	char engine[16];
};

enum capture_kind {
	CAPTURE_LOST = 0xff00,  /* records that were lost here */
	CAPTURE_FRAME = 0xff01, /* the name of an address in a stack, before the first record that has it */
	CAPTURE_END = 0xff02,   /* the trace came to its end */
};

struct capture_block {
	uint32_t size;
	uint16_t kind;
	uint16_t flags; /* 0 */
};

struct capture_lost {
	struct capture_block block;
	uint64_t n;
};

struct capture_frame {
	struct capture_block block;
	uint64_t address;
	uint32_t pid;
	uint32_t length; /* of the text that follows, without a NUL */
};

/** @return 0 or -EIO */
int capture_begin(FILE *file, const char *engine, int64_t clock_offset);
int capture_record(FILE *file, const struct trace_record *record);
int capture_put_lost(FILE *file, uint64_t n);
int capture_put_frame(FILE *file, pid_t pid, uint64_t address, const char *text);
/** Writes the end and flushes. */
int capture_end(FILE *file);

/** What a reader hands over. text is valid during the call. */
struct capture_reader {
	void (*record)(void *arg, const struct trace_record *record, int64_t clock_offset);
	void (*lost)(void *arg, uint64_t n);
	void (*frame)(void *arg, pid_t pid, uint64_t address, const char *text);
	void *arg;
};

/**
 * @brief Reads a capture to its end.
 * @param ret_at the offset of the block that is wrong
 * @return 0, -ENOEXEC (no capture, or of another version or byte order), -EBADMSG (a wrong block),
 *   -ENODATA (it ends without its end: the trace was killed), or -errno of reading
 */
int capture_read(FILE *file, const struct capture_reader *reader, uint64_t *ret_at);

#endif
