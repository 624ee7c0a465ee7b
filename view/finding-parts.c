/* SPDX-License-Identifier: MIT */
#include "finding-parts.h"

#include <stdlib.h>
#include <string.h>

#include "check-text.h"
#include "color.h"
#include "text.h"

#define TEXT_MAX 2048

static char *filled(const struct check_finding *finding, const char *text, enum check_text_form form,
		    const char *selector)
{
	char buffer[TEXT_MAX];

	if (!text)
		return NULL;
	check_text_fill(finding->check, text, finding, form, selector, buffer, sizeof(buffer));
	return strdup(buffer);
}

struct finding_parts finding_parts_of(const struct check_finding *finding, enum check_place place, const char *selector)
{
	const struct check *check = finding->check;

	return (struct finding_parts){
		.why = filled(finding, sockopt_text(check->why, text_language()), CHECK_TEXT_PROSE, NULL),
		.cure = filled(finding, check->cure[place], CHECK_TEXT_COMMAND, selector),
		.advice = filled(finding, sockopt_text(check->advice, text_language()), CHECK_TEXT_PROSE, NULL),
	};
}

void finding_parts_free(struct finding_parts *parts)
{
	free(parts->why);
	free(parts->cure);
	free(parts->advice);
}

static void put_text_or_null(struct json *json, const char *key, const char *text)
{
	if (text)
		json_text(json, key, text);
	else
		json_null(json, key);
}

void finding_parts_json(struct json *json, const struct check *check, const struct finding_parts *parts, size_t count)
{
	json_object(json, NULL);
	json_string(json, "check", check->id);
	json_string(json, "severity", check_severity_word(check->severity));
	json_text(json, "title", sockopt_text(check->title, text_language()));
	json_text(json, "why", parts->why ? parts->why : "");
	put_text_or_null(json, "cure", parts->cure);
	put_text_or_null(json, "advice", parts->advice);
	json_array(json, "see");
	for (const char *const *name = check->see; *name; name++)
		json_string(json, NULL, *name);
	json_end_array(json);
	json_unsigned(json, "count", count);
}

void finding_parts_title(FILE *file, const struct check *check)
{
	fprintf(file, "%s%s%s %s%s%s  %s\n", check_text_color(check->severity), check_text_severity(check->severity),
		color_out(COLOR_OFF), color_out(COLOR_NAME), check->id, color_out(COLOR_OFF),
		sockopt_text(check->title, text_language()));
}

void finding_parts_text(FILE *file, const struct check *check, const struct finding_parts *parts,
			const struct sockopt_option *option)
{
	text_fill(file, parts->why ? parts->why : "", 2, text_screen_width() - 1);
	if (parts->cure)
		fprintf(file, "  %s%s%s %s\n", color_out(COLOR_DIM), _("cure"), color_out(COLOR_OFF), parts->cure);
	if (parts->advice)
		text_fill(file, parts->advice, 2, text_screen_width() - 1);
	fprintf(file, "  %s%s sockopt explain %s, sockopt check --explain %s%s\n", color_out(COLOR_DIM), _("more"),
		option ? option->name : check->see[0], check->id, color_out(COLOR_OFF));
}
