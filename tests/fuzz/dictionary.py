# SPDX-License-Identifier: MIT
"""Words for libFuzzer: names of options, levels, fields and symbols, keys, units.

usage: dictionary.py ROOT
"""

from __future__ import annotations

import sys
from pathlib import Path

WORDS = ["all", "and", "or", "not", "pid", "fd", "process", "user", "netns", "family", "state", "local", "peer", "port",
         "cookie", "tcp", "udp", "unix", "listening", "established", "on", "off", "unlimited", "ms", "us", "ns", "min",
         "KiB", "MiB", "GiB", "Mbit/s", "kbit/s", "0x", "127.0.0.1", "[::1]:80", "10.0.0.0/8", "on:5s", "intent", "done",
         "before", "after", "socket", "bind", "listen", "connect", "accept", "set", "force", "default", "deny=EACCES", "log", ": ",
         "holders", "touched", "undone", "level", "number", "\\x1b", "\\xc3\\xa9", "\\xe2\\x80\\xae"]


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    root = Path(sys.argv[1])
    sys.path.insert(0, str(root / "gen"))
    import catalog  # type: ignore[import-not-found]

    loaded = catalog.load(root / "catalog")
    words = list(WORDS)
    words += [option["name"] + "=" for option in loaded.options] + [level["key"] + "." for level in loaded.levels]
    words += [field["name"] + "=" for struct in loaded.structs.values() for field in struct["field"]]
    words += [name for symbols in loaded.symbols.values() for name in symbols["values"]]
    for word in dict.fromkeys(words):
        print(f'"{word}"')
    return 0


if __name__ == "__main__":
    sys.exit(main())
