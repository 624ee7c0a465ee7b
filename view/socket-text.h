/* SPDX-License-Identifier: MIT */
/* Sockets, addresses and holders as text and as JSON. */
#ifndef VIEW_SOCKET_TEXT_H
#define VIEW_SOCKET_TEXT_H

#include <facts.h>

#include "json.h"
#include "out.h"

/** 127.0.0.1:80, [::1]:80, /run/x.sock, "-" for none; escaped. */
size_t socket_text_address(const struct facts_address *address, char *ret, size_t size);

/** tcp, udp6, unix/dgram, netlink ...: short, for the first column. */
size_t socket_text_kind(const struct sockopt_kind *kind, char *ret, size_t size);

/** "nginx 1234:6 1235:6": at most max holders, then how many more. */
size_t socket_text_holders(const struct facts *facts, size_t max, char *ret, size_t size);

/** As socket_text_address(), into a stream. */
void socket_out_address(struct out *out, const struct facts_address *address);

/** As socket_json(), into a stream; no comma before it. */
void socket_out_json(struct out *out, const struct facts *facts);

/** cookie to holders: the members that every JSON line of a socket begins with. */
void socket_json(struct json *json, const struct facts *facts);

#endif
