/* SPDX-License-Identifier: MIT */
/* What the kernel's side tells of a socket (bpf/record.h), read and checked. */
#ifndef LIVE_RECORDS_H
#define LIVE_RECORDS_H

#include <facts.h>
#include <record.h>

#include "value-places.h"

/** A record in a buffer: nothing is copied. */
struct record_view {
	const struct socket_record *head;
	const unsigned char *blocks[VALUES_N_BLOCKS]; /* NULL: not told */
	const struct record_paths *paths;             /* NULL: no names */
	unsigned char address[28];                    /* room for record_answer() */
};

/**
 * @brief Reads the record at the beginning of a buffer.
 * @param bytes aligned to 8
 * @return its length, or -EBADMSG if it is cut, or not one
 */
long record_parse(const void *bytes, size_t length, struct record_view *ret);

/** Fills kind, cookie, inode, netns, state and addresses of facts; holders and interface stay. */
void record_facts(const struct record_view *view, struct facts *ret);

enum record_answer {
	RECORD_VALUE,    /* the bytes are there */
	RECORD_AS_FRESH, /* it is what a fresh socket of this kind has in this namespace */
	RECORD_ERROR,    /* getsockopt(2) would fail: record_error() */
	RECORD_ASK,      /* only getsockopt(2) can tell */
};

/** What the record says of an option; RECORD_VALUE: bytes and length are filled in, valid until the
 * next call. */
enum record_answer record_answer(struct record_view *view, const struct sockopt_option *option,
				 const void **ret_bytes, size_t *ret_length);

/** The errno, positive, of an option that is marked as failing, on a socket of this family. */
int record_error(const struct sockopt_option *option, int family);

/** Where the values of an option stand; NULL: the kernel's structs do not tell it. */
const struct values_place *record_place(const struct sockopt_option *option);

#endif
