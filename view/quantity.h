/* SPDX-License-Identifier: MIT */
/* Times, sizes and rates in prose, for people: rounded to what one can take in. */
#ifndef VIEW_QUANTITY_H
#define VIEW_QUANTITY_H

#include <stddef.h>
#include <stdint.h>

/** 80ms, 924.8s, 90s, 7200s */
const char *quantity_ms(int64_t ms, char *ret, size_t size);

/** 50us, 80ms, 1.5s: exact, as a command line takes it. */
const char *quantity_us(int64_t us, char *ret, size_t size);

/** As quantity_ms(), and from two minutes on also 15min 25s in parentheses. */
const char *quantity_ms_long(int64_t ms, char *ret, size_t size);

/** 9.5MiB, 64KiB, 700 bytes */
const char *quantity_bytes(int64_t bytes, char *ret, size_t size);

#endif
