# SPDX-License-Identifier: MIT
"""The generator rejects a wrong check, and names file, line, check and field.

A check is written into a folder of its own, right at first, and then broken in
one way after the other; gen/checks.py must fail each time, with the message
that a person can act on. gen/to_checks.py must write nothing then.

usage: check-errors.py ROOT
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from sources import finish, usage

RIGHT = '''[[check]]
id       = "P900"
severity = "note"
title.en = "a title"
title.es = "un título"
socket   = "tcp"
when.live = "TCP_KEEPIDLE > 900s and SO_RCVBUF < sysctl(net.ipv4.tcp_rmem[2])"
why.en   = "It is {TCP_KEEPIDLE}."
why.es   = "Es {TCP_KEEPIDLE}."
cure.live = "sockopt set {socket} TCP_KEEPIDLE={max(60s, TCP_KEEPINTVL)}"
sources  = [{ man = "tcp(7)" }]
see      = ["TCP_KEEPIDLE"]
'''

# what is wrong, the line that is replaced, by what, the field that is named, what is said
BREAKS = [
    ("no id", "id ", "", "id", "is missing"),
    ("an id of another form", "id ", 'id = "X1"', "id", "is not P and a number"),
    ("a translation is missing", "title.es", "", "title", "en and es"),
    ("a title is too long", "title.en", f'title.en = "{"x" * 91}"', "title", "at most 90"),
    ("a field is misspelt", "severity", 'severty = "note"', "severty", "did you mean 'severity'"),
    ("no such severity", "severity", 'severity = "fatal"', "severity", "'fatal' is not one of"),
    ("no selector", "socket", "", "socket", "is missing"),
    ("no such place", "when.live", 'when.life = "1"', "when", "unknown key 'life'"),
    ("no such option", "when.live", 'when.live = "TCP_KEEPIDEL > 900s"', "when", "did you mean 'TCP_KEEPIDLE'"),
    ("no such field of an option", "when.live", 'when.live = "SO_LINGER.l_on"', "when", "has no field 'l_on'"),
    ("a struct is no number", "when.live", 'when.live = "SO_LINGER"', "when", "name one of its fields"),
    ("a text is no number", "when.live", 'when.live = "TCP_CONGESTION = 1"', "when", "not a number"),
    ("an option that cannot be read", "when.live", 'when.live = "IP_ADD_MEMBERSHIP = 1"', "when", "cannot be read"),
    ("no such sysctl", "when.live", 'when.live = "sysctl(net.ipv4.tcp_rmem[3])"', "when", "is not in vocabulary.toml"),
    ("no limit", "when.live", 'when.live = "limit(TCP_NODELAY) > 1"', "when", "no sysctl bounds"),
    ("a condition is a list", "when.live", 'when.live = ["1"]', "when", "must be a string"),
    ("a cure is a table", "cure.live", 'cure.live = { a = "b" }', "cure", "must be a string"),
    ("no such function", "when.live", 'when.live = "newest(TCP_NODELAY)"', "when", "is not a function"),
    ("a time and bytes", "when.live", 'when.live = "TCP_KEEPIDLE > 900B"', "when", "time and bytes are not alike"),
    ("a time without a unit", "when.live", 'when.live = "TCP_KEEPIDLE > 900"', "when", "time and plain are not alike"),
    ("a function of another place", "when.live", 'when.live = "kept(SO_RCVBUF) > 1B"', "when", "is not known in place 'live'"),
    ("a fact of another place", "when.live", 'when.live = "late"', "when", "neither an option nor a fact of place 'live'"),
    ("an errno in a live check", "when.live", 'when.live = "group = EINVAL"', "when", "neither an option nor a fact"),
    ("options of a live check", "sources", 'option = ["TCP_KEEPIDLE"]\nsources = [{ man = "x" }]', "option", "is for calls"),
    ("a product of times", "when.live", 'when.live = "TCP_KEEPIDLE * TCP_KEEPINTVL > 1s"', "when", "do not go together"),
    ("a chain", "when.live", 'when.live = "1 < group < 3"', "when", "compare two things"),
    ("no expression", "when.live", 'when.live = "TCP_KEEPIDLE >"', "when", "cannot be read"),
    ("Python beyond the language", "when.live", 'when.live = "[group]"', "when", "is not part of the language"),
    ("too deep", "when.live", f'when.live = "{"1+(" * 20}1{")" * 20}"', "when", "nested too deeply"),
    ("a wrong word in braces", "why.en", 'why.en = "It is {TCP_KEEPIDEL}."', "why", "did you mean 'TCP_KEEPIDLE'"),
    ("other words in the translation", "why.es", 'why.es = "Es {TCP_KEEPCNT}."', "why", "different words in braces"),
    ("a socket in prose", "why.en", 'why.en = "It is {socket}."', "why", "is for cures"),
    ("neither cure nor advice", "cure.live", "", "cure", "a cure, an advice, or both"),
    ("a cure for another place", "cure.live", 'cure.source = "x"', "cure", "where the check does not apply"),
    ("no sources", "sources", "sources = []", "sources", "at least one"),
    ("nothing to read on", "see ", "see = []", "see", "at least one"),
    ("a related option does not exist", "see ", 'see = ["TCP_KEEPIDEL"]', "see", "did you mean 'TCP_KEEPIDLE'"),
]


def run(root: Path, generator: str, folder: Path, *output: str) -> tuple[int, str]:
    done = subprocess.run([sys.executable, str(root / "gen" / generator), str(folder), *output], capture_output=True,
                          text=True, check=False)
    return done.returncode, done.stderr.strip()


def try_break(root: Path, folder: Path, wrong: tuple[str, str, str, str, str]) -> str | None:
    what, begins, replacement, field, says = wrong
    path = folder / "checks/broken.toml"
    lines = RIGHT.split("\n")
    index = next(i for i, line in enumerate(lines) if line.startswith(begins))
    lines[index] = replacement
    path.write_text("\n".join(lines), encoding="utf-8")
    status, said = run(root, "checks.py", folder)
    # A field that is missing, or empty, has no line: that of the check is named.
    named = next((i for i, line in enumerate(lines, 1) if line.replace(".", " ").split(" ")[0] == field), 1)
    if status != 1 or not said.startswith(f"{path}:{named}: check ") or f": {field}: " not in said or says not in said:
        return f"{what}: status {status}, '{said}', not '{path}:{named}: … {field}: … {says}'"
    return None


def main() -> int:
    usage(__doc__, 1)
    root = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / "catalog"
        shutil.copytree(root / "catalog", folder)
        (folder / "checks/broken.toml").write_text(RIGHT, encoding="utf-8")
        status, said = run(root, "checks.py", folder)
        if status != 0:
            return finish([f"what is right is refused: {said}"], "checks")
        problems = [try_break(root, folder, wrong) for wrong in BREAKS]
        (folder / "checks/broken.toml").write_text(RIGHT + RIGHT, encoding="utf-8")
        status, said = run(root, "checks.py", folder)
        if status != 1 or "is there twice" not in said:
            problems.append(f"a check twice: status {status}, '{said}'")
        output = folder / "output.c"
        status, said = run(root, "to_checks.py", folder, str(output))
        if status != 1 or output.exists():
            problems.append(f"to_checks.py: status {status}, wrote: {output.exists()}, '{said}'")
    return finish([problem for problem in problems if problem], f"{len(BREAKS) + 2} broken checks")


if __name__ == "__main__":
    sys.exit(main())
