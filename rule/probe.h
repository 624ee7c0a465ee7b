/* SPDX-License-Identifier: MIT */
/* What a probe of a kernel finds, as data: live/ fills it in, view/ shows it. */
#ifndef RULE_PROBE_H
#define RULE_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sockopt.h>

/** A kind of socket that can be opened, by the name that the output has for it. */
struct probe_kind {
	const char *name;
	struct sockopt_kind of;
};

#define PROBE_KINDS_MAX 96
#define PROBE_TEXT_MAX 96
#define PROBE_REMARKS_MAX 16384

extern const struct probe_kind probe_kinds[];
extern const size_t probe_n_kinds;

/** How a call ended: 0, an errno (positive), or one of these. */
enum probe_outcome {
	PROBE_NOT_TRIED = -1,
	PROBE_KILLED = -2, /* who made it was ended: by a seccomp filter, or an emulator's fault */
	PROBE_HUNG = -3,   /* no answer came */
};

/** Where the probe was made, and what it may do there. */
struct probe_world {
	bool own_network;   /* a network namespace of its own: nobody else is in it */
	int network_error;  /* why not, positive */
	bool initial_user;  /* in the initial user namespace, where capabilities count everywhere */
	int program_error;  /* why no BPF program can be loaded, positive; 0 */
	uint64_t permitted; /* capabilities, as bits */
	/* outcomes of a call with a descriptor that is none: 0: the kernel said so */
	int get_call;
	int set_call;
};

/** A kind as it was found here. */
struct probe_socket {
	bool open;
	int error; /* outcome of socket(2) */
	bool deaf; /* one can listen, but nothing connects */
	int deaf_error;
};

/** An option on a kind of socket, measured. Where get or set is PROBE_NOT_TRIED, so is what depends on it. */
struct probe_cell {
	int get, set;                    /* outcomes */
	char by_default[PROBE_TEXT_MAX]; /* what a fresh socket has; "": not known */
	bool has_range;
	int64_t least, greatest; /* numbers that are accepted */
	int outside;             /* outcome beyond them; 0: nothing lies beyond; < 0: what sought them was ended */
	int without;             /* outcome without any capability */
	uint64_t enough;         /* capabilities each of which is enough, as bits */
	int inside;              /* outcome as root of a user namespace */
	int inherits;            /* enum sockopt_inherits, or PROBE_NOT_TRIED */
};

/** The groups of facts: is the option of this kernel at all, those of enum sockopt_fact in their order, one more. */
enum { PROBE_GROUP_HERE,
       PROBE_GROUP_READABLE,
       PROBE_GROUP_WRITABLE,
       PROBE_GROUP_GET_LENGTH,
       PROBE_GROUP_SET_LENGTH,
       PROBE_GROUP_DEFAULT,
       PROBE_GROUP_RANGE,
       PROBE_GROUP_EXAMPLE,
       PROBE_GROUP_TRANSFORM,
       PROBE_GROUP_REFUSED,
       PROBE_GROUP_INHERITS,
       PROBE_GROUP_PRIVILEGE,
       PROBE_GROUP_TOUCHES,
       PROBE_GROUP_UNPROBED, /* what is known from the source alone cannot be tried here either */
       PROBE_N_GROUPS };

/** "readable", "length of get", ...: never translated. */
const char *probe_group_name(unsigned group);

/** What came of the facts of one group on one option. */
struct probe_claim {
	unsigned probed;
	unsigned contradicted;
	unsigned cannot;                     /* could not be probed, though there is a socket */
	unsigned differs;                    /* do not hold, as a change of a newer kernel says */
	const struct sockopt_change *change; /* that change, or NULL */
};

enum probe_status {
	PROBE_CONTRADICTED,
	PROBE_DIFFERS, /* as the entry says of kernels before a change */
	PROBE_CANNOT,
	PROBE_ABSENT, /* there is nothing to probe: no such socket here, another kernel's option */
};

/** A sentence with holes in braces: {socket}, {state}, {call}, {value}, {found}, {expected}. NULL: none. */
struct probe_words {
	const char *text; /* marked for translation */
	const char *socket, *state, *call, *value, *found, *expected;
};

/** One fact that does not hold, or that cannot be probed. */
struct probe_remark {
	const struct sockopt_option *option;
	unsigned group;
	enum probe_status status;
	const char *text;
	const char *socket, *state, *call; /* of constant data */
	char value[PROBE_TEXT_MAX], found[PROBE_TEXT_MAX], expected[PROBE_TEXT_MAX];
};

/** Everything that a probe found. Arrays have an element for each option of the catalogue. */
struct probe_result {
	struct probe_world world;
	struct probe_socket sockets[PROBE_KINDS_MAX];
	struct probe_claim (*claims)[PROBE_N_GROUPS];
	struct probe_cell *cells; /* [option * probe_n_kinds + kind]; NULL: nothing was measured */
	struct probe_remark *remarks;
	size_t n_remarks;
	size_t n_lost; /* remarks for which there was no room */
};

/** What is measured of a cell, each a bit. */
enum probe_measure {
	PROBE_GET = 1 << 0,
	PROBE_SET = 1 << 1,
	PROBE_RANGE = 1 << 2,
	PROBE_WITHOUT = 1 << 3,
	PROBE_INSIDE = 1 << 4,
	PROBE_INHERITS = 1 << 5,
};

/** The cell of an option on a kind. */
static inline struct probe_cell *probe_cell_at(const struct probe_result *result, size_t option, size_t kind)
{
	return &result->cells[option * probe_n_kinds + kind];
}

/** What became of all facts that were looked at. */
struct probe_sums {
	unsigned probed, contradicted, cannot, differs;
};

void probe_sum(const struct probe_result *result, struct probe_sums *ret);

/** How many options were measured, and on how many something works. */
struct probe_counts {
	size_t options;
	size_t work;
	size_t only_read;         /* though the catalogue says that they can be set */
	size_t no_socket;         /* no kind of socket on which they apply could be opened */
	size_t refused;           /* the kernel takes and gives them nowhere */
	size_t unknown;           /* not tried */
	size_t measured, missing; /* of what is to be measured (probe_cell_due()) */
};

/** How an option fares, over all kinds. */
enum probe_verdict {
	PROBE_WORKS,
	PROBE_ONLY_READ,
	PROBE_NO_SOCKET,
	PROBE_REFUSED,
	PROBE_UNKNOWN,
};

enum probe_verdict probe_verdict(const struct probe_result *result, size_t option);

void probe_count(const struct probe_result *result, const bool *options, struct probe_counts *ret);

/** What is to be measured of an option on a kind: all that follows from where the catalogue says that it applies. */
unsigned probe_cell_due(const struct probe_result *result, size_t option, size_t kind);

/** What of it could not be found out. */
unsigned probe_cell_unknown(const struct probe_result *result, size_t option, size_t kind);

/** Is there anything to be said of an option on a kind: does it apply there, or work nevertheless? */
bool probe_cell_matters(const struct probe_result *result, size_t option, size_t kind);

/**
 * @brief Fills the holes of a sentence.
 * @param text the sentence, translated or not
 * @return the length that was needed, as snprintf(3)
 */
size_t probe_fill(const struct probe_remark *remark, const char *text, char *ret, size_t size);

/** "EINVAL" for 22, "ok" for 0, "killed", "hung", "not tried"; "E600" for one without a name. */
const char *probe_outcome_word(int outcome, char room[static 16]);

/** "CAP_NET_ADMIN" for its number; NULL: one that no option needs. */
const char *probe_capability_name(unsigned number);

/** The number of a capability by its name, or -1. */
int probe_capability(const char *name);

#endif
