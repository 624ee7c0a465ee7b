/* SPDX-License-Identifier: MIT */
/* Talk to the person, on stderr. */

#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "color.h"
#include "text.h"

static bool is_verbose;

void log_set_verbose(bool verbose)
{
	is_verbose = verbose;
}

bool log_is_verbose(void)
{
	return is_verbose;
}

static void say(const char *word, enum color color, const char *format, va_list arguments)
	__attribute__((format(printf, 3, 0)));

static void say(const char *word, enum color color, const char *format, va_list arguments)
{
	char text[4096], harmless[8192];

	/* The user's words and the names of others are in it. */
	vsnprintf(text, sizeof(text), format, arguments);
	text_escape(text, harmless, sizeof(harmless));
	fflush(stdout);
	fprintf(stderr, "%s%s%s %s\n", color_err(color), word, color_err(COLOR_OFF), harmless);
}

void log_error(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say("sockopt:", COLOR_BAD, format, arguments);
	va_end(arguments);
}

void log_warning(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(_("warning:"), COLOR_CHANGED, format, arguments);
	va_end(arguments);
}

void log_hint(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(_("hint:"), COLOR_NAME, format, arguments);
	va_end(arguments);
}

void log_line(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say("sockopt:", COLOR_DIM, format, arguments);
	va_end(arguments);
}

void log_debug(const char *format, ...)
{
	va_list arguments;

	if (!is_verbose)
		return;
	va_start(arguments, format);
	say("sockopt:", COLOR_DIM, format, arguments);
	va_end(arguments);
}

void log_sockopt_error(const char *prefix, const struct sockopt_error *error)
{
	char message[1024], hint[1024];

	sockopt_message(error, text_language(), message, sizeof(message));
	if (prefix)
		log_error("%s: %s", prefix, message);
	else
		log_error("%s", message);
	if (sockopt_hint(error, text_language(), hint, sizeof(hint)) > 0)
		log_hint("%s", hint);
}

void log_progress(const char *what, size_t done, size_t total)
{
	static struct timespec began, last;
	static bool shown;
	struct timespec now;
	double since_begin, since_last;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (began.tv_sec == 0)
		began = now;
	since_begin = (double)(now.tv_sec - began.tv_sec) + (double)(now.tv_nsec - began.tv_nsec) / 1e9;
	since_last = (double)(now.tv_sec - last.tv_sec) + (double)(now.tv_nsec - last.tv_nsec) / 1e9;
	if (done >= total) {
		if (shown)
			fputs("\r\033[K", stderr);
		shown = false;
		began = (struct timespec){ 0 };
		return;
	}
	if (since_begin < 1 || since_last < 0.1 || !isatty(STDERR_FILENO))
		return;
	last = now;
	shown = true;
	fprintf(stderr, "\r%s %zu/%zu\033[K", what, done, total);
}
