/* SPDX-License-Identifier: MIT */
/* Whom a trace is of, and which of the calls it shows. */

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <log.h>
#include <sockets.h>
#include <text.h>

#include "cmd.h"
#include "trace.h"

static void add_pid(struct trace_who *who, pid_t pid)
{
	for (size_t i = 0; i < who->n_pids; i++)
		if (who->pids[i] == pid)
			return;
	who->pids = xrealloc(who->pids, (who->n_pids + 1) * sizeof(*who->pids));
	who->pids[who->n_pids++] = pid;
}

static int add_socket(void *arg, struct live_socket *socket)
{
	struct trace_who *who = arg;

	for (size_t i = 0; i < socket->facts.n_holders; i++)
		add_pid(who, socket->facts.holders[i].pid);
	who->inodes = xrealloc(who->inodes, (who->n_inodes + 1) * sizeof(*who->inodes));
	who->inodes[who->n_inodes++] = socket->facts.inode;
	return 0;
}

static int compare(const void *a, const void *b)
{
	const uint64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

static int find_by_selector(struct trace_who *who, const char *text)
{
	const struct live_request request = { .selector = who->selector };
	struct live_report report;
	int r = live_each(&request, add_socket, who, &report);

	if (r < 0) {
		log_error(_("cannot read the sockets: %s"), strerror(-r));
		return EXIT_PARTLY;
	}
	if (who->n_pids == 0) {
		log_error(_("no process holds a socket that matches '%s'"), text);
		return EXIT_NOTHING;
	}
	qsort(who->inodes, who->n_inodes, sizeof(*who->inodes), compare);
	log_debug(ngettext("%zu process holds %zu sockets that match", "%zu processes hold %zu sockets that match", who->n_pids),
		  who->n_pids, who->n_inodes);
	return EXIT_DONE;
}

static int find_by_pid(struct trace_who *who, char *text)
{
	char *word;

	while ((word = strsep(&text, ","))) {
		char *end;
		long pid = strtol(word, &end, 10);

		if (end == word || *end || pid <= 0 || pid > INT32_MAX) {
			log_error(_("'%s' is not the number of a process"), word);
			return EXIT_WRONG_USE;
		}
		if (kill((pid_t)pid, 0) < 0 && errno == ESRCH) {
			log_error(_("there is no process %ld"), pid);
			return EXIT_NOTHING;
		}
		add_pid(who, (pid_t)pid);
	}
	return EXIT_DONE;
}

int trace_find_who(const struct trace_args *args, struct trace_who *ret)
{
	if (args->selector)
		ret->selector = command_selector(args->selector);
	if (args->read || args->program)
		return EXIT_DONE;
	if (args->pids)
		return find_by_pid(ret, args->pids);
	if (ret->selector && !selector_is_all(ret->selector))
		return find_by_selector(ret, args->selector);
	ret->all = true;
	return EXIT_DONE;
}

void trace_free_who(struct trace_who *who)
{
	selector_free(who->selector);
	free(who->pids);
	free(who->inodes);
}

/** By number, as one can be read under another name than it is set. Levels can share a number, too: 6 is two. */
static bool is_same(const struct sockopt_option *wanted, const struct sockopt_option *called)
{
	bool is_unnamed = wanted->level->name[0] == '\0';

	return wanted->number == called->number && wanted->level->number == called->level->number &&
	       (is_unnamed || wanted->level == called->level);
}

static bool has_option(const struct option_list *list, const struct call *call)
{
	for (size_t i = 0; i < list->n; i++)
		for (const struct sockopt_option *option = list->options[i]; option; option = option->twin)
			if (is_same(option, call->option))
				return true;
	return false;
}

/** Those that the selector picks by what they are now, and those that it picked in the beginning. */
static bool is_picked(const struct trace_who *who, const struct call *call)
{
	if (!who->selector)
		return true;
	if (!call->has_socket)
		return false;
	return bsearch(&call->facts.inode, who->inodes, who->n_inodes, sizeof(*who->inodes), compare) ||
	       selector_matches(who->selector, &call->facts);
}

bool trace_shows(const struct trace_args *args, const struct option_list *options, const struct trace_who *who,
		 const struct call *call)
{
	if (args->failed && !call->error)
		return false;
	if (call->kind > CALL_GET && !args->life)
		return false;
	if (call->kind <= CALL_GET && options->n && !has_option(options, call))
		return false;
	return is_picked(who, call);
}
