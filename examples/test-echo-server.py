#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""echo-server restarts at once on a port that is in TIME_WAIT.

usage: test-echo-server.py PROGRAM
"""

import errno
import socket
import subprocess
import sys

TIME_WAIT = "06"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(program: str, port: int) -> subprocess.Popen[str]:
    server = subprocess.Popen([program, str(port)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert server.stdout
    line = server.stdout.readline()
    assert line == f"listening on 127.0.0.1:{port}\n", (line, server.communicate()[1])
    return server


def talk(port: int, words: str) -> None:
    """The server sends the words back, and closes first."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
        client.sendall(f"{words}\n".encode())
        assert client.recv(100) == f"{words}\n".encode()
        client.sendall(b"bye\n")
        assert client.recv(100) == b"", "the server did not close"


def is_in_time_wait(port: int) -> bool:
    with open("/proc/net/tcp", encoding="ascii") as table:
        rows = [line.split() for line in table.readlines()[1:]]
    return any(row[1].endswith(f":{port:04X}") and row[3] == TIME_WAIT for row in rows)


def is_free_for_others(port: int) -> bool:
    """May a socket without SO_REUSEADDR have the port?"""
    with socket.socket() as other:
        try:
            other.bind(("127.0.0.1", port))
        except OSError as error:
            assert error.errno == errno.EADDRINUSE, error
            return False
    return True


def main() -> None:
    program, port = sys.argv[1], free_port()
    for words in ("first", "after the restart"):
        server = start(program, port)
        try:
            talk(port, words)
        finally:
            server.kill()
            server.communicate()
        assert is_in_time_wait(port), "nothing stands in the way: the test proves nothing"
        assert not is_free_for_others(port), "TIME_WAIT did not keep others from the port"
    wrong = subprocess.run([program, "http"], capture_output=True, text=True, check=False)
    assert wrong.returncode == 2 and wrong.stderr == "usage: echo-server PORT\n", wrong


if __name__ == "__main__":
    main()
