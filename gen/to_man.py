# SPDX-License-Identifier: MIT
"""catalogue -> manual pages: sockopt-tcp(7), sockopt-socket(7), one a level.

usage: to_man.py --list CATALOG_FOLDER
       to_man.py CATALOG_FOLDER LANGUAGE VERSION OUTPUT_FOLDER
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import catalog as facts
import words
from catalog import Catalog, Entry
from rows import Facts, source_words

ROOT = Path(__file__).resolve().parent.parent
WIDTH = 78  # as mandoc -Tlint counts: a letter with an accent is 8 bytes to it, such as \\[u00E9]
TEXTS = {
    "en": {
        "manual": "sockopt manual", "name": "NAME", "synopsis": "SYNOPSIS", "description": "DESCRIPTION",
        "options": "OPTIONS", "see": "SEE ALSO", "options_of": "socket options of %s: %s", "sources": "sources",
        "about": "What setsockopt(2) and getsockopt(2) take at this level, number %s, and what the kernel makes of it.",
        "explain": "The same, with what a fresh socket of this kernel has and a line of code in six languages, is printed "
                   "by %s OPTION.",
    },
    "es": {
        "manual": "Manual de sockopt", "name": "NOMBRE", "synopsis": "SINOPSIS", "description": "DESCRIPCIÓN",
        "options": "OPCIONES", "see": "VÉASE TAMBIÉN", "options_of": "opciones de socket de %s: %s", "sources": "fuentes",
        "about": "Lo que admiten setsockopt(2) y getsockopt(2) en este nivel, el número %s, y lo que el núcleo hace con ello.",
        "explain": "Lo mismo, con lo que tiene un socket nuevo de este núcleo y una línea de código en seis lenguajes, lo "
                   "muestra %s OPCIÓN.",
    },
}
MANUAL = re.compile(r"\b([A-Za-z_][\w.-]*)\((\d[a-z]*)\)")


def plain(text: str) -> str:
    """Text in which roff sees nothing of its own."""
    text = text.replace("\\", "\\e")
    # What is too long for a line of a fact may break behind its signs.
    text = re.sub(r"\S{36,}", lambda word: re.sub(r"(?<=[/:,|])(?=\w)", r"\\:", word[0]), text)
    return re.sub(r"(?<![^\W\d_])-|-(?![^\W\d_])", r"\\-", text)


def start(line: str) -> str:
    """A line that is not taken for a request."""
    return "\\&" + line if line[:1] in (".", "'") else line


def width(line: str) -> int:
    return sum(1 if ord(letter) < 128 else 8 for letter in line)


def fill(text: str) -> str:
    """Lines that are short enough, a new one for each sentence."""
    lines = []
    for sentence in re.split(r"(?<=[.!?:])(?<!\b\w\.) (?=[A-ZÁÉÍÓÚÑ¿¡\\])", text):
        line = ""
        for word in sentence.split(" "):
            if line and width(f"{line} {word}") > WIDTH:
                lines.append(line)
                line = word
            else:
                line = f"{line} {word}" if line else word
        lines.append(line)
    return "\n".join(start(line) for line in lines if line) + "\n"


class Page:
    """One level in one language."""

    def __init__(self, catalog: Catalog, level: Entry, told: Facts, version: str):
        self.catalog = catalog
        self.level = level
        self.told = told
        self.version = version
        self.t = TEXTS[told.language]
        self.names = {name for option in catalog.options for name in [option["name"], *option.get("aliases", [])]}

    def rich(self, text: str) -> str:
        """Names of options and of manual pages in bold."""
        text = MANUAL.sub(r"\\fB\1\\fR(\2)", plain(text))
        return re.sub(r"\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b", lambda m: f"\\fB{m[0]}\\fR" if m[0] in self.names else m[0], text)

    def paragraphs(self, text: str) -> str:
        return ".PP\n".join(fill(self.rich(paragraph)) for paragraph in text.split("\n\n"))

    def fact(self, label: str, texts: list[str]) -> str:
        return f".TP 16\n{plain(label)}\n" + ".br\n".join(fill(self.rich(text)) for text in texts)

    def option(self, option: Entry) -> str:
        shown: list[tuple[str, list[str]]] = []
        for row in self.told.rows(option):
            if row.label:
                shown.append((row.label, [row.text]))
            else:
                shown[-1][1].append(row.text)
        shown.append((self.t["sources"], [source_words(source) for source in option["sources"]]))
        summary = self.told.text(option["summary"])
        made = f".SS {option['name']} ({facts.generic(option['number'])})\n.I {plain(summary)}\n.PP\n"
        made += self.paragraphs(self.told.text(option["description"])) + ".PP\n.PD 0\n"
        return made + "".join(self.fact(label, texts) for label, texts in shown) + ".PD\n"

    def manuals(self, options: list[Entry]) -> list[str]:
        """Pages that the options' sources name, without ours."""
        found = {source["man"] for option in options for source in option["sources"] if "man" in source}
        pages = {f"{match[1]}({match[2]})" for text in found for match in MANUAL.finditer(text)}
        return sorted(pages | {"getsockopt(2)", "sockopt-explain(1)", "sockopt-set(1)", "sockopt-show(1)"},
                      key=lambda page: (page.partition("(")[2], page))

    def write(self, date: str) -> str:
        level, t = self.level, self.t
        options = [option for option in self.catalog.options if option["level"] == level["name"]]
        number = level["number"] if isinstance(level["number"], int) else facts.generic(level["number"])
        title = f"sockopt-{level['key']}"
        summary = t["options_of"].replace("%s", level["name"], 1).replace("%s", level["summary"][self.told.language], 1)
        made = (f'.\\" SPDX-License-Identifier: CC0-1.0\n.\\" Made from catalog/ by gen/to_man.py. Do not edit.\n'
                f'.TH {title.upper()} 7 {date} "sockopt {self.version}" "{t["manual"]}"\n'
                f".nh\n.ad l\n.SH {t['name']}\n" + fill(f"{title} \\- {plain(summary)}") +
                f".SH {t['synopsis']}\n.nf\n#include <{level['header']}>\n.PP\n"
                f"setsockopt(fd, {level.get('constant', level['name'])}, OPTION, &value, sizeof(value));\n.fi\n"
                f".SH {t['description']}\n" + fill(self.rich(t["about"].replace("%s", str(number)))) +
                fill(self.rich(t["explain"]).replace("%s", "\\fBsockopt explain\\fR")) + f".SH {t['options']}\n")
        made += "".join(self.option(option) for option in options)
        pages = self.manuals(options)
        refs = "".join(f".BR {plain(page.partition('(')[0])} ({page.partition('(')[2]}{',' if page != pages[-1] else ''}\n" for page in pages)
        return f"{made}.SH {t['see']}\n{refs}"


def date_of_pages() -> str:
    """That of the page that people write: a build of today has the same pages as one of yesterday."""
    head = (ROOT / "man/sockopt.1").read_text(encoding="utf-8")
    found = re.search(r"^\.TH SOCKOPT 1 (\S+)", head, re.M)
    if not found:
        raise facts.CatalogError("man/sockopt.1: there is no date in its line .TH")
    return found[1]


def used_levels(catalog: Catalog) -> list[Entry]:
    used = {option["level"] for option in catalog.options}
    return [level for level in catalog.levels if level["name"] in used]


def main() -> int:
    if not (len(sys.argv) == 3 and sys.argv[1] == "--list") and len(sys.argv) != 5:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        catalog = facts.load(Path(sys.argv[-1] if len(sys.argv) == 3 else sys.argv[1]))
        if len(sys.argv) == 3:
            print(*(level["key"] for level in used_levels(catalog)))
            return 0
        language, version, output = sys.argv[2], sys.argv[3], Path(sys.argv[4])
        told = Facts(catalog, language, words.load(ROOT / "po", language))
        for level in used_levels(catalog):
            text = Page(catalog, level, told, version).write(date_of_pages())
            (output / f"sockopt-{level['key']}.7").write_text(text, encoding="utf-8")
    except facts.CatalogError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
