# SPDX-License-Identifier: MIT
"""The texts of the command in other languages, from po/: what is printed from the catalogue has the same words."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Callable

Translate = Callable[[str], str]


def read_po(path: Path) -> dict[str, str]:
    """msgid -> msgstr, the fuzzy and the empty ones left out."""
    found: dict[str, str] = {}
    parts = {"msgid": "", "msgstr": ""}
    at, fuzzy = "", False

    def keep() -> None:
        nonlocal fuzzy
        if parts["msgid"] and parts["msgstr"] and not fuzzy:
            found[parts["msgid"]] = parts["msgstr"]
        parts["msgid"] = parts["msgstr"] = ""
        fuzzy = False

    for line in [*path.read_text(encoding="utf-8").splitlines(), ""]:
        word, _, rest = line.partition(" ")
        if word in parts:
            at = word
            parts[at] = str(ast.literal_eval(rest))
        elif line.startswith('"') and at:
            parts[at] += str(ast.literal_eval(line))
        elif not line:
            keep()
            at = ""
        elif line.startswith("#,") and "fuzzy" in line:
            fuzzy = True
    return found


def load(folder: Path, language: str) -> Translate:
    """A function like gettext(3): a text that has no translation stays as it is."""
    if language == "en":
        return lambda text: text
    texts = read_po(folder / f"{language}.po")
    return lambda text: texts.get(text, text)
