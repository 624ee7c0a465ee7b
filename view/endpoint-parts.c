/* SPDX-License-Identifier: MIT */
/* Addresses that are several words or numbers: as the headers of the kernel, and of BlueZ, declare them. */

#include "endpoint-parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <linux/can.h>
#include <linux/if_pppox.h>
#include <linux/llc.h>
#include <linux/phonet.h>
#include <linux/qrtr.h>
#include <linux/tipc.h>

#include "text.h"

enum { PARTS_MAX = 4,
       BDADDR_SIZE = 6,
       CALL_SIZE = 7,
       ROSE_SIZE = 5,
       HEX_MAX = 32 };

struct part {
	const char *name; /* in JSON */
	bool is_number;
	uint64_t number;
	char text[100]; /* of a word: the word. Of a number: how it is told to people */
};

struct parts {
	struct part list[PARTS_MAX];
	size_t n;
};

__attribute__((format(printf, 3, 4))) static void add_word(struct parts *parts, const char *name, const char *format,
							   ...)
{
	struct part *part = &parts->list[parts->n++];
	va_list arguments;

	part->name = name;
	part->is_number = false;
	va_start(arguments, format);
	vsnprintf(part->text, sizeof(part->text), format, arguments);
	va_end(arguments);
}

enum { DECIMAL = -1 };

/** digits: of a hexadecimal number, at least; or DECIMAL */
static void add_number(struct parts *parts, const char *name, const char *word, int digits, unsigned long long number)
{
	struct part *part = &parts->list[parts->n++];

	part->name = name;
	part->is_number = true;
	part->number = number;
	if (digits == DECIMAL)
		snprintf(part->text, sizeof(part->text), "%s %llu", word, number);
	else
		snprintf(part->text, sizeof(part->text), "%s 0x%0*llx", word, digits, number);
}

/** The whole address again, as the headers declare it; what the kernel did not give is 0. */
static void take(const struct facts_address *address, void *ret, size_t size)
{
	size_t length = address->other.length, after = sizeof(sa_family_t);

	memset(ret, 0, size);
	memcpy((char *)ret + after, address->other.bytes, length < size - after ? length : size - after);
}

static void can_parts(const struct facts_address *address, struct parts *parts)
{
	/* The kernel does not say which protocol of AF_CAN a socket has. Their addresses have different lengths. */
	const size_t isotp =
		offsetof(struct sockaddr_can, can_addr) + sizeof(((struct sockaddr_can *)NULL)->can_addr.tp);
	size_t length = address->other.length + sizeof(sa_family_t);
	struct sockaddr_can can;
	char name[64] = "*";

	take(address, &can, sizeof(can));
	if (address->other.interface[0])
		text_escape(address->other.interface, name, sizeof(name));
	else if (can.can_ifindex)
		snprintf(name, sizeof(name), "if%d", can.can_ifindex);
	add_word(parts, "interface", "%s", name);
	if (length == isotp) {
		add_number(parts, "rx_id", "rx", 1, can.can_addr.tp.rx_id);
		add_number(parts, "tx_id", "tx", 1, can.can_addr.tp.tx_id);
	} else if (length > isotp) {
		add_number(parts, "address", "address", 2, can.can_addr.j1939.addr);
		add_number(parts, "pgn", "pgn", 5, can.can_addr.j1939.pgn);
		add_word(parts, "name", "%016llx", (unsigned long long)can.can_addr.j1939.name);
	}
}

static void tipc_parts(const struct facts_address *address, struct parts *parts)
{
	struct sockaddr_tipc tipc;

	take(address, &tipc, sizeof(tipc));
	add_word(parts, "node", "%x", tipc.addr.id.node);
	add_number(parts, "ref", "ref", DECIMAL, tipc.addr.id.ref);
}

static void hex_word(struct parts *parts, const char *name, const uint8_t *bytes, size_t size)
{
	char text[3 * HEX_MAX + 1];
	size_t at = 0;

	for (size_t i = 0; i < size && i < HEX_MAX; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%02x", i ? ":" : "", bytes[i]);
	add_word(parts, name, "%s", at ? text : "-");
}

/** Written from the last byte to the first. */
static void bluetooth_word(struct parts *parts, const uint8_t address[static BDADDR_SIZE])
{
	add_word(parts, "address", "%02X:%02X:%02X:%02X:%02X:%02X", address[5], address[4], address[3], address[2],
		 address[1], address[0]);
}

static unsigned int little_endian(const uint8_t *bytes)
{
	return (unsigned int)(bytes[0] | bytes[1] << 8);
}

static void bluetooth_parts(const struct facts_address *address, struct parts *parts)
{
	enum { L2CAP,
	       HCI,
	       SCO,
	       RFCOMM };
	uint8_t bytes[sizeof(sa_family_t) + FACTS_ADDRESS_MAX];
	const uint8_t *after = bytes + sizeof(sa_family_t);
	uint16_t device, channel;

	take(address, bytes, sizeof(bytes));
	switch (address->other.protocol) {
	case L2CAP: /* psm, address, cid */
		bluetooth_word(parts, after + 2);
		add_number(parts, "psm", "psm", DECIMAL, little_endian(after));
		if (little_endian(after + 2 + BDADDR_SIZE))
			add_number(parts, "cid", "cid", DECIMAL, little_endian(after + 2 + BDADDR_SIZE));
		return;
	case HCI:
		memcpy(&device, after, sizeof(device));
		memcpy(&channel, after + sizeof(device), sizeof(channel));
		add_word(parts, "interface", "hci%u", device);
		add_number(parts, "channel", "channel", DECIMAL, channel);
		return;
	case RFCOMM:
		bluetooth_word(parts, after);
		add_number(parts, "channel", "channel", DECIMAL, after[BDADDR_SIZE]);
		return;
	default: /* SCO, ISO */
		bluetooth_word(parts, after);
	}
}

/** N0CALL-1: six letters, each shifted by one bit, and a number. */
static void call_word(struct parts *parts, const char *name, const uint8_t call[static CALL_SIZE])
{
	char text[CALL_SIZE] = "";
	char safe[sizeof(text) * 4];
	size_t n = 0;

	for (size_t i = 0; i < CALL_SIZE - 1 && call[i] >> 1 != ' ' && call[i]; i++)
		text[n++] = (char)(call[i] >> 1);
	text_escape(text, safe, sizeof(safe));
	if (call[CALL_SIZE - 1] >> 1 & 15)
		add_word(parts, name, "%s-%d", n ? safe : "*", call[CALL_SIZE - 1] >> 1 & 15);
	else
		add_word(parts, name, "%s", n ? safe : "*");
}

static void radio_parts(const struct facts_address *address, struct parts *parts)
{
	const uint8_t *bytes = address->other.bytes;

	if (address->other.length < (address->family == AF_ROSE ? ROSE_SIZE : 0) + CALL_SIZE)
		return;
	if (address->family == AF_ROSE) {
		add_word(parts, "address", "%02x%02x%02x%02x%02x", bytes[0], bytes[1], bytes[2], bytes[3], bytes[4]);
		bytes += ROSE_SIZE;
	}
	call_word(parts, "call", bytes);
}

static void l2tp_parts(const struct facts_address *address, struct parts *parts)
{
	union {
		struct sockaddr_pppol2tp v2;
		struct sockaddr_pppol2tpv3 v3;
		struct sockaddr_pppol2tpin6 v2_in6;
		struct sockaddr_pppol2tpv3in6 v3_in6;
	} as;
	unsigned int tunnel = 0, session = 0;

	take(address, &as, sizeof(as));
	switch (address->other.length + sizeof(sa_family_t)) {
	case sizeof(as.v2): tunnel = as.v2.pppol2tp.s_tunnel, session = as.v2.pppol2tp.s_session; break;
	case sizeof(as.v3): tunnel = as.v3.pppol2tp.s_tunnel, session = as.v3.pppol2tp.s_session; break;
	case sizeof(as.v2_in6): tunnel = as.v2_in6.pppol2tp.s_tunnel, session = as.v2_in6.pppol2tp.s_session; break;
	case sizeof(as.v3_in6): tunnel = as.v3_in6.pppol2tp.s_tunnel, session = as.v3_in6.pppol2tp.s_session; break;
	default: return;
	}
	add_number(parts, "tunnel", "tunnel", DECIMAL, tunnel);
	add_number(parts, "session", "session", DECIMAL, session);
}

static void link_parts(const struct facts_address *address, struct parts *parts)
{
	struct sockaddr_llc llc;
	struct sockaddr_pn phonet;
	struct sockaddr_qrtr qrtr;

	if (address->family == AF_LLC) {
		take(address, &llc, sizeof(llc));
		hex_word(parts, "address", llc.sllc_mac, sizeof(llc.sllc_mac));
		add_number(parts, "sap", "sap", 2, llc.sllc_sap);
	} else if (address->family == AF_PHONET) {
		take(address, &phonet, sizeof(phonet));
		add_number(parts, "device", "device", 2, phonet.spn_dev);
		add_number(parts, "object", "object", 2, phonet.spn_obj);
		add_number(parts, "resource", "resource", 2, phonet.spn_resource);
	} else {
		take(address, &qrtr, sizeof(qrtr));
		add_number(parts, "node", "node", DECIMAL, qrtr.sq_node);
		add_number(parts, "port", "port", DECIMAL, qrtr.sq_port);
	}
}

static void read_parts(const struct facts_address *address, struct parts *ret)
{
	ret->n = 0;
	switch (address->family) {
	case AF_CAN: can_parts(address, ret); break;
	case AF_TIPC: tipc_parts(address, ret); break;
	case AF_BLUETOOTH: bluetooth_parts(address, ret); break;
	case AF_AX25:
	case AF_NETROM:
	case AF_ROSE: radio_parts(address, ret); break;
	case AF_PPPOX: l2tp_parts(address, ret); break;
	case AF_LLC:
	case AF_PHONET:
	case AF_QIPCRTR: link_parts(address, ret); break;
	default: break;
	}
	/* Of a family, or a form, that is not known here, the bytes are told. */
	if (!ret->n)
		hex_word(ret, "bytes", address->other.bytes, address->other.length);
}

size_t endpoint_parts_text(const struct facts_address *address, char *ret, size_t size)
{
	struct parts parts;
	size_t length = 0;

	read_parts(address, &parts);
	for (size_t i = 0; i < parts.n; i++)
		length += (size_t)snprintf(length < size ? ret + length : NULL, length < size ? size - length : 0,
					   "%s%s", i ? " " : "", parts.list[i].text);
	return length;
}

void endpoint_parts_json(struct out *out, const struct facts_address *address)
{
	struct parts parts;

	read_parts(address, &parts);
	for (size_t i = 0; i < parts.n; i++) {
		out_text(out, i ? ",\"" : "\"");
		out_text(out, parts.list[i].name);
		out_text(out, "\":");
		if (parts.list[i].is_number)
			out_unsigned(out, parts.list[i].number);
		else
			out_json_string(out, parts.list[i].text);
	}
}
