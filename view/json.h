/* SPDX-License-Identifier: MIT */
/* JSON as a stream: no tree is built, so that 100,000 sockets cost no memory. */
#ifndef VIEW_JSON_H
#define VIEW_JSON_H

#include <sockopt.h>
#include <stdint.h>
#include <stdio.h>

/** Writes into a file; knows where a comma is due. */
struct json {
	FILE *file;
	bool comma;
};

/** name is NULL inside of arrays. */
void json_object(struct json *json, const char *name);
void json_end_object(struct json *json);
void json_array(struct json *json, const char *name);
void json_end_array(struct json *json);
/** A text of others: made valid UTF-8 without control characters, at most 1 KiB. */
void json_string(struct json *json, const char *name, const char *text);
/** A text of any length: every character of it is kept. For texts of ours, and what must come back as it was. */
void json_text(struct json *json, const char *name, const char *text);
void json_signed(struct json *json, const char *name, int64_t number);
void json_unsigned(struct json *json, const char *name, uint64_t number);
/** Ten digits; null for what JSON has no number for: none, and infinity. */
void json_double(struct json *json, const char *name, double number);
/** A 64-bit identity: as a string, since readers keep 53 bits. */
void json_identity(struct json *json, const char *name, uint64_t number);
void json_bool(struct json *json, const char *name, bool value);
void json_null(struct json *json, const char *name);
/** Ends the line. */
void json_line(struct json *json);

/** The value of an option as the kernel gave it: number, string, object, list, or bytes as hex. */
void json_value(struct json *json, const char *name, const struct sockopt_type *type, const void *bytes,
		size_t length);

#endif
