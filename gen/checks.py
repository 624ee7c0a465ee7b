# SPDX-License-Identifier: MIT
"""Reads catalog/checks/*.toml and checks every check against its schema and the catalogue.

Standard library only (tomllib: Python 3.11).

usage: checks.py CATALOG_FOLDER
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import NoReturn

import catalog as facts
from catalog import Catalog, CatalogError, Entry, Place
from condition import UNIT_DIMENSIONS, Compiler, ConditionError, Program

PLACES = ("live", "trace", "source", "config")
ID = re.compile(r"^P\d+[a-z]?$")
BRACES = re.compile(r"\{([^{}]*)\}")
OTHER_FILES = ("schema.toml", "vocabulary.toml", "rows.toml")
HOLES = 8  # CHECK_HOLES of rule/check.h


def files(folder: Path) -> list[Path]:
    """The files with checks: those that a build depends on, schema and vocabulary apart."""
    return sorted(path for path in (folder / "checks").glob("*.toml") if path.name not in OTHER_FILES)


def read_vocabulary(path: Path) -> Entry:
    """The words of conditions: [sysctl] with units, and [fact.NAME]."""
    text, data = facts.read_toml(path)

    def fail(word: str, problem: str) -> NoReturn:
        found = re.search(rf"^.*\b{re.escape(word)}\b", text, re.M)
        line = text.count("\n", 0, found.end()) + 1 if found else 1
        raise CatalogError(f"{path}:{line}: {word}: {problem}")

    for table in ("sysctl", "fact"):
        if not isinstance(data.get(table), dict):
            fail(table, f"there must be a table [{table}]")
    for name in data:
        if name not in ("sysctl", "fact"):
            fail(name, "there is no such table (sysctl, fact)")
    for name, unit in data["sysctl"].items():
        if not isinstance(unit, str) or (unit and unit not in UNIT_DIMENSIONS):
            fail(name, f"'{unit}' is not a unit ({', '.join(UNIT_DIMENSIONS)}, or none)")
    for name, fact in data["fact"].items():
        if not isinstance(fact, dict) or not isinstance(fact.get("meaning"), str):
            fail(name, "a fact has a meaning")
        if not isinstance(fact.get("where"), list) or not set(map(str, fact["where"])) <= set(PLACES):
            fail(name, f"where: a list of places ({', '.join(PLACES)})")
        if not isinstance(fact.get("unit", ""), str):
            fail(name, "unit: must be a string")
    return data


class Reader:
    """Reads all checks of a catalogue; what is wrong is raised with file, line and field."""

    def __init__(self, folder: Path, catalog: Catalog):
        self.folder = folder
        self.catalog = catalog
        self.schema = facts.read_toml(folder / "checks/schema.toml")[1]["check"]
        self.vocabulary = read_vocabulary(folder / "checks/vocabulary.toml")
        self.names = {name for option in catalog.options for name in [option["name"], *option.get("aliases", [])]}
        self.seen: dict[str, Place] = {}

    def read(self) -> list[Entry]:
        found: list[Entry] = []
        for path in files(self.folder):
            found += self.read_file(path)
        return sorted(found, key=lambda check: (int(re.sub(r"\D", "", check["id"])), check["id"]))

    def read_file(self, path: Path) -> list[Entry]:
        text, data = facts.read_toml(path)
        for key in data:
            if key != "check":
                raise CatalogError(f"{path}:1: there is no table or key '{key}' here, only [[check]]")
        for place, _, check in facts.entries(path, text, data, "id"):
            with place.guard():
                self.check(place, check)
        return list(data.get("check", []))

    def check(self, place: Place, check: Entry) -> None:
        for field in check:
            if field not in self.schema:
                place.fail(field, f"there is no such field{facts.nearest(field, self.schema)}")
        for field, rule in self.schema.items():
            place.at = field
            if field in check:
                facts.check_value(place, field, check[field], rule)
            elif rule["needed"] == "always":
                place.fail(field, f"is missing: {rule['meaning']}")
        for field in ("when", "cure"):
            for where, text in check.get(field, {}).items():
                if not isinstance(text, str):
                    place.fail(field, f"{where}: must be a string")
        if not ID.match(check["id"]):
            place.fail("id", f"'{check['id']}' is not P and a number")
        if check["id"] in self.seen:
            place.fail("id", f"is there twice: {self.seen[check['id']].path}:{self.seen[check['id']].first_line}")
        self.seen[check["id"]] = place
        self.consistency(place, check)
        self.compile(place, check)

    def consistency(self, place: Place, check: Entry) -> None:
        for language in facts.LANGUAGES:
            title = check["title"][language]
            if len(title) > facts.SUMMARY_MAX or title.endswith(".") or "\n" in title:
                place.fail("title", f"{language}: one line of at most {facts.SUMMARY_MAX} characters, no full stop")
        if not check["when"]:
            place.fail("when", "names no place: live, trace, source or config")
        if "cure" not in check and "advice" not in check:
            place.fail("cure", "is missing: a cure, an advice, or both")
        for where in check.get("cure", {}):
            if where not in check["when"]:
                place.fail("cure", f"'{where}' is a place where the check does not apply")
        if "socket" not in check and "live" in check["when"]:
            place.fail("socket", f"is missing: {self.schema['socket']['meaning']}")
        if "option" in check and "live" in check["when"]:
            place.fail("option", "is for calls: a live condition names the options itself")
        if not check["sources"]:
            place.fail("sources", "at least one is needed")
        for name in check.get("option", []):
            if name not in self.names:
                place.fail("option", f"there is no option '{name}'{facts.nearest(name, self.names)}")
        for name in check["see"] or place.fail("see", "at least one option is needed"):
            if name not in self.names:
                place.fail("see", f"there is no option '{name}'{facts.nearest(name, self.names)}")

    def compile(self, place: Place, check: Entry) -> None:
        """Adds programs (by place), holes (programs) and texts in which {0} is the first hole."""
        place.at = "when"
        check["programs"] = {where: self.program(place, "when", text, where) for where, text in check["when"].items()}
        holes: dict[str, Program] = {}
        where = next(iter(check["when"]))
        for field in ("why", "advice"):
            for language in facts.LANGUAGES if field in check else ():
                check[field][language] = self.fill(place, field, check[field][language], where, holes)
            if field in check and set(BRACES.findall(check[field]["en"])) != set(BRACES.findall(check[field]["es"])):
                place.fail(field, "en and es have different words in braces")
        for name, text in check.get("cure", {}).items():
            check["cure"][name] = self.fill(place, "cure", text, name, holes)
        if len(holes) > HOLES:
            place.fail("why", f"{len(holes)} different words in braces, more than {HOLES}")
        check["holes"] = list(holes.values())

    def program(self, place: Place, field: str, text: str, where: str) -> Program:
        try:
            return Compiler(self.catalog, self.vocabulary, where).compile(text)
        except ConditionError as error:
            place.fail(field, str(error))

    def fill(self, place: Place, field: str, text: str, where: str, holes: dict[str, Program]) -> str:
        def number(match: re.Match[str]) -> str:
            word = match[1].strip()
            if word in ("option", "level"):
                if where == "live":
                    place.fail(field, f"{{{word}}} is of calls and settings: a live finding is a socket's")
                return match[0]
            if word == "socket":
                if field != "cure":
                    place.fail(field, "{socket} is for cures")
                return match[0]
            if word not in holes:
                holes[word] = self.program(place, field, word, where)
            return "{%d}" % list(holes).index(word)
        return BRACES.sub(number, " ".join(text.split()) if field != "cure" else text.strip())


def load(folder: Path, catalog: Catalog) -> list[Entry]:
    return Reader(folder, catalog).read()


def main() -> int:
    try:
        folder = Path(sys.argv[1] if len(sys.argv) > 1 else "catalog")
        found = load(folder, facts.load(folder))
    except CatalogError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{len(found)} checks: " + ", ".join(f"{sum(p in c['when'] for c in found)} {p}" for p in PLACES))
    return 0


if __name__ == "__main__":
    sys.exit(main())
