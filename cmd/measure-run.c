/* SPDX-License-Identifier: MIT */
/* Runs of measure and tune. */

#include "measure-run.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include <log.h>
#include <paths.h>
#include <text.h>

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal)
{
	(void)signal;
	interrupted = 1;
}

void measure_catch_interrupt(void)
{
	const struct sigaction action = { .sa_handler = on_interrupt };

	sigaction(SIGINT, &action, NULL);
}

int measure_run(const struct trial_load *load, const struct measure_place *place, const struct rules *client,
		const struct rules *server, struct trial_result *ret)
{
	int r = measure_place_renew(place);

	*ret = (struct trial_result){ .error = -r, .what = "link" };
	if (r == 0)
		r = load->spec.kind == LOAD_COMMAND ? trial_run_command(load, &place->trial, client, server, ret) :
						      trial_run(load, &place->trial, client, server, ret);
	if (interrupted)
		return -EINTR;
	/* A call that was broken off, by whatever: that run failed, and is not the end of all. */
	return r == -EINTR ? -EAGAIN : r;
}

void measure_say_failed(const char *variant, const struct trial_result *result)
{
	log_warning("%s: %s: %s", variant, result->what, result->why ? _(result->why) : strerror(result->error));
}

uint64_t measure_seed(int64_t asked)
{
	uint64_t seed = (uint64_t)asked;

	/* Short enough to be typed. */
	if (asked < 0 && getrandom(&seed, sizeof(seed), 0) == sizeof(seed))
		seed &= UINT32_MAX;
	return seed;
}

uint32_t measure_metrics(const struct trial_load *load)
{
	return load_spec_metrics(&load->spec) | (load->take ? 1U << METRIC_FIGURE : 0U);
}

void measure_describe(struct experiment *experiment, const struct trial_load *load, const char *load_text,
		      const struct measure_place *place)
{
	experiment->link = place->text;
	experiment->load = load_text;
	experiment->figure = load->take;
	experiment->work = load_spec_work(&load->spec);
	experiment->seconds = (double)load->run_ns / 1e9;
}

void measure_describe_environment(struct environment *environment, const struct measure_place *place,
				  const char *command, struct experiment_environment *ret)
{
	environment_read(environment, ret);
	ret->version = SOCKOPT_VERSION;
	ret->command = command;
	ret->emulation = place->engine;
}
