/* SPDX-License-Identifier: MIT */
/* sockopt log - the changes that set made */

#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include <json.h>
#include <libsmartcols.h>
#include <log.h>
#include <text.h>
#include <tidy.h>

#include "cmd.h"
#include "journal.h"

struct log_args {
	bool json;
};

static const struct argp_option options[] = {
	{ "json", 'J', NULL, 0, N_("One JSON object a change, a line each"), 0 },
	{ 0 },
};

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct log_args *args = state->input;

	switch (key) {
	case 'J': args->json = true; return 0;
	case ARGP_KEY_ARG: command_wrong_use(state, _("'%s' is not expected here"), arg); return 0;
	default: return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = { { &common_argp, 0, NULL, 0 }, { 0 } };

static const struct argp argp = {
	.options = options,
	.parser = parse_opt,
	.doc = N_("List the changes that 'sockopt set' made, with the numbers that 'sockopt undo' takes.\v"
		  "Example:\n  sockopt log\n\n"
		  "Exit status: 0 listed, 1 there are none, 2 wrong use, 3 the journal cannot be read."),
	.children = children,
};

static const char *state_of(const struct journal_entry *entry)
{
	if (entry->undone)
		return N_("undone");
	if (strcmp(entry->boot, journal_boot()) != 0)
		return N_("before the last boot");
	return entry->damaged ? N_("damaged") : N_("in force");
}

static size_t count_made(const struct journal_entry *entry)
{
	size_t n = 0;

	for (size_t i = 0; i < entry->n_intents; i++)
		n += entry->intents[i].done && !entry->intents[i].failed;
	return n;
}

static void put_json(const struct journal_entry *entry)
{
	struct json json = { .file = stdout };

	json_object(&json, NULL);
	json_unsigned(&json, "id", entry->id);
	json_string(&json, "time", entry->time);
	json_unsigned(&json, "uid", entry->uid);
	json_string(&json, "command", entry->command);
	json_unsigned(&json, "planned", entry->n_intents);
	json_unsigned(&json, "made", count_made(entry));
	json_string(&json, "state", state_of(entry));
	json_end_object(&json);
	json_line(&json);
}

static void put_line(struct libscols_table *table, const struct journal_entry *entry)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);
	const struct passwd *user = getpwuid(entry->uid);
	char text[300], command[260];

	if (!line)
		return;
	snprintf(text, sizeof(text), "%u", entry->id);
	scols_line_set_data(line, 0, text);
	scols_line_set_data(line, 1, entry->time);
	snprintf(text, sizeof(text), "%u", entry->uid);
	scols_line_set_data(line, 2, user ? user->pw_name : text);
	snprintf(text, sizeof(text), "%zu", count_made(entry));
	scols_line_set_data(line, 3, text);
	scols_line_set_data(line, 4, _(state_of(entry)));
	text_escape(entry->command, command, sizeof(command));
	scols_line_set_data(line, 5, command);
}

static int list(const struct log_args *args)
{
	autofree unsigned int *ids = NULL;
	int n = journal_list(&ids);
	struct libscols_table *table;

	if (n < 0) {
		log_error(_("cannot read the journal in %s: %s"), journal_folder(), strerror(-n));
		return EXIT_PARTLY;
	}
	table = scols_new_table();
	for (size_t i = 0; table && i < 6; i++) {
		const char *const headings[] = { _("ID"), _("TIME"), _("USER"), _("CHANGES"), _("STATE"), _("COMMAND") };

		scols_table_new_column(table, headings[i], 0, i == 0 || i == 3 ? SCOLS_FL_RIGHT : 0);
	}
	for (int i = 0; table && i < n; i++) {
		struct journal_entry *entry;

		struct journal_entry unreadable = { .id = ids[i], .damaged = true, .command = (char[]){ "" } };

		if (journal_read(ids[i], &entry) < 0) {
			snprintf(unreadable.boot, sizeof(unreadable.boot), "%s", journal_boot());
			if (args->json)
				put_json(&unreadable);
			else
				put_line(table, &unreadable);
			continue;
		}
		if (args->json)
			put_json(entry);
		else
			put_line(table, entry);
		journal_free(entry);
	}
	if (table && !args->json && scols_table_get_nlines(table))
		scols_print_table(table);
	scols_unref_table(table);
	if (n == 0)
		log_error(_("no changes were made yet"));
	return n ? EXIT_DONE : EXIT_NOTHING;
}

static int run(int argc, char **argv)
{
	struct log_args args = { 0 };

	if (command_parse(&cmd_log, argc, argv, &args))
		return EXIT_WRONG_USE;
	return list(&args);
}

const struct command cmd_log = {
	.name = "log",
	.summary = N_("the changes that set made"),
	.run = run,
	.argp = &argp,
	.arguments = ARGUMENTS_NONE,
};
