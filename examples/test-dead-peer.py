#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""dead-peer: the values on its live socket, what it prints, and its errors.

usage: test-dead-peer.py PROGRAM
"""

import ctypes
import os
import socket
import subprocess
import sys

PIDFD_GETFD = 438
LIBC = ctypes.CDLL(None, use_errno=True)


def borrow(pid: int) -> socket.socket:
    """A duplicate of the one socket that the process has."""
    fds = [fd for fd in os.listdir(f"/proc/{pid}/fd") if os.readlink(f"/proc/{pid}/fd/{fd}").startswith("socket:")]
    assert len(fds) == 1, fds
    pidfd = os.pidfd_open(pid)
    fd = LIBC.syscall(PIDFD_GETFD, pidfd, int(fds[0]), 0)
    number = ctypes.get_errno()
    os.close(pidfd)
    if fd < 0:
        print(f"skipped: pidfd_getfd: {os.strerror(number)}")
        sys.exit(77)
    return socket.socket(fileno=fd)


def check_values(theirs: socket.socket, seconds: int, keep: tuple[int, int, int]) -> None:
    tcp = {name: theirs.getsockopt(socket.IPPROTO_TCP, getattr(socket, name))
           for name in ("TCP_USER_TIMEOUT", "TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT")}
    assert theirs.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
    assert tuple(tcp.values()) == (seconds * 1000, *keep), tcp


def try_one(program: str, listener: socket.socket, seconds: int, keep: tuple[int, int, int], silence: str) -> None:
    arguments = [program, "127.0.0.1", str(listener.getsockname()[1])] + ([str(seconds)] if seconds != 30 else [])
    client = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        peer, _ = listener.accept()
        with borrow(client.pid) as theirs:
            check_values(theirs, seconds, keep)
        peer.sendall(b"a word from the peer\n")
        peer.close()
        output = client.communicate(timeout=10)[0]
    finally:
        client.kill()
        client.wait()
    assert f"a silent peer is given up after {silence} s\n" in output, output
    assert f"TCP_USER_TIMEOUT   {seconds}s\n" in output and "SO_KEEPALIVE       on\n" in output, output
    assert "a word from the peer\n" in output and output.endswith(": the peer closed\n"), output
    assert client.returncode == 0, client.returncode


def refuse(arguments: list[str], status: int, *words: str) -> None:
    done = subprocess.run(arguments, capture_output=True, text=True, check=False, env={"LANG": "C"})
    assert done.returncode == status, done
    for word in words:
        assert word in done.stderr, (word, done.stderr)
    assert done.stdout == "", done.stdout


def main() -> None:
    program = sys.argv[1]
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5)
        try_one(program, listener, 30, (15, 5, 3), "30.0")
        try_one(program, listener, 7, (3, 1, 4), "7.0")
        try_one(program, listener, 2, (1, 1, 1), "2.0")

        base = [program, "127.0.0.1", str(listener.getsockname()[1]), "30"]
        refuse([program], 2, "usage: dead-peer")
        refuse(base[:3] + ["1"], 2, "usage: dead-peer")
        refuse(base + ["TCP_USER_TIMEOUT=soon"], 2, "dead-peer: ", "soon", "hint: ")
        refuse(base + ["TCP_KEEPIDL=3s"], 2, "TCP_KEEPIDL", "hint: ", "TCP_KEEPIDLE")
        # The kernel's own no, after five that it took: nothing is left to connect with.
        refuse(base + ["TCP_CONGESTION=no_such_one"], 1, "TCP_CONGESTION", "No such file or directory")
        listener.settimeout(0.1)
        try:
            listener.accept()
            raise AssertionError("it connected though its options were refused")
        except TimeoutError:
            pass


if __name__ == "__main__":
    main()
