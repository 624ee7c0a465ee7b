/* SPDX-License-Identifier: MIT */
/* Texts of the catalogue by language. */

#include "sockopt.h"

const char *sockopt_text(struct sockopt_text text, const char *language)
{
	bool spanish = language && language[0] == 'e' && language[1] == 's';

	return spanish && text.es ? text.es : text.en;
}
