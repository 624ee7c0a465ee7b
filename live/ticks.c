/* SPDX-License-Identifier: MIT */
/* How fast the kernel's clock ticks. */

#include "ticks.h"

#include <sys/socket.h>
#include <sys/time.h>

#include "tidy.h"

/*
 * A timeout of one microsecond is kept as one tick, and read back as long as
 * a tick is: 1000 us, 4000 us, 10000 us. The kernel's configuration need not
 * be readable for that. It is SO_RCVTIMEO as a measuring instrument, not as
 * an option of a user's socket.
 */
uint32_t ticks_per_second(void)
{
	struct timeval tick = { .tv_usec = 1 };
	socklen_t length = sizeof(tick);
	autoclose int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tick, sizeof(tick)) < 0 ||
	    getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tick, &length) < 0 || tick.tv_usec <= 0)
		return 0;
	return (uint32_t)((1000000 + tick.tv_usec / 2) / tick.tv_usec);
}
