/* SPDX-License-Identifier: MIT */
/* What an option takes and gives on each kind of socket: measured, whatever the catalogue says. */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "probe-board.h"
#include "probe-kinds.h"
#include "probe-measures.h"
#include "probe-report.h"
#include "probe-stage.h"
#include "probe-values.h"
#include "probe-world.h"

/** The steps of an option on a kind; behind those of all kinds comes one step in a user namespace. */
enum { DO_GET,
       DO_SET,
       DO_RANGE,
       DO_PRIVILEGE,
       DO_ACCEPT,
       N_DOINGS };

size_t probe_measure_steps(void)
{
	return probe_n_kinds * N_DOINGS + 1;
}

/** Some bytes where the catalogue knows no value, as a kernel that takes them would show. @return 0 or -errno */
static int ask_raw(int fd, const struct sockopt_option *option, enum sockopt_access access)
{
	unsigned char bytes[512] = { 0 };
	socklen_t length = access == SOCKOPT_GET ? sizeof(bytes) : option->get_type->size ? option->get_type->size :
											    4U;

	if (access == SOCKOPT_GET)
		return probe_raw_get(fd, option, bytes, &length);
	return probe_raw_set(fd, option, bytes, length);
}

/** Is the number another option's, when it is called this way? */
static bool is_others(const struct sockopt_option *option, enum sockopt_access access)
{
	return !(option->access & access) && sockopt_find_number(option->level->number, option->number, access);
}

/** Reads on a socket that is thrown away: reading changes it. */
static int read_once(const struct sockopt_option *option, const struct kind *kind)
{
	struct sockopt_value value;
	struct stage stage;
	bool later = stage_refuses(option, kind, SOCKOPT_GET, option->example_state) &&
		     stage_possible(kind, SOCKOPT_CONNECTED);
	int fd;
	int r = stage_begin(kind, option, STAGE_PREPARED, later ? SOCKOPT_CONNECTED : option->example_state, &stage);

	if (r == 0)
		r = sockopt_get(stage.fd, option, &value);
	if (r == 0 && option->read_effect.kind == SOCKOPT_READ_DESCRIPTOR && value.length == sizeof(fd)) {
		memcpy(&fd, value.bytes, sizeof(fd));
		close(fd);
	}
	stage_end(&stage);
	return r;
}

static void measure_get(const struct sockopt_option *option, const struct kind *kind, struct probe_cell *cell)
{
	static struct reading reading;

	if (option->input_from_caller || is_others(option, SOCKOPT_GET))
		return;
	if (!(option->access & SOCKOPT_GET)) {
		cell->get = -ask_raw(kind->fresh, option, SOCKOPT_GET);
		return;
	}
	if (option->read_effect.kind != SOCKOPT_READ_HARMLESS) {
		cell->get = -read_once(option, kind);
		return;
	}
	cell->get = -probe_read(kind->fresh, option, &reading);
	if (cell->get && sockopt_applies(option, &kind->of, SOCKOPT_GET) && read_once(option, kind) == 0)
		cell->get = 0; /* not when it is fresh */
	else if (cell->get == 0 && option->nature == SOCKOPT_SETTING)
		sockopt_format(option, reading.bytes, reading.length, cell->by_default, sizeof(cell->by_default));
}

/** @param no_program there is no BPF program to hand over: what the kernel says of another descriptor is no answer */
static void measure_set(const struct sockopt_option *option, const struct kind *kind, bool no_program,
			struct probe_cell *cell)
{
	struct sockopt_value example;
	struct stage stage;
	bool applies = sockopt_applies(option, &kind->of, SOCKOPT_SET);
	int r;

	if (!world_may_set(option) || is_others(option, SOCKOPT_SET))
		return;
	if (applies && no_program && (option->access & SOCKOPT_SET) && option->type->n_fields &&
	    option->type->fields[0].unit == SOCKOPT_UNIT_FD)
		return;
	if ((option->access & SOCKOPT_SET) && sockopt_parse(option, option->example, &example, NULL) < 0)
		return;
	r = applies ? stage_for_example(kind, option, &stage) : stage_begin(kind, option, STAGE_BARE, 0, &stage);
	if (r == 0 || (!applies && stage.fd >= 0)) {
		cell->set = option->access & SOCKOPT_SET ? -sockopt_set(stage.fd, option, &example) :
							   -ask_raw(stage.fd, option, SOCKOPT_SET);
	}
	stage_end(&stage);
}

static void measure_privilege(const struct sockopt_option *option, const struct kind *kind, struct probe_cell *cell)
{
	int outcome = probe_without(option, kind, 0);

	cell->without = outcome;
	if (outcome <= 0)
		return;
	for (unsigned i = 0; i < 64; i++)
		if (probe_capability_name(i) && probe_without(option, kind, UINT64_C(1) << i) == 0)
			cell->enough |= UINT64_C(1) << i;
}

static void measure_on(const struct sockopt_option *option, const struct kind *kind, size_t doing,
		       const struct probe_world *world, struct probe_cell *cell)
{
	bool sets = cell->set == 0 && (option->access & SOCKOPT_SET);

	if (world->get_call != PROBE_KILLED && doing == DO_GET)
		measure_get(option, kind, cell);
	else if (world->set_call != PROBE_KILLED && doing == DO_SET)
		measure_set(option, kind, world->program_error != 0, cell);
	else if (sets && doing == DO_RANGE)
		probe_range(option, kind, cell);
	else if (sets && doing == DO_PRIVILEGE)
		measure_privilege(option, kind, cell);
	else if (sets && cell->get == 0 && doing == DO_ACCEPT)
		cell->inherits = probe_inheritance(option, kind);
}

/** As root of a user namespace, what needs a capability. */
static void measure_inside(const struct sockopt_option *option, struct probe_cell *cells)
{
	int outcomes[PROBE_KINDS_MAX];
	bool wanted = false;

	for (size_t i = 0; i < probe_n_kinds; i++)
		wanted = wanted || cells[i].without > 0;
	if (!wanted || !probe_inside(option, outcomes))
		return;
	for (size_t i = 0; i < probe_n_kinds; i++)
		if (cells[i].without > 0)
			cells[i].inside = outcomes[i];
}

void probe_measure_step(const struct probe_result *result, size_t option, size_t step)
{
	size_t kind = step / N_DOINGS;

	if (kind >= probe_n_kinds)
		measure_inside(sockopt_at(option), probe_cell_at(result, option, 0));
	else if (kinds[kind].open)
		measure_on(sockopt_at(option), &kinds[kind], step % N_DOINGS, &result->world,
			   probe_cell_at(result, option, kind));
}

void probe_measure_ended(struct probe_result *result, size_t option, size_t step, int outcome)
{
	size_t kind = step / N_DOINGS;
	struct probe_cell *cell = probe_cell_at(result, option, kind < probe_n_kinds ? kind : 0);

	if (kind >= probe_n_kinds)
		return; /* what is missing is not tried */
	if (step % N_DOINGS == DO_GET)
		cell->get = outcome;
	else if (step % N_DOINGS == DO_SET)
		cell->set = outcome;
	else if (step % N_DOINGS == DO_RANGE)
		cell->outside = outcome;
	else if (step % N_DOINGS == DO_PRIVILEGE)
		cell->without = outcome;
	else
		cell->inherits = PROBE_NOT_TRIED;
}

void probe_measure_begin(struct probe_result *result)
{
	for (size_t i = 0; i < sockopt_count() * probe_n_kinds; i++)
		result->cells[i] = (struct probe_cell){
			.get = PROBE_NOT_TRIED,
			.set = PROBE_NOT_TRIED,
			.without = PROBE_NOT_TRIED,
			.inside = PROBE_NOT_TRIED,
			.inherits = SOCKOPT_NOTHING_TO_INHERIT,
		};
}
