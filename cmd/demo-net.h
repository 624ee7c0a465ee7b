/* SPDX-License-Identifier: MIT */
/* Sockets of demonstrations: short ways to what every program with sockets
 * does. */
#ifndef CMD_DEMO_NET_H
#define CMD_DEMO_NET_H

#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * @brief A TCP listener or a UDP socket bound to an address; the port is filled
 * in.
 * @param assignment an option before bind, or NULL
 * @return a descriptor or -errno
 */
int demo_bind(int type, struct sockaddr_in *address, const char *assignment);

/** 127.0.0.1, port 0: the kernel chooses it. */
struct sockaddr_in demo_loopback(void);

/** @param assignment an option before connect, or NULL. @return a descriptor or
 * -errno */
int demo_connect(const struct sockaddr_in *address, const char *assignment);

/** Both ends of a TCP connection on the loopback; those that are open are
 * closed by demo_pair_close(). */
struct demo_pair {
	int client, server;
};

#define DEMO_NO_PAIR ((struct demo_pair){ -1, -1 })

int demo_pair_open(struct demo_pair *pair);
void demo_pair_close(struct demo_pair *pair);

struct demo_stage;

/** Plays with a pair that is open meanwhile. @return what play gives, or demo_stop() */
int demo_with_pair(struct demo_stage *stage, int (*play)(struct demo_stage *stage, const struct demo_pair *pair));

double demo_now_ms(void);
void demo_sleep_ms(unsigned int ms);

/** poll(2) of one descriptor. @return what came, 0: nothing within the time */
int demo_wait(int fd, int events, int ms);

/** A number of an option, or of a field of it (NULL: the option is one).
 * @return -1 if it cannot be read */
int64_t demo_read(int fd, const char *option, const char *field);

#endif
