/* SPDX-License-Identifier: MIT */
/* show --sort: all sockets are kept until the last one came. */

#include "show-sort.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <borrow.h>
#include <records.h>

#include "cmd.h"
#include "kept-facts.h"

struct kept {
	struct live_socket socket; /* holders and record: owned */
	struct socket_record *record;
	bool had_descriptor;
	size_t number; /* in the order in which they came */
	int64_t key_number;
	char *key_text; /* NULL: it is a number */
};

struct show_sort {
	const struct sort_key *key;
	struct kept *list;
	size_t n, room;
	struct borrower borrower;
};

bool show_sort_parse(const char *text, struct sort_key *ret)
{
	static const char *const words[] = {
		[SORT_BY_PID] = "pid",
		[SORT_BY_PROCESS] = "process",
		[SORT_BY_PROTOCOL] = "protocol",
		[SORT_BY_STATE] = "state",
		[SORT_BY_LOCAL] = "local",
		[SORT_BY_PEER] = "peer",
		[SORT_BY_PORT] = "port",
		[SORT_BY_NETNS] = "netns",
		[SORT_BY_COOKIE] = "cookie",
	};

	*ret = (struct sort_key){ .by = SORT_BY_OPTION, .reversed = *text == '-' };
	text += ret->reversed;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i], text) == 0) {
			ret->by = (enum sort_by)i;
			return true;
		}
	ret->option = sockopt_find_or_part(text, &ret->part);
	return ret->option != NULL;
}

struct show_sort *show_sort_new(const struct sort_key *key)
{
	struct show_sort *sort = xmalloc(sizeof(*sort));

	sort->key = key;
	sort->borrower = (struct borrower)BORROWER_INIT;
	return sort;
}

/** An address as a text that sorts as the address does: family, bytes, port; a path as it is. */
static char *address_key(const struct facts_address *address)
{
	char text[2 * FACTS_ADDRESS_MAX + 8];
	int at = snprintf(text, sizeof(text), "%03d", address->family);

	if (address->family == AF_VSOCK || address->family == AF_NETLINK) {
		/* portid and groups are where cid and port are */
		snprintf(text + at, sizeof(text) - (size_t)at, "%010u%010u", address->vsock.cid, address->vsock.port);
		return xstrdup(text);
	}
	if (address->family == AF_PACKET) {
		snprintf(text + at, sizeof(text) - (size_t)at, "%s %05u", address->packet.interface,
			 address->packet.ethertype);
		return xstrdup(text);
	}
	if (address->family == AF_UNIX) {
		snprintf(text + at, sizeof(text) - (size_t)at, "%s", address->path);
		return xstrdup(text);
	}
	if (facts_has_own_addresses(address->family)) {
		for (size_t i = 0; i < address->other.length && at + 2 < (int)sizeof(text); i++)
			at += snprintf(text + at, sizeof(text) - (size_t)at, "%02x", address->other.bytes[i]);
		return xstrdup(text);
	}
	for (size_t i = 0; address->family && i < 16; i++)
		at += snprintf(text + at, sizeof(text) - (size_t)at, "%02x", address->ip[i]);
	snprintf(text + at, sizeof(text) - (size_t)at, "%05u", address->port);
	return xstrdup(text);
}

/** Sockets that do not have the option come first. */
static void option_key(const struct sort_key *key, struct live_socket *socket, struct kept *kept)
{
	const struct sockopt_option *option = sockopt_twin_for(key->option, &socket->facts.kind, SOCKOPT_GET);
	struct sockopt_value value;
	char text[1024] = "";

	kept->key_number = INT64_MIN;
	if (!option || option->read_effect.kind != SOCKOPT_READ_HARMLESS || !live_is_readable(socket) ||
	    live_get(socket, option, &value) < 0)
		return;
	option = sockopt_read_as(key->option, option, value.length);
	if (!option)
		return;
	if (sockopt_is_number(option->get_type)) {
		kept->key_number = sockopt_field_number(&option->get_type->fields[0], value.bytes, 0);
		return;
	}
	sockopt_format(option, value.bytes, value.length, text, sizeof(text));
	kept->key_text = xstrdup(text);
}

static void read_key(const struct sort_key *key, struct live_socket *socket, struct kept *kept)
{
	const struct facts *facts = &socket->facts;
	const char *word;

	switch (key->by) {
	case SORT_BY_PID: kept->key_number = facts->n_holders ? facts->holders[0].pid : 0; return;
	case SORT_BY_PROCESS: kept->key_text = xstrdup(facts->n_holders ? facts->holders[0].process : ""); return;
	case SORT_BY_PROTOCOL:
		word = facts_protocol_word(&facts->kind);
		kept->key_text = xstrdup(word ? word : "");
		return;
	case SORT_BY_STATE: kept->key_number = facts->state; return;
	case SORT_BY_LOCAL: kept->key_text = address_key(&facts->local); return;
	case SORT_BY_PEER: kept->key_text = address_key(&facts->peer); return;
	case SORT_BY_PORT: kept->key_number = facts->local.port; return;
	case SORT_BY_NETNS: kept->key_number = (int64_t)facts->netns; return;
	case SORT_BY_COOKIE: kept->key_number = (int64_t)facts->cookie; return;
	case SORT_BY_OPTION: option_key(key, socket, kept); return;
	}
}

void show_sort_keep(struct show_sort *sort, struct live_socket *socket)
{
	struct kept *kept;

	if (sort->n == sort->room) {
		sort->room = sort->room ? sort->room * 2 : 256;
		sort->list = xrealloc(sort->list, sort->room * sizeof(*sort->list));
	}
	kept = &sort->list[sort->n];
	*kept = (struct kept){ .socket = *socket, .number = sort->n, .had_descriptor = socket->fd >= 0 };
	sort->n++;
	read_key(sort->key, socket, kept);
	kept->socket.fd = -1; /* ends with the call; another is borrowed where one is wanted */
	kept->socket.facts = kept_facts(&socket->facts);
	if (socket->record) {
		kept->record = xmalloc(socket->record->head->size);
		memcpy(kept->record, socket->record->head, socket->record->head->size);
	}
}

static const struct sort_key *sorted_by; /* qsort(3) hands nothing on */

static int compare(const void *a, const void *b)
{
	const struct kept *x = a, *y = b;
	int order;

	if (x->key_text || y->key_text)
		order = strcmp(x->key_text ? x->key_text : "", y->key_text ? y->key_text : "");
	else
		order = (x->key_number > y->key_number) - (x->key_number < y->key_number);
	if (sorted_by->reversed)
		order = -order;
	return order ? order : (x->number > y->number) - (x->number < y->number);
}

int show_sort_each(struct show_sort *sort, int (*each)(void *arg, struct live_socket *socket), void *arg)
{
	int r = 0;

	sorted_by = sort->key;
	if (sort->n)
		qsort(sort->list, sort->n, sizeof(*sort->list), compare);
	for (size_t i = 0; r == 0 && i < sort->n; i++) {
		struct live_socket *socket = &sort->list[i].socket;
		struct record_view view;

		socket->record = NULL;
		if (sort->list[i].record && record_parse(sort->list[i].record, sort->list[i].record->size, &view) > 0)
			socket->record = &view;
		socket->borrower = &sort->borrower;
		if (sort->list[i].had_descriptor)
			(void)live_descriptor(socket);
		r = each(arg, socket);
		if (socket->fd >= 0)
			close(socket->fd);
		socket->fd = -1;
	}
	return r;
}

void show_sort_free(struct show_sort *sort)
{
	for (size_t i = 0; i < sort->n; i++) {
		struct kept *kept = &sort->list[i];

		kept_facts_free(&kept->socket.facts);
		free(kept->record);
		free(kept->key_text);
	}
	borrow_done(&sort->borrower);
	free(sort->list);
	free(sort);
}
