/* SPDX-License-Identifier: MIT */
/* Rules from the command line, from files and from profiles. */

#include "rule-source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <color.h>
#include <log.h>
#include <paths.h>
#include <text.h>
#include <tidy.h>

#include "cmd.h"

#define FILE_MAX_BYTES (1 << 20)
#define EXTENSION ".rules"

/** "FILE:LINE:COLUMN", or the argument it was. */
static void place(const struct rule_error *error, char *ret, size_t size)
{
	if (strchr(error->source, '/') || strstr(error->source, EXTENSION))
		snprintf(ret, size, "%s:%u:%u", error->source, error->line, error->column);
	else if (error->line > 1)
		snprintf(ret, size, "%s, %u:%u", error->source, error->line, error->column);
	else
		snprintf(ret, size, "%s", error->source);
}

static void say_wrong(const struct rule_error *error)
{
	const char *reason = sockopt_text(error->reason, text_language());
	char where[4200], message[512], hint[512];

	place(error, where, sizeof(where));
	if (error->value.problem && !error->what) {
		sockopt_message(&error->value, text_language(), message, sizeof(message));
		log_error("%s: %s", where, message);
	} else if (error->length) {
		log_error("%s: '%.*s' %s", where, (int)error->length, error->word, _(error->what));
	} else {
		log_error("%s: %s", where, _(error->what));
	}
	if (reason)
		log_hint("%s", reason);
	else if (error->meant[0])
		log_hint(_("perhaps %s"), error->meant);
	else if (error->value.problem && sockopt_hint(&error->value, text_language(), hint, sizeof(hint)) > 0)
		log_hint("%s", hint);
	else if (error->hint)
		log_hint("%s", _(error->hint));
}

static int read_rules(struct rules *rules, const char *source, const char *text)
{
	struct rule_error error;
	int r = rules_parse(rules, source, text, &error);

	if (r == -EINVAL)
		say_wrong(&error);
	else if (r < 0)
		log_error(_("out of memory"));
	return r;
}

int rule_source_text(struct rules *rules, const char *text)
{
	return read_rules(rules, "-r", text);
}

int rule_source_assignment(struct rules *rules, const char *assignment)
{
	struct rule_error error;
	int r = rules_add(rules, "command line", assignment, &error);

	if (r == -EINVAL) {
		error.source = assignment;
		if (error.value.problem && !error.what)
			log_sockopt_error(NULL, &error.value);
		else
			say_wrong(&error);
	} else if (r < 0) {
		log_error(_("out of memory"));
	}
	return r;
}

/** @return the whole text, to be freed; NULL: said why not, and errno */
static char *read_whole(const char *path, int fd)
{
	struct stat status;
	size_t length = 0;
	autofree char *text = NULL;

	if (fstat(fd, &status) < 0 || S_ISDIR(status.st_mode)) {
		log_error(_("cannot read '%s': %s"), path, strerror(EISDIR));
		return NULL;
	}
	text = malloc(FILE_MAX_BYTES + 1);
	while (text && length < FILE_MAX_BYTES) {
		ssize_t n = read(fd, text + length, FILE_MAX_BYTES - length);

		if (n < 0) {
			log_error(_("cannot read '%s': %s"), path, strerror(errno));
			return NULL;
		}
		if (n == 0)
			break;
		length += (size_t)n;
	}
	if (!text || length == FILE_MAX_BYTES) {
		log_error(_("'%s' is too long for a file of rules"), path);
		return NULL;
	}
	text[length] = '\0';
	if (strlen(text) != length) {
		log_error(_("'%s' is not a text"), path);
		return NULL;
	}
	char *taken = text;

	text = NULL;
	return taken;
}

int rule_source_file(struct rules *rules, const char *path)
{
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	int error = errno;

	if (fd < 0) {
		log_error(_("cannot read '%s': %s"), path, strerror(error));
		return -error;
	}
	autofree char *text = read_whole(path, fd);
	return text ? read_rules(rules, path, text) : -EINVAL;
}

/* ---- profiles ---- */

static const char *profiles_folder(void)
{
	const char *folder = secure_getenv("SOCKOPT_PROFILES");

	return folder ? folder : SOCKOPT_PROFILES_FOLDER;
}

static int is_profile(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return length > strlen(EXTENSION) && strcmp(entry->d_name + length - strlen(EXTENSION), EXTENSION) == 0;
}

/** Names of the profiles, without the extension. @return how many, or -errno */
static int list_profiles(struct dirent ***ret)
{
	int n = scandir(profiles_folder(), ret, is_profile, alphasort);

	for (int i = 0; i < n; i++)
		(*ret)[i]->d_name[strlen((*ret)[i]->d_name) - strlen(EXTENSION)] = '\0';
	return n < 0 ? -errno : n;
}

static void free_list(struct dirent **list, int n)
{
	for (int i = 0; i < n; i++)
		free(list[i]);
	if (n >= 0)
		free(list);
}

static void hint_profiles(void)
{
	char names[512] = "";
	struct dirent **list = NULL;
	int n = list_profiles(&list);

	for (int i = 0; i < n; i++) {
		size_t length = strlen(names);

		snprintf(names + length, sizeof(names) - length, "%s%s", i ? ", " : "", list[i]->d_name);
	}
	if (n > 0)
		log_hint(_("profiles: %s"), names);
	free_list(list, n);
}

int rule_source_profile(struct rules *rules, const char *name)
{
	char path[4096];

	if (!*name || strchr(name, '/') ||
	    (size_t)snprintf(path, sizeof(path), "%s/%s" EXTENSION, profiles_folder(), name) >= sizeof(path) ||
	    access(path, F_OK) < 0) {
		log_error(_("'%s' is not a profile"), name);
		hint_profiles();
		return -ENOENT;
	}
	return rule_source_file(rules, path);
}

/** The comment "# en: ..." of the language. */
static void put_summary(const char *path)
{
	char wanted[16], line[512];
	autofclose FILE *file = fopen(path, "re");

	snprintf(wanted, sizeof(wanted), "# %s: ", text_language());
	while (file && fgets(line, sizeof(line), file))
		if (strncmp(line, wanted, strlen(wanted)) == 0) {
			char harmless[1024];

			line[strcspn(line, "\n")] = '\0';
			text_escape(line + strlen(wanted), harmless, sizeof(harmless));
			printf("  %s", harmless);
			return;
		}
}

int rule_source_list_profiles(void)
{
	struct dirent **list = NULL;
	int n = list_profiles(&list);
	size_t width = 0;

	if (n < 0) {
		log_error(_("cannot read '%s': %s"), profiles_folder(), strerror(-n));
		return n;
	}
	for (int i = 0; i < n; i++)
		if (strlen(list[i]->d_name) > width)
			width = strlen(list[i]->d_name);
	for (int i = 0; i < n; i++) {
		char path[4096];

		printf("%s%-*s%s", color_out(COLOR_NAME), (int)width, list[i]->d_name, color_out(COLOR_OFF));
		snprintf(path, sizeof(path), "%s/%s" EXTENSION, profiles_folder(), list[i]->d_name);
		put_summary(path);
		putchar('\n');
	}
	free_list(list, n);
	return 0;
}

/* ---- dangers ---- */

int rule_source_dangers(const struct rules *rules)
{
	int r = 0;

	for (size_t i = 0; i < rules->n; i++)
		for (size_t k = 0; k < rules->list[i]->n_actions; k++) {
			const struct rule_action *action = rules->list[i]->actions[k];

			if (!rule_action_makes(action) || !rule_is_dangerous(action->option, &action->value))
				continue;
			log_error("%s: %s", action->text, sockopt_text(action->option->danger.why, text_language()));
			r = -EPERM;
		}
	if (r < 0)
		log_hint(_("--force sets it all the same"));
	return r;
}
