# SPDX-License-Identifier: MIT
"""What is printed from the catalogue by gen/ says the same as sockopt explain, of every option and in both languages.

usage: same-facts.py SOURCE_ROOT SOCKOPT EXPLAIN_ALL LOCALE_FOLDER

Compared are the rows of facts of pages and manual pages with those of the text, and catalog.json's members with those
of the JSON. Every field of a struct has a text to be told.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from sources import finish, usage

# What explain prints beside rows of facts: code, and what rows() leaves to its callers.
OTHER_LABELS = ("see also", "sources", "live")
LANGUAGES = ("C", "Python", "Go", "Rust", "Java", "Node.js")
# A label fills 15 columns (EXPLAIN_LABEL_WIDTH of view/explain-row.h): shorter ones have two blanks behind them.
LABEL = re.compile(r"^  (?=.{15} \S)(\S+(?: \S+)*?)  ", re.M)


def run(command: list[str], language: str, locale: str) -> str:
    environment = {**os.environ, "SOCKOPT_LOCALEDIR": locale, "LC_ALL": "C.UTF-8", "LANGUAGE": language, "COLUMNS": "110"}
    return subprocess.run(command, stdout=subprocess.PIPE, env=environment, check=True, text=True).stdout


def compare_rows(facts: Any, option: Any, entry: str) -> list[str]:
    """Each row stands in the entry, label before text, however it is filled; and explain has no row beside them."""
    rows = facts.rows(option)
    flat = " ".join(entry.split())
    wanted = [" ".join(f"{row.label} {row.text}".split()) for row in rows]
    problems = [f"{option['name']}: explain does not say: {text[:150]}" for text in wanted if text not in flat]
    known = {row.label for row in rows} | {facts.translate(word) for word in OTHER_LABELS} | set(LANGUAGES)
    return problems + [f"{option['name']}: rows() leaves out '{label}' of explain"
                       for label in sorted(set(LABEL.findall(entry)) - known)]


def untold(structs: dict[str, Any]) -> list[str]:
    """Each field says what it means; one that is a struct says it by that struct's fields."""
    return [f"struct {name}: {field['name']}: tells nothing (add it to [struct.told])"
            for name, struct in structs.items() for field in struct["field"]
            if "summary" not in field and field["type"] not in structs]


def main() -> int:
    usage(__doc__, 4)
    root, sockopt, explain_all, locale = Path(sys.argv[1]).resolve(), *sys.argv[2:5]
    sys.path.insert(0, str(root / "gen"))
    import catalog
    import words
    from entry import entry, explained
    from rows import Facts

    loaded = catalog.load(root / "catalog")
    problems, compared = untold(loaded.structs), 0
    for language in catalog.LANGUAGES:
        facts = Facts(loaded, language, words.load(root / "po", language))
        entries = run([explain_all, language], language, locale).split("\f")[1:]
        told = dict(one.split("\n", 1) for one in entries)
        for option in loaded.options:
            problems += compare_rows(facts, option, told.pop(f"{option['level']} {option['name']}", ""))
            compared += 1
        problems += [f"{name} is not in the catalogue that was read" for name in told]
    printed = [json.loads(line) for line in run([sockopt, "explain", "--json"], "en", locale).splitlines()]
    for option, said in zip(loaded.options, printed, strict=True):
        said.pop("code")
        made = explained(loaded, option)
        problems += [f"{option['name']}: {key}: {made.get(key)!r} here, {said.get(key)!r} by explain --json"
                     for key in sorted(set(made) | set(said)) if made.get(key) != said.get(key)]
        extra = set(entry(loaded, option)) & set(said) - set(made)
        problems += [f"{option['name']}: {key} has another meaning in catalog.json" for key in extra]
    return finish(problems, f"the facts of {compared} entries")


if __name__ == "__main__":
    sys.exit(main())
