/* SPDX-License-Identifier: MIT */
/* What each option takes and gives on this kernel. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "color.h"
#include "list.h"
#include "probe-view.h"
#include "text.h"

enum { FEW = 8, /* options that are shown socket by socket */
       CELL = PROBE_TEXT_MAX,
       LIST_SIZE = 2048 };

/** The texts of a cell; kinds with the same ones stand together. Compared as bytes: it has no gaps. */
struct row {
	bool works;
	uint8_t unknown; /* of enum probe_measure */
	char access[4], by_default[CELL], range[CELL], needs[CELL], inherits[8], errors[CELL];
};

static const char *inherits_word(int inherits)
{
	switch (inherits) {
	case SOCKOPT_INHERITED: return _("yes");
	case SOCKOPT_NOT_INHERITED: return _("no");
	case SOCKOPT_ADJUSTED: return _("adj");
	case PROBE_NOT_TRIED: return "?";
	default: return "-";
	}
}

static void range_text(const struct probe_cell *cell, char ret[static CELL])
{
	if (!cell->has_range)
		snprintf(ret, CELL, "-");
	else if (cell->outside == 0)
		snprintf(ret, CELL, "%s", _("any"));
	else
		snprintf(ret, CELL, "%" PRId64 "..%" PRId64, cell->least, cell->greatest);
}

/** The capabilities, each of which is enough, without their prefix; the errno where none is. */
static void needs_text(const struct probe_cell *cell, char ret[static CELL])
{
	struct list list = { .at = ret, .size = CELL };
	char room[16];

	snprintf(ret, CELL, "-");
	if (cell->without == 0 || cell->without == PROBE_NOT_TRIED)
		return;
	if (!cell->enough)
		list_add(&list, "", probe_outcome_word(cell->without, room));
	for (unsigned i = 0; i < 64; i++)
		if ((cell->enough >> i & 1) && probe_capability_name(i))
			list_add(&list, "|", probe_capability_name(i) + strlen("CAP_"));
}

static const char *words_of(const char *call, int outcome, char ret[static 32])
{
	char room[16];

	snprintf(ret, 32, "%s %s", call, probe_outcome_word(outcome, room));
	return ret;
}

/** What is refused is told where the catalogue says that it should work. */
static void row_of(const struct probe_result *result, size_t index, size_t kind, struct row *ret)
{
	const struct sockopt_option *option = sockopt_at(index);
	const struct probe_cell *cell = probe_cell_at(result, index, kind);
	bool get_due = (option->access & SOCKOPT_GET) && sockopt_applies(option, &probe_kinds[kind].of, SOCKOPT_GET);
	bool set_due = (option->access & SOCKOPT_SET) && sockopt_applies(option, &probe_kinds[kind].of, SOCKOPT_SET);
	struct list errors = { .at = ret->errors, .size = sizeof(ret->errors) };
	char word[32];

	memset(ret, 0, sizeof(*ret));
	snprintf(ret->access, sizeof(ret->access), "%c%c", cell->get == 0 ? 'r' : '-', cell->set == 0 ? 'w' : '-');
	snprintf(ret->by_default, CELL, "%s", cell->by_default[0] ? cell->by_default : "-");
	range_text(cell, ret->range);
	needs_text(cell, ret->needs);
	snprintf(ret->inherits, sizeof(ret->inherits), "%.7s", inherits_word(cell->inherits));
	ret->works = cell->get == 0 || cell->set == 0;
	if (cell->get && cell->get != PROBE_NOT_TRIED && (get_due || cell->get < 0))
		list_add(&errors, ", ", words_of("get", cell->get, word));
	if (cell->set && cell->set != PROBE_NOT_TRIED && (set_due || cell->set < 0))
		list_add(&errors, ", ", words_of("set", cell->set, word));
	ret->unknown = (uint8_t)probe_cell_unknown(result, index, kind);
	if (ret->unknown & PROBE_RANGE)
		snprintf(ret->range, CELL, "?");
	if (ret->unknown & PROBE_WITHOUT)
		snprintf(ret->needs, CELL, "?");
}

/** A text in a column, cut where it is too long. */
static void put_column(FILE *file, const char *text, size_t width, bool last)
{
	size_t used = 0, at = 0;
	bool cut = text_width(text) > width;

	while (text[at] && used < (cut ? width - 1 : width)) {
		size_t length = text_utf8_length(text + at);

		fwrite(text + at, 1, length ? length : 1, file);
		at += length ? length : 1;
		used++;
	}
	if (cut) {
		fputs(text_is_utf8() ? "…" : "~", file);
		used++;
	}
	if (!last)
		fprintf(file, "%*s", (int)(width - used + 1), "");
}

static void put_cells(FILE *file, const struct row *row, size_t kinds)
{
	char count[24];

	put_column(file, row->access, 2, false);
	put_column(file, row->by_default, 12, false);
	put_column(file, row->range, 15, false);
	put_column(file, row->needs, 11, false);
	put_column(file, row->inherits, 3, false);
	snprintf(count, sizeof(count), "%zu", kinds);
	put_column(file, count, 3, true);
	fputc('\n', file);
}

/** The rows of an option, the one of most sockets first; members: of which kind is it. @return how many rows */
static size_t rows_of(const struct probe_result *result, size_t option, struct row *rows, size_t *counts,
		      size_t *members)
{
	size_t n = 0;

	for (size_t kind = 0; kind < probe_n_kinds; kind++) {
		struct row row = { 0 };
		size_t i = 0;

		members[kind] = SIZE_MAX;
		if (!probe_cell_matters(result, option, kind))
			continue;
		row_of(result, option, kind, &row);
		while (i < n && memcmp(&rows[i], &row, sizeof(row)) != 0)
			i++;
		if (i == n) {
			rows[n++] = row;
			counts[i] = 0;
		}
		counts[i]++;
		members[kind] = i;
	}
	return n;
}

/** The row of most sockets on which the option works. @return n: it works on none */
static size_t main_row(const struct row *rows, const size_t *counts, size_t n)
{
	size_t best = n;

	for (size_t i = 0; i < n; i++)
		if (rows[i].works && (best == n || counts[i] > counts[best]))
			best = i;
	return best;
}

static void put_line(FILE *file, const struct probe_result *result, size_t option)
{
	struct row rows[PROBE_KINDS_MAX];
	size_t counts[PROBE_KINDS_MAX], members[PROBE_KINDS_MAX];
	size_t n = rows_of(result, option, rows, counts, members);
	size_t best = main_row(rows, counts, n), works = 0;

	if (best == n)
		return;
	for (size_t i = 0; i < n; i++) {
		works += rows[i].works ? counts[i] : 0;
		/* Those that accept are never the most. */
		if (strcmp(rows[best].inherits, "-") == 0 && strcmp(rows[i].inherits, "?") != 0)
			memcpy(rows[best].inherits, rows[i].inherits, sizeof(rows[i].inherits));
	}
	fputs(color_out(COLOR_NAME), file);
	put_column(file, sockopt_at(option)->name, 26, false);
	fputs(color_out(COLOR_OFF), file);
	put_cells(file, &rows[best], works);
}

static void put_sockets(FILE *file, const size_t *members, size_t row)
{
	char names[LIST_SIZE] = "";
	struct list list = { .at = names, .size = sizeof(names) };

	for (size_t kind = 0; kind < probe_n_kinds; kind++)
		if (members[kind] == row)
			list_add(&list, " ", probe_kinds[kind].name);
	fprintf(file, " %s", color_out(COLOR_DIM));
	text_fill_after(file, names, 1, 2, text_screen_width());
	fputs(color_out(COLOR_OFF), file);
}

static void put_fact(FILE *file, const char *label, const char *value)
{
	if (strcmp(value, "-") != 0 && strcmp(value, "?") != 0)
		fprintf(file, "    %s%*s  %s\n", label, (int)(text_width(label) < 12 ? 12 - text_width(label) : 0), "", value);
}

static void put_measures(FILE *file, const char *label, unsigned which)
{
	const struct {
		enum probe_measure measure;
		const char *word;
	} words[] = {
		{ PROBE_GET, "get" },
		{ PROBE_SET, "set" },
		{ PROBE_RANGE, _("range") },
		{ PROBE_WITHOUT, _("needs") },
		{ PROBE_INSIDE, _("in a user namespace") },
		{ PROBE_INHERITS, _("inherited") },
	};
	char text[CELL] = "-";
	struct list list = { .at = text, .size = CELL };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (which & words[i].measure)
			list_add(&list, ", ", words[i].word);
	put_fact(file, label, text);
}

static void put_working(FILE *file, const struct row *row)
{
	put_fact(file, _("access"), strcmp(row->access, "rw") == 0 ? "get, set" : row->access[0] == 'r' ? "get" :
													  "set");
	put_fact(file, _("default"), row->by_default);
	put_fact(file, _("range"), row->range);
	put_fact(file, _("needs"), row->needs);
	put_fact(file, _("inherited"), row->inherits);
}

/** Socket by socket: those that are alike together. */
static void put_detail(FILE *file, const struct probe_result *result, size_t option)
{
	struct row rows[PROBE_KINDS_MAX];
	size_t counts[PROBE_KINDS_MAX], members[PROBE_KINDS_MAX];
	size_t n = rows_of(result, option, rows, counts, members);
	char room[96];

	fprintf(file, "\n%s%s%s\n", color_out(COLOR_NAME), probe_view_name(sockopt_at(option), room), color_out(COLOR_OFF));
	if (n == 0)
		fprintf(file, "  %s\n", _("no socket can be opened here on which it applies"));
	for (size_t i = 0; i < n; i++) {
		put_sockets(file, members, i);
		if (rows[i].errors[0])
			put_fact(file, _("refused"), rows[i].errors);
		put_measures(file, _("not tried"), rows[i].unknown & (PROBE_GET | PROBE_SET));
		if (rows[i].works)
			put_working(file, &rows[i]);
		put_measures(file, _("not known"), rows[i].unknown & ~(unsigned)(PROBE_GET | PROBE_SET));
	}
}

static void put_heading(FILE *file, const char *heading)
{
	fprintf(file, "\n%s%s%s\n ", color_out(COLOR_HEADING), heading, color_out(COLOR_OFF));
}

/** The options of a verdict, after a heading, filled. */
static void put_verdict(FILE *file, const struct probe_view *view, enum probe_verdict verdict, const char *heading)
{
	static char names[32 * 1024];
	struct list list = { .at = names, .size = sizeof(names) };
	char room[96];

	names[0] = '\0';
	for (size_t i = 0; i < sockopt_count(); i++)
		if (view->options[i] && probe_verdict(view->result, i) == verdict)
			list_add(&list, " ", probe_view_name(sockopt_at(i), room));
	if (list.n == 0)
		return;
	put_heading(file, heading);
	text_fill_after(file, names, 1, 2, text_screen_width());
}

/** What no socket can be opened for: whole levels as such, with how many options they have, then the rest by name. */
static void put_absent(FILE *file, const struct probe_view *view)
{
	static char text[32 * 1024];
	struct list list = { .at = text, .size = sizeof(text) };
	const struct sockopt_level *level;
	char word[96];

	text[0] = '\0';
	for (size_t k = 0; (level = sockopt_level_at(k)); k++) {
		size_t absent = 0, others = 0;

		for (size_t i = 0; i < sockopt_count(); i++)
			if (view->options[i] && sockopt_at(i)->level == level && sockopt_at(i)->access)
				*(probe_verdict(view->result, i) == PROBE_NO_SOCKET ? &absent : &others) += 1;
		if (absent && !others) {
			snprintf(word, sizeof(word), "%s (%zu)", level->name, absent);
			list_add(&list, ", ", word);
			continue;
		}
		for (size_t i = 0; absent && i < sockopt_count(); i++)
			if (view->options[i] && sockopt_at(i)->level == level &&
			    probe_verdict(view->result, i) == PROBE_NO_SOCKET)
				list_add(&list, ", ", probe_view_name(sockopt_at(i), word));
	}
	if (list.n == 0)
		return;
	put_heading(file, _("No socket of theirs can be opened here"));
	text_fill_after(file, text, 1, 2, text_screen_width());
}

/** Is the option of a kernel newer than the release "6.18.3-amd64"? Its third number is not looked at. */
static bool is_newer(const struct sockopt_option *option, const char *release)
{
	const char *texts[] = { option->since, release };
	unsigned long major[2], minor[2];

	for (size_t i = 0; i < 2; i++) {
		char *end;

		major[i] = strtoul(texts[i], &end, 10);
		minor[i] = *end == '.' ? strtoul(end + 1, &end, 10) : 0;
	}
	return major[0] != major[1] ? major[0] > major[1] : minor[0] > minor[1];
}

/** What the kernel says on the first kind of socket that it should work on. */
static void why_refused(const struct probe_view *view, size_t option, char ret[static CELL])
{
	const struct sockopt_option *of = sockopt_at(option);
	char room[16];

	snprintf(ret, CELL, "-");
	if (is_newer(of, view->release)) {
		snprintf(ret, CELL, _("since Linux %s"), of->since);
		return;
	}
	for (size_t kind = 0; kind < probe_n_kinds; kind++) {
		const struct probe_cell *cell = probe_cell_at(view->result, option, kind);
		bool sets = (of->access & SOCKOPT_SET) && sockopt_applies(of, &probe_kinds[kind].of, SOCKOPT_SET);
		bool gets = (of->access & SOCKOPT_GET) && sockopt_applies(of, &probe_kinds[kind].of, SOCKOPT_GET);
		int outcome = sets && cell->set > 0 ? cell->set : cell->get;

		if ((sets || gets) && probe_cell_matters(view->result, option, kind) && outcome > 0) {
			snprintf(ret, CELL, "%s", probe_outcome_word(outcome, room));
			return;
		}
	}
}

static void why_untried(const struct probe_view *view, size_t option, char ret[static CELL])
{
	const struct sockopt_option *of = sockopt_at(option);

	if (!of->access)
		snprintf(ret, CELL, "%s", _("for BPF programs alone"));
	else if (view->result->world.program_error && of->type->n_fields &&
		 of->type->fields[0].unit == SOCKOPT_UNIT_FD)
		snprintf(ret, CELL, "%s", _("takes a BPF program"));
	else if (of->unverified.en)
		snprintf(ret, CELL, "%s", sockopt_text(of->unverified, text_language()));
	else if (!view->result->world.own_network)
		snprintf(ret, CELL, "%s", _("not without a network namespace of its own"));
	else
		snprintf(ret, CELL, "%s", _("only the caller can know what to ask for"));
}

/** The options of a verdict, those with the same reason together. */
static void put_reasons(FILE *file, const struct probe_view *view, enum probe_verdict verdict, const char *heading,
			void (*why)(const struct probe_view *view, size_t option, char ret[static CELL]))
{
	static char text[16 * 1024];
	char room[96], reason[CELL], other[CELL];
	bool first = true;

	for (size_t i = 0; i < sockopt_count(); i++) {
		struct list list = { .at = text, .size = sizeof(text) };
		bool told = false;

		if (!view->options[i] || probe_verdict(view->result, i) != verdict)
			continue;
		why(view, i, reason);
		list_add(&list, "", reason);
		for (size_t k = 0; k < sockopt_count() && !told; k++) {
			if (!view->options[k] || probe_verdict(view->result, k) != verdict)
				continue;
			why(view, k, other);
			if (strcmp(other, reason) != 0)
				continue;
			told = k < i;
			list_add(&list, list.n == 1 ? ": " : " ", probe_view_name(sockopt_at(k), room));
		}
		if (told)
			continue;
		if (first)
			put_heading(file, heading);
		else
			fputc(' ', file);
		first = false;
		text_fill_after(file, text, 1, 4, text_screen_width());
	}
}

static void put_table(FILE *file, const struct probe_view *view)
{
	const struct sockopt_level *level = NULL;

	for (size_t i = 0; i < sockopt_count(); i++) {
		const struct sockopt_option *option = sockopt_at(i);

		if (!view->options[i] || probe_verdict(view->result, i) > PROBE_ONLY_READ)
			continue;
		if (option->level != level) {
			level = option->level;
			fprintf(file, "\n%s", color_out(COLOR_HEADING));
			put_column(file, level->name, 26, false);
			fprintf(file, "%-2s %-12s %-15s %-11s %-3s %s%s\n", "rw", _("default"), _("range"), _("needs"), _("acc"),
				_("kinds"), color_out(COLOR_OFF));
		}
		put_line(file, view->result, i);
	}
	put_verdict(file, view, PROBE_ONLY_READ, _("Read, but not set"));
	put_reasons(file, view, PROBE_REFUSED, _("Refused by this kernel"), why_refused);
	put_absent(file, view);
	put_reasons(file, view, PROBE_UNKNOWN, _("Not tried"), why_untried);
}

void probe_view_matrix_text(FILE *file, const struct probe_view *view)
{
	struct probe_counts counts;
	unsigned share;
	char text[256];

	probe_count(view->result, view->options, &counts);
	share = probe_view_share(counts.measured, counts.missing);
	probe_view_head(file, view);
	fputc(' ', file);
	snprintf(text, sizeof(text),
		 _("%zu of %zu options work; %zu can only be read, %zu are refused, %zu have no socket here, %zu were not tried"),
		 counts.work, counts.options, counts.only_read, counts.refused, counts.no_socket, counts.unknown);
	text_fill_after(file, text, 1, 2, text_screen_width());
	fprintf(file, "  ");
	fprintf(file, _("%zu facts of %zu that could be probed were (%u.%u %%)"), counts.measured,
		counts.measured + counts.missing, share / 10, share % 10);
	fputc('\n', file);
	if (counts.options > FEW && !view->verbose) {
		put_table(file, view);
		return;
	}
	for (size_t i = 0; i < sockopt_count(); i++)
		if (view->options[i])
			put_detail(file, view->result, i);
}
