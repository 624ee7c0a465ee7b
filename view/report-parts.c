/* SPDX-License-Identifier: MIT */
/* Pieces of a report. */

#include "report-parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "list.h"
#include "markup.h"
#include "measure-view.h"
#include "text.h"

const char *report_styles(void)
{
	return ":root{color-scheme:light dark}\n"
	       "body{margin:0;background:#fffefb;color:#211f1c;font:16px/1.55 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif}\n"
	       "main{max-width:48rem;margin:auto;padding:1.5rem 1.25rem 3rem}\n"
	       "h1{font-size:1.6rem;line-height:1.25;margin:.4rem 0 .3rem;overflow-wrap:anywhere}\n"
	       "h2{font-size:1.2rem;margin:2.4rem 0 .6rem}\n"
	       "code,pre{font-family:ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;font-size:.88em}\n"
	       "code{overflow-wrap:anywhere}\n"
	       "pre{background:#f5f2eb;padding:.8rem 1rem;white-space:pre-wrap;overflow-wrap:anywhere;margin:.6rem 0}\n"
	       ".lead{color:#66615a}\n"
	       ".figure{margin:1.4rem 0;overflow-x:auto}\n"
	       ".figure svg{display:block;min-width:36rem}\n"
	       ".effects li{margin:.35rem 0}\n"
	       ".better{color:#14548c;font-weight:600}.worse{color:#a3341c;font-weight:600}\n"
	       "table{border-collapse:collapse;width:100%;font-size:.88rem;font-variant-numeric:tabular-nums}\n"
	       "th,td{text-align:left;padding:.3rem .9rem .3rem 0;border-bottom:1px solid #ddd8cf;vertical-align:baseline}\n"
	       "th{font-weight:400}thead th,tbody th[colspan]{font-weight:600}\n"
	       "tbody th[colspan]{padding-top:1rem}\n"
	       "td.number{text-align:right;white-space:nowrap}\n"
	       "summary{cursor:pointer;margin:1.2rem 0 .6rem}\n"
	       "dl{display:grid;grid-template-columns:max-content 1fr;gap:.3rem 1.2rem}dt{color:#66615a}dd{margin:0}\n"
	       "@media screen and (prefers-color-scheme:dark){\n"
	       "body{background:#17181a;color:#dedad3}\n"
	       "pre{background:#202226}\n"
	       "th,td{border-color:#35363a}\n"
	       ".lead,dt{color:#a09a91}\n"
	       ".better{color:#8fc1ec}.worse{color:#f09a82}\n"
	       "}\n"
	       "@media print{\n"
	       "body{font-size:10.5pt;background:none}main{max-width:none;padding:0}\n"
	       ".figure,tr,li,pre{break-inside:avoid}h2{break-after:avoid}details{display:none}\n"
	       ".figure{overflow:visible}.figure svg{min-width:0}\n"
	       "}\n";
}

void report_element(FILE *file, const char *tag, const char *text)
{
	fprintf(file, "<%s>", tag);
	markup_text(file, text);
	fprintf(file, "</%s>\n", tag);
}

/* ---- what it did ---- */

static const char *class_of(enum plot_standing standing)
{
	return standing == PLOT_BETTER ? "better" : standing == PLOT_WORSE ? "worse" :
									     "";
}

/** Has a variant this standing in a metric? Where there are no bounds it has none. */
static bool is_of(const struct experiment *experiment, size_t index, enum metric metric, enum plot_standing standing)
{
	const struct interval *ratio = &experiment->variants[index].effect[metric].ratio;

	return experiment_has(experiment, metric) && !isnan(ratio->low) && !isnan(ratio->high) &&
	       measure_standing(experiment, index, metric) == standing;
}

/** The metrics in which a variant has this standing; each with its ratio where that is an effect. */
static size_t put_metrics(FILE *file, const struct experiment *experiment, size_t index, enum plot_standing standing)
{
	char title[MEASURE_WORDS_SIZE], note[MEASURE_WORDS_SIZE];
	size_t n = 0;

	for (unsigned int m = 0; m < METRIC_COUNT; m++) {
		if (!is_of(experiment, index, (enum metric)m, standing))
			continue;
		fputs(n++ ? ", " : "", file);
		markup_text(file, measure_metric_title(experiment, (enum metric)m, title, sizeof(title)));
		if (standing == PLOT_SAME)
			continue;
		fprintf(file, " <span class=\"%s\">", class_of(standing));
		markup_text(file, measure_note(experiment, index, (enum metric)m, note, sizeof(note)));
		fputs("</span>", file);
	}
	return n;
}

static bool has_standing(const struct experiment *experiment, size_t index, enum plot_standing standing)
{
	for (unsigned int m = 0; m < METRIC_COUNT; m++)
		if (is_of(experiment, index, (enum metric)m, standing))
			return true;
	return false;
}

void report_effects(FILE *file, const struct experiment *experiment)
{
	static const struct {
		enum plot_standing standing;
		const char *words;
	} parts[] = { { PLOT_BETTER, N_("Better:") }, { PLOT_WORSE, N_("Worse:") }, { PLOT_SAME, N_("No difference:") } };
	unsigned int least = experiment_least_rounds(experiment->n_variants, experiment->metrics);

	fputs("<ul class=\"effects\">\n", file);
	for (size_t i = 1; i < experiment->n_variants; i++) {
		fputs("<li><code>", file);
		markup_text(file, experiment->variants[i].text);
		fputs("</code>.", file);
		for (size_t k = 0; k < sizeof(parts) / sizeof(parts[0]); k++) {
			if (!has_standing(experiment, i, parts[k].standing))
				continue;
			fprintf(file, " %s ", _(parts[k].words));
			put_metrics(file, experiment, i, parts[k].standing);
			fputc('.', file);
		}
		if (experiment->variants[i].failed == experiment->n_rounds)
			fprintf(file, " %s", _("Every run failed."));
		fputs("</li>\n", file);
	}
	fputs("</ul>\n", file);
	if (experiment->n_variants > 1 && experiment->n_rounds < least) {
		fputs("<p>", file);
		fprintf(file, _("To call an effect one, so many variants and metrics need %u rounds."), least);
		fputs("</p>\n", file);
	}
}

/* ---- numbers ---- */

static void put_cell(FILE *file, const char *classes, const char *text)
{
	fprintf(file, *classes ? "<td class=\"%s\">" : "<td>", classes);
	markup_text(file, text);
	fputs("</td>", file);
}

static void put_row(FILE *file, const struct experiment *experiment, size_t index, enum metric metric)
{
	const struct variant *variant = &experiment->variants[index];
	char text[MEASURE_WORDS_SIZE];

	fputs("<tr><th scope=\"row\"><code>", file);
	markup_text(file, variant->text);
	fputs("</code></th>", file);
	put_cell(file, "number", measure_number(metric, variant->summary[metric].middle, text, sizeof(text)));
	put_cell(file, "number", measure_interval(metric, &variant->summary[metric], text, sizeof(text)));
	put_cell(file, class_of(measure_standing(experiment, index, metric)),
		 measure_note(experiment, index, metric, text, sizeof(text)));
	fputs("</tr>\n", file);
}

void report_table(FILE *file, const struct experiment *experiment)
{
	char title[MEASURE_WORDS_SIZE];

	fputs("<div class=\"figure\" tabindex=\"0\" role=\"group\" aria-label=\"", file);
	markup_text(file, _("All that was measured"));
	fputs("\">\n<table>\n<thead><tr>", file);
	fprintf(file, "<th scope=\"col\">%s</th><th scope=\"col\">%s</th><th scope=\"col\">%s</th><th scope=\"col\">%s <code>",
		_("Options"), _("Median"), _("Interval, 95 %"), _("Beside"));
	markup_text(file, experiment->variants[0].text);
	fputs("</code></th></tr></thead>\n", file);
	for (unsigned int m = 0; m < METRIC_COUNT; m++) {
		if (!experiment_has(experiment, (enum metric)m))
			continue;
		fputs("<tbody>\n<tr><th colspan=\"4\" scope=\"rowgroup\">", file);
		markup_text(file, measure_metric_title(experiment, (enum metric)m, title, sizeof(title)));
		fputs("</th></tr>\n", file);
		for (size_t i = 0; i < experiment->n_variants; i++)
			put_row(file, experiment, i, (enum metric)m);
		fputs("</tbody>\n", file);
	}
	fputs("</table>\n</div>\n", file);
}

static void put_samples(FILE *file, const struct experiment *experiment, enum metric metric)
{
	char text[MEASURE_WORDS_SIZE];

	fputs("<table>\n<thead><tr><th scope=\"col\">", file);
	markup_text(file, measure_metric_title(experiment, metric, text, sizeof(text)));
	fputs("</th>", file);
	for (size_t i = 0; i < experiment->n_variants; i++) {
		fputs("<th scope=\"col\"><code>", file);
		markup_text(file, experiment->variants[i].text);
		fputs("</code></th>", file);
	}
	fputs("</tr></thead>\n<tbody>\n", file);
	for (unsigned int round = 0; round < experiment->n_rounds; round++) {
		fprintf(file, "<tr><th scope=\"row\">%u</th>", round + 1);
		for (size_t i = 0; i < experiment->n_variants; i++)
			put_cell(file, "", measure_number(metric, experiment->variants[i].samples[metric][round], text, sizeof(text)));
		fputs("</tr>\n", file);
	}
	fputs("</tbody>\n</table>\n", file);
}

void report_samples(FILE *file, const struct experiment *experiment)
{
	fprintf(file, "<details>\n<summary>%s</summary>\n<div class=\"figure\" tabindex=\"0\" role=\"group\" aria-label=\"%s\">\n",
		_("Every run"), _("Every run"));
	for (unsigned int m = 0; m < METRIC_COUNT; m++)
		if (experiment_has(experiment, (enum metric)m))
			put_samples(file, experiment, (enum metric)m);
	fputs("</div>\n</details>\n", file);
}

/* ---- how, where ---- */

void report_method(FILE *file, const struct experiment *experiment)
{
	fputs("<p>", file);
	fprintf(file, _("Each of %u rounds ran every variant once, in an order drawn at random (seed %" PRIu64 "), so that what "
			"changes slowly on the machine falls on all of them alike."),
		experiment->n_rounds, experiment->seed);
	if (experiment->seconds > 0)
		fprintf(file, _(" A run lasted %g s."), experiment->seconds);
	fputs("</p>\n", file);
	report_element(file, "p",
		       _("Numbers are medians over the rounds, with their intervals of 95 %, from order statistics (the sign test). A "
			 "variant is compared with the first by the Hodges-Lehmann estimate of their ratio, whose interval is that "
			 "of the Mann-Whitney test: neither takes a distribution for granted."));
	fputs("<p>", file);
	fprintf(file, _("A difference is called one only where that interval leaves 1 out. The risk that an interval misses its "
			"ratio is %.2g each, so that all of this report hold together with 95 %% (Bonferroni)."),
		experiment->risk);
	fputs("</p>\n", file);
}

static void put_fact(FILE *file, const char *name, const char *text)
{
	if (!text)
		return;
	fputs("<dt>", file);
	markup_text(file, name);
	fputs("</dt><dd>", file);
	markup_text(file, text);
	fputs("</dd>\n", file);
}

void report_environment(FILE *file, const struct experiment *experiment)
{
	const struct experiment_environment *environment = &experiment->environment;
	char text[64];

	fputs("<dl>\n", file);
	put_fact(file, _("Kernel"), environment->kernel);
	put_fact(file, _("Machine"), environment->machine);
	put_fact(file, _("Processor"), environment->processor);
	snprintf(text, sizeof(text), "%u", environment->n_processors);
	put_fact(file, _("Processors"), environment->n_processors ? text : NULL);
	snprintf(text, sizeof(text), "%.2f", environment->load_average);
	put_fact(file, _("Load average before"), text);
	put_fact(file, _("Link made of"), environment->emulation);
	put_fact(file, _("Begun"), environment->begun);
	put_fact(file, "sockopt", environment->version);
	fputs("</dl>\n", file);
	if (environment->command)
		report_element(file, "pre", environment->command);
}

void report_data(FILE *file, const struct experiment *experiment)
{
	char *text = NULL;
	size_t length;
	FILE *memory = open_memstream(&text, &length);

	if (!memory)
		return;
	measure_view_json(memory, experiment);
	fclose(memory);
	fputs("<script type=\"application/json\" id=\"experiment\">\n", file);
	/* No tag can begin in a text of others. */
	for (const char *at = text; at && *at; at++)
		if (*at == '<')
			fputs("\\u003c", file);
		else
			fputc(*at, file);
	fputs("</script>\n", file);
	free(text);
}
