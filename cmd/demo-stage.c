/* SPDX-License-Identifier: MIT */
/* What a demonstration shows of itself: steps, lines, bars; and the same as
 * JSON. */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <color.h>
#include <log.h>
#include <sockopt.h>
#include <text.h>

#include "demo.h"

enum { INDENT = 5 };

static void wait_for_key(struct demo_stage *stage)
{
	int c;

	fputs(text_is_utf8() ? "   ⏎" : "   [Enter]", stderr);
	do
		c = getchar();
	while (c != '\n' && c != EOF);
	if (c == EOF) /* nobody is there any more */
		stage->pace = false;
}

void demo_step(struct demo_stage *stage, const char *key, const char *text)
{
	stage->number++;
	if (stage->json) {
		if (stage->number > 1) {
			json_end_object(stage->json);
			json_line(stage->json);
		}
		json_object(stage->json, NULL);
		json_string(stage->json, "demo", stage->demo->name);
		json_string(stage->json, "step", key);
		return;
	}
	printf("%s%s%u.%s", stage->number > 1 ? "\n" : "", color_out(COLOR_HEADING),
	       stage->number, color_out(COLOR_OFF));
	text_fill_after(stdout, text, 2, 3, text_screen_width());
	fflush(stdout);
	if (stage->pace)
		wait_for_key(stage);
}

void demo_line(const struct demo_stage *stage, const char *format, ...)
{
	va_list arguments;

	if (stage->json)
		return;
	printf("%*s", INDENT, "");
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	fflush(stdout);
}

void demo_count(const struct demo_stage *stage, const char *name,
		int64_t number)
{
	if (stage->json)
		json_signed(stage->json, name, number);
}

void demo_time(const struct demo_stage *stage, const char *name_us, double ms)
{
	demo_count(stage, name_us, (int64_t)(ms * 1000));
}

void demo_word(const struct demo_stage *stage, const char *name,
	       const char *word)
{
	if (!stage->json)
		return;
	if (word)
		json_string(stage->json, name, word);
	else
		json_null(stage->json, name);
}

const char *demo_time_text(double ms, char *ret, size_t size)
{
	if (ms < 1)
		snprintf(ret, size, "%.0f %s", ms * 1000, text_is_utf8() ? "µs" : "us");
	else if (ms < 1000)
		snprintf(ret, size, "%.1f ms", ms);
	else
		snprintf(ret, size, "%.2f s", ms / 1000);
	return ret;
}

void demo_expect(struct demo_stage *stage, bool seen, const char *what)
{
	if (!seen && stage->n_unmet < sizeof(stage->unmet) / sizeof(stage->unmet[0]))
		stage->unmet[stage->n_unmet++] = what;
}

int demo_stop(struct demo_stage *stage, const char *what, int r)
{
	snprintf(stage->reason, sizeof(stage->reason), "%s: %s", what, strerror(-r));
	return r;
}

int demo_set(struct demo_stage *stage, int fd, const char *who,
	     const char *assignment)
{
	int r = sockopt_set_text(fd, assignment, NULL);

	if (r < 0)
		return demo_stop(stage, assignment, r);
	demo_line(stage, "%s: %s%s%s", who, color_out(COLOR_NAME), assignment,
		  color_out(COLOR_OFF));
	return 0;
}

static void put_bar(const struct demo_bar *bar, int label_width, int room,
		    double most)
{
	double part = most > 0 ? bar->value / most * room : 0;
	int columns = (int)part;

	printf("%*s%s%*s ", INDENT, "", bar->label,
	       label_width - (int)text_width(bar->label), "");
	for (int i = 0; i < columns; i++)
		fputs(text_is_utf8() ? "█" : "#", stdout);
	if (columns == 0 && bar->value > 0)
		fputs(text_is_utf8() ? "▏" : "|", stdout);
	printf(" %s\n", bar->text);
}

void demo_bars(const struct demo_stage *stage, const struct demo_bar *bars,
	       size_t count)
{
	int label_width = 0, text_columns = 0, room;
	double most = 0;

	if (stage->json)
		return;
	for (size_t i = 0; i < count; i++) {
		int label = (int)text_width(bars[i].label),
		    text = (int)text_width(bars[i].text);

		label_width = label > label_width ? label : label_width;
		text_columns = text > text_columns ? text : text_columns;
		most = bars[i].value > most ? bars[i].value : most;
	}
	room = (int)text_screen_width() - INDENT - label_width - text_columns - 3;
	putchar('\n');
	for (size_t i = 0; i < count; i++)
		put_bar(&bars[i], label_width, room, most);
	fflush(stdout);
}
