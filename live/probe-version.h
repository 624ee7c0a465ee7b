/* SPDX-License-Identifier: MIT */
/* Which kernel this is, to compare with the versions of the catalogue. */
#ifndef LIVE_PROBE_VERSION_H
#define LIVE_PROBE_VERSION_H

/** 6018003 for "6.18.3" */
unsigned version_number(const char *text);

/** Of the running kernel. Debian's older ones have their third number in another place, where it is looked for. */
unsigned version_running(void);

/** "6.18.3-amd64", as the running kernel calls itself. */
const char *version_text(void);

#endif
