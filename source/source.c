/* SPDX-License-Identifier: MIT */
#include "source.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "database.h"
#include "descriptor.h"
#include "flow.h"
#include "ast.h"
#include "outcome.h"
#include "value.h"

#define NAME_MAX_BYTES 64

struct reading {
	const struct source_request *request;
	const char *path; /* absolute: the flags may be for another working directory */
	CXTranslationUnit unit;
	int result;
};

/** From an argument to the end of the call, as it is written: of a macro its name. */
static CXSourceRange beginning(const struct ast *tree, int argument)
{
	CXCursor first = tree->nodes[argument].cursor, call = tree->nodes[tree->nodes[argument].parent].cursor;
	CXFile file;
	unsigned int offset, end;

	clang_getExpansionLocation(clang_getRangeStart(clang_getCursorExtent(first)), &file, NULL, NULL, &offset);
	clang_getExpansionLocation(clang_getRangeEnd(clang_getCursorExtent(call)), NULL, NULL, NULL, &end);
	return clang_getRange(clang_getLocationForOffset(tree->unit, file, offset),
			      clang_getLocationForOffset(tree->unit, file, end));
}

static bool is_comma(const struct ast *tree, CXToken token)
{
	CXString text = clang_getTokenSpelling(tree->unit, token);
	bool same = strcmp(clang_getCString(text), ",") == 0;

	clang_disposeString(text);
	return same;
}

/** The identifier or the number that stands for an option, if that is all. */
static void read_name(const struct ast *tree, int argument, struct code_call *call, char *room, size_t size)
{
	CXToken *tokens = NULL;
	unsigned int n = 0;

	if (argument < 0)
		return;
	clang_tokenize(tree->unit, beginning(tree, argument), &tokens, &n);
	if (n > 1 && is_comma(tree, tokens[1])) {
		CXString text = clang_getTokenSpelling(tree->unit, tokens[0]);
		size_t length = strlen(clang_getCString(text));

		if (clang_getTokenKind(tokens[0]) == CXToken_Identifier && length < size) {
			memcpy(room, clang_getCString(text), length + 1);
			call->name = room;
		}
		call->is_literal = clang_getTokenKind(tokens[0]) == CXToken_Literal;
		clang_disposeString(text);
	}
	clang_disposeTokens(tree->unit, tokens, n);
}

static bool is_unchecked(const struct ast *tree, int call)
{
	int outer = call, parent;

	while ((parent = tree->nodes[outer].parent) > 0 && tree->nodes[parent].kind == CXCursor_ParenExpr)
		outer = parent;
	switch (tree->nodes[parent].kind) {
	case CXCursor_CompoundStmt: return true;
	case CXCursor_IfStmt:
	case CXCursor_WhileStmt: return ast_child(tree, parent, 0) != outer;
	default: return false;
	}
}

/** optlen of getsockopt: the variable that it points to. */
static void read_get_length(const struct ast *tree, int call, struct code_call *ret)
{
	int node = ast_argument(tree, call, 4);
	CXCursor variable;
	struct flow_state state;
	long long number;

	node = node < 0 ? -1 : ast_strip(tree, node);
	if (node < 0 || tree->nodes[node].kind != CXCursor_UnaryOperator || ast_operator(tree, node) != AST_ADDRESS ||
	    !flow_variable(tree, ast_child(tree, node, 0), &variable) ||
	    clang_getCursorKind(variable) == CXCursor_ParmDecl)
		return;
	if (clang_Cursor_isNull(clang_Cursor_getVarDeclInitializer(variable)) &&
	    flow_next(tree, variable, -1) > call) {
		ret->length_is_unset = true;
		return;
	}
	if (flow_state(tree, variable, call, &state) && state.value >= 0 && ast_constant(tree, state.value, &number))
		ret->length = (struct check_number){ true, number };
}

static void read_option(const struct ast *tree, int call, struct code_call *ret, char *name, size_t name_size,
			unsigned char *room)
{
	long long level, number;

	if (ast_constant(tree, ast_argument(tree, call, 1), &level) &&
	    ast_constant(tree, ast_argument(tree, call, 2), &number)) {
		ret->has_option = true;
		ret->option = (struct code_option){ (int)level, (int)number };
	}
	read_name(tree, ast_argument(tree, call, 2), ret, name, name_size);
	ret->is_unchecked = is_unchecked(tree, call);
	value_read(tree, ast_argument(tree, call, 3), call, ret, room);
	if (ret->kind == CODE_GET) {
		read_get_length(tree, call, ret);
		ret->bytes = NULL; /* what was there before */
	} else if (value_number(tree, ast_argument(tree, call, 4), call, &number)) {
		ret->length = (struct check_number){ true, number };
	}
	outcome_read(tree, call, ret);
}

static void read_call(struct reading *reading, const struct ast *tree, int node, enum code_kind kind)
{
	struct code_call call = { .kind = kind };
	struct code_option others[DESCRIPTOR_OTHERS];
	unsigned char room[VALUE_MAX];
	char name[NAME_MAX_BYTES];
	CXSourceRange range = clang_getCursorExtent(tree->nodes[node].cursor);
	unsigned int end_line;

	clang_getExpansionLocation(clang_getRangeStart(range), NULL, &call.line, &call.column, NULL);
	clang_getExpansionLocation(clang_getRangeEnd(range), NULL, &end_line, &call.end_column, NULL);
	if (end_line != call.line)
		call.end_column = call.column;
	if (kind != CODE_LISTEN)
		read_option(tree, node, &call, name, sizeof(name), room);
	descriptor_read(tree, ast_argument(tree, node, 0), node, &call, others);
	reading->request->call(reading->request->context, &call);
}

/** The functions of libc alone: others of the same name have other arguments, perhaps. */
static bool calls(const struct ast *tree, int node, const char *name, int arguments)
{
	return ast_calls(tree, node, name) && clang_Cursor_getNumArguments(tree->nodes[node].cursor) == arguments;
}

static void read_function(struct reading *reading, CXCursor function)
{
	struct ast tree = { 0 };

	if (!ast_build(&tree, reading->unit, function))
		reading->result = -ENOMEM;
	for (int i = 0; i < tree.n && reading->result == 0; i++) {
		if (calls(&tree, i, "setsockopt", 5))
			read_call(reading, &tree, i, CODE_SET);
		else if (calls(&tree, i, "getsockopt", 5))
			read_call(reading, &tree, i, CODE_GET);
		else if (calls(&tree, i, "listen", 2))
			read_call(reading, &tree, i, CODE_LISTEN);
	}
	ast_free(&tree);
}

static enum CXChildVisitResult visit(CXCursor cursor, CXCursor parent, CXClientData data)
{
	struct reading *reading = data;

	(void)parent;
	if (clang_getCursorKind(cursor) == CXCursor_FunctionDecl && clang_isCursorDefinition(cursor) &&
	    clang_Location_isFromMainFile(clang_getCursorLocation(cursor)))
		read_function(reading, cursor);
	return reading->result ? CXChildVisit_Break : CXChildVisit_Continue;
}

static void hand_over(const struct source_request *request, CXDiagnostic diagnostic)
{
	CXFile file;
	unsigned int line, column;
	CXString name, text = clang_getDiagnosticSpelling(diagnostic);

	clang_getFileLocation(clang_getDiagnosticLocation(diagnostic), &file, &line, &column, NULL);
	name = clang_getFileName(file);
	request->error(request->context, clang_getCString(name) ? clang_getCString(name) : request->file, line, column,
		       clang_getCString(text));
	clang_disposeString(name);
	clang_disposeString(text);
}

/** A tree with errors has holes, and what stands in them is not known: it is not judged. */
static int hand_over_errors(const struct reading *reading)
{
	int r = 0;

	for (unsigned int i = 0; i < clang_getNumDiagnostics(reading->unit); i++) {
		CXDiagnostic diagnostic = clang_getDiagnostic(reading->unit, i);

		if (clang_getDiagnosticSeverity(diagnostic) >= CXDiagnostic_Error) {
			hand_over(reading->request, diagnostic);
			r = -EBADMSG;
		}
		clang_disposeDiagnostic(diagnostic);
	}
	return r;
}

static int parse(struct reading *reading, CXIndex index, const char *const *flags, int n_flags)
{
	const char **words = malloc((size_t)(n_flags + 1) * sizeof(*words));
	enum CXErrorCode error;
	int r;

	if (!words)
		return -ENOMEM;
	for (int i = 0; i < n_flags; i++)
		words[i] = flags[i];
	words[n_flags] = "-w";
	error = clang_parseTranslationUnit2(index, reading->path, words, n_flags + 1, NULL, 0, CXTranslationUnit_None,
					    &reading->unit);
	free(words);
	if (error != CXError_Success) {
		reading->request->error(reading->request->context, reading->request->file, 0, 0,
					"libclang cannot make sense of the file and its flags");
		return -EBADMSG;
	}
	r = hand_over_errors(reading);
	if (r == 0) {
		clang_visitChildren(clang_getTranslationUnitCursor(reading->unit), visit, reading);
		r = reading->result;
	}
	clang_disposeTranslationUnit(reading->unit);
	return r;
}

__attribute__((visibility("default"))) int sockopt_source(const struct source_request *request)
{
	char path[PATH_MAX];
	struct reading reading = { .request = request, .path = path };
	struct database_flags found = { 0 };
	CXIndex index;
	int r = 0;

	if (!realpath(request->file, path) || access(path, R_OK) != 0)
		return -errno;
	if (!request->flags)
		r = database_find(request->database, path, &found);
	if (r < 0)
		return r;
	index = clang_createIndex(0, 0);
	r = request->flags ? parse(&reading, index, request->flags, (int)request->n_flags) :
			     parse(&reading, index, (const char *const *)found.list, found.n);
	clang_disposeIndex(index);
	database_free(&found);
	return r;
}
