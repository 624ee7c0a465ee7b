# SPDX-License-Identifier: MIT
"""The places of our program that make system calls, by the stacks that `strace -k` writes.

A command that measures makes some thousand calls, from some hundred places: each is a call, and the functions of ours
that lead to it. The loader and other programs have none. The first and the last call of each is made to fail, in the
thread that makes it and in no other (helper/fail-call.c).
"""

from __future__ import annotations

import collections
import errno
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

STACKS = ("-k", "-n")  # with the calls' numbers
BEGUN = re.compile(r"^(\d+) +\[ *(\d+)\] (\w+)\(")
RESUMED = re.compile(r"^(\d+) +\[ *(\d+)\] <\.\.\. (\w+) resumed")
FRAME = re.compile(r"^ > ([^(]*)\((.*)\+0x[0-9a-f]+\) (\[0x[0-9a-f]+\])$")
RETRIES = 5

Place = tuple[str, ...]  # the call's name, and what of ours it was come to by, the innermost first
Call = tuple[int, int, int]  # which thread's, its number, the how manieth of that thread


@dataclass
class Places:
    ours: tuple[str, ...]
    said: Path = Path()
    calls: dict[Place, list[Call]] = field(default_factory=dict)

    def learn(self, log: Path) -> None:
        """What there is to fail, from a run in which nothing does."""
        counts: collections.Counter[tuple[int, str]] = collections.Counter()
        records = list(with_frames(log))
        threads = sorted({int(line.split()[0]) for line, _ in records})
        self.calls = {}
        self.said = log.with_name("said")
        for line, frames in records:
            match = BEGUN.match(line)
            if match:
                counts[int(match[1]), match[2]] += 1
            match = match or RESUMED.match(line)
            own = tuple(where for file, where in frames if file in self.ours)
            # One that is not finished has its frames where it is resumed.
            if match and own:
                call = threads.index(int(match[1])), int(match[2]), counts[int(match[1]), match[2]]
                self.calls.setdefault((match[3], *own), []).append(call)

    def prefix(self, inject: str) -> list[str]:
        """NAME:error=ERROR:when=N:thread=N:number=N, for helper/fail-call.c"""
        words = dict(word.split("=") for word in inject.split(":")[1:])
        numbers = [words["thread"], words["number"], words["when"], str(getattr(errno, words["error"]))]
        return [os.path.join(os.environ["HELPERS"], "fail-call"), str(self.said), *numbers]

    def tries(self, error: str, never: tuple[str, ...]) -> Iterator[tuple[str, str]]:
        """(what to inject, in words). Who is given one runs it before he takes the next."""
        met: set[tuple[str, Call]] = set()
        calls = {place: all_calls for place, all_calls in self.calls.items() if place[0] not in never}

        def one(name: str, call: Call) -> Iterator[tuple[str, str]]:
            thread, number, n = call
            yield f"{name}:error={error}:when={n}:thread={thread}:number={number}", f"{name} {n} of thread {thread}: {error}"
            if self.said.exists():
                self.said.unlink()
                met.add((name, call))

        def is_met(place: Place) -> bool:
            return any((place[0], call) in met for call in calls[place])

        done = {(place[0], call) for place, all_calls in calls.items() for call in (all_calls[0], all_calls[-1])}
        for name, call in sorted(done):
            yield from one(name, call)
        for place, all_calls in sorted(calls.items()):
            # Threads take turns: what was the third call of one run is the fourth of the next.
            for call in sorted(set(all_calls), key=lambda call: ((place[0], call) in done, call))[:RETRIES]:
                if not is_met(place):
                    yield from one(place[0], call)
        missed = sorted(place[:3] for place in calls if not is_met(place))
        print(f"# {error}: {len(calls) - len(missed)} of {len(calls)} places were made to fail; not: {missed}", flush=True)


def with_frames(log: Path) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    line, frames = "", []
    for one in log.read_text(errors="replace").splitlines():
        if (match := FRAME.match(one)):
            frames.append((match[1], match[2] + match[3]))
        elif not one.startswith(" > "):
            if line:
                yield line, frames
            line, frames = one, []
    if line:
        yield line, frames


def wanted() -> Places | None:
    """With SOCKOPT_HOSTILE=places; of the program under test and of what it loads into others."""
    if os.environ.get("SOCKOPT_HOSTILE") != "places":
        return None
    return Places(tuple(os.path.realpath(os.environ[name]) for name in ("SOCKOPT", "SOCKOPT_PRELOAD") if name in os.environ))
