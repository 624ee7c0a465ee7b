/* SPDX-License-Identifier: MIT */
/* Checks on live sockets: options, defaults, sysctls and other sockets asked for, once each. */
#ifndef LIVE_JUDGE_H
#define LIVE_JUDGE_H

#include <check.h>

#include "sockets.h"

struct judge;

/** @return NULL if memory is short */
struct judge *judge_new(void);
void judge_free(struct judge *judge);

/** The options that the checks ask for, and what fresh sockets have: for struct live_request. */
const struct sockopt_option *const *judge_options(const struct judge *judge, size_t *ret_n);
struct defaults *judge_defaults(const struct judge *judge);

/**
 * @brief The next socket: what was read of the one before is forgotten.
 * @param socket must stay while it is judged; one that cannot be read has no findings
 */
void judge_take(struct judge *judge, struct live_socket *socket);

/** Does a check find something with the socket that was taken? */
bool judge_finds(struct judge *judge, const struct check *check, struct check_finding *ret);

/** "listener", "accepted", "client": what part the socket plays; NULL if it cannot be told. */
const char *judge_role(struct judge *judge);

/** The machine's error, positive, if something could not be asked, so that there may be more to find; else 0. */
int judge_error(const struct judge *judge);

#endif
