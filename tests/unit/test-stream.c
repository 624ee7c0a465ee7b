/* SPDX-License-Identifier: MIT */
#include <bpf-sockets.h>
#include <fcntl.h>
#include <stream.h>
#include <sys/mman.h>

#include "test.h"

#define WORDS (BPF_BUFFER_SIZE / 8)

/** A file of 8-byte numbers that count up. */
static int counting_file(size_t n)
{
	int fd = memfd_create("counting", MFD_CLOEXEC);
	FILE *file = fdopen(dup(fd), "w");

	assert_non_null(file);
	for (uint64_t i = 0; i < n; i++)
		assert_int_equal(fwrite(&i, sizeof(i), 1, file), 1);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

/** Numbers from this one on? */
static bool counts(const void *bytes, size_t length, uint64_t from)
{
	for (size_t i = 0; i < length / 8; i++) {
		uint64_t number;

		memcpy(&number, (const unsigned char *)bytes + i * 8, 8);
		if (number != from + i)
			return false;
	}
	return true;
}

static void all_that_is_written_comes_in_order(void **state)
{
	const size_t n = WORDS * 40 + 17;
	int fd = counting_file(n);
	struct stream *stream;
	const void *bytes;
	uint64_t next = 0;
	ssize_t length;

	assert_int_equal(stream_begin(fd, &stream), 0);
	while ((length = stream_next(stream, &bytes)) > 0) {
		assert_true(counts(bytes, (size_t)length, next));
		next += (uint64_t)length / 8;
	}
	assert_int_equal(length, 0);
	assert_int_equal(next, n);
	/* Whoever asks again is told again. */
	assert_int_equal(stream_next(stream, &bytes), 0);
	stream_end(stream);
	close(fd);
}

static void a_buffer_stays_as_it_is_until_the_next_call(void **state)
{
	int fd = counting_file(WORDS * 30);
	struct stream *stream;
	const void *bytes;
	uint64_t next = 0;
	ssize_t length;

	assert_int_equal(stream_begin(fd, &stream), 0);
	while ((length = stream_next(stream, &bytes)) > 0) {
		/* The other thread reads on as far as it may: it stands still when the place in the file does. */
		off_t before, now = -1;

		do {
			before = now;
			usleep(1000);
			now = lseek(fd, 0, SEEK_CUR);
		} while (now != before);
		assert_true(counts(bytes, (size_t)length, next));
		next += (uint64_t)length / 8;
		assert_true((size_t)now <= next * 8 + 8 * BPF_BUFFER_SIZE);
	}
	assert_int_equal(next, WORDS * 30);
	stream_end(stream);
	close(fd);
}

static void parts_from_a_pipe_come_as_they_are(void **state)
{
	int ends[2];
	struct stream *stream;
	const void *bytes;
	char seen[256] = "";
	ssize_t length;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(stream_begin(ends[0], &stream), 0);
	assert_int_equal(write(ends[1], "one", 3), 3);
	assert_int_equal(stream_next(stream, &bytes), 3);
	assert_memory_equal(bytes, "one", 3);
	for (int i = 0; i < 20; i++)
		assert_int_equal(write(ends[1], "two", 3), 3);
	close(ends[1]);
	while ((length = stream_next(stream, &bytes)) > 0)
		strncat(seen, bytes, (size_t)length);
	assert_int_equal(length, 0);
	assert_int_equal(strlen(seen), 60);
	stream_end(stream);
	close(ends[0]);
}

static void it_can_end_before_all_was_read(void **state)
{
	int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	struct stream *stream;
	const void *bytes;

	for (int n = 0; n < 12; n++) {
		assert_int_equal(stream_begin(fd, &stream), 0);
		for (int i = 0; i < n; i++)
			assert_int_equal(stream_next(stream, &bytes), BPF_BUFFER_SIZE);
		stream_end(stream);
	}
	close(fd);
}

static void an_error_is_told_and_told_again(void **state)
{
	int fd = open("/", O_RDONLY | O_CLOEXEC);
	struct stream *stream;
	const void *bytes;

	assert_int_equal(stream_begin(fd, &stream), 0);
	assert_int_equal(stream_next(stream, &bytes), -EISDIR);
	assert_int_equal(stream_next(stream, &bytes), -EISDIR);
	stream_end(stream);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_that_is_written_comes_in_order),
		cmocka_unit_test(a_buffer_stays_as_it_is_until_the_next_call),
		cmocka_unit_test(parts_from_a_pipe_come_as_they_are),
		cmocka_unit_test(it_can_end_before_all_was_read),
		cmocka_unit_test(an_error_is_told_and_told_again),
	};

	return RUN_TESTS(tests);
}
