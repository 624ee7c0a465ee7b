/* SPDX-License-Identifier: MIT */
/* Addresses of the families that have neither IP nor paths, as text and as JSON. */

#include "endpoint-text.h"

#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <linux/vm_sockets.h>

#include "endpoint-parts.h"
#include "text.h"

enum { GROUPS_MAX = FACTS_GROUP_WORDS * 32 };

static bool is_member(const struct facts_address *address, unsigned int group)
{
	return address->netlink.groups[(group - 1) / 32] >> (group - 1) % 32 & 1;
}

static size_t packet_text(const struct facts_address *address, char *ret, size_t size)
{
	const char *word = facts_ethertype_word(address->packet.ethertype);
	char interface[80] = "*", number[16];

	snprintf(number, sizeof(number), "0x%04x", address->packet.ethertype);
	if (address->packet.interface[0])
		text_escape(address->packet.interface, interface, sizeof(interface));
	else if (address->packet.ifindex)
		snprintf(interface, sizeof(interface), "if%u", address->packet.ifindex);
	return (size_t)snprintf(ret, size, "%s:%s", interface, word ? word : number);
}

/** As snprintf(3) behind what is there already. */
__attribute__((format(printf, 4, 5))) static void add(char *ret, size_t size, size_t *length, const char *format, ...)
{
	bool has_room = *length < size;
	va_list arguments;

	va_start(arguments, format);
	*length += (size_t)vsnprintf(has_room ? ret + *length : NULL, has_room ? size - *length : 0, format, arguments);
	va_end(arguments);
}

static size_t netlink_text(const struct facts_address *address, char *ret, size_t size)
{
	size_t length = 0;
	const char *separator = "groups ";

	add(ret, size, &length, "%s", "");
	/* A local address without one is of a socket that joined groups before it was bound. */
	if (address->netlink.portid) {
		add(ret, size, &length, "%u", address->netlink.portid);
		separator = " groups ";
	}
	for (unsigned int group = 1; group <= GROUPS_MAX; group++) {
		if (!is_member(address, group))
			continue;
		add(ret, size, &length, "%s%u", separator, group);
		separator = ",";
	}
	return length;
}

static size_t vsock_text(const struct facts_address *address, char *ret, size_t size)
{
	if (address->vsock.cid == VMADDR_CID_ANY)
		return (size_t)snprintf(ret, size, "*:%u", address->vsock.port);
	return (size_t)snprintf(ret, size, "%u:%u", address->vsock.cid, address->vsock.port);
}

size_t endpoint_text(const struct facts_address *address, char *ret, size_t size)
{
	switch (address->family) {
	case AF_PACKET: return packet_text(address, ret, size);
	case AF_NETLINK: return netlink_text(address, ret, size);
	case AF_VSOCK: return vsock_text(address, ret, size);
	default: return endpoint_parts_text(address, ret, size);
	}
}

static void packet_json(struct out *out, const struct facts_address *address)
{
	out_text(out, "\"interface\":");
	if (address->packet.ifindex)
		out_json_string(out, address->packet.interface);
	else
		out_text(out, "null");
	out_text(out, ",\"ethertype\":");
	out_unsigned(out, address->packet.ethertype);
}

static void netlink_json(struct out *out, const struct facts_address *address)
{
	const char *separator = "";

	out_text(out, "\"portid\":");
	out_unsigned(out, address->netlink.portid);
	out_text(out, ",\"groups\":[");
	for (unsigned int group = 1; group <= GROUPS_MAX; group++) {
		if (!is_member(address, group))
			continue;
		out_text(out, separator);
		out_unsigned(out, group);
		separator = ",";
	}
	out_char(out, ']');
}

void endpoint_json(struct out *out, const struct facts_address *address)
{
	if (address->family == AF_PACKET) {
		packet_json(out, address);
	} else if (address->family == AF_NETLINK) {
		netlink_json(out, address);
	} else if (address->family != AF_VSOCK) {
		endpoint_parts_json(out, address);
	} else {
		out_text(out, "\"cid\":");
		out_unsigned(out, address->vsock.cid);
		out_text(out, ",\"port\":");
		out_unsigned(out, address->vsock.port);
	}
}
