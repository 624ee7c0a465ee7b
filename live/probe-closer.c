/* SPDX-License-Identifier: MIT */
/* Closes descriptors on the side. */

#include "probe-closer.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

enum { N_THREADS = 64, /* each sleeps in the kernel nearly all the time */
       STOP = -1 };

static int queue[2] = { -1, -1 }; /* a pipe of descriptors */
static pthread_t threads[N_THREADS];
static size_t n_threads;

static void *run(void *unused)
{
	int fd;

	while (read(queue[0], &fd, sizeof(fd)) == (ssize_t)sizeof(fd) && fd != STOP)
		close(fd);
	return unused;
}

void closer_start(void)
{
	if (pipe2(queue, O_CLOEXEC) < 0)
		return;
	while (n_threads < N_THREADS && pthread_create(&threads[n_threads], NULL, run, NULL) == 0)
		n_threads++;
}

void close_later(int fd)
{
	if (n_threads == 0 || write(queue[1], &fd, sizeof(fd)) != (ssize_t)sizeof(fd))
		close(fd);
}

void closer_forget(void)
{
	n_threads = 0;
}

void closer_stop(void)
{
	bool all_know = true;

	for (size_t i = 0; i < n_threads; i++)
		all_know &= write(queue[1], &(int){ STOP }, sizeof(int)) == (ssize_t)sizeof(int);
	/* Who does not know of it would be waited for for ever; it ends with us. */
	for (size_t i = 0; i < n_threads && all_know; i++)
		pthread_join(threads[i], NULL);
	n_threads = 0;
}
