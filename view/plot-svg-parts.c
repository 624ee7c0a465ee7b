/* SPDX-License-Identifier: MIT */
/* Frame, styles, texts and marks of plots as SVG. */

#include "plot-svg-parts.h"

#include <string.h>

#include "markup.h"
#include "text.h"

enum { MOST_LINES = 3,
       LINE_HEIGHT = 15 };

/* Colours as words, not as variables: not every program that draws SVG knows those. A plot is told apart in black and
 * white, too: by shapes of marks, and by what stands beside a bar. */
const char *plot_svg_styles(void)
{
	return ".plot{font:13px/1.3 system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;max-width:100%;height:auto}\n"
	       ".plot text{fill:#211f1c}\n"
	       ".plot .paper{fill:#fffefb}\n"
	       ".plot .title{font-size:16px;font-weight:600}\n"
	       ".plot .code{font-family:ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;font-size:12px}\n"
	       ".plot .strong{font-weight:600}\n"
	       ".plot .small{font-size:12px}\n"
	       ".plot text.soft{fill:#66615a}\n"
	       ".plot .mid{text-anchor:middle}\n"
	       ".plot .end{text-anchor:end}\n"
	       ".plot .grid{stroke:#ddd8cf}\n"
	       ".plot .axis{stroke:#66615a}\n"
	       ".plot .base{stroke:#66615a;stroke-dasharray:2 3}\n"
	       ".plot .whisker{stroke:#211f1c;stroke-width:1.5;fill:none}\n"
	       ".plot .line{fill:none;stroke-width:2;stroke-linejoin:round}\n"
	       ".plot .fill{fill-opacity:.3}\n"
	       ".plot .dot{fill-opacity:.55}\n"
	       ".plot .first,.plot .same{fill:#66615a}\n"
	       ".plot .better{fill:#14548c}\n"
	       ".plot .worse{fill:#a3341c}\n"
	       ".plot .s0{fill:#14548c;stroke:#14548c}.plot .s1{fill:#a3341c;stroke:#a3341c}\n"
	       ".plot .s2{fill:#0b6b5d;stroke:#0b6b5d}.plot .s3{fill:#8a6100;stroke:#8a6100}\n"
	       ".plot .s4{fill:#6a3d8f;stroke:#6a3d8f}.plot .s5{fill:#66615a;stroke:#66615a}\n"
	       ".plot .s6{fill:#a02c6d;stroke:#a02c6d}.plot .s7{fill:#211f1c;stroke:#211f1c}\n"
	       ".plot .line{fill:none}\n"
	       "@media screen and (prefers-color-scheme:dark){\n"
	       ".plot text{fill:#dedad3}\n"
	       ".plot .paper{fill:#17181a}\n"
	       ".plot text.soft{fill:#a09a91}\n"
	       ".plot .grid{stroke:#35363a}\n"
	       ".plot .axis,.plot .base{stroke:#a09a91}\n"
	       ".plot .whisker{stroke:#dedad3}\n"
	       ".plot .first,.plot .same{fill:#a09a91}\n"
	       ".plot .better{fill:#8fc1ec}\n"
	       ".plot .worse{fill:#f09a82}\n"
	       ".plot .s0{fill:#8fc1ec;stroke:#8fc1ec}.plot .s1{fill:#f09a82;stroke:#f09a82}\n"
	       ".plot .s2{fill:#6cc7b4;stroke:#6cc7b4}.plot .s3{fill:#e0b954;stroke:#e0b954}\n"
	       ".plot .s4{fill:#c7a4e8;stroke:#c7a4e8}.plot .s5{fill:#a09a91;stroke:#a09a91}\n"
	       ".plot .s6{fill:#ec92c2;stroke:#ec92c2}.plot .s7{fill:#dedad3;stroke:#dedad3}\n"
	       ".plot .line{fill:none}\n"
	       "}\n";
}

static void put_head(FILE *file, const char *id, double y, double height, const char *title, const char *description)
{
	fputs("<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"plot\"", file);
	fprintf(file, " id=\"%s\" viewBox=\"0 0 %d %.0f\" width=\"%d\" height=\"%.0f\"", id, SVG_WIDTH, height, SVG_WIDTH, height);
	if (y > 0)
		fprintf(file, " y=\"%.0f\"", y);
	fprintf(file, " role=\"img\" aria-labelledby=\"%s-t %s-d\">\n<title id=\"%s-t\">", id, id, id);
	markup_text(file, title);
	fprintf(file, "</title>\n<desc id=\"%s-d\">", id);
	markup_text(file, description ? description : title);
	fputs("</desc>\n", file);
}

static void put_paper(FILE *file, double height)
{
	fprintf(file, "<style>\n%s</style>\n<rect class=\"paper\" width=\"%d\" height=\"%.0f\"/>\n", plot_svg_styles(), SVG_WIDTH,
		height);
}

void svg_begin(FILE *file, const struct plot_place *place, double height, const char *title, const char *subtitle,
	       const char *description)
{
	put_head(file, place ? place->id : "plot", place ? place->y : 0, height, title, description);
	if (!place)
		put_paper(file, height);
	svg_text(file, SVG_EDGE, 24, "title", title);
	if (subtitle)
		svg_text(file, SVG_EDGE, 44, "soft", subtitle);
}

void plot_sheet_begin(FILE *file, double height, const char *title, const char *description)
{
	put_head(file, "sheet", 0, height, title, description);
	put_paper(file, height);
}

void plot_sheet_end(FILE *file)
{
	svg_end(file);
}

void svg_end(FILE *file)
{
	fputs("</svg>\n", file);
}

void svg_text(FILE *file, double x, double y, const char *classes, const char *text)
{
	fprintf(file, "<text x=\"%.1f\" y=\"%.1f\" class=\"%s\">", x, y, classes);
	markup_text(file, text);
	fputs("</text>\n", file);
}

void svg_line(FILE *file, double x1, double y1, double x2, double y2, const char *classes)
{
	fprintf(file, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" class=\"%s\"/>\n", x1, y1, x2, y2, classes);
}

size_t svg_wrap(const char *text, size_t width, const char **ret, size_t most)
{
	size_t n = 0;

	while (n < most) {
		const char *at = text, *last = NULL;

		ret[n++] = text;
		for (size_t columns = 0; *at && (columns <= width || !last); at++) {
			columns += ((unsigned char)*at & 0xc0) != 0x80;
			if (*at == ' ' && (columns <= width + 1 || !last))
				last = at;
		}
		if (!last || text_width(text) <= width)
			break;
		text = last + 1;
	}
	return n;
}

void svg_wrapped(FILE *file, double x, double y, const char *classes, const char *text, size_t width)
{
	const char *lines[MOST_LINES];
	size_t n = svg_wrap(text, width, lines, MOST_LINES);
	char line[512];

	for (size_t i = 0; i < n; i++) {
		size_t length = i + 1 < n ? (size_t)(lines[i + 1] - lines[i]) - 1 : strlen(lines[i]);

		snprintf(line, sizeof(line), "%.*s", (int)length, lines[i]);
		svg_text(file, x, y + 4.5 + ((double)i - (double)(n - 1) / 2) * LINE_HEIGHT, classes, line);
	}
}

void svg_mark(FILE *file, double x, double y, size_t series)
{
	switch (series % 4) {
	case 0:
		fprintf(file, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" class=\"s%zu\"/>\n", x, y, series);
		break;
	case 1:
		fprintf(file, "<rect x=\"%.1f\" y=\"%.1f\" width=\"7\" height=\"7\" class=\"s%zu\"/>\n", x - 3.5, y - 3.5, series);
		break;
	case 2:
		fprintf(file, "<path d=\"M%.1f %.1fl4.6 8h-9.2z\" class=\"s%zu\"/>\n", x, y - 5, series);
		break;
	default:
		fprintf(file, "<path d=\"M%.1f %.1fl5 5l-5 5l-5 -5z\" class=\"s%zu\"/>\n", x, y - 5, series);
	}
}
