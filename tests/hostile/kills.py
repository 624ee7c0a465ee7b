#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""SIGKILL at every step of set and of undo: undo brings back every option of every socket.

For each system call of a `sockopt set` that changes several options of several sockets there is a run that is killed as
it enters it. Then `sockopt undo` must leave all settings of all sockets as they were, not only those that were set.

usage: kills.py (SOCKOPT: the program; SOCKOPT_HOSTILE=all: every step, else so many at random)
"""

from __future__ import annotations

import shutil
import signal
import sys

import policies
import stage as stages

PLAIN = ("SO_KEEPALIVE=on", "SO_RCVBUF=16KiB", "SO_PRIORITY=5", "TCP_NODELAY=on", "TCP_KEEPIDLE=77s", "IP_TOS=0x10",
         "IPV6_TCLASS=0x20", "SO_LINGER=on:5s")
KERNEL = ("SO_KEEPALIVE=on", "SO_PRIORITY=5", "TCP_NODELAY=on", "SO_SNDBUF=30000")
SELECTOR = "pid=1 and (tcp or udp)"


def brought_back(stage: stages.Stage, before: list[dict], where: str, killed: stages.Ran) -> list[str]:
    problems = []
    undo = stage.run("undo")
    after = stage.look()
    wrong = stages.differences(before, after)
    if wrong:
        problems.append(f"{where}: not as before after undo: {'; '.join(wrong)}\n  undo: {undo.tell()}")
        stage.run("undo", "--force")
    elif undo.status not in (0, 1) or undo.crashed():
        problems.append(f"{where}: undo: {undo.tell()}")
    if killed.status != -signal.SIGKILL and killed.crashed():
        problems.append(f"{where}: {killed.tell()}")
    return problems


def kill_set(report: stages.Report, title: str, command: tuple[str, ...], stage: stages.Stage,
             sample: tuple[int, int]) -> None:
    before = stage.look()
    whole, counts = stage.count(*command)
    if whole.status or not stages.differences(before, stage.look()):
        report.skip(title, f"set itself: {whole.tell()!r}")
        stage.run("undo")
        return
    problems = brought_back(stage, before, "no kill", whole)
    points = [] if problems else stages.points(counts, *sample)
    deaths = 0
    for name, n in points:
        stage.forget()
        ran = stage.run(*command, inject=f"{name}:signal=KILL:when={n}")
        deaths += ran.status == -signal.SIGKILL
        problems += brought_back(stage, before, f"killed at {name} {n}", ran)
    if points and deaths < len(points) // 2:
        problems.append(f"only {deaths} of {len(points)} runs were killed")
    report.test(title, problems, len(points))


def kill_undo(report: stages.Report, title: str, command: tuple[str, ...], stage: stages.Stage,
              sample: tuple[int, int]) -> None:
    before = stage.look()
    stage.forget()
    if stage.run(*command).status:
        report.skip(title, "set itself fails here")
        return
    kept = stage.folder / "kept"
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(stage.journal, kept)
    _, counts = stage.count("undo")
    problems = stages.differences(before, stage.look())
    points = [] if problems else stages.points(counts, *sample)
    for name, n in points:
        stage.forget()
        if stage.run(*command).status:
            problems.append("set fails")
            break
        ran = stage.run("undo", inject=f"{name}:signal=KILL:when={n}")
        problems += brought_back(stage, before, f"undo killed at {name} {n}", ran)
    report.test(title, problems, len(points))


def kill_policies(report: stages.Report, stage: stages.Stage, sample: tuple[int, int]) -> None:
    titles = ("apply", "apply over another policy", "policy remove")
    place = policies.make(stage)
    if isinstance(place, str):
        for title in titles:
            report.skip(f"{title}, killed at every step", place)
        return
    try:
        for title, first, command in zip(titles, (None, 0, 0), (place.apply(0), place.apply(1), place.policy("remove", "web"))):
            policies.kill_change(report, f"{title}, killed at every step", place, first, command, sample)
    finally:
        place.end()


def main() -> int:
    stages.enter()
    report = stages.Report()
    most, seed = stages.samples()
    stage = stages.make()
    in_flight = stages.make(flight=True)
    try:
        for engine, selector, assignments in (("pidfd", SELECTOR, PLAIN), ("bpf", "pid=1 and tcp", KERNEL)):
            command = ("set", "--engine", engine, selector, *assignments)
            sample = (most if engine == "pidfd" else max(most // 4, 1), seed)
            kill_set(report, f"set --engine {engine}, killed at every step", command, stage, sample)
            kill_undo(report, f"undo of set --engine {engine}, killed at every step", command, stage, sample)
        command = ("set", "tcp", "SO_KEEPALIVE=on", "SO_PRIORITY=5")
        sample = (max(most // 4, 1), seed)
        title = "of sockets with and without descriptors, killed at every step"
        kill_set(report, "set " + title, command, in_flight, sample)
        kill_undo(report, "undo " + title, command, in_flight, sample)
        kill_policies(report, stage, (max(most // 25, 1), seed))
    finally:
        shutil.rmtree(stage.folder)
        shutil.rmtree(in_flight.folder)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
