#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Sockets of every sort, held, shared and held by nobody.

world.py MODE: makes the sockets, prints {"name": fact, ...} as one line of JSON, and keeps them until its input ends.
  zoo      bound, listening, connected ones of all families, some options set. No cookie is asked for.
  unheld   what no descriptor leads to; {"name": cookie or port}
  shared   what several descriptors lead to: {"name": {"cookie": ..., "holders": [[pid, fd], ...]}}
  threads  a socket that a thread holds whose descriptors are not its process's
  flicker  300 sockets, which get second descriptors and lose them all the time
  flight   a TCP socket in flight; each line of the input is answered with [SO_KEEPALIVE, TCP_USER_TIMEOUT] of it, or
           with those options that it names: LEVEL:NUMBER...
  closer   a TCP socket that is closed as soon as its TCP_NODELAY is on, and one that stays: {"closes": cookie, "stays": cookie}
The network namespace is that which it is started in.
"""
import array
import contextlib
import ctypes
import errno
import json
import os
import signal
import socket
import struct
import sys
import tempfile
import threading
import time

SO_COOKIE = 57
CLONE_FILES = 0x400
MPTCP, UDPLITE = 262, 136
kept = []


def keep(made):
    kept.append(made)
    return made


def cookie(made):
    return str(int.from_bytes(made.getsockopt(socket.SOL_SOCKET, SO_COOKIE, 8), sys.byteorder))


def listener(family=socket.AF_INET, address="127.0.0.1", backlog=16, protocol=0):
    made = keep(socket.socket(family, socket.SOCK_STREAM, protocol))
    made.bind((address, 0))
    made.listen(backlog)
    return made


def connection(family=socket.AF_INET, address="127.0.0.1", to=None, protocol=0):
    """Both ends: client, server."""
    server_side = listener(family, address, protocol=protocol)
    client = keep(socket.socket(family, socket.SOCK_STREAM, protocol))
    client.connect((to or address, server_side.getsockname()[1]))
    accepted = keep(server_side.accept()[0])
    return client, accepted


@contextlib.contextmanager
def if_there():
    """Of a protocol that not every kernel has."""
    try:
        yield
    except OSError as error:
        if error.errno != errno.EPROTONOSUPPORT:
            raise


def folder():
    return tempfile.mkdtemp(dir=os.environ.get("FOLDER"))


def zoo():
    for number in range(3):
        client, accepted = connection(address=f"127.{number}.0.1")
        client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, number & 1)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, number & 1)
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 1000 * number)
        accepted.setsockopt(socket.SOL_SOCKET, socket.SO_PRIORITY, number)
        accepted.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192 << number)
    connection(socket.AF_INET6, "::1")
    client, accepted = connection(socket.AF_INET6, "::", to="::ffff:127.0.0.1")
    client.shutdown(socket.SHUT_WR)
    half, accepted = connection()
    accepted.shutdown(socket.SHUT_WR)
    # closed by a reset: it has the peer's port, and no peer
    reset, accepted = connection()
    accepted.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, bytes([1, 0, 0, 0, 0, 0, 0, 0]))
    forget(accepted)
    # connecting: nobody answers, since the queue is full
    full = listener(backlog=0)
    keep(socket.socket(socket.AF_INET, socket.SOCK_STREAM)).connect(full.getsockname())
    connecting = keep(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
    connecting.setblocking(False)
    connecting.connect_ex(full.getsockname())
    for family, address in ((socket.AF_INET, "127.0.0.5"), (socket.AF_INET6, "::1")):
        keep(socket.socket(family, socket.SOCK_STREAM))
        keep(socket.socket(family, socket.SOCK_DGRAM))
        keep(socket.socket(family, socket.SOCK_STREAM)).bind((address, 0))
        bound = keep(socket.socket(family, socket.SOCK_DGRAM))
        bound.bind((address, 0))
        keep(socket.socket(family, socket.SOCK_DGRAM)).connect(bound.getsockname())
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    with if_there():  # until Linux 7.1
        keep(socket.socket(socket.AF_INET, socket.SOCK_DGRAM, UDPLITE)).bind(("127.0.0.1", 0))
    with if_there():
        keep(socket.socket(socket.AF_INET, socket.SOCK_STREAM, MPTCP)).bind(("127.0.0.1", 0))
        # its connections stand in the tables of TCP, and are no sockets of anybody
        connection(protocol=MPTCP)
    keep(socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP))
    keep(socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6))
    keep(socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0))
    keep(socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0))
    for kind in (socket.SOCK_STREAM, socket.SOCK_SEQPACKET, socket.SOCK_DGRAM):
        for end in socket.socketpair(socket.AF_UNIX, kind):
            keep(end)
        keep(socket.socket(socket.AF_UNIX, kind))
        keep(socket.socket(socket.AF_UNIX, kind)).bind(f"{folder()}/name")
        keep(socket.socket(socket.AF_UNIX, kind)).bind(f"\0abstract-{os.getpid()}-{int(kind)}")
    return {"pid": os.getpid(), "sockets": len(kept)}


def forget(made):
    """Its descriptor is closed; the object is kept out of the list."""
    kept.remove(made)
    made.close()


def send_away(made):
    """Its only descriptor is in flight: sent, not received, and closed by the sender."""
    here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    keep(here), keep(there)
    here.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [made.fileno()]))])
    forget(made)


def fill(made):
    """Writes until nothing more is taken."""
    made.setblocking(False)
    try:
        while True:
            made.send(bytes(65536))
    except BlockingIOError:
        pass


def unheld():
    told = {}
    # TIME_WAIT: who closes first
    client, accepted = connection()
    told["time_wait"] = client.getsockname()[1]
    forget(client)
    time.sleep(0.05)
    forget(accepted)
    # FIN_WAIT_1: its peer does not read, so that what is left and the FIN stay
    client, accepted = connection()
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 77)
    fill(client)
    told["fin_wait_1"] = cookie(client)
    forget(client)
    # LAST_ACK: the same, when the peer has closed its side before
    client, accepted = connection()
    accepted.shutdown(socket.SHUT_WR)
    client.recv(1)
    fill(client)
    told["last_ack"] = cookie(client)
    forget(client)
    # FIN_WAIT_2: the peer does not close
    client, accepted = connection()
    told["fin_wait_2"] = client.getsockname()[1]
    forget(client)
    # SYN_RECV: a listener that waits for the data
    slow = listener()
    slow.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 60)
    client = keep(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
    client.connect(slow.getsockname())
    told["syn_recv"] = client.getsockname()[1]
    # Nobody accepts them: they are the kernel's own until then
    waiting = listener()
    keep(socket.socket(socket.AF_INET, socket.SOCK_STREAM)).connect(waiting.getsockname())
    waiting = keep(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
    waiting.bind(f"{folder()}/waits")
    waiting.listen(4)
    keep(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)).connect(waiting.getsockname())
    told["unix_waits"] = waiting.getsockname()
    # In flight
    client, accepted = connection()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    told["tcp_in_flight"], told["tcp_in_flight_peer"] = cookie(client), cookie(accepted)
    send_away(client)
    waiting = listener()
    told["listener_in_flight"] = cookie(waiting)
    send_away(waiting)
    bound = keep(socket.socket(socket.AF_INET6, socket.SOCK_DGRAM))
    bound.bind(("::1", 0))
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_PRIORITY, 5)
    told["udp_in_flight"] = cookie(bound)
    send_away(bound)
    one, other = (keep(end) for end in socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET))
    told["unix_in_flight"] = cookie(one)
    send_away(one)
    return told


def child(then=None):
    """A process that holds what it has until we end."""
    pid = os.fork()
    if pid == 0:
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        if then:
            then()
        while True:
            signal.pause()
    return pid


def own_table(made, told, ready):
    """A thread that leaves its process's descriptors, and closes all that it does not tell of."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_FILES) < 0:
        told["error"] = os.strerror(ctypes.get_errno())
    else:
        fd = os.dup2(made.fileno(), 200)
        for other in kept:
            os.close(other.fileno())
        told.update(fd=fd)
    ready.set()
    while True:
        time.sleep(3600)


def shared():
    told = {}
    everywhere = listener()
    children = [child() for _ in range(8)]
    told["forked"] = {"cookie": cookie(everywhere),
                      "holders": [[pid, everywhere.fileno()] for pid in [os.getpid(), *children]]}
    twice, _ = connection()
    copies = [os.dup(twice.fileno()) for _ in range(2)]
    told["dup"] = {"cookie": cookie(twice), "holders": [[os.getpid(), fd] for fd in [twice.fileno(), *copies]]}
    many = keep(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    many.bind(("127.0.0.1", 0))
    copies = [os.dup(many.fileno()) for _ in range(299)]
    told["many"] = {"cookie": cookie(many), "holders": [[os.getpid(), fd] for fd in [many.fileno(), *copies]]}
    one, other = (keep(end) for end in socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM))
    copy = os.dup(one.fileno())
    told["unix"] = {"cookie": cookie(one), "holders": [[os.getpid(), one.fileno()], [os.getpid(), copy]]}
    # In flight, and held as well: a reference that is no holder
    here, there = (keep(end) for end in socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM))
    here.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [other.fileno()]))])
    told["also_in_flight"] = {"cookie": cookie(other), "holders": [[os.getpid(), other.fileno()]]}
    return told


def threads():
    """A thread with descriptors of its own: a socket that is in its table alone."""
    alone = keep(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    alone.bind(("127.0.0.1", 0))
    told, ready = {"cookie": cookie(alone)}, threading.Event()
    threading.Thread(target=own_table, args=(alone, told, ready), daemon=True).start()
    ready.wait()
    forget(alone)
    told["pid"] = os.getpid()
    return told


def flicker():
    """Every socket has a second descriptor, for a moment, all the time."""
    for _ in range(300):
        keep(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)).bind(("127.0.0.1", 0))

    def run():
        while True:
            for copy in [os.dup(made.fileno()) for made in kept]:
                os.close(copy)

    threading.Thread(target=run, daemon=True).start()
    return {"pid": os.getpid()}


class Flight:
    """A socket in flight, which is taken out to be looked at."""

    def __init__(self):
        self.here, self.there = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)

    def launch(self, made):
        self.here.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [made.fileno()]))])
        made.close()

    def look(self, wanted):
        _, ancillary, _, _ = self.there.recvmsg(1, socket.CMSG_SPACE(4))
        made = socket.socket(fileno=array.array("i", ancillary[0][2])[0])
        seen = [made.getsockopt(level, number) for level, number in wanted]
        self.launch(made)
        return seen


def flight():
    client, accepted = connection()
    # as many that are held and in no table as there are in a table and not held
    keep(socket.socket(socket.AF_INET, socket.SOCK_STREAM)).bind(("127.0.0.1", 0))
    told = {"cookie": cookie(client), "peer": cookie(accepted)}
    kept.remove(client)
    kept.append(Flight())
    kept[-1].launch(client)
    return told


def closer():
    client, _ = connection()
    other, _ = connection()

    def close_when_set():
        while not client.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY):
            time.sleep(0.0002)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()

    threading.Thread(target=close_when_set, daemon=True).start()
    return {"closes": cookie(client), "stays": cookie(other)}


def main():
    modes = {"zoo": zoo, "unheld": unheld, "shared": shared, "threads": threads, "flight": flight,
             "flicker": flicker, "closer": closer}
    print(json.dumps(modes[sys.argv[1]]()), flush=True)
    usual = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE), (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)]
    for line in sys.stdin:
        wanted = [tuple(map(int, word.split(":"))) for word in line.split() if ":" in word]
        print(json.dumps(kept[-1].look(wanted or usual)), flush=True)
    os._exit(0)


main()
