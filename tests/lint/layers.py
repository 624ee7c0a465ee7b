# SPDX-License-Identifier: MIT
"""Includes point down: a header of a higher layer, or of a sibling, is not found by the compiler.

For every layer one compile command of the build is taken, and its preprocessor is
asked (__has_include) for each header that it must not see: it must find none.
Headers that it may see must be found, so that the test itself is known to work.
And no #include in the tree names a folder of it, or leads out by "..".

usage: layers.py ROOT BUILD_FOLDER
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

from sources import c_files, finish, usage, without_comments

# layer -> what it may see besides itself
SEES = {
    "lib": (),
    "rule": ("lib",),
    "live": ("bpf", "rule", "lib"),
    "lab": ("live", "bpf", "rule", "lib"),
    "view": ("rule", "lib"),
    "preload": ("live", "bpf", "rule", "lib"),
    "source": ("rule", "lib"),
    "cmd": ("lab", "live", "bpf", "source", "view", "rule", "lib"),
}


def flags_of(root: Path, build: Path) -> dict[str, list[str]]:
    """Layer -> compiler and flags of one of its files, source and output left out."""
    commands = json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
    found: dict[str, list[str]] = {}
    for entry in commands:
        path = (Path(entry["directory"]) / entry["file"]).resolve()
        for layer in SEES:
            # cmd/journal.c is also compiled for tests, with what tests may see
            if path.parent == root / layer and f"{layer}/" in entry["output"].split("tests/")[0] + "/":
                words = shlex.split(entry["command"])
                keep = [word for i, word in enumerate(words)
                        if word not in ("-c", "-MD", "-o", "-MQ", "-MF", "-fdiagnostics-color=always", "-fcolor-diagnostics",
                                        entry["file"])
                        and (i == 0 or words[i - 1] not in ("-o", "-MQ", "-MF"))]
                found.setdefault(layer, keep)
    return found


def findable(flags: list[str], build: Path, includes: list[str]) -> set[str]:
    """Those of the includes that this layer's compiler finds: the preprocessor is asked for all of them at once."""
    text = "".join(f"#if __has_include({include})\nfound {i}\n#endif\n" for i, include in enumerate(includes))
    done = subprocess.run([*flags, "-E", "-P", "-x", "c", "-"], cwd=build, input=text, capture_output=True, text=True, check=True)
    return {includes[int(number)] for number in re.findall(r"^found (\d+)$", done.stdout, re.M)}


def wrong_paths(root: Path) -> list[str]:
    """#includes that go around the include paths."""
    problems = []
    for path in c_files(root, (*SEES, "tests")):
        text = path.read_text(encoding="utf-8")
        for match in re.finditer(r'^\s*#\s*include\s+["<]([^">]+)[">]', without_comments(text), re.M):
            parts = match[1].split("/")
            if ".." in parts or (len(parts) > 1 and parts[0] in SEES):
                line = text.count("\n", 0, match.start(1)) + 1
                problems.append(f"{path.relative_to(root)}:{line}: #include of {match[1]} names a folder")
    return problems


def main() -> int:
    usage(__doc__, 2)
    root, build = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    flags = flags_of(root, build)
    problems = [f"no file of {layer}/ is in compile_commands.json" for layer in SEES if layer not in flags]
    problems += wrong_paths(root)
    tried = 0
    for layer, command in flags.items():
        visible = (layer, *SEES[layer])
        own = {path.name for name in visible for path in (root / name).glob("*.h")}
        hidden = [(name, path.name) for name in SEES if name not in visible for path in sorted((root / name).glob("*.h"))]
        for name, header in hidden:
            if header in own:
                problems.append(f"{name}/{header}: {layer}/ sees another header of this name")
        includes = [form for name, header in hidden for form in (f'"{header}"', f"<{header}>", f'"{name}/{header}"')]
        controls = [f"<{path.name}>" for name in visible for path in sorted((root / name).glob("*.h"))]
        finds = findable(command, build, includes + controls)
        problems += [f"{layer}/ finds {include}" for include in includes
                     if include in finds and include.strip('"<>') not in own]
        problems += [f"{layer}/ does not find {include}" for include in controls if include not in finds]
        tried += len(includes)
    return finish(problems, f"{len(flags)} layers, {tried} upward includes tried")


if __name__ == "__main__":
    sys.exit(main())
