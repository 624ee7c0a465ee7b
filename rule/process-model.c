/* SPDX-License-Identifier: MIT */
/* A Gaussian process. */

#include "process-model.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_VARIANCE 0.0025 /* of the scores: options that do something do 5 % */

void process_model_init(struct process_model *model, size_t n_directions, process_distances *distances,
			const void *context)
{
	*model = (struct process_model){ .n_directions = n_directions, .distances = distances, .context = context };
	for (size_t i = 0; i < n_directions; i++)
		model->reach[i] = 3;
}

void process_model_free(struct process_model *model)
{
	free(model->points);
	free(model->distance);
	free(model->factor);
	free(model->weights);
	free(model->scores);
	free(model->noises);
	free(model->row);
	model->points = NULL;
	model->distance = model->factor = model->weights = model->scores = model->noises = model->row = NULL;
}

/** How alike two points are, 0 to 1, by how far apart they are in each direction: Matern's covariance of order 3/2. */
static double likeness(const struct process_model *model, const double *distance)
{
	double product = 1;

	for (size_t i = 0; i < model->n_directions; i++) {
		double r = sqrt(3) * distance[i] / model->reach[i];

		product *= (1 + r) * exp(-r);
	}
	return product;
}

static double *distance_of(const struct process_model *model, size_t i, size_t k)
{
	return model->distance + (i * (i + 1) / 2 + k) * model->n_directions;
}

/** Solves factor × x = b from above, in place. */
static void solve_down(const struct process_model *model, double *x)
{
	for (size_t i = 0; i < model->n; i++) {
		const double *row = model->factor + i * model->n;

		for (size_t k = 0; k < i; k++)
			x[i] -= row[k] * x[k];
		x[i] /= row[i];
	}
}

/** Solves the transposed factor × x = b from below, in place. */
static void solve_up(const struct process_model *model, double *x)
{
	for (size_t i = model->n; i-- > 0;) {
		for (size_t k = i + 1; k < model->n; k++)
			x[i] -= model->factor[k * model->n + i] * x[k];
		x[i] /= model->factor[i * model->n + i];
	}
}

/** Factor and weights for the reaches that are set. @return the logarithm of the likelihood, without its constant */
static double factorize(struct process_model *model)
{
	double likelihood = 0;

	for (size_t i = 0; i < model->n; i++) {
		double *row = model->factor + i * model->n;

		for (size_t k = 0; k <= i; k++) {
			const double *other = model->factor + k * model->n;

			row[k] = model->variance * likeness(model, distance_of(model, i, k));
			if (i == k)
				row[k] += model->noises[i];
			for (size_t m = 0; m < k; m++)
				row[k] -= row[m] * other[m];
			row[k] = i == k ? sqrt(fmax(row[k], 1e-12)) : row[k] / other[k];
		}
		likelihood -= log(row[i]);
	}
	for (size_t i = 0; i < model->n; i++)
		model->weights[i] = model->scores[i] - model->mean;
	solve_down(model, model->weights);
	for (size_t i = 0; i < model->n; i++)
		likelihood -= model->weights[i] * model->weights[i] / 2;
	solve_up(model, model->weights);
	return likelihood;
}

/** The reach of each direction under which the scores are most likely, one direction after another. */
static void learn_reaches(struct process_model *model)
{
	static const double reaches[] = { 1, 3, 10, 100 };
	/* Without a reason every option matters, a little. */
	static const double prior[] = { -0.5, 0, -0.3, -0.8 };

	for (size_t i = 0; i < model->n_directions; i++) {
		double most = -INFINITY, best = model->reach[i];

		for (size_t k = 0; k < sizeof(reaches) / sizeof(reaches[0]); k++) {
			double likelihood;

			model->reach[i] = reaches[k];
			likelihood = factorize(model) + prior[k];
			if (likelihood > most) {
				most = likelihood;
				best = reaches[k];
			}
		}
		model->reach[i] = best;
	}
	factorize(model);
}

static bool make_room(struct process_model *model, size_t n)
{
	process_model_free(model);
	model->n = n;
	model->points = calloc(n, sizeof(*model->points));
	model->distance = calloc(n * (n + 1) / 2, model->n_directions * sizeof(double));
	model->factor = calloc(n * n, sizeof(double));
	model->weights = calloc(n, sizeof(double));
	model->scores = calloc(n, sizeof(double));
	model->noises = calloc(n, sizeof(double));
	model->row = calloc(n, sizeof(double));
	return model->points && model->distance && model->factor && model->weights && model->scores &&
	       model->noises && model->row;
}

int process_model_fit(struct process_model *model, const struct process_measured *measured, size_t n)
{
	double sum = 0, squares = 0;

	if (!make_room(model, n)) {
		process_model_free(model);
		return -ENOMEM;
	}
	for (size_t i = 0; i < n; i++) {
		model->points[i] = measured[i].point;
		model->scores[i] = measured[i].score;
		model->noises[i] = measured[i].variance;
		sum += measured[i].score;
	}
	model->mean = sum / (double)n;
	for (size_t i = 0; i < n; i++)
		squares += (model->scores[i] - model->mean) * (model->scores[i] - model->mean);
	model->variance = fmax(squares / (double)n, LEAST_VARIANCE);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k <= i; k++)
			model->distances(model->context, model->points[i], model->points[k], distance_of(model, i, k));
	learn_reaches(model);
	return 0;
}

void process_model_believe(const struct process_model *model, size_t point, struct process_belief *ret)
{
	double distance[PROCESS_DIRECTIONS_MAX], mean = model->mean, explained = 0;

	for (size_t i = 0; i < model->n; i++) {
		model->distances(model->context, point, model->points[i], distance);
		model->row[i] = model->variance * likeness(model, distance);
		mean += model->row[i] * model->weights[i];
	}
	solve_down(model, model->row);
	for (size_t i = 0; i < model->n; i++)
		explained += model->row[i] * model->row[i];
	ret->mean = mean;
	ret->deviation = sqrt(fmax(model->variance - explained, 0));
}
