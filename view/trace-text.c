/* SPDX-License-Identifier: MIT */
/* trace for people: a line a call. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "color.h"
#include "quantity.h"
#include "socket-text.h"
#include "text.h"
#include "trace-view.h"

#define WHO_WIDTH 24

struct text_view {
	struct trace_view view;
	FILE *file;
};

static const char *color(const struct text_view *view, enum color wanted)
{
	return view->view.color ? view->view.color(wanted) : "";
}

static void put_time(struct text_view *view, uint64_t time_ns)
{
	time_t seconds = (time_t)(time_ns / 1000000000);
	struct tm broken;
	char text[16];

	localtime_r(&seconds, &broken);
	strftime(text, sizeof(text), "%H:%M:%S", &broken);
	fprintf(view->file, "%s%s.%06u%s ", color(view, COLOR_DIM), text, (unsigned int)(time_ns % 1000000000 / 1000),
		color(view, COLOR_OFF));
}

/** "nginx 1234:6", "java 1234/1250:6": process, thread if it is not the first, descriptor. */
static void put_who(struct text_view *view, const struct call *call)
{
	char name[80], text[160];
	int length;

	text_escape(call->process, name, sizeof(name));
	if (call->tid == call->pid)
		length = snprintf(text, sizeof(text), "%s %d", name, (int)call->pid);
	else
		length = snprintf(text, sizeof(text), "%s %d/%d", name, (int)call->pid, (int)call->tid);
	if (call->fd >= 0 || call->kind <= CALL_GET)
		snprintf(text + length, sizeof(text) - (size_t)length, ":%d", call->fd);
	fprintf(view->file, "%s%*s ", text, text_width(text) < WHO_WIDTH ? (int)(WHO_WIDTH - text_width(text)) : 0, "");
}

static void put_value(struct text_view *view, const struct call *call)
{
	char text[16384];

	if (call->kind == CALL_GET && call->error)
		return;
	if (!trace_value_text(call, text, sizeof(text))) {
		fprintf(view->file, "=%s?%s", color(view, COLOR_BAD), color(view, COLOR_OFF));
		return;
	}
	if (*text || call->size)
		fprintf(view->file, "=%s%s%s", color(view, COLOR_VALUE), text, color(view, COLOR_OFF));
	if (call->length > call->size)
		fprintf(view->file, _(" (the first %zu of %zu bytes)"), call->size, call->length);
}

static void put_kept(struct text_view *view, const struct call *call)
{
	enum sockopt_result result;
	char text[1024];

	if (!trace_result(call, &result) || result == SOCKOPT_RESULT_KEPT)
		return;
	sockopt_format(call->option, call->kept_bytes, call->kept_size, text, sizeof(text));
	fprintf(view->file, " %s %s%s%s (%s)", text_is_utf8() ? "→" : "->", color(view, COLOR_CHANGED), text, color(view, COLOR_OFF),
		_(sockopt_result_word(result)));
}

static void put_option(struct text_view *view, const struct call *call)
{
	fprintf(view->file, "%s %s%s%s", call_kind_word(call->kind), color(view, COLOR_NAME), call->option->name, color(view, COLOR_OFF));
	put_value(view, call);
	put_kept(view, call);
}

/** What was made, or else what was asked for: protocol 0 leaves the choice to the kernel. */
static void put_kind(struct text_view *view, const struct call *call)
{
	const struct sockopt_kind *kind = &call->asked;
	struct sockopt_kind plain = *kind;
	char text[40];

	plain.type &= ~(SOCK_NONBLOCK | SOCK_CLOEXEC);
	socket_text_kind(call->has_socket ? &call->facts.kind : &plain, text, sizeof(text));
	fprintf(view->file, " %s%s%s", text, kind->type & SOCK_NONBLOCK ? " nonblock" : "",
		kind->type & SOCK_CLOEXEC ? " cloexec" : "");
}

static void put_call(struct text_view *view, const struct call *call)
{
	static const char *const ways[] = { "read", "write", "both" };
	char text[256];

	if (call->kind <= CALL_GET) {
		put_option(view, call);
		return;
	}
	fputs(call_kind_word(call->kind), view->file);
	switch (call->kind) {
	case CALL_SOCKET:
	case CALL_SOCKETPAIR: put_kind(view, call); break;
	case CALL_BIND:
	case CALL_CONNECT:
		socket_text_address(&call->address, text, sizeof(text));
		fprintf(view->file, " %s", text);
		break;
	case CALL_LISTEN: fprintf(view->file, " backlog %d", call->number); break;
	case CALL_SHUTDOWN:
		if (call->number >= 0 && call->number <= 2)
			fprintf(view->file, " %s", ways[call->number]);
		else
			fprintf(view->file, " %d", call->number);
		break;
	default: break;
	}
	if (call->second >= 0)
		fprintf(view->file, ":%d", call->second);
}

static void put_error(struct text_view *view, const struct call *call)
{
	char why[1500], room[16];

	trace_why(call, why, sizeof(why));
	fprintf(view->file, "  %s%s%s%s%s", color(view, COLOR_BAD), trace_errno_name(call->error, room), color(view, COLOR_OFF),
		*why ? ": " : "", why);
}

static void put_socket(struct text_view *view, const struct call *call)
{
	char kind[40], local[400], peer[400];
	const struct facts *facts = &call->facts;

	if (!call->has_socket)
		return;
	socket_text_kind(&facts->kind, kind, sizeof(kind));
	socket_text_address(&facts->local, local, sizeof(local));
	socket_text_address(&facts->peer, peer, sizeof(peer));
	fprintf(view->file, "  %s[%s %s", color(view, COLOR_DIM), kind, facts_state_word(facts->state));
	if (facts->state != FACTS_UNBOUND && strcmp(local, peer) != 0)
		fprintf(view->file, " %s", local);
	if (facts->peer.family && strcmp(local, peer) != 0)
		fprintf(view->file, " %s %s", text_is_utf8() ? "→" : "->", peer);
	fprintf(view->file, "]%s", color(view, COLOR_OFF));
}

static void put_stack(struct text_view *view, const struct call *call)
{
	for (size_t i = 0; i < call->n_stack; i++) {
		const char *name = view->view.name_of ?
					   view->view.name_of(view->view.context, call->pid, call->stack[i]) :
					   NULL;
		char harmless[1200] = "";

		if (name)
			text_escape(name, harmless, sizeof(harmless));
		fprintf(view->file, "    %s0x%012" PRIx64 "%s%s%s\n", color(view, COLOR_DIM), call->stack[i], color(view, COLOR_OFF),
			name ? " " : "", harmless);
	}
}

static void text_call(struct trace_view *base, const struct call *call)
{
	struct text_view *view = (struct text_view *)base;

	put_time(view, call->time_ns);
	put_who(view, call);
	put_call(view, call);
	if (call->is_io_uring)
		fputs(" (io_uring)", view->file);
	if (call->is_32bit)
		fputs(" (32-bit)", view->file);
	if (call->error)
		put_error(view, call);
	put_socket(view, call);
	fputc('\n', view->file);
	put_stack(view, call);
}

static void text_lost(struct trace_view *base, uint64_t n)
{
	struct text_view *view = (struct text_view *)base;

	fprintf(view->file, ngettext("--- %" PRIu64 " call was lost here ---\n", "--- %" PRIu64 " calls were lost here ---\n", n), n);
}

static void text_end(struct trace_view *base)
{
	free(base);
}

struct trace_view *trace_text(FILE *file, const char *(*colors)(enum color))
{
	struct text_view *view = calloc(1, sizeof(*view));

	if (!view)
		return NULL;
	*view = (struct text_view){
		.view = { .call = text_call, .lost = text_lost, .end = text_end, .color = colors },
		.file = file,
	};
	return &view->view;
}
