#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the catalogue's texts and references have to be, beyond the schema.

usage: texts.py CATALOG_FOLDER
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "gen"))
import catalog as facts  # noqa: E402

DESCRIPTION_LEAST = 60
PARAGRAPHS_MOST = 4
LOCAL_PATH = re.compile(r"(?<![\w.])/(tmp|work|home|root|mnt|var/tmp)/\S*")
# Words that only one of the languages has: a text that was not translated has them.
ENGLISH = re.compile(r"\b(the|of|and|which|with|from)\b", re.I)
SPANISH = re.compile(r"\b(el|los|las|que|para|desde|del)\b", re.I)
CODE = re.compile(r"^(struct )?[A-Za-z_]\w*$")  # the same in any language
QUOTED = re.compile(r"\"[^\"]*\"|`[^`]*`|\([^)]*\)|<[^>]*>")
OPTION = re.compile(r"\b(?:SO|TCP|IP|IPV6|UDP|UDPLITE|MPTCP|MCAST|ICMPV6|TLS|SCTP|DCCP)_[A-Z][A-Z0-9_]+\b")


def texts(value: Any, path: str = "") -> Iterator[tuple[str, str, str]]:
    """(field, English, Spanish) of every text in an entry."""
    if isinstance(value, dict):
        if set(value) == set(facts.LANGUAGES):
            yield path, value["en"], value["es"]
            return
        for key, inner in value.items():
            yield from texts(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from texts(inner, f"{path}[{index}]")


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from strings(inner)


def check_languages(entry: facts.Entry) -> Iterator[str]:
    for field, english, spanish in texts(entry):
        if english.strip() == spanish.strip() and not CODE.match(english.strip()):
            yield f"{field}: the same in English and Spanish"
        plain_en, plain_es = QUOTED.sub("", english), QUOTED.sub("", spanish)
        if len(ENGLISH.findall(plain_es)) > 1:
            yield f"{field}: the Spanish text looks English: {spanish.strip()[:60]}"
        if len(SPANISH.findall(plain_en)) > 1:
            yield f"{field}: the English text looks Spanish: {english.strip()[:60]}"
        if set(OPTION.findall(english)) != set(OPTION.findall(spanish)):
            different = set(OPTION.findall(english)) ^ set(OPTION.findall(spanish))
            yield f"{field}: only one language speaks of {', '.join(sorted(different))}"


def check_lengths(option: facts.Entry) -> Iterator[str]:
    for language in facts.LANGUAGES:
        summary, description = option["summary"][language], option["description"][language].strip()
        if not 10 <= len(summary) <= facts.SUMMARY_MAX or "\n" in summary or summary.endswith("."):
            yield (f"summary.{language}: one line of 10 to {facts.SUMMARY_MAX} characters, no full stop "
                   f"({len(summary)})")
        if len(description) < DESCRIPTION_LEAST:
            yield f"description.{language}: only {len(description)} characters"
        if len(re.split(r"\n\s*\n", description)) > PARAGRAPHS_MOST:
            yield f"description.{language}: more than {PARAGRAPHS_MOST} paragraphs"


def check_paths(entry: facts.Entry) -> Iterator[str]:
    for text in strings({key: value for key, value in entry.items() if key != "place"}):
        found = LOCAL_PATH.search(text)
        if found:
            yield f"a path of somebody's machine: {found[0]}"


def check_references(option: facts.Entry, by_name: dict[str, list[facts.Entry]]) -> Iterator[str]:
    references = {field: option.get(field, []) for field in ("see", "touches")}
    references |= {field: [option[field]] for field in ("inverse", "bypass") if field in option}
    if "chosen_if" in option:
        references["chosen_if"] = [option["chosen_if"]["option"]]
    if "limit" in option and "bypass" in option["limit"]:
        references["limit.bypass"] = [option["limit"]["bypass"]]
    references["prepare"] = [text.partition("=")[0] for text in option.get("prepare", [])]
    for field, names in references.items():
        for name in names:
            plain = name.rpartition(".")[2].upper()
            if plain not in by_name:
                yield f"{field}: there is no option '{name}'"
            elif plain == option["name"] and len(by_name[plain]) == 1:
                yield f"{field}: it names itself"
        if len(set(names)) != len(names) and field != "prepare":
            yield f"{field}: a name stands there twice"
    inverse = [o for o in by_name.get(option.get("inverse", ""), []) if o["level"] == option["level"]]
    if inverse and inverse[0].get("inverse") not in (option["name"], None):
        yield f"inverse: that of {inverse[0]['name']} is {inverse[0]['inverse']}"


def problems(catalog: facts.Catalog) -> Iterable[str]:
    by_name: dict[str, list[facts.Entry]] = {}
    for option in catalog.options:
        for name in [option["name"], *option.get("aliases", [])]:
            by_name.setdefault(name, []).append(option)
    for option in catalog.options:
        checks = (check_languages(option), check_lengths(option), check_paths(option),
                  check_references(option, by_name))
        for check in checks:
            yield from (f"{option['place'].path}:{option['place'].first_line}: {option['name']}: {problem}" for problem in check)
    for entry in [*catalog.levels, *catalog.structs.values(), *catalog.symbols.values()]:
        for check in (check_languages(entry), check_paths(entry)):
            yield from (f"{entry['name']}: {problem}" for problem in check)


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    catalog = facts.load(Path(sys.argv[1]))
    found = list(problems(catalog))
    for problem in found:
        print(problem, file=sys.stderr)
    count = sum(1 for option in catalog.options for _ in texts(option))
    print(f"{len(catalog.options)} options, {count} texts in two languages, {len(found)} problems")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
