/* SPDX-License-Identifier: MIT */
/* Any file as a capture, and any bytes as a record of the kernel's side: read, and shown in every form. */
#include <stdio.h>
#include <trace-capture.h>
#include <trace-record.h>
#include <trace-view.h>

#include "fuzz.h"

struct shown {
	struct trace_view *views[4];
};

static const char *name_of(void *context, pid_t pid, uint64_t address)
{
	(void)context;
	(void)pid;
	return address % 2 ? "name" : NULL;
}

static void on_record(void *arg, const struct trace_record *record, int64_t clock_offset)
{
	struct shown *shown = arg;
	struct call call;

	trace_record_read(record, clock_offset, &call);
	if (!call.process || call.size > TRACE_VALUE_MAX || call.n_stack > TRACE_STACK_MAX)
		abort();
	for (size_t i = 0; i < 4; i++)
		shown->views[i]->call(shown->views[i], &call);
}

static void on_lost(void *arg, uint64_t n)
{
	struct shown *shown = arg;

	for (size_t i = 0; i < 4; i++)
		shown->views[i]->lost(shown->views[i], n);
}

static void on_frame(void *arg, pid_t pid, uint64_t address, const char *text)
{
	(void)arg;
	(void)address;
	if (pid <= 0 || !text)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct shown shown;
	const struct capture_reader reader = { on_record, on_lost, on_frame, &shown };
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);
	FILE *file;
	uint64_t at;
	void *bytes = fuzz_bytes(data, size);

	if (!out)
		abort();
	shown = (struct shown){ { trace_text(out, NULL), trace_json(out), trace_summary(out, false, NULL), trace_summary(out, true, NULL) } };
	for (size_t i = 0; i < 4; i++) {
		if (!shown.views[i])
			abort();
		shown.views[i]->name_of = name_of;
	}
	/* What the ring of the kernel's side may hold. */
	if (trace_record_is_sound(bytes, size))
		on_record(&shown, bytes, 0);
	file = size ? fmemopen(bytes, size, "r") : NULL;
	if (file) {
		if (capture_read(file, &reader, &at) == 0 && at > size)
			abort();
		fclose(file);
	}
	for (size_t i = 0; i < 4; i++)
		shown.views[i]->end(shown.views[i]);
	fclose(out);
	free(text);
	free(bytes);
	return 0;
}
