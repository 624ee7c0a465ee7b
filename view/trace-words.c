/* SPDX-License-Identifier: MIT */
/* What the views of `trace` say of a call in the same words. */

#include <errno.h>
#include <string.h>

#include "text.h"
#include "trace-view.h"

const char *trace_errno_name(int error, char room[16])
{
	const char *name = strerrorname_np(error);

	if (name)
		return name;
	snprintf(room, 16, "E%d", error);
	return room;
}

bool trace_value_text(const struct call *call, char *ret, size_t size)
{
	struct sockopt_option shown = *call->option;

	ret[0] = '\0';
	if (call->is_unread || (call->kind == CALL_GET && call->error))
		return false;
	/* A set has the type of set. */
	if (call->kind == CALL_SET && shown.type)
		shown.get_type = shown.type;
	sockopt_format(&shown, call->bytes, call->size, ret, size);
	return true;
}

bool trace_result(const struct call *call, enum sockopt_result *ret)
{
	struct sockopt_value asked = { 0 }, after = { 0 };

	if (call->kind != CALL_SET || call->error || !call->has_kept || call->is_unread ||
	    call->size > sizeof(asked.bytes) || call->kept_size > sizeof(after.bytes))
		return false;
	asked.length = (socklen_t)call->size;
	memcpy(asked.bytes, call->bytes, call->size);
	after.length = (socklen_t)call->kept_size;
	memcpy(after.bytes, call->kept_bytes, call->kept_size);
	*ret = sockopt_compare(call->option, NULL, &asked, &after);
	return true;
}

void trace_why(const struct call *call, char *ret, size_t size)
{
	enum sockopt_access access = call->kind == CALL_SET ? SOCKOPT_SET : SOCKOPT_GET;
	struct sockopt_error error;
	char has[1024];
	int length;

	ret[0] = '\0';
	if (call->kind > CALL_GET)
		return;
	/* These are about the descriptor or the memory, whatever the option. */
	switch (call->error) {
	case EBADF: snprintf(ret, size, "%s", _("the descriptor is not open")); return;
	case ENOTSOCK: snprintf(ret, size, "%s", _("the descriptor is no socket")); return;
	case EFAULT: snprintf(ret, size, "%s", _("the value's address is not the program's")); return;
	default: break;
	}
	if (call->option == &call->unnamed.option)
		return;
	sockopt_why(call->option, call->has_socket ? &call->facts.kind : NULL, access, call->error, &error);
	length = sockopt_hint(&error, text_language(), ret, size);
	if (error.problem != SOCKOPT_NOT_PERMITTED || length <= 0 || (size_t)length >= size)
		return;
	if (call_is_capable(call))
		snprintf(ret + length, size - (size_t)length, "%s", _("; the thread has that in another user namespace"));
	else if (call_capabilities(call->capabilities, has, sizeof(has)) == 0)
		snprintf(ret + length, size - (size_t)length, "%s", _("; the thread has no capability"));
	else
		snprintf(ret + length, size - (size_t)length, _("; the thread has %s"), has);
}
