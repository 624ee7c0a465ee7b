/* SPDX-License-Identifier: MIT */
/* probe --diff: two outputs of `probe --json` compared. */

#include "probe-diff.h"

#include <assert.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <log.h>
#include <probe-diff-view.h>
#include <text.h>
#include <tidy.h>

#include "cmd.h"

#define TEXT_SIZE 256
#define SOCKETS_SIZE 1024
#define SOCKETS_MAX 128

/** An option on a kind of socket. */
struct cell {
	const char *level, *option, *socket; /* of object */
	const json_t *object;
};

/** One file. */
struct side {
	const char *path;
	json_t *head;
	bool has_end; /* the summary, without which something is cut off */
	struct cell *cells;
	json_t **lines; /* what the cells point into */
	size_t n, room;
};

/** Differences that are alike, put together as long as they are of one option. */
struct differences {
	struct found {
		struct probe_difference shown;
		char field[32], a[TEXT_SIZE], b[TEXT_SIZE], sockets[SOCKETS_SIZE], but[TEXT_SIZE];
		size_t n_sockets;
	} * list;
	size_t n, room;
	const char *sockets[SOCKETS_MAX]; /* all that were compared for the option */
	size_t n_sockets;
	bool json;
	size_t n_shown;
};

/** What can differ, and what it depends on: where that differs, it goes without saying. */
static const struct {
	const char *name;
	const char *on;
} fields[] = {
	{ "get", NULL },
	{ "set", NULL },
	{ "default", "get" },
	{ "range", "set" },
	{ "outside", "set" },
	{ "without_capabilities", "set" },
	{ "enough", "without_capabilities" },
	{ "in_user_namespace", "without_capabilities" },
	{ "inherited", "set" },
};

static void keep_cell(struct side *side, json_t *object)
{
	struct cell cell = {
		.level = json_string_value(json_object_get(object, "level")),
		.option = json_string_value(json_object_get(object, "option")),
		.socket = json_string_value(json_object_get(object, "socket")),
		.object = object,
	};

	if (!cell.level || !cell.option || !cell.socket) {
		json_decref(object);
		return;
	}
	if (side->n == side->room) {
		side->room = side->room ? 2 * side->room : 1024;
		side->cells = xrealloc(side->cells, side->room * sizeof(*side->cells));
		side->lines = xrealloc(side->lines, side->room * sizeof(json_t *));
	}
	side->lines[side->n] = object;
	side->cells[side->n++] = cell;
}

static int compare_cells(const void *first, const void *second)
{
	const struct cell *a = first, *b = second;
	int order = strcmp(a->level, b->level);

	if (order == 0)
		order = strcmp(a->option, b->option);
	return order ? order : strcmp(a->socket, b->socket);
}

/** Reads a file, or says what is wrong with it. */
static int read_side(const char *path, struct side *ret)
{
	char *line = NULL;
	size_t size = 0, number = 0;
	int r = 0;

	autofclose FILE *file = fopen(path, "re");
	*ret = (struct side){ .path = path };
	if (!file) {
		log_error("%s: %s", path, strerror(errno));
		return -EINVAL;
	}
	while (r == 0 && getline(&line, &size, file) > 0) {
		json_t *object = json_loads(line, 0, NULL);

		number++;
		if (!json_is_object(object)) {
			log_error(_("%s:%zu: not a line of sockopt probe --json"), path, number);
			r = -EINVAL;
		} else if (json_object_get(object, "kernel") && !ret->head) {
			ret->head = json_incref(object);
		} else if (json_object_get(object, "option")) {
			keep_cell(ret, json_incref(object));
		} else if (json_object_get(object, "summary")) {
			ret->has_end = true;
		}
		json_decref(object);
	}
	free(line);
	if (r == 0 && (!ret->head || !ret->has_end || ret->n == 0 || json_object_get(ret->cells[0].object, "text"))) {
		log_error(_("%s: not the output of sockopt probe --json"), path);
		r = -EINVAL;
	}
	if (ret->n)
		qsort(ret->cells, ret->n, sizeof(*ret->cells), compare_cells);
	return r;
}

static void free_side(struct side *side)
{
	for (size_t i = 0; i < side->n; i++)
		json_decref(side->lines[i]);
	json_decref(side->head);
	free(side->lines);
	free(side->cells);
}

/** A member as text; "-": there is none. */
static void text_of(const json_t *value, char ret[static TEXT_SIZE])
{
	size_t used = 0;

	snprintf(ret, TEXT_SIZE, "%s", json_is_string(value) ? json_string_value(value) : "-");
	if (json_is_boolean(value))
		snprintf(ret, TEXT_SIZE, "%s", json_is_true(value) ? "yes" : "no");
	if (json_is_array(value))
		snprintf(ret, TEXT_SIZE, "%s", json_array_size(value) ? "" : "-");
	for (size_t i = 0; i < json_array_size(value) && used < TEXT_SIZE; i++) {
		const char *word = json_string_value(json_array_get(value, i));

		used += (size_t)snprintf(ret + used, TEXT_SIZE - used, "%s%s", i ? "|" : "", word ? word : "?");
	}
}

/** A field of a cell as text; cell NULL: the option is not there. */
static void field_of(const struct cell *cell, const char *field, char ret[static TEXT_SIZE])
{
	const json_t *least = cell ? json_object_get(cell->object, "least") : NULL;
	const json_t *greatest = cell ? json_object_get(cell->object, "greatest") : NULL;

	if (!cell)
		snprintf(ret, TEXT_SIZE, "-");
	else if (strcmp(field, "range") != 0)
		text_of(json_object_get(cell->object, field), ret);
	else if (least && greatest)
		snprintf(ret, TEXT_SIZE, "%lld..%lld", (long long)json_integer_value(least),
			 (long long)json_integer_value(greatest));
	else
		snprintf(ret, TEXT_SIZE, "-");
}

static bool has_word(const char *words, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = words; (at = strstr(at, word)); at += length)
		if ((at == words || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
			return true;
	return false;
}

/** "all", or "all but" a few, says more than the names of most. */
static void shorten(const struct differences *differences, struct found *found)
{
	size_t left = differences->n_sockets - found->n_sockets, used = 0;

	if (!found->shown.option || left * 4 > differences->n_sockets || found->n_sockets < 4)
		return;
	for (size_t i = 0; i < differences->n_sockets; i++)
		if (!has_word(found->sockets, differences->sockets[i]))
			used += (size_t)snprintf(found->but + used, sizeof(found->but) - used, "%s%s", used ? " " : "",
						 differences->sockets[i]);
	found->shown.all_but = found->but;
}

static void show(struct differences *differences)
{
	for (size_t i = 0; i < differences->n; i++) {
		struct found *found = &differences->list[i];

		found->shown.field = found->field;
		found->shown.a = found->a;
		found->shown.b = found->b;
		found->shown.sockets = found->sockets;
		shorten(differences, found);
		probe_diff_view(stdout, differences->json, &found->shown, i ? &differences->list[i - 1].shown : NULL);
	}
	differences->n_shown += differences->n;
	differences->n = differences->n_sockets = 0;
}

static void add(struct differences *differences, const struct cell *cell, const char *field, const char *a,
		const char *b, const char *socket)
{
	struct found *found = NULL;
	size_t used;

	for (size_t i = 0; i < differences->n && !found; i++) {
		struct found *like = &differences->list[i];

		if (strcmp(like->field, field) == 0 && strcmp(like->a, a) == 0 && strcmp(like->b, b) == 0)
			found = like;
	}
	if (!found) {
		if (differences->n == differences->room) {
			differences->room = differences->room ? 2 * differences->room : 16;
			differences->list = xrealloc(differences->list, differences->room * sizeof(*differences->list));
		}
		found = &differences->list[differences->n++];
		*found = (struct found){ 0 };
		found->shown.level = cell ? cell->level : NULL;
		found->shown.option = cell ? cell->option : NULL;
		snprintf(found->field, sizeof(found->field), "%s", field);
		snprintf(found->a, sizeof(found->a), "%s", a);
		snprintf(found->b, sizeof(found->b), "%s", b);
	}
	found->n_sockets++;
	used = strlen(found->sockets);
	snprintf(found->sockets + used, sizeof(found->sockets) - used, "%s%s", used ? " " : "", socket);
}

static bool is_open(const struct side *side, const char *socket)
{
	const char *outcome = json_string_value(json_object_get(json_object_get(side->head, "sockets"), socket));

	return outcome && strcmp(outcome, "ok") == 0;
}

/** Of two lists in text, each without what the other has too. */
static void leave_common(char a[static TEXT_SIZE], char b[static TEXT_SIZE])
{
	char first[TEXT_SIZE], second[TEXT_SIZE], *texts[] = { a, b };
	char *others[] = { second, first };

	snprintf(first, sizeof(first), "%s", a);
	snprintf(second, sizeof(second), "%s", b);
	for (char *at = first; (at = strchr(at, '|'));)
		*at = ' ';
	for (char *at = second; (at = strchr(at, '|'));)
		*at = ' ';
	for (size_t i = 0; i < 2; i++) {
		char copy[TEXT_SIZE], *rest = NULL;
		size_t used = 0;

		snprintf(copy, sizeof(copy), "%s", texts[i]);
		for (char *word = strtok_r(copy, "|", &rest); word; word = strtok_r(NULL, "|", &rest))
			if (!has_word(others[i], word))
				used += (size_t)snprintf(texts[i] + used, TEXT_SIZE - used, "%s%s", used ? "|" : "", word);
		if (!used)
			snprintf(texts[i], TEXT_SIZE, "-");
	}
}

static void compare_heads(struct differences *differences, const struct side *a, const struct side *b)
{
	static const char *const members[] = { "own_network_namespace", "initial_user_namespace", "capabilities",
					       "getsockopt", "setsockopt" };
	char first[TEXT_SIZE], second[TEXT_SIZE];
	const char *socket;
	json_t *value;

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		text_of(json_object_get(a->head, members[i]), first);
		text_of(json_object_get(b->head, members[i]), second);
		if (strcmp(first, second) == 0)
			continue;
		if (!differences->json && json_is_array(json_object_get(a->head, members[i])))
			leave_common(first, second);
		add(differences, NULL, members[i], first, second, "");
	}
	json_object_foreach(json_object_get(a->head, "sockets"), socket, value)
	{
		text_of(value, first);
		text_of(json_object_get(json_object_get(b->head, "sockets"), socket), second);
		if (strcmp(first, second) != 0)
			add(differences, NULL, "socket", first, second, socket);
	}
	show(differences);
}

static bool differs(const struct cell *a, const struct cell *b, const char *field, char first[static TEXT_SIZE],
		    char second[static TEXT_SIZE])
{
	field_of(a, field, first);
	field_of(b, field, second);
	return strcmp(first, second) != 0;
}

/** Does what a field depends on differ, or what that depends on? */
static bool follows(const struct cell *a, const struct cell *b, const char *on)
{
	char first[TEXT_SIZE], second[TEXT_SIZE];

	while (on && !differs(a, b, on, first, second)) {
		size_t i = 0;

		while (strcmp(fields[i].name, on) != 0)
			i++;
		on = fields[i].on;
	}
	return on != NULL;
}

/** One of them may be missing. A kind of socket that only one machine has was told of already. */
static void compare_cell(struct differences *differences, const struct side *sides[2], const struct cell *a,
			 const struct cell *b)
{
	const struct cell *either = a ? a : b;
	char first[TEXT_SIZE], second[TEXT_SIZE];

	assert(either);
	if (!is_open(sides[0], either->socket) || !is_open(sides[1], either->socket))
		return;
	if (differences->n_sockets < SOCKETS_MAX)
		differences->sockets[differences->n_sockets++] = either->socket;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (differs(a, b, fields[i].name, first, second) && !follows(a, b, fields[i].on))
			add(differences, either, fields[i].name, first, second, either->socket);
}

static bool same_option(const struct cell *a, const struct cell *b)
{
	return a && strcmp(a->level, b->level) == 0 && strcmp(a->option, b->option) == 0;
}

static void compare_sides(struct differences *differences, const struct side *a, const struct side *b)
{
	const struct side *sides[2] = { a, b };
	const struct cell *last = NULL;
	size_t i = 0, k = 0;

	compare_heads(differences, a, b);
	while (i < a->n || k < b->n) {
		const struct cell *first = i < a->n ? &a->cells[i] : NULL;
		const struct cell *second = k < b->n ? &b->cells[k] : NULL;
		int order = !first ? 1 : !second ? -1 :
						   compare_cells(first, second);
		const struct cell *now = order <= 0 ? first : second;

		assert(now); /* one of the two is left */
		if (!same_option(last, now))
			show(differences);
		last = now;
		compare_cell(differences, sides, order <= 0 ? first : NULL, order >= 0 ? second : NULL);
		i += order <= 0;
		k += order >= 0;
	}
	show(differences);
}

static void put_machine(char letter, const struct side *side)
{
	const json_t *kernel = json_object_get(side->head, "kernel");
	char system[TEXT_SIZE], release[TEXT_SIZE], machine[TEXT_SIZE], text[3 * TEXT_SIZE];

	text_of(json_object_get(kernel, "system"), system);
	text_of(json_object_get(kernel, "release"), release);
	text_of(json_object_get(kernel, "machine"), machine);
	snprintf(text, sizeof(text), "%s %s %s", system, release, machine);
	probe_diff_view_machine(stdout, letter, text, side->path);
}

int probe_diff(const char *a, const char *b, bool json)
{
	struct differences differences = { .json = json };
	struct side sides[2] = { { .path = a }, { .path = b } };
	int status = EXIT_WRONG_USE;

	if (read_side(a, &sides[0]) == 0 && read_side(b, &sides[1]) == 0) {
		if (!json) {
			put_machine('A', &sides[0]);
			put_machine('B', &sides[1]);
		}
		compare_sides(&differences, &sides[0], &sides[1]);
		if (!json)
			probe_diff_view_end(stdout, differences.n_shown);
		status = differences.n_shown ? EXIT_NOTHING : EXIT_DONE;
	}
	free_side(&sides[0]);
	free_side(&sides[1]);
	free(differences.list);
	return status;
}
