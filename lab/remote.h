/* SPDX-License-Identifier: MIT */
/*
 * The server of a built-in load on another machine, where `sockopt measure --serve` serves us over its standard input
 * and output, as ssh(1) connects them. A line each way:
 *
 *   load TEXT, option OPTION=VALUE (any number), start FAMILY  ->  port N
 *   go WARM_UP_NS RUN_NS; after that time: end
 *                              ->  result NS BYTES DONE RETRANSMITS MEMORY RAN_NS WAITED_NS
 *
 * or, in place of an answer, error ERRNO WHAT.
 */
#ifndef LAB_REMOTE_H
#define LAB_REMOTE_H

#include <rule.h>
#include <stdio.h>
#include <sys/types.h>

#include "load.h"

struct remote {
	FILE *to, *from;
	pid_t pid;
};

/** Starts the program that connects us: ssh and its arguments. @return 0 or -errno */
int remote_open(char *const *arguments, struct remote *ret);
void remote_close(struct remote *remote);

/** A server with these options; NULL: none. @return its port, or -errno, and what failed in board->server */
int remote_start(struct remote *remote, const struct load_spec *spec, int family, const struct rules *rules,
		 struct load_board *board);

/** It measures from so long after now on. @return 0 or -errno */
int remote_go(struct remote *remote, int64_t warm_up_ns, int64_t run_ns);

/** Ends the server; what it saw is put into board->server. @return 0 or -errno */
int remote_end(struct remote *remote, struct load_board *board);

/** The other side: serves until the end of the input. @return 0 or -errno */
int remote_serve(FILE *in, FILE *out);

#endif
