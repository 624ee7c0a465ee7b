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

/**
 * @brief Sets NAME=VALUE of the thread's network namespace, where each has it for itself.
 * @param assignment the name with dots, and of net. alone
 * @return 0 or -errno
 */
int environment_set_sysctl(const char *assignment);

/** Where that is, and what is to be written there. @return 0 or -EINVAL */
int environment_read_sysctl(const char *assignment, char *ret_path, size_t size, const char **ret_value);

/** In a network namespace of our own: what one run learns of the path must not help the next. */
void environment_forget_paths(void);

#endif
