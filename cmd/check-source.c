/* SPDX-License-Identifier: MIT */
/* check FILE.c...: calls in C source, as libclang reads them. */

#include <dlfcn.h>
#include <errno.h>
#include <log.h>
#include <paths.h>
#include <place-view.h>
#include <source.h>
#include <stdlib.h>
#include <string.h>
#include <text.h>

#include <check-code.h>

#include "check-args.h"
#include "cmd.h"
#include "companion.h"
#include "file-lines.h"

struct source_judge {
	const struct check_args *args;
	const char *file;
	struct file_lines lines;
	struct place_view *view;
};

static void judge_call(void *context, const struct code_call *call)
{
	struct source_judge *judge = context;
	const char *line = file_line(&judge->lines, call->line);
	struct check_finding finding;
	struct place place = {
		.file = judge->file,
		.line = call->line,
		.column = call->column,
		.end_column = call->end_column,
		.text = line,
	};

	for (size_t i = 0; i < check_count; i++)
		if (check_is_wanted(judge->args, &check_table[i]) &&
		    check_code_finds(&check_table[i], call, &finding) &&
		    !file_ignores(&judge->lines, call->line, &check_table[i]))
			place_view_add(judge->view, &place, CHECK_SOURCE, &finding);
}

static void say_error(void *context, const char *file, unsigned int line, unsigned int column, const char *text)
{
	(void)context;
	if (line)
		log_error("%s:%u:%u: %s", file, line, column, text);
	else
		log_error("%s: %s", file, text);
}

/** libclang is large: it is loaded only here. */
static source_function *load(void)
{
	char built[4200];
	const char *path = companion_path("SOCKOPT_SOURCE", SOCKOPT_SOURCE_FILE, "../source/libsockopt-source.so", built,
					  sizeof(built));
	void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	source_function *read_source = NULL;

	if (module)
		*(void **)&read_source = dlsym(module, SOURCE_SYMBOL);
	if (read_source)
		return read_source;
	log_error(_("C source cannot be judged: %s"), dlerror());
	log_hint(_("it takes libclang: install libclang-dev and build sockopt with -Dclang=enabled"));
	return NULL;
}

static int judge_file(struct source_judge *judge, source_function *read_source, const char *file)
{
	struct source_request request = {
		.file = file,
		.flags = (const char *const *)judge->args->program,
		.database = judge->args->database,
		.call = judge_call,
		.error = say_error,
		.context = judge,
	};
	int r;

	while (request.flags && request.flags[request.n_flags])
		request.n_flags++;
	judge->file = file;
	r = file_lines_read(file, &judge->lines);
	if (r == 0)
		r = read_source(&request);
	file_lines_free(&judge->lines);
	if (r == -ENODATA)
		log_error(_("%s: there is no compile_commands.json in it"), request.database);
	else if (r == -EBADMSG)
		log_hint(_("%s was not judged: -p DIRECTORY says where compile_commands.json is, -- FLAGS gives flags"), file);
	else if (r < 0)
		log_error(_("cannot read %s: %s"), file, strerror(-r));
	return r;
}

int check_source(const struct check_args *args)
{
	source_function *read_source = load();
	struct source_judge judge = { .args = args };
	bool failed = false;
	size_t n;

	if (!read_source)
		return EXIT_WRONG_USE;
	judge.view = place_view_new(stdout, check_form(args));
	if (!judge.view) {
		log_error(_("out of memory"));
		return EXIT_PARTLY;
	}
	for (size_t i = 0; i < args->n_files; i++)
		failed |= judge_file(&judge, read_source, args->files[i]) < 0;
	n = place_view_end(judge.view);
	if (failed)
		return EXIT_PARTLY;
	if (n == 0 && check_form(args) == PLACE_TEXT)
		printf("%s\n", _("Nothing was found."));
	return n ? EXIT_NOTHING : EXIT_DONE;
}
