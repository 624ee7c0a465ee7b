/* SPDX-License-Identifier: MIT */
/* Captures, written and read. */

#include "trace-capture.h"

#include <errno.h>
#include <string.h>

#include "trace-record.h"

#define FRAME_TEXT_MAX 1024

_Static_assert(sizeof(struct capture_head) == 48, "the format is fixed");
_Static_assert(sizeof(CAPTURE_MAGIC) >= 16, "the magic fills its place");
_Static_assert(sizeof(struct capture_frame) == 24, "the format is fixed");

static int put(FILE *file, const void *bytes, size_t size)
{
	return fwrite(bytes, 1, size, file) == size ? 0 : -EIO;
}

int capture_begin(FILE *file, const char *engine, int64_t clock_offset)
{
	struct capture_head head = { .byte_order = CAPTURE_ORDER, .clock_offset = clock_offset };

	memcpy(head.magic, CAPTURE_MAGIC, sizeof(head.magic));
	snprintf(head.engine, sizeof(head.engine), "%s", engine);
	return put(file, &head, sizeof(head));
}

int capture_record(FILE *file, const struct trace_record *record)
{
	return put(file, record, record->size);
}

int capture_put_lost(FILE *file, uint64_t n)
{
	const struct capture_lost lost = { { sizeof(lost), CAPTURE_LOST, 0 }, n };

	return put(file, &lost, sizeof(lost));
}

int capture_put_frame(FILE *file, pid_t pid, uint64_t address, const char *text)
{
	static const char zeros[8];
	size_t length = strnlen(text, FRAME_TEXT_MAX), padding = -length & 7;
	const struct capture_frame frame = {
		.block = { (uint32_t)(sizeof(frame) + length + padding), CAPTURE_FRAME, 0 },
		.address = address,
		.pid = (uint32_t)pid,
		.length = (uint32_t)length,
	};
	int r = put(file, &frame, sizeof(frame));

	if (r == 0)
		r = put(file, text, length);
	return r ? r : put(file, zeros, padding);
}

int capture_end(FILE *file)
{
	const struct capture_block end = { sizeof(end), CAPTURE_END, 0 };
	int r = put(file, &end, sizeof(end));

	return fflush(file) ? -EIO : r;
}

union block {
	struct capture_block block;
	struct capture_lost lost;
	struct capture_frame frame;
	struct trace_record record;
	unsigned char bytes[TRACE_RECORD_MAX];
};

static int hand_over(const union block *block, const struct capture_reader *reader, int64_t clock_offset)
{
	size_t size = block->block.size;
	char text[FRAME_TEXT_MAX + 1];

	switch (block->block.kind) {
	case CAPTURE_LOST:
		if (size != sizeof(block->lost) || block->lost.n == 0)
			return -EBADMSG;
		reader->lost(reader->arg, block->lost.n);
		return 0;
	case CAPTURE_FRAME:
		if (size < sizeof(block->frame) || block->frame.length > FRAME_TEXT_MAX ||
		    (int32_t)block->frame.pid <= 0 ||
		    ((block->frame.length + 7U) & ~7U) != size - sizeof(block->frame))
			return -EBADMSG;
		memcpy(text, block->bytes + sizeof(block->frame), block->frame.length);
		text[block->frame.length] = '\0';
		reader->frame(reader->arg, (pid_t)block->frame.pid, block->frame.address, text);
		return 0;
	default:
		if (!trace_record_is_sound(block->bytes, size))
			return -EBADMSG;
		reader->record(reader->arg, &block->record, clock_offset);
		return 0;
	}
}

static int read_head(FILE *file, struct capture_head *ret)
{
	if (fread(ret, 1, sizeof(*ret), file) != sizeof(*ret))
		return ferror(file) ? -EIO : -ENOEXEC;
	if (memcmp(ret->magic, CAPTURE_MAGIC, sizeof(ret->magic)) != 0 || ret->byte_order != CAPTURE_ORDER ||
	    ret->reserved)
		return -ENOEXEC;
	return 0;
}

int capture_read(FILE *file, const struct capture_reader *reader, uint64_t *ret_at)
{
	struct capture_head head;
	union block block;
	int r;

	*ret_at = 0;
	r = read_head(file, &head);
	*ret_at = sizeof(head);
	while (r == 0) {
		size_t n = fread(&block, 1, sizeof(block.block), file);

		if (n < sizeof(block.block))
			return ferror(file) ? -EIO : -ENODATA;
		n = block.block.size;
		if (n < sizeof(block.block) || n > sizeof(block.bytes) || n % 8)
			return -EBADMSG;
		if (block.block.kind == CAPTURE_END)
			return n == sizeof(block.block) ? 0 : -EBADMSG;
		n -= sizeof(block.block);
		if (fread(block.bytes + sizeof(block.block), 1, n, file) != n)
			return ferror(file) ? -EIO : -ENODATA;
		r = hand_over(&block, reader, head.clock_offset);
		if (r == 0)
			*ret_at += block.block.size;
	}
	return r;
}
