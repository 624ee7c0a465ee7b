/* SPDX-License-Identifier: MIT */
/* A connection, and whether selectors pick it. */
#ifndef TESTS_UNIT_PICKS_H
#define TESTS_UNIT_PICKS_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <selector.h>

#include "test.h"

static const struct facts_holder holders[] = {
	{ .pid = 1234, .fd = 6, .uid = 33, .process = "nginx", .cgroup = "/system.slice/nginx.service" },
	{ .pid = 1235, .fd = 7, .uid = 0, .process = "nginx: worker", .cgroup = "" },
};

static inline bool picks(const struct facts *facts, const char *text)
{
	struct selector *selector;
	struct selector_error error;
	bool result;

	if (selector_parse(text, &selector, &error) != 0)
		fail_msg("'%s': at %zu: %s", text, error.at, error.what);
	result = selector_matches(selector, facts);
	selector_free(selector);
	return result;
}

/** An established TCP connection 127.0.0.1:80 - 10.1.2.3:51000 of two processes. */
static inline struct facts connection(void)
{
	struct facts facts = {
		.cookie = 4711,
		.inode = 99,
		.netns = 4026531840,
		.kind = { AF_INET, SOCK_STREAM, IPPROTO_TCP },
		.state = FACTS_ESTABLISHED,
		.local = { .family = AF_INET, .port = 80 },
		.peer = { .family = AF_INET, .port = 51000 },
		.interface = "lo",
		.holders = holders,
		.n_holders = COUNT(holders),
	};

	inet_pton(AF_INET, "127.0.0.1", facts.local.ip);
	inet_pton(AF_INET, "10.1.2.3", facts.peer.ip);
	return facts;
}

static inline int get_fake(void *context, const struct sockopt_option *option, struct sockopt_value *ret)
{
	const char *text = context;
	struct sockopt_option readable = *option;

	readable.type = option->get_type;
	readable.n_ranges = 0;
	return sockopt_parse(&readable, text, ret, NULL) < 0 ? -ENOPROTOOPT : 0;
}

static inline struct facts with_value(const char *text)
{
	static char copy[128];
	struct facts facts = connection();

	snprintf(copy, sizeof(copy), "%s", text);
	facts.get = get_fake;
	facts.context = copy;
	return facts;
}

#endif
