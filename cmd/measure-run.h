/* SPDX-License-Identifier: MIT */
/* Runs of measure and tune, and what of them an experiment keeps. */
#ifndef CMD_MEASURE_RUN_H
#define CMD_MEASURE_RUN_H

#include <environment.h>
#include <experiment.h>
#include <rule.h>
#include <trial.h>

#include "measure-place.h"

/** From now on SIGINT ends the run that is under way, and measure_run() says so. */
void measure_catch_interrupt(void);

/** @brief One run. client, server: what their sockets get; NULL: nothing. @return 0, -errno of *ret, or -EINTR */
int measure_run(const struct trial_load *load, const struct measure_place *place, const struct rules *client,
		const struct rules *server, struct trial_result *ret);

/** Why a run failed. variant: its text */
void measure_say_failed(const char *variant, const struct trial_result *result);

/** The seed that was asked for; -1: another one each time, short enough to be typed. */
uint64_t measure_seed(int64_t asked);

/** What such a load measures: 1 << METRIC_... */
uint32_t measure_metrics(const struct trial_load *load);

/** What an experiment says of itself besides its numbers. Texts are borrowed. command: the command line. */
void measure_describe(struct experiment *experiment, const struct trial_load *load, const char *load_text,
		      const struct measure_place *place);
void measure_describe_environment(struct environment *environment, const struct measure_place *place,
				  const char *command, struct experiment_environment *ret);

#endif
