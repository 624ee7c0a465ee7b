/* SPDX-License-Identifier: MIT */
#ifndef COMPANION_H
#define COMPANION_H

#include <stddef.h>

/**
 * The path of a file that comes with sockopt.
 *
 * variable   environment variable that names it, for tests; not heeded in a program with privileges of its file
 * installed  where it is installed
 * built      its place in the build folder, from the folder of the program, for a program that is not installed
 * buffer     room for the path, if it is built from the last
 *
 * Returns a path, of an existing file if there is one; owned by the environment, the caller's strings, or buffer.
 */
const char *companion_path(const char *variable, const char *installed, const char *built, char *buffer, size_t size);

#endif
