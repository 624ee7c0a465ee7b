# SPDX-License-Identifier: MIT
"""Where the hostile tests play: sockets of their own in namespaces of their own, and sockopt under strace.

The test is the program whose sockets are shown and changed, so it looks with its own getsockopt(2) at what became of
them. In a process namespace of its own nobody else's sockets are met, and a run needs some hundred system calls only.
"""

from __future__ import annotations

import array
import collections
import ctypes
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import places

SOCKOPT = os.environ.get("SOCKOPT", "")
INSIDE = "SOCKOPT_HOSTILE_STAGE"
LAST_OF_LOADER = "prlimit64"  # glibc asks for the stack's size, and then calls main()
ERRORS = ("ENOMEM", "EMFILE", "ENFILE", "EPERM", "EINTR")
# Of a call that is made more than four times as often as this only so many at either end are taken, and each twentieth
# between them: a load sends some thousand messages.
ENDS, EACH = 100, 20
MOVED_BY_THE_KERNEL = ("TCP_MAXSEG", "SO_INCOMING_CPU")  # what fits the path; who delivered last
CALL = re.compile(r"^(\d+) +(?:\[ *\d+\] )?(\w+)\(")
# Another thread's line can come in between.
EXECUTED = re.compile(r"^(\d+) +(?:\[ *\d+\] )?(execve\(|<\.\.\. execve resumed>).* = 0$")
# A sanitizer that cannot begin or end: it is not our program that failed.
SANITIZER_FAILED = re.compile(r"(Address|Leak)Sanitizer(: CHECK failed| \w+\(\) failed| has encountered| failed to)")
HUNG = b"two minutes"
# A sanitizer's, glibc's and the kernel's words for a program that went wrong.
CRASHED = re.compile(r"ERROR: AddressSanitizer: |runtime error|Assertion|corrupted|double free|stack smashing|core dumped|it hung")


def is_sanitized() -> bool:
    """Address sanitizer does not survive a memory mapping that fails."""
    return b"__asan_init" in Path(SOCKOPT).read_bytes()


def bail(reason: str) -> None:
    print(f"1..0 # SKIP {reason}")
    sys.exit(0)


def enter() -> None:
    """Starts this program again, alone in namespaces of its own: sockets, processes, mounts."""
    if os.environ.get(INSIDE) == "1":
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        return
    if not SOCKOPT:
        sys.exit("SOCKOPT: the program to test")
    if not shutil.which("strace"):
        bail("strace is not installed")
    prefix = ["unshare", "--pid", "--fork", "--mount-proc", "--net", "--kill-child"]
    if os.getuid() != 0:
        prefix[1:1] = ["--user", "--map-root-user"]
    trial = [*prefix, "sh", "-c", "ip link set lo up && strace -f -qq -o /dev/null -e inject=sync:error=EIO true"]
    if subprocess.run(trial, capture_output=True, check=False).returncode:
        bail("no namespaces of processes and of networks, or no ptrace(2), can be had here")
    os.environ[INSIDE] = "1"
    os.execvp(prefix[0], [*prefix, sys.executable, *sys.argv])


def interfaces() -> list[str]:
    return [line.split(":")[0].strip() for line in Path("/proc/net/dev").read_text().splitlines()[2:]]


@dataclass
class Ran:
    status: int
    out: str
    err: str

    def is_void(self) -> bool:
        return bool(SANITIZER_FAILED.search(self.err))

    def crashed(self) -> bool:
        return self.status < 0 or self.status >= 128 or bool(CRASHED.search(self.err))

    def tell(self) -> str:
        return f"status {self.status}\n  out: {self.out.strip()[-300:]}\n  err: {self.err.strip()[-2000:]}"


@dataclass
class Stage:
    """Sockets, and all that can be asked of them."""
    folder: Path
    sockets: list[socket.socket] = field(default_factory=list)
    settings: list[tuple[int, int, str]] = field(default_factory=list)
    flight: list[tuple[socket.socket, socket.socket]] = field(default_factory=list)

    loader: dict[str, int] = field(default_factory=dict)
    reloader: set[tuple[str, int]] = field(default_factory=set)
    cgroup: Path | None = None
    # With SOCKOPT_HOSTILE=places.
    by_place: places.Places | None = field(default_factory=places.wanted)
    # Some kernels give each namespace devices of tunnels.
    interfaces: list[str] = field(default_factory=interfaces)

    @property
    def journal(self) -> Path:
        return self.folder / "journal"

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG"))}
        # strace traces: a leak cannot be looked for by the sanitizer, which traces as well.
        return {**kept, "SOCKOPT_JOURNAL": str(self.journal), "LC_ALL": "C.UTF-8",
                "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=1", "UBSAN_OPTIONS": "halt_on_error=1"}

    def run(self, *arguments: str, inject: str | None = None, log: Path | None = None) -> Ran:
        """sockopt ARGUMENT..., with strace's words, or those of Places.tries(), for what shall happen to it."""
        prefix: list[str] = []
        if inject and self.by_place:
            prefix = self.by_place.prefix(inject)
        elif inject:
            calls = inject.split(":")[0]
            prefix = ["strace", "-f", "-qq", "-o", str(log or "/dev/null"), "-e", f"trace={calls}",
                      "-e", f"inject={inject}"]
        elif log:
            prefix = ["strace", "-f", "-qq", "-o", str(log), *(places.STACKS if self.by_place else ())]
        with subprocess.Popen([*prefix, SOCKOPT, *arguments], env=self.environment(), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True) as child:
            try:
                out, err = child.communicate(timeout=120)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                out, err = child.communicate()
                err += b"\nit hung: " + HUNG
        return Ran(child.returncode, out.decode(errors="surrogateescape"), err.decode(errors="replace"))

    def count(self, *arguments: str, programs: int = 1) -> tuple[Ran, dict[str, int]]:
        """How often a command makes each system call; of several threads the one that does most often.

        The loader's calls, those before a program begins, are noted apart: how it fails is not ours to say. Nor is
        what a program does that the command starts. programs: 2, if that one has our shared object in it
        """
        log = self.folder / "calls"
        ran = self.run(*arguments, log=log)
        if self.by_place:
            self.by_place.learn(log)
        first, loads = "", True
        self.reloader = set()
        counts: collections.Counter[tuple[str, str]] = collections.Counter()
        lives: collections.Counter[str] = collections.Counter()
        for line in log.read_text(errors="replace").splitlines():
            if (match := EXECUTED.match(line)):
                first = first or match[1]
                lives[match[1]] += 1
                loads = loads or match[1] == first
            if (match := CALL.match(line)):
                if lives[match[1]] > (programs if match[1] == first else 0):
                    continue
                counts[match[1], match[2]] += 1
                if loads and match[1] == first and lives[first] > 1:
                    self.reloader.add((match[2], counts[match[1], match[2]]))
                if match[1] == first and match[2] == LAST_OF_LOADER:
                    loads = False
                    self.loader = self.loader or {name: n for (_, name), n in counts.items()}
        most: dict[str, int] = {}
        for (_, name), n in counts.items():
            most[name] = max(most.get(name, 0), n)
        return ran, most

    def renew(self) -> None:
        """Other sockets in the place of those that a failure has spoilt."""
        for one in [*self.sockets, *(end for pair in self.flight for end in pair)]:
            one.close()
        flight = bool(self.flight)
        self.sockets, self.flight = [], []
        self.fill(flight)

    def fill(self, flight: bool) -> None:
        """A connection over IPv4 and one over IPv6, with their listeners, a UDP and a Unix socket."""
        self.add_connection()
        self.add_connection(socket.AF_INET6, "::1")
        self.sockets.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        self.sockets.append(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
        if flight:
            self.add_flight()

    def enter_cgroup(self) -> str | None:
        """One of our own, so that what a run makes in it is seen. @return why there is none"""
        mounts = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]
        cgroups = [Path(words[1]) for words in mounts if words[2] == "cgroup2"]
        if not cgroups:
            return "there is no cgroup hierarchy of version 2"
        try:
            self.cgroup = cgroups[0] / f"sockopt-hostile-{time.monotonic_ns()}"
            self.cgroup.mkdir()
            (self.cgroup / "cgroup.procs").write_text("0")
        except OSError as error:
            self.cgroup = None
            return str(error)
        return None

    def leave_cgroup(self) -> None:
        if self.cgroup:
            (self.cgroup.parent / "cgroup.procs").write_text("0")
            self.cgroup.rmdir()
        self.cgroup = None

    def cgroups_below(self) -> list[Path]:
        return [path for path in self.cgroup.iterdir() if path.is_dir()] if self.cgroup else []

    def leftovers(self) -> list[str]:
        """Processes, interfaces and cgroups that a run that is over has left; none that only take a moment to go."""
        deadline = time.monotonic() + 10
        while (left := self.left_now()) and time.monotonic() < deadline:
            time.sleep(0.01)
        for path in self.cgroups_below():
            path.rmdir()
        return left

    def left_now(self) -> list[str]:
        if os.getpid() == 1:
            reap()
        mine = {str(os.getpid())}
        left = [f"process {name}" for name in os.listdir("/proc") if name.isdigit() and name not in mine]
        left += [f"interface {name}" for name in interfaces() if name not in self.interfaces]
        return left + [f"cgroup {path}" for path in self.cgroups_below()]

    def forget(self) -> None:
        shutil.rmtree(self.journal, ignore_errors=True)

    def in_force(self) -> list[dict]:
        ran = self.run("log", "--json")
        return [entry for entry in map(json.loads, ran.out.splitlines()) if entry["state"] != "undone"]

    def look(self) -> list[dict[str, bytes | int]]:
        """Every setting of every socket; what cannot be read is its errno."""
        return [self.look_at(one) for one in self.sockets] + [self.look_into(*pair) for pair in self.flight]

    def look_at(self, one: socket.socket) -> dict[str, bytes | int]:
        values: dict[str, bytes | int] = {}
        for level, number, name in self.settings:
            try:
                values[name] = one.getsockopt(level, number, 256)
                # The time of a linger that is off stays what it was once, and means nothing.
                if name == "SO_LINGER" and not any(values[name][:4]):
                    values[name] = b"off"
            except OSError as error:
                values[name] = error.errno or 0
        return values

    def look_into(self, receiver: socket.socket, sender: socket.socket) -> dict[str, bytes | int]:
        """The socket in flight is taken out, looked at, and sent again."""
        descriptors = array.array("i")
        _, control, _, _ = receiver.recvmsg(1, socket.CMSG_SPACE(descriptors.itemsize))
        descriptors.frombytes(control[0][2])
        with socket.socket(fileno=descriptors[0]) as one:
            values = self.look_at(one)
            send(sender, one)
        return values

    def add_connection(self, family: int = socket.AF_INET, address: str = "127.0.0.1") -> None:
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.bind((address, 0))
        listener.listen(8)
        client = socket.socket(family, socket.SOCK_STREAM)
        client.connect(listener.getsockname())
        self.sockets += [listener, client, listener.accept()[0]]

    def add_flight(self) -> None:
        """The client of a connection that no descriptor leads to: it was sent, and waits to be received."""
        self.add_connection()
        one = self.sockets.pop(-2)
        ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        send(ends[0], one)
        one.close()
        self.flight.append((ends[1], ends[0]))


def reap() -> None:
    """In a process namespace of our own orphans are ours."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def send(sender: socket.socket, one: socket.socket) -> None:
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [one.fileno()]))]
    sender.sendmsg([b"x"], rights)


def make(flight: bool = False) -> Stage:
    """flight: with a socket that no descriptor leads to"""
    stage = Stage(Path(tempfile.mkdtemp(prefix="sockopt-hostile-")))
    told = stage.run("explain", "--json")
    for entry in map(json.loads, told.out.splitlines()):
        if entry["nature"] == "setting" and "get" in entry["access"] and entry["name"] not in MOVED_BY_THE_KERNEL:
            stage.settings.append((entry["level_number"], entry["number"], entry["name"]))
    assert len(stage.settings) > 100, told.tell()
    stage.fill(flight)
    ctypes.CDLL(None).prctl(15, b"hostile", 0, 0, 0)
    return stage


def points(counts: dict[str, int], most: int, seed: int, without: tuple[str, ...] = (),
           after: dict[str, int] | None = None, ends: int = ENDS) -> list[tuple[str, int]]:
    """(system call, which of them): all, or `most` of them at random, but the first and last of each call surely."""
    every = [(name, n + 1) for name, times in sorted(counts.items()) if name not in without
             for n in range((after or {}).get(name, 0), times)
             if times <= 4 * ends or not ends <= n < times - ends or n % EACH == 0]
    if len(every) <= most:
        return every
    edges = [point for point in every if point[1] in (1, counts[point[0]])]
    chance = random.Random(seed)
    if len(edges) > most:
        return sorted(chance.sample(edges, most))
    rest = [point for point in every if point not in edges]
    return sorted(edges + chance.sample(rest, most - len(edges)))


def differences(before: list[dict], after: list[dict]) -> list[str]:
    return [f"socket {i}: {name} {old[name]!r} -> {new[name]!r}"
            for i, (old, new) in enumerate(zip(before, after)) for name in old if old[name] != new[name]]


class Report:
    """TAP, with the seed that a sampled run can be repeated with."""

    def __init__(self) -> None:
        self.n = 0
        self.failed = 0

    def test(self, title: str, problems: list[str], runs: int) -> None:
        self.n += 1
        self.failed += bool(problems)
        print(f"{'not ok' if problems else 'ok'} {self.n} - {title} ({runs} runs)", flush=True)
        for problem in problems[:40]:
            print("# " + problem.replace("\n", "\n# "))
        if len(problems) > 40:
            print(f"# ... and {len(problems) - 40} more")
        sys.stdout.flush()

    def skip(self, title: str, reason: str) -> None:
        self.n += 1
        print(f"ok {self.n} - {title} # SKIP {reason}", flush=True)

    def end(self) -> int:
        print(f"1..{self.n}")
        return 1 if self.failed else 0


def samples() -> tuple[int, int]:
    """How many points a scenario gets, and the seed: the whole sweep with SOCKOPT_HOSTILE=all."""
    wanted = os.environ.get("SOCKOPT_HOSTILE", "")
    seed = int(os.environ.get("SOCKOPT_HOSTILE_SEED", "0")) or random.randrange(1, 1 << 30)
    print(f"# SOCKOPT_HOSTILE_SEED={seed}")
    return (1 << 30 if wanted in ("all", "places") else int(wanted or "25")), seed
