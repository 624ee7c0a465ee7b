/* SPDX-License-Identifier: MIT */
/* How `apply --check` and `policy` look. */

#include "policy-view.h"

#include <errno.h>
#include <inttypes.h>
#include <libsmartcols.h>
#include <string.h>
#include <time.h>

#include "color.h"
#include "explain.h"
#include "json.h"
#include "list.h"
#include "text.h"

#define TEXT_SIZE 1024

/* ---- what will be done ---- */

/** What becomes of the program's own setsockopt(2) of the option. */
static const char *of_calls(const char *verb)
{
	if (strcmp(verb, "force") == 0)
		return _("a program's own value is replaced by this one");
	if (strcmp(verb, "default") == 0)
		return _("not where the program has set it");
	if (strcmp(verb, "deny") == 0)
		return _("a program that asks for it is refused");
	if (strcmp(verb, "ignore") == 0)
		return _("a program that asks for it is told that it has it");
	if (strcmp(verb, "log") == 0)
		return _("a program that asks for it is counted");
	return _("what a program asks for later counts");
}

static void list_hooks(const struct policy_view_plan *plan, char *ret, size_t size)
{
	struct list list = { .at = ret, .size = size };

	*ret = '\0';
	for (const char *const *hook = plan->hooks; *hook; hook++)
		list_add(&list, ", ", *hook);
}

static void plan_text(FILE *file, const struct policy_view_plan *plan)
{
	char source[TEXT_SIZE], rule[TEXT_SIZE], action[TEXT_SIZE], moments[128], hooks[256];

	text_escape(plan->source, source, sizeof(source));
	text_escape(plan->rule, rule, sizeof(rule));
	text_escape(plan->action, action, sizeof(action));
	fprintf(file, "%s%s:%u%s  %s\n", color_out(COLOR_DIM), source, plan->line, color_out(COLOR_OFF), rule);
	fprintf(file, "    %s%s%s  ", color_out(COLOR_NAME), action, color_out(COLOR_OFF));
	if (plan->moments) {
		explain_moments(plan->moments, moments, sizeof(moments));
		fprintf(file, _("made at: %s"), moments);
		fputs("; ", file);
	}
	list_hooks(plan, hooks, sizeof(hooks));
	fprintf(file, "%s\n    %s%s%s\n", of_calls(plan->verb), color_out(COLOR_DIM), hooks, color_out(COLOR_OFF));
}

static void json_moments(struct json *json, unsigned moments)
{
	char words[128], *rest = words, *word;

	explain_moments(moments, words, sizeof(words));
	json_array(json, "moments");
	while (moments && (word = strsep(&rest, ", ")))
		if (*word)
			json_string(json, NULL, word);
	json_end_array(json);
}

static void plan_json(FILE *file, const struct policy_view_plan *plan)
{
	struct json json = { .file = file };

	json_object(&json, NULL);
	json_string(&json, "source", plan->source);
	json_unsigned(&json, "line", plan->line);
	json_string(&json, "rule", plan->rule);
	json_string(&json, "action", plan->action);
	json_string(&json, "verb", plan->verb);
	json_moments(&json, plan->moments);
	json_array(&json, "hooks");
	for (const char *const *hook = plan->hooks; *hook; hook++)
		json_string(&json, NULL, *hook);
	json_end_array(&json);
	json_end_object(&json);
	json_line(&json);
}

void policy_view_plan(FILE *file, bool json, const struct policy_view_plan *plan)
{
	if (json)
		plan_json(file, plan);
	else
		plan_text(file, plan);
}

/* ---- what is in force ---- */

enum column { COLUMN_RULE,
	      COLUMN_HITS,
	      COLUMN_OVERRIDES,
	      COLUMN_REFUSALS,
	      COLUMN_LOGGED,
	      COLUMN_FAILURES };

static void put_count(struct libscols_line *line, enum column column, uint64_t count)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRIu64, count);
	scols_line_set_data(line, column, text);
}

static struct libscols_table *new_table(FILE *file)
{
	static const char *const headings[] = {
		N_("RULE"),
		N_("HITS"),
		N_("OVERRIDES"),
		N_("REFUSALS"),
		N_("LOGGED"),
		N_("FAILURES"),
	};
	struct libscols_table *table = scols_new_table();

	if (!table)
		return NULL;
	scols_table_set_stream(table, file);
	for (size_t i = 0; i < sizeof(headings) / sizeof(headings[0]); i++)
		scols_table_new_column(table, _(headings[i]), 0, i == COLUMN_RULE ? 0 : SCOLS_FL_RIGHT);
	return table;
}

/** The head of the rule and the one action of it. */
static void describe(const struct policy_view_line *line, char *ret, size_t size)
{
	char action[TEXT_SIZE], source[TEXT_SIZE];

	text_escape(line->action, action, sizeof(action));
	text_escape(line->source, source, sizeof(source));
	snprintf(ret, size, "%s (%s:%u)", action, source, line->line);
}

/** What is left of one. */
static void remains_text(FILE *file, const struct policy_view_policy *policy)
{
	fprintf(file, "%s%s%s  %s", color_out(COLOR_HEADING), policy->name, color_out(COLOR_OFF), color_out(COLOR_BAD));
	fprintf(file, _("incomplete, not in force: to be applied anew, or removed ('sockopt policy remove %s')"), policy->name);
	fprintf(file, "%s\n", color_out(COLOR_OFF));
}

static void policy_text(FILE *file, const struct policy_view_policy *policy)
{
	struct libscols_table *table = new_table(file);
	char cgroup[TEXT_SIZE], when[64] = "";
	time_t time = (time_t)policy->time_s;
	struct tm local;

	text_escape(policy->cgroup, cgroup, sizeof(cgroup));
	if (localtime_r(&time, &local))
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &local);
	fprintf(file, "%s%s%s  %s  ", color_out(COLOR_HEADING), policy->name, color_out(COLOR_OFF), cgroup);
	fprintf(file, _("since %s"), when);
	if (policy->is_gone)
		fprintf(file, "  %s%s%s", color_out(COLOR_BAD), _("the cgroup is gone"), color_out(COLOR_OFF));
	fputc('\n', file);
	for (size_t i = 0; table && i < policy->n_lines; i++) {
		const struct policy_view_line *line = &policy->lines[i];
		struct libscols_line *row = scols_table_new_line(table, NULL);
		char text[3 * TEXT_SIZE];

		if (!row)
			break;
		describe(line, text, sizeof(text));
		scols_line_set_data(row, COLUMN_RULE, text);
		put_count(row, COLUMN_HITS, line->hits);
		put_count(row, COLUMN_OVERRIDES, line->overrides);
		put_count(row, COLUMN_REFUSALS, line->refusals);
		put_count(row, COLUMN_LOGGED, line->logged);
		put_count(row, COLUMN_FAILURES, line->failures);
	}
	if (table) {
		scols_print_table(table);
		scols_unref_table(table);
	}
}

static void line_json(struct json *json, const struct policy_view_line *line)
{
	json_object(json, NULL);
	json_string(json, "source", line->source);
	json_unsigned(json, "line", line->line);
	json_string(json, "rule", line->rule);
	json_string(json, "action", line->action);
	json_moments(json, line->moments);
	json_unsigned(json, "hits", line->hits);
	json_unsigned(json, "overrides", line->overrides);
	json_unsigned(json, "refusals", line->refusals);
	json_unsigned(json, "logged", line->logged);
	json_unsigned(json, "failures", line->failures);
	if (line->error)
		json_string(json, "error", strerrorname_np(line->error));
	else
		json_null(json, "error");
	json_end_object(json);
}

static void policy_json(FILE *file, const struct policy_view_policy *policy)
{
	struct json json = { .file = file };

	json_object(&json, NULL);
	json_string(&json, "name", policy->name);
	json_string(&json, "cgroup", policy->cgroup);
	json_signed(&json, "time", policy->time_s);
	json_bool(&json, "gone", policy->is_gone);
	json_bool(&json, "incomplete", policy->is_incomplete);
	json_unsigned(&json, "hooks", policy->hooks);
	json_array(&json, "rules");
	for (size_t i = 0; i < policy->n_lines; i++)
		line_json(&json, &policy->lines[i]);
	json_end_array(&json);
	json_end_object(&json);
	json_line(&json);
}

void policy_view_policy(FILE *file, bool json, const struct policy_view_policy *policy)
{
	if (json)
		policy_json(file, policy);
	else if (policy->is_incomplete)
		remains_text(file, policy);
	else
		policy_text(file, policy);
}
