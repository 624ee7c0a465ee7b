/* SPDX-License-Identifier: MIT */
/* What a transaction is made of: private to transaction.c and transaction-kernel.c. */
#ifndef CMD_TRANSACTION_PARTS_H
#define CMD_TRANSACTION_PARTS_H

#include <bpf-change.h>
#include <change.h>

#include "transaction.h"

struct journal;

/** The old value of an option that changes along. */
struct step_touched {
	const struct sockopt_option *option;
	struct bpf_value before;
};

/** One option of one socket, as small as can be: there may be 100,000. */
struct step {
	struct facts facts; /* holders: owned; no context */
	const struct sockopt_assignment *assignment;
	const struct sockopt_option *option; /* the assignment's, or its twin for this socket */
	size_t row;                          /* its place in what is shown */
	bool made;
	bool doubtful;  /* it may have been made: the kernel was stopped before it told */
	bool by_kernel; /* no descriptor leads to it, or none is wanted; what follows is of such a step */
	bool is_gone;
	bool has_before; /* false: it could not be read */
	struct bpf_value before;
	struct step_touched *touched; /* owned */
	size_t n_touched;
	int refused; /* errno: it will not be made; 0; of one by a descriptor: its old value may not be read */
};

struct transaction {
	const struct transaction_wish *wish;
	struct step *steps;
	size_t n_steps, room;
	struct journal *journal; /* NULL: a dry run */
	unsigned int id;
	size_t not_applicable; /* pairs of socket and option that do not fit */
	bool *warned;          /* an assignment each: "too late" was said */
	int error;             /* of the journal */
	size_t failed, forbidden, gone, made, doubtful;
	size_t for_good;                     /* of those made: nothing can take them back */
	const struct sockopt_option *unread; /* whose old value could not be read, which ended the planning */
	size_t out_of_reach;                 /* sockets that match, of processes that are not ours */
	size_t hidden;                       /* sockets that match, in network namespaces that we may not enter */
	size_t n_rows;                       /* shown so far */
	pid_t reached;                       /* the last process that was asked, if its descriptors can be borrowed */
	bool warned_touched;                 /* "cannot be brought back" was said */
	struct step *later;                  /* steps by the kernel, until their old values are read */
	size_t n_later, room_later;
	const char *why_not; /* the kernel does not make changes for us; English, to be translated */
	int why_error;
};

/** Writes the old value down; @return 0 or -errno */
int transaction_intend(struct transaction *transaction, const struct step *step, const struct change *change);

/** Writes down what came of it, but no key. */
void transaction_note(struct transaction *transaction, size_t index, const struct change *change);

/** Shows what came of a step. word: in place of the result, or NULL */
void transaction_show(struct transaction *transaction, struct step *step, const struct change *change,
		      const char *word);

/** Counts a failure, and says why the first one failed. error: positive */
void transaction_failed(struct transaction *transaction, const struct step *step, int error);

/** Room for one more step at the end of a list. */
struct step *transaction_add(struct step **steps, size_t *n, size_t *room);

/** Is this socket to be changed by the kernel, without a descriptor? */
bool transaction_is_by_kernel(struct transaction *transaction, struct live_socket *socket);

/** Reads what changes along with a step that is put off, as far as the look tells it. @return 0 or -errno */
int transaction_plan_later(struct step *step, struct live_socket *socket);

/** Plans the steps that were put off: reads their old values in one pass, and writes them down. @return 0 or -errno */
int transaction_plan_by_kernel(struct transaction *transaction);

/** Makes all of them in one pass. */
void transaction_make_by_kernel(struct transaction *transaction);

/** Takes back what was made, and what may have been, or says that it could not; what is left is in the journal. */
void transaction_take_back(struct transaction *transaction);

#endif
