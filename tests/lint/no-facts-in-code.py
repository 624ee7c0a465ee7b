# SPDX-License-Identifier: MIT
"""An option's facts stand in catalog/ only.

No name of an option in the C files of lib/, rule/, live/, lab/, view/ and cmd/, be it
a constant (SO_RCVBUF) or a string of its own ("SO_RCVBUF"): what a command
knows of an option it has from its entry. Comments and prose may name options: a
string with a space in it is a sentence or an example for a person. What must
name one is allowed below, with the reason; a permission that nobody uses any
more is a problem, too.

usage: no-facts-in-code.py ROOT
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from sources import c_files, finish, usage, without_comments

FOLDERS = ("lib", "rule", "live", "lab", "preload", "source", "view", "cmd")
ALLOWED: dict[str, tuple[str, set[str]]] = {
    "lib/applies.c": ("what kind of socket a descriptor is: asked before any entry can be chosen",
                      {"SO_DOMAIN", "SO_TYPE", "SO_PROTOCOL"}),
    "live/ticks.c": ("a timeout as a measuring instrument: how long is a tick of the kernel's clock", {"SO_RCVTIMEO"}),
    "live/preload.c": ("who sent a datagram, by the kernel's word", {"SO_PASSCRED"}),
    "live/notify-wait.c": ("how long a blocking accept(2) waits", {"SO_RCVTIMEO"}),
    "live/identity.c": ("how the kernel tells who a socket is and where it stands",
                        {"SO_COOKIE", "SO_NETNS_COOKIE", "SO_ACCEPTCONN", "SO_BINDTODEVICE", "SO_BINDTOIFINDEX",
                         "SO_REUSEPORT", "TCP_INFO"}),
    "live/probe-stage.c": ("how a throw-away socket comes into a state, and how one sees that it is there",
                           {"SO_ERROR", "SO_ATTACH_FILTER", "TCP_REPAIR"}),
    "live/probe-kinds.c": ("how a throw-away socket is closed without waiting", {"SO_LINGER"}),
    "live/probe-xdp.c": ("what an AF_XDP socket needs before it can be bound",
                         {"XDP_RX_RING", "XDP_TX_RING", "XDP_UMEM_FILL_RING", "XDP_UMEM_COMPLETION_RING", "XDP_UMEM_REG"}),
    "lab/datagrams.c": ("how an instrument sends many datagrams at a time, and sees when each came",
                        {"SO_RCVBUF", "SO_RCVBUFFORCE", "SO_TIMESTAMPNS", "UDP_GRO", "UDP_SEGMENT"}),
    "lab/counts.c": ("what the kernel counts of a socket while a load runs", {"SO_MEMINFO", "TCP_INFO"}),
    "lab/load-stream.c": ("whether a connect(2) that does not wait has come to its end", {"SO_ERROR"}),
    "lab/load-connect.c": ("whether a connect(2) that does not wait has come to its end", {"SO_ERROR"}),
    "live/endpoint.c": ("the groups of a netlink socket, which its address has in part", {"NETLINK_LIST_MEMBERSHIPS"}),
}
# Files that are about certain options.
ALLOWED_FILES: dict[str, str] = {
    "cmd/demo*.c": "a demonstration is a story about certain options, told by a program that uses them as any other",
}


def names(root: Path) -> set[str]:
    sys.path.insert(0, str(root / "gen"))
    import catalog  # type: ignore[import-not-found]

    loaded = catalog.load(root / "catalog")
    return {name for option in loaded.options for name in [option["name"], *option.get("aliases", [])]}


def words_of(path: Path) -> list[tuple[int, str]]:
    """(line, word) of every word in upper case, comments and prose left out."""
    text = without_comments(path.read_text(encoding="utf-8"))
    text = re.sub(r'"(?:\\.|[^"\\\n])*"', lambda m: " " * len(m[0]) if " " in m[0] else m[0], text)
    return [(text.count("\n", 0, match.start()) + 1, match[0]) for match in re.finditer(r"\b[A-Z][A-Z0-9_]+\b", text)]


def main() -> int:
    usage(__doc__, 1)
    root = Path(sys.argv[1])
    known = names(root)
    problems: list[str] = []
    used: dict[str, set[str]] = {}
    for path in c_files(root, FOLDERS):
        where = str(path.relative_to(root))
        if any(path.match(pattern) for pattern in ALLOWED_FILES):
            continue
        allowed = ALLOWED.get(where, ("", set()))[1]
        for line, word in words_of(path):
            if word not in known:
                continue
            if word in allowed:
                used.setdefault(where, set()).add(word)
            else:
                problems.append(f"{where}:{line}: {word} is a fact of the catalogue")
    for where, (reason, words) in ALLOWED.items():
        for word in sorted(words - used.get(where, set())):
            problems.append(f"{where}: {word} is allowed ({reason}), and not there any more")
    return finish(problems, f"no facts of {len(known)} names in {', '.join(FOLDERS)}")


if __name__ == "__main__":
    sys.exit(main())
