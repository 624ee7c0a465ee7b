/* SPDX-License-Identifier: MIT */
/*
 * What the record of a socket looks like on which nothing was changed: made once for sockets that are alike, and laid
 * over each of them, eight bytes at a time. What differs is then looked at option by option.
 */
#ifndef LIVE_TEMPLATE_H
#define LIVE_TEMPLATE_H

#include "defaults.h"
#include "sockets.h"

#define TEMPLATE_OPTIONS_MAX 320

struct live_template;

/** Which of the options, by their index in the list that the template was made with. */
struct template_set {
	uint64_t bits[TEMPLATE_OPTIONS_MAX / 64];
};

/**
 * @brief Makes the template for sockets of the same kind, namespace and state as this one.
 * @param options borrowed; n: at most TEMPLATE_OPTIONS_MAX
 * @return to be freed with live_template_free(); NULL if memory is short, or the socket has no record
 */
struct live_template *live_template_new(struct defaults *defaults, const struct live_socket *like,
					const struct sockopt_option *const *options, size_t n);
/**
 * @brief Makes a template that is to be filled from one socket after the other: live_template_remember().
 * @return as live_template_new()
 */
struct live_template *live_template_follow(const struct live_socket *like, const struct sockopt_option *const *options,
					   size_t n);

/** From now on the template is this socket: what live_template_compare() finds is what differs from it. */
void live_template_remember(struct live_template *template, const struct live_socket *socket);

void live_template_free(struct live_template *template);

/** Was it made for such a socket? */
bool live_template_fits(const struct live_template *template, const struct live_socket *socket);

/** The options whose value may be another than a fresh socket's, or may not: the others are certain to have it. */
void live_template_compare(const struct live_template *template, const struct live_socket *socket,
			   struct template_set *ret);

#endif
