/* SPDX-License-Identifier: MIT */
#include <remote.h>

#include "test.h"

/** What is answered to these lines. */
static char *answers(const char *lines)
{
	FILE *in = fmemopen((char *)(uintptr_t)lines, strlen(lines), "r"), *out;
	char *text = NULL;
	size_t length = 0;

	assert_non_null(in);
	out = open_memstream(&text, &length);
	assert_non_null(out);
	assert_int_equal(remote_serve(in, out), 0);
	fclose(in);
	fclose(out);
	return text;
}

static void what_is_out_of_turn_is_an_error_and_the_next_line_is_heard(void **state)
{
	static const struct {
		const char *lines, *wanted;
	} talks[] = {
		{ "", "" },
		{ "start inet\n", "error 22 server\n" },
		{ "end\n", "error 22 end\n" },
		{ "go 0 1\n", "error 71 go 0 1\n" },
		{ "hello\nend\n", "error 71 hello\nerror 22 end\n" },
		{ "load true\nstart inet\n", "error 22 server\n" },
		{ "load rr size=1\nstart inet\n", "error 22 server\n" },
		{ "load rr\noption TCP_NODELAI=on\nstart inet\n", "error 22 server\n" },
		{ "load rr\noption TCP_CONGESTION=nonesuch\nstart inet\n", "error 2 TCP_CONGESTION=nonesuch\n" },
	};

	for (size_t i = 0; i < COUNT(talks); i++) {
		char *text = answers(talks[i].lines);

		assert_string_equal(text, talks[i].wanted);
		free(text);
	}
}

static void a_server_says_its_port_then_what_it_saw_and_may_be_had_again(void **state)
{
	char *text = answers("load rr\noption TCP_NODELAY=on\nstart inet\nstart inet\ngo 0 30000000\nend\n"
			     "load udp\nstart inet\ngo 0 30000000\nend\nload bulk\nstart inet\n");
	unsigned int port[3];
	unsigned long long ns[2], bytes[2];

	assert_int_equal(sscanf(text,
				"port %u\nerror 16 server\nresult %llu %llu %*u %*u %*u %*u %*u\n"
				"port %u\nresult %llu %llu %*u %*u %*u %*u %*u\nport %u\n",
				&port[0], &ns[0], &bytes[0], &port[1], &ns[1], &bytes[1], &port[2]),
			 7);
	for (size_t i = 0; i < 2; i++) {
		assert_in_range(port[i], 1, 65535);
		assert_true(ns[i] > 0);
		assert_int_equal(bytes[i], 0);
	}
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_out_of_turn_is_an_error_and_the_next_line_is_heard),
		cmocka_unit_test(a_server_says_its_port_then_what_it_saw_and_may_be_had_again),
	};

	return RUN_TESTS(tests);
}
