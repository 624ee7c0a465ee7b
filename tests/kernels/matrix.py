# SPDX-License-Identifier: MIT
"""docs/kernels.md: read, so that the run of one kernel or of one suite replaces what it is about, and written again."""

from __future__ import annotations

import dataclasses
import pathlib
import re
import tomllib

CELL_NONE = "–"
HEAD = [
    "# Kernels", "",
    "Written by `make test-kernels`, which boots Debian's kernels in emulated machines and runs these tests inside"
    " ([tests/kernels](../tests/kernels)). *Declined*: the kernel lacks what the test is about, sockopt said so with the"
    " reason below, and another engine serves; –: was not run.", "",
]
DECLINED = "## What is declined, and why"
DIFFERING = "## Options that are not everywhere what they are today"


@dataclasses.dataclass
class Column:
    release: str
    cells: dict[str, str] = dataclasses.field(default_factory=dict)  # by suite
    declined: dict[str, list[str]] = dataclasses.field(default_factory=dict)  # by suite: "2: why"
    missing: str = ""  # modules


@dataclasses.dataclass
class Matrix:
    columns: dict[str, Column] = dataclasses.field(default_factory=dict)  # by line_of(release)
    differ: dict[tuple[str, str], set[str]] = dataclasses.field(default_factory=dict)  # (option, version): lines of kernels


def line_of(release: str) -> str:
    """6.18 of 6.18.15+deb13-amd64."""
    match = re.match(r"\d+\.\d+", release)
    return match[0] if match else release


def order(line: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", line)]


def row(text: str) -> list[str]:
    return [word.strip() for word in text.strip().strip("|").split(" | ")]


def read(path: pathlib.Path) -> Matrix:
    """What an earlier run wrote."""
    matrix = Matrix()
    lines: list[str] = []  # of kernels, as the table has them
    column = Column("")
    part = ""
    for text in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        if text.startswith("## "):
            part = text
        elif not part and text.startswith("| test |"):
            for release in row(text)[1:]:
                lines.append(line_of(release))
                matrix.columns[lines[-1]] = Column(release + "-amd64")
        elif not part and text.startswith("| ") and "---" not in text:
            suite, *cells = row(text)
            for line, cell in zip(lines, cells):
                if cell != CELL_NONE:
                    matrix.columns[line].cells[suite] = cell
        elif part == DECLINED and text.endswith(":") and not text.startswith("- "):
            column = matrix.columns.get(line_of(text), Column(""))
        elif part == DECLINED and (match := re.match(r"- (\S+), (.*)", text)):
            column.declined.setdefault(match[1], []).append(match[2])
        elif part == DECLINED and (match := re.match(r"Modules that (\S+) has not: (.*)\.$", text)):
            matrix.columns.get(line_of(match[1]), Column("")).missing = match[2]
        elif part == DIFFERING and text.startswith("| ") and "---" not in text and not text.startswith("| option |"):
            option, version, where, _ = row(text)
            matrix.differ[option, version] = set(where.split(", "))
    return matrix


def texts_of(catalog: pathlib.Path) -> dict[tuple[str, str], str]:
    """What differs, by option and version."""
    texts = {}
    for path in sorted(catalog.glob("*.toml")):
        options = tomllib.loads(path.read_text(encoding="utf-8")).get("option", [])
        for option in options if isinstance(options, list) else []:  # the schema has a table of that name
            for change in option.get("changes", []):
                if change.get("facts"):
                    texts[option["name"], change["version"]] = change["what"]["en"]
    return texts


def write(matrix: Matrix, path: pathlib.Path, suites: list[str], catalog: pathlib.Path) -> None:
    lines = sorted(matrix.columns, key=order)
    columns = [matrix.columns[line] for line in lines]
    text = HEAD + ["| test | " + " | ".join(column.release.removesuffix("-amd64") for column in columns) + " |",
                   "| --- |" + " --- |" * len(columns)]
    for suite in suites:
        if any(suite in column.cells for column in columns):
            text.append(f"| {suite} | " + " | ".join(column.cells.get(suite, CELL_NONE) for column in columns) + " |")
    text += ["", DECLINED, ""]
    for column in columns:
        told = [f"- {suite}, {why}" for suite in suites for why in column.declined.get(suite, [])]
        if told:
            text += [f"{column.release}:", "", *told, ""]
        if column.missing:
            text += [f"Modules that {column.release} has not: {column.missing}.", ""]
    text += [DIFFERING, "",
             "Facts of the catalogue that an older kernel contradicts, as its entry says (`changes` with `facts`).", "",
             "| option | since | seen to differ on | what |", "| --- | --- | --- | --- |"]
    for change, what in sorted(texts_of(catalog).items()):
        where = sorted(matrix.differ.get(change, set()) & set(lines), key=order)
        if where:
            text.append(f"| {change[0]} | {change[1]} | {', '.join(where)} | {what} |")
    path.write_text("\n".join(text).rstrip() + "\n", encoding="utf-8")
