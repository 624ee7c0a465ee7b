/* SPDX-License-Identifier: MIT */
/* How fast the kernel's clock ticks: in what its structs keep times. */
#ifndef LIVE_TICKS_H
#define LIVE_TICKS_H

#include <stdint.h>

/** CONFIG_HZ of the running kernel; 0 if it cannot be found out. */
uint32_t ticks_per_second(void);

#endif
