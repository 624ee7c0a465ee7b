/* SPDX-License-Identifier: MIT */
/* A ready line of code that sets (or reads) an option, in six languages, made from the entry. */
#ifndef VIEW_CODE_H
#define VIEW_CODE_H

#include <sockopt.h>

enum code_language { CODE_C,
		     CODE_PYTHON,
		     CODE_GO,
		     CODE_RUST,
		     CODE_JAVA,
		     CODE_NODE,
		     CODE_N_LANGUAGES };

/** c, python, go, rust, java, node; CODE_N_LANGUAGES for another word. */
enum code_language code_find(const char *word);

/** "C", "Python", ... */
const char *code_name(enum code_language language);

/** Writes the line (perhaps several); returns the length that was needed. */
int code_line(const struct sockopt_option *option, enum code_language language, char *ret, size_t size);

#endif
