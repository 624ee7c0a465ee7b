# SPDX-License-Identifier: MIT
"""catalog/configs -> configs.gen.c: settings of configuration files, and the options that they end in.

usage: to_configs.py CATALOG_FOLDER OUTPUT.c
"""

from __future__ import annotations

import sys
from pathlib import Path

import catalog as facts
from to_c import quote

KINDS = ("nginx", "haproxy", "systemd", "envoy", "sysctl")
PLACES = {"nginx": ("listen", "directive"), "haproxy": ("bind", "section", "server"), "systemd": ("Socket",),
          "envoy": ("listener", "tcp_keepalive"), "sysctl": ("sysctl",)}
FORMS = ("flag", "bool", "number", "bytes", "time", "keepalive")
SIDES = ("client", "server", "both")
UNITS = {"s": 1000, "ms": 1}
KEYS = {"kind", "place", "word", "form", "unit", "side", "as", "forced", "gone", "sets"}


def check(place: facts.Place, setting: facts.Entry, names: set[str]) -> None:
    for key in setting:
        if key not in KEYS:
            place.fail(key, f"there is no such field{facts.nearest(key, KEYS)}")
    kind, form = setting.get("kind"), setting.get("form")
    if kind not in KINDS:
        place.fail("kind", f"'{kind}' is not one of {', '.join(KINDS)}")
    for field, words in (("place", PLACES[kind]), ("form", FORMS)):
        if setting.get(field) not in words:
            place.fail(field, f"'{setting.get(field)}' is not one of {', '.join(words)}")
    for field, more in (("unit", tuple(UNITS)), ("side", SIDES)):
        if field in setting and setting[field] not in more:
            place.fail(field, f"'{setting[field]}' is not one of {', '.join(more)}")
    if not isinstance(setting.get("word"), str) or not setting["word"]:
        place.fail("word", "must be a string: as it stands in the file")
    sets = setting.get("sets")
    if "as" in setting and (form != "flag" or type(setting["as"]) is not int):
        place.fail("as", "is the number that a flag sets")
    for field in ("forced", "gone"):
        if field in setting and setting[field] is not True and not isinstance(setting[field], str):
            place.fail(field, "is true or since when, or is left out")
    if not isinstance(sets, list) or len(sets) not in ((4,) if form == "keepalive" else (0, 1)):
        place.fail("sets", "must be a list: one option, four of keepalive, none for the queue of listen(2) or what is gone")
    if "gone" in setting and sets:
        place.fail("sets", "what is gone sets nothing")
    for name in sets:
        if name not in names:
            place.fail("sets", f"there is no option '{name}'{facts.nearest(str(name), names)}")


def read(folder: Path, names: set[str]) -> list[facts.Entry]:
    path = folder / "configs/settings.toml"
    text, data = facts.read_toml(path)
    for key in data:
        if key != "setting":
            raise facts.CatalogError(f"{path}:1: there is no table or key '{key}' here, only [[setting]]")
    settings = []
    for place, _, setting in facts.entries(path, text, data, "word"):
        with place.guard():
            check(place, setting, names)
        settings.append(setting)
    return settings


def row(setting: facts.Entry) -> str:
    options = ", ".join(quote(name) for name in setting["sets"]) or "NULL"
    flags = ", ".join(str(key in setting).lower() for key in ("forced", "gone"))
    return ("\t{ " + f"CONFIG_{str(setting['kind']).upper()}, {quote(str(setting['place']))}, "
            f"{quote(str(setting['word']))}, CONFIG_FORM_{str(setting['form']).upper()}, "
            f"{UNITS[str(setting.get('unit', 's'))]}, CONFIG_SIDE_{str(setting.get('side', 'both')).upper()}, "
            f"{setting.get('as', 1)}, {flags}, {{ {options} }} }},\n")


def main() -> int:
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    folder = Path(sys.argv[1])
    try:
        rows = [row(setting) for setting in read(folder, {option["name"] for option in facts.load(folder).options})]
    except facts.CatalogError as error:
        print(error, file=sys.stderr)
        return 1
    Path(sys.argv[2]).write_text(
        "/* Made from catalog/configs/ by gen/to_configs.py. Do not edit. */\n\n#include \"config.h\"\n\n"
        f"const struct config_word config_words[] = {{\n{''.join(rows)}}};\n"
        "const size_t config_n_words = sizeof(config_words) / sizeof(config_words[0]);\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
