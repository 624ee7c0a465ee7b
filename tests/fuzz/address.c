/* SPDX-License-Identifier: MIT */
/* Any bytes as a struct sockaddr out of the memory of a program: read, and shown in every form. */
#include <identity.h>
#include <socket-text.h>
#include <stdio.h>
#include <sys/socket.h>

#include "fuzz.h"

static void check(const struct facts_address *address)
{
	if (address->family != AF_UNSPEC && address->family != AF_INET && address->family != AF_INET6 && address->family != AF_UNIX)
		abort();
	if (address->family == AF_UNIX && !memchr(address->path, 0, sizeof(address->path)))
		abort();
}

static void show(const struct facts *facts)
{
	char *written = NULL, *text;
	size_t length = 0, needed = socket_text_address(&facts->local, NULL, 0);
	struct json json = { .file = open_memstream(&written, &length) };

	text = malloc(needed + 1);
	if (!json.file || !text)
		abort();
	if (socket_text_address(&facts->local, text, needed + 1) != needed || strlen(text) != needed)
		abort();
	for (const unsigned char *at = (const unsigned char *)text; *at; at++)
		if (*at < ' ' || *at == 0x7f)
			abort();
	json_object(&json, NULL);
	socket_json(&json, facts);
	json_end_object(&json);
	fclose(json.file);
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)written[i] < ' ' && written[i] != '\n')
			abort();
	free(written);
	free(text);
}

/** The same bytes as what a descriptor tells of another family, by way of a journal. */
static __attribute__((noinline)) void check_other(const uint8_t *data, size_t size)
{
	struct facts facts = { .kind.family = AF_CAN };

	if (size < sizeof(sa_family_t))
		return;
	memcpy(&facts.local, data, size < sizeof(facts.local) ? size : sizeof(facts.local));
	facts.local.family &= UINT8_MAX;
	facts_bound_address(&facts.local);
	facts.peer = facts.local;
	show(&facts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct facts facts = { 0 };
	void *bytes = fuzz_bytes(data, size);

	identity_address(bytes, size, &facts.local);
	check(&facts.local);
	facts.peer = facts.local;
	facts.kind.family = facts.local.family;
	show(&facts);
	check_other(data, size);
	free(bytes);
	return 0;
}
