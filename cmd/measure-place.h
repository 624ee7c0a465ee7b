/* SPDX-License-Identifier: MIT */
/* The two hosts of a measurement, and the link between them. */
#ifndef CMD_MEASURE_PLACE_H
#define CMD_MEASURE_PLACE_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lab-link.h>
#include <remote.h>
#include <trial.h>

/** Where it is to be measured, as the command line has it. NULL: not said. */
struct measure_where {
	const char *link;     /* a link between two hosts of ours */
	const char *to, *ssh; /* HOST:PORT, [USER@]HOST: over the network as it is */
	const char **sysctls; /* of the hosts of ours; with room for as many as there are arguments */
	size_t n_sysctls;
};

/** The children of the argp of such a command: what all have, and this, whose input is a struct measure_where. */
extern const struct argp_child measure_where_children[];

struct measure_place {
	struct trial_place trial;
	bool is_abroad;       /* neither hosts nor link are ours */
	struct link *link;    /* NULL: none is ours */
	struct remote remote; /* of --ssh */
	struct link_spec spec;
	char text[LINK_SPEC_TEXT_MAX];
	const char *engine; /* what the link is made of */
};

/** Can such a load be measured there? What cannot is said. */
bool measure_where_takes(const struct measure_where *where, const struct trial_load *load);

/** @brief Reads where it is, and reaches it if it is not ours. What is wrong is said. @return 0, or an exit status */
int measure_place_find(const struct measure_where *where, struct measure_place *ret);

/**
 * @brief Moves us into a network namespace of our own, with the link, unless it is abroad. What is wrong is said.
 *
 * Do not copy the place from then on.
 * @return 0, or an exit status
 */
int measure_place_open(struct measure_place *place, const struct measure_where *where);

/** The time there and back, as far as it is known. */
int64_t measure_place_rtt_us(const struct measure_place *place);

/** Nothing of the run before is under way any more. @return 0 or -errno */
int measure_place_renew(const struct measure_place *place);

void measure_place_close(struct measure_place *place);

#endif
