/* SPDX-License-Identifier: MIT */
/* Sockets, addresses and holders as text and as JSON. */

#include "socket-text.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

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

static void json_address(struct json *json, const char *name, const struct facts_address *address)
{
	char text[INET6_ADDRSTRLEN];

	if (address->family == AF_UNSPEC) {
		json_null(json, name);
		return;
	}
	json_object(json, name);
	if (address->family == AF_UNIX) {
		json_string(json, "path", address->path);
	} else {
		json_string(json, "address", inet_ntop(address->family, address->ip, text, sizeof(text)));
		json_unsigned(json, "port", address->port);
		if (address->scope)
			json_unsigned(json, "scope", address->scope);
	}
	json_end_object(json);
}

static void json_word(struct json *json, const char *name, const char *word, int number)
{
	if (word)
		json_string(json, name, word);
	else
		json_signed(json, name, number);
}

void socket_json(struct json *json, const struct facts *facts)
{
	json_identity(json, "cookie", facts->cookie);
	json_unsigned(json, "inode", facts->inode);
	if (facts->netns)
		json_unsigned(json, "netns", facts->netns);
	else
		json_null(json, "netns");
	json_word(json, "family", facts_family_word(facts->kind.family), facts->kind.family);
	json_word(json, "type", facts_type_word(facts->kind.type), facts->kind.type);
	json_word(json, "protocol", facts_protocol_word(&facts->kind), facts->kind.protocol);
	json_string(json, "state", facts_state_word(facts->state));
	json_address(json, "local", &facts->local);
	json_address(json, "peer", &facts->peer);
	if (facts->interface[0])
		json_string(json, "interface", facts->interface);
	json_array(json, "holders");
	for (size_t i = 0; i < facts->n_holders; i++) {
		json_object(json, NULL);
		json_signed(json, "pid", facts->holders[i].pid);
		/* A socket that is being made has no descriptor yet. */
		if (facts->holders[i].fd >= 0)
			json_signed(json, "fd", facts->holders[i].fd);
		json_string(json, "process", facts->holders[i].process);
		json_end_object(json);
	}
	json_end_array(json);
}
