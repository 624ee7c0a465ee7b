/* SPDX-License-Identifier: MIT */
/* Plots in the terminal: bars of eighths, lines of braille dots; or what ASCII has. */

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "color.h"
#include "plot-ruler.h"
#include "text.h"

enum { INDENT = 2,
       LEAST_ROOM = 24, /* columns of a bar, before its label gets a line of its own */
       N_EIGHTHS = 8 };

static void put_spaces(FILE *file, size_t n)
{
	fprintf(file, "%*s", (int)n, "");
}

/** A text whose common characters that are not in ASCII are respelt where the screen has only that. */
static void put_text(FILE *file, const char *text, bool utf8)
{
	static const char *const respelt[][2] = { { "µ", "u" }, { "×", "x" }, { "…", ".." } };

	while (*text) {
		const char *piece = NULL;

		for (size_t i = 0; !utf8 && !piece && i < sizeof(respelt) / sizeof(respelt[0]); i++)
			if (strncmp(text, respelt[i][0], strlen(respelt[i][0])) == 0) {
				piece = respelt[i][1];
				text += strlen(respelt[i][0]);
			}
		if (piece)
			fputs(piece, file);
		else
			fputc(*text++, file);
	}
}

static void put_padded(FILE *file, const char *text, size_t width)
{
	size_t have = text_width(text);

	fputs(text, file);
	put_spaces(file, have < width ? width - have : 0);
}

static void put_title(FILE *file, const char *title, const char *subtitle, const struct plot_screen *screen)
{
	fprintf(file, "%s%s%s", color_out(COLOR_HEADING), title, color_out(COLOR_OFF));
	if (subtitle && *subtitle)
		fprintf(file, "%s  %s%s%s", text_width(title) + 2 + text_width(subtitle) > screen->width ? "\n" : "",
			color_out(COLOR_DIM), subtitle, color_out(COLOR_OFF));
	fputc('\n', file);
}

/* ---- the texts of an axis ---- */

/** The columns of an axis: its texts below their places, where the screen has room, and the unit behind them. */
static void put_ticks(FILE *file, const struct plot_ruler *ruler, size_t margin, size_t room,
		      const struct plot_screen *screen)
{
	size_t column = 0, most = screen->width > margin ? screen->width - margin : 0;

	put_spaces(file, margin);
	fputs(color_out(COLOR_DIM), file);
	for (size_t i = 0; i < ruler->n_ticks; i++) {
		const struct plot_tick *tick = &ruler->ticks[i];
		size_t width = text_width(tick->text), middle = (size_t)lround(tick->place * (double)(room - 1));
		size_t begin = middle > width / 2 ? middle - width / 2 : 0;

		begin = begin + width > most && width <= most ? most - width : begin;
		if (tick->place < -1e-9 || tick->place > 1 + 1e-9 || (column && begin < column + 2))
			continue;
		put_spaces(file, begin - column);
		put_text(file, tick->text, screen->utf8);
		column = begin + width;
	}
	fputs(*ruler->unit ? " " : "", file);
	put_text(file, ruler->unit, screen->utf8);
	fprintf(file, "%s\n", color_out(COLOR_OFF));
}

/* ---- bars ---- */

struct columns {
	size_t label, value, note, room;
	bool label_above;
};

static enum color color_of(enum plot_standing standing)
{
	switch (standing) {
	case PLOT_BETTER: return COLOR_NAME;
	case PLOT_WORSE: return COLOR_BAD;
	default: return COLOR_OFF;
	}
}

static struct columns measure_columns(const struct plot_bars *plot, size_t width)
{
	struct columns columns = { 0 };
	size_t taken;
	char number[PLOT_TEXT_SIZE];

	for (size_t i = 0; i < plot->n_bars; i++) {
		const struct plot_bar *bar = &plot->bars[i];
		size_t label = text_width(bar->label), note = bar->note ? text_width(bar->note) + 2 : 0;
		size_t value = text_width(plot_number(plot->axis.unit, bar->middle, number, sizeof(number)));

		columns.label = label > columns.label ? label : columns.label;
		columns.value = value > columns.value ? value : columns.value;
		columns.note = note > columns.note ? note : columns.note;
	}
	taken = INDENT + columns.label + columns.value + columns.note + 4;
	columns.label_above = taken + LEAST_ROOM > width;
	if (columns.label_above) {
		taken = taken - columns.label + INDENT;
		columns.label = INDENT;
	}
	columns.room = taken + LEAST_ROOM > width ? LEAST_ROOM : width - taken;
	return columns;
}

/** What a column of a bar shows: filled up to low, darker up to the middle, lighter up to high. */
static const char *bar_cell(double at, double low, double middle, double high, bool utf8)
{
	static const char *const eighths[] = { "", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█" };

	/* An interval that is narrower than a column is none that could be seen. */
	if (high - low < 1) {
		double part = middle - at;

		if (!utf8)
			return part >= 0.5 ? "#" : NULL;
		return part >= 1 ? "█" : part > 1.0 / 16 ? eighths[(int)lround(fmax(part * N_EIGHTHS, 1))] :
							   NULL;
	}
	if (at + 0.5 <= low)
		return utf8 ? "█" : "#";
	if (at + 0.5 <= middle)
		return utf8 ? "▓" : "=";
	return at + 0.5 <= high ? (utf8 ? "░" : "-") : NULL;
}

/** The same on an axis that has no 0: the middle, and a line as long as the interval. */
static const char *point_cell(double at, double low, double middle, double high, bool utf8)
{
	if (floor(middle) == at)
		return utf8 ? "●" : "o";
	return at + 0.5 >= low && at + 0.5 <= high ? (utf8 ? "─" : "-") : NULL;
}

static void put_cells(FILE *file, const struct plot_bars *plot, const struct plot_ruler *ruler,
		      const struct plot_bar *bar, size_t room, bool utf8)
{
	const struct plot_bar *first = &plot->bars[0];
	double scale = ruler->scale == PLOT_LINEAR ? (double)room : (double)room - 1;
	double middle = plot_ruler_place(ruler, bar->middle) * scale;
	double low = isnan(bar->low) ? middle : plot_ruler_place(ruler, bar->low) * scale;
	double high = isnan(bar->high) ? middle : plot_ruler_place(ruler, bar->high) * scale;
	double line = NAN;

	if (first != bar && first->standing == PLOT_FIRST)
		line = floor(plot_ruler_place(ruler, first->middle) * scale);
	for (size_t i = 0; i < room; i++) {
		double at = (double)i;
		const char *cell = NULL;

		if (!isnan(middle))
			cell = (ruler->scale == PLOT_LINEAR ? bar_cell : point_cell)(at, low, middle, high, utf8);
		if (cell)
			fprintf(file, "%s%s%s", color_out(color_of(bar->standing)), cell,
				bar->standing == PLOT_BETTER || bar->standing == PLOT_WORSE ? color_out(COLOR_OFF) : "");
		else if (line == at)
			fprintf(file, "%s%s%s", color_out(COLOR_DIM), utf8 ? "┊" : ":", color_out(COLOR_OFF));
		else
			fputc(' ', file);
	}
}

static void put_bar(FILE *file, const struct plot_bars *plot, const struct plot_ruler *ruler, size_t index,
		    const struct columns *columns, bool utf8)
{
	const struct plot_bar *bar = &plot->bars[index];
	char number[PLOT_TEXT_SIZE];

	put_spaces(file, INDENT);
	put_padded(file, bar->label, columns->label_above ? 0 : columns->label);
	if (columns->label_above) {
		fputc('\n', file);
		put_spaces(file, INDENT + columns->label);
	}
	put_spaces(file, 2);
	put_cells(file, plot, ruler, bar, columns->room, utf8);
	put_spaces(file, 1);
	plot_number(plot->axis.unit, bar->middle, number, sizeof(number));
	put_spaces(file, columns->value - text_width(number));
	fputs(color_out(COLOR_VALUE), file);
	put_text(file, number, utf8);
	fprintf(file, "%s%s", color_out(COLOR_OFF), bar->note ? "  " : "");
	put_text(file, bar->note ? bar->note : "", utf8);
	fputc('\n', file);
}

void plot_bars_text(FILE *file, const struct plot_bars *plot, const struct plot_screen *screen)
{
	struct columns columns = measure_columns(plot, screen->width);
	struct plot_ruler ruler;
	double low, high;

	put_title(file, plot->title, plot->subtitle, screen);
	if (!plot_bars_range(plot, false, &low, &high)) {
		low = 0;
		high = 1;
	}
	plot_ruler_make(&ruler, &plot->axis, low, high, columns.room / 12);
	for (size_t i = 0; i < plot->n_bars; i++)
		put_bar(file, plot, &ruler, i, &columns, screen->utf8);
	put_ticks(file, &ruler, INDENT + columns.label + 2, columns.room, screen);
}

/* ---- lines ---- */

enum { N_ROWS = 14,
       DOTS_ACROSS = 2, /* of a braille character */
       DOTS_DOWN = 4 };

struct canvas {
	size_t width;    /* in characters */
	uint8_t *dots;   /* bits of braille, a character */
	uint8_t *marks;  /* the series whose point stands there, from 1 */
	uint8_t *owners; /* the series that drew last, from 1 */
};

static const char *const marks_utf8[PLOT_N_SERIES] = { "●", "■", "▲", "◆", "○", "□", "△", "◇" };
static const char *const marks_ascii[PLOT_N_SERIES] = { "o", "x", "+", "*", "@", "%", "&", "$" };
static const enum color series_colors[PLOT_N_SERIES] = { COLOR_NAME, COLOR_CHANGED, COLOR_BAD, COLOR_OFF,
							 COLOR_NAME, COLOR_CHANGED, COLOR_BAD, COLOR_OFF };

static const char *mark_of(size_t series, bool utf8)
{
	return (utf8 ? marks_utf8 : marks_ascii)[series % PLOT_N_SERIES];
}

/** x and y in dots, from the upper left; what is outside is left out. */
static void set_dot(struct canvas *canvas, long x, long y, size_t series)
{
	static const uint8_t bits[DOTS_DOWN][DOTS_ACROSS] = {
		{ 0x01, 0x08 },
		{ 0x02, 0x10 },
		{ 0x04, 0x20 },
		{ 0x40, 0x80 },
	};
	size_t at;

	if (x < 0 || y < 0 || x >= (long)canvas->width * DOTS_ACROSS || y >= N_ROWS * DOTS_DOWN)
		return;
	at = (size_t)(y / DOTS_DOWN) * canvas->width + (size_t)(x / DOTS_ACROSS);
	canvas->dots[at] |= bits[y % DOTS_DOWN][x % DOTS_ACROSS];
	canvas->owners[at] = (uint8_t)(series + 1);
}

struct spot {
	double x, y; /* in dots */
};

static void draw_line(struct canvas *canvas, struct spot from, struct spot to, size_t series)
{
	double longer = fmax(fabs(to.x - from.x), fabs(to.y - from.y));
	long n = lround(fmin(longer, 10000)) + 1;

	for (long i = 0; i <= n; i++) {
		double part = (double)i / (double)n;

		set_dot(canvas, lround(from.x + (to.x - from.x) * part), lround(from.y + (to.y - from.y) * part),
			series);
	}
}

static struct spot spot_of(const struct canvas *canvas, const struct plot_ruler *x, const struct plot_ruler *y,
			   double at_x, double at_y)
{
	return (struct spot){
		plot_ruler_place(x, at_x) * ((double)canvas->width * DOTS_ACROSS - 1),
		(1 - plot_ruler_place(y, at_y)) * (N_ROWS * DOTS_DOWN - 1),
	};
}

static void draw_series(struct canvas *canvas, const struct plot_ruler *x, const struct plot_ruler *y,
			const struct plot_series *series, size_t index)
{
	struct spot last = { NAN, NAN };

	for (size_t i = 0; i < series->n_points; i++) {
		const struct plot_point *point = &series->points[i];
		struct spot spot = spot_of(canvas, x, y, point->x, point->y);
		bool joined = series->style != PLOT_DOTS && !isnan(last.y) && !isnan(spot.y);

		if (!isnan(point->low) && !isnan(point->high))
			draw_line(canvas, spot_of(canvas, x, y, point->x, point->low),
				  spot_of(canvas, x, y, point->x, point->high), index);

		if (joined && series->style == PLOT_STEP) {
			draw_line(canvas, last, (struct spot){ spot.x, last.y }, index);
			draw_line(canvas, (struct spot){ spot.x, last.y }, spot, index);
		} else if (joined) {
			draw_line(canvas, last, spot, index);
		}
		if (!isnan(spot.y) && series->style != PLOT_STEP) {
			size_t column = (size_t)lround(spot.x) / DOTS_ACROSS, row = (size_t)lround(spot.y) / DOTS_DOWN;

			canvas->marks[row * canvas->width + column] = (uint8_t)(index + 1);
		}
		last = spot;
	}
}

static void put_cell(FILE *file, const struct canvas *canvas, size_t at, bool utf8)
{
	uint8_t mark = canvas->marks[at], owner = mark ? mark : canvas->owners[at];
	/* U+2800 and the bits of the dots, in UTF-8 */
	char braille[] = {
		(char)0xe2,
		(char)(0xa0 | canvas->dots[at] >> 6),
		(char)(0x80 | (canvas->dots[at] & 0x3f)),
		'\0',
	};

	if (!mark && !canvas->dots[at]) {
		fputc(' ', file);
		return;
	}
	fprintf(file, "%s%s%s", color_out(series_colors[(owner - 1) % PLOT_N_SERIES]),
		mark ? mark_of(mark - 1U, utf8) : utf8 ? braille :
							 ".",
		color_out(COLOR_OFF));
}

/** The tick whose place is in this row, or NULL. */
static const struct plot_tick *tick_of_row(const struct plot_ruler *ruler, size_t row)
{
	for (size_t i = 0; i < ruler->n_ticks; i++)
		if (lround((1 - ruler->ticks[i].place) * (N_ROWS - 1)) == (long)row)
			return &ruler->ticks[i];
	return NULL;
}

static size_t ticks_width(const struct plot_ruler *ruler)
{
	size_t width = text_width(ruler->unit);

	for (size_t i = 0; i < ruler->n_ticks; i++)
		width = text_width(ruler->ticks[i].text) > width ? text_width(ruler->ticks[i].text) : width;
	return width;
}

static void put_canvas(FILE *file, const struct canvas *canvas, const struct plot_ruler *y, size_t margin, bool utf8)
{
	for (size_t row = 0; row < N_ROWS; row++) {
		const struct plot_tick *tick = tick_of_row(y, row);

		put_spaces(file, INDENT + margin - (tick ? text_width(tick->text) : 0));
		fputs(color_out(COLOR_DIM), file);
		put_text(file, tick ? tick->text : "", utf8);
		fprintf(file, " %s%s", utf8 ? (tick ? "┤" : "│") : "|", color_out(COLOR_OFF));
		for (size_t i = 0; i < canvas->width; i++)
			put_cell(file, canvas, row * canvas->width + i, utf8);
		fputc('\n', file);
	}
	put_spaces(file, INDENT + margin);
	fprintf(file, "%s %s", color_out(COLOR_DIM), utf8 ? "└" : "+");
	for (size_t i = 0; i < canvas->width; i++)
		fputs(utf8 ? "─" : "-", file);
	fprintf(file, "%s\n", color_out(COLOR_OFF));
}

static void put_legend(FILE *file, const struct plot_lines *plot, bool utf8)
{
	for (size_t i = 0; i < plot->n_series; i++) {
		put_spaces(file, INDENT);
		fprintf(file, "%s%s%s %s\n", color_out(series_colors[i % PLOT_N_SERIES]),
			plot->series[i].style != PLOT_STEP ? mark_of(i, utf8) : utf8 ? "⠤" :
										       ".",
			color_out(COLOR_OFF), plot->series[i].label);
	}
}

void plot_lines_text(FILE *file, const struct plot_lines *plot, const struct plot_screen *screen)
{
	struct plot_ruler x, y;
	struct canvas canvas;
	double low, high;
	size_t margin;
	uint8_t *cells;

	put_title(file, plot->title, plot->subtitle, screen);
	if (!plot_lines_range(plot, true, &low, &high))
		return;
	plot_ruler_make(&y, &plot->y, low, high, 5);
	margin = ticks_width(&y);
	canvas.width = screen->width - INDENT - margin - 2;
	if (!plot_lines_range(plot, false, &low, &high))
		return;
	plot_ruler_make(&x, &plot->x, low, high, canvas.width / 12);
	cells = calloc(3 * N_ROWS, canvas.width);
	if (!cells)
		return;
	canvas.dots = cells;
	canvas.marks = cells + N_ROWS * canvas.width;
	canvas.owners = canvas.marks + N_ROWS * canvas.width;
	for (size_t i = 0; i < plot->n_series; i++)
		draw_series(&canvas, &x, &y, &plot->series[i], i);
	put_legend(file, plot, screen->utf8);
	put_spaces(file, INDENT + margin - text_width(y.unit));
	fputs(color_out(COLOR_DIM), file);
	put_text(file, y.unit, screen->utf8);
	fprintf(file, " %s%s\n", plot->y.title, color_out(COLOR_OFF));
	put_canvas(file, &canvas, &y, margin, screen->utf8);
	put_ticks(file, &x, INDENT + margin + 2, canvas.width, screen);
	put_spaces(file, INDENT + margin + 2);
	fprintf(file, "%s%s%s\n", color_out(COLOR_DIM), plot->x.title, color_out(COLOR_OFF));
	free(cells);
}
