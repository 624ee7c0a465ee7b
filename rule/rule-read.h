/* SPDX-License-Identifier: MIT */
/* One word of a rule: a verb, or an option with its value. Private to rule/. */
#ifndef RULE_RULE_READ_H
#define RULE_RULE_READ_H

#include "rule.h"

/** The verb that holds at a place of a rule, and where things stand in the text, for errors. */
struct verb {
	enum rule_verb verb;
	int error;       /* deny: the errno; 0: ignore */
	bool is_used;    /* an option followed it */
	bool is_literal; /* quotes are no quotes */
	size_t at, length;
	size_t selector_at, selector_length; /* the whole head */
};

struct action_error {
	const char *what; /* English, to be translated; NULL if value says it */
	const char *hint;
	struct sockopt_error value; /* its word points into a copy that is gone: see word_at */
	size_t word_at;             /* offset of the bad word in the word that was read */
};

/** Is the word a verb? @return 1 and fills *ret, 0: no; -EINVAL: deny with what is no errno */
int verb_read(const char *word, size_t length, struct verb *ret, struct action_error *ret_error);

/**
 * @brief Reads OPTION=VALUE (or OPTION, after deny and log).
 * @param ret_unnamed where a failure makes up the option that ret_error->value names, if it has no name
 * @return 0, -EINVAL, -ENOMEM
 */
int action_read(const char *word, size_t length, const struct verb *verb, struct rule_action **ret_action,
		struct action_error *ret_error, struct sockopt_unnamed *ret_unnamed);

#endif
