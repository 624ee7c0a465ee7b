# SPDX-License-Identifier: MIT
"""The compatibility matrix: options by versions of Linux and by other systems."""

from __future__ import annotations

from catalog import Entry
from site_data import Site
from site_page import Frame
from site_text import code, escape

Version = tuple[int, ...]


def version(text: str) -> Version:
    return tuple(int(part) for part in text.split("."))


def linux_cell(option: Entry, at: str) -> tuple[str, str]:
    """(mark, what stands behind it) for a version of Linux."""
    here = version(at)
    if version(option["since"])[:2] > here[:2] or ("until" in option and version(option["until"])[:2] <= here[:2]):
        return "", ""
    later = [change["version"] for change in option.get("changes", []) if version(change["version"])[:2] > here[:2]]
    return ("differs", ", ".join(later)) if later else ("yes", "")


def system_cell(site: Site, option: Entry, system: str) -> tuple[str, str]:
    rows = [row for row in option.get("other", []) if row["system"] == system]
    if not rows:
        return "", ""
    names = ", ".join(row["name"] for row in rows if "name" in row)
    if names:
        return "named", names
    return ("differs", site.facts.note(rows[0], "note")) if "note" in rows[0] else ("yes", "")


def cell(site: Site, found: tuple[str, str], plain: dict[str, str], kind: str = "") -> str:
    mark, behind = found
    if not mark:
        return f"<td{kind}><i class=none></i></td>"
    title = f' title="{escape(behind)}"' if behind else ""
    return f"<td{kind}{title}><i class={mark}></i><span class=unseen>{plain[mark]}</span></td>"


def edge(index: int) -> str:
    """The first of the other systems stands behind a line."""
    return "" if index else " class=edge"


def add_matrix(frame: Frame) -> None:
    site = frame.site
    versions: list[str] = site.systems["linux"]
    systems: dict[str, str] = site.catalog.systems
    plain = {mark: escape(site.t("mark_" + mark)) for mark in ("yes", "differs", "named")}
    head = "".join(f"<th scope=col>{one}</th>" for one in versions)
    head += "".join(f"<th scope=col{edge(i)}>{escape(one)}</th>" for i, one in enumerate(systems.values()))
    top = (f"<tr><td></td><th scope=colgroup colspan={len(versions)}>{escape(site.t('linux'))}</th>"
           f"<th scope=colgroup colspan={len(systems)}>{escape(site.t('other_systems'))}</th></tr>")
    body = ""
    for level in site.used_levels():
        rows = ""
        for option in site.options(level):
            cells = "".join(cell(site, linux_cell(option, one), plain) for one in versions)
            cells += "".join(cell(site, system_cell(site, option, one), plain, edge(i)) for i, one in enumerate(systems))
            rows += f'<tr><th scope=row><a href="{site.path(option)}">{code(option["name"])}</a></th>{cells}</tr>\n'
        body += (f"<tbody><tr class=level><th scope=rowgroup colspan={1 + len(versions) + len(systems)}>"
                 f'<a href="{level["key"]}/index.html">{code(level["name"])}</a></th></tr>\n{rows}</tbody>\n')
    legend = "".join(f"<li><i class={mark}></i> {escape(site.t('matrix_legend_' + mark))}</li>" for mark in ("yes", "differs", "named"))
    legend += f"<li><i class=none></i> {escape(site.t('matrix_legend_none'))}</li>"
    title = site.t("matrix")
    text = (f"<h1>{escape(title)}</h1>\n<p class=summary>{escape(site.t('matrix_lead'))}</p>\n<ul class=legend>{legend}</ul>\n"
            f'<div class="scroll tall" tabindex=0 role=group aria-label="{escape(site.t("table_scroll"))}"><table class=matrix>'
            f"<thead>{top}<tr><th scope=col>{escape(site.t('option'))}</th>{head}</tr></thead>\n{body}</table></div>\n")
    frame.add("matrix.html", f"{title} – sockopt", site.t("matrix_lead"), text, [("index.html", site.t("home"))], "matrix")
