/* SPDX-License-Identifier: MIT */
/* Checks: what may be wrong with a socket, as data of catalog/checks, and the condition decided. Pure. */
#ifndef RULE_CHECK_H
#define RULE_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sockopt.h>

enum check_severity {
	CHECK_NOTE,
	CHECK_WARNING,
	CHECK_ERROR,
	CHECK_N_SEVERITIES,
};

/** Where a check can apply: each has a condition of its own. */
enum check_place {
	CHECK_LIVE,
	CHECK_TRACE,
	CHECK_SOURCE,
	CHECK_CONFIG,
	CHECK_N_PLACES,
};

/** What a number counts: microseconds, bytes, bytes a second, or things. ANY: the 0 that fits all. */
enum check_dimension {
	CHECK_PLAIN,
	CHECK_ANY,
	CHECK_TIME,
	CHECK_BYTES,
	CHECK_RATE,
};

/** What is known besides options and sysctls; catalog/checks/vocabulary.toml says what each means. */
enum check_fact {
	CHECK_FACT_ACCEPTED,
	CHECK_FACT_GROUP,
	CHECK_FACT_GROUP_LEAST,
	CHECK_FACT_ON_PORT,
	CHECK_FACT_NONBLOCKING,
	CHECK_FACT_PORT,
	CHECK_FACT_GROUPS_JOINED,
	CHECK_FACT_GROUPS_OTHERS,
	CHECK_FACT_ADDRESS_IS_HERE,
	CHECK_FACT_ROUTES_BY_MARK,
	CHECK_FACT_DEVICE_IS_UP,
	/* of a call */
	CHECK_FACT_SETS,
	CHECK_FACT_ERROR,
	CHECK_FACT_LENGTH,
	CHECK_FACT_SIZE,
	CHECK_FACT_IN_RANGE,
	CHECK_FACT_SETTABLE,
	CHECK_FACT_PRIVILEGED,
	CHECK_FACT_LATE,
	CHECK_FACT_CAPABLE,
	CHECK_FACT_CLOSES,
	CHECK_FACT_SHARES_PORT,
	CHECK_FACT_WAITING,
	CHECK_FACT_FOLLOWS_ACCEPT,
	/* of a call in source */
	CHECK_FACT_FITS,
	CHECK_FACT_ROOM,
	CHECK_FACT_TO_POINTER,
	CHECK_FACT_FROM_NUMBER,
	CHECK_FACT_LENGTH_UNSET,
	CHECK_FACT_REFUSED,
	CHECK_FACT_UNCHECKED,
	CHECK_FACT_ASKED_ERRNO,
	CHECK_FACT_ENDS_PROGRAM,
	CHECK_FACT_REPEATED,
	CHECK_FACT_RESTORED,
	CHECK_FACT_ANSWER_UNREAD,
	CHECK_FACT_MISNAMED,
	CHECK_FACT_LITERAL,
	CHECK_FACT_APPLIES,
	CHECK_FACT_LISTENS,
	CHECK_FACT_INTERNET,
	CHECK_FACT_STREAM,
	CHECK_FACT_IPV6,
	CHECK_FACT_MADE_NONBLOCKING,
	CHECK_FACT_PORT_CHOSEN,
	CHECK_FACT_BACKLOG,
	CHECK_FACT_UNTIL,
	CHECK_FACT_UNLISTED,
	CHECK_FACT_LEVEL_NUMBER,
	CHECK_FACT_OPTION_NUMBER,
	/* of a setting in a file */
	CHECK_FACT_FORCED,
	CHECK_FACT_GONE,
};

/** A step of a program for a stack: pushes a number, or takes one or two and pushes what they come to. */
enum check_op {
	CHECK_NUMBER,
	CHECK_OPTION,
	CHECK_DEFAULT,
	CHECK_KEPT,
	CHECK_GIVEN,
	CHECK_ABOUT,
	CHECK_SYSCTL, /* times number */
	CHECK_FACT,
	CHECK_ADD,
	CHECK_SUBTRACT,
	CHECK_MULTIPLY,
	CHECK_DIVIDE,
	CHECK_BITS,
	CHECK_SHIFT,
	CHECK_MAX,
	CHECK_MIN,
	CHECK_EQUAL,
	CHECK_UNEQUAL,
	CHECK_LESS,
	CHECK_AT_MOST,
	CHECK_MORE,
	CHECK_AT_LEAST,
	CHECK_AND,
	CHECK_OR,
	CHECK_NOT,
};

struct check_step {
	enum check_op op;
	enum check_fact fact;
	int64_t number;
	const char *name; /* of an option or a sysctl */
	unsigned int field;
};

/** More numbers than that never lie on the stack: gen/condition.py sees to it. */
#define CHECK_STACK 16

struct check_program {
	const char *source; /* as written */
	const struct check_step *steps;
	size_t n_steps;
	enum check_dimension dimension;
};

/** At most so many different numbers stand in the texts of a check. */
#define CHECK_HOLES 8

struct check {
	const char *id;
	enum check_severity severity;
	struct sockopt_text title;
	struct sockopt_text why;    /* {0} stands for the first of holes */
	struct sockopt_text advice; /* may be NULL */
	const char *socket;         /* a selector; NULL: any */
	const char *const *options; /* whose calls are looked at, NULL-terminated; NULL: any */
	struct check_program when[CHECK_N_PLACES];
	const char *cure[CHECK_N_PLACES]; /* {socket} and holes */
	const struct check_program *holes;
	size_t n_holes;
	const struct sockopt_source *sources;
	size_t n_sources;
	const char *const *see; /* options, NULL-terminated; at least one */
};

extern const struct check check_table[];
extern const size_t check_count;

/** The check of this id, in any case; NULL if there is none. */
const struct check *check_find(const char *id);

/** "note", "warning", "error": words of the command line and of JSON, never translated. */
const char *check_severity_word(enum check_severity severity);

/** "live", "trace", "source", "config". */
const char *check_place_word(enum check_place place);

/** Does the check apply in this place? */
bool check_applies(const struct check *check, enum check_place place);

/** What a program asks. Each returns 0, or a negative errno if it is not known. */
struct check_world {
	struct sockopt_kind kind; /* of the socket */
	int (*option)(void *context, const struct sockopt_option *option, struct sockopt_value *ret);
	int (*kept)(void *context, const struct sockopt_option *option, struct sockopt_value *ret);
	int (*fresh)(void *context, const struct sockopt_option *option, struct sockopt_value *ret);
	/** 1: the option is set by the function or file; 0: it is not. */
	int (*given)(void *context, const struct sockopt_option *option, int64_t *ret);
	const struct sockopt_option *about; /* the option of the call or setting; NULL: none */
	int (*sysctl)(void *context, const char *name, int64_t *ret);
	int (*fact)(void *context, enum check_fact fact, int64_t *ret);
	void *context;
};

/** A number that may not be known. */
struct check_number {
	bool known;
	int64_t number;
};

/** What a program comes to; of a condition: not 0 is true. */
struct check_number check_value(const struct check_program *program, const struct check_world *world);

/** Is it in one of the ranges of the option's entry? Of unsigned 64-bit options the number is taken as one. */
bool check_in_range(const struct sockopt_option *option, int64_t number);

/** What was found, in the numbers of the holes. */
struct check_finding {
	const struct check *check;
	const struct sockopt_option *option; /* that the call or setting is about; NULL: none, or a socket's finding */
	struct check_number numbers[CHECK_HOLES];
};

/** Is the condition of that place true? Fills in the finding if so. */
bool check_judge(const struct check *check, enum check_place place, const struct check_world *world,
		 struct check_finding *ret);

#endif
