/* SPDX-License-Identifier: MIT */
/* What taking back is made of: private to undo.c and undo-kernel.c. */
#ifndef CMD_UNDO_PARTS_H
#define CMD_UNDO_PARTS_H

#include <change-view.h>
#include <change.h>

#include "journal.h"

struct undo_args {
	unsigned int id; /* 0: the last */
	bool json;
	bool dry_run;
	bool force;
};

struct undo {
	const struct undo_args *args;
	const struct journal_entry *entry;
	struct change_view *view;
	struct borrower borrower;
	size_t *lost; /* intents whose socket its holders have no longer: it may be elsewhere */
	bool *found;  /* a lost one each */
	size_t n_lost;
	size_t *kernel; /* intents that the kernel is to take back: no descriptor leads to their sockets */
	size_t n_kernel;
	size_t restored, gone, foreign, failed, forbidden, not_undoable, as_before;
};

/** Shows what came of an intent. */
void undo_show(const struct undo *undo, const struct journal_intent *intent, const struct sockopt_option *option,
	       const struct sockopt_value *now, const struct sockopt_value *after, const char *word, int error);

/** The option of an intent, named or not. unnamed: room for it */
const struct sockopt_option *undo_option(const struct journal_intent *intent, struct sockopt_unnamed *unnamed);

/** Was the value changed by somebody else: is it neither what we left nor what there was? */
bool undo_is_changed_since(const struct journal_intent *intent, const struct sockopt_option *option,
			   const struct sockopt_value *now);

/** Takes back those that only the kernel can reach. */
void undo_by_kernel(struct undo *undo);

#endif
