# SPDX-License-Identifier: MIT
"""C as text: strings, names, and what stands before and after the tables of catalog.gen.c."""

from __future__ import annotations

from catalog import Entry


def quote(text: str | None) -> str:
    """A C string; long texts one source line each."""
    if text is None:
        return "NULL"
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t").replace("??", "?\\?")
    lines = escaped.split("\n")
    return "\n\t\t".join(f'"{line}\\n"' for line in lines[:-1]) + ("\n\t\t" if len(lines) > 1 else "") + f'"{lines[-1]}"'


def text_pair(text: Entry | None) -> str:
    if not text:
        return "{ NULL, NULL }"
    return "{ " + quote(text["en"].strip()) + ",\n\t\t" + quote(text["es"].strip()) + " }"


def bits(words: list[str], numbers: dict[str, int]) -> int:
    return sum(numbers[word] for word in set(words))


def word(prefix: str, value: str) -> str:
    return prefix + value.upper().replace("-", "_")


def identifier(name: str) -> str:
    return "".join(c if c.isalnum() else "_" for c in name)


PREAMBLE = """/* Made from catalog/ by gen/to_c.py. Do not edit. */

#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "catalog.h"

#pragma GCC diagnostic ignored "-Wpadded"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#pragma GCC diagnostic ignored "-Woverlength-strings"

static const char *const no_strings[] = { NULL };
__attribute__((unused)) static const struct sockopt_type type_none = { .name = "none", .form = SOCKOPT_FORM_NONE };
"""

POSTAMBLE = """
const struct catalog catalog_tables = {
	.options = options,
	.n_options = sizeof(options) / sizeof(options[0]),
	.levels = levels,
	.n_levels = sizeof(levels) / sizeof(levels[0]),
	.names = names,
	.n_names = sizeof(names) / sizeof(names[0]),
};
"""
