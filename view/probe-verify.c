/* SPDX-License-Identifier: MIT */
/* Where the kernel contradicts the catalogue. */

#include <string.h>

#include "color.h"
#include "probe-view.h"
#include "text.h"

enum { LINES_MAX = 3, /* contradictions of one group that are shown without -v */
       LINE_SIZE = 512 };

static void fill(const struct probe_remark *remark, bool translated, char ret[static LINE_SIZE])
{
	probe_fill(remark, translated ? _(remark->text) : remark->text, ret, LINE_SIZE);
}

static bool same_group(const struct probe_remark *a, const struct probe_remark *b)
{
	return a->option == b->option && a->group == b->group;
}

/** The next remark of this status at or after an index; n_remarks: there is none. */
static size_t next(const struct probe_result *result, size_t index, enum probe_status status)
{
	while (index < result->n_remarks && result->remarks[index].status != status)
		index++;
	return index;
}

/** A group's contradictions: the heading, a few lines, and how many more there are. @return the index behind them */
static size_t put_group(FILE *file, const struct probe_view *view, size_t index, enum probe_status status)
{
	const struct probe_result *result = view->result;
	const struct probe_remark *first = &result->remarks[index];
	size_t n = 0;
	char room[96], line[LINE_SIZE];

	fprintf(file, "\n%s%s%s  %s\n", color_out(COLOR_NAME), probe_view_name(first->option, room), color_out(COLOR_OFF),
		probe_group_name(first->group));
	for (; index < result->n_remarks && same_group(first, &result->remarks[index]); index++) {
		if (result->remarks[index].status != status || (n++ >= LINES_MAX && !view->verbose))
			continue;
		fill(&result->remarks[index], true, line);
		fputs("   ", file);
		text_fill_after(file, line, 3, 6, text_screen_width());
	}
	if (n > LINES_MAX && !view->verbose)
		fprintf(file, ngettext("    and %zu more\n", "    and %zu more\n", n - LINES_MAX), n - LINES_MAX);
	return index;
}

static void put_status(FILE *file, const struct probe_view *view, enum probe_status status)
{
	size_t index = 0;

	while ((index = next(view->result, index, status)) < view->result->n_remarks)
		index = put_group(file, view, index, status);
}

void probe_view_verify_text(FILE *file, const struct probe_view *view)
{
	struct probe_sums sums;
	unsigned share;

	probe_sum(view->result, &sums);
	share = probe_view_share(sums.probed, sums.cannot);
	probe_view_head(file, view);
	fprintf(file, "  ");
	fprintf(file, _("%u facts of %u that could be probed were (%u.%u %%)"), sums.probed, sums.probed + sums.cannot,
		share / 10, share % 10);
	fputc('\n', file);
	if (sums.differs)
		fprintf(file, ngettext("  %u is not yet as on newer kernels, as the catalogue says\n", "  %u are not yet as on newer kernels, as the catalogue says\n", sums.differs),
			sums.differs);
	fprintf(file, "  %s", color_out(sums.contradicted ? COLOR_BAD : COLOR_NAME));
	fprintf(file, ngettext("%u contradiction with the catalogue", "%u contradictions with the catalogue", sums.contradicted),
		sums.contradicted);
	fprintf(file, "%s\n", color_out(COLOR_OFF));
	put_status(file, view, PROBE_CONTRADICTED);
	if (view->verbose) {
		fprintf(file, "\n%s%s%s\n", color_out(COLOR_HEADING), _("Not probed"), color_out(COLOR_OFF));
		put_status(file, view, PROBE_CANNOT);
	}
}

static void remark_json(FILE *file, const struct probe_remark *remark)
{
	struct json json = { .file = file };
	char line[LINE_SIZE];

	json_object(&json, NULL);
	json_string(&json, remark->status == PROBE_CONTRADICTED ? "contradicted" : "not_probed", probe_group_name(remark->group));
	json_string(&json, "option", remark->option->name);
	json_string(&json, "level", remark->option->level->name);
	if (remark->socket)
		json_string(&json, "socket", remark->socket);
	if (remark->state)
		json_string(&json, "state", remark->state);
	if (remark->call)
		json_string(&json, "call", remark->call);
	if (remark->value[0])
		json_string(&json, "value", remark->value);
	if (remark->found[0])
		json_string(&json, "found", remark->found);
	if (remark->expected[0])
		json_string(&json, "expected", remark->expected);
	fill(remark, true, line);
	json_string(&json, "text", line);
	json_end_object(&json);
	json_line(&json);
}

void probe_view_verify_json(FILE *file, const struct probe_view *view)
{
	const struct probe_result *result = view->result;
	struct json json = { .file = file };
	struct probe_sums sums;

	probe_sum(result, &sums);
	probe_view_head_json(file, view);
	for (size_t i = 0; i < result->n_remarks; i++)
		if (result->remarks[i].status == PROBE_CONTRADICTED || result->remarks[i].status == PROBE_CANNOT)
			remark_json(file, &result->remarks[i]);
	json_object(&json, NULL);
	json_object(&json, "summary");
	json_unsigned(&json, "probed", sums.probed);
	json_unsigned(&json, "not_probed", sums.cannot);
	json_unsigned(&json, "per_mille", probe_view_share(sums.probed, sums.cannot));
	json_unsigned(&json, "before_a_change", sums.differs);
	json_unsigned(&json, "contradicted", sums.contradicted);
	json_unsigned(&json, "remarks_lost", result->n_lost);
	json_end_object(&json);
	json_end_object(&json);
	json_line(&json);
}

/* ---- TAP: a line for each option and group of facts, for harnesses ---- */

/** Explains one line: contradictions before it. @return the reason why something of it was not probed, or NULL */
static const struct probe_remark *explain(FILE *file, const struct probe_result *result, size_t *at,
					  const struct sockopt_option *option, unsigned group)
{
	const struct probe_remark *reason = NULL;
	char room[96], line[LINE_SIZE];

	for (; *at < result->n_remarks; (*at)++) {
		const struct probe_remark *remark = &result->remarks[*at];

		if (remark->option != option || remark->group != group)
			break;
		fill(remark, false, line);
		if (remark->status == PROBE_CONTRADICTED)
			fprintf(file, "# %s %s: %s\n", probe_view_name(option, room), probe_group_name(group), line);
		else if (!reason)
			reason = remark;
	}
	return reason;
}

/** A line of the plan, if there is something to say. @return how many */
static unsigned put_tap(FILE *file, const struct probe_result *result, size_t *at, size_t index, unsigned group,
			unsigned number)
{
	const struct sockopt_option *option = sockopt_at(index);
	const struct probe_claim *claim = &result->claims[index][group];
	const struct probe_remark *reason = explain(file, result, at, option, group);
	char room[96], line[LINE_SIZE] = "";
	const char *name = probe_view_name(option, room);

	if (claim->change && (claim->differs || claim->probed))
		fprintf(file, "# change %s %s, %s: %s\n", claim->change->version, name, probe_group_name(group),
			claim->differs ? "differs" : "the same");
	if (!claim->probed && !reason)
		return 0;
	if (reason)
		fill(reason, false, line);
	fprintf(file, "%s %u - %s %s%s%s\n", claim->contradicted ? "not ok" : "ok", number, name, probe_group_name(group),
		claim->probed ? "" : " # SKIP ", claim->probed ? "" : line);
	if (claim->probed && reason && reason->status == PROBE_CANNOT)
		fprintf(file, "# in part, %u not: %s\n", claim->cannot, line);
	return 1;
}

void probe_view_tap_until(struct probe_tap *tap, const struct probe_result *result, size_t option)
{
	for (; tap->option < option; tap->option++)
		for (unsigned group = 0; tap->options[tap->option] && group < PROBE_N_GROUPS; group++)
			tap->lines += put_tap(tap->file, result, &tap->remark, tap->option, group, tap->lines + 1);
	/* A harness reads it while the probe goes on. */
	fflush(tap->file);
}

void probe_view_tap_end(struct probe_tap *tap, const struct probe_result *result)
{
	struct probe_sums sums;

	probe_sum(result, &sums);
	fprintf(tap->file, "1..%u\n", tap->lines);
	fprintf(tap->file, "# facts probed: %u\n# contradicted: %u\n# before a change: %u\n# not probed: %u\n", sums.probed,
		sums.contradicted, sums.differs, sums.cannot);
}
