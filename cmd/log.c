/* SPDX-License-Identifier: MIT */
/* sockopt log - the changes that set made */

#include <errno.h>
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
	{ "json", 'J', NULL, 0, N_("One JSON object per change, one per line"), 0 },
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

static const struct argp argp = {
	.options = options,
	.parser = parse_opt,
	.doc = N_("List the changes that 'sockopt set' made, with the numbers that 'sockopt undo' takes.\v"
		  "Example:\n  sockopt log\n\n"
		  "Exit status: 0 listed, 1 there are none, 2 wrong use, 3 the journal cannot be read."),
	.children = common_children,
};

static const char *state_of(const struct journal_entry *entry)
{
	if (entry->foreign)
		return N_("another user's");
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

static int put_line(struct libscols_table *table, const struct journal_entry *entry)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);
	const struct passwd *user = getpwuid(entry->uid);
	char text[300], command[260];

	int r = 0;

	if (!line)
		return -ENOMEM;
	snprintf(text, sizeof(text), "%u", entry->id);
	r |= scols_line_set_data(line, 0, text);
	text_escape(entry->time, text, sizeof(text));
	r |= scols_line_set_data(line, 1, text);
	snprintf(text, sizeof(text), "%u", entry->uid);
	r |= scols_line_set_data(line, 2, user ? user->pw_name : text);
	snprintf(text, sizeof(text), "%zu", count_made(entry));
	r |= scols_line_set_data(line, 3, text);
	r |= scols_line_set_data(line, 4, _(state_of(entry)));
	text_escape(entry->command, command, sizeof(command));
	r |= scols_line_set_data(line, 5, command);
	return r ? -ENOMEM : 0;
}

static struct libscols_table *make_table(void)
{
	struct libscols_table *table = scols_new_table();

	for (size_t i = 0; table && i < 6; i++) {
		const char *const headings[] = { _("ID"), _("DATE"), _("USER"), _("CHANGES"), _("STATE"), _("COMMAND") };

		if (!scols_table_new_column(table, headings[i], 0, i == 0 || i == 3 ? SCOLS_FL_RIGHT : 0)) {
			scols_unref_table(table);
			return NULL;
		}
	}
	return table;
}

static int say_unreadable(int r)
{
	log_error(_("cannot read the journal in %s: %s"), journal_folder(), strerror(-r));
	return EXIT_PARTLY;
}

/** @return 0, or -errno if it cannot be said what there is */
static int list_one(struct libscols_table *table, unsigned int id)
{
	struct journal_entry unreadable = { .id = id, .damaged = true, .command = (char[]){ "" } };
	struct journal_entry *entry = NULL, *shown;
	int r = journal_read(id, &entry);

	if (r == -ENOENT)
		return 0; /* the change failed, and was taken back, while we looked */
	if (r < 0 && r != -EINVAL && r != -EPERM && r != -EACCES)
		return r;
	shown = r < 0 ? &unreadable : entry;
	unreadable.foreign = r == -EPERM || r == -EACCES;
	snprintf(unreadable.boot, sizeof(unreadable.boot), "%s", journal_boot());
	r = 0;
	if (table)
		r = put_line(table, shown);
	else
		put_json(shown);
	journal_free(entry);
	return r;
}

static int list(const struct log_args *args)
{
	autofree unsigned int *ids = NULL;
	int n = journal_list(&ids);
	struct libscols_table *table = NULL;
	int r = 0;

	if (n < 0)
		return say_unreadable(n);
	if (n > 0 && !journal_boot())
		return say_unreadable(-errno);
	if (n > 0 && !args->json) {
		table = make_table();
		r = table ? 0 : -ENOMEM;
	}
	for (int i = 0; r == 0 && i < n; i++)
		r = list_one(table, ids[i]);
	if (table && scols_table_get_nlines(table) && scols_print_table(table) < 0 && r == 0)
		r = -ENOMEM;
	scols_unref_table(table);
	if (r < 0)
		return say_unreadable(r);
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
