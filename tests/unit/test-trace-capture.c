/* SPDX-License-Identifier: MIT */
#include <trace-capture.h>

#include "test.h"

struct seen {
	size_t records, frames;
	uint64_t lost;
	int64_t clock_offset;
	uint32_t length;
	char name[64];
};

static void on_record(void *arg, const struct trace_record *record, int64_t clock_offset)
{
	struct seen *seen = arg;

	seen->records++;
	seen->clock_offset = clock_offset;
	seen->length = record->length;
}

static void on_lost(void *arg, uint64_t n)
{
	((struct seen *)arg)->lost += n;
}

static void on_frame(void *arg, pid_t pid, uint64_t address, const char *text)
{
	struct seen *seen = arg;

	seen->frames++;
	snprintf(seen->name, sizeof(seen->name), "%d %#lx %s", (int)pid, (unsigned long)address, text);
}

static int read_back(const void *bytes, size_t size, struct seen *seen, uint64_t *ret_at)
{
	const struct capture_reader reader = { on_record, on_lost, on_frame, seen };
	FILE *file = fmemopen((void *)(uintptr_t)bytes, size, "r");
	int r;

	assert_non_null(file);
	*seen = (struct seen){ 0 };
	r = capture_read(file, &reader, ret_at);
	fclose(file);
	return r;
}

/** A capture of one of each; its bytes are the caller's to free. */
static char *write_one(size_t *ret_size)
{
	const struct trace_record record = { .size = sizeof(record), .kind = TRACE_GET, .pid = 1, .tid = 1, .length = 42 };
	char *bytes;
	FILE *file = open_memstream(&bytes, ret_size);

	assert_non_null(file);
	assert_int_equal(capture_begin(file, "bpf", 77), 0);
	assert_int_equal(capture_put_frame(file, 12, 0xabc, "main+0x4"), 0);
	assert_int_equal(capture_record(file, &record), 0);
	assert_int_equal(capture_put_lost(file, 5), 0);
	assert_int_equal(capture_end(file), 0);
	fclose(file);
	return bytes;
}

static void what_was_written_is_read(void **state)
{
	size_t size;
	char *bytes = write_one(&size);
	struct seen seen;
	uint64_t at;

	assert_int_equal(read_back(bytes, size, &seen, &at), 0);
	assert_int_equal(seen.records, 1);
	assert_int_equal(seen.length, 42);
	assert_int_equal(seen.clock_offset, 77);
	assert_int_equal(seen.lost, 5);
	assert_string_equal(seen.name, "12 0xabc main+0x4");
	free(bytes);
}

static void a_capture_that_ends_anywhere_says_so(void **state)
{
	size_t size;
	char *bytes = write_one(&size);
	struct seen seen;
	uint64_t at;

	for (size_t cut = 1; cut < sizeof(struct capture_head); cut++)
		assert_int_equal(read_back(bytes, cut, &seen, &at), -ENOEXEC);
	for (size_t cut = sizeof(struct capture_head); cut < size; cut++)
		assert_int_equal(read_back(bytes, cut, &seen, &at), -ENODATA);
	free(bytes);
}

static void another_version_or_byte_order_is_refused(void **state)
{
	size_t size;
	char *bytes = write_one(&size);
	struct seen seen;
	uint64_t at;

	bytes[15]++;
	assert_int_equal(read_back(bytes, size, &seen, &at), -ENOEXEC);
	bytes[15]--;
	bytes[16] = 1;
	assert_int_equal(read_back(bytes, size, &seen, &at), -ENOEXEC);
	free(bytes);
}

static void a_wrong_block_is_named_by_its_place(void **state)
{
	size_t size;
	char *bytes = write_one(&size);
	struct seen seen;
	struct capture_block block;
	uint64_t at, first = sizeof(struct capture_head), second;

	memcpy(&block, bytes + first, sizeof(block));
	second = first + block.size;
	memcpy(&block, bytes + second, sizeof(block));
	block.kind = TRACE_N_KINDS;
	memcpy(bytes + second, &block, sizeof(block));
	assert_int_equal(read_back(bytes, size, &seen, &at), -EBADMSG);
	assert_int_equal(at, second);
	assert_int_equal(seen.frames, 1);
	assert_int_equal(seen.records, 0);
	for (uint32_t wrong = 0; wrong < 8; wrong++) {
		block.size = wrong ? wrong * 3 : UINT32_MAX;
		memcpy(bytes + second, &block, sizeof(block));
		assert_int_equal(read_back(bytes, size, &seen, &at), -EBADMSG);
	}
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_written_is_read),
		cmocka_unit_test(a_capture_that_ends_anywhere_says_so),
		cmocka_unit_test(another_version_or_byte_order_is_refused),
		cmocka_unit_test(a_wrong_block_is_named_by_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
