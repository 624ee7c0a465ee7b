/* SPDX-License-Identifier: MIT */
/* An experiment for programs. */

#include <math.h>

#include "json.h"
#include "measure-view.h"

static void put_text(struct json *json, const char *name, const char *text)
{
	if (text)
		json_text(json, name, text);
	else
		json_null(json, name);
}

static void put_environment(struct json *json, const struct experiment_environment *environment)
{
	json_object(json, "environment");
	put_text(json, "command", environment->command);
	put_text(json, "version", environment->version);
	put_text(json, "begun", environment->begun);
	put_text(json, "kernel", environment->kernel);
	put_text(json, "machine", environment->machine);
	put_text(json, "processor", environment->processor);
	json_unsigned(json, "processors", environment->n_processors);
	json_double(json, "load_average", environment->load_average);
	put_text(json, "emulation", environment->emulation);
	json_end_object(json);
}

static void put_interval(struct json *json, const char *middle, const struct interval *interval)
{
	json_double(json, middle, interval->middle);
	json_double(json, "low", interval->low);
	json_double(json, "high", interval->high);
}

static void put_metric(struct json *json, const struct experiment *experiment, size_t index, enum metric metric)
{
	const struct variant *variant = &experiment->variants[index];
	const struct effect *effect = &variant->effect[metric];

	json_object(json, metric_info(metric)->name);
	put_interval(json, "median", &variant->summary[metric]);
	json_object(json, "ratio");
	put_interval(json, "estimate", &effect->ratio);
	json_end_object(json);
	if (isnan(effect->ratio.low) || isnan(effect->ratio.high))
		json_null(json, "effect");
	else
		json_string(json, "effect", !effect->is_one ? "none" : effect->ratio.low > 1 ? "more" :
											       "less");
	json_array(json, "samples");
	for (unsigned int i = 0; i < experiment->n_rounds; i++)
		json_double(json, NULL, variant->samples[metric][i]);
	json_end_array(json);
	json_end_object(json);
}

static void put_variant(struct json *json, const struct experiment *experiment, size_t index)
{
	const struct variant *variant = &experiment->variants[index];

	json_object(json, NULL);
	json_text(json, "options", variant->text);
	json_unsigned(json, "failed", variant->failed);
	json_unsigned(json, "limited", variant->limited);
	json_object(json, "metrics");
	for (unsigned int m = 0; m < METRIC_COUNT; m++)
		if (experiment_has(experiment, (enum metric)m))
			put_metric(json, experiment, index, (enum metric)m);
	json_end_object(json);
	json_end_object(json);
}

void measure_json(struct json *json, const char *name, const struct experiment *experiment)
{
	static const char *const works[] = {
		[WORK_MIB] = "mib",
		[WORK_TRANSACTION] = "transaction",
		[WORK_CONNECTION] = "connection",
		[WORK_DATAGRAM] = "datagram",
		[WORK_RUN] = "run",
	};

	json_object(json, name);
	put_text(json, "load", experiment->load);
	put_text(json, "link", experiment->link);
	json_unsigned(json, "rounds", experiment->n_rounds);
	json_double(json, "seconds", experiment->seconds);
	json_identity(json, "seed", experiment->seed);
	json_double(json, "risk", experiment->risk);
	json_string(json, "cpu_for", works[experiment->work]);
	put_text(json, "figure", experiment->figure);
	put_environment(json, &experiment->environment);
	json_array(json, "variants");
	for (size_t i = 0; i < experiment->n_variants; i++)
		put_variant(json, experiment, i);
	json_end_array(json);
	json_end_object(json);
}

void measure_view_json(FILE *file, const struct experiment *experiment)
{
	struct json json = { .file = file };

	measure_json(&json, NULL, experiment);
	json_line(&json);
}
