# SPDX-License-Identifier: MIT
"""What the rules of the house share: which files there are, and C without its comments."""

from __future__ import annotations

import re
import sys
from pathlib import Path

FOLDERS = ("lib", "rule", "live", "lab", "preload", "source", "view", "cmd", "bpf", "bench", "examples", "tests")
PIECES = re.compile(r"""/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""", re.S)


def c_files(root: Path, folders: tuple[str, ...] = FOLDERS) -> list[Path]:
    """The C files that people write."""
    return sorted(path for folder in folders for path in (root / folder).rglob("*.[ch]"))


def without_comments(text: str) -> str:
    """The same lines, comments blanked; strings stay."""
    def blank(match: re.Match[str]) -> str:
        piece = match[0]
        return re.sub(r"[^\n]", " ", piece) if piece.startswith("/") else piece
    return PIECES.sub(blank, text)


def finish(problems: list[str], what: str) -> int:
    """Prints the verdict; returns the exit status."""
    for problem in problems[:50]:
        print(problem)
    if len(problems) > 50:
        print(f"... {len(problems) - 50} more")
    print(f"{what}: {len(problems)} problem(s)" if problems else f"{what}: all right")
    return 1 if problems else 0


def usage(doc: str | None, count: int) -> None:
    if len(sys.argv) != count + 1:
        sys.exit(doc)
