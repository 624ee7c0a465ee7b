/* SPDX-License-Identifier: MIT */
/* What each option takes and gives, as JSON lines: an object an option and kind of socket. */

#include <string.h>

#include "probe-view.h"

static const char *inherits_word(int inherits)
{
	switch (inherits) {
	case SOCKOPT_INHERITED: return "yes";
	case SOCKOPT_NOT_INHERITED: return "no";
	case SOCKOPT_ADJUSTED: return "adjusted";
	default: return NULL;
	}
}

static void put_outcome(struct json *json, const char *name, int outcome)
{
	char room[16];

	if (outcome != PROBE_NOT_TRIED)
		json_string(json, name, probe_outcome_word(outcome, room));
}

static void put_privilege(struct json *json, const struct probe_cell *cell)
{
	put_outcome(json, "without_capabilities", cell->without);
	if (cell->without == 0 || cell->without == PROBE_NOT_TRIED)
		return;
	json_array(json, "enough");
	for (unsigned i = 0; i < 64; i++)
		if ((cell->enough >> i & 1) && probe_capability_name(i))
			json_string(json, NULL, probe_capability_name(i));
	json_end_array(json);
	put_outcome(json, "in_user_namespace", cell->inside);
}

/** What could not be found out, by the names that it would have. */
static void put_unknown(struct json *json, unsigned unknown)
{
	static const struct {
		enum probe_measure bit;
		const char *name;
	} names[] = {
		{ PROBE_GET, "get" },
		{ PROBE_SET, "set" },
		{ PROBE_RANGE, "range" },
		{ PROBE_WITHOUT, "without_capabilities" },
		{ PROBE_INSIDE, "in_user_namespace" },
		{ PROBE_INHERITS, "inherited" },
	};

	if (!unknown)
		return;
	json_array(json, "unknown");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (unknown & names[i].bit)
			json_string(json, NULL, names[i].name);
	json_end_array(json);
}

static void put_cell(FILE *file, const struct probe_result *result, size_t index, size_t kind)
{
	const struct sockopt_option *option = sockopt_at(index);
	const struct probe_cell *cell = probe_cell_at(result, index, kind);
	const char *inherits = inherits_word(cell->inherits);
	struct json json = { .file = file };

	json_object(&json, NULL);
	json_string(&json, "option", option->name);
	json_string(&json, "level", option->level->name);
	json_string(&json, "socket", probe_kinds[kind].name);
	put_outcome(&json, "get", cell->get);
	put_outcome(&json, "set", cell->set);
	if (cell->by_default[0])
		json_string(&json, "default", cell->by_default);
	if (cell->has_range) {
		json_signed(&json, "least", cell->least);
		json_signed(&json, "greatest", cell->greatest);
		put_outcome(&json, "outside", cell->outside);
	}
	put_privilege(&json, cell);
	if (inherits)
		json_string(&json, "inherited", inherits);
	put_unknown(&json, probe_cell_unknown(result, index, kind));
	json_end_object(&json);
	json_line(&json);
}

void probe_view_matrix_json(FILE *file, const struct probe_view *view)
{
	struct json json = { .file = file };
	struct probe_counts counts;

	probe_count(view->result, view->options, &counts);
	probe_view_head_json(file, view);
	for (size_t i = 0; i < sockopt_count(); i++)
		for (size_t kind = 0; view->options[i] && kind < probe_n_kinds; kind++)
			if (probe_cell_matters(view->result, i, kind))
				put_cell(file, view->result, i, kind);
	json_object(&json, NULL);
	json_object(&json, "summary");
	json_unsigned(&json, "options", counts.options);
	json_unsigned(&json, "work", counts.work);
	json_unsigned(&json, "only_read", counts.only_read);
	json_unsigned(&json, "refused", counts.refused);
	json_unsigned(&json, "no_socket", counts.no_socket);
	json_unsigned(&json, "not_tried", counts.unknown);
	json_unsigned(&json, "probed", counts.measured);
	json_unsigned(&json, "not_probed", counts.missing);
	json_unsigned(&json, "per_mille", probe_view_share(counts.measured, counts.missing));
	json_end_object(&json);
	json_end_object(&json);
	json_line(&json);
}
