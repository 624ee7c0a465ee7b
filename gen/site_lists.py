# SPDX-License-Identifier: MIT
"""Options in lists: those of a level, all of them by name, and by the version of Linux that brought or changed them."""

from __future__ import annotations

from catalog import Entry
from site_data import Site
from site_matrix import version
from site_page import Frame, section
from site_text import anchor, capital, code, escape

# A version that is older than this is on every machine that is looked after.
OLD = "4.19"
# The versions before that one have no link of their own above the list.
JUMPS = (5,)
Change = tuple[str, Entry, str]


def remarks(site: Site, option: Entry) -> str:
    """What keeps an option from being there for everybody: its version, and the privilege for any value."""
    made = []
    if "until" in option:
        made.append(f"{option['since']}–{option['until']}" if version(option["since"]) > version(OLD) else f"&lt; {option['until']}")
    elif version(option["since"]) > version(OLD):
        made.append(f"≥ {option['since']}")
    privilege = option.get("privilege", {})
    if privilege and "when" not in privilege and "value" not in privilege:
        made.append(escape("/".join(privilege["capability"])))
    return f" <span class=remark>{', '.join(made)}</span>" if made else ""


def option_list(site: Site, options: list[Entry], here: str) -> str:
    """Names with what they do."""
    rows = "".join(f'<div><dt><a href="{here}{site.path(option)}">{code(option["name"])}</a></dt>'
                   f"<dd>{site.plain.text(site.facts.text(option['summary']))}{remarks(site, option)}</dd></div>\n" for option in options)
    return f"<dl class=options>\n{rows}</dl>\n"


def kind(option: Entry) -> str:
    """settings that stay, actions, what is only read, and what only BPF programs reach."""
    if not option["access"]:
        return "bpf"
    if option["access"] == ["get"] or option.get("nature") == "state":
        return "state"
    return "action" if option.get("nature") == "action" else "setting"


def add_level(frame: Frame, level: Entry) -> None:
    site = frame.site
    path = f"{level['key']}/index.html"
    number = level["number"]
    numbers = str(number) if not isinstance(number, dict) else "; ".join(
        f"{value} ({name})" if name != "generic" else str(value) for name, value in number.items())
    names = ", ".join(map(code, [level["name"], *level.get("aliases", [])]))
    summary = level["summary"][site.language]
    options = site.options(level)
    body = (f"<h1>{code(level['name'])}</h1>\n<p class=summary>{site.plain.text(capital(summary))}.</p>\n"
            f"<p class=soft>{escape(site.t('level'))} {names} = {numbers}, <code>&lt;{escape(level['header'])}&gt;</code>. "
            f"{site.plain.marked(site.t('level_more').replace('%s', level['key']))}</p>\n")
    groups = [(key, [option for option in options if kind(option) == key]) for key in ("setting", "action", "state", "bpf")]
    groups = [(key, found) for key, found in groups if found]
    if len(groups) == 1:
        body += option_list(site, options, "../")
    else:
        body += "".join(section(key, site.t("kind_" + key), option_list(site, found, "../")) for key, found in groups)
    frame.add(path, f"{level['name']} – sockopt", summary, body, [("index.html", site.t("home"))], "list")


# ---- all ----

def add_all(frame: Frame) -> None:
    """Every name, aliases too, by the prefix that they share."""
    site = frame.site
    rows: list[tuple[str, Entry]] = []
    for name, options in site.names.items():
        rows += [(name, option) for option in options]
    groups: dict[str, str] = {}
    for name, option in sorted(rows, key=lambda row: (row[0], row[1]["level"])):
        same = name == option["name"]
        after = "" if same else f" <span>{code(option['name'])}</span>"
        level = site.catalog.level(option["level"])["key"] if len(site.names[name]) > 1 else ""
        prefix = name.partition("_")[0]
        groups[prefix] = groups.get(prefix, "") + (f'<li><a href="{site.path(option)}">{code(name)}</a>{after}'
                                                   f'{f" <span>{level}</span>" if level else ""}</li>\n')
    title = site.t("all_options")
    jumps = " ".join(f'<a href="#{prefix}">{prefix}</a>' for prefix in sorted(groups))
    made = "".join(f'<section id={prefix} class=group><h2><a href="#{prefix}">{prefix}_</a></h2><ul class=names>\n{items}</ul></section>\n'
                   for prefix, items in sorted(groups.items()))
    body = (f"<h1>{escape(title)}</h1>\n<p class=summary>{escape(site.t('all_options_lead'))}</p>\n"
            f'<nav class=jumps aria-label="{escape(title)}">{jumps}</nav>\n{made}')
    frame.add("options.html", f"{title} – sockopt", site.t("all_options_lead"), body, [("index.html", site.t("home"))], "list")


# ---- by version ----

def changes(site: Site) -> dict[str, list[Change]]:
    """Version -> what came, changed and went with it, as the catalogue has it."""
    found: dict[str, list[Change]] = {}
    for option in site.catalog.options:
        found.setdefault(option["since"], []).append(("new", option, ""))
        for change in option.get("changes", []):
            found.setdefault(change["version"], []).append(("changed", option, site.facts.note(change, "what")))
        if "until" in option:
            found.setdefault(option["until"], []).append(("gone", option, ""))
    return found


def level_of(site: Site, option: Entry) -> str:
    """The level, where the name alone does not say it."""
    key = site.catalog.level(option["level"])["key"]
    return f" <span class=remark>{key}</span>" if len(site.names[option["name"]]) > 1 else ""


def one_version(site: Site, number: str, rows: list[Change]) -> str:
    made = ""
    rich = site.rich("history.html")
    for key in ("new", "changed", "gone"):
        items = ""
        for _, option, what in (row for row in rows if row[0] == key):
            told = rich.text(what) if what else site.plain.text(site.facts.text(option["summary"]))
            items += f"<div><dt>{anchor(site.path(option), code(option['name']))}{level_of(site, option)}</dt><dd>{told}</dd></div>\n"
        made += f"<h3>{escape(site.t('history_' + key))}</h3>\n<dl class=options>\n{items}</dl>\n" if items else ""
    return section(f"v{number}", f"Linux {number}", made)


def add_history(frame: Frame) -> None:
    site = frame.site
    found = changes(site)
    title, lead = site.t("history_title"), site.t("history_lead")
    versions = sorted(found, key=version, reverse=True)
    old = next(number for number in versions if version(number) < JUMPS)
    jumps = " ".join(f'<a href="#v{number}">{number}</a>' for number in versions if version(number) >= JUMPS)
    jumps += f' <a href="#v{old}">{escape(site.t("older"))}</a>'
    body = (f"<h1>{escape(title)}</h1>\n<p class=summary>{escape(lead)}</p>\n<nav class=jumps aria-label=\"Linux\">{jumps}</nav>\n"
            + "".join(one_version(site, number, found[number]) for number in versions))
    frame.add("history.html", f"{title} – sockopt", lead, body, [("index.html", site.t("home"))], "list")
