/* SPDX-License-Identifier: MIT */
/* What a value of an option looks like is found out once: most sockets have the same few values. */
#ifndef VIEW_MEMO_H
#define VIEW_MEMO_H

#include "show.h"

struct memo;

/** @return NULL if memory is short: then nothing is remembered */
struct memo *memo_new(void);
void memo_free(struct memo *memo);

/** The text that was kept for a row like this; NULL if there is none. */
const char *memo_find(struct memo *memo, const struct show_row *row, size_t *ret_length);

/** Keeps the text of a row, if it is worth it: short ones of short values. */
void memo_keep(struct memo *memo, const struct show_row *row, const char *text, size_t length);

#endif
