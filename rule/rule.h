/* SPDX-License-Identifier: MIT */
/*
 * Rules: which options sockets are to have, from which moment on, and what
 * becomes of what the program itself asks for.
 *
 *   rule    := [HEAD ':'] ACTION...
 *   HEAD    := MOMENT [, MOMENT]... ['and' SELECTOR] | SELECTOR
 *   ACTION  := [VERB] OPTION=VALUE  |  (deny | ignore | log) OPTION
 *   MOMENT  := socket | bind | listen | connect | accept
 *   VERB    := set | force | default | deny[=ERRNO] | ignore | log   (holds until the next verb)
 *
 * The ':' is one with a space or the end of the line after it. A line that begins
 * with a space goes on with the rule before it; so does one after a '\'. '#'
 * begins a comment. Everything here is pure: text in, decisions out, no I/O.
 */
#ifndef RULE_RULE_H
#define RULE_RULE_H

#include "facts.h"
#include "selector.h"

/** What becomes of the option, and of what the program itself asks for. */
enum rule_verb {
	RULE_SET,     /* made at its moment; what the program asks for later counts */
	RULE_FORCE,   /* made at its moment; what the program asks for is replaced */
	RULE_DEFAULT, /* made at its moment, unless the program has set the option */
	RULE_DENY,    /* nothing is made; what the program asks for is refused, or (ignore) has no effect */
	RULE_LOG,     /* nothing is made; what the program asks for is reported */
};

/** One option of one rule. */
struct rule_action {
	enum rule_verb verb;
	const struct sockopt_option *option; /* as written; its twins at other levels are meant, too */
	struct sockopt_unnamed unnamed;      /* what option points to, if it has no name */
	bool has_value;                      /* deny and log may stand without one: any value */
	struct sockopt_value value;
	char *text;       /* as written, without the verb */
	int error;        /* RULE_DENY: the errno, positive; 0: the call succeeds without effect (ignore) */
	unsigned moments; /* of enum sockopt_moment: when it is made, on any kind of socket; 0: never (deny, log) */
};

struct rule {
	struct selector *selector; /* NULL: any socket */
	unsigned moments;          /* as written; 0: chosen from the catalogue, an option at a time */
	struct rule_action **actions;
	size_t n_actions;
	char *source; /* the file, or "-r" */
	unsigned line;
	char *text;      /* as written, on one line */
	bool is_literal; /* of rules_add(): text is one OPTION=VALUE */
};

/** All rules in their order. Zero-initialised: none. */
struct rules {
	struct rule **list;
	size_t n;
};

/** Why a rule is wrong. Pointers are into the text that was read, to constants, or to the catalogue. */
struct rule_error {
	const char *source;
	unsigned line, column;          /* from 1; column counts bytes */
	const char *word;               /* the bad word, in the text; not NUL-terminated */
	size_t length;                  /* of it; 0: none */
	const char *what;               /* what is said of the word: English, to be translated; NULL if value says it */
	const char *hint;               /* English, to be translated, or NULL */
	char meant[96];                 /* what was probably meant instead; "": who knows */
	struct sockopt_text reason;     /* the catalogue's words on it; each may be NULL */
	struct sockopt_error value;     /* problem != 0: a wrong name or value of an option */
	struct sockopt_unnamed unnamed; /* what value.option may point to */
};

/**
 * @brief Reads rules, checks that each can take effect, and appends them.
 *
 * @param source named in errors and reports: a file's name
 * @param text NUL-terminated; ret_error points into it
 * @return 0, -EINVAL (then nothing of this text was appended), -ENOMEM
 */
int rules_parse(struct rules *rules, const char *source, const char *text, struct rule_error *ret_error);

/** As rules_parse(), of one OPTION=VALUE for any socket, in which no character is special. */
int rules_add(struct rules *rules, const char *source, const char *assignment, struct rule_error *ret_error);

void rules_free(struct rules *rules);

/* ---- what an engine must look at ---- */

/** The moments at which some rule makes something: the calls that need to be seen. */
unsigned rules_moments(const struct rules *rules);

/** Is there an action that looks at what a program asks for (force, default, deny, log) of this option? */
bool rules_watch(const struct rules *rules, int level, int number);

/** Does the action look at what a program asks for? */
bool rule_action_watches(const struct rule_action *action);

/** Does the action make an assignment at a moment? */
bool rule_action_makes(const struct rule_action *action);

/**
 * @brief The moments at which an action is made on one kind of socket: as written, or chosen.
 *
 * Chosen: on a socket that can listen, before listen(2) if accepted sockets inherit the option (or else on
 * the accepted sockets), and before connect(2); each time the latest moment of those at which it still takes
 * effect and the selector can be true. On other sockets at once; at bind(2) or connect(2) if the selector
 * needs an address.
 */
unsigned rule_moments(const struct rule *rule, const struct rule_action *action, const struct sockopt_kind *kind);

/** Can such a socket listen and accept? */
bool rule_accepts(const struct sockopt_kind *kind);

/** The kinds of socket that rules are checked with. @return false past the end */
bool rule_kind(size_t index, struct sockopt_kind *ret);

enum { RULE_N_MOMENTS = 5 };

/** All moments, in the order in which they come. */
extern const enum sockopt_moment rule_moments_in_order[RULE_N_MOMENTS];

/** "socket", "bind", ...: the word of a moment. */
const char *rule_moment_word(enum sockopt_moment moment);

/** "set", "force", ...: the verb of an action. */
const char *rule_verb_word(const struct rule_action *action);

/* ---- decisions ---- */

/** An assignment that is to be made. */
struct rule_hit {
	const struct rule *rule;
	const struct rule_action *action;
	const struct sockopt_option *option; /* the action's, or its twin for this kind of socket */
};

/** What an engine remembers of a socket. May be asked of any option. */
struct rule_memory {
	/** Has the program set this option (of this socket, or of the listener that it inherits it from)? */
	bool (*was_set)(void *context, const struct sockopt_option *option);
	void *context;
};

/**
 * @brief Which assignments are due at a moment, in order. Of several of one option the last that fits is made.
 *
 * @param facts of the socket just before the call, but with the address that bind or connect is about to give
 *   it (local of bind, peer of connect). With connect or listen of an unbound socket what is due at bind is due.
 * @param memory NULL: the program has set nothing
 * @return how many were stored
 */
size_t rules_decide(const struct rules *rules, const struct facts *facts, enum sockopt_moment moment,
		    const struct rule_memory *memory, struct rule_hit *ret, size_t max);

enum rule_judgment {
	RULE_PASS,    /* the call is made as it is */
	RULE_REPLACE, /* the call is made with the action's value */
	RULE_REFUSE,  /* the call fails with the action's errno */
};

/** What becomes of a setsockopt(2) of the program. */
struct rule_verdict {
	enum rule_judgment judgment;
	struct rule_hit by;     /* rule == NULL if it passes */
	struct rule_hit logged; /* the log action that wants it reported; rule == NULL: none */
	bool remember;          /* a default asks whether the program has set it: note it if the call succeeds */
};

/** A setsockopt(2) of the program. bytes is a copy: the decision is made of it, and it is what is then set. */
struct rule_call {
	int level;
	int number;
	const void *bytes;
	size_t length;
};

/**
 * @brief Judges a setsockopt(2) of the program.
 *
 * A later force, set or default stands in for an earlier force; a later force for an earlier deny. deny and
 * set stand side by side: the rule's value is made, the program's refused.
 *
 * @param past the moments that the socket has come to so far (an accepted one: also those of its listener). A
 *   rule with a moment forces from that moment on.
 */
void rules_judge(const struct rules *rules, const struct facts *facts, unsigned past, const struct rule_call *call,
		 struct rule_verdict *ret);

/* ---- sockets that are there already ---- */

/** The moments that a socket has come to; which of connect and accept it was is not known from itself. */
unsigned rules_come_to(const struct facts *facts, bool is_accepted);

/**
 * @brief Should a socket that has come to these moments have what this action assigns?
 *
 * Of several actions of one option the last that fits counts. A default is owed to none: whether the program has
 * set the option is not known.
 */
bool rules_owe(const struct rules *rules, const struct facts *facts, unsigned past, const struct rule_action *asked);

/** Is this value one of the dangerous ones of the option? */
bool rule_is_dangerous(const struct sockopt_option *option, const struct sockopt_value *value);

#endif
