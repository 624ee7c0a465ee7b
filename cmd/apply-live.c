/* SPDX-License-Identifier: MIT */
/* Rules, and the sockets that are there already. */

#include "apply-live.h"

#include <stdlib.h>
#include <string.h>

#include <cgroup.h>
#include <log.h>
#include <sockets.h>
#include <text.h>

#include "cmd.h"
#include "transaction.h"

/** Where a namespace listens: connections with such a local port were accepted, others were made by connect(2). */
struct listener {
	uint64_t netns;
	uint16_t port;
};

struct candidates {
	const struct apply_live *wish;
	const struct rule_action **actions; /* one an assignment */
	struct listener *listeners;
	size_t n_listeners;
	pid_t pid; /* of which inside is remembered; 0: none */
	bool inside;
};

static int note_listener(void *arg, struct live_socket *socket)
{
	struct candidates *candidates = arg;

	candidates->listeners = xrealloc(candidates->listeners,
					 (candidates->n_listeners + 1) * sizeof(*candidates->listeners));
	candidates->listeners[candidates->n_listeners++] =
		(struct listener){ socket->facts.netns, socket->facts.local.port };
	return 0;
}

/** @return 0 or -errno: then which sockets were accepted is not known */
static int find_listeners(struct candidates *candidates)
{
	struct live_request request = { .engine = LIVE_ENGINE_AUTO };
	struct selector *selector;
	struct selector_error error;
	struct live_report report;
	int r = selector_parse("listening and (ipv4 or ipv6)", &selector, &error);

	if (r < 0)
		return r;
	request.selector = selector;
	r = live_each(&request, note_listener, candidates, &report);
	selector_free(selector);
	return r;
}

static bool is_accepted(const struct candidates *candidates, const struct facts *facts)
{
	for (size_t i = 0; i < candidates->n_listeners; i++)
		if (candidates->listeners[i].port == facts->local.port &&
		    candidates->listeners[i].netns == facts->netns)
			return rule_accepts(&facts->kind);
	return false;
}

static bool is_inside(struct candidates *candidates, const struct facts *facts)
{
	if (!candidates->wish->cgroup)
		return true;
	for (size_t i = 0; i < facts->n_holders; i++) {
		char path[CGROUP_PATH_MAX];
		pid_t pid = facts->holders[i].pid;

		if (pid != candidates->pid) {
			candidates->pid = pid;
			candidates->inside = cgroup_of_pid(pid, path) == 0 &&
					     cgroup_is_below(path, candidates->wish->cgroup);
		}
		if (candidates->inside)
			return true;
	}
	return false;
}

/** Has it another value than the one that the rule assigns? */
static bool differs(struct live_socket *socket, const struct rule_action *action)
{
	const struct sockopt_option *option = sockopt_twin_for(action->option, &socket->facts.kind, SOCKOPT_SET);
	struct sockopt_value now;
	enum sockopt_result result;

	if (!option)
		return false;
	if (live_get(socket, option, &now) < 0)
		return true;
	result = sockopt_compare(option, NULL, &action->value, &now);
	return result != SOCKOPT_RESULT_KEPT && result != SOCKOPT_RESULT_DOUBLED;
}

static bool picks(void *context, struct live_socket *socket, size_t index)
{
	struct candidates *candidates = context;
	const struct facts *facts = &socket->facts;
	const struct rule_action *action = candidates->actions[index];

	return is_inside(candidates, facts) && differs(socket, action) &&
	       rules_owe(candidates->wish->rules, facts, rules_come_to(facts, is_accepted(candidates, facts)),
			 action);
}

static size_t list_assignments(const struct rules *rules, const struct rule_action **actions,
			       struct sockopt_assignment *assignments)
{
	size_t n = 0;

	for (size_t i = 0; i < rules->n; i++)
		for (size_t k = 0; k < rules->list[i]->n_actions; k++) {
			const struct rule_action *action = rules->list[i]->actions[k];

			if (!rule_action_makes(action) || action->verb == RULE_DEFAULT)
				continue;
			if (actions) {
				actions[n] = action;
				assignments[n].option = action->option;
				assignments[n].value = action->value;
			}
			n++;
		}
	return n;
}

int apply_live(const struct apply_live *wish)
{
	size_t n = list_assignments(wish->rules, NULL, NULL);
	struct candidates candidates = { .wish = wish, .actions = xmalloc(n * sizeof(*candidates.actions)) };
	struct transaction_wish change = {
		.selector_text = "all",
		.command = wish->command,
		.assignments = xmalloc(n * sizeof(*change.assignments)),
		.n_assignments = n,
		.picks = picks,
		.context = &candidates,
		.engine = LIVE_ENGINE_AUTO,
		.dry_run = wish->dry_run,
		.keep_going = true,
	};
	int status = EXIT_DONE;
	int r = find_listeners(&candidates);

	if (r < 0) {
		log_error(_("cannot read the sockets: %s; nothing was changed"), strerror(-r));
		status = EXIT_PARTLY;
	} else if (n) {
		list_assignments(wish->rules, candidates.actions, change.assignments);
		change.view = command_change_view(wish->json);
		status = transaction_run(&change);
	}
	free(candidates.listeners);
	free(candidates.actions);
	free(change.assignments);
	return status == EXIT_NOTHING ? EXIT_DONE : status;
}
