# SPDX-License-Identifier: MIT
"""catalogue -> sockopt-typed.h: setters and getters in which a wrong C type does not compile.

usage: to_typed.py CATALOG_FOLDER OUTPUT.h
"""

from __future__ import annotations

import sys
from pathlib import Path

import catalog as facts
from catalog import Catalog, Entry
from to_c import ARCHITECTURE_MACROS, identifier

PREAMBLE = """/* SPDX-License-Identifier: MIT */
/* Made from catalog/ by gen/to_typed.py. Do not edit. */
/*
 * One setter and one getter an option: sockopt_set_TCP_NODELAY(fd, true),
 * sockopt_get_TCP_KEEPIDLE(fd, &seconds). Level, number and length come from
 * the catalogue, so that they cannot be mixed up, and a value of another C type
 * (a char for an int, an int for a struct linger) is an error of the compiler:
 * "not compatible with any association".
 *
 * All return 0 or a negative errno and are [signal-safe]. Getters leave *value
 * untouched on failure; a struct that this kernel fills in part (struct
 * tcp_info has grown) is zero in the rest. What is accepted:
 *   on/off options      bool or int
 *   numbers, flags      int (and unsigned, where the kernel's type is unsigned)
 *   64-bit numbers      any integer that is not narrower than int
 *   strings             char *
 *   SO_LINGER           struct linger, such as (struct linger){ 1, 5 }
 *   timeouts            struct timeval; microseconds over a second are carried
 *                       over; -EWOULDBLOCK on a non-blocking descriptor, where a
 *                       timeout would never be waited for
 *   other structs       a pointer to the struct that the option takes
 */
#ifndef SOCKOPT_TYPED_H
#define SOCKOPT_TYPED_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

static inline int sockopt_typed_set_bytes(int fd, int level, int number, const void *value, size_t size)
{
	return setsockopt(fd, level, number, value, (socklen_t)size) < 0 ? -errno : 0;
}

/* ATM takes and gives 8 bytes where it wants to be told of 4: there is room for them. */
static inline int sockopt_typed_set_int(int fd, int level, int number, int value)
{
	int words[2] = { value, 0 };

	return setsockopt(fd, level, number, words, sizeof(value)) < 0 ? -errno : 0;
}

static inline int sockopt_typed_set_u32(int fd, int level, int number, uint32_t value)
{
	return setsockopt(fd, level, number, &value, sizeof(value)) < 0 ? -errno : 0;
}

static inline int sockopt_typed_set_u64(int fd, int level, int number, uint64_t value)
{
	return setsockopt(fd, level, number, &value, sizeof(value)) < 0 ? -errno : 0;
}

static inline int sockopt_typed_set_string(int fd, int level, int number, const char *value)
{
	return setsockopt(fd, level, number, value, (socklen_t)strlen(value) + 1) < 0 ? -errno : 0;
}

/* A struct that ends in an array: as long as its own count says, which stands at an offset and has 1, 2 or 4 bytes. */
static inline int sockopt_typed_set_tail(int fd, int level, int number, const void *value, size_t fixed, size_t at,
					 size_t width, size_t element)
{
	const unsigned char *where = (const unsigned char *)value + at;
	uint32_t count = *where;
	uint16_t half;

	if (width == sizeof(half)) {
		memcpy(&half, where, sizeof(half));
		count = half;
	} else if (width == sizeof(count)) {
		memcpy(&count, where, sizeof(count));
	}
	if (count > (size_t)(0x7fffffff - fixed) / element)
		return -EMSGSIZE;
	return setsockopt(fd, level, number, value, (socklen_t)(fixed + count * element)) < 0 ? -errno : 0;
}

static inline int sockopt_typed_set_linger(int fd, int level, int number, struct linger value)
{
	return setsockopt(fd, level, number, &value, sizeof(value)) < 0 ? -errno : 0;
}

static inline int sockopt_typed_set_timeval(int fd, int level, int number, struct timeval value)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags >= 0 && (flags & O_NONBLOCK))
		return -EWOULDBLOCK;
	value.tv_sec += value.tv_usec / 1000000;
	value.tv_usec %= 1000000;
	return setsockopt(fd, level, number, &value, sizeof(value)) < 0 ? -errno : 0;
}

static inline int sockopt_typed_get_int(int fd, int level, int number, int *value)
{
	int read[2] = { 0, 0 };
	socklen_t length = sizeof(read[0]);

	if (getsockopt(fd, level, number, read, &length) < 0)
		return -errno;
	*value = read[0];
	return 0;
}

static inline int sockopt_typed_get_bool(int fd, int level, int number, bool *value)
{
	int read = 0;
	int r = sockopt_typed_get_int(fd, level, number, &read);

	if (r == 0)
		*value = read != 0;
	return r;
}

static inline int sockopt_typed_get_u32(int fd, int level, int number, uint32_t *value)
{
	uint32_t read = 0;
	socklen_t length = sizeof(read);

	if (getsockopt(fd, level, number, &read, &length) < 0)
		return -errno;
	*value = read;
	return 0;
}

/* uint64_t is unsigned long here and unsigned long long there: both are 8 bytes. */
static inline int sockopt_typed_get_u64(int fd, int level, int number, void *value)
{
	uint64_t read = 0;
	socklen_t length = sizeof(read);

	if (getsockopt(fd, level, number, &read, &length) < 0)
		return -errno;
	memcpy(value, &read, sizeof(read));
	return 0;
}

/* A struct of at most 512 bytes: none of the catalogue is longer. */
static inline int sockopt_typed_get_struct(int fd, int level, int number, void *value, size_t size)
{
	unsigned char read[512] = { 0 };
	socklen_t length = (socklen_t)(size < sizeof(read) ? size : sizeof(read));

	if (getsockopt(fd, level, number, read, &length) < 0)
		return -errno;
	memset(value, 0, size);
	memcpy(value, read, size < sizeof(read) ? size : sizeof(read));
	return 0;
}

"""


def number_macro(name: str, number: object) -> str:
    if not isinstance(number, dict):
        return f"#define {name} {number}\n"
    lines, condition = "", "#if"
    for architecture, value in number.items():
        if architecture != "generic":
            lines += f"{condition} {ARCHITECTURE_MACROS[architecture]}\n#define {name} {value}\n"
            condition = "#elif"
    return lines + f"#else\n#define {name} {number['generic']}\n#endif\n" if lines else f"#define {name} {number['generic']}\n"


INTEGERS_U64 = "".join(f"{t}: sockopt_typed_set_u64, " for t in (
    "int", "unsigned int", "long", "unsigned long", "long long"))
SETTERS = {
    "bool": "int: sockopt_typed_set_int, bool: sockopt_typed_set_int",
    "int": "int: sockopt_typed_set_int",
    "enum": "int: sockopt_typed_set_int",
    "flags": "int: sockopt_typed_set_u32, unsigned int: sockopt_typed_set_u32",
    "uint": "int: sockopt_typed_set_u32, unsigned int: sockopt_typed_set_u32",
    "u32": "int: sockopt_typed_set_u32, unsigned int: sockopt_typed_set_u32",
    "u64": INTEGERS_U64 + "unsigned long long: sockopt_typed_set_u64",
    "ulong": INTEGERS_U64 + "unsigned long long: sockopt_typed_set_u64",
    "string": "char *: sockopt_typed_set_string, const char *: sockopt_typed_set_string",
    "linger": "struct linger: sockopt_typed_set_linger",
    "timeval": "struct timeval: sockopt_typed_set_timeval",
}
GETTERS = {
    "bool": "int *: sockopt_typed_get_int, bool *: sockopt_typed_get_bool",
    "int": "int *: sockopt_typed_get_int",
    "enum": "int *: sockopt_typed_get_int",
    "flags": "unsigned int *: sockopt_typed_get_u32",
    "uint": "unsigned int *: sockopt_typed_get_u32",
    "u32": "unsigned int *: sockopt_typed_get_u32",
    "u64": "unsigned long *: sockopt_typed_get_u64, unsigned long long *: sockopt_typed_get_u64",
    "ulong": "unsigned long *: sockopt_typed_get_u64, unsigned long long *: sockopt_typed_get_u64",
}
C_STRUCTS = {"ipv4": "in_addr", "ipv6": "in6_addr", "sockaddr4": "sockaddr_in", "sockaddr6": "sockaddr_in6"}


def c_kind(catalog: Catalog, kind: str) -> str:
    """A struct of bits alone is one number in C: user space has no such struct."""
    fields = catalog.structs.get(kind, {}).get("field", [])
    return "u32" if fields and all("bits" in field for field in fields) else kind


def with_tail(struct: str, tail: Entry, head: str, numbers: str) -> str:
    """The setter of a struct that ends in an array: the argument is evaluated once, and tells how long it is."""
    count = f"((struct {struct} *)0)->{tail['count']}"
    return (f"{head}struct {struct} *: sockopt_typed_set_tail, const struct {struct} *: sockopt_typed_set_tail) \\\n"
            f"\t({numbers}, offsetof(struct {struct}, {tail['name']}), offsetof(struct {struct}, {tail['count']}), \\\n"
            f"\t sizeof({count}), sizeof(((struct {struct} *)0)->{tail['name']}[0]))\n")


def setter(catalog: Catalog, option: Entry, own: str) -> str:
    kind = c_kind(catalog, option["type"])
    head = f"#define sockopt_set_{own}(fd, ...) \\\n\t_Generic((__VA_ARGS__), "
    numbers = f"(fd), {place(option)}, (__VA_ARGS__)"
    if kind in SETTERS:
        return f"{head}{SETTERS[kind]}) \\\n\t({numbers})\n"
    struct = C_STRUCTS.get(kind, kind)
    if (kind in catalog.structs and "text" not in catalog.structs[kind]) or kind in C_STRUCTS:
        structs = [struct]
        if "variants" in catalog.structs.get(kind, {}):
            structs = [row["struct"] for row in catalog.structs[kind]["variants"]["of"]]
        tail = catalog.structs.get(kind, {}).get("tail")
        if tail:
            return with_tail(struct, tail, head, numbers)
        rows = ", ".join(f"struct {name} *: sockopt_typed_set_bytes, const struct {name} *: sockopt_typed_set_bytes"
                         for name in dict.fromkeys(structs))
        return f"{head}{rows}) \\\n\t({numbers}, sizeof(*(__VA_ARGS__)))\n"
    return ""


def getter(catalog: Catalog, option: Entry, own: str) -> str:
    kind = c_kind(catalog, option.get("get_type", option["type"]))
    head = f"#define sockopt_get_{own}(fd, value) \\\n\t_Generic((value), "
    numbers = f"(fd), {place(option)}, (value)"
    if option.get("read_effect") or option.get("input") or option.get("get_length", "fixed") not in ("fixed", "exact", "unchanged", "unsaid"):
        return ""
    if kind in GETTERS:
        return f"{head}{GETTERS[kind]}) \\\n\t({numbers})\n"
    if kind in catalog.structs or kind in C_STRUCTS:
        struct = C_STRUCTS.get(kind, kind)
        return f"{head}struct {struct} *: sockopt_typed_get_struct) \\\n\t({numbers}, sizeof(*(value)))\n"
    return ""


def place(option: Entry) -> str:
    return f"SOCKOPT_LEVEL_{identifier(option['level'])}, SOCKOPT_NUMBER_{identifier(option['level'])}_{option['name']}"


def write(catalog: Catalog) -> str:
    text = PREAMBLE
    for level in catalog.levels:
        text += number_macro(f"SOCKOPT_LEVEL_{identifier(level['name'])}", level["number"])
    seen: set[str] = set()
    for option in catalog.options:
        # The same name at a second level carries the level's key: sockopt_set_ipv6_MCAST_JOIN_GROUP.
        own = option["name"] if option["name"] not in seen else f"{catalog.level(option['level'])['key']}_{option['name']}"
        seen.add(option["name"])
        made = setter(catalog, option, own) if "set" in option["access"] else ""
        made += getter(catalog, option, own) if "get" in option["access"] else ""
        if made:
            text += f"\n/* {option['level']} {option['name']}: {option['summary']['en']} */\n"
            text += number_macro(f"SOCKOPT_NUMBER_{identifier(option['level'])}_{option['name']}", option["number"]) + made
    return text + "\n#endif\n"


def main() -> int:
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        catalog = facts.load(Path(sys.argv[1]))
    except facts.CatalogError as error:
        print(error, file=sys.stderr)
        return 1
    Path(sys.argv[2]).write_text(write(catalog), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
