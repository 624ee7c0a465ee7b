/* SPDX-License-Identifier: MIT */
/* What the languages of code.c share. */
#ifndef VIEW_CODE_PARTS_H
#define VIEW_CODE_PARTS_H

#include <sockopt.h>

struct writer {
	char *at;
	size_t size;
	size_t length; /* what was needed so far */
};

void code_put(struct writer *writer, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** A number of 32 bits: what an int is for most languages. */
bool code_is_int(const struct sockopt_type *type);
bool code_is_string(const struct sockopt_type *type);

int64_t code_number(const struct sockopt_option *option, const struct sockopt_value *value);

/** The bytes of the example as elements of an array literal. */
void code_put_bytes(struct writer *writer, const struct sockopt_value *value);

/** Classic BPF: the call takes the address of the program, and its length. */
bool code_is_program(const struct sockopt_option *option);
size_t code_instructions(const struct sockopt_value *value);

/** parts: what stands before code, jt, jf and k, and after them. */
void code_put_instructions(struct writer *writer, const struct sockopt_value *value, const char *const parts[5]);

/** Lines that compile alone, with their headers. */
void code_put_c(struct writer *writer, const struct sockopt_option *option, const struct sockopt_value *value);

#endif
