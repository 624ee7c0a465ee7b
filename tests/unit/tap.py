# SPDX-License-Identifier: MIT
"""Runs a cmocka program and passes its TAP on.

cmocka 1.1 writes a skipped test as "not ok ... # SKIP", which harnesses count
as a failure. It is written as "ok ... # SKIP reason" here; the reason is the
line "# reason: ..." that the test printed before.

usage: tap.py PROGRAM [ARGUMENT...]
"""

from __future__ import annotations

import os
import re
import subprocess
import sys

SKIPPED = re.compile(r"^not ok (\d+) # SKIP (.*)$")


def main() -> int:
    environment = {**os.environ, "CMOCKA_MESSAGE_OUTPUT": "TAP"}
    reason = ""
    with subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, text=True, errors="backslashreplace",
                          env=environment) as child:
        assert child.stdout
        for line in child.stdout:
            if line.startswith("# reason: "):
                reason = line.removeprefix("# reason: ").strip()
                continue
            skipped = SKIPPED.match(line)
            if skipped:
                line = f"ok {skipped[1]} - {skipped[2]} # SKIP {reason or 'no reason given'}\n"
                reason = ""
            print(line, end="", flush=True)
    if child.returncode < 0:
        print(f"Bail out! ended by signal {-child.returncode}")
        return 1
    return child.returncode


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main())
