# SPDX-License-Identifier: MIT
"""The page of an option."""

from __future__ import annotations

import html
import re

from catalog import Entry
from rows import Row, default_rows, source_words, struct_of, symbol_values, where_words
from site_data import Site
from site_draw import drawing
from site_layout import bits_table, layout
from site_page import Frame, section, table
from site_start import uses
from site_text import Rich, anchor, capital, code, escape
from site_timeline import Timeline

LANGUAGES = (("c", "C"), ("python", "Python"), ("go", "Go"), ("rust", "Rust"), ("java", "Java"), ("node", "Node.js"))
MANUAL = re.compile(r"\b([a-z][\w.-]*)\((\d)\)")
MANUALS = "https://man7.org/linux/man-pages/man{1}/{0}.{1}.html"
# What has a place of its own on the page stands not in the table of facts.
ELSEWHERE = {"elsewhere", "values", "flags", "fields", "danger", "reading it"}


class Page:
    """One option in one language."""

    def __init__(self, site: Site, option: Entry):
        self.site = site
        self.option = option
        self.level = site.catalog.level(option["level"])
        self.path = site.path(option)
        self.rich: Rich = site.rich(self.path, option)
        self.rows = site.facts.rows(option)

    def t(self, key: str) -> str:
        return self.site.t(key)

    def link(self, name: str) -> str:
        return anchor(self.rich.link(name), code(name))

    # ---- the table of facts ----

    def fact(self, row: Row) -> str:
        """The text of a row; what the page tells at length elsewhere is cut off."""
        text = row.text
        if row.key == "default":
            return "; ".join(map(self.default, default_rows(self.option)))
        if row.key == "since":
            return re.sub(r"\d+(?:\.\d+)+", lambda match: self.version(match[0]), escape(text))
        if row.key == "takes effect":
            text = text.split(self.site.translate(". Later: "))[0]
        if row.key == "type":
            word, comma, rest = text.partition(", ")
            one = self.option["type"] == self.option.get("get_type", self.option["type"]) or len(self.option["access"]) < 2
            return code(word) + escape(comma + rest) if one else self.rich.text(text)
        return self.rich.text(text)

    def default(self, row: Entry) -> str:
        """As set takes it, or the sysctl that has it; a struct's may break behind its members."""
        value = code(row.get("sysctl") or row["value"] or '""').replace(",", ",<wbr>")
        place = where_words(row)
        return value + (f" ({escape(place)})" if place else "")

    def facts(self) -> str:
        shown: list[tuple[str, str, list[str]]] = []
        for row in self.rows:
            if row.key in ELSEWHERE or (row.key == "since" and not row.label):
                continue
            if row.label:
                shown.append((row.key, row.label, [self.fact(row)]))
            else:
                shown[-1][2].append(self.fact(row))
        level = self.site.catalog.level(self.option["level"])
        shown.insert(0, ("number", self.t("number").lower(), [f"{code(level['name'])}, {self.numbers()}"]))
        body = "".join(f'<div id=fact-{key.replace(" ", "-")}><dt><a href="#fact-{key.replace(" ", "-")}">{escape(label)}</a></dt>'
                       + "".join(f"<dd>{text}</dd>" for text in texts) + "</div>\n" for key, label, texts in shown)
        return f'<aside class=facts aria-label="{escape(self.t("facts"))}"><dl>\n{body}</dl></aside>\n'

    def numbers(self) -> str:
        number = self.option["number"]
        if not isinstance(number, dict):
            return str(number)
        others: dict[int, list[str]] = {}
        for architecture, value in number.items():
            if value != number["generic"]:
                others.setdefault(value, []).append(architecture)
        return "; ".join([str(number["generic"])] + [f"{value} ({', '.join(names)})" for value, names in others.items()])

    # ---- sections ----

    def warnings(self) -> str:
        made = ""
        for key, label in (("danger", "danger"), ("reading it", "reading")):
            text = " ".join(row.text for row in self.rows if row.key == key)
            pattern = self.option.get("danger", {}).get("value", "") if key == "danger" else ""
            if pattern:
                text = f"{self.dangerous(pattern)}{text.removeprefix(pattern + ': ')}"
            made += f"<p class=danger><strong>{escape(self.t(label))}:</strong> {self.rich.text(text)}.</p>\n" if text else ""
        return made

    def dangerous(self, pattern: str) -> str:
        """The values that are dangerous, of which the catalogue has a glob: as a reader writes them, if that can be."""
        return "" if set("[]?") & set(pattern) else f"{self.option['name']}={pattern.strip('*')}: "

    def when(self) -> str:
        if "set" not in self.option["access"]:
            return ""
        late = self.site.facts.note(self.option, "late").removesuffix(".")
        text = f"<p><em>{escape(self.t('late'))}:</em> {self.rich.text(late)}.</p>\n" if late else ""
        refused = [row.text for row in self.rows if row.key == "refused"]
        if refused:
            text += f"<p><em>{escape(capital(self.site.translate('refused')))}:</em> " + "; ".join(map(self.rich.text, refused)) + ".</p>\n"
        return Timeline(self.site, self.option).draw() + text

    def struct(self) -> str:
        struct = struct_of(self.site.catalog, self.option)
        return layout(self.site, struct) if struct else ""

    def values(self) -> str:
        symbols = symbol_values(self.site.catalog, self.option)
        if self.option["type"] == "flags":
            return bits_table(self.site, symbols)
        form = "{} = 0x{:02x}" if self.option.get("unit") == "tos" else "{}"
        return table([self.t("name"), self.t("value")], [[code(name), form.format(value, value)] for name, value in symbols.items()],
                     "numbers") if symbols else ""

    def code(self) -> str:
        lines = self.site.code.get((self.option["level"], self.option["name"]), {})
        shown = []
        if "set" in self.option["access"] and self.option.get("nature", "setting") != "action" and "example" in self.option:
            shown.append((self.site.translate("live"), f"sockopt set PID:FD '{self.option['name']}={self.option['example']}'"))
        shown += [(name, lines[key]) for key, name in LANGUAGES if key in lines]
        return "".join(f"<div><dt>{escape(name)}</dt><dd><pre><code>{html.escape(text, quote=False)}</code></pre></dd></div>\n"
                       if not text.startswith("//") else
                       f"<div><dt>{escape(name)}</dt><dd class=none>{self.rich.text(text.removeprefix('// '))}</dd></div>\n"
                       for name, text in shown)

    def elsewhere(self) -> str:
        """Systems of which the same can be said share a row; those where nothing differs come first."""
        groups: dict[tuple[str, str], list[str]] = {("", ""): []}
        for other in self.option.get("other", []):
            system = escape(self.site.catalog.systems[other["system"]])
            groups.setdefault((other.get("name", ""), self.site.facts.note(other, "note")), []).append(system)
        same = groups[("", "")]
        if same and len(groups) == 1:
            return f"<p>{escape(capital(self.t('same_name')))}: {', '.join(same)}.</p>\n"
        rows = [[", ".join(systems), code(name) if name else escape(self.t("same_name")), self.rich.text(note)]
                for (name, note), systems in groups.items() if systems]
        return table([self.t("system"), self.t("name"), self.t("difference")], rows) if rows else ""

    def checks(self) -> str:
        rows = "".join(f'<li><a href="../pitfalls/{check["id"]}.html">{self.site.plain.text(check["title"][self.site.language])}'
                       f'</a> <span class=id>{check["id"]}</span></li>\n' for check in self.site.checks_of(self.option))
        return f"<ul class=links>{rows}</ul>" if rows else ""

    def profiles(self) -> str:
        rows = "".join(f'<li><a href="../profiles/{profile.name}.html">{escape(profile.name)}</a>: '
                       f"{self.rich.text(profile.title[self.site.language])}</li>" for profile in self.site.profiles_of(self.option))
        return f"<ul class=links>{rows}</ul>" if rows else ""

    def version(self, number: str) -> str:
        return anchor(f"../history.html#v{number}", escape(number))

    def history(self) -> str:
        texts = [row for row in self.rows if row.key == "since"]
        rows = [[self.version(self.option["since"]), f"<em>{escape(self.t('since_short'))}</em>"]]
        for row in texts[1:]:
            version, _, what = row.text.partition(": ")
            rows.append([self.version(version), self.rich.text(what)])
        if "until" in self.option:
            rows.append([self.version(self.option["until"]), f"<em>{escape(self.t('until_short'))}</em>"])
        return table([self.t("linux"), self.t("difference")], rows) if len(rows) > 1 else ""

    def sources(self) -> str:
        return sources(self.rich, self.option["sources"])

    def see(self) -> str:
        names = self.option.get("see", [])
        rows = []
        for name in names:
            other = self.site.find(name, self.option)
            summary = self.site.facts.text(other["summary"]) if other else ""
            rows.append(f"<li>{self.link(name)} <span>{self.site.plain.text(summary)}</span></li>")
        return f"<ul class=see>{''.join(rows)}</ul>" if rows else ""

    def neighbours(self) -> str:
        options = self.site.options(self.level)
        at = options.index(self.option)
        made = ""
        for step, key, rel in ((-1, "previous", "prev"), (1, "next", "next")):
            if 0 <= at + step < len(options):
                other = options[at + step]
                made += (f'<a rel={rel} href="{other["name"]}.html"><span>{escape(self.t(key))}</span> '
                         f"{code(other['name'])}</a>")
        return f'<nav class=pages aria-label="{escape(self.level["name"])}">{made}</nav>'

    def body(self) -> str:
        option = self.option
        summary = self.site.facts.text(option["summary"])
        head = (f"<h1>{code(option['name'])}</h1>\n<p class=summary>{self.site.plain.text(capital(summary))}.</p>\n")
        told = self.warnings() + self.rich.paragraphs(self.site.facts.text(option["description"]))
        rest = section("drawing", self.t("drawing"), drawing(self.site, option))
        rest += section("when", self.t("when"), self.when())
        rest += section("values", self.t("bits" if option["type"] == "flags" else "values"), self.values())
        rest += section("layout", self.t("layout"), self.struct())
        lines = self.code()
        rest += section("code", self.t("code"), f"<dl class=code>{lines}</dl>" if lines else "")
        rest += section("uses", self.t("used_to"), uses(self.site, self.option))
        rest += section("pitfalls", self.t("found_by"), self.checks())
        rest += section("profiles", self.t("set_by"), self.profiles())
        rest += section("elsewhere", self.t("elsewhere"), self.elsewhere())
        rest += section("history", self.t("history"), self.history())
        rest += section("sources", self.t("sources"), self.sources())
        rest += section("see", self.t("see"), self.see())
        return (f"{head}<div class=entry>\n<div class=told>{told}</div>\n{self.facts()}<div class=rest>\n{rest}</div>\n</div>\n"
                f"{self.neighbours()}")



def kernel_address(source: Entry) -> str | None:
    """Where that file can be read as it was in that version."""
    return f"https://elixir.bootlin.com/linux/v{source['at']}/source/{source['kernel']}" if "at" in source else None


def sources(rich: Rich, rows: list[Entry]) -> str:
    """One a line; what was tried is told apart from what was read."""
    made = []
    for row in rows:
        words = source_words(row)
        if "kernel" in row:
            version = f" ({row['at']})" if "at" in row else ""
            words = words.removesuffix(version)
            made.append(f"<li>{anchor(kernel_address(row), code(words))}{escape(version)}</li>")
        elif "man" in row:
            made.append(f"<li>{MANUAL.sub(lambda m: anchor(MANUALS.format(*m.groups()), code(m[0])), escape(words))}</li>")
        elif "run" in row:
            made.append(f"<li class=run lang=en>{rich.text(words)}</li>")
        else:
            made.append(f"<li>{rich.text(words)}</li>")
    return f"<ul class=sources>{''.join(made)}</ul>"


def add_option(frame: Frame, option: Entry) -> None:
    site = frame.site
    level = site.catalog.level(option["level"])
    summary = site.facts.text(option["summary"])
    frame.add(site.path(option), f"{option['name']} – {level['name']} – sockopt", summary, Page(site, option).body(),
              [("index.html", site.t("home")), (f"{level['key']}/index.html", level["name"])], "option")
