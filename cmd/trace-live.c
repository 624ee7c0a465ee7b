/* SPDX-License-Identifier: MIT */
/* A live trace, from its beginning to the end of what is traced; and one from a file. */

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <launch.h>
#include <log.h>
#include <text.h>
#include <trace-capture.h>
#include <trace-record.h>

#include "cmd.h"
#include "trace.h"

#define POLL_MS 50

static volatile sig_atomic_t caught;

static void on_signal(int signal)
{
	caught = signal;
}

void trace_sink_record(struct trace_sink *sink, const struct trace_record *record, int64_t clock_offset)
{
	struct call call;

	/* Nothing is looked at that the kernel's side has not picked already. */
	if (!sink->view && !sink->who->selector) {
		sink->calls++;
		capture_record(sink->capture, record);
		return;
	}
	trace_record_read(record, clock_offset, &call);
	if (!trace_shows(sink->args, sink->options, sink->who, &call))
		return;
	sink->calls++;
	if (sink->capture)
		capture_record(sink->capture, record);
	if (sink->view)
		sink->view->call(sink->view, &call);
}

void trace_sink_lost(struct trace_sink *sink, uint64_t n)
{
	sink->lost += n;
	if (sink->capture)
		capture_put_lost(sink->capture, n);
	if (sink->view)
		sink->view->lost(sink->view, n);
}

/** Takes addresses from index on out of a stack; tail: the bytes behind it. */
static void cut_stack(struct trace_record *record, uint64_t *stack, size_t index, size_t n, size_t tail)
{
	memmove(stack + index, stack + index + n, (record->stack_size - index - n) * sizeof(*stack) + tail);
	record->stack_size = (uint16_t)(record->stack_size - n);
	record->size -= (uint32_t)(n * sizeof(*stack));
}

/**
 * The second address of a stack is a guess: it goes if it is no code, or what follows anyway. Where no frames are
 * kept, what is taken for them leads astray: the first address that is no code ends the stack.
 */
static void check_stack(struct trace_sink *sink, struct trace_record *record, uint64_t *stack, size_t tail)
{
	pid_t pid = (pid_t)record->pid;

	if (!stack_names_is_code(sink->names, pid, stack[0]))
		return; /* the process is gone: nothing can be judged */
	if (record->stack_size > 1 && (!stack_names_is_code(sink->names, pid, stack[1]) ||
				       (record->stack_size > 2 && stack[1] == stack[2])))
		cut_stack(record, stack, 1, 1, tail);
	for (size_t i = 1; i < record->stack_size; i++)
		if (!stack_names_is_code(sink->names, pid, stack[i]))
			cut_stack(record, stack, i, record->stack_size - i, tail);
}

/** Names the addresses of a stack while the process is still there, once each. */
static void name_stack(struct trace_sink *sink, const struct trace_record *record, const uint64_t *stack)
{
	for (size_t i = 0; i < record->stack_size; i++) {
		const char *name = stack_names_find(sink->names, (pid_t)record->pid, stack[i]);
		const char *known = stack_names_known(sink->names, (pid_t)record->pid, stack[i]);

		if (!name || (known && strcmp(name, known) == 0))
			continue;
		if (stack_names_add(sink->names, (pid_t)record->pid, stack[i], name) == 0 && sink->capture)
			capture_put_frame(sink->capture, (pid_t)record->pid, stack[i], name);
	}
}

static void on_record(void *arg, const struct trace_record *record)
{
	struct trace_sink *sink = arg;
	union {
		struct trace_record head;
		unsigned char bytes[TRACE_RECORD_MAX];
	} copy;
	size_t before = sizeof(copy.head);
	uint64_t *stack;

	if (!sink->names || record->stack_size == 0) {
		trace_sink_record(sink, record, sink->clock_offset);
		return;
	}
	memcpy(copy.bytes, record, record->size);
	if (record->flags & TRACE_HAS_PATHS)
		before += sizeof(struct trace_paths);
	stack = (void *)(copy.bytes + before);
	check_stack(sink, &copy.head, stack, record->size - before - record->stack_size * sizeof(*stack));
	name_stack(sink, &copy.head, stack);
	trace_sink_record(sink, &copy.head, sink->clock_offset);
}

/** The records of a capture that the same words show. */
static void on_saved(void *arg, const struct trace_record *record, int64_t clock_offset)
{
	trace_sink_record(arg, record, clock_offset);
}

static void on_saved_loss(void *arg, uint64_t n)
{
	trace_sink_lost(arg, n);
}

static void on_saved_frame(void *arg, pid_t pid, uint64_t address, const char *text)
{
	struct trace_sink *sink = arg;

	if (sink->names)
		stack_names_add(sink->names, pid, address, text);
}

static int report_loss(const struct trace_sink *sink)
{
	if (sink->lost == 0)
		return EXIT_DONE;
	log_warning(ngettext("%" PRIu64 " call was lost", "%" PRIu64 " calls were lost", sink->lost), sink->lost);
	log_hint(_("the ring was full: trace less (-e, --failed), or --save, which is faster than printing"));
	return EXIT_PARTLY;
}

static void report_missed(uint64_t n)
{
	if (n)
		log_warning(ngettext("%" PRIu64 " process that was started could not be followed",
				     "%" PRIu64 " processes that were started could not be followed", n),
			    n);
}

int trace_capture(struct trace_sink *sink)
{
	const struct capture_reader reader = { on_saved, on_saved_loss, on_saved_frame, sink };
	const char *path = sink->args->read;
	FILE *file = fopen(path, "re");
	uint64_t at = 0;
	int r = file ? capture_read(file, &reader, &at) : -errno;

	if (file)
		fclose(file);
	if (r == -ENOEXEC)
		log_error(_("'%s' is not a trace that this sockopt can read"), path);
	else if (r == -EBADMSG)
		log_error(_("'%s' is damaged at byte %" PRIu64), path, at);
	else if (r == -ENODATA)
		log_warning(_("'%s' has no end: the trace was cut short"), path);
	else if (r < 0)
		log_error(_("cannot read '%s': %s"), path, strerror(-r));
	return r < 0 ? EXIT_PARTLY : report_loss(sink);
}

/** One trace, while it runs. */
struct session {
	struct trace_sink *sink;
	struct trace_engine *engine;
	struct launch child;
	bool child_ended;
	int child_status;
	bool was_warned; /* that processes would end with us */
};

static int say_refused(const struct trace_args *args, const char *what, int error)
{
	bool can_run = args->program && args->engine != TRACE_BPF;

	if (error == ENOMEM && !what)
		what = strerror(error);
	if (what && error && error != EPERM && error != EOPNOTSUPP)
		log_error(_("cannot trace: %s (%s)"), _(what), strerror(error));
	else
		log_error(_("cannot trace: %s"), what ? _(what) : strerror(error));
	if (!can_run && error == EPERM)
		log_hint(_("a program that it starts itself (trace -- PROGRAM) sockopt can trace without them"));
	return error == EPERM ? EXIT_FORBIDDEN : EXIT_PARTLY;
}

static int open_engine(struct session *session, const struct trace_wish *wish)
{
	const struct trace_args *args = session->sink->args;
	const char *what = NULL, *why_not_bpf = NULL;
	enum launch_step step = LAUNCH_PLAIN;
	int r = -EOPNOTSUPP;

	/* What has ended tells no names: a program whose stack is looked at has to wait for it. */
	if (args->engine == TRACE_AUTO && args->program && args->stack)
		what = N_("a program's stack is named while it stands still");
	else if (args->engine != TRACE_PTRACE)
		r = trace_bpf_open(wish, &session->engine, &what);
	if (r < 0 && args->engine != TRACE_BPF && args->program) {
		why_not_bpf = what;
		step = LAUNCH_PREPARED;
		r = trace_ptrace_open(wish, session->child.pid, &session->engine, &what);
	} else if (args->engine == TRACE_PTRACE && !args->program) {
		log_error(_("engine ptrace traces only a program that it starts itself: trace -- PROGRAM"));
		return EXIT_WRONG_USE;
	}
	if (r < 0)
		return say_refused(args, what, -r);
	if (why_not_bpf)
		log_debug(_("engine %s; bpf cannot be used: %s"), session->engine->name, _(why_not_bpf));
	else
		log_debug(_("engine %s"), session->engine->name);
	if (!session->engine->sees_io_uring)
		log_debug(_("socket options that are set through io_uring are not seen"));
	if (session->child.pid && launch_release(&session->child, step) < 0)
		return say_refused(args, NULL, errno);
	return EXIT_DONE;
}

static void take_signals(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	const struct sigaction action = { .sa_handler = on_signal };

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &action, NULL);
	/* A reader that goes away is no reason to end the program. */
	signal(SIGPIPE, SIG_IGN);
}

/** Ctrl-C the terminal gives to the program as well, which decides; others are passed on to it. @return end it? */
static bool obey_signal(struct session *session, int signal)
{
	if (!session->child.pid)
		return true;
	if (session->child_ended) {
		bool is_end = !session->engine->ends_with_us || session->was_warned;

		if (!is_end)
			log_warning(_("what the program left running would end with this trace: Ctrl-C once more ends it all"));
		session->was_warned = true;
		return is_end;
	}
	if (signal != SIGINT)
		kill(session->child.pid, signal);
	return false;
}

static bool is_written(const struct trace_sink *sink)
{
	return (!sink->file || !ferror(sink->file)) && (!sink->capture || !ferror(sink->capture));
}

static int poll_once(struct session *session, int timeout_ms)
{
	struct trace_sink *sink = session->sink;
	int r = session->engine->poll(session->engine, timeout_ms, on_record, sink);
	uint64_t lost = session->engine->lost(session->engine);

	if (lost > sink->lost)
		trace_sink_lost(sink, lost - sink->lost);
	if (sink->file)
		fflush(sink->file);
	return r == -EINTR ? 0 : r;
}

static int follow(struct session *session)
{
	bool last = false;
	int r = 0;

	while (r == 0) {
		bool is_over = session->engine->is_over(session->engine);

		if (session->child.pid && !session->child_ended)
			session->child_ended = session->engine->has_ended(session->engine, session->child.pid,
									  &session->child_status);
		if (session->child.pid && !session->child_ended)
			is_over = false;
		r = poll_once(session, is_over ? 0 : POLL_MS);
		/* Once more after the end: what came in between. */
		if (last)
			break;
		last = is_over;
		if (caught) {
			last |= obey_signal(session, caught);
			caught = 0;
		}
		if (!session->child.pid && !is_written(session->sink))
			break;
	}
	return r;
}

static void say_child_failure(const struct session *session)
{
	int error = 0;

	if (WIFEXITED(session->child_status) && WEXITSTATUS(session->child_status) == LAUNCH_NOT_STARTED)
		error = launch_failure(&session->child);
	if (error)
		log_error(_("cannot run '%s': %s"), session->sink->args->program[0], strerror(error));
	session->sink->run_error = error;
}

static void say_all(void)
{
	log_hint(_("traced is every process of this machine but this one; Ctrl-C ends it"));
}

static int finish(struct session *session, int r)
{
	struct trace_sink *sink = session->sink;
	int status = EXIT_DONE;

	if (r < 0) {
		log_error(_("cannot go on tracing: %s"), strerror(-r));
		status = EXIT_PARTLY;
	}
	if (sink->capture && capture_end(sink->capture) < 0)
		status = EXIT_PARTLY;
	log_debug(ngettext("%" PRIu64 " call", "%" PRIu64 " calls", sink->calls), sink->calls);
	return status;
}

int trace_live(struct trace_sink *sink)
{
	const struct trace_args *args = sink->args;
	struct session session = { .sink = sink, .child = LAUNCH_INIT };
	struct trace_wish wish = {
		.all = sink->who->all,
		.pids = sink->who->pids,
		.n_pids = sink->who->n_pids,
		.options = sink->options->options,
		.n_options = sink->options->n,
		.failed = args->failed,
		.life = args->life,
		.stack = args->stack,
	};
	int status, r;

	if (args->program) {
		r = launch_start(args->program, trace_ptrace_prepare, &wish, &session.child);
		if (r < 0)
			return say_refused(args, NULL, -r);
		wish.pids = &session.child.pid;
		wish.n_pids = 1;
	}
	take_signals();
	status = open_engine(&session, &wish);
	if (status != EXIT_DONE) {
		launch_done(&session.child);
		return status;
	}
	if (wish.all)
		say_all();
	sink->clock_offset = trace_clock_offset(session.engine->has_kernel_clock);
	if (sink->capture)
		capture_begin(sink->capture, session.engine->name, sink->clock_offset);
	r = follow(&session);
	status = finish(&session, r);
	report_missed(session.engine->missed(session.engine));
	session.engine->close(session.engine);
	if (session.child.pid) {
		say_child_failure(&session);
		sink->has_run = true;
		sink->run_status = session.child_status;
		launch_done(&session.child);
	}
	r = report_loss(sink);
	return status == EXIT_DONE ? r : status;
}
