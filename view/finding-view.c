/* SPDX-License-Identifier: MIT */
/* The findings of `check`. */

#include "finding-view.h"

#include <stdlib.h>
#include <string.h>

#include "color.h"
#include "finding-parts.h"
#include "json.h"
#include "socket-text.h"
#include "text.h"
#include "trace-view.h"

/** Findings of one check with sockets of one program; the first stands for all. */
struct group {
	const struct check *check;
	char process[32];
	uint64_t netns;
	bool listening;
	size_t count;
	size_t order;
	bool is_call;                        /* else the finding is a socket's */
	const struct sockopt_option *option; /* of a call; NULL: it has none */
	char *head;                          /* the socket or call, in text */
	char *json;                          /* the members of the socket, or the call */
	struct finding_parts parts;
	const char *role;
};

struct finding_view {
	FILE *file;
	bool json, each;
	struct group *groups;
	size_t n_groups, room;
	size_t n_findings;
};

struct finding_view *finding_view_new(FILE *file, bool json, bool each)
{
	struct finding_view *view = calloc(1, sizeof(*view));

	if (view)
		*view = (struct finding_view){ .file = file, .json = json, .each = each };
	return view;
}

static const char *process_of(const struct facts *facts)
{
	return facts->n_holders ? facts->holders[0].process : "";
}

static struct group *find_group(const struct finding_view *view, const struct facts *facts,
				const struct sockopt_option *option, const char *process, const struct check *check)
{
	for (size_t i = 0; i < view->n_groups && !view->each; i++) {
		struct group *group = &view->groups[i];

		if (group->check == check && group->option == option && group->netns == facts->netns &&
		    group->listening == (facts->state == FACTS_LISTENING) &&
		    strncmp(group->process, process, sizeof(group->process) - 1) == 0)
			return group;
	}
	return NULL;
}

static char *head_of(const struct facts *facts)
{
	char kind[40], local[256], peer[256], holders[512], *head = NULL;
	size_t length;
	FILE *memory = open_memstream(&head, &length);

	if (!memory)
		return NULL;
	socket_text_kind(&facts->kind, kind, sizeof(kind));
	socket_text_address(&facts->local, local, sizeof(local));
	socket_text_address(&facts->peer, peer, sizeof(peer));
	socket_text_holders(facts, 4, holders, sizeof(holders));
	fprintf(memory, "%s %s %s", kind, facts_state_word(facts->state), local);
	if (facts->peer.family && strcmp(peer, "-") != 0)
		fprintf(memory, " %s %s", text_is_utf8() ? "→" : "->", peer);
	fprintf(memory, "  %s", holders);
	fclose(memory);
	return head;
}

static char *json_of(const struct facts *facts)
{
	char *members = NULL;
	size_t length;
	FILE *memory = open_memstream(&members, &length);
	struct json json = { .file = memory };

	if (!memory)
		return NULL;
	socket_json(&json, facts);
	fclose(memory);
	return members;
}

/** Room for one more; the worst that a lack of memory does is that a finding is counted and not told. */
static struct group *new_group(struct finding_view *view)
{
	if (view->n_groups == view->room) {
		size_t room = view->room ? view->room * 2 : 32;
		struct group *grown = realloc(view->groups, room * sizeof(*grown));

		if (!grown)
			return NULL;
		view->groups = grown;
		view->room = room;
	}
	return &view->groups[view->n_groups++];
}

static void fill_group(struct group *group, const struct check_finding *finding, enum check_place place,
		       const char *process, const char *selector)
{
	group->check = finding->check;
	group->parts = finding_parts_of(finding, place, selector);
	snprintf(group->process, sizeof(group->process), "%s", process);
}

void finding_view_add(struct finding_view *view, const struct facts *facts, const struct check_finding *finding,
		      const char *role)
{
	struct group *group = find_group(view, facts, NULL, process_of(facts), finding->check);
	char selector[48] = "PID:FD";

	view->n_findings++;
	if (!group) {
		group = new_group(view);
		if (!group)
			return;
		if (facts->n_holders)
			snprintf(selector, sizeof(selector), "%d:%d", (int)facts->holders[0].pid, facts->holders[0].fd);
		*group = (struct group){
			.netns = facts->netns,
			.listening = facts->state == FACTS_LISTENING,
			.order = view->n_groups,
			.head = head_of(facts),
			.json = view->json ? json_of(facts) : NULL,
			.role = role,
		};
		fill_group(group, finding, CHECK_LIVE, process_of(facts), selector);
	}
	group->count++;
}

/** The call as trace shows it, without the end of the line. */
static char *call_of(const struct call *call, bool json)
{
	char *line = NULL;
	size_t length;
	FILE *memory = open_memstream(&line, &length);
	struct trace_view *view = memory ? (json ? trace_json(memory) : trace_text(memory, NULL)) : NULL;

	if (view) {
		view->call(view, call);
		view->end(view);
	}
	if (memory)
		fclose(memory);
	if (line)
		line[strcspn(line, "\n")] = '\0';
	return line;
}

void finding_view_add_call(struct finding_view *view, const struct call *call, const struct check_finding *finding)
{
	struct group *group = find_group(view, &call->facts, call->option, call->process, finding->check);

	view->n_findings++;
	if (!group) {
		group = new_group(view);
		if (!group)
			return;
		*group = (struct group){
			.is_call = true,
			.option = call->option,
			.netns = call->facts.netns,
			.listening = call->facts.state == FACTS_LISTENING,
			.order = view->n_groups,
			.head = call_of(call, false),
			.json = view->json ? call_of(call, true) : NULL,
		};
		fill_group(group, finding, CHECK_TRACE, call->process, NULL);
	}
	group->count++;
}

/** The worst first, then in the order of the checks, then as they were found. */
static int compare_groups(const void *a, const void *b)
{
	const struct group *left = a, *right = b;

	if (left->check->severity != right->check->severity)
		return (int)right->check->severity - (int)left->check->severity;
	if (left->check != right->check)
		return left->check < right->check ? -1 : 1;
	return left->order < right->order ? -1 : left->order > right->order;
}

static void put_json(FILE *file, const struct group *group)
{
	struct json json = { .file = file };

	finding_parts_json(&json, group->check, &group->parts, group->count);
	if (group->is_call) {
		fprintf(file, ",\"call\":%s", group->json ? group->json : "null");
	} else {
		json_object(&json, "socket");
		fputs(group->json ? group->json : "", file);
		json.comma = true;
		if (group->role)
			json_string(&json, "role", group->role);
		else
			json_null(&json, "role");
		json_end_object(&json);
	}
	json_end_object(&json);
	json_line(&json);
}

static void put_count(FILE *file, const struct group *group)
{
	size_t more = group->count - 1;

	if (more == 0)
		return;
	fputs("  ", file);
	if (group->is_call)
		fprintf(file,
			ngettext("and %zu call more like it (--all lists each)",
				 "and %zu calls more like it (--all lists each)", more),
			more);
	else
		fprintf(file,
			ngettext("and %zu socket more of the same program (--all lists each)",
				 "and %zu sockets more of the same program (--all lists each)", more),
			more);
	fputc('\n', file);
}

static void put_text(FILE *file, const struct group *group)
{
	finding_parts_title(file, group->check);
	fprintf(file, "  %s%s%s\n", color_out(COLOR_HEADING), group->head ? group->head : "", color_out(COLOR_OFF));
	put_count(file, group);
	finding_parts_text(file, group->check, &group->parts, group->option);
}

static void free_group(struct group *group)
{
	free(group->head);
	free(group->json);
	finding_parts_free(&group->parts);
}

size_t finding_view_end(struct finding_view *view)
{
	size_t n = view->n_findings;

	if (view->n_groups)
		qsort(view->groups, view->n_groups, sizeof(*view->groups), compare_groups);
	for (size_t i = 0; i < view->n_groups; i++) {
		if (view->json) {
			put_json(view->file, &view->groups[i]);
		} else {
			if (i)
				fputc('\n', view->file);
			put_text(view->file, &view->groups[i]);
		}
		free_group(&view->groups[i]);
	}
	free(view->groups);
	free(view);
	return n;
}
