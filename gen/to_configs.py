# SPDX-License-Identifier: MIT
"""catalog/configs -> configs.gen.c: settings of configuration files, and the options that they end in.

usage: to_configs.py CATALOG_FOLDER OUTPUT.c
"""

from __future__ import annotations

import sys
import tomllib
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


class SettingError(Exception):
    """What is wrong with a setting."""


def check(setting: dict[str, object], names: set[str]) -> None:
    kind, form = setting.get("kind"), setting.get("form")
    if set(setting) - KEYS:
        raise SettingError(f"unknown keys {set(setting) - KEYS}")
    if kind not in KINDS or setting.get("place") not in PLACES[str(kind)]:
        raise SettingError("no such kind or place")
    if form not in FORMS or setting.get("unit", "s") not in UNITS or setting.get("side", "both") not in SIDES:
        raise SettingError("no such form, unit or side")
    sets = setting.get("sets")
    if "as" in setting and form != "flag" or "gone" in setting and sets:
        raise SettingError("as is for a flag, and what is gone sets nothing")
    if not isinstance(sets, list) or len(sets) not in ((4,) if form == "keepalive" else (0, 1)):
        raise SettingError("sets: one option, four of keepalive, none for the queue of listen(2) or what is gone")
    for name in sets:
        if name not in names:
            raise SettingError(f"there is no option '{name}'")


def row(setting: dict[str, object]) -> str:
    options = ", ".join(quote(name) for name in setting["sets"]) or "NULL"  # type: ignore[attr-defined]
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
    path = folder / "configs/settings.toml"
    names = {option["name"] for option in facts.load(folder).options}
    rows = []
    for index, setting in enumerate(tomllib.loads(path.read_text(encoding="utf-8"))["setting"]):
        try:
            check(setting, names)
        except SettingError as error:
            print(f"{path}: setting {index + 1} ({setting.get('word')}): {error}", file=sys.stderr)
            return 1
        rows.append(row(setting))
    Path(sys.argv[2]).write_text(
        "/* Made from catalog/configs/ by gen/to_configs.py. Do not edit. */\n\n#include \"config.h\"\n\n"
        f"const struct config_word config_words[] = {{\n{''.join(rows)}}};\n"
        "const size_t config_n_words = sizeof(config_words) / sizeof(config_words[0]);\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
