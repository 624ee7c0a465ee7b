/* SPDX-License-Identifier: MIT */
/* Addresses that are several words or numbers: AF_CAN, AF_TIPC, AF_BLUETOOTH, amateur radio, ... */
#ifndef VIEW_ENDPOINT_PARTS_H
#define VIEW_ENDPOINT_PARTS_H

#include <facts.h>

#include "out.h"

/** @return the length that it has, as snprintf(3) */
size_t endpoint_parts_text(const struct facts_address *address, char *ret, size_t size);

/** The members of the object, without its braces. */
void endpoint_parts_json(struct out *out, const struct facts_address *address);

#endif
