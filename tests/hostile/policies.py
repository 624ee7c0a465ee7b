# SPDX-License-Identifier: MIT
"""apply, policy and policy remove while system calls fail, or are the last one.

Whatever becomes of them: the policy is in force wholly or not at all, the one before it likewise; what is left is named
by `policy`, and `policy remove` leaves nothing: no pin, no hook on the cgroup, no option on a socket.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import stage as stages

BPF_CALL = {"x86_64": 321, "aarch64": 280}.get(os.uname().machine, 0)
BPF_PROG_QUERY = 16
ATTACH_TYPES = 64
# Several hooks, of which one stays: there is a half of it. The helper's setsockopt(2) is passed over by the one, and
# refused by the other.
FIRST = "ignore SO_REUSEADDR\nlisten and tcp: SO_KEEPALIVE=on\n"
SECOND = "deny=EACCES SO_REUSEADDR\nbind and udp: SO_PRIORITY=3\n"

Tries = Callable[[dict[str, int]], Iterator[tuple[str, str]]]


class Query(ctypes.Structure):
    _fields_ = [("target", ctypes.c_uint32), ("attach_type", ctypes.c_uint32), ("flags", ctypes.c_uint32),
                ("attach_flags", ctypes.c_uint32), ("ids", ctypes.c_uint64), ("n", ctypes.c_uint32),
                ("unused", ctypes.c_uint32 * 9)]


@dataclass(frozen=True)
class State:
    """What is to be seen of policies, from every side."""
    listed: str  # by `policy --json`, what they counted left out
    pins: tuple[str, ...]
    hooks: int  # programs on the cgroup
    effect: str  # what a program in it sees

    def without_hooks(self) -> tuple[str, str]:
        return re.sub(r'"hooks": \d', "", self.listed), self.effect

    def is_nothing(self) -> bool:
        return not self.listed and not self.pins and self.hooks == 0


class Place:
    """A cgroup and a bpffs of the test's own."""

    def __init__(self, stage: stages.Stage, cgroups: Path) -> None:
        self.stage = stage
        self.cgroup = cgroups / f"sockopt-hostile-{os.getpid()}-{time.monotonic_ns()}"
        self.cgroup.mkdir()
        self.beside = self.cgroup.with_name(self.cgroup.name + "-beside")
        self.beside.mkdir()
        bpffs = stage.folder / "bpf"
        bpffs.mkdir()
        subprocess.run(["mount", "-t", "bpf", "bpf", str(bpffs)], check=True)
        self.pins = bpffs / "policies"
        self.rules = [stage.folder / "first.rules", stage.folder / "second.rules"]
        self.rules[0].write_text(FIRST)
        self.rules[1].write_text(SECOND)
        # The first program at a hook of the machine takes the kernel two seconds.
        both = stage.folder / "both.rules"
        both.write_text(FIRST + SECOND)
        self.keeper = bpffs / "keeper"
        stage.run("apply", "--pin", str(self.keeper), "--cgroup", str(self.beside), str(both))

    def end(self) -> None:
        self.clear()
        shutil.rmtree(self.keeper, ignore_errors=True)
        self.beside.rmdir()
        subprocess.run(["umount", str(self.pins.parent)], check=True)
        self.cgroup.rmdir()

    def apply(self, which: int) -> tuple[str, ...]:
        return ("apply", "--pin", str(self.pins), "--cgroup", str(self.cgroup), "--name", "web", str(self.rules[which]))

    def policy(self, *words: str) -> tuple[str, ...]:
        return ("policy", "--pin", str(self.pins), *words)

    def hooks(self) -> int:
        n = 0
        folder = os.open(self.cgroup, os.O_RDONLY)
        for attach_type in range(ATTACH_TYPES):
            query = Query(target=folder, attach_type=attach_type)
            if BPF_CALL and ctypes.CDLL(None).syscall(BPF_CALL, BPF_PROG_QUERY, ctypes.byref(query), ctypes.sizeof(query)) == 0:
                n += query.n
        os.close(folder)
        return n

    def effect(self) -> str:
        def enter() -> None:
            (self.cgroup / "cgroup.procs").write_text("0")

        program = os.path.join(os.environ["HELPERS"], "one-socket")
        return subprocess.run([program], preexec_fn=enter, capture_output=True, text=True, check=False).stdout

    def state(self) -> State:
        ran = self.stage.run(*self.policy("--json"))
        pins = tuple(sorted(re.sub(r"_[01]$", "", path.name) for path in self.pins.rglob("*"))) if self.pins.exists() else ()
        return State("".join(normal(ran.out)) if ran.status == 0 else "", pins, self.hooks(), self.effect())

    def clear(self) -> None:
        """By hand, so that a test that failed does not spoil the next."""
        shutil.rmtree(self.pins, ignore_errors=True)
        deadline = time.monotonic() + 20
        while self.hooks() and time.monotonic() < deadline:
            time.sleep(0.01)


def normal(text: str) -> list[str]:
    listed = [json.loads(line) for line in text.splitlines()]
    for policy in listed:
        policy["since"] = policy["time"] = None
        for rule in policy["rules"]:
            for count in ("hits", "overrides", "refusals", "logged", "failures"):
                rule[count] = None
    return [json.dumps(policy, sort_keys=True) for policy in listed]


def make(stage: stages.Stage) -> Place | str:
    """A place; or why there is none."""
    mounts = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]
    cgroups = [Path(words[1]) for words in mounts if words[2] == "cgroup2"]
    if not cgroups:
        return "there is no cgroup hierarchy of version 2"
    if os.stat("/proc/self/ns/user").st_ino != 0xEFFFFFFD:
        return "BPF programs on cgroups are for root"
    try:
        place = Place(stage, cgroups[0])
    except (OSError, subprocess.CalledProcessError) as error:
        return str(error)
    ran = stage.run(*place.apply(0))
    place.clear()
    if ran.status:
        place.end()
        return ran.err.strip()
    return place


def removal(place: Place, where: str) -> list[str]:
    """All that is left can be taken away, by its name or with all others; and then the policy can be applied."""
    left = place.state()
    if left.is_nothing():
        return []
    if not left.listed and (left.hooks or left.pins):
        return [f"{where}: left, but not listed: {left}"]
    ran = place.stage.run(*place.policy("remove", "--all"))
    after = place.state()
    if ran.status or not after.is_nothing():
        return [f"{where}: not to be removed: {after}: {ran.tell()}"]
    return []


def is_cleaned(place: Place, command: tuple[str, ...], done: State) -> str | None:
    """The policy before it has left something: applied once more, it is gone."""
    ran = place.stage.run(*command)
    now = place.state()
    return None if ran.status == 0 and now == done else f"not cleaned by a second: {now}: {ran.tell()}"


def judge(place: Place, command: tuple[str, ...], before: State, done: State, ran: stages.Ran,
          is_said: Callable[[stages.Ran], bool]) -> str | None:
    """After an apply, or a remove, that something failed in."""
    now = place.state()
    if ran.crashed():
        return "crashed"
    if ran.status == 0:
        return None if now == done else f"says that all is done: {now}"
    if not is_said(ran):
        return "failed without a word"
    # What could not be removed is out of force, and listed as what is left.
    if now.effect == done.effect and '"incomplete": true' in now.listed and not done.listed:
        return None
    if ran.status == 3 and "is left" in ran.err and now.without_hooks() == done.without_hooks():
        return is_cleaned(place, command, done)
    if now not in (before, done):
        return f"half done: {now}\n  before: {before}\n  done: {done}"
    return None


def prepare(place: Place, first: int | None) -> State:
    place.clear()
    if first is not None:
        ran = place.stage.run(*place.apply(first))
        assert ran.status == 0, ran.tell()
    return place.state()


def run_whole(report: stages.Report, title: str, place: Place, first: int | None,
              command: tuple[str, ...]) -> tuple[State, State, dict[str, int]] | None:
    """What there is before and after it, and its system calls; None: it fails by itself, which is said."""
    before = prepare(place, first)
    whole, counts = place.stage.count(*command)
    done = place.state()
    if whole.status or done == before:
        report.skip(title, f"it fails by itself: {whole.tell()!r}")
        return None
    return before, done, counts


def change_fails(report: stages.Report, title: str, place: Place, first: int | None, command: tuple[str, ...],
                 tries: Tries, is_said: Callable[[stages.Ran], bool]) -> None:
    """first: the policy that is there before"""
    whole = run_whole(report, title, place, first, command)
    if not whole:
        return
    before, done, counts = whole
    problems, n = [], 0
    for inject, words in tries(counts):
        n += 1
        if prepare(place, first) != before:
            problems.append(f"{words}: not as at first: {place.state()}")
            break
        ran = place.stage.run(*command, inject=inject)
        if ran.is_void():
            continue
        wrong = judge(place, command, before, done, ran, is_said)
        if wrong:
            problems.append(f"{words}: {wrong}: {ran.tell()}")
        problems += removal(place, words)
    place.clear()
    report.test(title, problems, n)


def kill_change(report: stages.Report, title: str, place: Place, first: int | None, command: tuple[str, ...],
                sample: tuple[int, int]) -> None:
    """A policy that was there is in force wholly, or the new one; what is left is listed and removed."""
    whole = run_whole(report, title, place, first, command)
    if not whole:
        return
    before, done, counts = whole
    problems = []
    points = stages.points(counts, *sample)
    for name, n in points:
        where = f"killed at {name} {n}"
        prepare(place, first)
        ran = place.stage.run(*command, inject=f"{name}:signal=KILL:when={n}")
        if ran.status not in (0, -signal.SIGKILL):
            problems.append(f"{where}: {ran.tell()}")
        now = place.state()
        if now.effect not in (before.effect, done.effect):
            problems.append(f"{where}: a program sees {now.effect!r}")
        # Hooks that the one or the other needs may be there already, or still.
        if now.effect == before.effect and before.listed and now.without_hooks() not in (before.without_hooks(),
                                                                                         done.without_hooks()):
            problems.append(f"{where}: in force, and not listed as before: {now}")
        again = place.stage.run(*place.apply(1))
        if again.status:
            problems.append(f"{where}: cannot be applied afterwards: {again.tell()}")
        prepare(place, first)
        place.stage.run(*command, inject=f"{name}:signal=KILL:when={n}")
        problems += removal(place, where)
    place.clear()
    report.test(title, problems, len(points))
