/* SPDX-License-Identifier: MIT */
/* --engine, for the commands that look for sockets. */
#ifndef CMD_ENGINE_OPTION_H
#define CMD_ENGINE_OPTION_H

#include <argp.h>
#include <sockets.h>

/** The children of the argp of such a command: what all have, and this, whose input is an enum live_engine. */
extern const struct argp_child engine_children[];

/** Says with -v which engine looked, and why not the other. */
void engine_say(const struct live_report *report);

/** Says that the engine asked for cannot be had, and why. */
void engine_refused(const struct live_report *report);

#endif
