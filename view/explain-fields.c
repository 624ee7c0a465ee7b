/* SPDX-License-Identifier: MIT */
/* The fields of an option's struct, all or one. */

#include "explain-row.h"
#include "explain.h"
#include "list.h"
#include "text.h"

static bool has_summaries(const struct sockopt_type *type)
{
	for (size_t i = 0; i < type->n_fields; i++)
		if (type->fields[i].summary.en)
			return true;
	return false;
}

/** "tcpi_rtt: smoothed round-trip time (microseconds)", a row each. */
static void put_rows(FILE *file, const struct sockopt_type *type)
{
	for (size_t i = 0; i < type->n_fields; i++) {
		const struct sockopt_field *field = &type->fields[i];
		const char *summary = sockopt_text(field->summary, text_language());
		const char *unit = explain_unit(field->unit);
		char text[512];

		snprintf(text, sizeof(text), "%s%s%s%s%s%s", field->name, summary ? ": " : "", summary ? summary : "",
			 unit ? " (" : "", unit ? _(unit) : "", unit ? ")" : "");
		explain_item(file, i ? "" : _("fields"), text);
	}
	if (type->tail)
		explain_item(file, "", type->tail->name);
}

static void put_names(FILE *file, const struct sockopt_type *type)
{
	char text[4096];
	struct list list = { text, sizeof(text), 0, 0 };

	for (size_t i = 0; i < type->n_fields; i++)
		list_add(&list, ", ", type->fields[i].name);
	if (type->tail)
		list_add(&list, ", ", type->tail->name);
	explain_row(file, _("fields"), "%s", text);
}

void explain_fields(FILE *file, const struct sockopt_option *option)
{
	const struct sockopt_type *type = option->type->form == SOCKOPT_FORM_STRUCT ? option->type : option->get_type;

	if (type->form != SOCKOPT_FORM_STRUCT && !(type->form == SOCKOPT_FORM_ARRAY && type->n_fields > 1))
		return;
	if (has_summaries(type))
		put_rows(file, type);
	else
		put_names(file, type);
}

static void put_place(FILE *file, const struct sockopt_field *field)
{
	if (field->bits == 1)
		explain_row(file, _("place"), _("bit %d of byte %d"), field->bit, field->offset);
	else if (field->bits)
		explain_row(file, _("place"), _("bits %d to %d of byte %d"), field->bit, field->bit + field->bits - 1,
			    field->offset);
	else
		explain_row(file, _("place"), ngettext("%d byte at %d", "%d bytes at %d", field->size), field->size,
			    field->offset);
}

void explain_part(FILE *file, const struct sockopt_option *part)
{
	const struct sockopt_field *field = &part->get_type->fields[0];
	const char *summary = sockopt_text(field->summary, text_language());
	const char *unit = explain_unit(field->unit);

	explain_heading(file, part);
	if (summary)
		text_fill(file, summary, 0, text_screen_width() - 1);
	fputc('\n', file);
	explain_row(file, _("field of"), "%s: %s", part->part_of->name,
		    sockopt_text(part->part_of->summary, text_language()));
	explain_row(file, _("type"), "%s", part->part_of->get_type->name);
	put_place(file, field);
	if (unit)
		explain_row(file, _("unit"), "%s", _(unit));
	explain_symbols(file, field);
	explain_row(file, _("live"), "sockopt show PID:FD -o %s", part->name);
	explain_row(file, _("see also"), "sockopt explain %s", part->part_of->name);
}
