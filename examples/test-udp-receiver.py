#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""udp-receiver: latencies, drops, the mark on its answers, and what it tells of its buffer.

usage: test-udp-receiver.py PROGRAM
"""

import os
import re
import signal
import socket
import subprocess
import sys
import time

EXPEDITED = 0xb8


def free_port() -> int:
    with socket.socket(type=socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Receiver:
    def __init__(self, program: str, count: int, buffer: str) -> None:
        port = free_port()
        self.process = subprocess.Popen([program, str(port), str(count), buffer], stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        self.told = ""
        while not self.told.endswith(f"receiving on 127.0.0.1:{port}\n"):
            line = self.process.stdout.readline()
            assert line, self.told
            self.told += line
        self.client = socket.socket(type=socket.SOCK_DGRAM)
        self.client.settimeout(5)
        self.client.setsockopt(socket.IPPROTO_IP, socket.IP_RECVTOS, 1)
        self.client.connect(("127.0.0.1", port))

    def ask(self) -> int:
        """Sends a datagram; the answer says how many nanoseconds it lay there."""
        self.client.send(b"datagram")
        answer, control, _, _ = self.client.recvmsg(100, 100)
        assert control[0][:2] == (socket.IPPROTO_IP, socket.IP_TOS) and control[0][2][0] == EXPEDITED, control
        return int(answer.removesuffix(b" ns\n"))

    def end(self) -> str:
        try:
            output = self.process.communicate(timeout=10)[0]
        finally:
            self.process.kill()
            self.process.wait()
            self.client.close()
        assert self.process.returncode == 0, output
        return output


def kept_buffer(told: str) -> int:
    """The buffer in KiB, from the last line that says what the kernel has."""
    sizes = re.findall(r"^SO_RCVBUF\w* +asked 256KiB +has (\d+) KiB \((doubled|clamped)\)$", told, re.M)
    assert sizes, told
    return int(sizes[-1][0])


def try_quiet(program: str) -> None:
    receiver = Receiver(program, 100, "256KiB")
    said = [receiver.ask() for _ in range(100)]
    output = receiver.end()
    assert "100 received, 0 dropped\n" in output, output
    assert all(0 < latency < 5_000_000_000 for latency in said), said
    least, most = re.search(r"least ([\d.]+) us, .* most ([\d.]+) us", output).groups()  # type: ignore[union-attr]
    assert (float(least), float(most)) == (round(min(said) / 1e3, 1), round(max(said) / 1e3, 1)), (output, said)
    assert re.search(r"^IP_TOS +asked ef +has ef \(kept\)$", receiver.told, re.M), receiver.told
    assert re.search(r"^SO_BUSY_POLL +asked 50us +(has 50us \(kept\)|not had: Operation not permitted)$",
                     receiver.told, re.M), receiver.told


def try_flood(program: str) -> None:
    """Stopped, its buffer runs over: the datagram that gets in after that tells of the loss."""
    receiver = Receiver(program, 10_000, "256KiB")
    room = kept_buffer(receiver.told)
    os.kill(receiver.process.pid, signal.SIGSTOP)
    os.waitid(os.P_PID, receiver.process.pid, os.WSTOPPED)
    for _ in range(10_000):
        receiver.client.send(bytes(1000))
    os.kill(receiver.process.pid, signal.SIGCONT)
    time.sleep(0.2)
    while receiver.process.poll() is None:
        try:
            receiver.client.send(b"one more")
        except ConnectionRefusedError:
            break
    output = receiver.end()
    dropped = int(re.search(r"^10000 received, (\d+) dropped$", output, re.M)[1])  # type: ignore[index]
    assert 10_000 - room <= dropped, (dropped, room)


def main() -> None:
    program = sys.argv[1]
    try_quiet(program)
    try_flood(program)
    wrong = subprocess.run([program, "0"], capture_output=True, text=True, check=False)
    assert wrong.returncode == 2 and wrong.stderr.startswith("usage: udp-receiver"), wrong


if __name__ == "__main__":
    main()
