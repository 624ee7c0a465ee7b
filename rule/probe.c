/* SPDX-License-Identifier: MIT */
/* What a probe of a kernel finds, as data. */

#include "probe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/capability.h>

const char *probe_group_name(unsigned group)
{
	static const char *const names[PROBE_N_GROUPS] = {
		"on this kernel",
		"readable",
		"writable",
		"length of get",
		"length of set",
		"default",
		"range",
		"example",
		"transform",
		"states",
		"inherited",
		"privilege",
		"touches",
		"unprobed",
	};

	return names[group];
}

void probe_sum(const struct probe_result *result, struct probe_sums *ret)
{
	*ret = (struct probe_sums){ 0 };
	for (size_t i = 0; i < sockopt_count(); i++)
		for (unsigned group = 0; group < PROBE_N_GROUPS; group++) {
			const struct probe_claim *claim = &result->claims[i][group];

			ret->probed += claim->probed;
			ret->contradicted += claim->contradicted;
			ret->cannot += claim->cannot;
			ret->differs += claim->differs;
		}
}

/** What stands for the hole at the beginning of a text, and how long the hole is; NULL: it is none. */
static const char *hole(const struct probe_remark *remark, const char *text, size_t *ret_length)
{
	const struct {
		const char *name;
		const char *word;
	} holes[] = {
		{ "{socket}", remark->socket },
		{ "{state}", remark->state },
		{ "{call}", remark->call },
		{ "{value}", remark->value },
		{ "{found}", remark->found },
		{ "{expected}", remark->expected },
	};

	for (size_t i = 0; i < sizeof(holes) / sizeof(holes[0]); i++) {
		*ret_length = strlen(holes[i].name);
		if (strncmp(text, holes[i].name, *ret_length) == 0)
			return holes[i].word ? holes[i].word : "";
	}
	return NULL;
}

size_t probe_fill(const struct probe_remark *remark, const char *text, char *ret, size_t size)
{
	size_t used = 0, length;

	while (*text) {
		const char *word = *text == '{' ? hole(remark, text, &length) : NULL;
		size_t n = word ? strlen(word) : 1;

		for (size_t i = 0; i < n; i++, used++)
			if (used + 1 < size)
				ret[used] = word ? word[i] : *text;
		text += word ? length : 1;
	}
	if (size)
		ret[used < size ? used : size - 1] = '\0';
	return used;
}

const char *probe_outcome_word(int outcome, char room[static 16])
{
	const char *name;

	switch (outcome) {
	case 0: return "ok";
	case PROBE_NOT_TRIED: return "not tried";
	case PROBE_KILLED: return "killed";
	case PROBE_HUNG: return "hung";
	default: break;
	}
	name = strerrorname_np(abs(outcome));
	if (name)
		return name;
	snprintf(room, 16, "E%d", abs(outcome));
	return room;
}

static const struct {
	const char *name;
	unsigned number;
} capabilities[] = {
	{ "CAP_NET_ADMIN", CAP_NET_ADMIN },
	{ "CAP_NET_RAW", CAP_NET_RAW },
	{ "CAP_SYS_ADMIN", CAP_SYS_ADMIN },
	{ "CAP_SYS_RESOURCE", CAP_SYS_RESOURCE },
	{ "CAP_IPC_LOCK", CAP_IPC_LOCK },
	{ "CAP_NET_BIND_SERVICE", CAP_NET_BIND_SERVICE },
	{ "CAP_BPF", CAP_BPF },
	{ "CAP_SYS_MODULE", CAP_SYS_MODULE },
	{ "CAP_PERFMON", CAP_PERFMON },
	{ "CAP_NET_BROADCAST", CAP_NET_BROADCAST },
};

const char *probe_capability_name(unsigned number)
{
	for (size_t i = 0; i < sizeof(capabilities) / sizeof(capabilities[0]); i++)
		if (capabilities[i].number == number)
			return capabilities[i].name;
	return NULL;
}

int probe_capability(const char *name)
{
	for (size_t i = 0; i < sizeof(capabilities) / sizeof(capabilities[0]); i++)
		if (strcmp(capabilities[i].name, name) == 0)
			return (int)capabilities[i].number;
	return -1;
}
