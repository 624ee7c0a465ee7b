/* SPDX-License-Identifier: MIT */
/* What measure and tune read of their command lines in the same way. */
#ifndef CMD_MEASURE_LOAD_H
#define CMD_MEASURE_LOAD_H

#include <argp.h>
#include <spec-error.h>
#include <load.h>
#include <stdbool.h>
#include <stdint.h>
#include <trial.h>

#define MEASURE_TIME_LEAST_US (2 * LOAD_SAMPLE_NS / 1000) /* of a run: what begins and ends it ticks */

/** The value of an option that is a time or a number; another one ends with EXIT_WRONG_USE. */
int64_t measure_take_time(const struct argp_state *state, const char *name, const char *text, int64_t least_us);
int64_t measure_take_number(const struct argp_state *state, const char *name, const char *text, int64_t least,
			    int64_t most);

/** Says why a text is no link, or no load. option: "--link" */
void measure_say_spec(const char *option, const char *text, const struct spec_error *error);

/** Reads --load. @return false: it is wrong, which was said */
bool measure_load_read(const char *text, struct trial_load *trial);

/** How long a run is measured, and runs before; warm_up_us -1: by the path's round trip. */
void measure_load_times(struct trial_load *trial, int64_t rtt_us, int64_t time_us, int64_t warm_up_us);

/** The command line, as it can be typed again. */
void measure_command_line(const char *name, int argc, char **argv, char *ret, size_t size);

#endif
