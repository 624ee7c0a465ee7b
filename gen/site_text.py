# SPDX-License-Identifier: MIT
"""Text of the catalogue as HTML: names of options become links, what is code is set as code."""

from __future__ import annotations

import errno
import html
import re
from typing import Callable, Container

from catalog import Catalog, Entry

WORDS = re.compile(r"""
    (?P<url>https?://[^\s,;)]+[^\s,;).])
  | (?P<braces>\{[^{}]+\})
  | (?P<rfc>\bRFC\ (?P<rfc_number>\d+))
  | (?P<check>\bP\d{2,3}[a-z]?\b)
  | (?P<path>(?<![\w/])/(?:proc|sys|dev|etc|run|var)/[\w./*-]*\w)
  | (?P<sysctl>\b(?:net|kernel|fs|vm)\.[a-z0-9_.*]*[a-z0-9_*](?:\[\d\])?)
  | (?P<manual>\b[A-Za-z_][\w.-]*\(\d[a-z]*\))
  | (?P<call>\b[A-Za-z_]\w*\(\))
  | (?P<constant>\b[A-Z][A-Z0-9]*_[A-Z0-9_]*[A-Z0-9]\b(?:=[\w:./]+\w)?)
  | (?P<errno>\bE[A-Z0-9]{2,}\b)
  | (?P<struct>\bstruct\ [a-z_][a-z0-9_]*)
  | (?P<member>\b[a-z]{1,6}_[a-z0-9_]+(?:\.[a-z][a-z0-9_]*)*\b)
  | (?P<number>\b\d[\d.,]*\ (?=(?:ns|us|µs|ms|s|min|h|B|KiB|MiB|GiB|kbit/s|Mbit/s|Gbit/s|bytes|bits|%)\b))
""", re.X)
Link = Callable[[str], str | None]


def escape(text: object) -> str:
    return html.escape(str(text), quote=True)


def curl(text: str) -> str:
    """Typographic quotes: one that follows a letter closes."""
    text = re.sub(r"(^|[\s(\[—–/:])'", "\\1‘", text)
    text = re.sub(r'(^|[\s(\[—–/:])"', "\\1“", text)
    return text.replace("'", "’").replace('"', "”")


def capital(text: str) -> str:
    """A summary begins in lower case; as a sentence it does not, unless a name stands there."""
    first = text.split(" ")[0]
    return text if any(sign in first for sign in "_(.") else text[:1].upper() + text[1:]


def code(text: str, kind: str = "") -> str:
    return f"<code{f' class={kind}' if kind else ''}>{escape(text)}</code>"


def anchor(target: str | None, inner: str) -> str:
    return f'<a href="{escape(target)}">{inner}</a>' if target else inner


class Rich:
    """Makes HTML of plain text. link: a name of an option to an address, or None."""

    def __init__(self, link: Link, link_check: Link, structs: Container[str] = (), bare: bool = False):
        """bare: no links at all, for what stands in one."""
        self.bare = bare
        self.link = link
        self.link_check = link_check
        self.structs = structs

    def text(self, text: str) -> str:
        parts, at = [], 0
        for match in WORDS.finditer(text):
            made = self.word(match)
            if made is None:
                continue
            parts += [text[at:match.start()], "\0", made, "\1"]
            at = match.end()
        return self.join([*parts, text[at:]])

    def join(self, parts: list[str]) -> str:
        """Plain parts and, between marks, those that are HTML already: quotes are curled over all of the plain ones."""
        made = [parts[i + 1] for i, part in enumerate(parts) if part == "\0"]
        plain = "".join("\2" if part == "\0" else part for i, part in enumerate(parts)
                        if part != "\1" and not (i and parts[i - 1] == "\0"))
        pieces = html.escape(curl(plain), quote=False).split("\2")
        return pieces[0] + "".join(inner + after for inner, after in zip(made, pieces[1:]))

    def word(self, match: re.Match[str]) -> str | None:
        kind, word = match.lastgroup, match[0]
        kind = "rfc" if kind == "rfc_number" else kind
        if self.bare and kind in ("url", "rfc"):
            return escape(word).replace(" ", "&nbsp;")
        if kind == "url":
            return anchor(word, f"<span class=url>{escape(word.removeprefix('https://'))}</span>")
        if kind == "rfc":
            return anchor(f"https://www.rfc-editor.org/rfc/rfc{match['rfc_number']}", word.replace(" ", "&nbsp;"))
        if kind == "check":
            target = self.link_check(word)
            return anchor(target, escape(word)) if target else None
        if kind == "braces":
            return self.constant(word[1:-1])
        if kind == "constant":
            return self.constant(word)
        if kind == "errno":
            return code(word) if hasattr(errno, word) else None
        if kind == "struct" and word.partition(" ")[2] not in self.structs:
            return None
        if kind == "number":
            return escape(word.rstrip()) + "&nbsp;"
        return code(word)

    def constant(self, word: str) -> str:
        name, sign, value = word.partition("=")
        return anchor(self.link(name), code(name)) + (code(sign + value) if sign else "")

    def marked(self, text: str) -> str:
        """Text of the site's own, whose code stands between grave accents."""
        return "".join(code(part) if i % 2 else self.text(part) for i, part in enumerate(text.split("`")))

    def paragraphs(self, text: str) -> str:
        return "\n".join(f"<p>{self.text(paragraph)}</p>" for paragraph in text.split("\n\n"))


def find_names(catalog: Catalog) -> dict[str, list[Entry]]:
    """Every name and alias, with the options that have it."""
    found: dict[str, list[Entry]] = {}
    for option in catalog.options:
        for name in [option["name"], *option.get("aliases", [])]:
            found.setdefault(name, []).append(option)
    return found
