# SPDX-License-Identifier: MIT
"""A /proc/PID that answers late, and not always the truth: a file system of our own in its place.

It speaks FUSE with the kernel by itself. What is asked of it is read from the real /proc/PID, which was opened before,
after so many milliseconds.

usage: slow_proc.py PID MS [swap=FD,OTHER | endless=FILE]... -- COMMAND...
  swap: every second time FD is told to be what OTHER is; endless: FILE has no end
Ends as COMMAND does; 99: no file system of this kind can be mounted.
"""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import stat
import struct
import sys
import time

LOOKUP, FORGET, GETATTR, READLINK, OPEN, READ, STATFS, RELEASE = 1, 2, 3, 5, 14, 15, 17, 18
FLUSH, INIT, OPENDIR, READDIR, RELEASEDIR, ACCESS, INTERRUPT, BATCH_FORGET = 25, 26, 27, 28, 29, 34, 36, 42
DIRECT_IO = 1  # a read is asked of us, whatever size was told
CLONE_NEWNS, MS_REC, MS_PRIVATE = 0x20000, 0x4000, 1 << 18
ROOT = 1


class Liar:
    def __init__(self, pid: int, delay_ms: int, lies: list[str]) -> None:
        self.real = os.open(f"/proc/{pid}", os.O_RDONLY | os.O_DIRECTORY)
        self.delay = delay_ms / 1000
        self.swap = dict([tuple(lie[5:].split(",")) for lie in lies if lie.startswith("swap=")])
        self.endless = {lie[8:] for lie in lies if lie.startswith("endless=")}
        self.paths = {ROOT: ""}
        self.asked = 0

    def node(self, path: str) -> int:
        for number, known in self.paths.items():
            if known == path:
                return number
        self.paths[len(self.paths) + 1] = path
        return len(self.paths)

    def attributes(self, path: str) -> bytes:
        of = os.stat(path or ".", dir_fd=self.real, follow_symlinks=False)
        mode = of.st_mode
        return struct.pack("<6Q10I", of.st_ino, of.st_size, 0, 0, 0, 0, 0, 0, 0, mode, of.st_nlink, of.st_uid, of.st_gid,
                           0, 4096, 0)

    def lookup(self, node: int, body: bytes) -> bytes:
        path = "/".join(filter(None, [self.paths[node], body.rstrip(b"\0").decode()]))
        attributes = self.attributes(path)
        return struct.pack("<4Q2I", self.node(path), 0, 0, 0, 0, 0) + attributes

    def readlink(self, node: int) -> bytes:
        folder, name = os.path.split(self.paths[node])
        self.asked += 1
        if name in self.swap and self.asked % 2 == 0:
            name = self.swap[name]
        return os.readlink(os.path.join(folder, name), dir_fd=self.real).encode()

    def read(self, node: int, body: bytes) -> bytes:
        _, offset, size = struct.unpack_from("<QQI", body)
        if self.paths[node] in self.endless:
            return b"0::/" + b"x" * (size - 4)
        file = os.open(self.paths[node], os.O_RDONLY, dir_fd=self.real)
        try:
            return os.pread(file, size, offset)
        finally:
            os.close(file)

    def readdir(self, node: int, body: bytes) -> bytes:
        _, offset, size = struct.unpack_from("<QQI", body)
        folder = os.open(self.paths[node] or ".", os.O_RDONLY | os.O_DIRECTORY, dir_fd=self.real)
        names = sorted(os.listdir(folder))
        os.close(folder)
        told = b""
        for index, name in enumerate(names[offset:], offset + 1):
            entry = struct.pack("<QQII", 1, index, len(name), 0) + name.encode()
            entry += b"\0" * (-len(entry) % 8)
            if len(told) + len(entry) > size:
                break
            told += entry
        return told

    def answer(self, opcode: int, node: int, body: bytes) -> bytes:
        """@raises OSError: what the caller is told"""
        time.sleep(self.delay)
        if opcode == LOOKUP:
            return self.lookup(node, body)
        if opcode == GETATTR:
            return struct.pack("<QII", 0, 0, 0) + self.attributes(self.paths[node])
        if opcode == READLINK:
            return self.readlink(node)
        if opcode in (OPEN, OPENDIR):
            return struct.pack("<QII", 0, DIRECT_IO if opcode == OPEN else 0, 0)
        if opcode == READ:
            return self.read(node, body)
        if opcode == READDIR:
            return self.readdir(node, body)
        if opcode in (RELEASE, RELEASEDIR, FLUSH):
            return b""
        raise OSError(errno.ENOSYS, "")

    def serve(self, fuse: int) -> None:
        while True:
            try:
                message = os.read(fuse, 1 << 17)
            except OSError as error:
                if error.errno in (errno.EINTR, errno.ENOENT):
                    continue
                return  # it was unmounted
            length, opcode, unique, node = struct.unpack_from("<IIQQ", message)
            body = message[40:length]
            if opcode in (FORGET, BATCH_FORGET, INTERRUPT):
                continue
            told, failure = b"", 0
            try:
                if opcode == INIT:
                    told = struct.pack("<IIIIHHIIHHI7I", 7, 31, 0, 0, 0, 0, 1 << 16, 1, 0, 0, *[0] * 8)
                else:
                    told = self.answer(opcode, node, body)
            except OSError as error:
                failure = -(error.errno or errno.EIO)
            try:
                os.write(fuse, struct.pack("<IiQ", 16 + len(told), failure, unique) + told)
            except OSError:
                pass  # nobody waits for it any more


def mount(pid: int) -> int:
    """@return what to serve; -1"""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNS) or libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None):
        return -1
    try:
        fuse = os.open("/dev/fuse", os.O_RDWR)
    except OSError:
        return -1
    words = f"fd={fuse},rootmode={stat.S_IFDIR:o},user_id=0,group_id=0,allow_other".encode()
    return fuse if libc.mount(b"liar", f"/proc/{pid}".encode(), b"fuse", 0, words) == 0 else -1


def main() -> int:
    end = sys.argv.index("--")
    pid, delay_ms = int(sys.argv[1]), int(sys.argv[2])
    liar = Liar(pid, delay_ms, sys.argv[3:end])
    fuse = mount(pid)
    if fuse < 0:
        return 99
    server = os.fork()
    if server == 0:
        liar.serve(fuse)
        os._exit(0)
    os.close(fuse)
    child = os.fork()
    if child == 0:
        os.execvp(sys.argv[end + 1], sys.argv[end + 1:])
    _, status = os.waitpid(child, 0)
    os.kill(server, signal.SIGKILL)
    os.waitpid(server, 0)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main())
