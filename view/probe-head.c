/* SPDX-License-Identifier: MIT */
/* Which kernel was probed, with which rights, and on which sockets. */

#include <errno.h>
#include <string.h>

#include "color.h"
#include "list.h"
#include "probe-view.h"
#include "text.h"

enum { INDENT = 2,
       SOCKETS_TEXT = 1024 };

const char *probe_view_name(const struct sockopt_option *option, char room[static 96])
{
	if (!option->twin && sockopt_find(option->name) == option)
		return option->name;
	snprintf(room, 96, "%s.%s", option->level->key, option->name);
	return room;
}

unsigned probe_view_share(size_t probed, size_t cannot)
{
	return probed + cannot ? (unsigned)(probed * 1000 / (probed + cannot)) : 1000;
}

static void put(FILE *file, const char *text)
{
	fprintf(file, "%*s", INDENT - 1, "");
	text_fill_after(file, text, INDENT - 1, INDENT, text_screen_width());
}

static const char *outcome_text(int outcome, char room[static 16])
{
	return outcome == PROBE_KILLED ? _("the end of who calls it") : probe_outcome_word(outcome, room);
}

static void put_call(FILE *file, const char *call, int outcome)
{
	char room[16], text[256];

	if (outcome == 0)
		return;
	snprintf(text, sizeof(text), _("%s is %s here, whatever is asked: a sandbox"), call, outcome_text(outcome, room));
	fputs(color_out(COLOR_BAD), file);
	put(file, text);
	fputs(color_out(COLOR_OFF), file);
}

/** "EPROTONOSUPPORT: sctp4, sctp6": the kinds that cannot be opened for one reason after the other. */
static void put_missing(FILE *file, const struct probe_view *view)
{
	const struct probe_socket *sockets = view->result->sockets;
	bool told[PROBE_KINDS_MAX] = { false };

	for (size_t i = 0; i < probe_n_kinds; i++) {
		char text[SOCKETS_TEXT], names[SOCKETS_TEXT] = "", room[16];
		struct list list = { .at = names, .size = sizeof(names) };

		if (told[i] || sockets[i].open || !view->kinds[i])
			continue;
		for (size_t k = i; k < probe_n_kinds; k++)
			if (!sockets[k].open && view->kinds[k] && sockets[k].error == sockets[i].error) {
				list_add(&list, " ", probe_kinds[k].name);
				told[k] = true;
			}
		snprintf(text, sizeof(text), _("not here (%s): %s"), outcome_text(sockets[i].error, room), names);
		put(file, text);
	}
	for (size_t i = 0; i < probe_n_kinds; i++)
		if (sockets[i].deaf) {
			char text[256], room[16];

			snprintf(text, sizeof(text), _("nothing connects to %s here: %s"), probe_kinds[i].name,
				 outcome_text(sockets[i].deaf_error, room));
			put(file, text);
		}
}

void probe_view_head(FILE *file, const struct probe_view *view)
{
	const struct probe_world *world = &view->result->world;
	char text[512], room[16];

	fprintf(file, "%s%s %s %s%s\n", color_out(COLOR_HEADING), view->system, view->release, view->machine,
		color_out(COLOR_OFF));
	if (world->own_network) {
		put(file, _("probed on throw-away sockets in a network namespace of its own"));
	} else {
		snprintf(text, sizeof(text),
			 _("no network namespace of its own (%s): what acts, is dangerous or needs a capability is not set"),
			 outcome_text(world->network_error, room));
		put(file, text);
	}
	if (!world->initial_user)
		put(file, _("in a user namespace: what needs a capability in the initial one cannot be seen to work"));
	else if (!world->permitted)
		put(file, _("without capabilities: what needs one cannot be seen to work"));
	if (world->program_error) {
		snprintf(text, sizeof(text), _("no BPF program can be loaded (%s): what takes one is not tried"),
			 outcome_text(world->program_error, room));
		put(file, text);
	}
	put_call(file, "getsockopt(2)", world->get_call);
	put_call(file, "setsockopt(2)", world->set_call);
	put_missing(file, view);
}

void probe_view_head_json(FILE *file, const struct probe_view *view)
{
	const struct probe_world *world = &view->result->world;
	struct json json = { .file = file };
	char room[16];

	json_object(&json, NULL);
	json_object(&json, "kernel");
	json_string(&json, "system", view->system);
	json_string(&json, "release", view->release);
	json_string(&json, "version", view->version);
	json_string(&json, "machine", view->machine);
	json_end_object(&json);
	json_bool(&json, "own_network_namespace", world->own_network);
	json_bool(&json, "initial_user_namespace", world->initial_user);
	json_array(&json, "capabilities");
	for (unsigned i = 0; i < 64; i++)
		if ((world->permitted >> i & 1) && probe_capability_name(i))
			json_string(&json, NULL, probe_capability_name(i));
	json_end_array(&json);
	json_string(&json, "getsockopt", probe_outcome_word(world->get_call, room));
	json_string(&json, "setsockopt", probe_outcome_word(world->set_call, room));
	json_object(&json, "sockets");
	for (size_t i = 0; i < probe_n_kinds; i++)
		if (view->kinds[i])
			json_string(&json, probe_kinds[i].name,
				    probe_outcome_word(view->result->sockets[i].error, room));
	json_end_object(&json);
	json_end_object(&json);
	json_line(&json);
}
