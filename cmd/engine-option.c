/* SPDX-License-Identifier: MIT */
/* --engine, for the commands that look for sockets. */

#include "engine-option.h"

#include <log.h>
#include <string.h>
#include <text.h>

#include "cmd.h"

static const struct argp_option options[] = {
	{ "engine", 'E' + 256, N_("ENGINE"), 0,
	  N_("How sockets are reached: auto (the default: the best that is permitted), bpf, pidfd"), 80 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	enum live_engine *engine = state->input;

	if (key != 'E' + 256)
		return ARGP_ERR_UNKNOWN;
	for (unsigned int i = LIVE_ENGINE_AUTO; i <= LIVE_ENGINE_PIDFD; i++)
		if (strcmp(arg, live_engine_name((enum live_engine)i)) == 0) {
			*engine = (enum live_engine)i;
			return 0;
		}
	command_wrong_use(state, _("'%s' is not an engine: auto, bpf, pidfd"), arg);
	return 0;
}

static const struct argp engine_argp = { .options = options, .parser = parse };
const struct argp_child engine_children[] = { { &common_argp, 0, NULL, 0 }, { &engine_argp, 0, NULL, 0 }, { 0 } };

void engine_refused(const struct live_report *report)
{
	if (report->bpf_error)
		log_error(_("engine bpf cannot be used: %s (%s)"), _(report->why_not_bpf), strerror(report->bpf_error));
	else
		log_error(_("engine bpf cannot be used: %s"), _(report->why_not_bpf));
	log_hint(_("without --engine the other one is taken: pidfd"));
}

void engine_say(const struct live_report *report)
{
	if (!report->why_not_bpf)
		log_debug(_("engine %s"), live_engine_name(report->engine));
	else if (report->bpf_error)
		log_debug(_("engine pidfd; bpf cannot be used: %s (%s)"), _(report->why_not_bpf),
			  strerror(report->bpf_error));
	else
		log_debug(_("engine pidfd; bpf cannot be used: %s"), _(report->why_not_bpf));
}
