/* SPDX-License-Identifier: MIT */
/* The calls in C source that have to do with options of sockets. This is a module: it is loaded when it is needed. */
#ifndef SOURCE_SOURCE_H
#define SOURCE_SOURCE_H

#include <code-call.h>
#include <stddef.h>

struct source_request {
	const char *file;
	const char *const *flags; /* of the compiler; NULL: those of compile_commands.json, or none */
	size_t n_flags;
	const char *database; /* the folder with compile_commands.json; NULL: the file's or one above it */
	void (*call)(void *context, const struct code_call *call);
	/** What the compiler says: file, line, column (0: none) and text. */
	void (*error)(void *context, const char *file, unsigned int line, unsigned int column, const char *text);
	void *context;
};

/**
 * @brief Hands over each call of the functions in a file, in order.
 * @return 0; -ENOENT: no such file; -EBADMSG: errors, each handed over: nothing was read; -ENODATA: there is no
 * compile_commands.json in request->database; -ENOMEM
 */
int sockopt_source(const struct source_request *request);

/** The name by which it is found in the module, and its type. */
#define SOURCE_SYMBOL "sockopt_source"
typedef int source_function(const struct source_request *request);

#endif
