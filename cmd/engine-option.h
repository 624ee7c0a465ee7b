/* SPDX-License-Identifier: MIT */
/* --engine, for the commands that look for sockets. */
#ifndef CMD_ENGINE_OPTION_H
#define CMD_ENGINE_OPTION_H

#include <argp.h>
#include <sockets.h>

/** A child of a command's argp; its input is an enum live_engine. */
extern const struct argp engine_argp;

/** Says with -v which engine looked, and why not the other. */
void engine_say(const struct live_report *report);

/** Says that the engine asked for cannot be had, and why. */
void engine_refused(const struct live_report *report);

#endif
