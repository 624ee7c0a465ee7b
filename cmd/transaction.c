/* SPDX-License-Identifier: MIT */
/* Changes on many sockets as one. */

#include "transaction.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <change.h>
#include <defaults.h>
#include <explain.h>
#include <failure.h>
#include <log.h>
#include <text.h>

#include "cmd.h"
#include "engine-option.h"
#include "journal.h"
#include "kept-facts.h"
#include "reach.h"
#include "transaction-parts.h"

static volatile sig_atomic_t interrupted; /* by which signal; 0: not */

static void on_interrupt(int signal)
{
	interrupted = signal;
}

static void free_step(struct step *step)
{
	kept_facts_free(&step->facts);
	free(step->touched);
}

static struct journal_value journal_value_of(const struct sockopt_option *option, const struct sockopt_value *before)
{
	struct journal_value value = { .level = option->level->number, .number = option->number };

	value.before.length = before->length;
	memcpy(value.before.bytes, before->bytes, before->length);
	return value;
}

int transaction_intend(struct transaction *transaction, const struct step *step, const struct change *change)
{
	struct journal_intent *intent = xmalloc(sizeof(*intent));
	int r;

	intent->cookie = step->facts.cookie;
	intent->netns = step->facts.netns;
	intent->holders = (struct facts_holder *)(uintptr_t)step->facts.holders;
	intent->n_holders = step->facts.n_holders;
	intent->local = step->facts.local;
	intent->peer = step->facts.peer;
	intent->kind = step->facts.kind;
	intent->has_before = change->has_before;
	intent->has_asked = !change->has_before && step->option->undone_by_inverse;
	intent->value = journal_value_of(step->option, change->has_before ? &change->before : &change->asked);
	if (change->n_touched)
		intent->touched = xmalloc(change->n_touched * sizeof(*intent->touched));
	for (size_t i = 0; i < change->n_touched; i++)
		intent->touched[intent->n_touched++] =
			journal_value_of(change->touched[i].option, &change->touched[i].before);
	r = journal_intend(transaction->journal, intent);
	free(intent->touched);
	free(intent);
	return r < 0 ? r : 0;
}

/** Says once an assignment that it comes too late for some of the sockets, and what to do instead. */
static void warn_late(struct transaction *transaction, size_t index, const struct facts *facts,
		      const struct sockopt_option *option)
{
	const char *late = sockopt_text(option->late, text_language());

	if (transaction->warned[index] || !late || (option->moments & facts_moments_left(facts)))
		return;
	transaction->warned[index] = true;
	log_warning(_("%s comes late for a socket that is %s: %s"), option->name, facts_state_word(facts->state), late);
}

void transaction_note(struct transaction *transaction, size_t index, const struct change *change)
{
	bool is_told = change->has_after && !sockopt_has_secret(change->option->get_type);

	journal_outcome(transaction->journal, index, is_told ? &change->after : NULL, change->error);
	/* A value tells by itself later if it was set; of an action only the journal can. */
	if (change->option->undone_by_inverse)
		journal_flush(transaction->journal);
}

void transaction_show(struct transaction *transaction, struct step *step, const struct change *change,
		      const char *word)
{
	struct change_row row = {
		.facts = &step->facts,
		.option = step->option,
		.before = change->has_before ? &change->before : NULL,
		.asked = &change->asked,
		.after = change->has_after ? &change->after : NULL,
		.result = change->result,
		.result_word = word,
		.error = change->error,
	};

	step->row = transaction->n_rows++;
	change_view_row(transaction->wish->view, &row);
}

struct step *transaction_add(struct step **steps, size_t *n, size_t *room)
{
	if (*n == *room) {
		*room = *room ? *room * 2 : 64;
		*steps = xrealloc(*steps, *room * sizeof(**steps));
	}
	return &(*steps)[(*n)++];
}

/** Reads the old value, and writes it down. */
static int plan_by_descriptor(struct transaction *transaction, struct live_socket *socket, struct step *step)
{
	struct change *change = xmalloc(sizeof(*change));
	int r = change_plan(socket, step->option, &step->assignment->value, change);

	if (failure_is_permission(r)) {
		step->refused = -r;
		r = 0;
	} else if (r < 0) {
		transaction->unread = step->option;
	}
	if (r == 0 && transaction->journal)
		transaction->error = r = transaction_intend(transaction, step, change);
	else if (r == 0)
		transaction_show(transaction, step, change, NULL);
	free(change);
	return r;
}

static int plan_step(struct transaction *transaction, struct live_socket *socket, size_t index)
{
	const struct sockopt_assignment *assignment = &transaction->wish->assignments[index];
	const struct sockopt_option *option = sockopt_twin_for(assignment->option, &socket->facts.kind, SOCKOPT_SET);
	bool by_kernel = transaction_is_by_kernel(transaction, socket);
	struct step *step;

	if (!option) {
		transaction->not_applicable++;
		return 0;
	}
	if (by_kernel)
		step = transaction_add(&transaction->later, &transaction->n_later, &transaction->room_later);
	else
		step = transaction_add(&transaction->steps, &transaction->n_steps, &transaction->room);
	*step = (struct step){ .facts = kept_facts(&socket->facts), .assignment = assignment, .option = option };
	step->by_kernel = by_kernel;
	warn_late(transaction, index, &step->facts, option);
	/* The old value of one by the kernel is read later, with those of all others like it. */
	return by_kernel ? transaction_plan_later(step, socket) : plan_by_descriptor(transaction, socket, step);
}

static int plan_socket(void *arg, struct live_socket *socket)
{
	struct transaction *transaction = arg;
	int r = 0;

	if (!live_is_held(socket) && !transaction_is_by_kernel(transaction, socket))
		return 0;
	for (size_t i = 0; r == 0 && i < transaction->wish->n_assignments; i++)
		if (!transaction->wish->picks || transaction->wish->picks(transaction->wish->context, socket, i))
			r = plan_step(transaction, socket, i);
	return interrupted ? -EINTR : r;
}

static int say_failed_listing(const struct transaction *transaction, int r)
{
	if (transaction->error < 0)
		log_error(_("cannot keep the old values in %s: %s; nothing was changed"), journal_folder(),
			  strerror(-transaction->error));
	else if (transaction->unread)
		log_error(_("cannot read the old value of %s: %s; nothing was changed"), transaction->unread->name,
			  strerror(-r));
	else if (interrupted)
		log_error(_("interrupted; nothing was changed"));
	else
		log_error(_("cannot read the sockets: %s; nothing was changed"), strerror(-r));
	if (r == -EMFILE)
		log_hint(_("raise the limit of open descriptors: ulimit -n"));
	return interrupted ? 128 + interrupted : EXIT_PARTLY;
}

static void say_hidden(size_t n)
{
	log_error(ngettext("%zu socket that matches is in a network namespace that may not be entered (CAP_SYS_ADMIN)",
			   "%zu sockets that match are in network namespaces that may not be entered (CAP_SYS_ADMIN)", n),
		  n);
}

static void say_not_applicable(const struct sockopt_option *option, size_t matched)
{
	char where[256];

	log_error(ngettext("%s does not apply to the %zu socket that matches",
			   "%s does not apply to any of the %zu sockets that match", matched),
		  option->name, matched);
	if (explain_where(option->applies, option->n_applies, where, sizeof(where)) > 0)
		log_hint(_("it applies to %s; 'sockopt explain %s' tells more"), where, option->name);
}

/** No step was planned: why. */
static int say_nothing(const struct transaction *transaction, const struct live_report *report)
{
	const struct transaction_wish *wish = transaction->wish;

	if (wish->picks && !report->unreadable) {
		log_hint(_("no socket that is there now differs"));
		return EXIT_NOTHING;
	}
	if (report->unreadable || report->pid_hidden) {
		log_error(_("not permitted to reach these sockets: %s"), strerror(EPERM));
		log_hint(_("sockets of another user's process need %s: run as root, or as its user"), reach_needs(report));
		return EXIT_FORBIDDEN;
	}
	if (transaction->hidden) {
		say_hidden(transaction->hidden);
		return EXIT_FORBIDDEN;
	}
	if (transaction->gone) {
		log_error(_("the sockets that match were closed meanwhile"));
		return EXIT_NOTHING;
	}
	if (report->pid_gone) {
		reach_say_no_process(wish->selector_text);
		return EXIT_NOTHING;
	}
	if (transaction->not_applicable) {
		say_not_applicable(wish->assignments[0].option, report->matched);
		return EXIT_NOTHING;
	}
	if (report->matched) {
		log_error(_("the sockets that match are held by no process: they cannot be reached"));
		return EXIT_NOTHING;
	}
	log_error(_("no socket matches '%s'"), wish->selector_text);
	reach_say_hidden(report);
	return EXIT_NOTHING;
}

/** The first failure is explained; @return may it be made by somebody with more rights? */
static bool say_why(const struct transaction *transaction, const struct step *step, int error)
{
	struct sockopt_error why;

	sockopt_why(step->option, &step->facts.kind, SOCKOPT_SET, error, &why);
	if (transaction->failed == 1)
		log_sockopt_error(NULL, &why);
	return why.problem == SOCKOPT_NOT_PERMITTED;
}

void transaction_failed(struct transaction *transaction, const struct step *step, int error)
{
	transaction->failed++;
	transaction->forbidden += say_why(transaction, step, error);
}

static void make_step(struct transaction *transaction, struct borrower *borrower, size_t index)
{
	struct step *step = &transaction->steps[index];
	struct change *change = xmalloc(sizeof(*change));
	int fd = -1;
	int r = change_borrow(borrower, step->facts.holders, step->facts.n_holders, step->facts.cookie, &fd);
	struct live_socket borrowed = { .facts = step->facts, .fd = fd };

	int planned = change_plan(&borrowed, step->option, &step->assignment->value, change);

	if (r == 0)
		r = step->refused ? -step->refused : planned;
	if (r == -ESTALE || r == -ESRCH) {
		transaction->gone++;
		change->has_before = false;
		transaction_show(transaction, step, change, "gone");
	} else if (r < 0) {
		change->error = -r;
		change->result = SOCKOPT_RESULT_FAILED;
		transaction->failed++;
		transaction->forbidden += r == -EPERM;
		transaction_show(transaction, step, change, NULL);
	} else {
		change_make(fd, change);
		step->made = change->error == 0;
		transaction->made += step->made;
		transaction->for_good += step->made && !change->has_before && !step->option->undone_by_inverse;
		transaction_note(transaction, index, change);
		transaction_show(transaction, step, change, NULL);
	}
	if (change->error && r == 0)
		transaction_failed(transaction, step, change->error);
	else if (change->error)
		say_why(transaction, step, change->error);
	if (fd >= 0)
		close(fd);
	free(change);
}

static void make_all(struct transaction *transaction)
{
	struct borrower borrower = BORROWER_INIT;
	size_t total = transaction->n_steps;
	bool all = transaction->wish->keep_going;

	for (size_t i = 0; i < total && !interrupted; i++) {
		if (transaction->steps[i].by_kernel)
			continue;
		make_step(transaction, &borrower, i);
		log_progress(_("setting"), i, total);
		if (transaction->failed && !all)
			break;
	}
	borrow_done(&borrower);
	if (!interrupted && (!transaction->failed || all))
		transaction_make_by_kernel(transaction);
	log_progress(_("setting"), total, total);
	if (transaction->failed && !all && (transaction->made || transaction->doubtful))
		transaction_take_back(transaction);
}

static int finish(struct transaction *transaction, const struct live_report *report)
{
	bool keep = transaction->made > 0 || transaction->doubtful > 0;

	change_view_end(transaction->wish->view);
	fflush(stdout);
	if (transaction->not_applicable)
		log_debug(_("%zu times an option did not apply to a socket, and was left out"), transaction->not_applicable);
	journal_end(transaction->journal, keep);
	if (interrupted)
		log_error(_("interrupted after %zu of %zu changes"), transaction->made, transaction->n_steps);
	if (keep && transaction->for_good < transaction->made + transaction->doubtful)
		log_hint(_("'sockopt undo %u' takes it back"), transaction->id);
	if (transaction->for_good)
		log_hint(ngettext("%zu change has no old value: undo cannot take it back",
				  "%zu changes have no old value: undo cannot take them back", transaction->for_good),
			 transaction->for_good);
	if (interrupted)
		return 128 + interrupted;
	if (transaction->failed && transaction->forbidden == transaction->failed && !transaction->made)
		return EXIT_FORBIDDEN;
	if (transaction->out_of_reach)
		log_error(ngettext("%zu socket that matches was out of reach: its process is another user's, which needs %s",
				   "%zu sockets that match were out of reach: their processes are another user's, which needs %s",
				   transaction->out_of_reach),
			  transaction->out_of_reach, reach_needs(report));
	if (transaction->hidden)
		say_hidden(transaction->hidden);
	if (transaction->failed || transaction->out_of_reach || transaction->hidden)
		return EXIT_PARTLY;
	return transaction->made ? EXIT_DONE : EXIT_NOTHING;
}

/** Looks for the sockets; the options that will be asked of each are the assignments' and those they touch. */
static int look(struct transaction *transaction, struct live_report *ret_report)
{
	const struct transaction_wish *wish = transaction->wish;
	size_t room = wish->n_assignments * (CHANGE_TOUCHED_MAX + 1);
	const struct sockopt_option **options = xmalloc(room * sizeof(*options));
	struct live_request request = { .selector = wish->selector, .engine = wish->engine, .options = options };
	int r;

	request.defaults = defaults_new();
	for (size_t i = 0; i < wish->n_assignments; i++) {
		const struct sockopt_option *option = wish->assignments[i].option;

		options[request.n_options++] = option;
		for (const char *const *name = option->touches; *name && request.n_options < room; name++) {
			const struct sockopt_option *touched = sockopt_find(*name);

			if (touched)
				options[request.n_options++] = touched;
		}
	}
	r = live_each(&request, plan_socket, transaction, ret_report);
	defaults_free(request.defaults);
	free(options);
	return r;
}

/** Old values first: every intent is on the disk before a socket is touched. */
static int run(struct transaction *transaction)
{
	const struct transaction_wish *wish = transaction->wish;
	struct live_report report;
	int r = look(transaction, &report);

	engine_say(&report);
	if (r == 0)
		r = transaction_plan_by_kernel(transaction);
	if (r == -EOPNOTSUPP && wish->engine == LIVE_ENGINE_BPF) {
		if (transaction->why_not) {
			report.why_not_bpf = transaction->why_not;
			report.bpf_error = transaction->why_error;
		}
		engine_refused(&report);
		if (transaction->journal)
			journal_end(transaction->journal, false);
		change_view_end(wish->view);
		return EXIT_FORBIDDEN;
	}
	if (r < 0) {
		if (transaction->journal)
			journal_end(transaction->journal, false);
		change_view_end(transaction->wish->view);
		return say_failed_listing(transaction, r);
	}
	if (transaction->n_steps == 0) {
		if (transaction->journal)
			journal_end(transaction->journal, false);
		change_view_end(transaction->wish->view);
		return say_nothing(transaction, &report);
	}
	if (!transaction->journal) {
		change_view_end(transaction->wish->view);
		if (transaction->hidden)
			say_hidden(transaction->hidden);
		return transaction->failed || transaction->hidden ? EXIT_PARTLY : EXIT_DONE;
	}
	r = journal_commit(transaction->journal);
	if (r < 0) {
		journal_end(transaction->journal, false);
		change_view_end(transaction->wish->view);
		transaction->error = r;
		return say_failed_listing(transaction, r);
	}
	make_all(transaction);
	transaction->out_of_reach = report.unreadable + report.pid_hidden;
	return finish(transaction, &report);
}

int transaction_run(const struct transaction_wish *wish)
{
	struct sigaction action = { .sa_handler = on_interrupt };
	struct transaction transaction = { .wish = wish };
	int status;

	if (!wish->dry_run) {
		int r = journal_begin(wish->command, &transaction.journal, &transaction.id);

		if (r < 0) {
			log_error(_("cannot keep the old values in %s: %s; nothing was changed"), journal_folder(),
				  strerror(-r));
			change_view_end(wish->view);
			return EXIT_PARTLY;
		}
		sigaction(SIGINT, &action, NULL);
		sigaction(SIGTERM, &action, NULL);
		if (signal(SIGHUP, SIG_IGN) != SIG_IGN) /* nohup */
			sigaction(SIGHUP, &action, NULL);
		command_outlive_reader();
	}
	transaction.warned = xmalloc(wish->n_assignments * sizeof(*transaction.warned));
	status = run(&transaction);
	for (size_t i = 0; i < transaction.n_steps; i++)
		free_step(&transaction.steps[i]);
	free(transaction.steps);
	for (size_t i = 0; i < transaction.n_later; i++)
		free_step(&transaction.later[i]);
	free(transaction.later);
	free(transaction.warned);
	return status;
}
