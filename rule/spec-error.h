/* SPDX-License-Identifier: MIT */
/* Why a text is no link, or no load. */
#ifndef RULE_SPEC_ERROR_H
#define RULE_SPEC_ERROR_H

#include <stddef.h>

/** what and hint are English, to be translated; hint may be NULL. */
struct spec_error {
	size_t at;     /* offset in the text */
	size_t length; /* of the bad word; 0: none */
	const char *what;
	const char *hint;
};

#endif
