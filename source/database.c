/* SPDX-License-Identifier: MIT */
#include "database.h"

#include <clang-c/CXCompilationDatabase.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_NAME "compile_commands.json"

static int add(struct database_flags *flags, const char *prefix, const char *word)
{
	char **grown = realloc(flags->list, (size_t)(flags->n + 1) * sizeof(*grown));
	char text[2 * PATH_MAX];

	if (!grown)
		return -ENOMEM;
	flags->list = grown;
	snprintf(text, sizeof(text), "%s%s", prefix, word);
	flags->list[flags->n] = strdup(text);
	return flags->list[flags->n] ? flags->n++, 0 : -ENOMEM;
}

void database_free(struct database_flags *flags)
{
	for (int i = 0; i < flags->n; i++)
		free(flags->list[i]);
	free(flags->list);
	*flags = (struct database_flags){ 0 };
}

/** The folder of a file, or the next one above, that has a database; "" if there is none. */
static void look_upwards(const char *file, char folder[PATH_MAX])
{
	char path[PATH_MAX + sizeof(FILE_NAME)];

	snprintf(folder, PATH_MAX, "%s", file);
	for (char *slash = strrchr(folder, '/'); slash; slash = strrchr(folder, '/')) {
		*slash = '\0';
		snprintf(path, sizeof(path), "%s/" FILE_NAME, folder);
		if (access(path, R_OK) == 0) {
			if (!*folder)
				strcpy(folder, "/");
			return;
		}
	}
	folder[0] = '\0';
}

/** Flags that say what is compiled and where to, not how. */
static int skip(const char *word, const char *file)
{
	static const char *const with_argument[] = { "-o", "-MF", "-MQ", "-MT" };
	static const char *const alone[] = { "-c", "-MD", "-MMD", "-M", "-MM", "-MP" };
	const char *name = strrchr(file, '/');

	for (size_t i = 0; i < sizeof(with_argument) / sizeof(with_argument[0]); i++)
		if (strcmp(word, with_argument[i]) == 0)
			return 2;
	for (size_t i = 0; i < sizeof(alone) / sizeof(alone[0]); i++)
		if (strcmp(word, alone[i]) == 0)
			return 1;
	/* the file itself, however its path is written */
	if (word[0] != '-' && name) {
		const char *last = strrchr(word, '/');

		return strcmp(last ? last + 1 : word, name + 1) == 0;
	}
	return 0;
}

static int take(CXCompileCommand command, const char *file, struct database_flags *ret)
{
	unsigned int n = clang_CompileCommand_getNumArgs(command);
	CXString folder = clang_CompileCommand_getDirectory(command);
	int r = add(ret, "-working-directory=", clang_getCString(folder));

	clang_disposeString(folder);
	for (unsigned int i = 1; i < n && r == 0; i++) {
		CXString word = clang_CompileCommand_getArg(command, i);
		const char *text = clang_getCString(word);
		int skipped = skip(text, file);

		if (strcmp(text, "--") == 0)
			i = n;
		else if (skipped)
			i += (unsigned int)skipped - 1;
		else
			r = add(ret, "", text);
		clang_disposeString(word);
	}
	return r;
}

int database_find(const char *folder, const char *file, struct database_flags *ret)
{
	CXCompilationDatabase_Error error;
	CXCompilationDatabase database;
	CXCompileCommands commands;
	char above[PATH_MAX];
	int r = 0;

	if (!folder) {
		look_upwards(file, above);
		if (!*above)
			return 0;
	}
	database = clang_CompilationDatabase_fromDirectory(folder ? folder : above, &error);
	if (error != CXCompilationDatabase_NoError)
		return folder ? -ENODATA : 0;
	commands = clang_CompilationDatabase_getCompileCommands(database, file);
	if (commands && clang_CompileCommands_getSize(commands))
		r = take(clang_CompileCommands_getCommand(commands, 0), file, ret);
	if (commands)
		clang_CompileCommands_dispose(commands);
	clang_CompilationDatabase_dispose(database);
	if (r < 0)
		database_free(ret);
	return r;
}
