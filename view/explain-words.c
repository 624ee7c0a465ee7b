/* SPDX-License-Identifier: MIT */
/* Places, states and moments of the catalogue in words. */

#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "explain.h"
#include "list.h"
#include "socket-text.h"
#include "text.h"

/** The numbers of protocols are each family's own: 6 is TCP on the internet alone. */
static const char *protocol_word(const struct sockopt_where *where, uint16_t protocol)
{
	static const struct {
		int family;
		uint16_t protocol;
		const char *word;
	} others[] = {
		{ AF_PPPOX, 1, "pppol2tp" },
		{ AF_CAN, 0, "can-untold" },
		{ AF_CAN, 6, "can-isotp" },
		{ AF_CAN, 7, "can-j1939" },
		{ AF_BLUETOOTH, 0, "l2cap" },
		{ AF_BLUETOOTH, 1, "hci" },
		{ AF_BLUETOOTH, 2, "sco" },
		{ AF_BLUETOOTH, 3, "rfcomm" },
		{ AF_BLUETOOTH, 8, "iso" },
		{ AF_NFC, 1, "nfc-llcp" },
		{ AF_PHONET, 2, "pn-pipe" },
		{ AF_CAIF, 3, "caif-util" },
	};
	struct sockopt_kind kind = { AF_INET, 0, protocol };

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (where->families >> others[i].family & 1 && others[i].protocol == protocol)
			return others[i].word;
	if (protocol == IPPROTO_IGMP)
		return "igmp";
	if (protocol == IPPROTO_RAW)
		return "raw";
	return where->families & (1ULL << AF_INET | 1ULL << AF_INET6) ? facts_protocol_word(&kind) : NULL;
}

/** Families that no selector knows have words here, too. */
static const char *family_word(int family)
{
	static const char *const others[] = {
		[AF_AX25] = "ax25",
		[AF_IPX] = "ipx",
		[AF_APPLETALK] = "appletalk",
		[AF_NETROM] = "netrom",
		[AF_ATMPVC] = "atmpvc",
		[AF_X25] = "x25",
		[AF_ROSE] = "rose",
		[AF_ATMSVC] = "atmsvc",
		[AF_PPPOX] = "pppox",
		[AF_IUCV] = "iucv",
		[AF_ISDN] = "isdn",
		[AF_IEEE802154] = "ieee802154",
	};
	const char *word = facts_family_word(family);

	if (word || family < 0 || (size_t)family >= sizeof(others) / sizeof(others[0]))
		return word;
	return others[family];
}

static void add_protocols(struct list *list, const struct sockopt_where *where)
{
	for (size_t i = 0; i < where->n_protocols; i++) {
		const char *word = protocol_word(where, where->protocols[i]);
		char number[8];

		snprintf(number, sizeof(number), "%u", where->protocols[i]);
		list_add(list, "/", word ? word : number);
	}
}

/** Words for the bits of a set, joined by '/'; nothing for an empty one. */
static void add_words(struct list *list, uint64_t bits, const char *(*word_of)(int))
{
	char words[320];
	struct list part = { words, sizeof(words), 0, 0 };

	for (int i = 0; i < 64; i++)
		if (bits >> i & 1)
			list_add(&part, "/", word_of(i) ? word_of(i) : "?");
	if (part.n)
		list_add(list, " ", words);
}

const char *explain_goal(unsigned int index)
{
	static const char *const goals[] = { N_("throughput"), N_("latency"), N_("connections"), NULL };

	return goals[index < 3 ? index : 3];
}

void explain_tuning(const struct sockopt_option *option, char *ret, size_t size)
{
	char goals[128] = "", values[512] = "";
	struct list goal_list = { goals, sizeof(goals), 0, 0 }, value_list = { values, sizeof(values), 0, 0 };

	for (unsigned int i = 0; explain_goal(i); i++)
		if (option->tuning.goals >> i & 1)
			list_add(&goal_list, ", ", _(explain_goal(i)));
	for (size_t i = 0; option->tuning.values[i]; i++)
		list_add(&value_list, ", ", option->tuning.values[i]);
	snprintf(ret, size, _("for %s: %s"), goals, values);
}

bool explain_is_limited(const struct sockopt_where *where)
{
	return where->families || where->types || where->n_protocols;
}

int explain_where(const struct sockopt_where *where, size_t count, char *ret, size_t size)
{
	struct list all = { ret, size, 0, 0 };

	if (count == 0)
		list_add(&all, "", _("any socket"));
	for (size_t i = 0; i < count; i++) {
		char text[480], protocols[120];
		struct list one = { text, sizeof(text), 0, 0 };
		struct list part = { protocols, sizeof(protocols), 0, 0 };

		add_protocols(&part, &where[i]);
		if (part.n)
			list_add(&one, " ", protocols);
		add_words(&one, where[i].families, family_word);
		add_words(&one, where[i].types, facts_type_word);
		list_add(&all, "; ", one.n ? text : _("any socket"));
	}
	return (int)all.length;
}

static int put_bits(unsigned int bits, const char *const *words, size_t count, char *ret, size_t size)
{
	struct list list = { ret, size, 0, 0 };

	if (size)
		ret[0] = '\0';
	for (size_t i = 0; i < count; i++)
		if (bits >> i & 1)
			list_add(&list, ", ", words[i]);
	return (int)list.length;
}

int explain_states(unsigned int states, char *ret, size_t size)
{
	static const char *const words[] = { "unbound", "bound", "listening", "connecting", "connected", "unconnected",
					     "shutdown" };

	return put_bits(states, words, sizeof(words) / sizeof(words[0]), ret, size);
}

int explain_moments(unsigned int moments, char *ret, size_t size)
{
	static const char *const words[] = { "socket", "bind", "listen", "connect", "accept", "any" };

	return put_bits(moments, words, sizeof(words) / sizeof(words[0]), ret, size);
}

int explain_in_time(unsigned int moments, char *ret, size_t size)
{
	static const char *const words[] = { N_("right after socket"), N_("before bind"), N_("before listen"), N_("before connect"),
					     N_("on the accepted socket") };
	struct list list = { ret, size, 0, 0 };

	if (size)
		ret[0] = '\0';
	/* What is in time before a later call is so before an earlier one. */
	if (moments & (SOCKOPT_AT_LISTEN | SOCKOPT_AT_CONNECT))
		moments &= ~(unsigned int)(SOCKOPT_AT_SOCKET | SOCKOPT_AT_BIND);
	else if (moments & SOCKOPT_AT_BIND)
		moments &= ~(unsigned int)SOCKOPT_AT_SOCKET;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (moments >> i & 1)
			list_add(&list, _(" or "), _(words[i]));
	return (int)list.length;
}

int explain_ranges(const struct sockopt_option *option, char *ret, size_t size)
{
	bool is_signed = option->type->n_fields && option->type->fields[0].scalar == SOCKOPT_SIGNED;
	struct list list = { ret, size, 0, 0 };

	if (size)
		ret[0] = '\0';
	for (size_t i = 0; i < option->n_ranges; i++) {
		int64_t least = option->ranges[i].least, greatest = option->ranges[i].greatest;
		char one[80];

		if (least == greatest)
			snprintf(one, sizeof(one), "%" PRId64, least);
		else if (is_signed)
			snprintf(one, sizeof(one), _("%" PRId64 " to %" PRId64), least, greatest);
		else
			snprintf(one, sizeof(one), _("%" PRIu64 " to %" PRIu64), (uint64_t)least, (uint64_t)greatest);
		list_add(&list, _(" or "), one);
	}
	return (int)list.length;
}
