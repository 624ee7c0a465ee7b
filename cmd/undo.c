/* SPDX-License-Identifier: MIT */
/* sockopt undo - bring back what set changed */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf-change.h>
#include <change-view.h>
#include <change.h>
#include <log.h>
#include <text.h>

#include "cmd.h"
#include "journal.h"
#include "undo-parts.h"

static const struct argp_option options[] = {
	{ "dry-run", 'n', NULL, 0, N_("Say what would be brought back, change nothing"), 0 },
	{ "force", 'f', NULL, 0, N_("Also where the value was changed by somebody else since"), 0 },
	{ "json", 'J', NULL, 0, N_("One JSON object a socket and option, a line each"), 0 },
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

static const struct argp_child children[] = { { &common_argp, 0, NULL, 0 }, { 0 } };

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
	.children = children,
};

void undo_show(const struct undo *undo, const struct journal_intent *intent, const struct sockopt_option *option,
	       const struct sockopt_value *now, const struct sockopt_value *after, const char *word, int error)
{
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
		.option = option,
		.before = now,
		.asked = intent->has_before ? &intent->value.before : NULL,
		.after = after,
		.result_word = word,
		.error = error,
	};

	change_view_row(undo->view, &row);
}

/** What changed along: back to what it was. @return 0 or -EIO */
static int restore_touched(int fd, const struct journal_intent *intent)
{
	int r = 0;

	for (size_t i = 0; i < intent->n_touched; i++) {
		const struct journal_value *touched = &intent->touched[i];
		const struct sockopt_option *other = sockopt_find_number(touched->level, touched->number, SOCKOPT_SET);

		if (other && change_restore(fd, other, &touched->before) < 0)
			r = -EIO;
	}
	return r;
}

static int restore_all(int fd, const struct journal_intent *intent, const struct sockopt_option *option)
{
	int r = change_restore(fd, option, &intent->value.before);
	int touched = restore_touched(fd, intent);

	return r < 0 ? r : touched;
}

const struct sockopt_option *undo_option(const struct journal_intent *intent, struct sockopt_unnamed *unnamed)
{
	const struct sockopt_option *option =
		sockopt_find_number(intent->value.level, intent->value.number, SOCKOPT_SET);

	return option ? option : sockopt_make_unnamed(intent->value.level, intent->value.number, unnamed);
}

bool undo_is_changed_since(const struct journal_intent *intent, const struct sockopt_option *option,
			   const struct sockopt_value *now)
{
	if (!intent->done || !intent->has_after || sockopt_same(option, now, &intent->after))
		return false;
	return true;
}

static void restore_on(struct undo *undo, const struct journal_intent *intent, const struct sockopt_option *option,
		       int fd)
{
	struct sockopt_value now, after;
	int r = sockopt_get(fd, option, &now);

	if (r < 0) {
		undo->failed++;
		undo_show(undo, intent, option, NULL, NULL, "failed", -r);
	} else if (sockopt_same(option, &now, &intent->value.before)) {
		if (!undo->args->dry_run)
			restore_touched(fd, intent);
		undo->as_before++;
		undo_show(undo, intent, option, &now, &now, "as before", 0);
	} else if (undo_is_changed_since(intent, option, &now) && !undo->args->force) {
		undo->foreign++;
		undo_show(undo, intent, option, &now, &now, "changed since", 0);
	} else if (undo->args->dry_run) {
		undo_show(undo, intent, option, &now, NULL, "planned", 0);
	} else {
		r = restore_all(fd, intent, option);
		if (sockopt_get(fd, option, &after) < 0)
			after = now;
		undo->failed += r < 0;
		undo->forbidden += r == -EPERM;
		undo->restored += r == 0;
		undo_show(undo, intent, option, &now, &after, r < 0 ? "failed" : "restored", -r);
	}
}

static void undo_intent(struct undo *undo, size_t index)
{
	const struct journal_intent *intent = &undo->entry->intents[index];
	struct sockopt_unnamed unnamed;
	const struct sockopt_option *option = undo_option(intent, &unnamed);
	int fd, r;

	if (intent->failed)
		return;
	if (!intent->has_before) {
		if (intent->done) {
			undo->not_undoable++;
			undo_show(undo, intent, option, NULL, NULL, "failed", EOPNOTSUPP);
		}
		return;
	}
	r = change_borrow(&undo->borrower, intent->holders, intent->n_holders, intent->cookie, &fd);
	if (r == -ESTALE || r == -ESRCH) {
		undo->lost[undo->n_lost++] = index;
		return;
	}
	if (r == -EPERM && bpf_change_possible(option, &intent->kind)) {
		undo->kernel[undo->n_kernel++] = index;
		return;
	}
	if (r < 0) {
		undo->failed++;
		undo->forbidden += r == -EPERM;
		undo_show(undo, intent, option, NULL, NULL, "failed", -r);
		return;
	}
	restore_on(undo, intent, option, fd);
	close(fd);
}

static const struct journal_entry *sorted_entry;

/** By cookie; of one socket the last change first, as all is taken back. */
static int compare_lost(const void *a, const void *b)
{
	size_t i = *(const size_t *)a, k = *(const size_t *)b;
	uint64_t x = sorted_entry->intents[i].cookie, y = sorted_entry->intents[k].cookie;

	if (x != y)
		return x < y ? -1 : 1;
	return i > k ? -1 : i < k;
}

/** A socket that was seen now: is it one of the lost ones? */
static int restore_found(void *arg, struct live_socket *socket)
{
	struct undo *undo = arg;
	size_t low = 0, high = undo->n_lost;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (undo->entry->intents[undo->lost[middle]].cookie < socket->facts.cookie)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < undo->n_lost; low++) {
		const struct journal_intent *intent = &undo->entry->intents[undo->lost[low]];
		struct sockopt_unnamed unnamed;

		if (intent->cookie != socket->facts.cookie)
			break;
		if (live_descriptor(socket) < 0) {
			undo->kernel[undo->n_kernel++] = undo->lost[low];
			undo->found[low] = true;
			continue;
		}
		restore_on(undo, intent, undo_option(intent, &unnamed), socket->fd);
		undo->found[low] = true;
	}
	return 0;
}

/** A socket may have moved to another process or descriptor: looked for by its cookie, among all. */
static void undo_lost(struct undo *undo)
{
	struct live_report report;

	if (undo->n_lost == 0)
		return;
	undo->found = xmalloc(undo->n_lost * sizeof(*undo->found));
	sorted_entry = undo->entry;
	qsort(undo->lost, undo->n_lost, sizeof(*undo->lost), compare_lost);
	live_each(&(struct live_request){ .engine = LIVE_ENGINE_AUTO }, restore_found, undo, &report);
	for (size_t i = 0; i < undo->n_lost; i++) {
		const struct journal_intent *intent = &undo->entry->intents[undo->lost[i]];
		struct sockopt_unnamed unnamed;

		if (undo->found[i])
			continue;
		undo->gone++;
		undo_show(undo, intent, undo_option(intent, &unnamed), NULL, NULL, "gone", 0);
	}
	free(undo->found);
}

/**
 * Is there perhaps more to bring back than could be read? Not if the change was killed before all its intents
 * were written: then nothing was changed.
 */
static bool is_incomplete(const struct undo *undo)
{
	return undo->entry->damaged && (undo->entry->committed || undo->restored);
}

static int judge(const struct undo *undo)
{
	if (undo->foreign)
		log_hint(_("%zu values were changed by somebody else since, and left as they are; --force brings back the old ones"),
			 undo->foreign);
	if (undo->not_undoable)
		log_error(_("%zu changes cannot be taken back: the old value could not be read"), undo->not_undoable);
	if (undo->failed)
		return undo->forbidden == undo->failed ? EXIT_FORBIDDEN : EXIT_PARTLY;
	if (undo->foreign || undo->not_undoable || is_incomplete(undo))
		return EXIT_PARTLY;
	if (undo->restored == 0 && undo->as_before == 0 && !undo->args->dry_run) {
		log_error(_("nothing to bring back: the sockets are closed"));
		return EXIT_NOTHING;
	}
	return EXIT_DONE;
}

static int undo_entry(const struct undo_args *args, const struct journal_entry *entry)
{
	struct undo undo = { .args = args, .entry = entry, .borrower = BORROWER_INIT };
	int status;

	undo.view = change_view_new(stdout, args->json);
	undo.lost = xmalloc(entry->n_intents * sizeof(*undo.lost));
	undo.kernel = xmalloc(entry->n_intents * sizeof(*undo.kernel));
	for (size_t i = entry->n_intents; i-- > 0;) {
		undo_intent(&undo, i);
		log_progress(_("bringing back"), entry->n_intents - i, entry->n_intents);
	}
	undo_lost(&undo);
	undo_by_kernel(&undo);
	change_view_end(undo.view);
	fflush(stdout);
	borrow_done(&undo.borrower);
	free(undo.lost);
	free(undo.kernel);
	status = judge(&undo);
	/* One that may hold more than could be read is not closed. */
	if (!args->dry_run && !is_incomplete(&undo) && (status == EXIT_DONE || status == EXIT_NOTHING) &&
	    journal_mark_undone(entry->id) < 0)
		log_warning(_("the journal could not note that this was taken back"));
	return status;
}

static int say_unreadable(const struct undo_args *args, int r)
{
	if (args->id && r == -ENOENT)
		log_error(_("there is no change number %u"), args->id);
	else if (r == -ENOENT)
		log_error(_("there is nothing to take back"));
	else if (r == -EINVAL)
		log_error(_("change %u: the journal is damaged at its head"), args->id);
	else
		log_error(_("cannot read the journal in %s: %s"), journal_folder(), strerror(-r));
	return r == -ENOENT ? EXIT_NOTHING : EXIT_PARTLY;
}

static int run(int argc, char **argv)
{
	struct undo_args args = { 0 };
	struct journal_entry *entry;
	int status, r;

	if (command_parse(&cmd_undo, argc, argv, &args))
		return EXIT_WRONG_USE;
	r = journal_read(args.id, &entry);
	if (r < 0)
		return say_unreadable(&args, r);
	if (strcmp(entry->boot, journal_boot()) != 0) {
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
