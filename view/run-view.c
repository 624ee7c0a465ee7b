/* SPDX-License-Identifier: MIT */
/* What a rule did for a program. */

#include "run-view.h"

#include <string.h>

#include "json.h"
#include "log.h"
#include "socket-text.h"
#include "text.h"

#define LINE_MAX_BYTES 2048

void run_view_place(const struct rule *rule, char *ret, size_t size)
{
	char source[300];

	text_escape(rule->source, source, sizeof(source));
	/* What stands on the command line is one line: its number tells nothing. */
	if (source[0] == '-')
		snprintf(ret, size, "%s", source);
	else if (strcmp(source, "command line") == 0)
		snprintf(ret, size, "%s", _("command line"));
	else
		snprintf(ret, size, "%s:%u", source, rule->line);
}

/** "nginx 1234:6: tcp 127.0.0.1:80 → 10.0.0.1:5000" */
static void describe(const struct change_row *row, char *ret, size_t size)
{
	char holder[120] = "", socket[500];

	socket_text_holders(row->facts, 1, holder, sizeof(holder));
	change_view_socket(row->facts, socket, sizeof(socket));
	snprintf(ret, size, "%s%s%s", holder, holder[0] ? ": " : "", socket);
}

static void value_text(const struct sockopt_option *option, const struct sockopt_value *value, bool is_asked, char *ret,
		       size_t size)
{
	struct sockopt_option settable = *option;

	settable.get_type = settable.type;
	if (value)
		sockopt_format(is_asked ? &settable : option, value->bytes, value->length, ret, size);
	else
		snprintf(ret, size, "?");
}

static void say_assigned(const struct run_row *row, const char *where, const char *place)
{
	const struct change_row *change = &row->change;
	char before[256], after[256];

	if (change->error) {
		log_warning(_("%s: %s at %s: %s (%s)"), where, row->action->text, row->moment, strerror(change->error), place);
		return;
	}
	value_text(change->option, change->before, false, before, sizeof(before));
	value_text(change->option, change->after, false, after, sizeof(after));
	log_debug(_("%s: %s at %s: was %s, is %s, %s (%s)"), where, row->action->text, row->moment, before, after,
		  _(sockopt_result_word(change->result)), place);
}

void run_view_say(const struct run_row *row)
{
	const struct change_row *change = &row->change;
	char where[700], place[320], asked[256];

	describe(change, where, sizeof(where));
	run_view_place(row->rule, place, sizeof(place));
	value_text(change->option, change->asked, true, asked, sizeof(asked));
	if (strcmp(row->event, "assigned") == 0)
		say_assigned(row, where, place);
	else if (strcmp(row->event, "replaced") == 0 && change->error)
		log_warning(_("%s: %s in place of %s: %s (%s)"), where, row->action->text, asked, strerror(change->error), place);
	else if (strcmp(row->event, "replaced") == 0)
		log_debug(_("%s: asks for %s=%s, gets %s (%s)"), where, change->option->name, asked, row->action->text, place);
	else if (strcmp(row->event, "ignored") == 0)
		log_debug(_("%s: asks for %s=%s, is ignored (%s)"), where, change->option->name, asked, place);
	else if (strcmp(row->event, "refused") == 0)
		log_debug(_("%s: asks for %s=%s, is refused: %s (%s)"), where, change->option->name, asked,
			  strerror(change->error), place);
	else
		log_line(_("%s: asks for %s=%s (%s)"), where, change->option->name, asked, place);
}

void run_view_json(FILE *file, const struct run_row *row)
{
	struct json json = { .file = file };

	json_object(&json, NULL);
	json_string(&json, "event", row->event);
	if (row->moment)
		json_string(&json, "moment", row->moment);
	else
		json_null(&json, "moment");
	json_object(&json, "rule");
	json_text(&json, "source", row->rule->source);
	json_unsigned(&json, "line", row->rule->line);
	json_text(&json, "text", row->rule->text);
	json_end_object(&json);
	socket_json(&json, row->change.facts);
	change_view_members(&json, &row->change);
	json_end_object(&json);
	json_line(&json);
	/* A reader may follow the file while the program runs. */
	fflush(file);
}
