/* SPDX-License-Identifier: MIT */
/* What options did to a load on a link. */

#include "experiment.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define N_(text) text
#define RISK 0.05

static const struct metric_info metrics[METRIC_COUNT] = {
	[METRIC_THROUGHPUT] = { "throughput_bits_per_second", N_("throughput"), METRIC_BITS_PER_SECOND, true },
	[METRIC_TRANSACTIONS] = { "transactions_per_second", N_("transactions"), METRIC_PER_SECOND, true },
	[METRIC_CONNECTIONS] = { "connections_per_second", N_("connections"), METRIC_PER_SECOND, true },
	[METRIC_P50] = { "latency_p50_us", N_("latency p50"), METRIC_MICROSECONDS, false },
	[METRIC_P99] = { "latency_p99_us", N_("latency p99"), METRIC_MICROSECONDS, false },
	[METRIC_P999] = { "latency_p999_us", N_("latency p99.9"), METRIC_MICROSECONDS, false },
	[METRIC_CPU] = { "cpu_us", N_("processor time"), METRIC_MICROSECONDS, false },
	[METRIC_RETRANSMITS] = { "retransmitted_segments", N_("retransmits"), METRIC_SEGMENTS, false },
	[METRIC_MEMORY] = { "memory_bytes", N_("memory of sockets"), METRIC_BYTES, false },
	[METRIC_LOSS] = { "loss_percent", N_("datagrams lost"), METRIC_PERCENT, false },
	[METRIC_DURATION] = { "duration_us", N_("duration"), METRIC_MICROSECONDS, false },
	[METRIC_FIGURE] = { "figure", N_("its own figure"), METRIC_NUMBER, true },
};

const struct metric_info *metric_info(enum metric metric)
{
	return &metrics[metric];
}

static int make_variant(const char *text, unsigned int n_rounds, uint32_t mask, struct variant *ret)
{
	ret->text = strdup(text);
	if (!ret->text)
		return -ENOMEM;
	for (unsigned int m = 0; m < METRIC_COUNT; m++) {
		if (!(mask >> m & 1))
			continue;
		ret->samples[m] = calloc(n_rounds, sizeof(double));
		if (!ret->samples[m])
			return -ENOMEM;
		for (unsigned int i = 0; i < n_rounds; i++)
			ret->samples[m][i] = NAN;
	}
	return 0;
}

int experiment_make(const char *const *texts, size_t n_variants, unsigned int n_rounds, uint32_t mask,
		    struct experiment *ret)
{
	struct experiment made = { .n_variants = n_variants, .n_rounds = n_rounds, .metrics = mask };

	made.variants = calloc(n_variants, sizeof(struct variant));
	if (!made.variants)
		return -ENOMEM;
	for (size_t i = 0; i < n_variants; i++)
		if (make_variant(texts[i], n_rounds, mask, &made.variants[i]) < 0) {
			experiment_free(&made);
			return -ENOMEM;
		}
	*ret = made;
	return 0;
}

void experiment_free(struct experiment *experiment)
{
	for (size_t i = 0; i < experiment->n_variants; i++) {
		free(experiment->variants[i].text);
		for (unsigned int m = 0; m < METRIC_COUNT; m++)
			free(experiment->variants[i].samples[m]);
	}
	free(experiment->variants);
	experiment->variants = NULL;
	experiment->n_variants = 0;
}

/** The experiment's risk, for each of the ratios that it names. */
static double risk_of_each(size_t n_variants, uint32_t mask)
{
	size_t ratios = 0;

	for (unsigned int m = 0; m < METRIC_COUNT; m++)
		if (mask >> m & 1)
			ratios += n_variants > 1 ? n_variants - 1 : 0;
	return ratios > 1 ? RISK / (double)ratios : RISK;
}

unsigned int experiment_least_rounds(size_t n_variants, uint32_t mask)
{
	return statistics_least(risk_of_each(n_variants, mask));
}

static void conclude_variant(struct experiment *experiment, struct variant *variant, double *sorted)
{
	const struct variant *first = &experiment->variants[0];
	unsigned int rounds = experiment->n_rounds;

	for (unsigned int m = 0; m < METRIC_COUNT; m++) {
		struct effect *effect = &variant->effect[m];
		size_t n;

		if (!(experiment->metrics >> m & 1))
			continue;
		n = statistics_sort(variant->samples[m], rounds, sorted);
		statistics_interval(sorted, n, RISK, &variant->summary[m]);
		*effect = (struct effect){ { 1, 1, 1 }, false };
		if (variant == first)
			continue;
		statistics_ratio(variant->samples[m], rounds, first->samples[m], rounds, experiment->risk,
				 &effect->ratio);
		/* bounds that are NAN are neither */
		effect->is_one = effect->ratio.low > 1 || effect->ratio.high < 1;
	}
}

int experiment_conclude(struct experiment *experiment)
{
	double *sorted = calloc(experiment->n_rounds + 1, sizeof(double));

	if (!sorted)
		return -ENOMEM;
	experiment->risk = risk_of_each(experiment->n_variants, experiment->metrics);
	for (size_t i = 0; i < experiment->n_variants; i++)
		conclude_variant(experiment, &experiment->variants[i], sorted);
	free(sorted);
	return 0;
}
