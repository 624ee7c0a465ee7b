/* SPDX-License-Identifier: MIT */
/* The values that keys of a selector are compared with. */

#include <arpa/inet.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tree.h"

/* Marks a text for translation where it stands; gettext() is called where it is printed. */
#define N_(text) text

static bool read_number(const char **at, uint64_t *ret)
{
	uint64_t number = 0;
	const char *p = *at;

	if (*p < '0' || *p > '9')
		return false;
	for (; *p >= '0' && *p <= '9'; p++) {
		if (number > (UINT64_MAX - 9) / 10)
			return false;
		number = number * 10 + (uint64_t)(*p - '0');
	}
	*at = p;
	*ret = number;
	return true;
}

/** "80", "8000-8999", "80,443,8000-8999" */
static const char *read_ranges(struct node *node)
{
	const char *at = node->text;

	node->n_ranges = 0;
	do {
		struct number_range *range = &node->ranges[node->n_ranges];

		if (node->n_ranges == RANGES_MAX)
			return N_("too many numbers in the list");
		if (*at == ',' && node->n_ranges)
			at++;
		if (!read_number(&at, &range->low))
			return N_("is not a number");
		range->high = range->low;
		if (*at == '-') {
			at++;
			if (!read_number(&at, &range->high))
				return N_("is not a range of numbers");
		}
		if (range->high < range->low)
			return N_("is a range that ends before it begins");
		node->n_ranges++;
	} while (*at == ',');
	if (*at)
		return N_("is not a number");
	if (node->op != OP_EQ && node->op != OP_NE &&
	    (node->n_ranges > 1 || node->ranges[0].low != node->ranges[0].high))
		return N_("is more than one number: only = and != compare with a list or a range");
	return NULL;
}

static const char *read_user(struct node *node)
{
	const char *at = node->text;
	struct passwd *user;

	if (read_number(&at, &node->number) && *at == '\0')
		return NULL;
	user = getpwnam(node->text);
	if (!user)
		return N_("is not a user of this system");
	node->number = user->pw_uid;
	return NULL;
}

/** An inode number, a name of ip-netns(8), or the path of a namespace. */
static const char *read_netns(struct node *node)
{
	const char *at = node->text;
	char path[256];
	struct stat status;

	if (read_number(&at, &node->number) && *at == '\0')
		return NULL;
	snprintf(path, sizeof(path), "%s%s", strchr(node->text, '/') ? "" : "/run/netns/", node->text);
	if (stat(path, &status) < 0)
		return N_("is not a network namespace");
	node->number = status.st_ino;
	return NULL;
}

static const char *read_port(const char *text, struct prefix *prefix)
{
	const char *at = text;

	if (!read_number(&at, &prefix->port.low))
		return N_("has no number for a port");
	prefix->port.high = prefix->port.low;
	if (*at == '-') {
		at++;
		if (!read_number(&at, &prefix->port.high))
			return N_("has no number for a port");
	}
	if (*at || prefix->port.high > UINT16_MAX || prefix->port.low > prefix->port.high)
		return N_("has no number for a port");
	prefix->has_port = true;
	return NULL;
}

/** Cuts %d0 off the end of an address. */
static bool take_zone(char *text, struct prefix *prefix)
{
	char *percent = strchr(text, '%');

	if (!percent)
		return true;
	*percent++ = '\0';
	if (!*percent || strlen(percent) >= sizeof(prefix->zone) || prefix->zone[0])
		return false;
	memcpy(prefix->zone, percent, strlen(percent) + 1);
	return true;
}

/** What stands behind ']': %ZONE as ss has it, :PORT, both or nothing. */
static char *read_behind_bracket(char *text, struct prefix *prefix, bool *ret_is_wrong)
{
	char *colon = strchr(text, ':');

	if (colon)
		*colon++ = '\0';
	*ret_is_wrong = (*text && *text != '%') || !take_zone(text, prefix);
	return colon;
}

/** 10.0.0.0/8, 127.0.0.1:80, [::1]:80, 2001:db8::/32, *:80, [fe80::1%eth0]:80 */
static const char *read_prefix(struct node *node)
{
	struct prefix *prefix = &node->prefix;
	char text[96];
	char *host = text, *slash, *port = NULL;
	size_t length = strlen(node->text);
	unsigned int widest;

	*prefix = (struct prefix){ .family = 0 };
	if (length >= sizeof(text))
		return N_("is not an address");
	memcpy(text, node->text, length + 1);

	if (text[0] == '[') {
		char *end = strchr(text, ']');
		bool is_wrong;

		if (!end)
			return N_("has no closing bracket");
		host = text + 1;
		*end = '\0';
		port = read_behind_bracket(end + 1, prefix, &is_wrong);
		if (is_wrong)
			return N_("is not an address");
	} else if (strchr(text, ':') && strchr(text, ':') == strrchr(text, ':')) {
		port = strchr(text, ':');
		*port++ = '\0';
	}
	if (port) {
		const char *wrong = read_port(port, prefix);

		if (wrong)
			return wrong;
	}
	if (strcmp(host, "*") == 0)
		return NULL;

	slash = strchr(host, '/');
	if (slash)
		*slash++ = '\0';
	if (!take_zone(host, prefix))
		return N_("is not an address");
	if (!prefix->zone[0] && inet_pton(AF_INET, host, prefix->ip) == 1)
		prefix->family = AF_INET;
	else if (inet_pton(AF_INET6, host, prefix->ip) == 1)
		prefix->family = AF_INET6;
	else
		return N_("is not an address");
	widest = prefix->family == AF_INET ? 32 : 128;
	prefix->bits = widest;
	if (slash) {
		const char *at = slash;
		uint64_t bits;

		if (!read_number(&at, &bits) || *at || bits > widest)
			return N_("has no valid prefix length");
		prefix->bits = (unsigned int)bits;
	}
	return NULL;
}

static const char *read_word(struct node *node, enum node_kind wanted, const char *wrong)
{
	struct node found;

	if (!words_find(node->text, &found) || found.kind != wanted)
		return wrong;
	node->number = found.number;
	return NULL;
}

static const char *read_protocol(struct node *node)
{
	const char *at = node->text;

	if (read_number(&at, &node->number) && *at == '\0')
		return NULL;
	return read_word(node, NODE_WORD_PROTOCOL, N_("is not a protocol"));
}

static bool is_text_key(enum node_key key)
{
	return key == KEY_PROCESS || key == KEY_CGROUP || key == KEY_INTERFACE || key == KEY_PATH;
}

const char *value_read(struct node *node)
{
	bool ordered = node->op == OP_LT || node->op == OP_LE || node->op == OP_GT || node->op == OP_GE;

	if (node->op == OP_GLOB)
		return is_text_key(node->key) || node->key == KEY_USER ? NULL :
									 N_("~ compares texts: process, user, cgroup, interface, path");
	if (ordered && (is_text_key(node->key) || node->key == KEY_FAMILY || node->key == KEY_STATE ||
			node->key == KEY_TYPE || node->key == KEY_LOCAL || node->key == KEY_PEER))
		return N_("has no order: compare with =, != or ~");

	switch (node->key) {
	case KEY_USER: return read_user(node);
	case KEY_NETNS: return read_netns(node);
	case KEY_FAMILY: return read_word(node, NODE_WORD_FAMILY, N_("is not an address family"));
	case KEY_TYPE: return read_word(node, NODE_WORD_TYPE, N_("is not a socket type"));
	case KEY_STATE:
		if (strcmp(node->text, "connected") == 0) {
			node->number = FACTS_CONNECTED;
			return NULL;
		}
		return read_word(node, NODE_WORD_STATE, N_("is not a state"));
	case KEY_PROTOCOL: return read_protocol(node);
	case KEY_LOCAL:
	case KEY_PEER: return read_prefix(node);
	case KEY_PROCESS:
	case KEY_CGROUP:
	case KEY_INTERFACE:
	case KEY_PATH: return NULL;
	default: return read_ranges(node);
	}
}

const char *value_hint(enum node_key key)
{
	switch (key) {
	case KEY_USER: return N_("write a user's name or number");
	case KEY_NETNS: return N_("write a name of 'ip netns', a path or an inode number");
	case KEY_FAMILY: return N_("inet, inet6, unix, netlink, packet, vsock, xdp");
	case KEY_TYPE: return N_("stream, dgram, raw, seqpacket, rdm");
	case KEY_STATE:
		return N_("unbound, bound, listening, connected, established, syn-sent, syn-recv, fin-wait-1, "
			  "fin-wait-2, time-wait, close-wait, last-ack, closing, closed");
	case KEY_PROTOCOL: return N_("tcp, udp, udplite, sctp, mptcp, icmp, icmpv6, or a number");
	case KEY_LOCAL:
	case KEY_PEER: return N_("write 10.0.0.0/8, 127.0.0.1:80, [::1]:80, fe80::1%eth0 or *:80");
	default: return N_("write a number, a range (8000-8999) or a list (80,443)");
	}
}
