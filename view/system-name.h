/* SPDX-License-Identifier: MIT */
/* The other systems as they write themselves. */
#ifndef VIEW_SYSTEM_NAME_H
#define VIEW_SYSTEM_NAME_H

/** "freebsd" is FreeBSD. A word of the catalogue that is none of them stays as it is. */
const char *system_name(const char *key);

#endif
