/* SPDX-License-Identifier: MIT */
/* Addresses of the families that have neither IP nor paths, as text and as JSON. */
#ifndef VIEW_ENDPOINT_TEXT_H
#define VIEW_ENDPOINT_TEXT_H

#include <facts.h>

#include "out.h"

/** eth0:arp, 4711 groups 1,5, 3:1024; escaped. @return the length that it would have */
size_t endpoint_text(const struct facts_address *address, char *ret, size_t size);

/** The members of its object, without braces. */
void endpoint_json(struct out *out, const struct facts_address *address);

#endif
