#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Do the two engines tell the same?

engines.py same PIDFD BPF PIDFD SETTINGS: the output of `show --json` of one engine, the other, and the first again,
    and a file with the names of the options that are settings. What moved between the first and the last look may have
    any value in the middle; a setting may not have moved.
engines.py picks SEED COUNT SOCKETS: by random selectors, made from what the sockets of a file of `show --json` are,
    both pick the same sockets. Each selector is one about the network namespaces of these sockets.
"""
import json
import os
import random
import subprocess
import sys


def read(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def by_cookie(sockets):
    table = {socket["cookie"]: socket for socket in sockets}
    if len(table) != len(sockets):
        sys.exit("a socket is told of more than once")
    return table


def differences(first, other, last, settings):
    """What is wrong with the other's account of one socket, and how many values were compared."""
    wrong = [f"{key}: {first.get(key)}, told {other.get(key)}"
             for key in sorted((first.keys() | other.keys()) - {"options"}) if first.get(key) != other.get(key)]
    compared = 0
    # of a socket that nobody holds the kernel's structs alone tell
    if not first["holders"] and not first["options"]:
        return wrong, 0
    for name in sorted(first["options"].keys() | other["options"].keys()):
        is_, said, was = (socket["options"].get(name) for socket in (first, other, last))
        if name not in settings and is_ != was:
            continue
        compared += 1
        if is_ != said:
            wrong.append(f"{name}: is {is_}, told {said}")
    return wrong, compared


def same(before, middle, after, settings_of):
    first, other, last = (by_cookie(read(path)) for path in (before, middle, after))
    with open(settings_of, encoding="utf-8") as file:
        settings = set(file.read().split())
    wrong = [f"socket {cookie}: only one of them tells of it: {first.get(cookie, other.get(cookie))}"
             for cookie in sorted(first.keys() ^ other.keys())]
    compared = 0
    for cookie in first.keys() & other.keys():
        said, n = differences(first[cookie], other[cookie], last.get(cookie, first[cookie]), settings)
        wrong += [f"socket {cookie} ({first[cookie]['protocol']} {first[cookie]['state']}): {what}" for what in said]
        compared += n
    print("\n".join(wrong))
    print(f"{len(first)} sockets, {compared} values compared, {len(wrong)} wrong")
    return 1 if wrong or not first else 0


# Of every sort that the kernel's side reads; the sockets' other settings are taken as well, less often.
OPTIONS = ["SO_KEEPALIVE", "SO_PRIORITY", "SO_RCVBUF", "SO_SNDBUF", "SO_REUSEADDR", "SO_BROADCAST", "SO_RCVLOWAT", "SO_MARK",
           "TCP_NODELAY", "TCP_USER_TIMEOUT", "TCP_KEEPIDLE", "TCP_MAXSEG", "IP_TTL", "IP_TOS", "IP_MTU_DISCOVER",
           "IPV6_V6ONLY", "IPV6_UNICAST_HOPS", "SO_PEEK_OFF", "SO_INCOMING_CPU", "SO_TYPE", "SO_DOMAIN", "SO_ACCEPTCONN"]
FAMILIES = ["inet", "inet6", "unix", "netlink", "packet", "vsock", "xdp", "can", "bluetooth", "tipc", "alg"]
STATES = ["unbound", "bound", "listening", "connected", "established", "syn-sent", "syn-recv", "fin-wait-1", "fin-wait-2",
          "time-wait", "close-wait", "last-ack", "closing", "closed"]
WORDS = ["tcp", "udp", "mptcp", "udplite", "sctp", "dccp", "icmp", "icmpv6", "raw", "stream", "dgram", "seqpacket", "ipv4", "ipv6",
         "all", *FAMILIES, *STATES]


def settings():
    """The names of the options whose value moves only when somebody sets it."""
    told = subprocess.run([os.environ["SOCKOPT"], "explain", "--json"], capture_output=True, text=True, check=True)
    return {entry["name"] for entry in map(json.loads, told.stdout.splitlines()) if entry["nature"] == "setting"}


class Maker:
    """Random selectors that have something to do with the sockets."""

    def __init__(self, sockets, seed):
        self.random = random.Random(seed)
        self.sockets = sockets
        self.holders = [holder for socket in sockets for holder in socket["holders"]]
        self.ports = [address["port"] for address in self.addresses()]
        self.values = {name: [socket["options"][name]["value"] for socket in sockets
                              if isinstance(socket["options"].get(name, {}).get("value"), int)]
                       for name in [*OPTIONS, *sorted(settings() - set(OPTIONS))]}
        self.values = {name: values or [0] for name, values in self.values.items() if values or name in OPTIONS}
        self.others = [name for name in self.values if name not in OPTIONS]

    def addresses(self):
        return [socket[side] for socket in self.sockets for side in ("local", "peer")
                if socket[side] and "port" in socket[side]]

    def number(self, known, least=0):
        """One of these, or one beside it."""
        return max(least, int(self.random.choice(known)) + self.random.choice([0, 0, 0, 1, -1]))

    def compared(self, key, known):
        op = self.random.choice(["=", "=", "=", "!=", "<", "<=", ">", ">="])
        value = self.number(known)
        if op in ("=", "!=") and self.random.random() < 0.4:
            low, high = sorted((value, self.number(known)))
            return f"{key}{op}{low}-{high}" + (f",{self.number(known)}" if self.random.random() < 0.5 else "")
        return f"{key}{op}{value}"

    def prefix(self):
        address = self.random.choice(self.addresses())
        ip, port = address["address"], address["port"]
        key, op = self.random.choice(["local", "peer"]), self.random.choice(["=", "=", "!="])
        mapped = ip.startswith("::ffff:")
        if mapped and self.random.random() < 0.5:
            ip, mapped = ip.removeprefix("::ffff:"), False
        longest = 128 if ":" in ip else 32
        bits = self.random.choice([longest, longest, longest - 1, longest - 8, 8, 0, self.random.randrange(longest + 1)])
        ports = f"{port}-{self.number([port, *self.ports], port)}" if self.random.random() < 0.3 else port
        way = self.random.randrange(4)
        if way == 0:
            return f"{key}{op}{ip}"
        if way == 1:
            return f"{key}{op}[{ip}]:{ports}" if ":" in ip else f"{key}{op}{ip}:{ports}"
        if way == 2:
            return f"{key}{op}*:{ports}"
        return f"{key}{op}{ip}/{bits}"

    def holder(self):
        holder = self.random.choice(self.holders)
        way = self.random.randrange(6)
        if way == 0:
            return str(holder["pid"])
        if way == 1:
            return f"{holder['pid']}:{self.random.choice(self.holders)['fd']}"
        if way == 2:
            return self.compared("pid", [h["pid"] for h in self.holders])
        if way == 3:
            return self.compared("fd", [h["fd"] for h in self.holders])
        if way == 4:
            return "process" + self.random.choice(["=", "!=", "~"]) + self.random.choice(
                [holder["process"], "python3", "none", "py*", "a-name-longer-than-15"])
        return self.random.choice(["user=0", "user!=0", "user=root", "cgroup=/", "cgroup!=/", "cgroup~/*", "cgroup=/none",
                                   *(f"cgroup{op}{holder['cgroup']}" for op in ("=", "!=") if "cgroup" in holder)])

    def option(self):
        name = self.random.choice(self.others if self.random.random() < 0.4 else OPTIONS)
        least = -1 if min(self.values[name]) < 0 else 0
        return f"{name}{self.random.choice(['=', '=', '!=', '<', '<=', '>', '>='])}{self.number(self.values[name], least)}"

    def word(self):
        return self.random.choice(WORDS)

    def key(self):
        socket = self.random.choice(self.sockets)
        way = self.random.randrange(7)
        equal = self.random.choice(["=", "!="])
        if way == 0:
            return f"family{equal}{self.random.choice(FAMILIES)}"
        if way == 1:
            return f"type{equal}{self.random.choice([socket['type'], 'stream', 'dgram', 'raw', 'seqpacket', 'rdm'])}"
        if way == 2:
            return f"protocol{equal}{self.random.choice(['tcp', 'udp', 'mptcp', 'icmp', 'icmpv6', 'sctp', '136', '255'])}"
        if way == 3:
            return f"state{equal}{self.random.choice([socket['state'], *STATES])}"
        if way == 4:
            return f"netns{equal}{self.number([socket['netns']])}"
        if way == 5:
            return self.compared("inode", [s["inode"] for s in self.sockets])
        return self.compared("cookie", [s["cookie"] for s in self.sockets])

    def port(self):
        return self.compared(self.random.choice(["port", "local-port", "peer-port"]), self.ports)

    def other(self):
        return self.random.choice(["interface=lo", "interface!=lo", "path~*name", "path!=x", "path~@*", "not path~*"])

    def one(self):
        return self.random.choice([self.word, self.word, self.key, self.key, self.port, self.port, self.prefix, self.prefix,
                                   self.holder, self.holder, self.option, self.option, self.other])()

    def expression(self, depth):
        way = self.random.random()
        if depth == 0 or way < 0.25:
            return self.one()
        if way < 0.4:
            return f"not ({self.expression(depth - 1)})"
        return f"({self.expression(depth - 1)}) {self.random.choice(['and', 'or'])} ({self.expression(depth - 1)})"


def pick(engine, selector, known):
    """The picked ones among the known: another program's sockets may pass through the namespaces."""
    done = subprocess.run([os.environ["SOCKOPT"], "show", "--engine", engine, "--json", "-o", "SO_TYPE", selector],
                          capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        sys.exit(f"'{selector}' with {engine}: {done.returncode}, {done.stderr}")
    return sorted({json.loads(line)["cookie"] for line in done.stdout.splitlines()} & set(known))


def picks(seed, count, path):
    sockets = read(path)
    maker = Maker(sockets, int(seed))
    where = " or ".join(f"netns={netns}" for netns in sorted({socket["netns"] for socket in sockets}))
    known = {socket["cookie"]: socket for socket in sockets}
    wrong = some = 0
    for _ in range(int(count)):
        selector = f"({maker.expression(maker.random.randrange(4))}) and ({where})"
        bpf, pidfd = pick("bpf", selector, known), pick("pidfd", selector, known)
        some += 0 < len(bpf) < len(sockets)
        if bpf != pidfd:
            wrong += 1
            print(f"'{selector}'")
            for cookie in sorted(set(bpf) ^ set(pidfd))[:4]:
                told = {key: value for key, value in known[cookie].items() if key != "options"}
                print(f"  {'bpf' if cookie in bpf else 'pidfd'} alone picks {cookie} {told}")
    print(f"seed {seed}: {count} selectors, {some} of them pick some of {len(sockets)} sockets, {wrong} wrong, "
          f"{len(maker.values)} options")
    return 1 if wrong or some * 4 < int(count) else 0


def main():
    modes = {"same": same, "picks": picks}
    sys.exit(modes[sys.argv[1]](*sys.argv[2:]))


main()
