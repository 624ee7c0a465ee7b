/* SPDX-License-Identifier: MIT */
/* What engines that hold a descriptor of a socket do with it: facts, decisions, assignments, memory. */
#ifndef LIVE_RUN_APPLY_H
#define LIVE_RUN_APPLY_H

#include "identity.h"
#include "run-engine.h"
#include "run-memory.h"

/** What of a socket the rules ask for at some moment. */
struct run_needs {
	bool holder;      /* pid, fd, process, user, cgroup */
	unsigned address; /* moments at which an address decides: of enum sockopt_moment */
};

/** Everything that is kept between calls. */
struct run_state {
	const struct run_job *job;
	struct run_needs needs;
	struct identity_namespaces namespaces;
	struct run_memory *memory; /* NULL: no rule needs one */
};

/** A socket of the program in our hands, and who made the call. Holds pointers into itself: do not copy. */
struct run_socket {
	int fd; /* borrowed, owned by the caller */
	struct facts facts;
	struct facts_holder holder;
	char process[32];
	char *cgroup;
};

int run_state_init(const struct run_job *job, struct run_state *ret);
void run_state_done(struct run_state *state);

/**
 * @brief Reads who a socket is.
 * @param tid a thread of the holder, or 0: this process
 * @param their_fd the holder's descriptor, -1: it has none yet
 * @return 0 or -errno; run_socket_done() in either case
 */
int run_socket_read(struct run_state *state, int fd, pid_t tid, int their_fd, struct run_socket *ret);
void run_socket_done(struct run_socket *socket);

/** Can anything be due at this moment on such a socket? */
bool run_may_be_due(const struct rules *rules, const struct sockopt_kind *kind, enum sockopt_moment moment);

/** Makes what is due, and notes that the moment has come. */
void run_apply(struct run_state *state, struct run_socket *socket, enum sockopt_moment moment);

/** An accepted socket has come to what its listener has come to. */
void run_inherit(struct run_state *state, uint64_t listener, const struct facts *accepted);

/** Judges a setsockopt(2) of the program. value_matters: with another value the verdict may be another. */
void run_judge(struct run_state *state, const struct run_socket *socket, const struct rule_call *call,
	       struct rule_verdict *ret, bool *ret_value_matters);

/** Notes that the program has set an option. */
void run_remember(struct run_state *state, const struct run_socket *socket, const struct rule_call *call);

/** Makes the rule's assignment in place of the program's. @return 0 or -errno, for the program */
int run_replace(struct run_state *state, struct run_socket *socket, const struct rule_verdict *verdict,
		const struct rule_call *call);

/** Tells what was refused or logged. */
void run_tell_call(struct run_state *state, const struct run_socket *socket, enum run_event_kind kind,
		   const struct rule_hit *hit, const struct rule_call *call, int error);

#endif
