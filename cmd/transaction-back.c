/* SPDX-License-Identifier: MIT */
/* What a transaction that fails midway does about what it has made. */

#include <log.h>
#include <text.h>

#include "journal.h"
#include "restore.h"
#include "transaction-parts.h"

/** One that was taken back, or not. */
static void tell_rolled_back(void *context, size_t index, enum restore_outcome outcome, const struct sockopt_value *now,
			     const struct sockopt_value *after, int error)
{
	const struct transaction *transaction = context;
	const struct step *step = &transaction->steps[index];

	(void)now;
	(void)after;
	(void)error;
	if (step->made && (outcome == RESTORE_RESTORED || outcome == RESTORE_AS_BEFORE))
		change_view_took_back(transaction->wish->view, step->row, &step->facts, step->option);
}

/** Brings back what was made, as undo does it. @return how many could not be */
static size_t roll_back(struct transaction *transaction)
{
	struct restore restore = { .tell = tell_rolled_back, .context = transaction };
	struct journal_entry *entry = NULL;

	journal_commit(transaction->journal); /* the outcomes, as far as there is room for them */
	if (journal_read(transaction->id, &entry) < 0 || entry->n_intents != transaction->n_steps) {
		journal_free(entry);
		return transaction->made + transaction->doubtful;
	}
	/* What was not tried, and what failed, is not looked at. */
	for (size_t i = 0; i < entry->n_intents; i++)
		entry->intents[i].failed = !transaction->steps[i].made && !transaction->steps[i].doubtful;
	restore.entry = entry;
	restore_all(&restore);
	journal_free(entry);
	return restore.n[RESTORE_FAILED] + restore.n[RESTORE_CHANGED_SINCE] + restore.left_along;
}

void transaction_take_back(struct transaction *transaction)
{
	size_t not_restored = roll_back(transaction);

	if (not_restored)
		log_error(ngettext("%zu change could not be taken back", "%zu changes could not be taken back",
				   not_restored),
			  not_restored);
	else if (transaction->made)
		log_error(ngettext("the %zu change made before was taken back (--keep-going keeps it)",
				   "the %zu changes made before were taken back (--keep-going keeps them)",
				   transaction->made),
			  transaction->made);
	transaction->made = not_restored;
	transaction->doubtful = 0;
}
