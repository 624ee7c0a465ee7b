/* SPDX-License-Identifier: MIT */
/* Does the link of a measurement keep what it is asked for? */
#ifndef CMD_MEASURE_CALIBRATE_H
#define CMD_MEASURE_CALIBRATE_H

#include "measure-place.h"

/** Tries the link, and shows asked and got. @return an exit status: EXIT_NOTHING, not all of it is kept */
int measure_calibrate(const struct measure_place *place, bool json);

#endif
