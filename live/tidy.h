/* SPDX-License-Identifier: MIT */
/* Ownership by the cleanup attribute: a variable closes or frees what it holds, unless it was handed over. */
#ifndef LIVE_TIDY_H
#define LIVE_TIDY_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void tidy_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void tidy_free(void *pointer)
{
	free(*(void **)pointer);
}

static inline void tidy_closedir(DIR **directory)
{
	if (*directory)
		closedir(*directory);
}

static inline void tidy_fclose(FILE **file)
{
	if (*file)
		fclose(*file);
}

#define autoclose __attribute__((cleanup(tidy_close)))
#define autofree __attribute__((cleanup(tidy_free)))
#define autoclosedir __attribute__((cleanup(tidy_closedir)))
#define autofclose __attribute__((cleanup(tidy_fclose)))

/** Hands a descriptor over: the variable no longer closes it. */
static inline int take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

#endif
