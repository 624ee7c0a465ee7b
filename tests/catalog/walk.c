/* SPDX-License-Identifier: MIT */
/*
 * Walks the catalogue against the running kernel, on real sockets in a network
 * namespace of its own, and prints TAP: a line for each option and group of facts.
 *
 * usage: catalog-walk [OPTION...]
 */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "closer.h"
#include "facts.h"
#include "kinds.h"
#include "report.h"
#include "stage.h"
#include "version.h"
#include "world.h"

enum { LIMIT_SECONDS = 110 };

/** An emulated machine may take longer. */
static unsigned limit_seconds(void)
{
	const char *text = getenv("CATALOG_WALK_SECONDS");
	unsigned long seconds = text ? strtoul(text, NULL, 10) : 0;

	return seconds ? (unsigned)seconds : LIMIT_SECONDS;
}

/** A kernel that is older than the option, or younger than its end, has nothing to be probed. */
static bool is_of_this_kernel(const struct sockopt_option *option)
{
	struct report report = report_begin(option, "on this kernel");

	if (version_number(option->since) > version_running())
		report_cannot(&report, "this is Linux %.32s; %s brought it", version_text(), option->since);
	else if (option->until && version_number(option->until) <= version_running())
		report_cannot(&report, "this is Linux %.32s; %s removed it", version_text(), option->until);
	report_end(&report);
	return report.reason[0] == '\0';
}

static void walk(const struct sockopt_option *option)
{
	static void (*const groups[])(const struct sockopt_option *) = {
		facts_unprobed,
		facts_readable,
		facts_writable,
		facts_get_length,
		facts_set_length,
		facts_default,
		facts_range,
		facts_example,
		facts_transform,
		facts_refused,
		facts_inherits,
		facts_privilege,
		facts_touches,
	};

	if (!is_of_this_kernel(option))
		return;
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		groups[i](option);
}

static bool is_wanted(const struct sockopt_option *option, char **names)
{
	if (!*names)
		return true;
	for (; *names; names++)
		if (strcmp(option->name, *names) == 0)
			return true;
	return false;
}

/** A sysctl that gives a default or a limit, and that namespaces do not have: all of the machine share it. */
static void remember(const struct sockopt_option *option)
{
	if (option->limit.sysctl && strncmp(option->limit.sysctl, "net.core.", 9) == 0)
		world_remember(option->limit.sysctl);
	for (size_t i = 0; i < option->n_defaults; i++)
		if (option->defaults[i].sysctl && strncmp(option->defaults[i].sysctl, "net.core.", 9) == 0)
			world_remember(option->defaults[i].sysctl);
}

int main(int argc, char **argv)
{
	struct rlimit files;
	int r;

	(void)argc;
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (size_t i = 0; i < sockopt_count(); i++)
		remember(sockopt_at(i));
	r = world_enter();
	if (r < 0) {
		printf("1..0 # SKIP no network namespace of one's own: %s\n", report_errno(r));
		return 0;
	}
	/* A kernel that does not answer must not hang the test: the signal ends it, and the run fails. */
	alarm(limit_seconds());
	signal(SIGPIPE, SIG_IGN);
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
	r = world_load_program();
	if (r < 0)
		printf("# no BPF program can be loaded: %s\n", report_errno(r));
	closer_start();
	kinds_open();
	stage_find_deaf();
	if (!world_is_initial())
		printf("# in a user namespace: what needs a capability in the initial one is refused\n");
	for (size_t i = 0; i < sockopt_count(); i++)
		if (is_wanted(sockopt_at(i), argv + 1))
			walk(sockopt_at(i));
	closer_stop();
	return report_finish();
}
