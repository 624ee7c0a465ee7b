# SPDX-License-Identifier: MIT
"""What the site is made of: catalogue, checks, profiles, code, texts, and the addresses of the pages."""

from __future__ import annotations

import copy
import json
import os
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

import catalog as facts
import checks
import words
from catalog import Catalog, Entry
from rows import Facts
from site_text import Rich, find_names

ROOT = Path(__file__).resolve().parent.parent


class Profile(NamedTuple):
    name: str
    title: dict[str, str]
    remarks: dict[str, str]
    rules: str
    sources: str
    measured: dict[str, str]


def read_profile(path: Path) -> Profile:
    """share/profiles/NAME.rules: titles, the remarks in both languages, what is common to both, and the rules."""
    lines = path.read_text(encoding="utf-8").splitlines()
    head = [line.removeprefix("#").removeprefix(" ") for line in lines if line.startswith("#")]
    title = {line[:2]: line[4:] for line in head[:2]}
    blocks = [block.strip("\n") for block in "\n".join(head[2:]).split("\n\n") if block.strip()]
    common = [block for block in blocks if block.startswith(("Sources /", "Measured /"))]
    told = [block for block in blocks if block not in common]
    rest = " ".join(" ".join(common).split())
    found = re.search(r"Sources / Fuentes: (.*?) Measured / Medido: (.*?) / (.*)", rest)
    if found is None:
        raise facts.CatalogError(f"{path}: there is no 'Sources / Fuentes: ... Measured / Medido: ENGLISH / ESPAÑOL'")
    half = len(told) // 2
    remarks = {"en": told[:half], "es": told[half:]}
    rules = "\n".join(line for line in lines if line and not line.startswith("#"))
    return Profile(path.stem, title, {key: "\n\n".join(value) for key, value in remarks.items()}, rules,
                   found[1], {"en": found[2], "es": found[3]})


def raw_checks(folder: Path, catalog: Catalog) -> list[Entry]:
    """The checks as they are written: load() has numbers for the words in braces."""
    order = [check["id"] for check in checks.load(folder, catalog)]
    found = [copy.deepcopy(check) for path in checks.files(folder) for check in facts.read_toml(path)[1]["check"]]
    return sorted(found, key=lambda check: order.index(check["id"]))


def read_code(program: str, language: str, locale: str) -> dict[tuple[str, str], dict[str, str]]:
    """The code of each option in six languages, from the program itself."""
    environment = {**os.environ, "SOCKOPT_LOCALEDIR": locale, "LC_ALL": "C.UTF-8", "LANGUAGE": language}
    done = subprocess.run([program, "explain", "--json"], stdout=subprocess.PIPE, env=environment, check=True, text=True)
    entries = [json.loads(line) for line in done.stdout.splitlines()]
    return {(entry["level"], entry["name"]): entry["code"] for entry in entries}


def read_demos(program: str) -> set[str]:
    """The names of the demonstrations."""
    done = subprocess.run([program, "demo"], stdout=subprocess.PIPE, env={**os.environ, "LC_ALL": "C.UTF-8"}, check=True, text=True)
    return {line.split()[0] for line in done.stdout.splitlines() if line.startswith("  ")}


class Site:
    """All that pages are made from, in one language."""

    def __init__(self, catalog: Catalog, found: list[Entry], profiles: list[Profile], language: str, version: str):
        self.catalog = catalog
        self.checks = found
        self.profiles = profiles
        self.language = language
        self.version = version
        texts = tomllib.loads((ROOT / "site/texts.toml").read_text(encoding="utf-8"))
        self.texts: dict[str, str] = texts[language]
        self.systems: dict[str, Any] = tomllib.loads((ROOT / "site/systems.toml").read_text(encoding="utf-8"))
        self.translate = words.load(ROOT / "po", language)
        self.facts = Facts(catalog, language, self.translate)
        self.tasks: dict[str, Any] = tomllib.loads((ROOT / "site/tasks.toml").read_text(encoding="utf-8"))
        self.code: dict[tuple[str, str], dict[str, str]] = {}
        self.demos: set[str] = set()
        self.names = find_names(catalog)
        self.check_ids = {check["id"] for check in found}
        self.plain = Rich(lambda _: None, lambda _: None, catalog.structs, bare=True)

    def t(self, key: str) -> str:
        return self.texts[key]

    def options(self, level: Entry) -> list[Entry]:
        return [option for option in self.catalog.options if option["level"] == level["name"]]

    def used_levels(self) -> list[Entry]:
        return [level for level in self.catalog.levels if self.options(level)]

    def path(self, option: Entry) -> str:
        return f"{self.catalog.level(option['level'])['key']}/{option['name']}.html"

    def find(self, name: str, near: Entry | None = None) -> Entry | None:
        """The option of that name: at the level of the one that tells of it, if it is there."""
        found = self.names.get(name, [])
        same = [option for option in found if near is not None and option["level"] == near["level"]]
        return next(iter(same or found), None)

    def rich(self, page: str, near: Entry | None = None) -> Rich:
        """Links as seen from a page; one to the page itself is none."""
        root = "../" * page.count("/")

        def link(name: str) -> str | None:
            option = self.find(name, near)
            target = self.path(option) if option else None
            return root + target if target and target != page else None

        def link_check(name: str) -> str | None:
            target = f"pitfalls/{name}.html"
            return root + target if name in self.check_ids and target != page else None
        return Rich(link, link_check, self.catalog.structs)

    def checks_of(self, option: Entry) -> list[Entry]:
        """The checks that look at an option. Not those that only read a member of its struct, and not those of any call,
        which have it as an example."""
        names = {option["name"], *option.get("aliases", [])}

        def tells(check: Entry) -> bool:
            told = " ".join([*check["when"].values(), *check.get("option", []), check["title"]["en"], *check.get("cure", {}).values(),
                             *(check["see"] if "live" in check["when"] else [])])
            return bool(names & set(re.findall(r"\b[A-Z][A-Z0-9_]+\b(?!\.[a-z])", told)))
        return [check for check in self.checks if tells(check)]

    def profiles_of(self, option: Entry) -> list[Profile]:
        return [profile for profile in self.profiles if re.search(rf"\b{option['name']}=", profile.rules)]
