/* SPDX-License-Identifier: MIT */
#include <netinet/in.h>

#include "test.h"

#define SCRATCH 65536
#define OPTIONS_MAX 1024

/** What read_all handed over of one option. */
struct seen {
	bool seen;
	int error;
	size_t length;
	unsigned char bytes[SOCKOPT_VALUE_MAX];
};

struct collected {
	struct seen options[OPTIONS_MAX];
	size_t n;
	const struct sockopt_option *last;
};

static struct collected collected;

static int collect(void *arg, const struct sockopt_reading *reading)
{
	struct collected *all = arg;
	struct seen *seen = &all->options[reading->option - sockopt_at(0)];

	assert_false(seen->seen);
	assert_true(!all->last || reading->option > all->last); /* in the catalogue's order */
	all->last = reading->option;
	all->n++;
	seen->seen = true;
	seen->error = reading->error;
	seen->length = reading->length;
	if (reading->error == 0)
		memcpy(seen->bytes, reading->bytes,
		       reading->length < sizeof(seen->bytes) ? reading->length : sizeof(seen->bytes));
	return 0;
}

/** Puts into the buffer what the kernel reads there first. */
static void fill_input(const struct sockopt_option *option, unsigned char *bytes)
{
	memset(bytes, 0, SCRATCH);
	for (size_t i = 0; i < option->n_inputs; i++)
		for (size_t k = 0; k < option->get_type->n_fields; k++) {
			const struct sockopt_field *field = &option->get_type->fields[k];
			uint64_t number = (uint64_t)option->inputs[i].value;

			if (strcmp(field->name, option->inputs[i].field) != 0)
				continue;
			if (field->bits) /* set apart: the bits of one container */
				bytes[field->offset + field->bit / 8] |= (unsigned char)(number << field->bit % 8);
			else
				for (size_t b = 0; b < field->size; b++)
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
					bytes[field->offset + field->size - 1 - b] = (unsigned char)(number >> 8 * b);
#else
					bytes[field->offset + b] = (unsigned char)(number >> 8 * b);
#endif
		}
}

/** getsockopt(2) itself; returns 0 or errno. */
static int plain_get(int fd, const struct sockopt_option *option, unsigned char *bytes, size_t *ret_length)
{
	size_t size = option->get_type->size;
	bool fixed = option->get_length == SOCKOPT_GET_EXACT || option->get_length == SOCKOPT_GET_UNCHANGED ||
		     (option->get_length == SOCKOPT_GET_FIXED && option->get_type->form != SOCKOPT_FORM_ARRAY);
	socklen_t length = fixed ? (socklen_t)size : SCRATCH;

	if (option->get_length == SOCKOPT_GET_ELEMENTS)
		length = (socklen_t)(SCRATCH / size);
	if (option->get_length == SOCKOPT_GET_AT_MOST) /* any longer buffer than what there is is refused */
		length = (socklen_t)size;
	fill_input(option, bytes);
	for (socklen_t asked = length; getsockopt(fd, option->level->number, option->number, bytes, &length) < 0;
	     length = asked)
		if (option->get_length != SOCKOPT_GET_AT_MOST || errno != EINVAL || --asked == 0)
			return errno;
	*ret_length = option->get_length == SOCKOPT_GET_ELEMENTS ? length * size : length;
	return 0;
}

/** Compares one option; false if the kernel itself gives another value each time (TCP_INFO's clocks). */
static bool compare_one(int fd, const struct sockopt_option *option, const struct seen *seen)
{
	static unsigned char first[SCRATCH], second[SCRATCH];
	size_t length = 0, again = 0, kept;
	int error = plain_get(fd, option, first, &length);

	if (error != seen->error)
		fail_msg("%s: %s, but getsockopt says %s", option->name, strerror(seen->error), strerror(error));
	if (error)
		return true;
	if (length != seen->length)
		fail_msg("%s: %zu bytes, but getsockopt gives %zu", option->name, seen->length, length);
	kept = length < sizeof(seen->bytes) ? length : sizeof(seen->bytes);
	if (memcmp(first, seen->bytes, kept) == 0)
		return true;
	/* The time has passed between the two: only what stands still can be compared. */
	usleep(20000);
	assert_int_equal(plain_get(fd, option, second, &again), 0);
	if (again == length && memcmp(first, second, kept) == 0)
		fail_msg("%s: the bytes differ from those of getsockopt", option->name);
	return false;
}

static bool must_be_read(const struct sockopt_option *option, const struct sockopt_kind *kind)
{
	return (option->access & SOCKOPT_GET) && !option->input_from_caller && !option->is_of_netns &&
	       option->read_effect.kind == SOCKOPT_READ_HARMLESS && sockopt_applies(option, kind, SOCKOPT_GET);
}

/** Every option of one socket; returns how many were compared. */
static size_t compare_all(int fd, const struct sockopt_kind *kind)
{
	static unsigned char scratch[SCRATCH];
	size_t compared = 0;

	memset(&collected, 0, sizeof(collected));
	assert_int_equal(sockopt_read_all(fd, scratch, sizeof(scratch), collect, &collected), 0);
	for (size_t i = 0; i < sockopt_count(); i++) {
		const struct sockopt_option *option = sockopt_at(i);

		if (collected.options[i].seen != must_be_read(option, kind))
			fail_msg("%s: %s read", option->name, collected.options[i].seen ? "must not be" : "was not");
		if (!collected.options[i].seen)
			continue;
		if (compare_one(fd, option, &collected.options[i]))
			compared++;
		else
			print_message("# %s: changes by itself, its length alone was compared\n", option->name);
	}
	return compared;
}

static void read_all_gives_what_getsockopt_gives(void **state)
{
	static const struct sockopt_kind kinds[] = {
		{ AF_INET, SOCK_STREAM, IPPROTO_TCP },
		{ AF_INET6, SOCK_STREAM, IPPROTO_TCP },
		{ AF_INET, SOCK_DGRAM, IPPROTO_UDP },
		{ AF_INET6, SOCK_DGRAM, IPPROTO_UDP },
		{ AF_UNIX, SOCK_STREAM, 0 },
		{ AF_UNIX, SOCK_DGRAM, 0 },
		{ AF_INET, SOCK_STREAM, IPPROTO_MPTCP },
		{ AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE },
		{ AF_INET6, SOCK_DGRAM, IPPROTO_UDPLITE },
		{ AF_NETLINK, SOCK_RAW, 0 },
		{ AF_INET, SOCK_RAW, IPPROTO_ICMP },
		{ AF_INET6, SOCK_RAW, IPPROTO_ICMPV6 },
	};
	size_t opened = 0;

	assert_true(sockopt_count() <= OPTIONS_MAX);
	for (size_t i = 0; i < COUNT(kinds); i++) {
		int fd = socket(kinds[i].family, kinds[i].type | SOCK_CLOEXEC, kinds[i].protocol);

		if (fd < 0) {
			print_message("# socket(%d, %d, %d): %s\n", kinds[i].family, kinds[i].type, kinds[i].protocol,
				      strerror(errno));
			continue;
		}
		opened++;
		print_message("# family %d type %d protocol %d: %zu options compared\n", kinds[i].family, kinds[i].type,
			      kinds[i].protocol, compare_all(fd, &kinds[i]));
		close(fd);
	}
	assert_true(opened >= 4);
}

static void read_all_gives_what_getsockopt_gives_of_a_connected_socket(void **state)
{
	const struct sockopt_kind kind = { AF_INET, SOCK_STREAM, IPPROTO_TCP };
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(address);
	int listener = open_tcp(), client = open_tcp(), server;

	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &length), 0);
	assert_int_equal(connect(client, (struct sockaddr *)&address, sizeof(address)), 0);
	server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	assert_true(server >= 0);
	assert_true(compare_all(server, &kind) > 30);
	assert_true(compare_all(client, &kind) > 30);
	assert_true(compare_all(listener, &kind) > 30);
	close(server);
	close(client);
	close(listener);
}

static void read_all_hands_a_refusal_over_with_its_errno(void **state)
{
	static unsigned char scratch[SCRATCH];
	const struct sockopt_option *peer = the_option("SO_PEERNAME");
	int fd = open_tcp();

	memset(&collected, 0, sizeof(collected));
	assert_int_equal(sockopt_read_all(fd, scratch, sizeof(scratch), collect, &collected), 0);
	close(fd);
	assert_true(collected.options[peer - sockopt_at(0)].seen);
	assert_int_equal(collected.options[peer - sockopt_at(0)].error, ENOTCONN);
}

static int stop_at_third(void *arg, const struct sockopt_reading *reading)
{
	int *calls = arg;

	return ++*calls == 3 ? 42 : 0;
}

static void read_all_ends_with_the_result_of_each(void **state)
{
	static unsigned char scratch[SCRATCH];
	int calls = 0, fd = open_tcp();

	assert_int_equal(sockopt_read_all(fd, scratch, sizeof(scratch), stop_at_third, &calls), 42);
	close(fd);
	assert_int_equal(calls, 3);
}

static void read_all_refuses_what_is_no_socket(void **state)
{
	static unsigned char scratch[SCRATCH];
	int calls = 0, pipes[2];

	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(sockopt_read_all(pipes[0], scratch, sizeof(scratch), stop_at_third, &calls), -ENOTSOCK);
	assert_int_equal(sockopt_read_all(-1, scratch, sizeof(scratch), stop_at_third, &calls), -EBADF);
	close(pipes[0]);
	close(pipes[1]);
	assert_int_equal(calls, 0);
}

static void read_all_reads_nothing_that_changes_the_socket(void **state)
{
	static const char *const kept[] = { "SO_ERROR", "SO_PEERPIDFD" };
	static unsigned char scratch[SCRATCH];
	int fd = open_tcp();

	memset(&collected, 0, sizeof(collected));
	assert_int_equal(sockopt_read_all(fd, scratch, sizeof(scratch), collect, &collected), 0);
	close(fd);
	for (size_t i = 0; i < COUNT(kept); i++)
		assert_false(collected.options[the_option(kept[i]) - sockopt_at(0)].seen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(read_all_gives_what_getsockopt_gives),
		cmocka_unit_test(read_all_gives_what_getsockopt_gives_of_a_connected_socket),
		cmocka_unit_test(read_all_hands_a_refusal_over_with_its_errno),
		cmocka_unit_test(read_all_ends_with_the_result_of_each),
		cmocka_unit_test(read_all_refuses_what_is_no_socket),
		cmocka_unit_test(read_all_reads_nothing_that_changes_the_socket),
	};

	return RUN_TESTS(tests);
}
