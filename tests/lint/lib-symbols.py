# SPDX-License-Identifier: MIT
"""The library is pure: it needs from libc what is listed here, and exports what the map says.

No heap, no I/O but getsockopt(2) and setsockopt(2), no environment, no exit.
Symbols that compilers put in by themselves (stack protector, fortified copies)
are let pass; a build with sanitizers is not judged.

usage: lib-symbols.py ROOT STATIC_LIBRARY SHARED_LIBRARY
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from sources import finish, usage

ALLOWED = {
    "getsockopt", "setsockopt",                    # what it is for
    "__errno_location", "___errno_location",       # errno of glibc and musl
    "memcpy", "memmove", "memset", "memcmp", "memchr",
    "strlen", "strnlen", "strcmp", "strncmp", "strchr", "strcspn", "strspn", "strcasecmp", "strncasecmp",
    "strtol", "strtoul", "__isoc23_strtol", "__isoc23_strtoul",
    "inet_ntop", "inet_pton",
    "if_nametoindex",                              # the name of an interface in a value; makes a socket of its own
    "strerror",                                    # sockopt_message(), in the words of the system
}
BY_COMPILER = re.compile(r"^(__stack_chk_fail(_local)?|__(mem|str)\w+_chk|_GLOBAL_OFFSET_TABLE_|__tls_get_addr|"
                         r"__assert_fail|bcmp|__(u?divti3|umodti3|udivmodti4))$")
SANITIZERS = re.compile(r"^__(asan|ubsan|tsan|msan|sanitizer)_")
WEAK = re.compile(r"^(_ITM_\w+|__gmon_start__|__cxa_finalize)$")
SKIP = 77


def nm(*arguments: str) -> list[tuple[str, str]]:
    """(kind, name) of each symbol."""
    out = subprocess.run(["nm", *arguments], capture_output=True, text=True, check=True).stdout
    return [(fields[-2], fields[-1].split("@")[0]) for line in out.splitlines() if len(fields := line.split()) >= 2]


def main() -> int:
    usage(__doc__, 3)
    root, static, shared = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    symbols = nm(static)
    undefined = {name for kind, name in symbols if kind in "Uw"}
    defined = {name for kind, name in symbols if kind in "TDRBVWi"}
    if any(SANITIZERS.match(name) for name in undefined):
        print("not judged: this build has sanitizers in it")
        return SKIP
    problems = [f"{static}: needs {name}" for name in sorted(undefined - defined)
                if name not in ALLOWED and not BY_COMPILER.match(name)]
    if not {"getsockopt", "setsockopt"} <= undefined:
        problems.append(f"{static}: does not call getsockopt and setsockopt: is it the right file?")
    wanted = set(re.findall(r"^\s*(sockopt_\w+);", (root / "lib/libsockopt.map").read_text(encoding="utf-8"), re.M))
    exported = {name for kind, name in nm("-D", "--defined-only", shared) if kind in "TDRBVWi"}
    problems += [f"{shared}: {name} is not exported" for name in sorted(wanted - exported)]
    problems += [f"{shared}: {name} is exported, and not in the map" for name in sorted(exported - wanted)]
    needed = subprocess.run(["readelf", "-d", shared], capture_output=True, text=True, check=True).stdout
    for library in re.findall(r"\(NEEDED\).*\[(.*)\]", needed):
        if not re.match(r"lib(c|c\.musl-\w+)\.so|ld-", library):
            problems.append(f"{shared}: links {library}")
    return finish(problems, f"{len(undefined - defined)} symbols needed, {len(exported)} exported")


if __name__ == "__main__":
    sys.exit(main())
