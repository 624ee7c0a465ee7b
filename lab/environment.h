/* SPDX-License-Identifier: MIT */
/* On what an experiment ran: kernel, machine, processor, load. */
#ifndef LAB_ENVIRONMENT_H
#define LAB_ENVIRONMENT_H

#include <experiment.h>
#include <sys/utsname.h>

struct environment {
	struct utsname system;
	char kernel[sizeof(((struct utsname *)0)->release) + 72];
	char processor[128];
	char begun[32];
};

/** Reads it; what *ret points to is in *room, which must outlive it. version and command are for the caller. */
void environment_read(struct environment *room, struct experiment_environment *ret);

/** Of the thread's network namespace, where each has it for itself. @param name with dots @return 0 or -errno */
int environment_set_sysctl(const char *name, const char *value);

/** In a network namespace of our own: what one run learns of the path must not help the next. */
void environment_forget_paths(void);

#endif
