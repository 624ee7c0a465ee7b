/* SPDX-License-Identifier: MIT */
/* An entry of the catalogue for programs: the whole of it. */

#include <string.h>

#include "explain-row.h"
#include "explain.h"
#include "json.h"
#include "text.h"

static void put_text(struct json *json, const char *name, struct sockopt_text text)
{
	if (!text.en)
		return;
	json_object(json, name);
	json_text(json, "en", text.en);
	json_text(json, "es", text.es);
	json_end_object(json);
}

static void put_words(struct json *json, const char *name, const char *const *words)
{
	json_array(json, name);
	for (; *words; words++)
		json_text(json, NULL, *words);
	json_end_array(json);
}

static void put_errno(struct json *json, const char *name, int error)
{
	if (error)
		json_string(json, name, strerrorname_np(error));
}

static const char *const encodings[] = {
	[SOCKOPT_SIGNED] = "signed",
	[SOCKOPT_UNSIGNED] = "unsigned",
	[SOCKOPT_BIG_ENDIAN] = "big-endian",
	[SOCKOPT_IPV4] = "ipv4",
	[SOCKOPT_IPV6] = "ipv6",
	[SOCKOPT_SOCKADDR] = "sockaddr",
	[SOCKOPT_STRING] = "string",
	[SOCKOPT_BYTES] = "bytes",
	[SOCKOPT_SOCKADDRS] = "sockaddrs",
};

static void put_type(struct json *json, const char *name, const struct sockopt_type *type)
{
	json_object(json, name);
	json_string(json, "name", type->name);
	json_unsigned(json, "size", type->size);
	json_array(json, "fields");
	for (size_t i = 0; i < type->n_fields; i++) {
		const struct sockopt_field *field = &type->fields[i];

		json_object(json, NULL);
		json_string(json, "name", field->name);
		json_unsigned(json, "offset", field->offset);
		json_unsigned(json, "size", field->size);
		if (field->count > 1)
			json_unsigned(json, "count", field->count);
		if (field->bits) {
			json_unsigned(json, "bit", field->bit);
			json_unsigned(json, "bits", field->bits);
		}
		json_string(json, "encoding", encodings[field->scalar]);
		if (field->unit)
			json_string(json, "unit", explain_unit_key(field->unit));
		if (field->symbols) {
			json_object(json, "symbols");
			for (size_t k = 0; k < field->symbols->count; k++)
				json_signed(json, field->symbols->list[k].name, field->symbols->list[k].value);
			json_end_object(json);
		}
		put_text(json, "summary", field->summary);
		json_end_object(json);
	}
	json_end_array(json);
	json_end_object(json);
}

/** An end of a range: those of unsigned types go past what a signed number holds. */
static void put_number(struct json *json, const struct sockopt_option *option, int64_t number)
{
	if (option->type->n_fields && option->type->fields[0].scalar == SOCKOPT_SIGNED)
		json_signed(json, NULL, number);
	else
		json_unsigned(json, NULL, (uint64_t)number);
}

static void put_value_facts(struct json *json, const struct sockopt_option *option)
{
	put_type(json, "type", option->type);
	if (option->get_type != option->type)
		put_type(json, "get_type", option->get_type);
	json_array(json, "range");
	for (size_t i = 0; i < option->n_ranges; i++) {
		json_array(json, NULL);
		put_number(json, option, option->ranges[i].least);
		put_number(json, option, option->ranges[i].greatest);
		json_end_array(json);
	}
	json_end_array(json);
	put_errno(json, "range_errno", option->range_errno);
	json_array(json, "defaults");
	for (size_t i = 0; i < option->n_defaults; i++) {
		char place[200];

		json_object(json, NULL);
		if (option->defaults[i].value)
			json_string(json, "value", option->defaults[i].value);
		if (option->defaults[i].sysctl)
			json_string(json, "sysctl", option->defaults[i].sysctl);
		explain_where(&option->defaults[i].where, 1, place, sizeof(place));
		json_string(json, "where", place);
		json_end_object(json);
	}
	json_end_array(json);
	if (option->limit.sysctl)
		json_string(json, "limit", option->limit.sysctl);
	if (option->tuning.goals) {
		json_object(json, "tune");
		json_array(json, "goals");
		for (unsigned int i = 0; explain_goal(i); i++)
			if (option->tuning.goals >> i & 1)
				json_string(json, NULL, explain_goal(i));
		json_end_array(json);
		json_array(json, "values");
		for (size_t i = 0; option->tuning.values[i]; i++)
			json_string(json, NULL, option->tuning.values[i]);
		json_end_array(json);
		json_end_object(json);
	}
	if (option->example)
		json_string(json, "example", option->example);
}

static void put_behaviour(struct json *json, const struct sockopt_option *option)
{
	static const char *const natures[] = { "setting", "state", "action" };
	static const char *const inherits[] = { "no", "yes", "adjusted", "n/a" };
	static const char *const transforms[] = { "kept", "doubled", "boolean", "clamped", "rounded", "masked",
						  "ignored", "adjusted", "bound" };
	static const char *const dangers[] = { NULL, "irreversible", "disruptive", "data-loss", "security" };
	static const char *const effects[] = { NULL, "clears", "consumes", "descriptor", "creates" };
	char text[512];

	json_array(json, "access");
	if (option->access & SOCKOPT_GET)
		json_string(json, NULL, "get");
	if (option->access & SOCKOPT_SET)
		json_string(json, NULL, "set");
	json_end_array(json);
	json_string(json, "nature", natures[option->nature]);
	json_string(json, "scope", option->is_of_netns ? "netns" : "socket");
	explain_where(option->applies, option->n_applies, text, sizeof(text));
	json_string(json, "applies", text);
	explain_where(option->applies_get, option->n_applies_get, text, sizeof(text));
	json_string(json, "applies_get", text);
	explain_moments(option->moments, text, sizeof(text));
	json_string(json, "moments", text);
	put_text(json, "late", option->late);
	json_array(json, "refused");
	for (size_t i = 0; i < option->n_refused; i++) {
		json_object(json, NULL);
		explain_states(option->refused[i].states, text, sizeof(text));
		json_string(json, "states", text);
		if (explain_is_limited(&option->refused[i].where)) {
			explain_where(&option->refused[i].where, 1, text, sizeof(text));
			json_string(json, "where", text);
		}
		put_errno(json, "errno", option->refused[i].error);
		json_string(json, "on", option->refused[i].access == SOCKOPT_GET ? "get" : "set");
		json_end_object(json);
	}
	json_end_array(json);
	json_string(json, "inherits", inherits[option->inherits]);
	json_string(json, "transform", transforms[option->transform.kind]);
	put_words(json, "touches", option->touches);
	if (option->inverse) {
		json_string(json, "inverse", option->inverse);
		json_bool(json, "undone_by_inverse", option->undone_by_inverse);
	}
	if (dangers[option->danger.kind]) {
		json_string(json, "danger", dangers[option->danger.kind]);
		put_text(json, "danger_why", option->danger.why);
	}
	if (effects[option->read_effect.kind]) {
		json_string(json, "read_effect", effects[option->read_effect.kind]);
		put_text(json, "read_effect_why", option->read_effect.why);
	}
}

static void put_privilege(struct json *json, const struct sockopt_privilege *privilege)
{
	if (!privilege->capabilities)
		return;
	json_object(json, "privilege");
	put_words(json, "capability", privilege->capabilities);
	json_string(json, "userns", privilege->initial_userns ? "init" : "net");
	put_errno(json, "errno", privilege->error);
	put_text(json, "when", privilege->when);
	json_end_object(json);
}

static void put_facts(struct json *json, unsigned facts)
{
	static const char *const words[] = {
		"readable",
		"writable",
		"get_length",
		"set_length",
		"default",
		"range",
		"example",
		"transform",
		"refused",
		"inherits",
		"privilege",
		"touches",
	};

	if (facts == 0)
		return;
	json_array(json, "facts");
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (facts & (1U << i))
			json_string(json, NULL, words[i]);
	json_end_array(json);
}

static void put_history(struct json *json, const struct sockopt_option *option)
{
	static const char *const bpf[] = { "no", "yes", "get", "set", "only" };

	json_string(json, "since", option->since);
	if (option->until)
		json_string(json, "until", option->until);
	json_array(json, "changes");
	for (size_t i = 0; i < option->n_changes; i++) {
		json_object(json, NULL);
		json_string(json, "version", option->changes[i].version);
		put_text(json, "what", option->changes[i].what);
		put_facts(json, option->changes[i].facts);
		json_end_object(json);
	}
	json_end_array(json);
	put_words(json, "config", option->config);
	json_string(json, "bpf", bpf[option->bpf]);
	json_array(json, "other");
	for (size_t i = 0; i < option->n_elsewhere; i++) {
		json_object(json, NULL);
		json_string(json, "system", option->elsewhere[i].system);
		if (option->elsewhere[i].name)
			json_string(json, "name", option->elsewhere[i].name);
		put_text(json, "note", option->elsewhere[i].note);
		json_end_object(json);
	}
	json_end_array(json);
	put_text(json, "unverified", option->unverified);
	put_text(json, "unprobed", option->unprobed);
	put_words(json, "see", option->see);
}

static void put_sources(struct json *json, const struct sockopt_option *option)
{
	json_array(json, "sources");
	for (size_t i = 0; i < option->n_sources; i++) {
		const struct sockopt_source *source = &option->sources[i];
		const struct {
			const char *name, *text;
		} members[] = { { "kernel", source->kernel }, { "symbol", source->symbol }, { "at", source->at }, { "rfc", source->rfc }, { "man", source->man }, { "url", source->url }, { "run", source->run } };

		json_object(json, NULL);
		for (size_t k = 0; k < sizeof(members) / sizeof(members[0]); k++)
			if (members[k].text)
				json_text(json, members[k].name, members[k].text);
		json_end_object(json);
	}
	json_end_array(json);
}

static void put_code(struct json *json, const struct sockopt_option *option)
{
	static const char *const keys[] = { "c", "python", "go", "rust", "java", "node" };
	char text[8192];

	json_object(json, "code");
	for (unsigned int i = 0; option->access && i < CODE_N_LANGUAGES; i++) {
		code_line(option, (enum code_language)i, text, sizeof(text));
		json_text(json, keys[i], text);
	}
	json_end_object(json);
}

static void put_probe(struct json *json, const struct sockopt_option *option, const struct explain_probe *probe)
{
	if (!probe || !probe->tried)
		return;
	json_object(json, "probe");
	if (probe->readable)
		json_value(json, "value", option->get_type, probe->value.bytes, probe->value.length);
	put_errno(json, "error", probe->error);
	json_end_object(json);
}

void explain_json(FILE *file, const struct sockopt_option *option, const struct explain_probe *probe)
{
	struct json json = { .file = file };

	json_object(&json, NULL);
	json_string(&json, "name", option->name);
	json_string(&json, "level", option->level->name);
	json_signed(&json, "level_number", option->level->number);
	json_signed(&json, "number", option->number);
	put_words(&json, "aliases", option->aliases);
	put_text(&json, "summary", option->summary);
	put_text(&json, "description", option->description);
	put_value_facts(&json, option);
	put_behaviour(&json, option);
	put_privilege(&json, &option->privilege);
	put_history(&json, option);
	put_sources(&json, option);
	put_code(&json, option);
	put_probe(&json, option, probe);
	json_end_object(&json);
	json_line(&json);
}
