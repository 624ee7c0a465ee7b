/* SPDX-License-Identifier: MIT */
/* Demonstrations: live, on real sockets, step by step. */
#ifndef CMD_DEMO_H
#define CMD_DEMO_H

#include <stdbool.h>

struct demo_args {
	const char *name;
	bool json;
	bool pace; /* wait for a key between the steps */
};

struct demo {
	const char *name;
	const char *summary; /* marked for translation */
	int (*run)(const struct demo_args *args);
};

extern const struct demo demo_reuseaddr;

/** A step's text, filled to the screen; waits for a key with --pace. Silent with --json. */
void demo_step(const struct demo_args *args, unsigned int number, const char *text);

/** A line of what was done and what came of it, as it would be in a terminal. */
void demo_line(const struct demo_args *args, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
