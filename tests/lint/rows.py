# SPDX-License-Identifier: MIT
"""Every mistake of catalog/checks/rows.toml is a check in each of its places, or rejected there with the reason.

What docs/checks-rejected.md says counts for the places that its row names. What
it rejects and a check finds all the same is told, too: one of the two is wrong.

usage: rows.py ROOT
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

from sources import finish, usage

PLACES = ("live", "trace", "source", "config")
Places = dict[str, set[str]]


def row_of(check: str) -> str:
    """P14b is of row P14, P9 of P09."""
    return f"P{int(re.sub(r'[^0-9]', '', check)):02d}"


def checked(folder: Path) -> tuple[Places, Places]:
    """Where checks look, by row and by check."""
    by_row: Places = {}
    by_check: Places = {}
    for path in sorted(folder.glob("*.toml")):
        for check in tomllib.loads(path.read_text(encoding="utf-8")).get("check", []):
            if isinstance(check, dict) and "when" in check and isinstance(check.get("id"), str):
                by_check[check["id"]] = set(check["when"])
                by_row.setdefault(row_of(check["id"]), set()).update(check["when"])
    return by_row, by_check


def rejected(text: str, problems: list[str]) -> Places:
    """Of the table under "Rows": the places of each row that are argued away."""
    found: Places = {}
    section = text.partition("\n## Rows\n")[2].partition("\n## ")[0]
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        rows = re.findall(r"\bP\d+", cells[0])
        if not line.startswith("| P") or not rows:
            continue
        places = [word.strip() for word in cells[1].split(",")] if len(cells) == 4 else []
        if not places or not set(places) <= set(PLACES):
            problems.append(f"docs/checks-rejected.md: {cells[0]}: the second column names no places")
        if len(cells) == 4 and len(cells[3]) < 40:
            problems.append(f"docs/checks-rejected.md: {cells[0]}: there is no reason")
        for row in rows:
            found.setdefault(row_of(row), set()).update(places)
    return found


def unsettled(row: str, facts: dict[str, list[str]], by_row: Places, by_check: Places, argued: Places) -> list[str]:
    have = set(by_row.get(row, set()))
    problems = []
    for check in facts.get("also", []):
        if check not in by_check:
            problems.append(f"{row}: there is no check {check}")
        have |= by_check.get(check, set())
    for place in facts["where"]:
        if place not in PLACES:
            problems.append(f"{row}: '{place}' is no place")
        elif place not in have and place not in argued.get(row, set()):
            problems.append(f"{row}: has no check in place '{place}', and docs/checks-rejected.md no reason")
    both = have & argued.get(row, set())
    if both:
        problems.append(f"{row}: has a check in place '{sorted(both)[0]}', and docs/checks-rejected.md rejects it")
    return problems


def main() -> int:
    usage(__doc__, 1)
    root = Path(sys.argv[1])
    rows = tomllib.loads((root / "catalog/checks/rows.toml").read_text(encoding="utf-8"))
    problems: list[str] = []
    by_row, by_check = checked(root / "catalog/checks")
    argued = rejected((root / "docs/checks-rejected.md").read_text(encoding="utf-8"), problems)
    for row, facts in rows.items():
        problems += unsettled(row, facts, by_row, by_check, argued)
    problems += [f"docs/checks-rejected.md: {row} is not in rows.toml" for row in argued if row not in rows]
    return finish(problems, f"{len(rows)} rows of mistakes")


if __name__ == "__main__":
    sys.exit(main())
