/* SPDX-License-Identifier: MIT */
/* Text to numbers and fields. Private to lib/. Lengths count; nothing needs a NUL. */
#ifndef LIB_PARSE_H
#define LIB_PARSE_H

#include "sockopt.h"

/** A stretch of the caller's text. */
struct word {
	const char *at;
	size_t length;
};

/** What goes wrong in a word: the problem and where. */
struct trouble {
	enum sockopt_problem problem;
	const char *at;
};

/** The number in a word, with the suffixes of the field's unit; sets trouble and returns -EINVAL or -ERANGE. */
int parse_number(const struct sockopt_field *field, struct word word, int64_t *ret_number,
		 struct trouble *trouble);

/** One element of a field, into its place in bytes. ret_length: what a string or bytes took. */
int parse_field(const struct sockopt_field *field, struct word word, unsigned char *bytes, size_t index,
		size_t *ret_length, struct trouble *trouble);

/** A whole value of the type. */
int parse_struct(const struct sockopt_type *type, struct word word, struct sockopt_value *ret,
		 struct trouble *trouble);

/** Cuts the next part off a list, at a separator outside of braces and brackets; false at the end. */
bool parse_next(struct word *rest, char separator, struct word *ret_part);

#endif
