/* SPDX-License-Identifier: MIT */
/* What could be reached of the sockets that a command looked at, and how it ends. */
#ifndef CMD_REACH_H
#define CMD_REACH_H

#include <sockets.h>

/** Which capabilities others' sockets need that we have not, as the engine that looked reaches them: translated. */
const char *reach_needs(const struct live_report *report);

/** Tells of processes that were not looked into, if there are any. */
void reach_say_hidden(const struct live_report *report);

/** Says that there is no process of this number, which may have been meant as a port. @param selector as typed */
void reach_say_no_process(const char *selector);

/**
 * @brief Says what was out of reach, if anything.
 * @param selector as typed; NULL: all
 * @param r what live_each() returned
 * @return the exit status: EXIT_DONE if the command may go on to say what it found
 */
int reach_status(const struct live_report *report, const char *selector, int r);

#endif
