/* SPDX-License-Identifier: MIT */
/* What is known of one socket: who it is, where it stands, who holds it. */
#ifndef RULE_FACTS_H
#define RULE_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <sockopt.h>

enum facts_state {
	FACTS_UNBOUND,
	FACTS_BOUND,
	FACTS_LISTENING,
	FACTS_CONNECTED, /* a datagram socket with a peer */
	FACTS_ESTABLISHED,
	FACTS_SYN_SENT,
	FACTS_SYN_RECV,
	FACTS_FIN_WAIT_1,
	FACTS_FIN_WAIT_2,
	FACTS_TIME_WAIT,
	FACTS_CLOSE_WAIT,
	FACTS_LAST_ACK,
	FACTS_CLOSING,
	FACTS_CLOSED,
	FACTS_N_STATES,
};

#define FACTS_GROUP_WORDS 7

/** The most bytes of an address of other families that are kept. */
#define FACTS_ADDRESS_MAX 88

/** An endpoint's address: IP and port, a path of AF_UNIX (abstract ones begin with '@'), or what the family has. */
struct facts_address {
	int family; /* AF_UNSPEC: none */
	union {
		unsigned char ip[16]; /* network byte order; IPv4 in the first four */
		char path[110];
		struct {
			uint32_t ethertype;
			uint32_t ifindex;   /* 0: every interface */
			char interface[16]; /* its name, "" if that is not known */
		} packet;
		struct {
			uint32_t portid;                    /* 0: the kernel */
			uint32_t groups[FACTS_GROUP_WORDS]; /* group g is bit (g - 1) % 32 of word (g - 1) / 32 */
		} netlink;
		struct {
			uint32_t cid;
			uint32_t port;
		} vsock;
		struct {
			uint8_t protocol; /* of the socket: it says what the bytes mean */
			uint8_t length;
			uint8_t bytes[FACTS_ADDRESS_MAX]; /* as the kernel tells them, after the family */
			char interface[16];               /* AF_CAN: its name, "" if it is every one, or not known */
		} other;                                  /* of every other family */
	};
	uint16_t port;
	uint32_t scope; /* of a link-local address */
};

/** A (process, fd) that refers to the socket. Strings are owned by who made the facts. */
struct facts_holder {
	pid_t pid;
	int fd;
	uid_t uid;
	const char *process; /* /proc/PID/comm */
	const char *cgroup;  /* its path, "" if not known */
};

struct facts {
	uint64_t cookie;
	uint64_t inode; /* 0: none, as in TIME_WAIT */
	uint64_t netns; /* the inode of the network namespace; 0: not known */
	struct sockopt_kind kind;
	enum facts_state state;
	struct facts_address local;
	struct facts_address peer;
	char interface[16]; /* that it is bound to; "" if none */
	const struct facts_holder *holders;
	size_t n_holders;
	/** Reads an option of this socket, as sockopt_get(); NULL where none can be read. */
	int (*get)(void *context, const struct sockopt_option *option, struct sockopt_value *ret);
	void *context;
};

/** "established", "listening", ...: the words of selectors and of the JSON output. */
const char *facts_state_word(enum facts_state state);

/** inet, inet6, unix, ...; NULL for a family without a word. */
const char *facts_family_word(int family);

/** stream, dgram, raw, seqpacket, ...; NULL for a type without a word. */
const char *facts_type_word(int type);

/** tcp, udp, mptcp, ... of a kind of socket; the family's word where it has no protocols ("unix"). */
const char *facts_protocol_word(const struct sockopt_kind *kind);

/** route, generic, ...: a protocol of AF_NETLINK; NULL for one without a word. */
const char *facts_netlink_word(int protocol);

/** ip, arp, all, ...: what a packet socket receives; NULL for an ethertype without a word. */
const char *facts_ethertype_word(unsigned int ethertype);

/** Has the family addresses that are neither IP nor paths? Only a descriptor tells them. */
bool facts_has_own_addresses(int family);

/** An address from elsewhere: whatever it says, what reads it stays inside of it. */
void facts_bound_address(struct facts_address *address);

/** The states of the catalogue (enum sockopt_state) in which a socket is. */
unsigned int facts_catalog_states(const struct facts *facts);

/** The moments that are still to come, or that never come to an end, for a socket in its state. */
unsigned int facts_moments_left(const struct facts *facts);

#endif
