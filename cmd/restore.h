/* SPDX-License-Identifier: MIT */
/* Old values of the journal, brought back: by `undo`, and by a transaction that fails midway. */
#ifndef CMD_RESTORE_H
#define CMD_RESTORE_H

#include <change.h>

#include "journal.h"

/** What became of an intent. */
enum restore_outcome {
	RESTORE_RESTORED,
	RESTORE_AS_BEFORE,     /* nothing was to be done */
	RESTORE_GONE,          /* the socket is closed */
	RESTORE_CHANGED_SINCE, /* by somebody else: left alone */
	RESTORE_PLANNED,       /* a dry run */
	RESTORE_FAILED,
};

#define RESTORE_N_OUTCOMES (RESTORE_FAILED + 1)

struct restore {
	const struct journal_entry *entry; /* intents that are marked as failed are left out */
	bool dry_run;
	bool force; /* also what somebody else changed since */
	/** Is told of each intent once. now, after: NULL if not known; error: positive, 0 */
	void (*tell)(void *context, size_t index, enum restore_outcome outcome, const struct sockopt_value *now,
		     const struct sockopt_value *after, int error);
	void *context;

	/* From here on what it finds. */
	size_t n[RESTORE_N_OUTCOMES];
	size_t forbidden;    /* of the failed ones, those for want of a right */
	size_t left_along;   /* options that changed along, and stay so */
	size_t not_undoable; /* of the failed ones, those whose old value was not known */
	size_t not_known;    /* actions, of which the journal does not tell if they were made: left alone */

	/* Inner things. */
	struct borrower borrower;
	size_t *lost; /* intents whose socket its holders have no longer: it may be elsewhere */
	bool *found;  /* a lost one each */
	size_t n_lost;
	size_t *kernel; /* intents that the kernel is to take back: no descriptor leads to their sockets */
	size_t n_kernel;
};

/** Brings back all of entry, last first, wherever the sockets are now. */
void restore_all(struct restore *restore);

/** The option of an intent, named or not. unnamed: room for it */
const struct sockopt_option *restore_option(const struct journal_intent *intent, struct sockopt_unnamed *unnamed);

/* Between restore.c and restore-kernel.c. */

/** Counts an outcome, and tells of it. */
void restore_tell(struct restore *restore, size_t index, enum restore_outcome outcome, const struct sockopt_value *now,
		  const struct sockopt_value *after, int error);

/** Is the value that is there to be brought back? Tells if it is not. is_as_before: as RESTORE_AS_BEFORE */
bool restore_is_wanted(struct restore *restore, size_t index, const struct sockopt_option *option,
		       const struct sockopt_value *now);

/** Takes back those that only the kernel can reach. */
void restore_by_kernel(struct restore *restore);

#endif
