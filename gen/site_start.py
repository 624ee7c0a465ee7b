# SPDX-License-Identifier: MIT
"""The start page: ways in by what someone wants, and the levels in groups."""

from __future__ import annotations

import catalog as facts
from catalog import Entry
from site_data import Site
from site_page import Frame
from site_text import anchor, code, escape


def wanted(site: Site, name: str) -> Entry:
    """NAME, that of the first level which has it, or LEVEL:NAME, as site/tasks.toml has them."""
    level, colon, plain = name.rpartition(":")
    found = [option for option in site.catalog.options if option["name"] == plain
             and (not colon or site.catalog.level(option["level"])["key"] == level)]
    if not found:
        raise facts.CatalogError(f"site/tasks.toml: there is no option '{name}'")
    return found[0]


def check(site: Site, task: Entry) -> None:
    """What a task names must be there."""
    known = {"profile": {profile.name for profile in site.profiles}, "pitfall": site.check_ids, "demo": site.demos}
    for key, names in known.items():
        if key in task and task[key] not in names:
            raise facts.CatalogError(f"site/tasks.toml: there is no {key} '{task[key]}'")


def more(site: Site, task: Entry, here: str = "") -> str:
    """Where a task leads beside the options."""
    made = [f"{escape(site.t(key).lower())} {anchor(f'{here}{folder}/{task[key]}.html', escape(task[key]))}"
            for key, folder in (("profile", "profiles"), ("pitfall", "pitfalls")) if key in task]
    if "demo" in task:
        made.append(code(f"sockopt demo {task['demo']}"))
    return f" <span class=more>{' · '.join(made)}</span>" if made else ""


def tasks_of(site: Site, option: Entry) -> list[Entry]:
    """Those that an option is part of."""
    return [task for group in site.tasks["group"] for task in group["task"]
            if any(name.rpartition(":")[2] == option["name"] and wanted(site, name) is option for name in task["options"])]


def uses(site: Site, option: Entry) -> str:
    """What an option is used for, on its own page, and with which others."""
    made = ""
    for task in tasks_of(site, option):
        others = [other for other in (wanted(site, name) for name in task["options"]) if other is not option]
        links = " ".join(anchor("../" + site.path(other), code(other["name"])) for other in others)
        made += f"<div><dt>{escape(task['wants'][site.language])}</dt><dd>{links}{more(site, task, '../')}</dd></div>\n"
    return f"<dl class=tasks>{made}</dl>\n" if made else ""


def tasks(site: Site) -> str:
    made = ""
    for group in site.tasks["group"]:
        rows = ""
        for task in group["task"]:
            check(site, task)
            links = " ".join(anchor(site.path(option), code(option["name"])) for option in (wanted(site, name) for name in task["options"]))
            rows += f"<div><dt>{escape(task['wants'][site.language])}</dt><dd>{links}{more(site, task)}</dd></div>\n"
        made += f"<h3>{escape(group['title'][site.language])}</h3>\n<dl class=tasks>\n{rows}</dl>\n"
    return made


def levels(site: Site) -> str:
    rest = {level["key"]: level for level in site.used_levels()}
    grouped = [(group["title"][site.language], [rest.pop(key) for key in group["keys"]]) for group in site.tasks["levels"]]
    grouped[-1][1].extend(rest.values())
    made = ""
    for title, found in grouped:
        rows = "".join(f'<div><dt><a href="{level["key"]}/index.html">{code(level["name"])}</a> <span class=count>{len(site.options(level))}'
                       f"</span></dt><dd>{site.plain.text(level['summary'][site.language])}</dd></div>\n" for level in found)
        made += f"<h3>{escape(title)}</h3>\n<dl class=levels>\n{rows}</dl>\n"
    return made


def add_start(frame: Frame) -> None:
    site = frame.site
    # Where the levels stand below, and not beside.
    jumps = "".join(f'<a href="{level["key"]}/index.html">{level["name"].partition("_")[2]}</a> ' for level in site.used_levels()
                    if level["key"] in site.tasks["levels"][0]["keys"][:5])
    body = (f"<h1>{escape(site.t('title'))}</h1>\n<p class=summary>{site.plain.text(site.t('lead'))}</p>\n"
            f'<nav class="jumps narrow" aria-label="{escape(site.t("levels"))}">{jumps}<a href="#levels">{escape(site.t("levels"))}</a></nav>\n'
            "<div class=start>\n")
    body += f'<section id=tasks><h2><a href="#tasks">{escape(site.t("tasks"))}</a></h2>\n{tasks(site)}</section>\n'
    title = f"{site.t('levels')}, {len(site.catalog.options)} {site.t('options')}"
    body += f'<section id=levels><h2><a href="#levels">{escape(title)}</a></h2>\n{levels(site)}</section>\n</div>\n'
    frame.add("index.html", f"{site.t('title')} – sockopt", site.t("lead"), body, kind="first")
