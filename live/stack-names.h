/* SPDX-License-Identifier: MIT */
/* Names of addresses in the stacks of other processes: by /proc/PID/maps and the symbols of their files. */
#ifndef LIVE_STACK_NAMES_H
#define LIVE_STACK_NAMES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

struct stack_names;

/** @return NULL if memory is short */
struct stack_names *stack_names_new(void);
void stack_names_free(struct stack_names *names);

/**
 * @brief "setsockopt+0xa (/usr/lib/x86_64-linux-gnu/libc.so.6)", or only the file and the offset in it.
 * @return the name, owned by names, or NULL: the process is gone or hidden, or no file is mapped there
 */
const char *stack_names_find(struct stack_names *names, pid_t pid, uint64_t address);

/** Is a file mapped there, to be executed? */
bool stack_names_is_code(struct stack_names *names, pid_t pid, uint64_t address);

/** Of a process that may be long gone: what was found at the time. @return 0 or -ENOMEM */
int stack_names_add(struct stack_names *names, pid_t pid, uint64_t address, const char *name);

/** What stack_names_add() was told; NULL: nothing. */
const char *stack_names_known(const struct stack_names *names, pid_t pid, uint64_t address);

/** A file that is mapped as code in one process. */
struct mapping {
	uint64_t start, end, offset;
	char *path;
};

/** A line of /proc/PID/maps; the path points into it. @return false: nothing is mapped there as code */
bool mapping_read(char *line, struct mapping *ret);

/** Opens a mapped file for reading, as the process sees it: it may live in another root. @return -1: not to be had */
int mapping_open(pid_t pid, const char *path, struct stat *ret_status);

#endif
