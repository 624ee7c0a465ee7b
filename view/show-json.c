/* SPDX-License-Identifier: MIT */
/* show, for programs: one JSON object a line. */

#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "show.h"
#include "socket-text.h"

struct json_view {
	struct show_view view;
	struct json json;
};

static void put_socket(struct show_view *base, const struct show_socket *socket)
{
	struct json_view *view = (struct json_view *)base;

	json_object(&view->json, NULL);
	socket_json(&view->json, socket->facts);
	if (socket->uid != (uid_t)-1)
		json_unsigned(&view->json, "uid", socket->uid);
	if (socket->error)
		json_string(&view->json, "error", strerrorname_np(socket->error));
	json_object(&view->json, "options");
}

static void put_row(struct show_view *base, const struct show_row *row)
{
	struct json *json = &((struct json_view *)base)->json;
	char text[8192];
	int64_t asked;

	json_object(json, row->option->name);
	if (row->error) {
		const char *name = strerrorname_np(row->error);

		json_string(json, "error", name ? name : "EUNKNOWN");
	} else {
		json_value(json, "value", row->option->get_type, row->bytes, row->length);
		if (show_asked(row, &asked))
			json_signed(json, "asked", asked);
		sockopt_format(row->option, row->bytes, row->length, text, sizeof(text));
		json_text(json, "text", text);
	}
	json_end_object(json);
}

static void put_done(struct show_view *base)
{
	struct json *json = &((struct json_view *)base)->json;

	json_end_object(json);
	json_end_object(json);
	json_line(json);
}

static void put_end(struct show_view *view)
{
	free(view);
}

struct show_view *show_json(FILE *file)
{
	struct json_view *view = calloc(1, sizeof(*view));

	if (!view)
		return NULL;
	*view = (struct json_view){
		.view = { .socket = put_socket, .row = put_row, .done = put_done, .end = put_end },
		.json = { .file = file },
	};
	return &view->view;
}
