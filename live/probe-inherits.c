/* SPDX-License-Identifier: MIT */
/* What a socket that accept(2) returns has of its listener. */

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "probe-facts.h"
#include "probe-kinds.h"
#include "probe-measures.h"
#include "probe-report.h"
#include "probe-stage.h"
#include "probe-values.h"

static bool can_inherit(const struct sockopt_option *option, const struct kind *kind)
{
	return stage_possible(kind, SOCKOPT_LISTENING) && kind_accepts(kind) && !kind->deaf &&
	       sockopt_applies(option, &kind->of, SOCKOPT_GET);
}

/** A listener's value, and that of what it accepted. */
struct pair {
	struct reading listener;
	struct reading accepted;
};

/**
 * @brief A listener (with the value set before it listens, unless it is NULL) accepts a connection.
 * @return 0 or -errno
 */
static int accept_one(const struct kind *kind, const struct sockopt_option *option, const struct sockopt_value *value,
		      struct pair *ret)
{
	struct stage stage;
	int client = -1, accepted = -1;
	int r = stage_begin(kind, option, value ? STAGE_PREPARED : STAGE_BARE, 0, &stage);

	if (r == 0 && value)
		r = sockopt_set(stage.fd, option, value);
	if (r == 0)
		r = stage_listen(kind, stage.fd);
	if (r == 0)
		r = stage_accept(kind, stage.fd, &client, &accepted);
	if (r == 0)
		r = probe_read(stage.fd, option, &ret->listener);
	if (r == 0)
		r = probe_read(accepted, option, &ret->accepted);
	if (client >= 0)
		close(client);
	if (accepted >= 0)
		close(accepted);
	stage_end(&stage);
	return r;
}

static void judge(struct report *report, const struct kind *kind, const struct pair *with, const struct pair *without)
{
	const struct sockopt_option *option = report->option;
	bool like_listener = probe_same(option, &with->accepted, &with->listener);
	bool like_default = probe_same(option, &with->accepted, &without->accepted);

	struct probe_words words = {
		.text = N_("{socket}: the listener has {value}, the accepted socket {found}, not {expected}"),
		.socket = kind->name,
		.call = "accept",
		.value = probe_text(option, &with->listener),
		.found = probe_text(option, &with->accepted),
	};

	switch (option->inherits) {
	case SOCKOPT_INHERITED:
		words.expected = words.value;
		report_fact(report, like_listener, &words);
		break;
	case SOCKOPT_NOT_INHERITED:
		words.expected = probe_text(option, &without->accepted);
		report_fact(report, like_default, &words);
		break;
	case SOCKOPT_ADJUSTED:
		words.text = N_("{socket}: the listener has {value}, the accepted socket {found}: not adjusted");
		report_fact(report, !like_default || !like_listener, &words);
		break;
	default:
		words.text = N_("{socket}: the listener has {value}, the accepted socket {found}: nothing is told of it");
		report_fact(report, false, &words);
	}
}

/** Tries a value. @return true if it told something: it shows only if an accepted socket has another by itself */
static bool try_value(struct report *report, const struct kind *kind, const struct pair *without,
		      const struct sockopt_value *value, const char **ret_why, int *ret_error)
{
	static struct pair with;

	*ret_error = accept_one(kind, report->option, value, &with);
	*ret_why = N_("{socket}: no connection: {found}");
	if (*ret_error < 0)
		return false;
	*ret_why = N_("{socket}: an accepted socket has the same by itself");
	if (probe_same(report->option, &with.listener, &without->accepted))
		return false;
	judge(report, kind, &with, without);
	return true;
}

static void check_kind(struct report *report, const struct kind *kind)
{
	static struct pair without;
	const struct sockopt_option *option = report->option;
	const int64_t others[] = { 1, 0, 2 };
	struct sockopt_value value;
	const char *why;
	int error = accept_one(kind, option, NULL, &without);

	if (error < 0) {
		report_cannot(report, &(struct probe_words){ .text = N_("{socket}: no connection: {found}"),
							     .socket = kind->name,
							     .found = report_errno(error) });
		return;
	}
	if (sockopt_parse(option, option->example, &value, NULL) < 0 ||
	    try_value(report, kind, &without, &value, &why, &error))
		return;
	for (size_t i = 0; sockopt_is_number(option->type) && i < sizeof(others) / sizeof(others[0]); i++) {
		const char *later;
		int unused;

		probe_of_number(option, others[i], &value);
		if (try_value(report, kind, &without, &value, &later, &unused))
			return;
	}
	report_cannot(report, &(struct probe_words){ .text = why, .socket = kind->name, .found = report_errno(error) });
}

int probe_inheritance(const struct sockopt_option *option, const struct kind *kind)
{
	static struct pair without, with;
	const int64_t others[] = { 1, 0, 2 };
	size_t n = sockopt_is_number(option->type) ? sizeof(others) / sizeof(others[0]) : 0;
	struct sockopt_value value;

	if (!can_inherit(option, kind) || !probe_readable(option))
		return SOCKOPT_NOTHING_TO_INHERIT;
	if (sockopt_parse(option, option->example, &value, NULL) < 0 || accept_one(kind, option, NULL, &without) < 0)
		return PROBE_NOT_TRIED;
	for (size_t i = 0; i <= n; i++) {
		if (i)
			probe_of_number(option, others[i - 1], &value);
		if (accept_one(kind, option, &value, &with) < 0 ||
		    probe_same(option, &with.listener, &without.accepted))
			continue;
		if (probe_same(option, &with.accepted, &with.listener))
			return SOCKOPT_INHERITED;
		return probe_same(option, &with.accepted, &without.accepted) ? SOCKOPT_NOT_INHERITED : SOCKOPT_ADJUSTED;
	}
	return PROBE_NOT_TRIED;
}

/**
 * The catalogue speaks of TCP where the option works there; else of MPTCP, else of
 * what other sockets accept.
 */
static int rank(const struct kind *kind)
{
	if (kind->of.protocol == IPPROTO_TCP)
		return 3;
	return kind->of.protocol == IPPROTO_MPTCP ? 2 : kind->of.family == AF_UNIX ? 1 :
										     0;
}

/** Speaks the catalogue of it? What TIPC accepts is made anew: of other levels it has nothing of its listener. */
static bool is_spoken_of(const struct sockopt_option *option, const struct kind *kind)
{
	return can_inherit(option, kind) && (kind->of.family != AF_TIPC || strcmp(option->level->key, "tipc") == 0);
}

static int best_rank(const struct sockopt_option *option)
{
	int best = -1;

	/* Those too that cannot be had here: what it says of TCP need not hold of others. */
	for (size_t i = 0; i < n_kinds; i++)
		if (stage_possible(&kinds[i], SOCKOPT_LISTENING) && kind_accepts(&kinds[i]) && rank(&kinds[i]) > best &&
		    sockopt_applies(option, &kinds[i].of, SOCKOPT_GET) &&
		    sockopt_applies(option, &kinds[i].of, SOCKOPT_SET))
			best = rank(&kinds[i]);
	return best;
}

void probe_inherits_facts(const struct sockopt_option *option)
{
	struct report report = report_begin(option, PROBE_GROUP_INHERITS);
	bool told = option->inherits != SOCKOPT_NOTHING_TO_INHERIT;
	int best = best_rank(option);

	if (!told && (option->nature != SOCKOPT_SETTING || !probe_readable(option)))
		return;
	if (!(option->access & SOCKOPT_SET))
		report_cannot(&report, &(struct probe_words){ .text = N_("it can be set by BPF alone") });
	else if (!probe_readable(option))
		report_cannot(&report, &(struct probe_words){ .text = N_("it cannot be read") });
	else
		for (const struct kind *kind = NULL; (kind = kind_next(kind, option, SOCKOPT_SET));)
			if (is_spoken_of(option, kind) && rank(kind) == best)
				check_kind(&report, kind);
	if (told && report.claim->probed + report.claim->cannot == 0)
		report_absent(&report, &(struct probe_words){ .text = N_("no socket that accepts has it here") });
}
