/* SPDX-License-Identifier: MIT */
/* Any bytes as an answer of sock_diag. */
#include <diag.h>
#include <netinet/in.h>

#include "fuzz.h"

static void check(const struct diag_socket *socket)
{
	const struct facts *facts = &socket->facts;

	if (!memchr(facts->interface, 0, sizeof(facts->interface)) || !facts_state_word(facts->state) ||
	    facts->n_holders)
		abort();
	if ((facts->local.family == AF_UNIX && !memchr(facts->local.path, 0, sizeof(facts->local.path))) ||
	    (facts->peer.family == AF_UNIX && !memchr(facts->peer.path, 0, sizeof(facts->peer.path))))
		abort();
	facts_protocol_word(&facts->kind);
	facts_catalog_states(facts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int protocols[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_UDPLITE, IPPROTO_MPTCP };
	void *bytes = fuzz_bytes(data, size);
	struct diag_socket socket;

	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
		if (diag_read_inet(bytes, size, protocols[i], &socket))
			check(&socket);
	if (diag_read_unix(bytes, size, &socket))
		check(&socket);
	free(bytes);
	return 0;
}
