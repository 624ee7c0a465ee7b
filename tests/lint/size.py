# SPDX-License-Identifier: MIT
"""A file has at most 500 lines, a function at most 60.

Files of C and Python that people write; the catalogue is data, and as long as
there are facts. Functions by Universal Ctags: without it they are not measured,
and the test is skipped with that reason.

usage: size.py ROOT
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from sources import c_files, finish, usage

FILE_LINES = 500
FUNCTION_LINES = 60
ALLOWED = {
    "lib/sockopt.h": "the one public header: the whole contract, most of it comments",
}
SKIP = 77


def long_files(root: Path) -> list[str]:
    problems = []
    python = [path for folder in ("gen", "tests", "tools", "bench") for path in (root / folder).rglob("*.py")]
    for path in c_files(root) + sorted(python):
        where = str(path.relative_to(root))
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > FILE_LINES and where not in ALLOWED:
            problems.append(f"{where}: {lines} lines, more than {FILE_LINES}: split it by what it does")
        if lines <= FILE_LINES and where in ALLOWED:
            problems.append(f"{where}: allowed to be long ({ALLOWED[where]}), and is not")
    return problems


def long_functions(root: Path, ctags: str) -> tuple[list[str], int]:
    """(problems, how many functions were measured)"""
    files = [str(path.relative_to(root)) for path in c_files(root)]
    tags = subprocess.run([ctags, "--sort=no", "--c-kinds=f", "--fields=+ne", "-f", "-", *files], cwd=root,
                          capture_output=True, text=True, check=True).stdout
    problems, seen = [], 0
    for tag in tags.splitlines():
        columns = tag.split("\t")
        fields = dict(column.split(":", 1) for column in columns[3:] if ":" in column)
        if "end" not in fields:
            continue
        seen += 1
        lines = int(fields["end"]) - int(fields["line"]) + 1
        if lines > FUNCTION_LINES:
            problems.append(f"{columns[1]}:{fields['line']}: {columns[0]} has {lines} lines, more than {FUNCTION_LINES}")
    return problems, seen


def main() -> int:
    usage(__doc__, 1)
    root = Path(sys.argv[1]).resolve()
    problems = long_files(root)
    ctags = shutil.which("ctags")
    version = subprocess.run([ctags, "--version"], capture_output=True, text=True, check=False).stdout if ctags else ""
    if not ctags or "Universal Ctags" not in version:
        status = finish(problems, "sizes of files")
        print("functions are not measured: there is no Universal Ctags")
        return status or SKIP
    more, seen = long_functions(root, ctags)
    if seen < 100:
        more.append(f"only {seen} functions were found: is something wrong with ctags?")
    return finish(problems + more, f"sizes of files and {seen} functions")


if __name__ == "__main__":
    sys.exit(main())
