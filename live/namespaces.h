/* SPDX-License-Identifier: MIT */
/* The network namespaces that processes live in. */
#ifndef LIVE_NAMESPACES_H
#define LIVE_NAMESPACES_H

#include <facts.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * @brief Calls each once in every network namespace, with the thread in it; our own comes first.
 * @param ret_hidden set if one could not be entered (CAP_SYS_ADMIN), or of a process not be told; else left alone
 * @return 0, a non-zero result of each, or -errno: the thread could not be brought back, or /proc not be read
 */
int namespaces_each(int (*each)(void *arg, uint64_t netns), void *arg, bool *ret_hidden);

/** The inode of our own network namespace; 0 if it is not known. */
uint64_t namespaces_own(void);

/** The names that ip-netns(8) has for namespaces, as they are now; NULL: memory is short. */
struct namespaces_names *namespaces_names_new(void);

/** Its name, which belongs to names; NULL if it has none. */
const char *namespaces_name(const struct namespaces_names *names, uint64_t netns);

void namespaces_names_free(struct namespaces_names *names);

/** A holder of the socket that lives in the socket's own network namespace; 0: none is known. */
pid_t namespaces_holder(const struct facts *facts);

/**
 * @brief The calling thread enters the network namespace of a process.
 * @param ret_back a descriptor of the one it came from, for namespaces_leave()
 * @return 0, or -errno: it stays where it is
 */
int namespaces_enter(pid_t pid, int *ret_back);

/** Goes back to a namespace of ours. Ends the program if it cannot, rather than look elsewhere than it says. */
void namespaces_return(int own);

/** Goes back, and closes the descriptor. Ends the program if it cannot, rather than look elsewhere than it says. */
void namespaces_leave(int back);

/** How many TCP sockets are in the tables of the namespace that the thread is in (/proc/net/sockstat); -1: not told. */
long namespaces_tcp_sockets(void);

/** The name of an interface in the namespace that the thread is in, or its number. */
void namespaces_interface(unsigned int index, char ret[static 16]);

#endif
