/* SPDX-License-Identifier: MIT */
/*
 * An experiment: what options did to a load on a link, in rounds in which every variant ran once.
 *
 * The first variant is what the others are compared with. An effect is called one only if the interval of its ratio
 * leaves 1 out, and the intervals of all ratios of the experiment hold together with 95 % (Bonferroni: the risk is
 * divided by their number). So of twenty experiments in which no option does anything, one calls an effect at most.
 */
#ifndef RULE_EXPERIMENT_H
#define RULE_EXPERIMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "statistics.h"

enum metric {
	METRIC_THROUGHPUT,   /* bit/s of payload; of a command: of all that the link carried in the busier direction */
	METRIC_TRANSACTIONS, /* 1/s */
	METRIC_CONNECTIONS,  /* 1/s */
	METRIC_P50,          /* us */
	METRIC_P99,
	METRIC_P999,
	METRIC_CPU,         /* us of both ends' processor time for a piece of work: experiment->work */
	METRIC_RETRANSMITS, /* segments */
	METRIC_MEMORY,      /* bytes that the kernel held for sockets, at most */
	METRIC_LOSS,        /* % of the datagrams that were sent */
	METRIC_DURATION,    /* us, of a command */
	METRIC_FIGURE,      /* a number that a command printed */
	METRIC_COUNT,
};

enum metric_unit {
	METRIC_BITS_PER_SECOND,
	METRIC_PER_SECOND,
	METRIC_MICROSECONDS,
	METRIC_SEGMENTS,
	METRIC_BYTES,
	METRIC_PERCENT,
	METRIC_NUMBER,
};

struct metric_info {
	const char *name;  /* in JSON, with its unit */
	const char *title; /* English, to be translated */
	enum metric_unit unit;
	bool higher_is_better;
};

const struct metric_info *metric_info(enum metric metric);

/** What METRIC_CPU is for. */
enum experiment_work {
	WORK_MIB, /* of payload */
	WORK_TRANSACTION,
	WORK_CONNECTION,
	WORK_DATAGRAM,
	WORK_RUN, /* the whole of a command */
};

struct effect {
	struct interval ratio; /* to the first variant */
	bool is_one;
};

struct variant {
	char *text;                            /* "TCP_NODELAY=on SO_SNDBUF=64KiB" or "default" */
	double *samples[METRIC_COUNT];         /* a number a round; NAN: it has none. NULL: not measured */
	struct interval summary[METRIC_COUNT]; /* the median; its own interval, 95 % */
	struct effect effect[METRIC_COUNT];    /* of the first variant: 1, and none */
	unsigned int failed;                   /* runs without a result */
	unsigned int limited;                  /* runs in which the load's own processes were the limit, not the link */
};

/** What another needs to repeat it. Texts are borrowed, NULL: not known. */
struct experiment_environment {
	const char *kernel, *machine, *processor, *version, *begun; /* begun: ISO 8601 */
	unsigned int n_processors;
	double load_average;
	const char *command;
	const char *emulation; /* what the link is made of */
};

struct experiment {
	struct variant *variants;
	size_t n_variants;
	unsigned int n_rounds;
	uint32_t metrics;        /* 1 << METRIC_...: what this load measures */
	const char *link, *load; /* as text, borrowed */
	const char *figure;      /* what METRIC_FIGURE is called, borrowed */
	enum experiment_work work;
	double seconds; /* of a run, as asked for */
	uint64_t seed;  /* of the order of the runs */
	double risk;    /* of each ratio's interval, by experiment_conclude() */
	struct experiment_environment environment;
};

/**
 * @brief Room for the samples, all NAN.
 * @param texts of the variants, copied
 * @return 0 or -ENOMEM, and nothing needs to be freed
 */
int experiment_make(const char *const *texts, size_t n_variants, unsigned int n_rounds, uint32_t metrics,
		    struct experiment *ret);

static inline bool experiment_has(const struct experiment *experiment, enum metric metric)
{
	return experiment->metrics >> metric & 1;
}

/** The rounds from which on an effect can be called in such an experiment. */
unsigned int experiment_least_rounds(size_t n_variants, uint32_t metrics);

/** Fills summary and effect from the samples, of as many rounds as there have been. @return 0 or -ENOMEM */
int experiment_conclude(struct experiment *experiment);

void experiment_free(struct experiment *experiment);

#endif
