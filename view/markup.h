/* SPDX-License-Identifier: MIT */
/* Text as SVG and HTML take it. */
#ifndef VIEW_MARKUP_H
#define VIEW_MARKUP_H

#include <stdio.h>

/** Escaped for an element or an attribute; what a terminal would not be given is escaped as there. */
void markup_text(FILE *file, const char *text);

#endif
