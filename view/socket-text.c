/* SPDX-License-Identifier: MIT */
/* Sockets, addresses and holders as text and as JSON. */

#include "socket-text.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "endpoint-text.h"
#include "text.h"

size_t socket_text_address(const struct facts_address *address, char *ret, size_t size)
{
	char ip[INET6_ADDRSTRLEN];

	if (address->family == AF_INET)
		return (size_t)snprintf(ret, size, "%s:%u", inet_ntop(AF_INET, address->ip, ip, sizeof(ip)),
					address->port);
	if (address->family == AF_INET6) {
		char scope[16] = "";

		if (address->scope)
			snprintf(scope, sizeof(scope), "%%%u", address->scope);
		return (size_t)snprintf(ret, size, "[%s%s]:%u", inet_ntop(AF_INET6, address->ip, ip, sizeof(ip)),
					scope, address->port);
	}
	if (facts_has_own_addresses(address->family))
		return endpoint_text(address, ret, size);
	if (address->family == AF_UNIX && address->path[0])
		return text_escape(address->path, ret, size);
	return (size_t)snprintf(ret, size, "-");
}

size_t socket_text_kind(const struct sockopt_kind *kind, char *ret, size_t size)
{
	const char *protocol = facts_protocol_word(kind);
	const char *type = facts_type_word(kind->type);
	bool ip = kind->family == AF_INET || kind->family == AF_INET6;

	if (ip && protocol)
		return (size_t)snprintf(ret, size, "%s%s", protocol, kind->family == AF_INET6 ? "6" : "");
	/* Raw or datagram is the same there. */
	if (kind->family == AF_NETLINK && facts_netlink_word(kind->protocol))
		return (size_t)snprintf(ret, size, "netlink/%s", facts_netlink_word(kind->protocol));
	if (kind->family == AF_NETLINK)
		return (size_t)snprintf(ret, size, "netlink/%d", kind->protocol);
	if (protocol)
		return (size_t)snprintf(ret, size, "%s/%s", protocol, type ? type : "?");
	return (size_t)snprintf(ret, size, "%d/%d/%d", kind->family, kind->type, kind->protocol);
}

size_t socket_text_holders(const struct facts *facts, size_t max, char *ret, size_t size)
{
	size_t length = 0;
	const char *last = "";

	ret[0] = '\0';
	for (size_t i = 0; i < facts->n_holders && i < max && length < size; i++) {
		const struct facts_holder *holder = &facts->holders[i];
		char name[128];

		text_escape(holder->process, name, sizeof(name));
		if (strcmp(last, holder->process) != 0)
			length += (size_t)snprintf(ret + length, size - length, "%s%s", i ? ", " : "", name);
		last = holder->process;
		if (length < size && holder->fd < 0)
			length += (size_t)snprintf(ret + length, size - length, " %d", (int)holder->pid);
		else if (length < size)
			length += (size_t)snprintf(ret + length, size - length, " %d:%d", (int)holder->pid, holder->fd);
	}
	if (facts->n_holders > max && length < size)
		length += (size_t)snprintf(ret + length, size - length, " +%zu", facts->n_holders - max);
	return length;
}

void socket_out_address(struct out *out, const struct facts_address *address)
{
	char text[256];

	if (address->family != AF_INET && address->family != AF_INET6) {
		socket_text_address(address, text, sizeof(text));
		out_text(out, text);
		return;
	}
	if (address->family == AF_INET6)
		out_char(out, '[');
	out_ip(out, address->family, address->ip);
	if (address->family == AF_INET6 && address->scope) {
		out_char(out, '%');
		out_unsigned(out, address->scope);
	}
	if (address->family == AF_INET6)
		out_char(out, ']');
	out_char(out, ':');
	out_unsigned(out, address->port);
}

static void json_address(struct out *out, const struct facts_address *address)
{
	if (address->family == AF_UNSPEC) {
		out_text(out, "null");
		return;
	}
	if (address->family == AF_UNIX) {
		out_text(out, "{\"path\":");
		out_json_string(out, address->path);
	} else if (facts_has_own_addresses(address->family)) {
		out_char(out, '{');
		endpoint_json(out, address);
	} else {
		out_text(out, "{\"address\":\"");
		out_ip(out, address->family, address->ip);
		out_text(out, "\",\"port\":");
		out_unsigned(out, address->port);
		if (address->scope) {
			out_text(out, ",\"scope\":");
			out_unsigned(out, address->scope);
		}
	}
	out_char(out, '}');
}

/** "name": and the word, or the number where there is none. */
static void json_word(struct out *out, const char *name, const char *word, int number)
{
	out_text(out, name);
	if (!word) {
		out_signed(out, number);
		return;
	}
	out_char(out, '"');
	out_text(out, word);
	out_char(out, '"');
}

static void json_holders(struct out *out, const struct facts *facts)
{
	for (size_t i = 0; i < facts->n_holders; i++) {
		out_text(out, i ? ",{\"pid\":" : "{\"pid\":");
		out_signed(out, facts->holders[i].pid);
		/* A socket that is being made has no descriptor yet. */
		if (facts->holders[i].fd >= 0) {
			out_text(out, ",\"fd\":");
			out_signed(out, facts->holders[i].fd);
		}
		out_text(out, ",\"process\":");
		out_json_string(out, facts->holders[i].process);
		out_char(out, '}');
	}
}

void socket_out_json(struct out *out, const struct facts *facts)
{
	/* A 64-bit identity is a string, since readers keep 53 bits. 0: nobody has asked the kernel for one yet. */
	if (facts->cookie) {
		out_text(out, "\"cookie\":\"");
		out_unsigned(out, facts->cookie);
		out_text(out, "\",");
	}
	out_text(out, "\"inode\":");
	out_unsigned(out, facts->inode);
	out_text(out, ",\"netns\":");
	if (facts->netns)
		out_unsigned(out, facts->netns);
	else
		out_text(out, "null");
	json_word(out, ",\"family\":", facts_family_word(facts->kind.family), facts->kind.family);
	json_word(out, ",\"type\":", facts_type_word(facts->kind.type), facts->kind.type);
	json_word(out, ",\"protocol\":", facts_protocol_word(&facts->kind), facts->kind.protocol);
	if (facts->kind.family == AF_NETLINK)
		json_word(out, ",\"netlink\":", facts_netlink_word(facts->kind.protocol), facts->kind.protocol);
	json_word(out, ",\"state\":", facts_state_word(facts->state), 0);
	out_text(out, ",\"local\":");
	json_address(out, &facts->local);
	out_text(out, ",\"peer\":");
	json_address(out, &facts->peer);
	if (facts->interface[0]) {
		out_text(out, ",\"interface\":");
		out_json_string(out, facts->interface);
	}
	out_text(out, ",\"holders\":[");
	json_holders(out, facts);
	out_char(out, ']');
}

void socket_json(struct json *json, const struct facts *facts)
{
	struct out out;

	out.file = json->file;
	out.used = 0;
	if (json->comma)
		out_char(&out, ',');
	json->comma = true;
	socket_out_json(&out, facts);
	out_flush(&out);
}
