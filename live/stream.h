/* SPDX-License-Identifier: MIT */
/* Reads ahead: while one buffer of records is looked at, the kernel fills the next in another thread. */
#ifndef LIVE_STREAM_H
#define LIVE_STREAM_H

#include <sys/types.h>

struct stream;

/**
 * @brief Begins to read a descriptor of bpf_sockets_open(); it stays the caller's, open until stream_end().
 * @return 0 or -errno
 */
int stream_begin(int fd, struct stream **ret);

/** @return how many bytes are at ret_bytes, valid until the next call; 0: that was all; or -errno */
ssize_t stream_next(struct stream *stream, const void **ret_bytes);

/** Ends it, also before all was read. */
void stream_end(struct stream *stream);

#endif
