/* SPDX-License-Identifier: MIT */
/* What the network namespace that the thread is in does with addresses and devices. */
#ifndef LIVE_ROUTES_H
#define LIVE_ROUTES_H

#include <facts.h>

/** Is what is sent to this address delivered here? The wildcard's is. @param ret 1 or 0 @return 0 or -errno */
int routes_local(const struct facts_address *address, int64_t *ret);

/** How many rules of the family look at marks. @return 0 or -errno */
int routes_by_mark(int family, int64_t *ret);

/** Is a device up? One that is gone is not. @param ret 1 or 0 @return 0 or -errno */
int routes_device(unsigned int index, int64_t *ret);

#endif
