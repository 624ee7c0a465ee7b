/* SPDX-License-Identifier: MIT */
/* Probes this kernel: what its sockets really take and give, on throw-away sockets of our own. */
#ifndef LIVE_PROBE_RUN_H
#define LIVE_PROBE_RUN_H

#include <probe.h>

struct probe_request {
	const bool *options; /* wanted: one for each of the catalogue */
	const bool *kinds;   /* wanted: one for each of probe_kinds */
	bool verify;         /* hold the catalogue's facts against the kernel; else measure */
	/** Called now and then, and at the end: of the options before this one all is found. */
	void (*progress)(void *context, const struct probe_result *result, size_t option);
	void *context;
};

/**
 * @brief Probes in a child, in a network namespace of its own where that is permitted.
 *
 * What ends the child (a seccomp filter that kills, an emulator that fails) is a result: another child goes on behind
 * it. Nothing of the caller changes.
 * @param ret the result, for probe_free()
 * @return 0, or -errno if no child or no memory is to be had
 */
int probe_run(const struct probe_request *request, struct probe_result **ret);

void probe_free(struct probe_result *result);

#endif
