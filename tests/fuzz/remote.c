/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as what the other machine of `measure --ssh` says: the answers of its server (a first byte that is odd), or
 * the lines of its client. A server is not started.
 */
#include <netinet/in.h>
#include <remote.h>
#include <stdio.h>

#include "fuzz.h"

static void check(const struct load_board *board, int r)
{
	const struct load_result *result = &board->server;

	if (!memchr(result->what, 0, sizeof(result->what)))
		abort();
	if (r < 0 && (result->error != -r || result->error <= 0))
		abort();
}

static void read_answers(FILE *from, FILE *to)
{
	static const struct load_spec spec = { .kind = LOAD_RR };
	struct remote remote = { .to = to, .from = from, .pid = -1 };
	struct load_board board = { 0 };
	int r = remote_start(&remote, &spec, AF_INET, NULL, &board);

	check(&board, r < 0 ? r : 0);
	if (r == 0 || r > 65535)
		abort();
	board = (struct load_board){ 0 };
	r = remote_end(&remote, &board);
	check(&board, r);
	if (r == 0 && board.server.end_ns <= board.server.begin_ns)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static FILE *to;
	char *text;
	FILE *from;

	if (size < 2)
		return 0;
	if (!to)
		to = fopen("/dev/null", "we");
	text = fuzz_text(data + 1, size - 1);
	for (char *at = text; (at = memmem(at, size - (size_t)(at - text) - 1, "start", 5));)
		*at = 'S';
	from = fmemopen(text, size - 1, "r");
	if (!to || !from)
		abort();
	if (data[0] & 1)
		read_answers(from, to);
	else
		remote_serve(from, to);
	fclose(from);
	free(text);
	return 0;
}
