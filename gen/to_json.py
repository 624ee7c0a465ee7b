# SPDX-License-Identifier: MIT
"""catalogue -> catalog.json: all facts for programs, as share/schema/catalog.schema.json describes them.

usage: to_json.py CATALOG_FOLDER VERSION OUTPUT.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import catalog as facts
from catalog import Catalog, Entry
from entry import Object, entry, places_of, present, source_of, text_of
from site_data import ROOT, Profile, raw_checks, read_profile


def level_of(level: Entry) -> Object:
    number = level["number"]
    return present(name=level["name"], key=level["key"], number=facts.generic(number),
                   numbers=dict(number) if isinstance(number, dict) else None, aliases=level.get("aliases", []),
                   header=level["header"], prefix=level.get("prefix", ""), summary=text_of(level["summary"]),
                   sockets=places_of(level.get("applies", [])))


def line(text: Entry | None) -> Object | None:
    """A text that is wrapped in its file, as one line."""
    return {language: " ".join(text[language].split()) for language in facts.LANGUAGES} if text else None


def check_of(check: Entry) -> Object:
    def lines(table: Entry) -> Object:
        return {place: " ".join(words.split()) for place, words in table.items()}
    return present(id=check["id"], severity=check["severity"], title=text_of(check["title"]), socket=check.get("socket"),
                   option=check.get("option"), when=lines(check["when"]), why=line(check["why"]), cure=lines(check.get("cure", {})),
                   advice=line(check.get("advice")), see=check["see"], sources=[source_of(row) for row in check["sources"]])


def profile_of(profile: Profile) -> Object:
    return {"name": profile.name, "title": profile.title, "rules": profile.rules.splitlines()}


def write(catalog: Catalog, folder: Path, version: str) -> str:
    whole = {
        "version": version,
        "license": "CC0-1.0",
        "levels": [level_of(level) for level in catalog.levels],
        "options": [entry(catalog, option) for option in catalog.options],
        "checks": [check_of(check) for check in raw_checks(folder, catalog)],
        "profiles": [profile_of(read_profile(path)) for path in sorted((ROOT / "share/profiles").glob("*.rules"))],
    }
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def main() -> int:
    if len(sys.argv) != 4:
        print(__doc__, file=sys.stderr)
        return 2
    folder = Path(sys.argv[1])
    try:
        text = write(facts.load(folder), folder, sys.argv[2])
    except facts.CatalogError as error:
        print(error, file=sys.stderr)
        return 1
    Path(sys.argv[3]).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
