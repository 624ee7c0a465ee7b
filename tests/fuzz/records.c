/* SPDX-License-Identifier: MIT */
/* Any bytes as what the kernel's side wrote: read one after the other, and asked for every option. */
#include <errno.h>
#include <records.h>

#include "fuzz.h"

/** Every byte of an answer must be there to be read. */
static unsigned int sum(const void *bytes, size_t length)
{
	const unsigned char *at = bytes;
	unsigned int total = 0;

	for (size_t i = 0; i < length; i++)
		total += at[i];
	return total;
}

static unsigned int ask_all(struct record_view *view)
{
	unsigned int total = 0;

	for (size_t i = 0; i < sockopt_count(); i++) {
		const void *bytes;
		size_t length;

		switch (record_answer(view, sockopt_at(i), &bytes, &length)) {
		case RECORD_VALUE:
			if (length > 128)
				abort();
			total += sum(bytes, length);
			break;
		case RECORD_ERROR:
			if (record_error(sockopt_at(i), AF_INET) <= 0)
				abort();
			break;
		default: break;
		}
	}
	return total;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static volatile unsigned int total;
	unsigned char *bytes = fuzz_bytes(data, size);
	struct facts facts = { 0 };
	size_t at = 0;

	while (at < size) {
		struct record_view view;
		long length = record_parse(bytes + at, size - at, &view);

		if (length < 0)
			break;
		if (length < (long)sizeof(struct socket_record) || (size_t)length > size - at || length % 8)
			abort();
		record_facts(&view, &facts);
		if (facts.state >= FACTS_N_STATES)
			abort();
		if (facts.kind.family == AF_UNIX && (strnlen(facts.local.path, sizeof(facts.local.path)) == sizeof(facts.local.path) ||
						     strnlen(facts.peer.path, sizeof(facts.peer.path)) == sizeof(facts.peer.path)))
			abort();
		total += ask_all(&view);
		at += (size_t)length;
	}
	free(bytes);
	(void)total;
	return 0;
}
