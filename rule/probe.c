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

bool probe_cell_matters(const struct probe_result *result, size_t option, size_t kind)
{
	const struct probe_cell *cell = probe_cell_at(result, option, kind);
	const struct sockopt_option *entry = sockopt_at(option);

	if (!result->sockets[kind].open)
		return false;
	return cell->get == 0 || cell->set == 0 || cell->get < PROBE_NOT_TRIED || cell->set < PROBE_NOT_TRIED ||
	       ((entry->access & SOCKOPT_GET) && sockopt_applies(entry, &probe_kinds[kind].of, SOCKOPT_GET)) ||
	       ((entry->access & SOCKOPT_SET) && sockopt_applies(entry, &probe_kinds[kind].of, SOCKOPT_SET));
}

enum probe_verdict probe_verdict(const struct probe_result *result, size_t option)
{
	const struct sockopt_option *entry = sockopt_at(option);
	enum probe_verdict verdict = PROBE_NO_SOCKET;

	if (entry->access == 0)
		return PROBE_UNKNOWN; /* for BPF alone */
	for (size_t kind = 0; kind < probe_n_kinds; kind++) {
		const struct probe_cell *cell = probe_cell_at(result, option, kind);
		bool applies = sockopt_applies(entry, &probe_kinds[kind].of, SOCKOPT_GET) ||
			       sockopt_applies(entry, &probe_kinds[kind].of, SOCKOPT_SET);
		/* That a value to be read alone cannot be set refuses nothing. */
		bool tried = ((entry->access & SOCKOPT_GET) && cell->get != PROBE_NOT_TRIED) ||
			     ((entry->access & SOCKOPT_SET) && cell->set != PROBE_NOT_TRIED);

		if (!result->sockets[kind].open || !applies)
			continue;
		if (cell->set == 0 || (cell->get == 0 && !(entry->access & SOCKOPT_SET)))
			return PROBE_WORKS;
		if (cell->get == 0)
			verdict = PROBE_ONLY_READ;
		else if (verdict != PROBE_ONLY_READ && tried)
			verdict = PROBE_REFUSED;
		else if (verdict == PROBE_NO_SOCKET)
			verdict = PROBE_UNKNOWN;
	}
	return verdict;
}

unsigned probe_cell_due(const struct probe_result *result, size_t option, size_t kind)
{
	const struct sockopt_option *entry = sockopt_at(option);
	const struct probe_cell *cell = probe_cell_at(result, option, kind);
	bool gets = (entry->access & SOCKOPT_GET) && sockopt_applies(entry, &probe_kinds[kind].of, SOCKOPT_GET);
	bool sets = (entry->access & SOCKOPT_SET) && sockopt_applies(entry, &probe_kinds[kind].of, SOCKOPT_SET);

	if (!result->sockets[kind].open)
		return 0;
	return (gets ? PROBE_GET : 0U) | (sets ? PROBE_SET : 0U) |
	       (sets && cell->set == 0 ? PROBE_WITHOUT | PROBE_INHERITS : 0U) |
	       (cell->has_range || cell->outside < 0 ? PROBE_RANGE : 0U) | (cell->without > 0 ? PROBE_INSIDE : 0U);
}

unsigned probe_cell_unknown(const struct probe_result *result, size_t option, size_t kind)
{
	const struct probe_cell *cell = probe_cell_at(result, option, kind);

	return probe_cell_due(result, option, kind) &
	       ((cell->get == PROBE_NOT_TRIED ? PROBE_GET : 0U) | (cell->set == PROBE_NOT_TRIED ? PROBE_SET : 0U) |
		(cell->has_range ? 0U : PROBE_RANGE) | (cell->without == PROBE_NOT_TRIED ? PROBE_WITHOUT : 0U) |
		(cell->inside == PROBE_NOT_TRIED ? PROBE_INSIDE : 0U) |
		(cell->inherits == PROBE_NOT_TRIED ? PROBE_INHERITS : 0U));
}

static size_t bits_in(unsigned bits)
{
	return (size_t)__builtin_popcount(bits);
}

void probe_count(const struct probe_result *result, const bool *options, struct probe_counts *ret)
{
	*ret = (struct probe_counts){ 0 };
	for (size_t i = 0; i < sockopt_count(); i++) {
		enum probe_verdict verdict;

		if (!options[i])
			continue;
		verdict = probe_verdict(result, i);
		ret->options++;
		ret->work += verdict == PROBE_WORKS;
		ret->only_read += verdict == PROBE_ONLY_READ;
		ret->no_socket += verdict == PROBE_NO_SOCKET;
		ret->refused += verdict == PROBE_REFUSED;
		ret->unknown += verdict == PROBE_UNKNOWN;
		for (size_t kind = 0; kind < probe_n_kinds; kind++) {
			size_t missing = bits_in(probe_cell_unknown(result, i, kind));

			ret->missing += missing;
			ret->measured += bits_in(probe_cell_due(result, i, kind)) - missing;
		}
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
	size_t used = 0, length = 1;

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
