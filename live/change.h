/* SPDX-License-Identifier: MIT */
/* One option of one socket of another process, changed: by cookie, with the old value known. */
#ifndef LIVE_CHANGE_H
#define LIVE_CHANGE_H

#include "borrow.h"
#include "sockets.h"

/** The old value of an option that changes along (SO_BUF_LOCK with SO_RCVBUF). */
struct change_touched {
	const struct sockopt_option *option;
	struct sockopt_value before;
};

#define CHANGE_TOUCHED_MAX 8

/** Before, asked and after of one option of one socket. */
struct change {
	const struct sockopt_option *option;
	bool has_before; /* false: the option cannot be read, or reading it would change it */
	struct sockopt_value before;
	struct sockopt_value asked;
	bool has_after;
	struct sockopt_value after;
	enum sockopt_result result;
	int error; /* errno of the set, positive; 0: it was made, or only planned */
	struct change_touched touched[CHANGE_TOUCHED_MAX];
	size_t n_touched;
};

/** Can the old value be read, so that it can be brought back? */
bool change_readable(const struct sockopt_option *option);

/** The option that its value is read by and brought back: itself, of SO_RCVBUFFORCE SO_RCVBUF; NULL: there is none */
const struct sockopt_option *change_read_by(const struct sockopt_option *option);

/**
 * @brief Reads what is there before; fills option, asked, before, touched; result: planned.
 * @return 0, or -errno: an old value that is there cannot be read, so that the change could not be taken back
 */
int change_plan(struct live_socket *socket, const struct sockopt_option *option, const struct sockopt_value *asked,
		struct change *ret);

/** Of that, touched alone, as far as it can be had. @return as change_plan() */
int change_read_touched(struct live_socket *socket, const struct sockopt_option *option, struct change *change);

/** Makes a planned change, and reads what came of it. */
void change_make(int fd, struct change *change);

/**
 * @brief Brings an old value back, as it was kept before: halves what the kernel doubles, passes a limit if it may.
 * @return 0 or -errno
 */
int change_restore(int fd, const struct sockopt_option *option, const struct sockopt_value *before);

/**
 * @brief Borrows a socket that was seen before, by any of its holders.
 * @return 0, -ESTALE if none of the holders has this socket any more, or as borrow_fd()
 */
int change_borrow(struct borrower *borrower, const struct facts_holder *holders, size_t n_holders,
		  uint64_t cookie, int *ret_fd);

#endif
