/* SPDX-License-Identifier: MIT */
/* How `show` looks: one result, three views of it. */
#ifndef VIEW_SHOW_H
#define VIEW_SHOW_H

#include <facts.h>
#include <stdio.h>

/** A socket to be shown. */
struct show_socket {
	const struct facts *facts;
	int error; /* why its options cannot be read, positive; 0: they can, or nobody holds it */
	bool readable;
	bool is_foreign;   /* in another network namespace than ours */
	const char *netns; /* the name of that; NULL: it has none */
	uid_t uid;         /* of sockets without a known holder; (uid_t)-1: not known */
};

/** One option of it. */
struct show_row {
	const struct sockopt_option *option;
	int error; /* errno with which the kernel refused; 0 */
	const void *bytes;
	size_t length;
	bool differs;                           /* from what a fresh socket has */
	const struct sockopt_value *by_default; /* NULL: not known */
};

/** The rows of the last socket of a kind, as they were written: most of the next one's are the same. */
struct show_line;

#define SHOW_LINE_ROWS 320

/** @return NULL if memory is short */
struct show_line *show_line_new(void);
void show_line_free(struct show_line *line);

/** A view: begin is called first, end last; socket before the rows of one socket, done after them. */
struct show_view {
	void (*socket)(struct show_view *view, const struct show_socket *socket);
	void (*row)(struct show_view *view, const struct show_row *row);
	/**
	 * A row of a line that is to be remembered: number index, beginning with 0, each once and in order.
	 * NULL here and for repeat: the view remembers nothing, and wants each row by row().
	 */
	void (*row_of_line)(struct show_view *view, struct show_line *line, size_t index, const struct show_row *row);
	/**
	 * The rows from number first up to, but not including, end are as they were in this line's last socket.
	 * @return false: they are not remembered, and are wanted one by one
	 */
	bool (*repeat)(struct show_view *view, struct show_line *line, size_t first, size_t end);
	void (*done)(struct show_view *view);
	void (*end)(struct show_view *view); /* frees the view */
};

/** Blocks for people: a line a socket, its options below. */
struct show_view *show_text(FILE *file);

/** One JSON object a line. */
struct show_view *show_json(FILE *file);

/** A table: a socket a line, an option a column. options: borrowed, must outlive the view. */
struct show_view *show_table(FILE *file, const struct sockopt_option *const *options, size_t n_options);

/** The value before the kernel doubled it, as a number; false where nothing is doubled. */
bool show_asked(const struct show_row *row, int64_t *ret);

#endif
