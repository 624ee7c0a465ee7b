/* SPDX-License-Identifier: MIT */
/* sockopt demo - what an option does, live and explained */

#include "demo.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/utsname.h>

#include <arena.h>
#include <color.h>
#include <log.h>
#include <nearest-word.h>
#include <text.h>

#include "cmd.h"

static const struct demo *const demos[] = {
	&demo_reuseaddr,
	&demo_reuseport,
	&demo_nodelay,
	&demo_linger,
	&demo_keepalive,
	&demo_user_timeout,
	&demo_rcvtimeo,
	&demo_lowat,
	&demo_v6only,
	&demo_defer_accept,
	&demo_quickack,
	&demo_cork,
	&demo_fastopen,
	&demo_bindtodevice,
	&demo_mark,
	&demo_tos,
	&demo_max_pacing_rate,
	&demo_multicast_all,
	&demo_udp_gso,
	&demo_notsent_lowat,
	&demo_timestamping,
	&demo_zerocopy,
	&demo_incoming_cpu,
	&demo_busy_poll,
	&demo_mptcp,
	&demo_rcvbuf,
	&demo_congestion,
	&demo_qos,
};

#define N_DEMOS (sizeof(demos) / sizeof(demos[0]))

struct demo_args {
	const char *name;
	bool json;
	bool pace;
};

static const struct argp_option options[] = {
	{ "pace", 'p', NULL, 0, N_("Wait for the Enter key after each step"), 0 },
	{ "json", 'J', NULL, 0,
	  N_("One JSON object per step, one per line, and a last one with claim and holds"),
	  0 },
	{ 0 },
};

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct demo_args *args = state->input;

	switch (key) {
	case 'p':
		args->pace = true;
		return 0;
	case 'J':
		args->json = true;
		return 0;
	case ARGP_KEY_ARG:
		if (args->name)
			command_wrong_use(state, _("'%s' is not expected here"), arg);
		args->name = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse_opt,
	.args_doc = N_("[NAME]"),
	.doc = N_("Demonstrate an option on real sockets, in a network namespace "
		  "of its own where that is permitted, else on "
		  "the loopback. Without a name: list the demonstrations.\v"
		  "Examples:\n"
		  "  sockopt demo nodelay\n"
		  "  sockopt demo reuseaddr --lang es --pace\n\n"
		  "Exit status: 0 the claim was seen to be true, 1 there is no "
		  "such demonstration, 2 wrong use, 3 the claim was "
		  "not seen, 4 it is not permitted or not possible here."),
	.children = common_children,
};

/** Is an errno one of a right or of a kernel that lacks something, and not of a
 * claim that is wrong? */
static bool is_impossible(int error)
{
	return error == EPERM || error == EACCES || error == ENOPROTOOPT ||
	       error == EOPNOTSUPP || error == EPROTONOSUPPORT ||
	       error == EAFNOSUPPORT || error == ENOSYS || error == ENODEV;
}

/** The last object: seen is NULL where nothing can be said. */
static void put_end_json(const struct demo_stage *stage, const bool *holds)
{
	struct json json = { .file = stdout };
	struct utsname kernel = { 0 };

	uname(&kernel);
	json_object(&json, NULL);
	json_string(&json, "demo", stage->demo->name);
	json_string(&json, "claim", _(stage->demo->claim));
	if (holds)
		json_bool(&json, "holds", *holds);
	else
		json_null(&json, "holds");
	json_array(&json, "not_seen");
	for (unsigned int i = 0; i < stage->n_unmet; i++)
		json_string(&json, NULL, stage->unmet[i]);
	json_end_array(&json);
	if (stage->reason[0])
		json_string(&json, "reason", stage->reason);
	json_string(&json, "option", stage->demo->option);
	json_string(&json, "kernel", kernel.release);
	json_end_object(&json);
	json_line(&json);
}

static void put_end(const struct demo_stage *stage)
{
	size_t width = text_screen_width();
	struct utsname kernel = { 0 };
	char heading[200];

	uname(&kernel);
	snprintf(heading, sizeof(heading),
		 stage->n_unmet ? _("Not seen on Linux %s:") : _("Seen on Linux %s:"),
		 kernel.release);
	printf("\n%s%s%s", color_out(stage->n_unmet ? COLOR_BAD : COLOR_HEADING),
	       heading, color_out(COLOR_OFF));
	text_fill_after(stdout, _(stage->demo->claim), text_width(heading), 0, width);
	for (unsigned int i = 0; i < stage->n_unmet; i++) {
		printf("%s%s%s", color_out(COLOR_BAD), text_is_utf8() ? "✗" : "x",
		       color_out(COLOR_OFF));
		text_fill_after(stdout, stage->unmet[i], 1, 2, width);
	}
	printf("%s%s%s", color_out(COLOR_HEADING), _("To take home:"),
	       color_out(COLOR_OFF));
	text_fill_after(stdout, _(stage->demo->lesson),
			text_width(_("To take home:")), 0, width);
	printf(_("More: sockopt explain %s"), stage->demo->option);
	putchar('\n');
}

/** Names the reason on stderr, and in the JSON that says no more of the claim.
 */
static int end_early(const struct demo_stage *stage, bool json, int r)
{
	if (json)
		put_end_json(stage, NULL);
	fflush(stdout);
	log_error(_("the demonstration could not go on: %s"), stage->reason);
	return is_impossible(-r) ? EXIT_FORBIDDEN : EXIT_PARTLY;
}

static int perform(const struct demo *demo, const struct demo_args *args)
{
	struct json json = { .file = stdout };
	struct demo_stage stage = {
		.demo = demo, .pace = args->pace, .json = args->json ? &json : NULL
	};
	bool holds;
	int r = arena_enter();

	signal(SIGPIPE, SIG_IGN);
	if (r < 0 && demo->alone) {
		demo_stop(&stage, _("a network namespace of its own"), r);
		end_early(&stage, args->json, r);
		log_hint(_("it takes CAP_SYS_ADMIN, or user namespaces (sysctl user.max_user_namespaces)"));
		return EXIT_FORBIDDEN;
	}
	if (r < 0)
		log_debug(
			_("no network namespace of its own (%s): on the loopback of this one"),
			strerror(-r));
	r = demo->play(&stage);
	if (stage.json && stage.number) {
		json_end_object(stage.json);
		json_line(stage.json);
	}
	if (r < 0)
		return end_early(&stage, args->json, r);
	holds = stage.n_unmet == 0;
	if (args->json)
		put_end_json(&stage, &holds);
	else
		put_end(&stage);
	return holds ? EXIT_DONE : EXIT_PARTLY;
}

static int no_such_demo(const char *name)
{
	const char *names[N_DEMOS + 1] = { NULL };
	const char *nearest;
	char harmless[128];

	for (size_t i = 0; i < N_DEMOS; i++)
		names[i] = demos[i]->name;
	nearest = nearest_word(name, names);
	text_escape(name, harmless, sizeof(harmless));
	log_error(_("there is no demonstration '%s'"), harmless);
	if (nearest)
		log_hint(_("'sockopt demo' lists them; nearest: %s"), nearest);
	else
		log_hint(_("'sockopt demo' lists them"));
	return EXIT_NOTHING;
}

const char *demo_names(void)
{
	static char names[512];
	size_t length = 0;

	for (size_t i = 0; i < N_DEMOS; i++)
		length += (size_t)snprintf(names + length, sizeof(names) - length,
					   i ? " %s" : "%s", demos[i]->name);
	return names;
}

static int run(int argc, char **argv)
{
	struct demo_args args = { 0 };

	if (command_parse(&cmd_demo, argc, argv, &args))
		return EXIT_WRONG_USE;
	for (size_t i = 0; i < N_DEMOS; i++) {
		if (!args.name)
			printf("  %-16s %s\n", demos[i]->name, _(demos[i]->summary));
		else if (strcmp(args.name, demos[i]->name) == 0 ||
			 strcasecmp(args.name, demos[i]->option) == 0)
			return perform(demos[i], &args);
	}
	return args.name ? no_such_demo(args.name) : EXIT_DONE;
}

const struct command cmd_demo = {
	.name = "demo",
	.summary = N_("what an option does, live and explained"),
	.run = run,
	.argp = &argp,
	.arguments = ARGUMENTS_DEMO,
};
