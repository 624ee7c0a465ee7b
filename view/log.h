/* SPDX-License-Identifier: MIT */
/* Talk to the person, on stderr: what failed, what to do, what is under way. */
#ifndef VIEW_LOG_H
#define VIEW_LOG_H

#include <sockopt.h>
#include <stdbool.h>

/** More talk: -v. */
void log_set_verbose(bool verbose);
bool log_is_verbose(void);

/** sockopt: what was tried, on what, why. Translated by the caller. */
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
/** hint: the way forward. */
void log_hint(const char *format, ...) __attribute__((format(printf, 1, 2)));
/** What was asked for, where stdout is not ours. */
void log_line(const char *format, ...) __attribute__((format(printf, 1, 2)));
/** Only with -v. */
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** An error of the library with its hint, in the user's language. prefix: what was tried, or NULL. */
void log_sockopt_error(const char *prefix, const struct sockopt_error *error);

/** One line that is overwritten, only on a terminal and only after a second. done == total ends it. */
void log_progress(const char *what, size_t done, size_t total);

#endif
