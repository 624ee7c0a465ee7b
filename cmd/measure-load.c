/* SPDX-License-Identifier: MIT */
/* What measure and tune read of their command lines in the same way. */

#include "measure-load.h"

#include <stdio.h>
#include <string.h>

#include <amount.h>
#include <log.h>
#include <text.h>

#include "cmd.h"

#define US_PER_DAY (INT64_C(86400) * 1000000)
#define NS_PER_US 1000

int64_t measure_take_time(const struct argp_state *state, const char *name, const char *text, int64_t least_us)
{
	int64_t us;

	/* 2 is not 2 us for whoever writes it. */
	if (text[strspn(text, "0123456789.")] == '\0' && text[strspn(text, "0.")] != '\0')
		command_wrong_use(state, _("%s: %s of what? A time needs its unit here, such as 500ms or 2s"), name, text);
	if (!amount_parse(SOCKOPT_UNIT_US, least_us, US_PER_DAY, text, &us))
		command_wrong_use(state, _("%s: '%s' is not a time that can be used here"), name, text);
	return us;
}

int64_t measure_take_number(const struct argp_state *state, const char *name, const char *text, int64_t least,
			    int64_t most)
{
	int64_t number;

	if (!amount_parse(SOCKOPT_UNIT_NONE, least, most, text, &number))
		command_wrong_use(state, _("%s: '%s' is not a number from %lld to %lld"), name, text, (long long)least,
				  (long long)most);
	return number;
}

void measure_command_line(const char *name, int argc, char **argv, char *ret, size_t size)
{
	size_t length = (size_t)snprintf(ret, size, "sockopt %s", name);

	for (int i = 1; i < argc && length < size; i++) {
		bool quoted = argv[i][strcspn(argv[i], " \t\n'\"\\$`*?[](){}<>|&;~#!")] != '\0' || !*argv[i];

		length += (size_t)snprintf(ret + length, size - length, quoted ? " '" : " ");
		for (const char *at = argv[i]; *at && length < size; at++)
			length += (size_t)snprintf(ret + length, size - length, *at == '\'' ? "'\\''" : "%c", *at);
		if (quoted && length < size)
			length += (size_t)snprintf(ret + length, size - length, "'");
	}
}

void measure_say_spec(const char *option, const char *text, const struct spec_error *error)
{
	if (error->length)
		log_error("%s: '%.*s' %s", option, (int)error->length, text + error->at, _(error->what));
	else
		log_error("%s: %s", option, _(error->what));
	if (error->hint)
		log_hint("%s", _(error->hint));
}

bool measure_load_read(const char *text, struct trial_load *trial)
{
	struct spec_error error;

	if (load_spec_parse(text, &trial->spec, &error) < 0) {
		measure_say_spec("--load", text, &error);
		return false;
	}
	if (trial->spec.kind == LOAD_COMMAND)
		trial->command = text;
	return true;
}

void measure_load_times(struct trial_load *trial, int64_t rtt_us, int64_t time_us, int64_t warm_up_us)
{
	/* Slow start doubles once a round trip: after 15 any path is full, or the variant keeps it from being. */
	bool is_bulk = trial->spec.kind == LOAD_BULK;
	int64_t usual_us = is_bulk ? 200000 + 15 * rtt_us : 50000 + 2 * rtt_us;

	trial->warm_up_ns = (warm_up_us >= 0 ? warm_up_us : usual_us) * NS_PER_US;
	trial->run_ns = time_us * NS_PER_US;
	trial->path_ns = rtt_us * NS_PER_US / 2;
}
