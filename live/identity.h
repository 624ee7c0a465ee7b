/* SPDX-License-Identifier: MIT */
/* Who a socket is and where it stands, read from a descriptor of it. */
#ifndef LIVE_IDENTITY_H
#define LIVE_IDENTITY_H

#include <facts.h>

/** Which namespace has which cookie: asked once a namespace, not once a socket. */
struct identity_namespaces {
	struct {
		uint64_t cookie;
		uint64_t netns;
	} known[64];
	size_t n;
};

/**
 * @brief Fills cookie, netns, kind, state, addresses and interface of facts; the rest stays.
 * @return 0 or -errno: of the first call, or of any that failed for want of memory, of a descriptor or of a right
 */
int identity_read(int fd, struct identity_namespaces *namespaces, struct facts *ret);

/**
 * @brief Fills state, addresses and interface of a socket whose addresses only a descriptor tells:
 * facts_has_own_addresses().
 * @return 0 or -errno
 */
int identity_endpoints(int fd, struct facts *ret);

/** The interface that a socket is bound to, by its name in the socket's own namespace; "" if none. @return 0 or -errno */
int identity_interface(int fd, const struct sockopt_kind *kind, char ret[static 16]);

/** The number of the device that the socket is bound to, also of one that is gone; 0: none, or not known. */
unsigned int identity_device(int fd);

/**
 * @brief What hangs on a TCP listener: may it share its port, and how many connections has nobody accepted yet?
 * @return 0 or -errno
 */
int identity_queue(int fd, bool *ret_shares_port, uint32_t *ret_waiting);

/** The cookie of a socket: who it is, whatever its number; 0 if the kernel does not tell (errno). */
uint64_t identity_cookie(int fd);

/** The address in a struct sockaddr of any family that has words. */
void identity_address(const void *sockaddr, size_t length, struct facts_address *ret);

/** The TCP states of the kernel (1: established ... 12) as ours. */
enum facts_state identity_tcp_state(unsigned int state);

#endif
