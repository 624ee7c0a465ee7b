/* SPDX-License-Identifier: MIT */
/* The two hosts of a measurement, and the link between them. */
#ifndef CMD_MEASURE_PLACE_H
#define CMD_MEASURE_PLACE_H

#include <lab-link.h>
#include <remote.h>
#include <trial.h>

struct measure_place {
	struct trial_place trial;
	struct link *link;    /* NULL: none is ours */
	struct remote remote; /* of --ssh */
	struct link_spec spec;
	char text[LINK_SPEC_TEXT_MAX];
	const char *engine; /* what the link is made of */
};

/** Reads --link, or says what is wrong with it. @return 0, or an exit status */
int measure_place_read(const char *link, struct measure_place *ret);

/** A host that is not ours, HOST:PORT: no link, no network namespace. @return 0, or an exit status: said why */
int measure_place_of_host(const char *host, struct measure_place *ret);

/**
 * @brief The server is on a machine that ssh(1) reaches, [USER@]HOST, and has a sockopt. What is wrong is said.
 * @return 0, or an exit status
 */
int measure_place_by_ssh(const char *destination, struct measure_place *ret);

/**
 * @brief Moves us into a network namespace of our own, with the link. What is wrong is said.
 * @param sysctls NAME=VALUE that both hosts are given
 * @return 0, or an exit status
 */
int measure_place_open(struct measure_place *place, const char *const *sysctls, size_t n_sysctls);

/** Nothing of the run before is under way any more. @return 0 or -errno */
int measure_place_renew(const struct measure_place *place);

void measure_place_close(struct measure_place *place);

#endif
