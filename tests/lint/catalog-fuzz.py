# SPDX-License-Identifier: MIT
"""Whatever a catalogue file holds, the readers say what is wrong with it, or take it: never a traceback.

Files of catalog/, checks/ and configs/ are damaged at random (characters, lines, values of another type, keys that
are renamed, dropped or doubled, files that are cut), and read as the build reads them. What is wrong must be told by
CatalogError, in one line that names the file and a line of it, and, if the file is TOML, the entry and the field.
The same seed makes the same damage: a case that failed is repeated with its number.

usage: catalog-fuzz.py ROOT [ROUNDS [FIRST]]
"""

from __future__ import annotations

import pickle
import random
import re
import shutil
import sys
import tempfile
import tomllib
import traceback
from pathlib import Path
from typing import Callable

from sources import finish, usage

ROUNDS = 60

# What stands in the place of a value: each type of TOML, and what breaks readers.
VALUES = ["0", "-1", "99999999999999999999", "1.5", "nan", "true", '""', '"x"', '"\\u0000"', "[]", "[[]]", "[1]", '["x"]',
          "[{}]", "{}", "{ en = 1 }", '{ en = "x", es = "" }', '{ name = "x" }', "1979-05-27", "'''\n\n'''", '"TCP_NODELAY"',
          '{ value = "tcp_sock.nonagle & 1" }', "[{ name = [], type = 1 }]", '"int"', '"string"', '"bytes[]"', '"*"']
LINE = re.compile(r"^(\s*[A-Za-z_.]+\s*=\s*)(.+)$")
KEY = re.compile(r"^(\s*)([A-Za-z_]+)(.*)$")
Lines = list[str]


def another_value(lines: Lines, dice: random.Random) -> None:
    at = dice.choice([i for i, line in enumerate(lines) if LINE.match(line)] or [0])
    match = LINE.match(lines[at])
    if match:
        lines[at] = match[1] + dice.choice(VALUES)


def another_key(lines: Lines, dice: random.Random) -> None:
    at = dice.randrange(len(lines))
    match = KEY.match(lines[at])
    if match:
        lines[at] = match[1] + dice.choice([match[2] + "x", match[2][:-1] or "k", "name", "level", "type", "when"]) + match[3]


def another_character(lines: Lines, dice: random.Random) -> None:
    at = dice.randrange(len(lines))
    line = lines[at]
    where = dice.randrange(len(line) + 1)
    lines[at] = line[:where] + dice.choice('"[]{}=.,#\\\'\t 0x%ñ\x00\x1b') + line[where + dice.randrange(2):]


def without_lines(lines: Lines, dice: random.Random) -> None:
    at = dice.randrange(len(lines))
    del lines[at:at + dice.randrange(1, 4)]


def doubled_lines(lines: Lines, dice: random.Random) -> None:
    at = dice.randrange(len(lines))
    lines[at:at] = lines[at:at + dice.randrange(1, 12)]


def swapped_lines(lines: Lines, dice: random.Random) -> None:
    a, b = dice.randrange(len(lines)), dice.randrange(len(lines))
    lines[a], lines[b] = lines[b], lines[a]


def cut(lines: Lines, dice: random.Random) -> None:
    del lines[dice.randrange(len(lines)):]


def another_header(lines: Lines, dice: random.Random) -> None:
    at = dice.choice([i for i, line in enumerate(lines) if line.startswith("[")] or [0])
    lines[at] = dice.choice(["[option]", "[[option]]", "[[check]]", "[[struct]]", "[[symbols]]", "[[level]]", "[level]",
                             "[[setting]]", "[[option.x]]", "[ [option] ]", "[[ option ]]", "[['option']]"])


DAMAGE: list[Callable[[Lines, random.Random], None]] = [
    another_value, another_value, another_value, another_key, another_character, without_lines, doubled_lines,
    swapped_lines, cut, another_header]


def damaged(text: str, dice: random.Random) -> bytes:
    lines = text.split("\n")
    for _ in range(dice.choice([1, 1, 1, 2, 3])):
        if lines:
            dice.choice(DAMAGE)(lines, dice)
    raw = "\n".join(lines).encode("utf-8")
    if dice.random() < 0.03:
        at = dice.randrange(len(raw) + 1)
        raw = raw[:at] + bytes([dice.randrange(256)]) + raw[at:]
    return raw


class Toml:
    """tomllib, which remembers what it has read: of a catalogue one file in twenty is another one each time."""

    TOMLDecodeError = tomllib.TOMLDecodeError

    def __init__(self) -> None:
        self.known: dict[str, bytes] = {}

    def loads(self, text: str) -> object:
        if text not in self.known:
            self.known[text] = pickle.dumps(tomllib.loads(text))
        return pickle.loads(self.known[text])


class Readers:
    """What the build reads: the generators' own functions, in this process."""

    def __init__(self, root: Path, folder: Path):
        sys.path.insert(0, str(root / "gen"))
        import catalog
        import checks
        import to_c
        import to_checks
        import to_configs
        import to_typed
        import to_values

        toml = Toml()
        catalog.tomllib = toml  # type: ignore[attr-defined]
        self.folder, self.catalog, self.checks, self.configs = folder, catalog, checks, to_configs
        self.writers = [lambda loaded: to_c.Writer(loaded).write(), to_typed.write,
                        lambda loaded: to_values.table(to_values.places(loaded))]
        self.write_checks = lambda found: to_checks.Writer().write(found)

    def read(self, path: Path) -> None:
        if path.parent.name == "configs":
            settings = self.configs.read(self.folder, {option["name"] for option in self.catalog.load(self.folder).options})
            for setting in settings:
                self.configs.row(setting)
            return
        loaded = self.catalog.load(self.folder)
        if path.parent.name == "checks":
            self.write_checks(self.checks.load(self.folder, loaded))
            return
        # What is accepted can be written, too.
        for write in self.writers:
            write(loaded)

    def judge(self, path: Path) -> str | None:
        """None, or what is not as it should be."""
        try:
            self.read(path)
        except self.catalog.CatalogError as error:
            said = str(error)
            place = re.match(rf"{re.escape(str(self.folder))}/[a-z0-9/-]+\.toml:(\d+): (\S.*)", said, re.S)
            if not place:
                return f"names no file and line: {said}"
            if int(place[1]) < 1 or int(place[1]) > path.read_bytes().count(b"\n") + 1 and str(path) in said:
                return f"names a line that is not there: {said}"
        except Exception:  # pylint: disable=broad-except  # any other is what is looked for
            return traceback.format_exc(limit=-3)
        return None


def main() -> int:
    if len(sys.argv) < 2:
        usage(__doc__, 1)
    root = Path(sys.argv[1]).resolve()
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else ROUNDS
    first = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    problems: list[str] = []
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / "catalog"
        shutil.copytree(root / "catalog", folder)
        readers = Readers(root, folder)
        paths = sorted(path for path in folder.rglob("*.toml") if path.name != "schema.toml")
        for path in paths:
            readers.read(path)  # what is not damaged is right, or nothing is tested
        for number in range(first, first + rounds):
            dice = random.Random(number)
            path = dice.choice(paths)
            right = path.read_bytes()
            path.write_bytes(damaged(right.decode("utf-8"), dice))
            wrong = readers.judge(path)
            if wrong:
                problems.append(f"case {number}, {path.relative_to(folder)}: {wrong}")
            path.write_bytes(right)
    return finish(problems[:20], f"{rounds} damaged files")


if __name__ == "__main__":
    sys.exit(main())
