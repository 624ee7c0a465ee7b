/* SPDX-License-Identifier: MIT */
/*
 * The engine bpf: a cgroup of the program's own, with the rules at its hooks. Nothing of ours stands between the
 * program and the kernel; what is left behind reads the events, and removes the cgroup when it is empty.
 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cgroup.h"
#include "policy.h"
#include "run-detach.h"
#include "run-engine.h"
#include "tidy.h"

#define N_(text) text
#define NAME_PREFIX "sockopt-run-"
#define NAMES_MAX 100
#define REMOVE_TRIES 10
#define REMOVE_WAIT_MS 50

struct service {
	const struct run_job *job;
	const struct policy_program *program;
	struct policy *policy;
	char cgroup[CGROUP_PATH_MAX];
	int cgroup_fd;
	int main_pidfd; /* -1: it has ended */
};

static int obstacle(struct run_obstacle *ret, int error, const char *what, const char *hint)
{
	*ret = (struct run_obstacle){ .error = error, .what = what, .hint = hint };
	return -error;
}

static int of_policy(struct run_obstacle *ret, const struct policy_obstacle *from)
{
	return obstacle(ret, from->error, from->what, from->hint);
}

static int compile(const struct run_job *job, struct policy_program *program, struct run_obstacle *ret_obstacle)
{
	struct policy_refusal refusal;
	int r = policy_compile(job->rules, policy_sees() & POLICY_SEES_PIDS, program, &refusal);

	if (r == 0)
		return 0;
	obstacle(ret_obstacle, -r, refusal.what, refusal.hint ? refusal.hint : N_("--engine notify serves such a rule"));
	memcpy(ret_obstacle->word, refusal.word, sizeof(ret_obstacle->word));
	ret_obstacle->rule = refusal.rule;
	ret_obstacle->action = refusal.action;
	return r;
}

static int probe(const struct run_job *job, struct run_obstacle *ret_obstacle)
{
	autofree struct policy_program *program = malloc(sizeof(*program));
	struct policy_obstacle why;
	char path[CGROUP_PATH_MAX];
	int r;

	if (!program)
		return obstacle(ret_obstacle, ENOMEM, N_("memory is short"), NULL);
	r = compile(job, program, ret_obstacle);
	if (r < 0)
		return r;
	if (policy_probe(&why) < 0)
		return of_policy(ret_obstacle, &why);
	r = cgroup_of_pid(0, path);
	if (r < 0)
		return obstacle(ret_obstacle, -r, N_("there is no unified cgroup hierarchy (version 2) here"), NULL);
	return 0;
}

/* ---- events ---- */

/** Numbers come as an int, whatever their width is to the program. */
static bool value_of(const struct sockopt_option *option, const __u8 *bytes, bool is_there, struct sockopt_value *ret)
{
	const struct sockopt_type *type = option->get_type;
	bool is_number = sockopt_is_number(type);
	size_t size = type->size < POLICY_VALUE_MAX ? type->size : POLICY_VALUE_MAX;

	if (!is_there)
		return false;
	memset(ret->bytes, 0, sizeof(ret->bytes));
	memcpy(ret->bytes, bytes, is_number && size > sizeof(__u32) ? sizeof(__u32) : size);
	if (is_number && size > sizeof(__u32) && memcmp(bytes, "\xff\xff\xff\xff", sizeof(__u32)) == 0)
		memset(ret->bytes, 0xff, size);
	ret->length = (socklen_t)size;
	return true;
}

static void address_of(__u32 family, const __u8 *ip, __u16 port, struct facts_address *ret)
{
	*ret = (struct facts_address){ .family = (int)family };
	if (!family)
		return;
	memcpy(ret->ip, ip, sizeof(ret->ip));
	ret->port = port;
}

static void facts_of(const struct policy_event *event, struct facts_holder *holder, struct facts *ret)
{
	*ret = (struct facts){
		.cookie = event->cookie,
		.kind = { (int)event->family, (int)event->type, (int)event->protocol },
		.state = event->state < FACTS_N_STATES ? (enum facts_state)event->state : FACTS_CLOSED,
	};
	address_of(event->local_family, event->local, event->local_port, &ret->local);
	address_of(event->peer_family, event->peer, event->peer_port, &ret->peer);
	if (!event->pid)
		return;
	*holder = (struct facts_holder){
		.pid = (pid_t)event->pid,
		.fd = -1,
		.uid = event->user,
		.process = event->name,
		.cgroup = "",
	};
	ret->holders = holder;
	ret->n_holders = 1;
}

/** Which of the two it was called by; a socket that is not bound comes to bind by connect or listen. */
static enum sockopt_moment moment_of(__u32 due)
{
	__u32 moment = SOCKOPT_AT_ACCEPT;

	while (moment > SOCKOPT_AT_SOCKET && !(due & moment))
		moment >>= 1;
	return (enum sockopt_moment)moment;
}

static void change_of(const struct policy_event *event, const struct rule_hit *hit, struct change *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->option = hit->option;
	ret->error = event->kind == POLICY_EVENT_LOGGED ? 0 : event->error;
	ret->has_before = value_of(hit->option, event->before, event->flags & POLICY_EVENT_HAS_BEFORE, &ret->before);
	ret->has_after = value_of(hit->option, event->after, event->flags & POLICY_EVENT_HAS_AFTER, &ret->after);
	if (event->kind == POLICY_EVENT_MADE) {
		ret->asked = hit->action->value;
	} else {
		ret->asked.length = event->length < POLICY_VALUE_MAX ? event->length : POLICY_VALUE_MAX;
		memcpy(ret->asked.bytes, event->asked, ret->asked.length);
	}
	ret->result = ret->error ? SOCKOPT_RESULT_FAILED : SOCKOPT_RESULT_KEPT;
	if (ret->error == 0 && ret->has_after)
		ret->result = sockopt_compare(hit->option, ret->has_before ? &ret->before : NULL,
					      &hit->action->value, &ret->after);
}

static void on_event(void *context, const struct policy_event *event)
{
	static const enum run_event_kind kinds[] = {
		[POLICY_EVENT_MADE] = RUN_ASSIGNED,
		[POLICY_EVENT_REPLACED] = RUN_REPLACED,
		[POLICY_EVENT_REFUSED] = RUN_REFUSED,
		[POLICY_EVENT_LOGGED] = RUN_LOGGED,
	};
	const struct service *service = context;
	struct facts_holder holder;
	struct facts facts;
	struct change change;
	struct run_event told = { .facts = &facts, .change = &change };

	if (event->line >= service->program->n_lines || event->kind > POLICY_EVENT_LOGGED)
		return;
	told.kind = kinds[event->kind];
	told.moment = moment_of(event->moment);
	told.hit.rule = service->program->lines[event->line].rule;
	told.hit.action = service->program->lines[event->line].action;
	facts_of(event, &holder, &facts);
	told.hit.option = sockopt_find_number_on(&facts.kind, event->level, event->number, SOCKOPT_SET);
	if (!told.hit.option)
		told.hit.option = told.hit.action->option;
	told.has_asked = event->length <= POLICY_VALUE_MAX;
	change_of(event, &told.hit, &change);
	service->job->sink.event(service->job->sink.context, &told);
}

/** Those that have just ended may still be in it for a moment. */
static void remove_cgroup(const struct service *service)
{
	for (int tries = 0; cgroup_remove(service->cgroup) < 0 && tries < REMOVE_TRIES; tries++)
		poll(NULL, 0, REMOVE_WAIT_MS);
}

/* ---- the process that is left behind ---- */

static void take_events(struct service *service)
{
	policy_events(service->policy, on_event, service);
}

static void main_has_ended(struct service *service)
{
	take_events(service);
	if (policy_lost(service->policy))
		service->job->sink.note(service->job->sink.context, RUN_NOTE_LOST, 0);
	service->job->sink.end(service->job->sink.context);
	run_detach_release();
	close(service->main_pidfd);
	service->main_pidfd = -1;
}

/** Until nothing is left to serve. */
static void serve(struct service *service)
{
	autoclose int changes = openat(service->cgroup_fd, "cgroup.events", O_RDONLY | O_CLOEXEC);
	char text[256];

	while (service->main_pidfd >= 0 || !cgroup_is_empty(service->cgroup_fd)) {
		struct pollfd waits[] = {
			{ .fd = policy_events_fd(service->policy), .events = POLLIN },
			{ .fd = service->main_pidfd, .events = POLLIN },
			{ .fd = changes, .events = POLLPRI },
		};

		if (poll(waits, sizeof(waits) / sizeof(waits[0]), -1) < 0 && errno != EINTR)
			break;
		/* It is ready for as long as it was not read since the last change. */
		if (waits[2].revents && pread(changes, text, sizeof(text), 0) < 0)
			break;
		if (waits[0].revents)
			take_events(service);
		if (waits[1].revents)
			main_has_ended(service);
	}
	take_events(service);
	remove_cgroup(service);
}

/** @param start from it comes one byte when the program has entered the cgroup; its end, if it could not */
static _Noreturn void stay(struct service *service, int start)
{
	char entered;

	policy_drop_privileges();
	if (read(start, &entered, 1) == 1)
		serve(service);
	else
		remove_cgroup(service);
	_exit(0);
}

/* ---- begin ---- */

static int make_cgroup(struct service *service, struct run_obstacle *ret_obstacle)
{
	char parent[CGROUP_PATH_MAX], name[64];
	int r = cgroup_of_pid(0, parent);

	if (r == 0) {
		/* Of those whose server was killed. */
		cgroup_remove_left(parent, NAME_PREFIX);
		snprintf(name, sizeof(name), NAME_PREFIX "%d", (int)getpid());
		r = cgroup_make(parent, name, service->cgroup);
	}
	/* Another has our number, in a process namespace of its own; or who had it before us left one. */
	for (int n = 2; r == -EEXIST && n <= NAMES_MAX; n++) {
		snprintf(name, sizeof(name), NAME_PREFIX "%d-%d", (int)getpid(), n);
		r = cgroup_make(parent, name, service->cgroup);
	}
	if (r < 0)
		return obstacle(ret_obstacle, -r, N_("it cannot make a cgroup below its own"),
				N_("the owner of the cgroup can delegate it; --engine notify needs none"));
	service->cgroup_fd = r;
	return 0;
}

static int leave_behind(struct service *service, int *ret_start)
{
	int start[2], r;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, start) < 0)
		return -errno;
	{
		int keep[] = { policy_events_fd(service->policy), policy_ring_fd(service->policy), service->cgroup_fd,
			       service->main_pidfd, start[0], service->job->keep_fd };

		r = run_detach(keep, sizeof(keep) / sizeof(keep[0]));
	}
	if (r == 1)
		stay(service, start[0]);
	close(start[0]);
	if (r < 0)
		close(start[1]);
	else
		*ret_start = start[1];
	return r;
}

static int attach_and_enter(struct service *service, struct run_obstacle *ret_obstacle)
{
	autoclose int start = -1;
	int r = policy_stick(service->policy, service->cgroup_fd);

	if (r < 0) {
		remove_cgroup(service);
		return obstacle(ret_obstacle, -r, N_("its programs cannot be attached to the cgroup"), NULL);
	}
	r = leave_behind(service, &start);
	if (r < 0) {
		remove_cgroup(service);
		return obstacle(ret_obstacle, -r, N_("it cannot start the process that serves the program"), NULL);
	}
	r = cgroup_enter(service->cgroup_fd);
	if (r < 0)
		return obstacle(ret_obstacle, -r, N_("it cannot enter its cgroup"),
				N_("the owner of the cgroup can delegate it; --engine notify needs none"));
	/* If it is gone already, the rules hold all the same. */
	send(start, "", 1, MSG_NOSIGNAL);
	return 0;
}

static int begin(const struct run_job *job, struct run_obstacle *ret_obstacle)
{
	autofree struct policy_program *program = malloc(sizeof(*program));
	struct service service = { .job = job, .program = program, .cgroup_fd = -1, .main_pidfd = -1 };
	struct policy_obstacle why;
	int r;

	if (!program)
		return obstacle(ret_obstacle, ENOMEM, N_("memory is short"), NULL);
	r = compile(job, program, ret_obstacle);
	if (r < 0)
		return r;
	r = policy_load(program, job->wants_events ? POLICY_TELLS_ALL : POLICY_TELLS_TROUBLE, &service.policy, &why);
	if (r < 0)
		return of_policy(ret_obstacle, &why);
	service.main_pidfd = pidfd_open(getpid(), 0);
	r = service.main_pidfd < 0 ? obstacle(ret_obstacle, errno, N_("this kernel has no pidfd_open(2)"), NULL) : 0;
	if (r == 0)
		r = make_cgroup(&service, ret_obstacle);
	if (r == 0)
		r = attach_and_enter(&service, ret_obstacle);
	tidy_close(&service.main_pidfd);
	tidy_close(&service.cgroup_fd);
	policy_free(service.policy);
	return r;
}

const struct run_engine run_engine_bpf = { .name = "bpf", .probe = probe, .begin = begin };
