/* SPDX-License-Identifier: MIT */
/* Any datagram as one of the preloaded object's, and any text as the rules that it finds in its environment. */
#include <preload-wire.h>
#include <socket-text.h>

#include "fuzz.h"

static const struct rules *the_rules(void)
{
	static struct rules rules;

	if (!rules.n && rules_parse(&rules, "-r",
				    "listen and port=80: TCP_NODELAY=on SO_LINGER=on:5s\nforce TCP_CONGESTION=reno\n"
				    "deny=EACCES SO_SNDBUF\nlog SO_MARK",
				    NULL) < 0)
		abort();
	return &rules;
}

static void use(const struct run_event *event)
{
	const struct change *change = event->change;
	char shown[8192];

	if (!event->hit.rule || !event->hit.action || !event->hit.option || event->facts->n_holders > 1)
		abort();
	if (change->before.length > SOCKOPT_VALUE_MAX || change->after.length > SOCKOPT_VALUE_MAX)
		abort();
	socket_text_address(&event->facts->local, shown, sizeof(shown));
	socket_text_address(&event->facts->peer, shown, sizeof(shown));
	socket_text_kind(&event->facts->kind, shown, sizeof(shown));
	socket_text_holders(event->facts, 4, shown, sizeof(shown));
	if (!facts_state_word(event->facts->state))
		abort();
	sockopt_format(change->option, change->before.bytes, change->before.length, shown, sizeof(shown));
	sockopt_format(change->option, change->asked.bytes, change->asked.length, shown, sizeof(shown));
	sockopt_format(change->option, change->after.bytes, change->after.length, shown, sizeof(shown));
}

static void read_message(const uint8_t *data, size_t size)
{
	struct preload_message *message;
	struct run_event event;
	struct change change;

	/* what is shorter is none to whoever receives it */
	message = calloc(1, sizeof(*message));
	if (!message)
		abort();
	memcpy(message, data, size < sizeof(*message) ? size : sizeof(*message));
	if (preload_unpack(the_rules(), message, &change, &event))
		use(&event);
	free(message);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rules rules = { 0 };
	char *text;

	if (size == 0)
		return 0;
	if (data[0] & 1) {
		read_message(data + 1, size - 1);
		return 0;
	}
	text = fuzz_text(data + 1, size - 1);
	preload_unpack_rules(text, &rules);
	rules_free(&rules);
	free(text);
	return 0;
}
