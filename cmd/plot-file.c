/* SPDX-License-Identifier: MIT */
/* The file of --plot. */

#include "plot-file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <strings.h>
#include <sys/wait.h>
#include <unistd.h>

#include <log.h>
#include <text.h>

extern char **environ;

static bool is_png(const char *path)
{
	size_t length = strlen(path);

	return length > 4 && strcasecmp(path + length - 4, ".png") == 0;
}

/** Starts rsvg-convert. input, output: its descriptors. @return its pid, or -errno */
static pid_t start(char *const *arguments, int input, int output)
{
	posix_spawn_file_actions_t actions;
	pid_t pid;
	int error;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
	error = posix_spawnp(&pid, arguments[0], &actions, NULL, arguments, environ);
	posix_spawn_file_actions_destroy(&actions);
	return error ? -error : pid;
}

static int wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EIO;
}

bool plot_file_check(const char *path)
{
	char *const version[] = { (char[]){ "rsvg-convert" }, (char[]){ "--version" }, NULL };
	int nothing, r;

	if (!path || !is_png(path))
		return true;
	nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	r = nothing < 0 ? -errno : start(version, nothing, nothing);
	if (r > 0)
		r = wait_for(r);
	if (nothing >= 0)
		close(nothing);
	if (r == 0)
		return true;
	log_error(_("'%s': a PNG is made by rsvg-convert, which cannot be run: %s"), path, strerror(-r));
	log_hint(_("Debian has it in librsvg2-bin; a name that ends in .svg needs nothing"));
	return false;
}

/** @return 0, or -errno and nothing is open */
static int open_file(const char *path, struct plot_file *ret)
{
	char *const arguments[] = {
		(char[]){ "rsvg-convert" },
		(char[]){ "--format=png" },
		(char[]){ "--zoom=2" },
		NULL,
	};
	int ends[2], output;

	*ret = (struct plot_file){ .path = path };
	if (!is_png(path)) {
		ret->file = fopen(path, "we");
		return ret->file ? 0 : -errno;
	}
	output = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (output < 0)
		return -errno;
	if (pipe2(ends, O_CLOEXEC) < 0) {
		close(output);
		return -errno;
	}
	/* If it ends early, that is seen by how it ended. */
	signal(SIGPIPE, SIG_IGN);
	ret->converter = start(arguments, ends[0], output);
	close(ends[0]);
	close(output);
	ret->file = ret->converter > 0 ? fdopen(ends[1], "w") : NULL;
	if (ret->file)
		return 0;
	close(ends[1]);
	return ret->converter > 0 ? -ENOMEM : ret->converter;
}

static bool say(const char *path, int r)
{
	if (r < 0)
		log_error(_("cannot write '%s': %s"), path, strerror(-r));
	return r == 0;
}

bool plot_file_open(const char *path, struct plot_file *ret)
{
	return say(path, open_file(path, ret));
}

bool plot_file_close(struct plot_file *plot, int r)
{
	if ((fflush(plot->file) != 0 || ferror(plot->file)) && r == 0)
		r = -errno;
	if (fclose(plot->file) != 0 && r == 0)
		r = -errno;
	if (plot->converter > 0) {
		int converted = wait_for(plot->converter);

		r = r == 0 || r == -EPIPE ? converted : r;
	}
	return say(plot->path, r);
}
