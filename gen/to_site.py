# SPDX-License-Identifier: MIT
"""catalogue -> the reference site: pages that need neither a server nor, but for the search, JavaScript.

usage: to_site.py CATALOG_FOLDER SOCKOPT LOCALE_FOLDER VERSION CATALOG_JSON OUTPUT_FOLDER
"""

from __future__ import annotations

import base64
import re
import shutil
import sys
from pathlib import Path

import catalog as facts
from catalog import Catalog
from site_data import ROOT, Site, raw_checks, read_code, read_demos, read_profile
from site_lists import add_all, add_history, add_level
from site_matrix import add_matrix
from site_option import add_option
from site_page import Frame
from site_pages import add_checks, add_profiles
from site_search import script
from site_start import add_start


def style() -> str:
    """The style sheet with its fonts inside: a browser takes no font from another folder of a disk."""
    def font(match: re.Match[str]) -> str:
        data = base64.b64encode((ROOT / "site" / match[1]).read_bytes()).decode("ascii")
        return f"url(data:font/woff2;base64,{data})"
    return re.sub(r"url\((fonts/[^)]*)\)", font, (ROOT / "site/style.css").read_text(encoding="utf-8"))


def clear(output: Path) -> None:
    """Removes a site that was written before, so that no page of an option that is gone stays; nothing else."""
    if (output / "pages.js").exists():
        shutil.rmtree(output)
    output.mkdir(parents=True, exist_ok=True)


def pages(site: Site) -> dict[str, str]:
    frame = Frame(site)
    add_start(frame)
    for level in site.used_levels():
        add_level(frame, level)
    for option in site.catalog.options:
        add_option(frame, option)
    add_all(frame)
    add_matrix(frame)
    add_history(frame)
    add_checks(frame)
    add_profiles(frame)
    return frame.pages


def write(catalog: Catalog, folder: Path, program: str, locale: str, version: str, data: Path, output: Path) -> int:
    found = raw_checks(folder, catalog)
    profiles = [read_profile(path) for path in sorted((ROOT / "share/profiles").glob("*.rules"))]
    count = 0
    for language in facts.LANGUAGES:
        site = Site(catalog, found, profiles, language, version)
        site.code = read_code(program, language, locale)
        site.demos = read_demos(program)
        top = output if language == "en" else output / language
        for path, text in pages(site).items():
            (top / path).parent.mkdir(parents=True, exist_ok=True)
            (top / path).write_text(text, encoding="utf-8")
            count += 1
        (top / "pages.js").write_text(script(site), encoding="utf-8")
    (output / "style.css").write_text(style(), encoding="utf-8")
    shutil.copyfile(ROOT / "site/site.js", output / "site.js")
    for kept in sorted((ROOT / "site/vendor").iterdir()):
        shutil.copyfile(kept, output / kept.name)
    shutil.copyfile(ROOT / "site/fonts/OFL.txt", output / "OFL.txt")
    shutil.copyfile(data, output / "catalog.json")
    for name in ("catalog", "explain"):
        shutil.copyfile(ROOT / f"share/schema/{name}.schema.json", output / f"{name}.schema.json")
    return count


def main() -> int:
    if len(sys.argv) != 7:
        print(__doc__, file=sys.stderr)
        return 2
    folder, output = Path(sys.argv[1]), Path(sys.argv[6])
    try:
        catalog = facts.load(folder)
        clear(output)
        count = write(catalog, folder, sys.argv[2], sys.argv[3], sys.argv[4], Path(sys.argv[5]), output)
    except facts.CatalogError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{count} pages in {output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
