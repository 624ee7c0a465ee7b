/* SPDX-License-Identifier: MIT */
/* What a finding says wherever it is: of a socket, of a call, of a place in a file. */
#ifndef VIEW_FINDING_PARTS_H
#define VIEW_FINDING_PARTS_H

#include <check.h>
#include <stdio.h>

#include "json.h"

/** The texts, filled and owned; any may be NULL. */
struct finding_parts {
	char *why, *cure, *advice;
};

/** @param selector in the place of {socket} of the cure; NULL: PID:FD */
struct finding_parts finding_parts_of(const struct check_finding *finding, enum check_place place,
				      const char *selector);

void finding_parts_free(struct finding_parts *parts);

/** Begins the object of a finding: all members that findings have in common. */
void finding_parts_json(struct json *json, const struct check *check, const struct finding_parts *parts, size_t count);

/** The severity, the ID and the title: the end of a line. */
void finding_parts_title(FILE *file, const struct check *check);

/** Why, cure, advice, and where more is said, below the title. @param option NULL: the first that the check names */
void finding_parts_text(FILE *file, const struct check *check, const struct finding_parts *parts,
			const struct sockopt_option *option);

#endif
