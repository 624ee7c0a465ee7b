/* SPDX-License-Identifier: MIT */
/* Patterns for the kernel's side. */

#include "policy-pattern.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>

/** What stands in one place: "x", "?", "[a-z]", "\\*". @return its length in bytes */
static size_t place_length(const char *text)
{
	const char *end;

	if (text[0] == '\\' && text[1])
		return 2;
	if (text[0] != '[')
		return 1;
	/* A ']' that comes first is one of the characters. */
	end = text + 1;
	if (*end == '!' || *end == '^')
		end++;
	if (*end == ']')
		end++;
	for (; *end && *end != ']'; end++) {
		const char *class_end = end[0] == '[' && end[1] == ':' ? strstr(end + 2, ":]") : NULL;

		if (class_end)
			end = class_end + 1;
	}
	return *end ? (size_t)(end + 1 - text) : 1;
}

static void accept_byte(struct policy_pattern *pattern, unsigned char byte, unsigned state)
{
	pattern->accepts[byte][state / 64] |= 1ULL << (state % 64);
}

static void accept_place(struct policy_pattern *pattern, const char *place, size_t length, unsigned state)
{
	char own[256] = "";

	/* A '[' without its end is itself, and a set that is longer than this is none that somebody writes. */
	if (length == 1 && *place != '?') {
		/* One that quotes nothing fits nothing. */
		if (*place != '\\')
			accept_byte(pattern, (unsigned char)*place, state);
		return;
	}
	if (length >= sizeof(own))
		return;
	memcpy(own, place, length);
	for (unsigned byte = 1; byte < 256; byte++) {
		char text[2] = { (char)byte, '\0' };

		if (fnmatch(own, text, 0) == 0 || (*place == '?' && byte >= 128))
			accept_byte(pattern, (unsigned char)byte, state);
	}
}

int policy_pattern_make(const char *text, bool is_glob, struct policy_pattern *ret)
{
	unsigned state = 0;

	memset(ret, 0, sizeof(*ret));
	while (*text) {
		size_t length = is_glob ? place_length(text) : 1;

		if (is_glob && *text == '*') {
			ret->stays[state / 64] |= 1ULL << (state % 64);
			text++;
			continue;
		}
		if (state == POLICY_PATTERN_STATES - 1)
			return -E2BIG;
		if (is_glob)
			accept_place(ret, text, length, state);
		else
			accept_byte(ret, (unsigned char)*text, state);
		state++;
		text += length;
	}
	ret->last = state;
	return 0;
}
