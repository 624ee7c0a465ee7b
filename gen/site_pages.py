# SPDX-License-Identifier: MIT
"""The pages of pitfalls and profiles."""

from __future__ import annotations

import html
import re

from catalog import Entry
from site_data import Profile, Site
from site_option import sources
from site_page import Frame, section
from site_text import Rich, anchor, capital, code, escape

PLACES = ("live", "trace", "source", "config")


# ---- pitfalls ----

def braces(text: str, site: Site) -> str:
    """{option}, {level} and {socket} are filled in when a finding is printed."""
    words = {"en": {"option": "the option", "level": "its level"}, "es": {"option": "la opción", "level": "su nivel"}}
    return re.sub(r"\{(option|level)\}", lambda match: words[site.language][match[1]], text)


def add_check(frame: Frame, check: Entry) -> None:
    site = frame.site
    path = f"pitfalls/{check['id']}.html"
    rich = site.rich(path)
    title = check["title"][site.language]
    body = (f"<h1>{rich.text(capital(title))}</h1>\n<p class=summary><span class=id>{check['id']}</span> "
            f"<span class={check['severity']}>{escape(site.t(check['severity']))}</span></p>\n")
    body += rich.paragraphs(" ".join(braces(check["why"][site.language], site).split()))
    cures = "".join(cure(rich, site, place, check["cure"][place]) for place in PLACES if place in check.get("cure", {}))
    body += section("cure", site.t("cure"), f"<dl class=code>{cures}</dl>" if cures else "")
    if "advice" in check:
        advice = braces(" ".join(check["advice"][site.language].split()), site)
        body += "" if cures else f"<h2>{escape(site.t('cure'))}</h2>\n"
        body += f"<p>{rich.text(advice)}</p>\n"
    whens = "".join(f"<div><dt>{escape(site.t(place + '_place'))}</dt><dd><pre><code>"
                    f"{html.escape(' '.join(check['when'][place].split()))}</code></pre></dd></div>\n" for place in PLACES if place in check["when"])
    body += section("condition", site.t("condition"), f"<dl class=code>{whens}</dl>")
    see = "".join(f"<li>{anchor(rich.link(name), code(name))} <span>{summary_of(site, name)}</span></li>" for name in check["see"])
    body += section("see", site.t("options").capitalize(), f"<ul class=see>{see}</ul>")
    body += section("sources", site.t("sources"), sources(rich, check["sources"]))
    frame.add(path, f"{check['id']}: {title} – sockopt", title, body,
              [("index.html", site.t("home")), ("pitfalls/index.html", site.t("pitfalls"))])


def cure(rich: Rich, site: Site, place: str, words: str) -> str:
    """A command or a line of code; of configuration files a sentence."""
    words = words.strip().replace("{socket}", "PID:FD")
    inner = f"<dd>{rich.text(words)}</dd>" if place == "config" else f"<dd><pre><code>{html.escape(words)}</code></pre></dd>"
    return f"<div><dt>{escape(site.t(place + '_place'))}</dt>{inner}</div>\n"


def summary_of(site: Site, name: str) -> str:
    option = site.find(name)
    return site.plain.text(site.facts.text(option["summary"])) if option else ""


def check_list(site: Site, found: list[Entry]) -> str:
    rows = "".join(f'<div><dt class=id>{check["id"]}</dt><dd><a href="{check["id"]}.html">'
                   f"{site.plain.text(check['title'][site.language])}</a> <span class={check['severity']}>"
                   f"{escape(site.t(check['severity']))}</span></dd></div>\n" for check in found)
    return f'<dl class="options checks">\n{rows}</dl>\n'


def add_checks(frame: Frame) -> None:
    site = frame.site
    for check in site.checks:
        add_check(frame, check)
    rest = list(site.checks)
    groups: list[tuple[str, list[Entry]]] = []
    for group in site.tasks["pitfalls"]:
        found = [check for check in rest if int(re.sub(r"\D", "", check["id"])) in group["numbers"]]
        rest = [check for check in rest if check not in found]
        groups.append((group["title"][site.language], found))
    groups[-1][1].extend(rest)
    made = "".join(section(f"group-{i + 1}", title, check_list(site, found)) for i, (title, found) in enumerate(groups))
    title = site.t("pitfalls")
    body = (f"<h1>{escape(title)}</h1>\n<p class=summary>{site.plain.marked(site.t('pitfalls_lead'))}</p>\n"
            + made)
    frame.add("pitfalls/index.html", f"{title} – sockopt", site.t("pitfalls_lead").replace("`", ""), body, [("index.html", site.t("home"))], "list")


# ---- profiles ----

def remarks(rich: Rich, text: str) -> str:
    """Lines with '  - ' before are items, the lines between them paragraphs."""
    made, items = "", ""
    for block in re.findall(r"^  - .*(?:\n    .*)*|^(?!  - ).*(?:\n(?!  ).*)*", text, re.M):
        words = " ".join(block.split())
        if block.startswith("  - "):
            items += f"<li>{rich.text(words.removeprefix('- '))}</li>\n"
        elif words:
            made += (f"<ul>\n{items}</ul>\n" if items else "") + f"<p>{rich.text(words)}</p>\n"
            items = ""
    return made + (f"<ul>\n{items}</ul>\n" if items else "")


def link_profiles(site: Site, page: str, made: str) -> str:
    """Names of other profiles as links."""
    names = "|".join(re.escape(one.name) for one in site.profiles if one.name != page)
    return re.sub(rf"(?<![\w-])({names})(?![\w-])", r'<a href="\1.html">\1</a>', made)


def add_profile(frame: Frame, profile: Profile) -> None:
    site = frame.site
    path = f"profiles/{profile.name}.html"
    rich = site.rich(path)
    title = profile.title[site.language]
    body = (f"<h1>{escape(profile.name)}</h1>\n<p class=summary>{rich.text(capital(title))}.</p>\n"
            + link_profiles(site, profile.name, remarks(rich, profile.remarks[site.language])))
    rules = f"<pre><code>{html.escape(profile.rules)}</code></pre>\n"
    body += section("rules", site.t("rules"), rules)
    use = "".join(f"<div><dt>{escape(label)}</dt><dd><pre><code>{html.escape(line)}</code></pre></dd></div>\n" for label, line in (
        (site.t("use_run"), f"sockopt run -p {profile.name} -- PROGRAM"),
        (site.t("use_apply"), f"sockopt apply --unit NAME /usr/share/sockopt/profiles/{profile.name}.rules")))
    body += section("use", site.t("how_to_use"), f"<dl class=code>{use}</dl>")
    body += section("measured", site.t("measured"), f"<p>{rich.text(capital(profile.measured[site.language]))}</p>\n")
    names = list(dict.fromkeys(re.findall(r"\b[A-Z][A-Z0-9]*_[A-Z0-9_]+", profile.rules)))
    see = "".join(f"<li>{anchor(rich.link(name), code(name))} <span>{summary_of(site, name)}</span></li>" for name in names)
    body += section("see", site.t("options").capitalize(), f"<ul class=see>{see}</ul>")
    read = "".join(f"<li>{rich.text(one)}</li>" for one in profile.sources.removesuffix(".").split("; "))
    body += section("sources", site.t("sources"), f"<ul class=sources>{read}</ul>")
    frame.add(path, f"{profile.name} – sockopt", title, body,
              [("index.html", site.t("home")), ("profiles/index.html", site.t("profiles"))])


def add_profiles(frame: Frame) -> None:
    site = frame.site
    for profile in site.profiles:
        add_profile(frame, profile)
    rows = "".join(f'<div><dt><a href="{profile.name}.html">{escape(profile.name)}</a></dt>'
                   f"<dd>{site.plain.text(capital(profile.title[site.language]))}</dd></div>\n" for profile in site.profiles)
    title = site.t("profiles")
    body = (f"<h1>{escape(title)}</h1>\n<p class=summary>{site.plain.marked(site.t('profiles_lead'))}</p>\n"
            f"<dl class=options>\n{rows}</dl>\n")
    frame.add("profiles/index.html", f"{title} – sockopt", site.t("profiles_lead").replace("`", ""), body, [("index.html", site.t("home"))], "list")
