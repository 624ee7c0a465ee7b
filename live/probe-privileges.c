/* SPDX-License-Identifier: MIT */
/* What needs a capability: without any, with one of those told, and in a user namespace. */

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/capability.h>

#include "probe-closer.h"
#include "probe-facts.h"
#include "probe-kinds.h"
#include "probe-measures.h"
#include "probe-report.h"
#include "probe-stage.h"
#include "probe-values.h"
#include "probe-world.h"

/** Makes these capabilities effective, of those that are permitted. @return 0 or -errno */
static int use_capabilities(uint64_t wanted)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data) < 0)
		return -errno;
	data[0].effective = data[0].permitted & (uint32_t)wanted;
	data[1].effective = data[1].permitted & (uint32_t)(wanted >> 32);
	if (wanted != UINT64_MAX && (wanted & ~((uint64_t)data[1].permitted << 32 | data[0].permitted)))
		return -EPERM;
	return syscall(SYS_capset, &header, data) < 0 ? -errno : 0;
}

/** The bit of CAP_NET_ADMIN and so on; 0: a name that is not known. */
static uint64_t capability_bit(const char *name)
{
	int number = probe_capability(name);

	return number < 0 ? 0 : UINT64_C(1) << number;
}

static const char *word_of(enum sockopt_access access)
{
	return access == SOCKOPT_GET ? "get" : "set";
}

/** Needed in some case alone, without a value or a kind of socket that makes it? */
static bool is_conditional(const struct sockopt_privilege *privilege)
{
	return privilege->when.en && !privilege->value && privilege->n_applies == 0;
}

/** Does this kind of socket need the capability at all? */
static bool is_of(const struct sockopt_privilege *privilege, const struct kind *kind)
{
	for (size_t i = 0; i < privilege->n_applies; i++)
		if (sockopt_where_fits(&privilege->applies[i], &kind->of))
			return true;
	return privilege->n_applies == 0;
}

/**
 * @brief Gets or sets on a socket that was made with all capabilities, with these alone.
 *
 * What needs them in some case alone is set before with all: the case is most often that it is set already.
 * @return 0 or -errno
 */
static int attempt(const struct sockopt_option *option, const struct kind *kind, const struct sockopt_value *value,
		   uint64_t capabilities, bool *ret_tried)
{
	static struct reading reading;
	struct stage stage;
	int r = stage_for_example(kind, option, &stage);

	if (r == 0 && is_conditional(&option->privilege) && option->privilege.access == SOCKOPT_SET)
		r = sockopt_set(stage.fd, option, value);
	/* What fails when it is done again (to add an interface) says nothing of privileges. */
	if (r == 0 && is_conditional(&option->privilege) && option->privilege.access == SOCKOPT_SET)
		r = sockopt_set(stage.fd, option, value);
	*ret_tried = r == 0 && use_capabilities(capabilities) == 0;
	if (*ret_tried)
		r = option->privilege.access == SOCKOPT_GET ? probe_read(stage.fd, option, &reading) :
							      sockopt_set(stage.fd, option, value);
	(void)use_capabilities(UINT64_MAX);
	stage_end(&stage);
	return r;
}

static void check_without(struct report *report, const struct kind *kind, const struct sockopt_value *value)
{
	const struct sockopt_privilege *privilege = &report->option->privilege;
	bool tried;
	int r = attempt(report->option, kind, value, 0, &tried);

	if (!tried)
		report_cannot(report, &(struct probe_words){ .text = N_("{socket}: cannot be tried: {found}"),
							     .socket = kind->name,
							     .found = report_errno(r) });
	else if (r == 0 && is_conditional(privilege))
		report_cannot(report, &(struct probe_words){ .text = N_("needed in a case alone that the probe does not make") });
	else if (!report_left_out(report, r))
		report_fact(report, r == -privilege->error,
			    &(struct probe_words){ .text = N_("{socket}: without capabilities {call} gives {found}, not {expected}"),
						   .socket = kind->name,
						   .call = word_of(privilege->access),
						   .found = report_errno(r),
						   .expected = report_errno(privilege->error) });
}

static void check_with_one(struct report *report, const struct kind *kind, const struct sockopt_value *value)
{
	for (const char *const *name = report->option->privilege.capabilities; *name; name++) {
		uint64_t bit = capability_bit(*name);
		bool tried;
		int r = attempt(report->option, kind, value, bit, &tried);

		if (bit == 0 || !tried)
			report_cannot(report, &(struct probe_words){ .text = N_("{value} is not to be had here"), .value = *name });
		else if (report->option->privilege.initial_userns && !world_is_initial())
			report_cannot(report, &(struct probe_words){ .text = N_("needs {value} in the initial user namespace"),
								     .value = *name });
		else if (!report_left_out(report, r))
			report_fact(report, r == 0,
				    &(struct probe_words){ .text = N_("{socket}: with {value} alone {call} gives {found}, not {expected}"),
							   .socket = kind->name,
							   .value = *name,
							   .call = word_of(report->option->privilege.access),
							   .found = report_errno(r),
							   .expected = report_errno(0) });
	}
}

/** In a child, root of a user namespace and of its network namespace: an errno for each kind goes up the pipe. */
static void try_inside(const struct sockopt_option *option, const struct sockopt_value *value, int pipe_end)
{
	int results[PROBE_KINDS_MAX] = { 0 };
	enum sockopt_access access = option->privilege.access ? option->privilege.access : SOCKOPT_SET;
	int entered;

	closer_forget();
	entered = world_enter_inner();
	for (size_t i = 0; i < n_kinds; i++) {
		bool tried = false;

		results[i] = 1;
		if (entered < 0 || !kinds[i].open || !sockopt_applies(option, &kinds[i].of, access))
			continue;
		results[i] = attempt(option, &kinds[i], value, UINT64_MAX, &tried);
		if (!tried)
			results[i] = 1;
	}
	_exit(write(pipe_end, results, sizeof(results)) == (ssize_t)sizeof(results) ? 0 : 1);
}

/** An outcome for each kind, 1 where nothing could be tried. @return false: not even the child could */
static bool ask_inside(const struct sockopt_option *option, const struct sockopt_value *value,
		       int ret[static PROBE_KINDS_MAX])
{
	const size_t size = PROBE_KINDS_MAX * sizeof(*ret);
	int ends[2];
	ssize_t n;
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return false;
	child = fork();
	if (child == 0)
		try_inside(option, value, ends[1]);
	close(ends[1]);
	n = child < 0 ? 0 : read(ends[0], ret, size);
	close(ends[0]);
	if (child > 0)
		waitpid(child, NULL, 0);
	return n == (ssize_t)size;
}

/** The value that needs the capability, or the example. @return false: there is none */
static bool value_for(const struct sockopt_option *option, struct sockopt_value *ret)
{
	const char *text = option->privilege.value ? option->privilege.value : option->example;

	if (option->privilege.access == SOCKOPT_GET)
		return true;
	return text && sockopt_parse(option, text, ret, NULL) == 0;
}

int probe_without(const struct sockopt_option *option, const struct kind *kind, uint64_t capabilities)
{
	struct sockopt_value value;
	bool tried;
	int r;

	if (!value_for(option, &value))
		return PROBE_NOT_TRIED;
	r = attempt(option, kind, &value, capabilities, &tried);
	return tried ? -r : PROBE_NOT_TRIED;
}

bool probe_inside(const struct sockopt_option *option, int ret[static PROBE_KINDS_MAX])
{
	struct sockopt_value value;

	if (!value_for(option, &value) || !ask_inside(option, &value, ret))
		return false;
	for (size_t i = 0; i < PROBE_KINDS_MAX; i++)
		ret[i] = ret[i] == 1 ? PROBE_NOT_TRIED : -ret[i];
	return true;
}

static void check_inside(struct report *report, const struct sockopt_value *value)
{
	const struct sockopt_privilege *privilege = &report->option->privilege;
	int results[PROBE_KINDS_MAX];
	bool asked = ask_inside(report->option, value, results);

	for (size_t i = 0; i < n_kinds; i++) {
		int expected = privilege->initial_userns ? -privilege->error : 0;

		if (!kinds[i].open || !is_of(privilege, &kinds[i]) ||
		    !sockopt_applies(report->option, &kinds[i].of, privilege->access))
			continue;
		report->aside = kind_own_rules(&kinds[i], report->option, SOCKOPT_SET);
		if (!asked || results[i] == 1)
			report_cannot(report, &(struct probe_words){ .text = N_("{socket}: cannot be tried in a user namespace"),
								     .socket = kinds[i].name });
		else if ((!is_conditional(privilege) || results[i] != 0 || expected == 0) &&
			 !report_left_out(report, results[i]))
			report_fact(report, results[i] == expected,
				    &(struct probe_words){ .text = N_("{socket}: as root of a user namespace {call} gives {found}, not {expected}"),
							   .socket = kinds[i].name,
							   .call = word_of(privilege->access),
							   .found = report_errno(results[i]),
							   .expected = report_errno(expected) });
	}
}

/** Where the entry asks for no capability, none is needed. What fails with all of them says nothing. */
static void check_free(struct report *report, const struct kind *kind)
{
	const struct sockopt_option *option = report->option;
	int without = probe_without(option, kind, UINT64_MAX) == 0 ? probe_without(option, kind, 0) : PROBE_NOT_TRIED;

	if (without != PROBE_NOT_TRIED)
		report_fact(report, without == 0,
			    &(struct probe_words){ .text = N_("{socket}: without capabilities {call} gives {found}, not {expected}"),
						   .socket = kind->name,
						   .call = "set",
						   .found = report_errno(-without),
						   .expected = report_errno(0) });
}

static void check_all_free(struct report *report)
{
	for (const struct kind *kind = NULL; (kind = kind_next(kind, report->option, SOCKOPT_SET));) {
		report->aside = kind_own_rules(kind, report->option, SOCKOPT_SET);
		check_free(report, kind);
	}
}

void probe_privilege_facts(const struct sockopt_option *option)
{
	struct report report = report_begin(option, PROBE_GROUP_PRIVILEGE);
	const struct sockopt_privilege *privilege = &option->privilege;
	const char *text = privilege->value ? privilege->value : option->example;
	struct sockopt_value value = { .length = 0 };

	if (!privilege->capabilities && (option->access & SOCKOPT_SET) && world_may_set(option))
		check_all_free(&report);
	if (!privilege->capabilities || option->access == 0)
		return;
	if (privilege->access == SOCKOPT_GET && !probe_readable(option))
		return; /* of which another group says why */
	if (text && privilege->access == SOCKOPT_SET &&
	    !report_fact(&report, sockopt_parse(option, text, &value, NULL) == 0,
			 &(struct probe_words){ .text = N_("{value} is no value"), .value = text }))
		return;
	for (const struct kind *kind = NULL; (kind = kind_next(kind, option, privilege->access));) {
		report.aside = kind_own_rules(kind, option, SOCKOPT_SET);
		if (!is_of(privilege, kind)) {
			check_free(&report, kind);
			continue;
		}
		check_without(&report, kind, &value);
		check_with_one(&report, kind, &value);
	}
	check_inside(&report, &value);
}
