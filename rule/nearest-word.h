/* SPDX-License-Identifier: MIT */
/* Of words: which one was meant. */
#ifndef RULE_NEAREST_WORD_H
#define RULE_NEAREST_WORD_H

/**
 * @brief The word that a mistyped one was to be: another case, cut short, or a letter in four missing, too many, wrong
 *        or swapped with its neighbour.
 * @param words up to NULL
 * @return one of words, or NULL: none is near
 */
const char *nearest_word(const char *word, const char *const *words);

#endif
