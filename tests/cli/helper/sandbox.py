#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs a program under a seccomp filter: sandbox.py CALL[:LEVEL:OPTION] ERRNO|thread|process PROGRAM [ARGUMENT...]

CALL is getsockopt or setsockopt; with LEVEL and OPTION (numbers) that option alone is concerned. It fails with the errno,
or is the end of the thread, or of the process, that asks.
"""

import ctypes
import errno
import os
import struct
import sys

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, FILTER = 38, 22, 2
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, FAIL, KILL_THREAD, KILL_PROCESS = 0x7FFF0000, 0x00050000, 0x00000000, 0x80000000
CALLS = {"x86_64": {"setsockopt": 54, "getsockopt": 55}, "aarch64": {"setsockopt": 208, "getsockopt": 209}}


def main() -> None:
    call, *option = sys.argv[1].split(":")
    numbers = CALLS.get(os.uname().machine)
    if not numbers:
        sys.exit(77)
    how = sys.argv[2]
    verdict = {"thread": KILL_THREAD, "process": KILL_PROCESS}.get(how)
    if verdict is None:
        verdict = FAIL | getattr(errno, how)
    compared = [(0, numbers[call])]  # offsets in struct seccomp_data: nr, then the low words of the arguments
    compared += [(16 + 8 * (1 + i), int(number)) for i, number in enumerate(option)]
    code = []
    for i, (offset, number) in enumerate(compared):
        code.append((LOAD, 0, 0, offset))
        code.append((EQUAL, 0, 2 * (len(compared) - 1 - i) + 1, number))
    code += [(RETURN, 0, 0, verdict), (RETURN, 0, 0, ALLOW)]
    program = b"".join(struct.pack("HBBI", *step) for step in code)
    bytes_ = ctypes.create_string_buffer(program)
    head = struct.pack("HxxxxxxP", len(code), ctypes.addressof(bytes_))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(PR_SET_SECCOMP, FILTER, head):
        sys.exit(f"no seccomp filter: {os.strerror(ctypes.get_errno())}")
    os.execvp(sys.argv[3], sys.argv[3:])


main()
