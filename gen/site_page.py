# SPDX-License-Identifier: MIT
"""What every page of the site has around its text."""

from __future__ import annotations

from site_data import ROOT, Site
from site_text import escape

OTHER = {"en": "es", "es": "en"}


class Frame:
    """Writes the pages of one language: English at the top, Spanish in es/."""

    def __init__(self, site: Site):
        self.site = site
        self.template = (ROOT / "site/page.html").read_text(encoding="utf-8")
        self.pages: dict[str, str] = {}

    def add(self, path: str, title: str, about: str, body: str, crumbs: list[tuple[str, str]] | None = None,
            kind: str = "plain") -> None:
        """path: from the language's folder. crumbs: (address from there, text) of the pages above."""
        site = self.site
        here = "../" * path.count("/")
        top = here + ("../" if site.language == "es" else "")
        other = OTHER[site.language]
        other_path = here + ("../" if site.language == "es" else "es/") + path
        words = {
            "lang": site.language, "other": other, "title": escape(title), "about": escape(about), "here": here,
            "top": top, "other_path": other_path, "other_language": escape(site.t("other_language")), "kind": kind,
            "body": body, "crumbs": self.crumbs(here, crumbs or []), "nav": self.navigation(here, path),
            "made_from": escape(site.t("made_from").replace("%s", site.version)),
            **{key: escape(site.t(key)) for key in ("skip", "home", "search", "search_hint", "search_key", "results",
                                                    "found_none", "found_one", "found_many", "copy", "copied", "about_text")},
        }
        text = self.template
        for key, value in words.items():
            text = text.replace("{{" + key + "}}", value)
        self.pages[path] = text

    def crumbs(self, here: str, crumbs: list[tuple[str, str]]) -> str:
        if not crumbs:
            return ""
        rows = "".join(f'<li><a href="{here}{target}">{escape(text)}</a></li>' for target, text in crumbs)
        return f'<nav class=crumbs aria-label="{escape(self.site.t("home"))}"><ol>{rows}</ol></nav>'

    def navigation(self, here: str, path: str) -> str:
        places = (("options.html", "nav_options"), ("matrix.html", "matrix"), ("history.html", "versions"), ("pitfalls/index.html", "pitfalls"),
                  ("profiles/index.html", "profiles"))
        return "".join(f'<li><a href="{here}{target}"{" aria-current=page" if target == path else ""}>'
                       f"{escape(self.site.t(key))}</a></li>" for target, key in places)


def section(key: str, title: str, inner: str, kind: str = "") -> str:
    shown = f" class={kind}" if kind else ""
    return f'<section id={key}{shown}><h2><a href="#{key}">{escape(title)}</a></h2>\n{inner}</section>\n' if inner else ""


def table(heads: list[str], rows: list[list[str]], kind: str = "", label: str = "") -> str:
    """A small table; the first cell of a row is its head. label: it may be too wide for a phone, and scrolls then."""
    head = "".join(f"<th scope=col>{escape(one)}</th>" for one in heads)
    body = "".join("<tr>" + f"<th scope=row>{row[0]}</th>" + "".join(f"<td>{cell}</td>" for cell in row[1:]) + "</tr>\n"
                   for row in rows)
    shown = f' class="{kind}"' if kind else ""
    made = f"<table{shown}><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div class=scroll tabindex=0 role=group aria-label="{escape(label)}">{made}</div>' if label else made
