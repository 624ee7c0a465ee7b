/* SPDX-License-Identifier: MIT */
/*
 * libdw is large, and only 'trace -k' of a program wants it: it is loaded when a
 * stack is asked for, and where it is not installed frame pointers have to do.
 */

#include "stack-unwind.h"

#ifndef HAVE_DWARF

size_t unwind_stack(struct unwinder *unwinder, pid_t pid, pid_t tid, uint64_t *ret, size_t max)
{
	(void)unwinder;
	(void)pid;
	(void)tid;
	(void)ret;
	(void)max;
	return 0;
}

void unwind_forget(struct unwinder *unwinder)
{
	(void)unwinder;
}

#else

#include <dlfcn.h>
#include <elfutils/libdwfl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "stack-names.h"

/* What is used of it. */
static struct {
	__typeof__(&dwfl_begin) begin;
	__typeof__(&dwfl_end) end;
	__typeof__(&dwfl_report_begin) report_begin;
	__typeof__(&dwfl_report_end) report_end;
	__typeof__(&dwfl_linux_proc_report) proc_report;
	__typeof__(&dwfl_linux_proc_attach) proc_attach;
	__typeof__(&dwfl_linux_proc_find_elf) find_elf;
	__typeof__(&dwfl_getthread_frames) thread_frames;
	__typeof__(&dwfl_frame_pc) frame_pc;
} dw;

static const struct {
	const char *name;
	void *at;
} names[] = {
	{ "dwfl_begin", &dw.begin },
	{ "dwfl_end", &dw.end },
	{ "dwfl_report_begin", &dw.report_begin },
	{ "dwfl_report_end", &dw.report_end },
	{ "dwfl_linux_proc_report", &dw.proc_report },
	{ "dwfl_linux_proc_attach", &dw.proc_attach },
	{ "dwfl_linux_proc_find_elf", &dw.find_elf },
	{ "dwfl_getthread_frames", &dw.thread_frames },
	{ "dwfl_frame_pc", &dw.frame_pc },
};

static pid_t looked_at; /* find_elf() is not told */

/** Once; what is missing is not looked for again. */
static bool load(void)
{
	static int is_there = -1;
	void *library;

	if (is_there >= 0)
		return is_there;
	library = dlopen("libdw.so.1", RTLD_NOW | RTLD_LOCAL);
	is_there = library != NULL;
	for (size_t i = 0; is_there && i < sizeof(names) / sizeof(names[0]); i++) {
		void *symbol = dlsym(library, names[i].name);

		memcpy(names[i].at, &symbol, sizeof(symbol));
		is_there = symbol != NULL;
	}
	return is_there;
}

/** A file of the process as symbols are read from it, so that no link leads out of its root; of no file its memory. */
static int find_elf(Dwfl_Module *module, void **data, const char *name, Dwarf_Addr base, char **file_name, Elf **elf)
{
	struct stat status;

	if (name[0] != '/')
		return dw.find_elf(module, data, name, base, file_name, elf);
	return mapping_open(looked_at, name, &status);
}

/** Debugging information apart from the files is not looked for, on no disk and on no network. */
static int find_nothing(Dwfl_Module *module, void **data, const char *name, Dwarf_Addr base, const char *file,
			const char *link, GElf_Word crc, char **ret_name)
{
	(void)module;
	(void)data;
	(void)name;
	(void)base;
	(void)file;
	(void)link;
	(void)crc;
	(void)ret_name;
	return -1;
}

static const Dwfl_Callbacks callbacks = { .find_elf = find_elf, .find_debuginfo = find_nothing };

struct frames {
	uint64_t *list;
	size_t n, max;
};

static int add_frame(Dwfl_Frame *frame, void *arg)
{
	struct frames *frames = arg;
	Dwarf_Addr address;

	if (frames->n == frames->max || !dw.frame_pc(frame, &address, NULL))
		return DWARF_CB_ABORT;
	frames->list[frames->n++] = address;
	return DWARF_CB_OK;
}

void unwind_forget(struct unwinder *unwinder)
{
	if (unwinder->session)
		dw.end(unwinder->session);
	*unwinder = (struct unwinder){ NULL, 0 };
}

size_t unwind_stack(struct unwinder *unwinder, pid_t pid, pid_t tid, uint64_t *ret, size_t max)
{
	struct frames frames = { ret, 0, max };
	bool is_new;

	if (!load())
		return 0;
	if (unwinder->pid != pid)
		unwind_forget(unwinder);
	is_new = !unwinder->session;
	if (is_new)
		unwinder->session = dw.begin(&callbacks);
	if (!unwinder->session)
		return 0;
	unwinder->pid = looked_at = pid;
	/* A library may have been loaded since; what is known already is kept. */
	dw.report_begin(unwinder->session);
	if (dw.proc_report(unwinder->session, pid) != 0 || dw.report_end(unwinder->session, NULL, NULL) != 0 ||
	    (is_new && dw.proc_attach(unwinder->session, pid, true) != 0)) {
		unwind_forget(unwinder);
		return 0;
	}
	dw.thread_frames(unwinder->session, tid, add_frame, &frames);
	return frames.n;
}

#endif
