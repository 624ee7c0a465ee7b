/* SPDX-License-Identifier: MIT */
/* Changes on many sockets as one: planned, journaled, made, and taken back if one fails. */
#ifndef CMD_TRANSACTION_H
#define CMD_TRANSACTION_H

#include <change-view.h>
#include <selector.h>
#include <sockets.h>

struct transaction_wish {
	const struct selector *selector;
	const char *selector_text;
	const char *command; /* for the journal */
	struct sockopt_assignment *assignments;
	struct sockopt_unnamed *unnamed; /* what assignments may point to */
	size_t n_assignments;
	/** Is this assignment meant for this socket, which the selector picks? NULL: every one is. */
	bool (*picks)(void *context, struct live_socket *socket, size_t index);
	void *context;
	enum live_engine engine;
	bool dry_run;
	bool keep_going;
	struct change_view *view; /* ended by the transaction */
};

/** Plans, journals, makes the changes, and says what happened. @return the exit status */
int transaction_run(const struct transaction_wish *wish);

#endif
