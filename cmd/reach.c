/* SPDX-License-Identifier: MIT */
/* What could be reached of the sockets that a command looked at, and how it ends. */

#include "reach.h"

#include <errno.h>
#include <string.h>

#include <log.h>
#include <missing.h>
#include <text.h>

#include "cmd.h"
#include "engine-option.h"

const char *reach_needs(const struct live_report *report)
{
	return _(missing_for_others(report->engine != LIVE_ENGINE_BPF));
}

void reach_say_hidden(const struct live_report *report)
{
	if (report->hidden)
		log_hint(ngettext("%zu process of others was not looked into: that needs %s",
				  "%zu processes of others were not looked into: that needs %s", report->hidden),
			 report->hidden, reach_needs(report));
}

void reach_say_no_process(const char *selector)
{
	log_error(_("there is no such process"));
	if (selector && strspn(selector, "0123456789") == strlen(selector) && strlen(selector) <= 5)
		log_hint(_("a number is a process; a port is port=%s"), selector);
}

int reach_status(const struct live_report *report, const char *selector, int r)
{
	if (r > 0)
		return EXIT_PARTLY;
	if (r == -EOPNOTSUPP) {
		engine_refused(report);
		return EXIT_FORBIDDEN;
	}
	if (r == -EMFILE || r == -ENFILE) {
		log_error(_("not all sockets could be read: %s"), strerror(-r));
		log_hint(_("raise the limit of open descriptors: ulimit -n"));
		return EXIT_PARTLY;
	}
	if (r < 0) {
		log_error(_("cannot read the sockets: %s"), strerror(-r));
		return EXIT_PARTLY;
	}
	if (report->pid_hidden && report->matched == report->unreadable) {
		log_error(_("cannot look into the process: %s"), strerror(EPERM));
		log_hint(_("a process of another user needs %s: run as root, or as its user"), reach_needs(report));
		return EXIT_FORBIDDEN;
	}
	if (report->matched == 0) {
		if (report->pid_gone)
			reach_say_no_process(selector);
		else
			log_error(_("no socket matches '%s'"), selector ? selector : "all");
		reach_say_hidden(report);
		return EXIT_NOTHING;
	}
	if (selector && report->matched == report->unreadable) {
		log_error(_("the options of these sockets are not readable: %s"), strerror(EPERM));
		log_hint(_("sockets of another user's process need %s: run as root, or as its user"), reach_needs(report));
		return EXIT_FORBIDDEN;
	}
	if (report->pid_hidden) {
		log_error(_("not all of the process could be looked into: %s"), strerror(EPERM));
		return EXIT_PARTLY;
	}
	if (report->unlisted)
		log_hint(ngettext("%zu socket could not be looked at: its process may not be asked for it (CAP_SYS_PTRACE)",
				  "%zu sockets could not be looked at: their processes may not be asked for them (CAP_SYS_PTRACE)",
				  report->unlisted),
			 report->unlisted);
	if (report->unreadable)
		log_debug(_("%zu sockets of other users: their options need %s"), report->unreadable, reach_needs(report));
	return EXIT_DONE;
}
