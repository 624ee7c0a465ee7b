/* SPDX-License-Identifier: MIT */
/* Quantities in prose. */

#include "quantity.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *quantity_ms(int64_t ms, char *ret, size_t size)
{
	if (ms != 0 && ms < 1000 && ms > -1000)
		snprintf(ret, size, "%" PRId64 "ms", ms);
	else if (ms % 1000 == 0)
		snprintf(ret, size, "%" PRId64 "s", ms / 1000);
	else
		snprintf(ret, size, "%.1fs", (double)ms / 1000);
	return ret;
}

const char *quantity_us(int64_t us, char *ret, size_t size)
{
	if (us % 1000000 == 0)
		snprintf(ret, size, "%" PRId64 "s", us / 1000000);
	else if (us % 1000 == 0)
		snprintf(ret, size, "%" PRId64 "ms", us / 1000);
	else
		snprintf(ret, size, "%" PRId64 "us", us);
	return ret;
}

const char *quantity_ms_long(int64_t ms, char *ret, size_t size)
{
	int64_t s = (ms + 500) / 1000;
	size_t length;

	quantity_ms(ms, ret, size);
	length = strlen(ret);
	if (s < 120 || length >= size)
		return ret;
	if (s < 7200)
		snprintf(ret + length, size - length, s % 60 ? " (%" PRId64 "min %" PRId64 "s)" : " (%" PRId64 "min)",
			 s / 60, s % 60);
	else
		snprintf(ret + length, size - length,
			 s % 3600 >= 60 ? " (%" PRId64 "h %" PRId64 "min)" : " (%" PRId64 "h)", s / 3600,
			 s % 3600 / 60);
	return ret;
}

const char *quantity_bytes(int64_t bytes, char *ret, size_t size)
{
	static const struct {
		int64_t bytes;
		const char *unit;
	} units[] = { { 1 << 30, "GiB" }, { 1 << 20, "MiB" }, { 1 << 10, "KiB" } };

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (bytes < units[i].bytes)
			continue;
		if (bytes % units[i].bytes == 0)
			snprintf(ret, size, "%" PRId64 " %s", bytes / units[i].bytes, units[i].unit);
		else
			snprintf(ret, size, "%.1f %s", (double)bytes / (double)units[i].bytes, units[i].unit);
		return ret;
	}
	snprintf(ret, size, "%" PRId64 " bytes", bytes);
	return ret;
}
