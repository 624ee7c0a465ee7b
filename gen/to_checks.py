# SPDX-License-Identifier: MIT
"""catalog/checks -> checks.gen.c: the checks as C tables, their conditions as programs.

usage: to_checks.py CATALOG_FOLDER OUTPUT.c
"""

from __future__ import annotations

import sys
from pathlib import Path

import catalog as facts
import checks
from catalog import Entry
from condition import Program, Step
from to_c import quote, source, text_pair

PREAMBLE = """/* Made from catalog/checks/ by gen/to_checks.py. Do not edit. */

#include <errno.h>

#include "check.h"

#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#pragma GCC diagnostic ignored "-Woverlength-strings"

"""


def step(one: Step) -> str:
    members = [f".op = CHECK_{one.op}"]
    if one.op == "NUMBER" and one.name:
        members.append(f".number = {one.name}")
    elif one.op in ("NUMBER", "SYSCTL"):
        members.append(f".number = {one.number}LL")
    if one.op == "FACT":
        members.append(f".fact = {one.name}")
    elif one.name and one.op != "NUMBER":
        members.append(f".name = {quote(one.name)}")
    if one.field:
        members.append(f".field = {one.field}")
    return "{ " + ", ".join(members) + " }"


class Writer:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def steps(self, name: str, program: Program) -> str:
        rows = "".join(f"\t{step(one)},\n" for one in program.steps)
        self.lines.append(f"static const struct check_step {name}[] = {{\n{rows}}};")
        return f"{{ {quote(program.source)}, {name}, {len(program.steps)}, CHECK_{program.dimension.upper()} }}"

    def programs(self, own: str, programs: dict[str, Program]) -> str:
        rows = [f"[CHECK_{place.upper()}] = {self.steps(f'steps_{own}_{place}', program)}"
                for place, program in programs.items()]
        return "{ " + ", ".join(rows) + " }"

    def check(self, check: Entry) -> str:
        own = check["id"]
        when = self.programs(own, check["programs"])
        holes = [self.steps(f"hole_{own}_{index}", hole) for index, hole in enumerate(check["holes"])]
        self.lines.append(f"static const struct check_program holes_{own}[] = {{ {', '.join(holes) or '{ 0 }'} }};")
        sources = ", ".join(source(one) for one in check["sources"])
        self.lines.append(f"static const struct sockopt_source sources_{own}[] = {{ {sources} }};")
        see = ", ".join(quote(name) for name in check["see"])
        self.lines.append(f"static const char *const see_{own}[] = {{ {see}, NULL }};")
        options = "NULL"
        if "option" in check:
            names = ", ".join(quote(name) for name in check["option"])
            self.lines.append(f"static const char *const options_{own}[] = {{ {names}, NULL }};")
            options = "options_" + own
        cures = ", ".join(f"[CHECK_{place.upper()}] = {quote(text)}" for place, text in check.get("cure", {}).items())
        members = [("id", quote(own)), ("severity", "CHECK_" + check["severity"].upper()),
                   ("title", text_pair(check["title"])), ("why", text_pair(check["why"])),
                   ("advice", text_pair(check.get("advice"))), ("socket", quote(check.get("socket"))), ("options", options), ("when", when),
                   ("cure", "{ " + (cures or "NULL") + " }"), ("holes", "holes_" + own), ("n_holes", str(len(holes))),
                   ("sources", "sources_" + own), ("n_sources", str(len(check["sources"]))), ("see", "see_" + own)]
        return "\t{\n" + "".join(f"\t\t.{name} = {value},\n" for name, value in members) + "\t},\n"

    def write(self, found: list[Entry]) -> str:
        rows = "".join(self.check(check) for check in found)
        self.lines.append(f"const struct check check_table[] = {{\n{rows}}};")
        self.lines.append("const size_t check_count = sizeof(check_table) / sizeof(check_table[0]);")
        return PREAMBLE + "\n".join(self.lines) + "\n"


def main() -> int:
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        folder = Path(sys.argv[1])
        found = checks.load(folder, facts.load(folder))
    except facts.CatalogError as error:
        print(error, file=sys.stderr)
        return 1
    Path(sys.argv[2]).write_text(Writer().write(found), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
