#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every system call of ours fails in turn: ENOMEM, EMFILE, ENFILE, EPERM, EINTR.

A run must end with the whole right result and status 0, or with another status and words that say why. A set that fails
leaves every socket as it was, or a change in the journal that undo brings back. Nothing crashes; no file, process,
interface, cgroup or pin is left behind.

usage: faults.py [TITLE...] (SOCKOPT: the program; SOCKOPT_HOSTILE=all: every call and error; places: the first and last
call of each place of our code (places.py); else so many at random)
TITLE: only these: "set --engine bpf", "check", ...
"""

from __future__ import annotations

import collections
import json
import os
import random
import re
import shutil
import sys
from collections.abc import Callable, Iterator

import policies
import stage as stages

# What does not fail in this way: brk(2) tells by its result, getpid(2) and getppid(2) always know, and glibc aborts if
# futex(2) has an errno of which the manual says nothing.
NEVER = ("exit_group", "exit", "execve", "brk", "futex", "getpid", "getppid", "rt_sigreturn")
TCP = "pid=1 and tcp"
SET = ("SO_KEEPALIVE=on", "SO_RCVBUF=16KiB", "TCP_KEEPIDLE=77s")


def tries(stage: stages.Stage, counts: dict[str, int], sample: tuple[int, int],
          ends: int = stages.ENDS) -> Iterator[tuple[str, str]]:
    """(what to inject, in words)"""
    most, seed = sample
    never = (*NEVER, "mmap", "munmap", "mremap", "mprotect", "madvise") if stages.is_sanitized() else NEVER
    if stage.by_place:
        for error in stages.ERRORS:
            yield from stage.by_place.tries(error, never)
        return
    every = [(f"{name}:error={error}:when={n}", f"{name} {n}: {error}")
             for name, n in stages.points(counts, 1 << 30, 0, never, stage.loader, ends) if (name, n) not in stage.reloader
             for error in stages.ERRORS]
    chance = random.Random(seed)
    yield from every if len(every) <= most else sorted(chance.sample(every, most))


def is_wanted(title: str) -> bool:
    return len(sys.argv) == 1 or title in sys.argv[1:]


def is_said(ran: stages.Ran) -> bool:
    """A failure has its words: on standard error, or in the line of what failed."""
    return ran.status in (1, 2, 3, 4, 125, 126, 127) and (bool(ran.err.strip()) or "failed" in ran.out)


def judge_reader(ran: stages.Ran, right: Callable[[stages.Ran], bool], allowed: tuple[int, ...]) -> str | None:
    if ran.crashed():
        return "crashed"
    if ran.status not in allowed or (ran.status and ran.err.strip()):
        return None if is_said(ran) else "failed without a word"
    # What may not be read is named. The status of run and of trace is the program's own: words alone tell of a failure.
    named = any(word in ran.out for word in ('"error":"EPERM"', '"netns":null', '"probe":{"error"', "another user's"))
    named = named or bool(re.search(r'"failed":[1-9]', ran.out))
    told = ("CAP_SYS_PTRACE", "warning: ", "sockopt: cannot ")
    if right(ran) or named or any(word in ran.err for word in told):
        return None
    return "wrong, and says that it is right"


def read_fails(report: stages.Report, title: str, command: tuple[str, ...], stage: stages.Stage,
               sample: tuple[int, int], normal: Callable[[str], object], allowed: tuple[int, ...] = (0,),
               where: str = "out", unpermitted: Callable[[object, object], bool] | None = None, programs: int = 1,
               less: Callable[[str, object, object], bool] | None = None, ends: int = stages.ENDS) -> None:
    """A command that changes nothing.

    allowed: statuses by which it says that its answer is whole; where: in out or err; unpermitted: is this answer right
    beside that one, where something is not permitted? less: or is it, where this call failed, because it claims less?
    programs: as Stage.count(); ends: as points()
    """
    if not is_wanted(title):
        return
    whole, counts = stage.count(*command, programs=programs)
    if whole.status not in allowed:
        report.skip(title, f"it fails by itself: {whole.tell()!r}")
        return
    wanted = normal(getattr(whole, where))
    assert wanted, whole.tell()
    problems, n = [], 0

    def right(ran: stages.Ran, inject: str) -> bool:
        try:
            answer = normal(getattr(ran, where))
        except ValueError:
            return False
        if less is not None and less(inject.split(":")[0], answer, wanted):
            return True
        return answer == wanted or ("error=EPERM" in inject and unpermitted is not None and unpermitted(answer, wanted))

    for inject, words in tries(stage, counts, sample, ends):
        n += 1
        ran = stage.run(*command, inject=inject)
        wrong = None if ran.is_void() else judge_reader(ran, lambda ran, inject=inject: right(ran, inject), allowed)
        left = stage.leftovers()
        wrong = f"{wrong or 'it'} left behind {left}" if left else wrong
        if wrong:
            problems.append(f"{words}: {wrong}: {ran.tell()}\n  wanted: {str(wanted)[-300:]}")
    report.test(title, problems, n)


def judge_change(stage: stages.Stage, before: list[dict], done: list[dict], ran: stages.Ran, words: str) -> str | None:
    """After a set that something failed in."""
    now = stage.look()
    changed = stages.differences(before, now)
    if ran.crashed():
        return "crashed"
    if ran.status == 0 and stages.differences(done, now):
        return f"says that all is done: {stages.differences(done, now)}"
    if ran.status and not is_said(ran):
        return "failed without a word"
    if "nothing was changed" in ran.err and changed:
        return f"it was: {changed}"
    if ran.status and not changed and "undo" not in ran.err and list(stage.journal.glob("*")) and "unlink" not in words:
        return f"left behind: {list(stage.journal.glob('*'))}"
    undo = stage.run("undo")
    left = stages.differences(before, stage.look())
    if left:
        return f"undo does not bring back: {left}: {undo.tell()}"
    if changed and undo.status != 0:
        return f"undo: {undo.tell()}"
    return None


def both(stage: stages.Stage, command: tuple[str, ...]) -> tuple[list[dict], list[dict]]:
    """What there is before and after the command, when nothing fails."""
    before = stage.look()
    stage.forget()
    stage.run(*command)
    done = stage.look()
    stage.run("undo")
    return before, done


def set_fails(report: stages.Report, title: str, command: tuple[str, ...], stage: stages.Stage,
              sample: tuple[int, int]) -> None:
    if not is_wanted(title):
        return
    stage.renew()
    before, done = both(stage, command)
    whole, counts = stage.count(*command)
    undo = stage.run("undo")
    if whole.status or undo.status or stages.differences(before, stage.look()):
        report.skip(title, f"it fails by itself: {whole.tell()!r} {undo.tell()!r}")
        return
    problems, n = [], 0
    for inject, words in tries(stage, counts, sample):
        n += 1
        stage.forget()
        ran = stage.run(*command, inject=inject)
        wrong = None if ran.is_void() else judge_change(stage, before, done, ran, words)
        if wrong:
            problems.append(f"{words}: {wrong}: {ran.tell()}")
        if stages.differences(before, stage.look()):
            stage.renew()
            before, done = both(stage, command)
    report.test(title, problems, n)


def judge_undo(stage: stages.Stage, before: list[dict], ran: stages.Ran) -> str | None:
    if ran.crashed():
        return "crashed"
    left = stages.differences(before, stage.look())
    if ran.status == 0 and left:
        return f"says that all is as before: {left}"
    if ran.status and not is_said(ran):
        return "failed without a word"
    again = stage.run("undo")
    left = stages.differences(before, stage.look())
    if left:
        return f"a second undo does not bring back: {left}: {again.tell()}"
    return None


def undo_fails(report: stages.Report, title: str, command: tuple[str, ...], stage: stages.Stage,
               sample: tuple[int, int]) -> None:
    if not is_wanted(title):
        return
    stage.renew()
    before = stage.look()
    stage.forget()
    whole = stage.run(*command)
    ran, counts = stage.count("undo")
    if whole.status or ran.status:
        report.skip(title, f"it fails by itself: {whole.tell()!r} {ran.tell()!r}")
        return
    problems, n = [], 0
    for inject, words in tries(stage, counts, sample):
        n += 1
        stage.forget()
        whole = stage.run(*command)
        if whole.status:
            problems.append(f"set: {whole.tell()}")
            break
        ran = stage.run("undo", inject=inject)
        wrong = None if ran.is_void() else judge_undo(stage, before, ran)
        if wrong:
            problems.append(f"{words}: {wrong}: {ran.tell()}")
        if stages.differences(before, stage.look()):
            stage.renew()
            before = stage.look()
    report.test(title, problems, n)


def objects(text: str) -> list[object]:
    """JSON lines, in whatever order."""
    return sorted((json.loads(line) for line in text.splitlines()), key=lambda one: json.dumps(one, sort_keys=True))


def traced(text: str) -> list[object]:
    lines = [line for line in text.splitlines() if line.startswith("{")]
    return [json.loads(line).get("option") for line in lines]


def findings(text: str) -> dict[str, int]:
    """Of each check, how many sockets."""
    found: collections.Counter[str] = collections.Counter()
    for one in objects(text):
        found[one["check"]] += one["count"]  # type: ignore[index]
    return dict(found)


def is_part(call: str, answer: list[dict], wanted: list[dict]) -> bool:
    """Of a probe: what could not be found out is not there. How these calls end is what is asked for."""
    if call in ("getsockopt", "setsockopt", "socket"):
        return True
    return len(answer) == len(wanted) and all("summary" in one or one.items() <= whole.items()
                                              for one, whole in zip(answer, wanted))


def no_more(answer: dict[str, int], wanted: dict[str, int]) -> bool:
    """What may not be asked is not known, and no finding (live/judge.c): in a container that would be told each time."""
    return all(wanted.get(check, 0) >= count for check, count in answer.items())


def all_of(report: stages.Report, stage: stages.Stage, most: int, seed: int) -> None:
    few = (max(most // 4, 1), seed)
    for engine, sample in (("pidfd", (most, seed)), ("bpf", few)):
        show = ("show", "--engine", engine, "--json", "-o", "SO_KEEPALIVE,SO_RCVBUF,TCP_NODELAY", "pid=1")
        change = ("set", "--engine", engine, TCP if engine == "bpf" else "pid=1", *SET)
        read_fails(report, f"show --engine {engine}", show, stage, sample, objects)
        set_fails(report, f"set --engine {engine}", change, stage, sample)
        undo_fails(report, f"undo of set --engine {engine}", change, stage, sample)
    stage.forget()
    stage.run("set", TCP, *SET)
    read_fails(report, "log", ("log", "--json"), stage, few, objects)
    # There is something to find while buffers are fixed.
    check = ("check", "--engine", "pidfd", "--json", "pid=1")
    read_fails(report, "check", check, stage, few, findings, allowed=(0, 1), unpermitted=no_more)
    stage.run("undo")
    program = os.path.join(os.environ["HELPERS"], "one-socket")
    for engine in ("preload", "notify", "bpf"):
        why_not = stage.enter_cgroup() if engine == "bpf" and is_wanted("run --engine bpf") else None
        if why_not:
            report.skip("run --engine bpf", why_not)
            continue
        run = ("run", "--engine", engine, "-r", "socket and tcp: SO_KEEPALIVE=on", "--", program)
        read_fails(report, f"run --engine {engine}", run, stage, few, str, programs=1 + (engine == "preload"))
        stage.leave_cgroup()
    # Engine ptrace cannot be had under strace.
    trace = ("trace", "--engine", "bpf", "--json", "--", program)
    # The standard output is the program's.
    read_fails(report, "trace --engine bpf", trace, stage, few, traced, where="err")


def steps(text: str) -> list[str]:
    """Of a demonstration: what was done, and that what it claims was seen. What is measured is never twice the same."""
    said = objects_in_order(text)
    return [one.get("step", f"holds: {one.get('holds')}") for one in said]


def objects_in_order(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines()]


def measured(text: str) -> list[object]:
    """Which figures there are of which variant. A run that failed is told in its own member."""
    said = json.loads(text)
    return [(variant["options"], sorted(variant["metrics"])) for variant in said["variants"] if not variant["failed"]]


def tuned(text: str) -> list[object]:
    said = json.loads(text)
    return [said["goal"], said["combinations"], bool(said["path"])]


def probed(text: str) -> list[object]:
    return [one for one in objects_in_order(text) if "kernel" not in one]


def labs_fail(report: stages.Report, stage: stages.Stage, sample: tuple[int, int]) -> None:
    """What makes sockets, threads, processes and namespaces of its own."""
    # Under strace -k a call takes a millisecond.
    short = ("--time", "100ms" if stage.by_place else "20ms", "--warm-up", "1ms", "--rounds", "2", "--json")
    link = ("--link", "rate=100Mbit/s rtt=1ms")
    read_fails(report, "explain", ("explain", "--json", "TCP_NODELAY"), stage, sample, objects)
    read_fails(report, "calc", ("calc", "--json", "keepalive"), stage, sample, objects)
    for demo in ("reuseaddr", "mark"):
        read_fails(report, f"demo {demo}", ("demo", "--json", demo), stage, sample, steps)
    read_fails(report, "probe", ("probe", "--json", "TCP_NODELAY", "--kind", "tcp4"), stage, sample, probed, less=is_part)
    measure = ("measure", *short, "--load", "rr", "SO_PRIORITY=1")
    read_fails(report, "measure", measure, stage, sample, measured, ends=10)
    read_fails(report, "measure --link", (*measure, *link), stage, sample, measured, ends=10)
    tune = ("tune", *short, "--runs", "4", "--goal", "latency", "TCP_NODELAY=on")
    read_fails(report, "tune", tune, stage, sample, tuned, ends=10)


def policies_fail(report: stages.Report, stage: stages.Stage, sample: tuple[int, int]) -> None:
    titles = ("apply", "apply over another policy", "policy", "policy remove")
    if not any(is_wanted(title) for title in titles):
        return
    place = policies.make(stage)
    if isinstance(place, str):
        for title in titles:
            report.skip(title, place)
        return

    def every(counts: dict[str, int]) -> Iterator[tuple[str, str]]:
        return tries(stage, counts, sample)

    try:
        for title, first, command in (("apply", None, place.apply(0)), ("apply over another policy", 0, place.apply(1)),
                                      ("policy remove", 0, place.policy("remove", "web"))):
            if is_wanted(title):
                policies.change_fails(report, title, place, first, command, every, is_said)
        policies.prepare(place, 0)
        read_fails(report, "policy", place.policy("--json"), stage, sample, policies.normal)
    finally:
        place.end()


def main() -> int:
    stages.enter()
    report = stages.Report()
    most, seed = stages.samples()
    stage = stages.make()
    try:
        all_of(report, stage, most, seed)
        labs_fail(report, stage, (max(most // 25, 1), seed))
        policies_fail(report, stage, (max(most // 12, 1), seed))
    finally:
        shutil.rmtree(stage.folder)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
