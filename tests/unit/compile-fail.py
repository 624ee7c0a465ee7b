# SPDX-License-Identifier: MIT
"""Shows that a value of the wrong C type does not compile with sockopt-typed.h, and the right one does.

One source with a line a case goes through the compiler (-fsyntax-only): a wrong
line must be an error that names the type ("association", or the conversion), a
right line must not be one. Every setter and getter of the header is tried.

usage: compile-fail.py GEN_FOLDER CATALOG_FOLDER TYPED_HEADER COMPILER [ARGUMENT...]
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

PREAMBLE = """\
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <sys/uio.h>
#include "{header}"

extern int fd;
extern char a_char; extern signed char a_signed_char; extern short a_short; extern unsigned short a_ushort;
extern _Bool a_bool; extern int an_int; extern unsigned int an_unsigned; extern long a_long;
extern unsigned long an_unsigned_long; extern long long a_long_long; extern unsigned long long an_unsigned_long_long;
extern float a_float; extern double a_double; extern void *a_pointer; extern int *an_int_pointer;
extern char *a_text; extern const char *a_const_text; extern struct linger a_linger; extern struct timeval a_time;
extern struct iovec an_iovec;
"""
RIGHT = {
    "bool": ["a_bool", "an_int", "1"],
    "int": ["an_int", "42"],
    "enum": ["an_int", "42"],
    "flags": ["an_int", "an_unsigned", "1 | 2"],
    "uint": ["an_int", "an_unsigned"],
    "u32": ["an_int", "an_unsigned"],
    "u64": ["an_int", "an_unsigned", "a_long", "an_unsigned_long", "a_long_long", "an_unsigned_long_long"],
    "ulong": ["an_int", "an_unsigned", "a_long", "an_unsigned_long", "a_long_long", "an_unsigned_long_long"],
    "string": ["a_text", "a_const_text", '"text"'],
    "linger": ["a_linger"],
    "timeval": ["a_time"],
}
EVERY = ["a_char", "a_signed_char", "a_short", "a_ushort", "a_bool", "an_int", "an_unsigned", "a_long",
         "an_unsigned_long", "a_long_long", "an_unsigned_long_long", "a_float", "a_double", "a_pointer",
         "an_int_pointer", "a_text", "a_linger", "a_time", "an_iovec", "&an_iovec", "&a_linger", "&a_time",
         "&an_int", "&a_char", "1.5", "'c'", "0L"]
# A character constant is an int in C: what counts is the type of an expression.
ALIKE = {"'c'": "an_int", "0L": "a_long", "&a_char": "a_text"}
RIGHT_GET = {
    "bool": ["&an_int", "&a_bool", "an_int_pointer"], "int": ["&an_int", "an_int_pointer"],
    "enum": ["&an_int", "an_int_pointer"], "flags": ["&an_unsigned"], "uint": ["&an_unsigned"],
    "u32": ["&an_unsigned"], "u64": ["&an_unsigned_long", "&an_unsigned_long_long"],
    "ulong": ["&an_unsigned_long", "&an_unsigned_long_long"], "linger": ["&a_linger"], "timeval": ["&a_time"],
}
EVERY_GET = ["&a_char", "&a_short", "&a_bool", "&an_int", "&an_unsigned", "&a_long", "&an_unsigned_long",
             "&an_unsigned_long_long", "&a_float", "&a_double", "a_pointer", "an_int_pointer", "an_int", "a_text",
             "&a_linger", "&a_time", "&an_iovec"]


def cases(macros: list[str], options: dict[str, Any], table: dict[str, list[str]], every: list[str],
          field: str) -> list[tuple[str, bool]]:
    """(line, must it compile) for every macro and every kind of argument."""
    rows = []
    for macro in macros:
        option = options[macro[len("sockopt_xxx_"):]]
        right = table.get(option.get(field, option["type"]), [])  # of structs that go by pointer: none of these
        for argument in dict.fromkeys([*right, *every]):
            accepted = ALIKE.get(argument, argument) in right or argument in right
            rows.append((f"{macro}(fd, {argument})", accepted))
    return rows


def compile_lines(command: list[str], header: str, lines: list[str]) -> dict[int, str]:
    """Line number -> its first error."""
    clang = "clang" in subprocess.run([command[0], "--version"], capture_output=True, text=True, check=True).stdout
    # gcc names the line of the macro's definition, unless it is told not to look into macros
    flags = ["-ferror-limit=0"] if clang else ["-fmax-errors=0", "-ftrack-macro-expansion=0"]
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "lines.c"
        preamble = PREAMBLE.replace("{header}", header)
        body = "".join(f"\tr += {line};\n" for line in lines)
        source.write_text(f"{preamble}int try_all(void);\nint try_all(void)\n{{\n\tint r = 0;\n{body}\treturn r;\n}}\n")
        # warnings as errors: a pointer to another struct is only a warning to gcc 12
        done = subprocess.run([*command, "-std=gnu17", "-D_GNU_SOURCE", "-Werror=incompatible-pointer-types",
                               "-Werror=int-conversion", "-fsyntax-only", *flags, str(source)],
                              capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C"})
        first = source.read_text().split("\n").index("\tint r = 0;") + 2
    errors: dict[int, str] = {}
    for line in done.stderr.split("\n"):
        found = re.match(r".*lines\.c:(\d+):\d+: (?:fatal )?error: (.*)", line)
        if found:
            errors.setdefault(int(found[1]) - first, found[2])
    outside = [line for line in done.stderr.split("\n") if "error:" in line and "lines.c" not in line]
    if outside or any(line < 0 for line in errors):
        sys.exit(f"the source itself is wrong:\n{done.stderr[:2000]}")
    return errors


def the_options(gen: str, catalog_folder: str) -> dict[str, Any]:
    """The macro's own name -> the entry, as gen/to_typed.py names them."""
    sys.path.insert(0, gen)
    import catalog  # type: ignore[import-not-found]
    import to_typed  # type: ignore[import-not-found]

    loaded = catalog.load(Path(catalog_folder))
    for option in loaded.options:
        for field in ("type", "get_type"):
            if field in option:
                option[field] = to_typed.c_kind(loaded, option[field])
    named: dict[str, Any] = {}
    for option in loaded.options:
        name = option["name"]
        named[name if name not in named else f"{loaded.level(option['level'])['key']}_{name}"] = option
    return named


def judge(title: str, rows: list[tuple[str, bool]], errors: dict[int, str]) -> int:
    """Prints what is wrong (the first of it); returns how many."""
    problems: list[str] = []
    for index, (line, accepted) in enumerate(rows):
        error = errors.get(index)
        if accepted and error:
            problems.append(f"{line} does not compile: {error}")
        elif not accepted and not error:
            problems.append(f"{line} compiles")
        elif error and not re.search(r"association|incompatible|conversion", error):
            problems.append(f"{line} fails for another reason: {error}")
    for problem in problems[:20]:
        print(f"# {problem}")
    if len(problems) > 20:
        print(f"# ... {len(problems) - 20} more")
    refused = sum(1 for row in rows if not row[1])
    print(f"# {title}: {len(rows) - refused} right lines, {refused} wrong ones")
    return len(problems)


def missing(options: dict[str, Any], macros: list[str], prefix: str, access: str, table: dict[str, list[str]],
            field: str) -> list[str]:
    """Options of a plain type that have no setter or getter."""
    kinds = set(table)
    return [name for name, option in options.items()
            if access in option["access"] and option.get(field, option["type"]) in kinds
            and not (access == "get" and (option.get("read_effect") or option.get("input")
                                          or option.get("get_length", "fixed") not in ("fixed", "exact", "unchanged", "unsaid")))
            and prefix + name not in macros]


def main() -> int:
    if len(sys.argv) < 5:
        print(__doc__, file=sys.stderr)
        return 2
    gen, catalog_folder, header, *command = sys.argv[1:]
    text = Path(header).read_text(encoding="utf-8")
    options = the_options(gen, catalog_folder)
    setters = re.findall(r"^#define (sockopt_set_\w+)\(", text, re.M)
    getters = re.findall(r"^#define (sockopt_get_\w+)\(", text, re.M)
    results: list[tuple[str, bool]] = []
    for title, macros, table, every, field in (
            ("setters", setters, RIGHT, EVERY, "type"), ("getters", getters, RIGHT_GET, EVERY_GET, "get_type")):
        rows = cases(macros, options, table, every, field)
        errors = compile_lines(command, str(Path(header).resolve()), [row[0] for row in rows])
        results.append((f"{title} take the right C types and no others", judge(title, rows, errors) == 0))
    for title, lost in (
            ("every settable number, string, linger and timeout has a setter",
             missing(options, setters, "sockopt_set_", "set", RIGHT, "type")),
            ("every readable number, linger and timeout has a getter",
             missing(options, getters, "sockopt_get_", "get", RIGHT_GET, "get_type"))):
        for name in lost:
            print(f"# missing: {name}")
        results.append((title, not lost))
    print(f"1..{len(results)}")
    for number, (title, passed) in enumerate(results, 1):
        print(f"{'ok' if passed else 'not ok'} {number} - {title}")
    return 0 if all(passed for _, passed in results) else 1


if __name__ == "__main__":
    sys.exit(main())
