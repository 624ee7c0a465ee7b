/* SPDX-License-Identifier: MIT */
/* sockopt calc - what options and sysctls come to: times, buffers, classes */

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/utsname.h>

#include <amount.h>
#include <calc-view.h>
#include <defaults.h>
#include <log.h>
#include <sysctl.h>
#include <text.h>

#include "cmd.h"

#define RTT_USUAL_US 40000

struct calc_args {
	char **words; /* borrowed from argv */
	int n_words;
	int64_t rate; /* bytes a second; 0: not given */
	int64_t rtt_us;
	bool json;
};

static const struct argp_option options[] = {
	{ "rate", 'r', N_("RATE"), 0, N_("buffer: what the path carries, such as 1Gbit/s"), 0 },
	{ "rtt", 't', N_("TIME"), 0, N_("The round trip, such as 80ms (default for keepalive: 40ms)"), 0 },
	{ "json", 'J', NULL, 0, N_("One JSON object"), 0 },
	{ 0 },
};

/**
 * A bare number has the unit of the option, if there is one; of a round trip there is none, and 80 is not 80 us for
 * whoever writes it. 0 is 0 in every unit.
 * @param like a value that would do
 */
static bool has_unit(const char *name, const char *text, const char *like)
{
	size_t digits = strspn(text, "0123456789.");

	if (text[digits] || digits == 0 || strspn(text, "0.") == digits)
		return true;
	log_error(_("%s: %s of what? A number needs its unit here"), name, text);
	log_hint(_("such as %s"), like);
	return false;
}

/** Reads a quantity as an option of this unit would be; says what is wrong and returns -1. */
static int64_t read_quantity(const char *name, enum sockopt_unit unit, int64_t most, const char *text)
{
	struct sockopt_error error;
	struct amount amount;
	int64_t number;

	if (amount_read(&amount, name, unit, (struct sockopt_range){ 1, most }, text, &number, &error))
		return number;
	log_sockopt_error(NULL, &error);
	return -1;
}

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct calc_args *args = state->input;

	switch (key) {
	case 'J': args->json = true; return 0;
	case 'r':
		if (has_unit("--rate", arg, "1Gbit/s"))
			args->rate = read_quantity("--rate", SOCKOPT_UNIT_BYTES_PER_SECOND, INT64_C(1) << 50, arg);
		if (args->rate <= 0)
			exit(EXIT_WRONG_USE);
		return 0;
	case 't':
		if (has_unit("--rtt", arg, "80ms"))
			args->rtt_us = read_quantity("--rtt", SOCKOPT_UNIT_US, INT64_C(3600) * 1000000, arg);
		if (args->rtt_us <= 0)
			exit(EXIT_WRONG_USE);
		return 0;
	case ARGP_KEY_ARG: args->words[args->n_words++] = arg; return 0;
	case ARGP_KEY_END:
		if (args->n_words == 0)
			command_wrong_use(state, _("what is to be calculated? keepalive, buffer, defer-accept or dscp"));
		return 0;
	default: return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse_opt,
	.args_doc = N_("keepalive [OPTION=VALUE...]\nbuffer --rate=RATE --rtt=TIME\ndefer-accept TIME\ndscp NAME|NUMBER"),
	.doc = N_("Calculate what options and this system's sysctls come to: how long a connection to a peer that is gone "
		  "lives on, which buffers a path needs and whether tuning gets there by itself, to what the kernel rounds "
		  "TCP_DEFER_ACCEPT, what a DSCP is on the wire, in Linux and on Wi-Fi.\v"
		  "keepalive reckons with SO_KEEPALIVE on unless it is given as off; options not given have the values of this "
		  "system. Times have their unit: 80ms, 5s. A number up to 63 is a DSCP, a greater one or one with 0x the whole "
		  "byte.\n\n"
		  "Examples:\n"
		  "  sockopt calc keepalive TCP_KEEPIDLE=60s TCP_KEEPINTVL=10s TCP_KEEPCNT=3\n"
		  "  sockopt calc keepalive TCP_USER_TIMEOUT=30s --rtt 200ms\n"
		  "  sockopt calc buffer --rate 1Gbit/s --rtt 80ms\n"
		  "  sockopt calc defer-accept 5s\n"
		  "  sockopt calc dscp ef\n\n"
		  "Exit status: 0 calculated, 2 wrong use."),
	.children = common_children,
};

/** A sysctl, or what the kernel had before there was one. */
static int64_t sysctl_or(const char *name, int64_t otherwise)
{
	int64_t number;

	return sysctl_number(name, &number) < 0 ? otherwise : number;
}

/* ---- keepalive ---- */

static int64_t to_ms(const struct sockopt_option *option, int64_t number)
{
	switch (option->get_type->fields[0].unit) {
	case SOCKOPT_UNIT_S: return number * 1000;
	case SOCKOPT_UNIT_US: return (number + 999) / 1000;
	default: return number;
	}
}

/** Where a part of the calculation is kept; NULL: the option plays none. */
static int64_t *part_of(struct calc_keepalive *given, int64_t *rto_min_ms, int64_t *on, enum sockopt_role role)
{
	switch (role) {
	case SOCKOPT_ROLE_KEEPALIVE: return on;
	case SOCKOPT_ROLE_KEEPALIVE_IDLE: return &given->idle_s;
	case SOCKOPT_ROLE_KEEPALIVE_INTERVAL: return &given->interval_s;
	case SOCKOPT_ROLE_KEEPALIVE_PROBES: return &given->probes;
	case SOCKOPT_ROLE_USER_TIMEOUT: return &given->user_timeout_ms;
	case SOCKOPT_ROLE_RTO_MIN: return rto_min_ms;
	case SOCKOPT_ROLE_RTO_MAX: return &given->rto_max_ms;
	default: return NULL;
	}
}

static void put_part(struct calc_keepalive *given, int64_t *rto_min_ms, int64_t *on,
		     const struct sockopt_option *option,
		     int64_t number)
{
	int64_t *part = part_of(given, rto_min_ms, on, option->role);
	bool in_seconds = part == &given->idle_s || part == &given->interval_s;

	*part = to_ms(option, number) / (in_seconds ? 1000 : 1);
}

/** What a fresh TCP socket of this system has. */
static void read_defaults(struct calc_keepalive *given, int64_t *rto_min_ms, int64_t *on)
{
	static const struct sockopt_kind tcp = { AF_INET, SOCK_STREAM, IPPROTO_TCP };

	for (size_t i = 0; i < sockopt_count(); i++) {
		const struct sockopt_option *option = sockopt_at(i);
		const struct sockopt_default *told = defaults_told(option, &tcp);
		int64_t number;

		if (!part_of(given, rto_min_ms, on, option->role) || !told || !told->sysctl ||
		    sysctl_number(told->sysctl, &number) < 0)
			continue;
		put_part(given, rto_min_ms, on, option, number * told->numerator / told->denominator);
	}
}

static bool is_time(const struct sockopt_option *option)
{
	enum sockopt_unit unit = option->type->fields[0].unit;

	return unit == SOCKOPT_UNIT_S || unit == SOCKOPT_UNIT_MS || unit == SOCKOPT_UNIT_US;
}

static int read_assignment(struct calc_keepalive *given, int64_t *rto_min_ms, int64_t *on, const char *text)
{
	struct sockopt_assignment assignment;
	struct sockopt_error error;

	if (sockopt_parse_assignment(text, &assignment, NULL, &error) < 0) {
		log_sockopt_error(NULL, &error);
		return -EINVAL;
	}
	if (is_time(assignment.option) &&
	    !has_unit(assignment.option->name, strchr(text, '=') + 1, assignment.option->role == SOCKOPT_ROLE_RTO_MIN ? "200ms" : "30s"))
		return -EINVAL;
	if (!part_of(given, rto_min_ms, on, assignment.option->role)) {
		log_error(_("%s plays no part in how long a dead peer stays unnoticed"), assignment.option->name);
		return -EINVAL;
	}
	put_part(given, rto_min_ms, on, assignment.option,
		 sockopt_field_number(&assignment.option->type->fields[0], assignment.value.bytes, 0));
	return 0;
}

static int keepalive(const struct calc_args *args)
{
	struct calc_keepalive given = {
		.idle_s = 7200,
		.interval_s = 75,
		.probes = 9,
		.rto_max_ms = CALC_RTO_MAX_MS,
		.retries = sysctl_or("net.ipv4.tcp_retries2", 15),
	};
	int64_t rto_min_ms = 200, on = 1;
	struct calc_dead_peer result;

	read_defaults(&given, &rto_min_ms, &on);
	on = 1;
	for (int i = 1; i < args->n_words; i++)
		if (read_assignment(&given, &rto_min_ms, &on, args->words[i]) < 0)
			return EXIT_WRONG_USE;
	given.enabled = on != 0;
	/* A steady path: the variation has sunk to its least value, which is that of the timeout. */
	given.rto_ms = rto_min_ms + ((args->rtt_us ? args->rtt_us : RTT_USUAL_US) + 999) / 1000;
	calc_keepalive(&given, &result);
	calc_view_keepalive(stdout, args->json, &given, &result);
	return EXIT_DONE;
}

/* ---- buffer ---- */

static bool window_is_adaptive(void)
{
	struct utsname system;
	unsigned long major, minor;
	char *rest;

	if (uname(&system) < 0)
		return true;
	major = strtoul(system.release, &rest, 10);
	minor = *rest == '.' ? strtoul(rest + 1, NULL, 10) : 0;
	return major > 6 || (major == 6 && minor >= 6);
}

static int buffer(const struct calc_args *args)
{
	bool adaptive = window_is_adaptive();
	struct calc_path given = {
		.bytes_per_second = args->rate,
		.rtt_us = args->rtt_us,
		.ratio = adaptive ? CALC_RATIO_AT_FIRST : calc_ratio_of_scale(sysctl_or("net.ipv4.tcp_adv_win_scale", 1)),
		.rmem_most = sysctl_or("net.ipv4.tcp_rmem[2]", 0),
		.rmem_max = sysctl_or("net.core.rmem_max", 0),
		.wmem_most = sysctl_or("net.ipv4.tcp_wmem[2]", 0),
		.wmem_max = sysctl_or("net.core.wmem_max", 0),
		.tunes = sysctl_or("net.ipv4.tcp_moderate_rcvbuf", 1) != 0,
	};
	struct calc_path_result result;

	if (!args->rate || !args->rtt_us) {
		log_error(_("the path is needed: its rate and its round trip"));
		log_hint("sockopt calc buffer --rate 1Gbit/s --rtt 80ms");
		return EXIT_WRONG_USE;
	}
	if (calc_path(&given, &result) < 0) {
		log_error(_("this path holds more than a TCP window can be (1 GiB): several connections are needed"));
		return EXIT_WRONG_USE;
	}
	calc_view_buffer(stdout, args->json, &given, &result, adaptive);
	return EXIT_DONE;
}

/* ---- defer-accept, dscp ---- */

static int defer_accept(const struct calc_args *args)
{
	const struct sockopt_option *option = calc_option(SOCKOPT_ROLE_DEFER_ACCEPT);
	struct calc_defer result;
	struct sockopt_value value;
	struct sockopt_error error;
	int64_t seconds;

	if (args->n_words != 2 || !option) {
		log_error(_("a time is needed, such as 5s"));
		return EXIT_WRONG_USE;
	}
	if (!has_unit(option->name, args->words[1], "5s"))
		return EXIT_WRONG_USE;
	if (sockopt_parse(option, args->words[1], &value, &error) < 0) {
		log_sockopt_error(NULL, &error);
		return EXIT_WRONG_USE;
	}
	seconds = sockopt_field_number(&option->type->fields[0], value.bytes, 0);
	calc_defer_accept(seconds, &result);
	calc_view_defer_accept(stdout, args->json, seconds, &result);
	return EXIT_DONE;
}

/** The name of a byte, or the byte of a name; ECN bits are left out of account. */
static const struct sockopt_symbol *find_class(const char *name, int64_t byte)
{
	const struct sockopt_option *option = calc_option(SOCKOPT_ROLE_TOS);
	const struct sockopt_symbols *symbols = option ? option->type->fields[0].symbols : NULL;

	for (size_t i = 0; symbols && i < symbols->count; i++)
		if (name ? strcasecmp(symbols->list[i].name, name) == 0 : symbols->list[i].value == byte)
			return &symbols->list[i];
	return NULL;
}

/** @return the DSCP, or -1 */
static int read_dscp(const char *word)
{
	const struct sockopt_symbol *symbol = find_class(word, 0);
	char *end;
	long number;

	if (symbol)
		return (int)(symbol->value >> 2);
	number = strtol(word, &end, 0);
	if (end == word || *end || number < 0 || number > 255)
		return -1;
	return number > 63 || strncasecmp(word, "0x", 2) == 0 ? (int)(number >> 2) : (int)number;
}

static int dscp(const struct calc_args *args)
{
	const struct sockopt_symbol *symbol;
	struct calc_dscp result;
	int number;

	if (args->n_words != 2) {
		log_error(_("a class is needed, such as ef, 46 or 0xb8"));
		return EXIT_WRONG_USE;
	}
	number = read_dscp(args->words[1]);
	if (number < 0) {
		log_error(_("'%s' is not a traffic class"), args->words[1]);
		log_hint(_("a name (ef, af41, cs1, le), a DSCP from 0 to 63, or the whole byte up to 255 (0xb8)"));
		return EXIT_WRONG_USE;
	}
	calc_dscp(number, &result);
	symbol = find_class(NULL, result.tos);
	calc_view_dscp(stdout, args->json, symbol ? symbol->name : NULL, &result);
	return EXIT_DONE;
}

static int run(int argc, char **argv)
{
	static const struct {
		const char *word;
		int (*calculate)(const struct calc_args *args);
	} subjects[] = {
		{ "keepalive", keepalive },
		{ "buffer", buffer },
		{ "defer-accept", defer_accept },
		{ "dscp", dscp },
	};
	struct calc_args args = { .words = xmalloc((size_t)argc * sizeof(char *)) };
	int status = EXIT_WRONG_USE;
	bool known = false;

	if (command_parse(&cmd_calc, argc, argv, &args))
		return EXIT_WRONG_USE;
	for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]) && !known; i++) {
		known = strcmp(subjects[i].word, args.words[0]) == 0;
		if (known)
			status = subjects[i].calculate(&args);
	}
	if (!known) {
		log_error(_("'%s' is nothing that can be calculated"), args.words[0]);
		log_hint(_("keepalive, buffer, defer-accept or dscp"));
	}
	free(args.words);
	return status;
}

const struct command cmd_calc = {
	.name = "calc",
	.summary = N_("what options come to: time to notice a dead peer, buffers, classes"),
	.run = run,
	.argp = &argp,
	.arguments = ARGUMENTS_CALC,
};
