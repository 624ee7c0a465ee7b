/* SPDX-License-Identifier: MIT */
/* sockopt undo - bring back what set changed */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <change-view.h>
#include <log.h>
#include <text.h>

#include "cmd.h"
#include "journal.h"
#include "restore.h"

struct undo_args {
	unsigned int id; /* 0: the last */
	bool json;
	bool dry_run;
	bool force;
};

static const struct argp_option options[] = {
	{ "dry-run", 'n', NULL, 0, N_("Say what would be brought back, change nothing"), 0 },
	{ "force", 'f', NULL, 0, N_("Also where somebody else has changed the value since"), 0 },
	{ "json", 'J', NULL, 0, N_("One JSON object per socket and option, one per line"), 0 },
	{ 0 },
};

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct undo_args *args = state->input;
	char *end;
	unsigned long id;

	switch (key) {
	case 'n': args->dry_run = true; return 0;
	case 'f': args->force = true; return 0;
	case 'J': args->json = true; return 0;
	case ARGP_KEY_ARG:
		id = strtoul(arg, &end, 10);
		if (*end || end == arg || id == 0 || id > UINT32_MAX || args->id)
			command_wrong_use(state, _("'%s' is not a number of the journal: see 'sockopt log'"), arg);
		args->id = (unsigned int)id;
		return 0;
	default: return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse_opt,
	.args_doc = N_("[ID]"),
	.doc = N_("Bring back the old values of a change that 'sockopt set' made: the last one that was not taken back, or "
		  "that of the number ID. Sockets that are closed are left out; a value that somebody changed since is left "
		  "as it is.\v"
		  "Examples:\n"
		  "  sockopt undo\n"
		  "  sockopt undo 12 --dry-run\n\n"
		  "Exit status: 0 brought back, 1 nothing to bring back, 2 wrong use, 3 some failed, 4 not permitted."),
	.children = common_children,
};

struct undo {
	const struct undo_args *args;
	const struct journal_entry *entry;
	struct change_view *view;
};

/** An intent, as it came out, to the screen. */
static void show(void *context, size_t index, enum restore_outcome outcome, const struct sockopt_value *now,
		 const struct sockopt_value *after, int error)
{
	static const char *const words[RESTORE_N_OUTCOMES] = {
		[RESTORE_RESTORED] = "restored",
		[RESTORE_AS_BEFORE] = "as before",
		[RESTORE_GONE] = "gone",
		[RESTORE_CHANGED_SINCE] = "changed since",
		[RESTORE_PLANNED] = "planned",
		[RESTORE_FAILED] = "failed",
	};
	const struct undo *undo = context;
	const struct journal_intent *intent = &undo->entry->intents[index];
	struct sockopt_unnamed unnamed;
	struct facts facts = {
		.cookie = intent->cookie,
		.kind = intent->kind,
		.local = intent->local,
		.peer = intent->peer,
		.holders = intent->holders,
		.n_holders = intent->n_holders,
	};
	struct change_row row = {
		.facts = &facts,
		.option = restore_option(intent, &unnamed),
		.before = now,
		.asked = intent->has_before ? &intent->value.before : NULL,
		.after = after,
		.result_word = words[outcome],
		.error = error,
	};

	change_view_row(undo->view, &row);
}

/**
 * Is there perhaps more to bring back than could be read? Not if the change was killed before all its intents
 * were written: then nothing was changed.
 */
static bool is_incomplete(const struct restore *restore)
{
	return restore->entry->damaged && (restore->entry->committed || restore->n[RESTORE_RESTORED]);
}

static int judge(const struct restore *restore)
{
	const size_t *n = restore->n;

	if (n[RESTORE_CHANGED_SINCE])
		log_hint(_("%zu values were changed by somebody else since, and left as they are; --force brings back the old ones"),
			 n[RESTORE_CHANGED_SINCE]);
	if (restore->not_undoable) {
		log_error(ngettext("%zu change cannot be taken back: it has no old value",
				   "%zu changes cannot be taken back: they have no old value", restore->not_undoable),
			  restore->not_undoable);
		log_hint(_("'sockopt undo ID' takes back an earlier one, 'sockopt log' lists them"));
	}
	if (restore->not_known)
		log_error(ngettext("%zu action was left: it was stopped, and whether it was made is not known",
				   "%zu actions were left: they were stopped, and whether they were made is not known",
				   restore->not_known),
			  restore->not_known);
	if (n[RESTORE_FAILED] > restore->not_undoable)
		return restore->forbidden == n[RESTORE_FAILED] ? EXIT_FORBIDDEN : EXIT_PARTLY;
	if (n[RESTORE_CHANGED_SINCE] || restore->not_undoable || restore->not_known ||
	    restore->left_along || is_incomplete(restore))
		return EXIT_PARTLY;
	if (n[RESTORE_RESTORED] == 0 && n[RESTORE_AS_BEFORE] == 0 && !restore->dry_run) {
		if (restore->entry->committed)
			log_error(_("nothing to bring back: the sockets are closed"));
		else
			log_error(_("change %u was stopped before it changed anything"), restore->entry->id);
		return EXIT_NOTHING;
	}
	return EXIT_DONE;
}

static int undo_entry(const struct undo_args *args, const struct journal_entry *entry)
{
	struct undo undo = { .args = args, .entry = entry };
	struct restore restore = {
		.entry = entry,
		.dry_run = args->dry_run,
		.force = args->force,
		.tell = show,
		.context = &undo,
	};
	int status;

	command_outlive_reader();
	undo.view = command_change_view(args->json);
	restore_all(&restore);
	change_view_end(undo.view);
	fflush(stdout);
	status = judge(&restore);
	/* One that may hold more than could be read is not closed. */
	if (!args->dry_run && !is_incomplete(&restore) && (status == EXIT_DONE || status == EXIT_NOTHING)) {
		int r = journal_mark_undone(entry->id);

		if (r < 0)
			log_warning(_("the journal could not note that this was taken back: %s"), strerror(-r));
	}
	return status;
}

static int say_unreadable(const struct undo_args *args, int r)
{
	if (args->id && r == -ENOENT)
		log_error(_("there is no change number %u"), args->id);
	else if (r == -ENOENT)
		log_error(_("there is nothing to take back"));
	else if (args->id && r == -EINVAL)
		log_error(_("change %u: the journal is damaged at its head"), args->id);
	else if (args->id && r == -EPERM)
		log_error(_("change %u was written by another user: it is not used"), args->id);
	else
		log_error(_("cannot read the journal in %s: %s"), journal_folder(), strerror(-r));
	return r == -ENOENT ? EXIT_NOTHING : EXIT_PARTLY;
}

static int run(int argc, char **argv)
{
	struct undo_args args = { 0 };
	struct journal_entry *entry;
	const char *boot;
	int status, r;

	if (command_parse(&cmd_undo, argc, argv, &args))
		return EXIT_WRONG_USE;
	boot = journal_boot();
	if (!boot)
		return say_unreadable(&args, -errno);
	r = journal_read(args.id, &entry);
	if (r < 0)
		return say_unreadable(&args, r);
	if (strcmp(entry->boot, boot) != 0) {
		log_error(_("change %u was made before the last boot: its sockets are gone"), entry->id);
		status = EXIT_NOTHING;
	} else if (entry->undone && !args.force) {
		log_error(_("change %u was taken back already"), entry->id);
		status = EXIT_NOTHING;
	} else {
		if (entry->damaged)
			log_warning(_("the journal of change %u is damaged: what can be read is brought back"), entry->id);
		status = undo_entry(&args, entry);
	}
	journal_free(entry);
	return status;
}

const struct command cmd_undo = {
	.name = "undo",
	.summary = N_("bring back what set changed"),
	.run = run,
	.argp = &argp,
	.arguments = ARGUMENTS_ID,
};
