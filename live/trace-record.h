/* SPDX-License-Identifier: MIT */
/* The bytes of a traced call (bpf/trace-bytes.h), read and written. */
#ifndef LIVE_TRACE_RECORD_H
#define LIVE_TRACE_RECORD_H

#include <call.h>
#include <trace-bytes.h>

/**
 * @brief CLOCK_REALTIME less CLOCK_BOOTTIME, now: that clock cannot be set, and goes on while the machine is suspended.
 * @param kernels the latter as the kernel counts it, whatever time namespace we are in
 */
int64_t trace_clock_offset(bool kernels);

/** Is this one record, whole and of this size, with nothing in it that does not fit? */
bool trace_record_is_sound(const void *bytes, size_t size);

/**
 * @brief A sound record as a call, which points into it.
 * @param bytes aligned as a struct trace_record
 * @param clock_offset what to add to the record's time
 */
void trace_record_read(const struct trace_record *record, int64_t clock_offset, struct call *ret);

#endif
