/* SPDX-License-Identifier: MIT */
/* Reads ahead in a thread of its own. */

#include "stream.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>

#include "bpf-sockets.h"

#define BUFFERS 8

struct stream {
	int fd;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t filled, freed;
	unsigned char *buffers; /* BUFFERS of BPF_BUFFER_SIZE each: a ring */
	ssize_t lengths[BUFFERS];
	size_t written, taken; /* buffers so far */
	bool is_held;          /* the reader looks at buffer number taken - 1 */
	bool stop;
};

static unsigned char *buffer(const struct stream *stream, size_t number)
{
	return stream->buffers + number % BUFFERS * BPF_BUFFER_SIZE;
}

/** The buffer that is looked at is not free yet. */
static size_t in_use(const struct stream *stream)
{
	return stream->written - stream->taken + stream->is_held;
}

static void *read_ahead(void *arg)
{
	struct stream *stream = arg;
	ssize_t n;

	do {
		pthread_mutex_lock(&stream->lock);
		while (in_use(stream) == BUFFERS && !stream->stop)
			pthread_cond_wait(&stream->freed, &stream->lock);
		n = stream->stop ? 0 : 1;
		pthread_mutex_unlock(&stream->lock);
		if (n == 0)
			break;
		n = bpf_sockets_read(stream->fd, buffer(stream, stream->written));
		pthread_mutex_lock(&stream->lock);
		stream->lengths[stream->written++ % BUFFERS] = n;
		pthread_cond_signal(&stream->filled);
		pthread_mutex_unlock(&stream->lock);
	} while (n > 0);
	return NULL;
}

int stream_begin(int fd, struct stream **ret)
{
	struct stream *stream = calloc(1, sizeof(*stream));
	sigset_t all, before;
	int r;

	if (!stream)
		return -ENOMEM;
	stream->fd = fd;
	stream->buffers = aligned_alloc(64, (size_t)BUFFERS * BPF_BUFFER_SIZE);
	if (!stream->buffers) {
		free(stream);
		return -ENOMEM;
	}
	pthread_mutex_init(&stream->lock, NULL);
	pthread_cond_init(&stream->filled, NULL);
	pthread_cond_init(&stream->freed, NULL);
	/* Signals are for the thread that knows what to do about them. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	r = pthread_create(&stream->thread, NULL, read_ahead, stream);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (r) {
		free(stream->buffers);
		free(stream);
		return -r;
	}
	*ret = stream;
	return 0;
}

ssize_t stream_next(struct stream *stream, const void **ret_bytes)
{
	ssize_t n;

	pthread_mutex_lock(&stream->lock);
	stream->is_held = false;
	pthread_cond_signal(&stream->freed);
	while (stream->written == stream->taken)
		pthread_cond_wait(&stream->filled, &stream->lock);
	n = stream->lengths[stream->taken % BUFFERS];
	*ret_bytes = buffer(stream, stream->taken);
	/* The end stays: whoever asks again is told again. */
	if (n > 0) {
		stream->taken++;
		stream->is_held = true;
	}
	pthread_mutex_unlock(&stream->lock);
	return n;
}

void stream_end(struct stream *stream)
{
	pthread_mutex_lock(&stream->lock);
	stream->stop = true;
	pthread_cond_signal(&stream->freed);
	pthread_mutex_unlock(&stream->lock);
	pthread_join(stream->thread, NULL);
	pthread_cond_destroy(&stream->filled);
	pthread_cond_destroy(&stream->freed);
	pthread_mutex_destroy(&stream->lock);
	free(stream->buffers);
	free(stream);
}
