/* SPDX-License-Identifier: MIT */
/*
 * A Gaussian process over points that have distances in several directions: what noisy measurements of some say of all.
 * Rasmussen, Williams, Gaussian Processes for Machine Learning, algorithm 2.1. Pure.
 */
#ifndef RULE_PROCESS_MODEL_H
#define RULE_PROCESS_MODEL_H

#include <stddef.h>

enum { PROCESS_DIRECTIONS_MAX = 8 };

typedef void process_distances(const void *context, size_t a, size_t b, double *ret);

struct process_belief {
	double mean, deviation;
};

struct process_model {
	size_t n_directions;
	process_distances *distances;
	const void *context;
	double reach[PROCESS_DIRECTIONS_MAX]; /* the distance at which points are hardly alike any more */
	double mean, variance;
	size_t n;
	size_t *points;
	double *distance; /* n_directions a pair of points, of the lower triangle */
	double *factor;   /* Cholesky's, row by row */
	double *noises;   /* of the scores: their variances */
	double *weights, *scores, *row;
};

void process_model_init(struct process_model *model, size_t n_directions, process_distances *distances,
			const void *context);
void process_model_free(struct process_model *model);

/** What was measured of a point: the mean of its scores, and that mean's variance. */
struct process_measured {
	size_t point;
	double score, variance;
};

/** @brief Learns from what was measured, each point once. @return 0 or -ENOMEM */
int process_model_fit(struct process_model *model, const struct process_measured *measured, size_t n);

/** What is to be expected of a point, without the noise of measuring it. */
void process_model_believe(const struct process_model *model, size_t point, struct process_belief *ret);

#endif
