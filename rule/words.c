/* SPDX-License-Identifier: MIT */
/* The vocabulary of selectors. */

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "tree.h"

struct vocable {
	const char *word;
	enum node_kind kind;
	uint64_t number;
};

static const struct vocable vocables[] = {
	{ "tcp", NODE_WORD_PROTOCOL, IPPROTO_TCP },
	{ "udp", NODE_WORD_PROTOCOL, IPPROTO_UDP },
	{ "udplite", NODE_WORD_PROTOCOL, IPPROTO_UDPLITE },
	{ "sctp", NODE_WORD_PROTOCOL, IPPROTO_SCTP },
	{ "dccp", NODE_WORD_PROTOCOL, IPPROTO_DCCP },
	{ "mptcp", NODE_WORD_PROTOCOL, IPPROTO_MPTCP },
	{ "icmp", NODE_WORD_PROTOCOL, IPPROTO_ICMP },
	{ "icmpv6", NODE_WORD_PROTOCOL, IPPROTO_ICMPV6 },
	{ "raw", NODE_WORD_TYPE, SOCK_RAW },
	{ "stream", NODE_WORD_TYPE, SOCK_STREAM },
	{ "dgram", NODE_WORD_TYPE, SOCK_DGRAM },
	{ "seqpacket", NODE_WORD_TYPE, SOCK_SEQPACKET },
	{ "rdm", NODE_WORD_TYPE, SOCK_RDM },
	{ "unix", NODE_WORD_FAMILY, AF_UNIX },
	{ "ipv4", NODE_WORD_FAMILY, AF_INET },
	{ "inet", NODE_WORD_FAMILY, AF_INET },
	{ "ipv6", NODE_WORD_FAMILY, AF_INET6 },
	{ "inet6", NODE_WORD_FAMILY, AF_INET6 },
	{ "packet", NODE_WORD_FAMILY, AF_PACKET },
	{ "netlink", NODE_WORD_FAMILY, AF_NETLINK },
	{ "vsock", NODE_WORD_FAMILY, AF_VSOCK },
	{ "xdp", NODE_WORD_FAMILY, 44 },
	{ "can", NODE_WORD_FAMILY, AF_CAN },
	{ "bluetooth", NODE_WORD_FAMILY, AF_BLUETOOTH },
	{ "ieee802154", NODE_WORD_FAMILY, AF_IEEE802154 },
	{ "isdn", NODE_WORD_FAMILY, AF_ISDN },
	{ "iucv", NODE_WORD_FAMILY, AF_IUCV },
	{ "pppox", NODE_WORD_FAMILY, AF_PPPOX },
	{ "atmsvc", NODE_WORD_FAMILY, AF_ATMSVC },
	{ "atmpvc", NODE_WORD_FAMILY, AF_ATMPVC },
	{ "rose", NODE_WORD_FAMILY, AF_ROSE },
	{ "x25", NODE_WORD_FAMILY, AF_X25 },
	{ "netrom", NODE_WORD_FAMILY, AF_NETROM },
	{ "ax25", NODE_WORD_FAMILY, AF_AX25 },
	{ "tipc", NODE_WORD_FAMILY, AF_TIPC },
	{ "alg", NODE_WORD_FAMILY, AF_ALG },
	{ "rds", NODE_WORD_FAMILY, AF_RDS },
	{ "llc", NODE_WORD_FAMILY, AF_LLC },
	{ "rxrpc", NODE_WORD_FAMILY, AF_RXRPC },
	{ "phonet", NODE_WORD_FAMILY, AF_PHONET },
	{ "caif", NODE_WORD_FAMILY, AF_CAIF },
	{ "nfc", NODE_WORD_FAMILY, AF_NFC },
	{ "kcm", NODE_WORD_FAMILY, AF_KCM },
	{ "qipcrtr", NODE_WORD_FAMILY, AF_QIPCRTR },
	{ "smc", NODE_WORD_FAMILY, 43 },
	{ "mctp", NODE_WORD_FAMILY, 45 },
	{ "connected", NODE_WORD_CONNECTED, 0 },
};

_Static_assert(sizeof(vocables) / sizeof(vocables[0]) + FACTS_N_STATES <= WORDS_MAX, "words_all() has too little room");

bool words_find(const char *word, struct node *ret)
{
	for (size_t i = 0; i < sizeof(vocables) / sizeof(vocables[0]); i++)
		if (strcmp(vocables[i].word, word) == 0) {
			ret->kind = vocables[i].kind;
			ret->number = vocables[i].number;
			return true;
		}
	for (unsigned int state = 0; state < FACTS_N_STATES; state++)
		if (strcmp(facts_state_word((enum facts_state)state), word) == 0) {
			ret->kind = NODE_WORD_STATE;
			ret->number = state;
			return true;
		}
	return false;
}

static const char *const keys[] = {
	[KEY_PID] = "pid",
	[KEY_FD] = "fd",
	[KEY_PROCESS] = "process",
	[KEY_USER] = "user",
	[KEY_CGROUP] = "cgroup",
	[KEY_NETNS] = "netns",
	[KEY_FAMILY] = "family",
	[KEY_TYPE] = "type",
	[KEY_PROTOCOL] = "protocol",
	[KEY_STATE] = "state",
	[KEY_LOCAL] = "local",
	[KEY_PEER] = "peer",
	[KEY_PORT] = "port",
	[KEY_LOCAL_PORT] = "local-port",
	[KEY_PEER_PORT] = "peer-port",
	[KEY_INTERFACE] = "interface",
	[KEY_PATH] = "path",
	[KEY_INODE] = "inode",
	[KEY_COOKIE] = "cookie",
};

enum node_key words_key(const char *word)
{
	for (unsigned int key = 0; key < KEY_N_KEYS; key++)
		if (strcmp(keys[key], word) == 0)
			return (enum node_key)key;
	return KEY_N_KEYS;
}

size_t words_all(const char *ret[static WORDS_MAX], bool is_key)
{
	size_t n = 0;

	for (unsigned int key = 0; is_key && key < KEY_N_KEYS; key++)
		ret[n++] = keys[key];
	for (size_t i = 0; !is_key && i < sizeof(vocables) / sizeof(vocables[0]); i++)
		ret[n++] = vocables[i].word;
	for (unsigned int state = 0; !is_key && state < FACTS_N_STATES; state++)
		ret[n++] = facts_state_word((enum facts_state)state);
	return n;
}
