/* SPDX-License-Identifier: MIT */
/* trace for programs: one JSON object a call, a line each. */

#include <inttypes.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "json.h"
#include "socket-text.h"
#include "trace-view.h"

struct json_view {
	struct trace_view view;
	struct json json;
};

/** RFC 3339, in UTC, to the microsecond. */
static void put_time(struct json *json, uint64_t time_ns)
{
	time_t seconds = (time_t)(time_ns / 1000000000);
	struct tm broken;
	char date[32], text[48];

	gmtime_r(&seconds, &broken);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &broken);
	snprintf(text, sizeof(text), "%s.%06uZ", date, (unsigned int)(time_ns % 1000000000 / 1000));
	json_string(json, "time", text);
}

static void put_hex(struct json *json, const char *name, const struct call *call)
{
	const unsigned char *bytes = call->bytes;
	char *text = malloc(3 + 2 * call->size);

	if (!text) {
		json_null(json, name);
		return;
	}
	text[0] = '0';
	text[1] = 'x';
	text[2] = '\0';
	for (size_t i = 0; i < call->size; i++)
		snprintf(text + 2 + 2 * i, 3, "%02x", bytes[i]);
	json_text(json, name, text);
	free(text);
}

static void put_option(struct json *json, const struct call *call)
{
	bool is_set = call->kind == CALL_SET && call->option->type;
	const struct sockopt_type *type = is_set ? call->option->type : call->option->get_type;
	enum sockopt_result result;
	char text[16384];

	json_string(json, "option", call->option->name);
	json_signed(json, "level", call->option->level->number);
	json_signed(json, "number", call->option->number);
	if (!trace_value_text(call, text, sizeof(text))) {
		json_null(json, "value");
	} else {
		json_value(json, "value", type, call->bytes, call->size);
		json_text(json, "text", text);
		if (sockopt_has_secret(type))
			json_null(json, "bytes");
		else
			put_hex(json, "bytes", call);
	}
	json_unsigned(json, "length", call->length);
	if (!trace_result(call, &result))
		return;
	sockopt_format(call->option, call->kept_bytes, call->kept_size, text, sizeof(text));
	json_value(json, "kept", call->option->get_type, call->kept_bytes, call->kept_size);
	json_text(json, "kept_text", text);
	json_string(json, "result", sockopt_result_word(result));
}

static void put_life(struct json *json, const struct call *call)
{
	char text[256];

	switch (call->kind) {
	case CALL_SOCKET:
	case CALL_SOCKETPAIR:
		json_signed(json, "family", call->asked.family);
		json_signed(json, "type", call->asked.type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC));
		json_signed(json, "protocol", call->asked.protocol);
		json_bool(json, "nonblock", call->asked.type & SOCK_NONBLOCK);
		json_bool(json, "cloexec", call->asked.type & SOCK_CLOEXEC);
		break;
	case CALL_BIND:
	case CALL_CONNECT:
		socket_text_address(&call->address, text, sizeof(text));
		json_string(json, "address", text);
		break;
	case CALL_LISTEN: json_signed(json, "backlog", call->number); break;
	case CALL_SHUTDOWN: json_signed(json, "how", call->number); break;
	default: break;
	}
	if (call->second >= 0)
		json_signed(json, "new_fd", call->second);
}

static void put_error(struct json *json, const struct call *call)
{
	char why[1500], room[16];

	if (!call->error) {
		json_null(json, "error");
		return;
	}
	json_string(json, "error", trace_errno_name(call->error, room));
	trace_why(call, why, sizeof(why));
	if (*why)
		json_text(json, "why", why);
}

static void put_stack(struct json_view *view, const struct call *call)
{
	struct json *json = &view->json;

	if (call->n_stack == 0)
		return;
	json_array(json, "stack");
	for (size_t i = 0; i < call->n_stack; i++) {
		const char *name = view->view.name_of ?
					   view->view.name_of(view->view.context, call->pid, call->stack[i]) :
					   NULL;
		char address[24];

		snprintf(address, sizeof(address), "0x%" PRIx64, call->stack[i]);
		json_object(json, NULL);
		json_string(json, "address", address);
		if (name)
			json_string(json, "name", name);
		json_end_object(json);
	}
	json_end_array(json);
}

static void json_call(struct trace_view *base, const struct call *call)
{
	struct json_view *view = (struct json_view *)base;
	struct json *json = &view->json;

	json_object(json, NULL);
	put_time(json, call->time_ns);
	json_string(json, "call", call_kind_word(call->kind));
	json_signed(json, "pid", call->pid);
	json_signed(json, "tid", call->tid);
	json_string(json, "process", call->process);
	json_unsigned(json, "uid", call->uid);
	json_signed(json, "fd", call->fd);
	if (call->kind <= CALL_GET)
		put_option(json, call);
	else
		put_life(json, call);
	put_error(json, call);
	if (call->is_io_uring)
		json_bool(json, "io_uring", true);
	if (call->is_32bit)
		json_unsigned(json, "bits", 32);
	if (call->has_socket) {
		json_object(json, "socket");
		socket_json(json, &call->facts);
		json_end_object(json);
	} else {
		json_null(json, "socket");
	}
	put_stack(view, call);
	json_end_object(json);
	json_line(json);
}

static void json_lost(struct trace_view *base, uint64_t n)
{
	struct json *json = &((struct json_view *)base)->json;

	json_object(json, NULL);
	json_unsigned(json, "lost", n);
	json_end_object(json);
	json_line(json);
}

static void json_end(struct trace_view *base)
{
	free(base);
}

struct trace_view *trace_json(FILE *file)
{
	struct json_view *view = calloc(1, sizeof(*view));

	if (!view)
		return NULL;
	*view = (struct json_view){ { .call = json_call, .lost = json_lost, .end = json_end }, { .file = file } };
	return &view->view;
}
