/* SPDX-License-Identifier: MIT */
/* Values to try, and what was read. */
#ifndef LIVE_PROBE_VALUES_H
#define LIVE_PROBE_VALUES_H

#include "probe-kinds.h"

/** What getsockopt gave, of any length that options have. */
struct reading {
	int error; /* negative errno, or 0 */
	size_t length;
	unsigned char bytes[8192];
};

/** Reads an option that can be read without a side effect. @return reading->error */
int probe_read(int fd, const struct sockopt_option *option, struct reading *ret);

/** Calls getsockopt or setsockopt with these numbers, whatever the catalogue says. @return 0 or -errno */
int probe_raw_get(int fd, const struct sockopt_option *option, void *bytes, socklen_t *length);
int probe_raw_set(int fd, const struct sockopt_option *option, const void *bytes, size_t length);

/** May the option be read by a test that knows nothing more, without a side effect? */
bool probe_readable(const struct sockopt_option *option);

/** A text as a value of the type that get gives. @return 0 or -errno */
int probe_parse_read(const struct sockopt_option *option, const char *text, struct reading *ret);

/** A number as set's value. */
void probe_of_number(const struct sockopt_option *option, int64_t number, struct sockopt_value *ret);

/** The least and the greatest that the C type of set holds; the greatest of 64 bits unsigned is -1. */
void probe_limits(const struct sockopt_field *field, int64_t *ret_least, int64_t *ret_greatest);

/** The same value? Strings are compared as text. */
bool probe_same(const struct sockopt_option *option, const struct reading *a, const struct reading *b);

/** As text for a message; one of a few static buffers. */
const char *probe_text(const struct sockopt_option *option, const struct reading *reading);

#endif
