/* SPDX-License-Identifier: MIT */
/* An entry of the catalogue for people. */

#include "explain.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "color.h"
#include "explain-row.h"
#include "list.h"
#include "socket-text.h"
#include "text.h"

#define NAME_WIDTH 28
#define FIELDS_MAX 12 /* of a struct whose fresh value is shown: that of a longer one tells nothing in one row */

static void put_type(FILE *file, const struct sockopt_option *option)
{
	const char *unit = option->type->n_fields ? explain_unit(option->type->fields[0].unit) : NULL;
	bool differ = option->get_type != option->type && (option->access & SOCKOPT_GET);

	if (option->type->form != SOCKOPT_FORM_SCALAR)
		unit = NULL;
	if (differ && (option->access & SOCKOPT_SET))
		explain_row(file, _("type"), _("%s to set, %s when read%s%s"), option->type->name, option->get_type->name,
			    unit ? ", " : "", unit ? _(unit) : "");
	else
		explain_row(file, _("type"), "%s%s%s", option->access & SOCKOPT_SET ? option->type->name : option->get_type->name,
			    unit ? ", " : "", unit ? _(unit) : "");
}

static void put_range(FILE *file, const struct sockopt_option *option)
{
	char text[512];

	if (explain_ranges(option, text, sizeof(text)) == 0)
		return;
	if (option->range_errno)
		explain_row(file, _("range"), _("%s; %s outside"), text, strerrorname_np(option->range_errno));
	else
		explain_row(file, _("range"), _("%s; every value is taken"), text);
}

static void put_defaults(FILE *file, const struct sockopt_option *option)
{
	char text[1024];
	struct list list = { text, sizeof(text), 0, 0 };

	for (size_t i = 0; i < option->n_defaults; i++) {
		const struct sockopt_default *row = &option->defaults[i];
		char one[768], place[160] = "";

		if (explain_is_limited(&row->where))
			explain_where(&row->where, 1, place, sizeof(place));
		snprintf(one, sizeof(one), "%s%s%s%s", row->value ? (*row->value ? row->value : "\"\"") : row->sysctl,
			 *place ? " (" : "", place, *place ? ")" : "");
		list_add(&list, "; ", one);
	}
	if (list.n)
		explain_row(file, _("default"), "%s", text);
	if (option->limit.sysctl)
		explain_row(file, _("limit"), option->limit.refuses ? _("%s %s: beyond it the value is refused") : _("%s %s: beyond it the value is cut, without an error"),
			    option->limit.is_max ? _("at most") : _("at least"), option->limit.sysctl);
	if (option->tuning.goals) {
		explain_tuning(option, text, sizeof(text));
		explain_row(file, _("worth trying"), "%s", text);
	}
}

static void put_transform(FILE *file, const struct sockopt_option *option)
{
	static const char *const words[] = {
		[SOCKOPT_KEPT] = NULL,
		[SOCKOPT_DOUBLED] = N_("twice the value is kept and read back"),
		[SOCKOPT_TO_BOOLEAN] = N_("whatever is not 0 reads back as 1"),
		[SOCKOPT_CLAMPED] = N_("a value outside is cut to the nearest allowed one"),
		[SOCKOPT_ROUNDED] = N_("the value is rounded"),
		[SOCKOPT_MASKED] = N_("only some bits are kept"),
		[SOCKOPT_IGNORED] = N_("accepted, and without effect"),
		[SOCKOPT_ADJUSTED_VALUE] = N_("the kernel adjusts the value"),
		[SOCKOPT_BOUND_BY_OTHER] = N_("bounded by another option"),
	};
	const struct sockopt_transform *transform = &option->transform;
	const char *note = sockopt_text(transform->note, text_language());
	char bounds[80] = "";

	if (transform->kind == SOCKOPT_KEPT)
		return;
	if (transform->has_min)
		snprintf(bounds, sizeof(bounds), _(", at least %" PRId64), transform->min);
	if (transform->has_max)
		snprintf(bounds + strlen(bounds), sizeof(bounds) - strlen(bounds), _(", at most %" PRId64), transform->max);
	explain_row(file, _("kept as"), "%s%s%s%s", _(words[transform->kind]), bounds, note ? ": " : "", note ? note : "");
}

static void put_privilege(FILE *file, const struct sockopt_option *option)
{
	const struct sockopt_privilege *privilege = &option->privilege;
	const char *when = sockopt_text(privilege->when, text_language());
	char names[160];
	struct list list = { names, sizeof(names), 0, 0 };

	if (!privilege->capabilities)
		return;
	for (size_t i = 0; privilege->capabilities[i]; i++)
		list_add(&list, _(" or "), privilege->capabilities[i]);
	explain_row(file, _("needs"), "%s (%s)%s%s; %s", names,
		    privilege->initial_userns ? _("in the initial user namespace") : _("over the socket's network namespace"),
		    when ? _(", if ") : "", when ? when : "", strerrorname_np(privilege->error));
}

static void put_moments(FILE *file, const struct sockopt_option *option)
{
	const char *late = sockopt_text(option->late, text_language());
	char text[160];

	if (!(option->access & SOCKOPT_SET))
		return;
	if (option->moments & SOCKOPT_AT_ANY_TIME) {
		explain_row(file, _("takes effect"), "%s", _("at once, at any time"));
	} else {
		explain_in_time(option->moments, text, sizeof(text));
		explain_row(file, _("takes effect"), _("if set %s%s%s"), text, late ? _(". Later: ") : "", late ? late : "");
	}
}

static void put_refusals(FILE *file, const struct sockopt_option *option)
{
	char text[160];

	for (size_t i = 0; i < option->n_refused; i++) {
		const struct sockopt_refusal *refusal = &option->refused[i];
		const char *unless = sockopt_text(refusal->unless, text_language());
		char place[200] = "";

		explain_states(refusal->states, text, sizeof(text));
		if (explain_is_limited(&refusal->where))
			explain_where(&refusal->where, 1, place, sizeof(place));
		explain_row(file, i ? "" : _("refused"), "%s%s%s%s%s: %s%s%s", refusal->access == SOCKOPT_GET ? _("reading, ") : "", text,
			    *place ? " (" : "", place, *place ? ")" : "", strerrorname_np(refusal->error),
			    unless ? _(", unless ") : "", unless ? unless : "");
	}
}

static void put_inherits(FILE *file, const struct sockopt_option *option)
{
	static const char *const words[] = {
		[SOCKOPT_NOT_INHERITED] = N_("no: accepted sockets begin with the default"),
		[SOCKOPT_INHERITED] = N_("yes: accepted sockets have the listener's value"),
		[SOCKOPT_ADJUSTED] = N_("adjusted: accepted sockets have a value derived from the listener's"),
	};

	if (option->inherits != SOCKOPT_NOTHING_TO_INHERIT)
		explain_row(file, _("inherited"), "%s", _(words[option->inherits]));
}

static void put_dangers(FILE *file, const struct sockopt_option *option)
{
	const char *why = sockopt_text(option->danger.why, text_language());
	const char *effect = sockopt_text(option->read_effect.why, text_language());

	if (why)
		explain_row(file, _("danger"), "%s%s%s", option->danger.value ? option->danger.value : "",
			    option->danger.value ? ": " : "", why);
	if (effect)
		explain_row(file, _("reading it"), "%s", effect);
}

static void put_words(FILE *file, const char *label, const char *const *words)
{
	char text[1024];
	struct list list = { text, sizeof(text), 0, 0 };

	for (; *words; words++)
		list_add(&list, ", ", *words);
	if (list.n)
		explain_row(file, label, "%s", text);
}

static void put_versions(FILE *file, const struct sockopt_option *option)
{
	static const char *const bpf[] = {
		[SOCKOPT_BPF_YES] = N_("bpf_getsockopt and bpf_setsockopt take it"),
		[SOCKOPT_BPF_GET] = N_("bpf_getsockopt takes it"),
		[SOCKOPT_BPF_SET] = N_("bpf_setsockopt takes it"),
		[SOCKOPT_BPF_ONLY] = N_("only bpf_setsockopt and bpf_getsockopt take it, not the system calls"),
	};

	if (option->until)
		explain_row(file, _("since"), _("Linux %s, until %s"), option->since, option->until);
	else
		explain_row(file, _("since"), "Linux %s", option->since);
	for (size_t i = 0; i < option->n_changes; i++)
		explain_row(file, "", "%s: %s", option->changes[i].version, sockopt_text(option->changes[i].what, text_language()));
	put_words(file, _("needs config"), option->config);
	if (option->bpf != SOCKOPT_BPF_NO)
		explain_row(file, "BPF", "%s", _(bpf[option->bpf]));
}

/** How far the facts were tried, where that is not all the way. */
static void put_tried(FILE *file, const struct sockopt_option *option)
{
	const char *unprobed = sockopt_text(option->unprobed, text_language());
	const char *unverified = sockopt_text(option->unverified, text_language());

	if (unprobed)
		explain_row(file, _("probed"), _("no, read in the kernel's source alone: %s"), unprobed);
	else if (unverified)
		explain_row(file, _("probed"), _("in part: %s"), unverified);
}

/** Those where nothing differs share a row. */
static void put_elsewhere(FILE *file, const struct sockopt_option *option)
{
	const char *label = _("elsewhere");
	char same[256];
	struct list list = { same, sizeof(same), 0, 0 };

	for (size_t i = 0; i < option->n_elsewhere; i++)
		if (!option->elsewhere[i].name && !option->elsewhere[i].note.en)
			list_add(&list, ", ", option->elsewhere[i].title);
	if (list.n) {
		explain_row(file, label, "%s: %s", same, _("the same name"));
		label = "";
	}
	for (size_t i = 0; i < option->n_elsewhere; i++) {
		const struct sockopt_elsewhere *other = &option->elsewhere[i];
		const char *note = sockopt_text(other->note, text_language());

		if (!other->name && !note)
			continue;
		explain_row(file, label, "%s: %s%s%s", other->title, other->name ? other->name : _("the same name"),
			    note ? "; " : "", note ? note : "");
		label = "";
	}
}

/** A blank after each comma, where the line may break. */
static void space_out(const char *text, char *ret, size_t size)
{
	size_t n = 0;

	for (; *text && n + 2 < size; text++) {
		ret[n++] = *text;
		if (*text == ',')
			ret[n++] = ' ';
	}
	ret[n] = '\0';
}

static void put_probe(FILE *file, const struct sockopt_option *option, const struct explain_probe *probe)
{
	char text[4096], kind[40];

	if (!probe)
		return;
	socket_text_kind(&probe->kind, kind, sizeof(kind));
	if (!probe->tried) {
		if (probe->socket_error)
			explain_row(file, _("on this kernel"), _("not tried: no socket that it applies to can be opened (%s)"),
				    strerror(probe->socket_error));
		return;
	}
	if (probe->readable && option->get_type->form == SOCKOPT_FORM_STRUCT &&
	    option->get_type->n_fields > FIELDS_MAX) {
		explain_row(file, _("on this kernel"), _("a fresh %s socket tells %u bytes"), kind, probe->value.length);
	} else if (probe->readable) {
		char shown[6000];

		sockopt_format(option, probe->value.bytes, probe->value.length, text, sizeof(text));
		space_out(text, shown, sizeof(shown));
		explain_row(file, _("on this kernel"), _("a fresh %s socket has %s"), kind, *shown ? shown : "\"\"");
	} else if (probe->error) {
		explain_row(file, _("on this kernel"), _("a fresh %s socket answers %s (%s)"), kind, strerrorname_np(probe->error),
			    strerror(probe->error));
	}
}

static void put_code(FILE *file, const struct sockopt_option *option, enum code_language language)
{
	char text[8192];

	if (option->access == 0)
		return;
	fputc('\n', file);
	if (option->access & SOCKOPT_SET && option->nature != SOCKOPT_ACTION && option->example)
		fprintf(file, "  %s%-*s%s sockopt set PID:FD '%s=%s'\n", color_out(COLOR_DIM), EXPLAIN_LABEL_WIDTH, _("live"),
			color_out(COLOR_OFF), option->name, option->example);
	for (unsigned int i = 0; i < CODE_N_LANGUAGES; i++) {
		char *line = text, *next;
		bool first = true;

		if (language != CODE_N_LANGUAGES && language != i)
			continue;
		code_line(option, (enum code_language)i, text, sizeof(text));
		for (; line; line = next, first = false) {
			next = strchr(line, '\n');
			if (next)
				*next++ = '\0';
			fprintf(file, "  %s%-*s%s %s\n", color_out(COLOR_DIM), EXPLAIN_LABEL_WIDTH,
				first ? code_name((enum code_language)i) : "", color_out(COLOR_OFF), line);
		}
	}
}

static void put_sources(FILE *file, const struct sockopt_option *option)
{
	char text[2048];
	struct list list = { text, sizeof(text), 0, 0 };

	for (size_t i = 0; i < option->n_sources; i++) {
		const struct sockopt_source *source = &option->sources[i];
		char one[256] = "";

		if (source->kernel)
			snprintf(one, sizeof(one), "%s%s%s%s%s%s", source->kernel, source->symbol ? ":" : "",
				 source->symbol ? source->symbol : "", source->at ? " (" : "", source->at ? source->at : "",
				 source->at ? ")" : "");
		else if (source->rfc)
			snprintf(one, sizeof(one), "RFC %s", source->rfc);
		else if (source->man)
			snprintf(one, sizeof(one), "%s", source->man);
		else if (source->run)
			snprintf(one, sizeof(one), "%s", source->run);
		else if (source->url)
			snprintf(one, sizeof(one), "%s", source->url);
		list_add(&list, ", ", one);
	}
	if (list.n)
		explain_row(file, _("sources"), "%s", text);
}

void explain_entry(FILE *file, const struct sockopt_option *option, const struct explain_probe *probe,
		   enum code_language language)
{
	char text[512];
	struct list list = { text, sizeof(text), 0, 0 };
	size_t width = text_screen_width() - 1;

	explain_heading(file, option);
	text_fill(file, sockopt_text(option->summary, text_language()), 0, width);
	fputc('\n', file);
	text_fill(file, sockopt_text(option->description, text_language()), 2, width);
	fputc('\n', file);
	put_words(file, _("also called"), option->aliases);
	put_type(file, option);
	if (option->type->form == SOCKOPT_FORM_SCALAR)
		explain_symbols(file, &option->type->fields[0]);
	explain_fields(file, option);
	put_range(file, option);
	put_defaults(file, option);
	put_transform(file, option);
	if (option->access & SOCKOPT_GET)
		list_add(&list, ", ", _("readable"));
	if (option->access & SOCKOPT_SET)
		list_add(&list, ", ", _("settable"));
	if (list.n)
		explain_row(file, _("access"), "%s", text);
	explain_where(option->n_applies ? option->applies : option->applies_get,
		      option->n_applies ? option->n_applies : option->n_applies_get, text, sizeof(text));
	explain_row(file, _("applies to"), "%s", text);
	if (option->is_of_netns)
		explain_row(file, _("is of"), "%s", _("the network namespace, whichever of its sockets is asked"));
	put_privilege(file, option);
	put_moments(file, option);
	put_refusals(file, option);
	put_inherits(file, option);
	put_words(file, _("changes too"), option->touches);
	if (option->inverse)
		explain_row(file, _("inverse"), option->undone_by_inverse ? _("%s with the same value; undo uses it") : _("%s with the same value"),
			    option->inverse);
	put_dangers(file, option);
	put_versions(file, option);
	put_tried(file, option);
	put_probe(file, option, probe);
	put_elsewhere(file, option);
	put_code(file, option, language);
	fputc('\n', file);
	put_words(file, _("see also"), option->see);
	put_sources(file, option);
}

void explain_line(FILE *file, const struct sockopt_option *option)
{
	fprintf(file, "  %s%-*s%s ", color_out(COLOR_NAME), NAME_WIDTH, option->name, color_out(COLOR_OFF));
	explain_filled(file, sockopt_text(option->summary, text_language()), NAME_WIDTH + 3);
}

void explain_level(FILE *file, const struct sockopt_level *level)
{
	fprintf(file, "%s%s%s (%s)  %s\n", color_out(COLOR_HEADING), level->name, color_out(COLOR_OFF), level->key,
		sockopt_text(level->summary, text_language()));
}
