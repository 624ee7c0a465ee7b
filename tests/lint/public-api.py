# SPDX-License-Identifier: MIT
"""Public = declared and documented in sockopt.h, exported by libsockopt.map, and tested.

Every function that the header declares is in the map and the other way round;
stands below a comment; is called by a test of tests/unit. One that can fail
(SOCKOPT_MUST_USE) and has a ret_ parameter has a test named
FUNCTION_leaves_value_alone_on_failure, the sockopt_ left away.

usage: public-api.py ROOT
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from sources import finish, usage, without_comments

DECLARATION = re.compile(r"SOCKOPT_API\s+(?P<head>[^;]*?)\b(?P<name>sockopt_\w+)\((?P<parameters>[^;]*)\);", re.S)


def main() -> int:
    usage(__doc__, 1)
    root = Path(sys.argv[1])
    header = (root / "lib/sockopt.h").read_text(encoding="utf-8")
    code = without_comments(header)
    declared = {match["name"]: match for match in DECLARATION.finditer(code)}
    exported = re.findall(r"^\s*(sockopt_\w+);", (root / "lib/libsockopt.map").read_text(encoding="utf-8"), re.M)
    tests = "".join(without_comments(path.read_text(encoding="utf-8")) for path in sorted((root / "tests/unit").glob("*.c")))
    promises = set(re.findall(r"^static void (\w+)\(void \*\*state\)", tests, re.M))
    problems = [f"lib/libsockopt.map: {name} is there twice" for name in set(exported) if exported.count(name) > 1]
    problems += [f"lib/libsockopt.map: {name} is missing" for name in declared if name not in exported]
    problems += [f"lib/libsockopt.map: {name} is not declared in sockopt.h" for name in exported if name not in declared]
    if exported != sorted(exported):
        problems.append("lib/libsockopt.map: the names are not in order")
    for name, match in declared.items():
        line = header.count("\n", 0, match.start()) + 1
        above = header[:match.start()].rstrip()
        # a #define of a limit may stand between the comment and the declaration
        above = re.sub(r"(\n#define [^\n]*)+$", "", above).rstrip()
        if not above.endswith("*/"):
            problems.append(f"lib/sockopt.h:{line}: {name} has no comment")
        if not re.search(rf"\b{name}\s*\(", tests):
            problems.append(f"tests/unit: {name} is called by no test")
        fails = "SOCKOPT_MUST_USE" in match["head"]
        promise = name.removeprefix("sockopt_") + "_leaves_value_alone_on_failure"
        if fails and re.search(r"\bret_\w+", match["parameters"]) and promise not in promises:
            problems.append(f"tests/unit: there is no test {promise}")
    # a promise that main() does not run is none
    run = set(re.findall(r"cmocka_unit_test(?:_setup|_teardown|_setup_teardown)?\((\w+)", tests))
    problems += [f"tests/unit: {name} is not run" for name in sorted(promises - run)]
    return finish(problems, f"{len(declared)} public functions, {len(promises)} tests")


if __name__ == "__main__":
    sys.exit(main())
