/* SPDX-License-Identifier: MIT */
/* A call in C source, as far as it is certain without running it. */
#ifndef RULE_CODE_CALL_H
#define RULE_CODE_CALL_H

#include "check.h"

enum code_kind {
	CODE_SET,
	CODE_GET,
	CODE_LISTEN,
};

/** What surely was called on the descriptor before (or is called later): bits. */
enum code_moment {
	CODE_BIND = 1,
	CODE_LISTENS = 2,
	CODE_CONNECT = 4,
	CODE_ACCEPTED = 8, /* accept(2) made it */
};

struct code_option {
	int level;
	int number;
};

/** All pointers are valid during the call that hands it over. */
struct code_call {
	enum code_kind kind;
	unsigned int line;
	unsigned int column; /* in bytes, from 1 */
	unsigned int end_column;
	bool has_option; /* level and number are constants */
	struct code_option option;
	const char *name; /* the identifier that was written for it; NULL: something else */
	bool is_literal;  /* a bare number was written for it */
	bool is_unchecked;
	struct check_number asked_errno; /* what errno is compared with behind the call, if with one number alone */
	bool ends_program;               /* where it fails: exit(2), abort(3), ... */
	bool is_repeated;                /* it was surely set to the same value just before */
	bool is_restored;                /* the value is what getsockopt(2) gave of the same option */
	bool is_answer_unread;           /* of get: optval had no value before, and nobody looks at optlen afterwards */
	struct check_number length;      /* optlen, of get: what it is before the call */
	bool length_is_unset;            /* of get: it surely has no value yet */
	struct check_number room;        /* the bytes of the object that optval points to */
	bool to_pointer;                 /* that object is a pointer */
	bool from_number;                /* optval is a number that was cast to a pointer, and not 0 */
	const void *bytes;               /* what the object has before the call; NULL: not certain */
	size_t size;
	struct check_number family, type, protocol; /* of the socket(2) that made it */
	bool is_nonblocking;                        /* it was made so */
	bool has_flow;                              /* the descriptor is a variable whose changes are all seen */
	unsigned int done;                          /* enum code_moment: surely called before */
	unsigned int later;                         /* called after this, perhaps */
	bool escapes;                               /* other code may set options on it */
	bool is_port_chosen;                        /* of listen: the address that it is bound to has a port */
	const struct code_option *others;           /* that the function sets on the descriptor anywhere */
	size_t n_others;
};

#endif
