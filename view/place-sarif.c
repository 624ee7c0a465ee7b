/* SPDX-License-Identifier: MIT */
/* SARIF 2.1.0 (OASIS): the form in which editors and code hosting take findings. */

#include <string.h>

#include "check-text.h"
#include "json.h"
#include "paths.h"
#include "place.h"
#include "text.h"

#define TEXT_MAX 2048

static void put_message(struct json *json, const char *name, const char *text)
{
	json_object(json, name);
	json_text(json, "text", text);
	json_end_object(json);
}

/** What is not unreserved in a URI (RFC 3986), and no '/', becomes %XX. */
static void put_uri(struct json *json, const char *path)
{
	char uri[3 * 4096 + 8];
	size_t length = 0;

	if (path[0] == '/')
		length = (size_t)snprintf(uri, sizeof(uri), "file://");
	for (const char *at = path; *at && length + 4 < sizeof(uri); at++) {
		if (strchr("/._-~", *at) || (*at >= '0' && *at <= '9') || (*at >= 'a' && *at <= 'z') ||
		    (*at >= 'A' && *at <= 'Z'))
			uri[length++] = *at;
		else
			length += (size_t)snprintf(uri + length, 4, "%%%02X", (unsigned char)*at);
	}
	uri[length] = '\0';
	json_text(json, "uri", uri);
}

/** A column in bytes as one in characters. */
static unsigned int characters(const char *line, unsigned int column)
{
	unsigned int n = 1;

	for (size_t i = 0; line[i] && i + 1 < column; i++)
		n += ((unsigned char)line[i] & 0xc0) != 0x80;
	return n;
}

static void put_rule(struct json *json, const struct check *check)
{
	const char *language = text_language();
	char why[TEXT_MAX], help[2 * TEXT_MAX], advice[TEXT_MAX] = "";

	check_text_fill(check, sockopt_text(check->why, language), NULL, CHECK_TEXT_PROSE, NULL, why, sizeof(why));
	if (check->advice.en)
		check_text_fill(check, sockopt_text(check->advice, language), NULL, CHECK_TEXT_PROSE, NULL, advice,
				sizeof(advice));
	snprintf(help, sizeof(help), "%s%s%s\n\nsockopt check --explain %s", why, *advice ? "\n\n" : "", advice, check->id);
	json_object(json, NULL);
	json_string(json, "id", check->id);
	put_message(json, "shortDescription", sockopt_text(check->title, language));
	put_message(json, "fullDescription", why);
	put_message(json, "help", help);
	json_object(json, "defaultConfiguration");
	json_string(json, "level", check_severity_word(check->severity));
	json_end_object(json);
	json_end_object(json);
}

static bool is_first(const struct placed *list, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (list[i].check == list[at].check)
			return false;
	return true;
}

/** Its place among the rules: those of the findings, each once, in the order in which they come. */
static size_t rule_index(const struct placed *list, size_t at)
{
	size_t index = 0;

	for (size_t i = 0; list[i].check != list[at].check; i++)
		index += is_first(list, i);
	return index;
}

static void put_location(struct json *json, const struct placed *placed)
{
	json_array(json, "locations");
	json_object(json, NULL);
	json_object(json, "physicalLocation");
	json_object(json, "artifactLocation");
	put_uri(json, placed->file);
	json_end_object(json);
	json_object(json, "region");
	json_unsigned(json, "startLine", placed->line);
	if (placed->column)
		json_unsigned(json, "startColumn", characters(placed->text, placed->column));
	if (placed->column && placed->end_column > placed->column)
		json_unsigned(json, "endColumn", characters(placed->text, placed->end_column));
	put_message(json, "snippet", placed->text);
	json_end_object(json);
	json_end_object(json);
	json_end_object(json);
	json_end_array(json);
}

static void put_result(struct json *json, const struct placed *list, size_t at)
{
	const struct placed *placed = &list[at];
	const char *title = sockopt_text(placed->check->title, text_language());
	char text[3 * TEXT_MAX];

	snprintf(text, sizeof(text), "%s. %s%s%s%s%s", title, placed->parts.why ? placed->parts.why : "", placed->parts.cure ? "\n\n" : "",
		 placed->parts.cure ? placed->parts.cure : "", placed->parts.advice ? "\n\n" : "", placed->parts.advice ? placed->parts.advice : "");
	json_object(json, NULL);
	json_string(json, "ruleId", placed->check->id);
	json_unsigned(json, "ruleIndex", rule_index(list, at));
	json_string(json, "level", check_severity_word(placed->check->severity));
	put_message(json, "message", text);
	put_location(json, placed);
	json_end_object(json);
}

void place_sarif(FILE *file, const struct placed *list, size_t n)
{
	const char *language = text_language(); /* left out it would be American English */
	struct json json = { .file = file };

	json_object(&json, NULL);
	json_string(&json, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
	json_string(&json, "version", "2.1.0");
	json_array(&json, "runs");
	json_object(&json, NULL);
	json_object(&json, "tool");
	json_object(&json, "driver");
	json_string(&json, "name", "sockopt");
	json_string(&json, "version", SOCKOPT_VERSION);
	json_string(&json, "language", language);
	json_array(&json, "rules");
	for (size_t i = 0; i < n; i++)
		if (is_first(list, i))
			put_rule(&json, list[i].check);
	json_end_array(&json);
	json_end_object(&json);
	json_end_object(&json);
	json_string(&json, "language", language);
	json_string(&json, "columnKind", "unicodeCodePoints");
	json_array(&json, "results");
	for (size_t i = 0; i < n; i++)
		put_result(&json, list, i);
	json_end_array(&json);
	json_end_object(&json);
	json_end_array(&json);
	json_end_object(&json);
	json_line(&json);
}
