# SPDX-License-Identifier: MIT
"""What the search looks through, as a script: a page that is read from a disk cannot fetch anything else."""

from __future__ import annotations

import json
from typing import Any

from catalog import Entry
from entry import symbols_of
from rows import errno_name
from site_data import Site
from site_start import tasks_of


def option_row(site: Site, option: Entry) -> dict[str, Any]:
    others = [row["name"] for row in option.get("other", []) if "name" in row]
    symbols = list(symbols_of(site.catalog, option.get("symbols")) or {}) if not isinstance(option.get("symbols"), str) else []
    return {"u": site.path(option), "n": option["name"], "a": " ".join([*option.get("aliases", []), *others]),
            "l": site.catalog.level(option["level"])["key"], "s": site.facts.text(option["summary"]),
            "w": " ".join(task["wants"][site.language] for task in tasks_of(site, option)),
            "t": " ".join([site.facts.text(option["description"]), *symbols, *errors(option)])}


def errors(option: Entry) -> set[str]:
    """What its calls fail with."""
    found = {row["errno"] for row in option.get("refused", [])} | {option.get("range_errno", "none")}
    return {errno_name(name) for name in found - {"none"}}


def rows(site: Site) -> list[dict[str, Any]]:
    found = [option_row(site, option) for option in site.catalog.options]
    for level in site.used_levels():
        found.append({"u": f"{level['key']}/index.html", "n": level["name"], "a": " ".join(level.get("aliases", [])),
                      "l": site.t("level"), "s": level["summary"][site.language], "t": ""})
    for check in site.checks:
        found.append({"u": f"pitfalls/{check['id']}.html", "n": check["id"], "a": "", "l": site.t("pitfall"),
                      "s": check["title"][site.language], "t": " ".join(check["why"][site.language].split())})
    for profile in site.profiles:
        found.append({"u": f"profiles/{profile.name}.html", "n": profile.name, "a": "", "l": site.t("profile"),
                      "s": profile.title[site.language], "t": " ".join(profile.remarks[site.language].split())})
    return found


def script(site: Site) -> str:
    return f"SOCKOPT_PAGES={json.dumps(rows(site), ensure_ascii=False, separators=(',', ':'))};\n"
