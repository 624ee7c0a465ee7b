/* SPDX-License-Identifier: MIT */
/* How `trace` looks: a line a call for people, a JSON object a call, or a table of options at the end. */
#ifndef VIEW_TRACE_VIEW_H
#define VIEW_TRACE_VIEW_H

#include <call.h>
#include <stdio.h>

#include "color.h"

struct trace_view {
	void (*call)(struct trace_view *view, const struct call *call);
	/** So many records were lost before the next one. */
	void (*lost)(struct trace_view *view, uint64_t n);
	void (*end)(struct trace_view *view); /* prints what is left, and frees the view */
	/** The name of an address of a stack, or NULL; may be NULL. */
	const char *(*name_of)(void *context, pid_t pid, uint64_t address);
	void *context;
	const char *(*color)(enum color wanted); /* as color_out(), of the file that is written; NULL: none */
};

struct trace_view *trace_text(FILE *file, const char *(*colors)(enum color));
struct trace_view *trace_json(FILE *file);
/** Counts, and prints a table (or JSON lines) at the end. */
struct trace_view *trace_summary(FILE *file, bool json, const char *(*colors)(enum color));

/** The value of set or get as text; "" if it has none. @return false if it is not known */
bool trace_value_text(const struct call *call, char *ret, size_t size);

/** What became of a value that was set, if it was read back. */
bool trace_result(const struct call *call, enum sockopt_result *ret);

/** Why the call failed, beyond the errno's name: "needs CAP_NET_ADMIN ...; it has none"; "" if there is nothing to say. */
void trace_why(const struct call *call, char *ret, size_t size);

/** The name of an errno; "E512" for one without. */
const char *trace_errno_name(int error, char room[16]);

#endif
