#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares every name and number of the catalogue with the installed headers, and the other way round.

usage: headers.py CATALOG_FOLDER CC [ARGUMENT...]

The headers are asked by compiling: what a name is worth is what a C program prints. A name, symbol or
struct that no installed header has is listed; a wrong one, or an option of a header that neither the
catalogue nor headers-ignored.txt has, is a failure.
"""

from __future__ import annotations

import fnmatch
import platform
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "gen"))
import catalog as facts  # noqa: E402
import to_c  # noqa: E402

HEADERS = ["sys/socket.h", "netinet/in.h", "netinet/tcp.h", "netinet/udp.h", "netinet/icmp6.h", "asm/socket.h",
           "linux/in.h", "linux/in6.h", "linux/tcp.h", "linux/udp.h", "linux/mptcp.h", "linux/icmp.h",
           "linux/icmpv6.h", "linux/ipv6.h", "linux/netlink.h", "linux/vm_sockets.h", "linux/tls.h", "linux/sctp.h",
           "linux/dccp.h", "linux/can.h", "linux/can/raw.h", "linux/can/isotp.h", "linux/can/j1939.h",
           "linux/can/error.h", "linux/kcm.h", "linux/smc.h", "linux/if_packet.h", "linux/if_xdp.h",
           "linux/tipc.h", "linux/if_alg.h", "linux/llc.h", "linux/rxrpc.h", "linux/phonet.h", "linux/nfc.h",
           "linux/mctp.h", "linux/caif/caif_socket.h", "linux/rds.h",
           "linux/net_tstamp.h", "linux/filter.h", "linux/bpf.h", "linux/mroute.h", "linux/mroute6.h",
           "linux/netfilter_ipv4.h", "linux/netfilter_ipv4/ip_tables.h", "linux/netfilter_ipv6/ip6_tables.h",
           "linux/netfilter_arp/arp_tables.h", "linux/netfilter_bridge/ebtables.h", "linux/netfilter/x_tables.h",
           "linux/netfilter/ipset/ip_set.h", "linux/ip_vs.h", "linux/x25.h", "linux/ax25.h", "linux/netrom.h",
           "linux/rose.h", "linux/atm.h", "linux/if_pppol2tp.h", "netiucv/iucv.h", "bluetooth/bluetooth.h",
           "bluetooth/hci.h", "bluetooth/l2cap.h", "bluetooth/sco.h", "bluetooth/rfcomm.h"]
LEVELS_OF = ("SO_", "TCP_", "IP_", "IPV6_", "UDP_", "UDPLITE_", "MPTCP_", "MCAST_", "ICMPV6_", "ICMP_", "NETLINK_",
             "TLS_", "SCTP_", "DCCP_SOCKOPT_", "CAN_RAW_", "CAN_ISOTP_", "SO_J1939_", "KCM_", "PACKET_", "XDP_", "MRT_", "MRT6_",
             "IPT_SO_", "IP6T_SO_", "ARPT_SO_", "EBT_SO_",
             "TIPC_", "ALG_SET_", "LLC_OPT_", "RXRPC_", "PNPIPE_", "NFC_LLCP_", "MCTP_OPT_", "CAIFSO_",
             "RDS_", "RDS6_", "SO_RDS_", "X25_", "AX25_", "NETROM_", "ROSE_", "PPPOL2TP_SO_")
ARCHITECTURES = (("alpha", "alpha"), ("mips", "mips"), ("parisc", "parisc"), ("sparc", "sparc"), ("ppc", "powerpc"))
IDENTIFIER = re.compile(r"^[A-Za-z_]\w*$")

Numbers = dict[str, int]


def include(header: str) -> str:
    """Some headers of the kernel leave it to their reader to include what they use, as do those of BlueZ."""
    before = ""
    if header in ("linux/sctp.h", "linux/phonet.h", "linux/atm.h"):
        before = "#include <sys/socket.h>\n#include <stdint.h>\n"
    elif header.startswith("bluetooth/"):
        before = "#include <sys/socket.h>\n#include <bluetooth/bluetooth.h>\n"
    return f"{before}#include <{header}>\n"


class Compiler:
    """The C compiler, and a folder for what it makes."""

    def __init__(self, command: list[str], folder: Path):
        self.command = command
        self.folder = folder

    def macros_and_enumerators(self, header: str) -> list[str] | None:
        """Every name of the header that could be a number; None if there is no such header."""
        source = f"#include <stddef.h>\n{include(header)}"
        macros = self.preprocess(source, ["-dM"])
        text = self.preprocess(source, ["-P"])
        if macros is None or text is None:
            return None
        names = set(re.findall(r"^#define (\w+) \S", macros, re.M))
        for body in re.findall(r"\benum\b[^{};]*\{([^}]*)\}", text):
            names.update(re.findall(r"(?:^|,)\s*([A-Za-z_]\w*)", body))
        return sorted(names)

    def preprocess(self, source: str, arguments: list[str]) -> str | None:
        done = subprocess.run([*self.command, "-D_GNU_SOURCE", "-E", *arguments, "-x", "c", "-"], input=source,
                              capture_output=True, text=True)
        return done.stdout if done.returncode == 0 else None

    def run(self, source: str) -> str | None:
        """The output of a program; None if it does not compile."""
        path = self.folder / "ask.c"
        program = self.folder / "ask"
        path.write_text(source, encoding="utf-8")
        compiled = subprocess.run([*self.command, "-D_GNU_SOURCE", "-w", "-o", str(program), str(path)],
                                  capture_output=True, text=True)
        if compiled.returncode != 0:
            return None
        return subprocess.run([str(program)], capture_output=True, text=True, check=True).stdout

    def numbers(self, header: str, names: Iterable[str]) -> Numbers:
        """The worth of names that are macros or enumerators of the header; those that are no number are left out."""
        prologue = f"#include <stdio.h>\n#include <stddef.h>\n{include(header)}int main(void)\n{{\n"
        lines = {name: f'\tprintf("{name} %lld\\n", (long long)({name}));\n' for name in names}
        output = self.run(prologue + "".join(lines.values()) + "}\n")
        if output is None:
            if len(lines) == 1:
                return {}
            half = len(lines) // 2
            keys = list(lines)
            return self.numbers(header, keys[:half]) | self.numbers(header, keys[half:])
        return {name: int(number) for name, number in (line.split() for line in output.splitlines())}


def own_number(number: Any) -> int:
    """The number of this machine's architecture."""
    if isinstance(number, dict):
        for machine, key in ARCHITECTURES:
            if platform.machine().startswith(machine) and key in number:
                return int(number[key])
    return facts.generic(number)


def symbols_of(catalog: facts.Catalog) -> Iterable[tuple[str, str, int]]:
    """(where, name, value) of every symbol that the catalogue has by its C name."""
    for option in catalog.options:
        if isinstance(option.get("symbols"), dict):
            yield from ((option["name"], name, value) for name, value in option["symbols"].items())
    for struct in catalog.structs.values():
        for field in [*struct["field"], *([struct["tail"]] if "tail" in struct else [])]:
            if isinstance(field.get("symbols"), dict):
                where = f"{struct['name']}.{field['name']}"
                yield from ((where, name, value) for name, value in field["symbols"].items())
    for table in catalog.symbols.values():
        yield from ((table["name"], name, value) for name, value in table["values"].items())


def expectations(catalog: facts.Catalog) -> list[tuple[str, str, int]]:
    """(what, C name, number) of all that the catalogue says."""
    rows = [(f"level {level['name']}", name, own_number(level["number"]))
            for level in catalog.levels for name in [level["name"], *level.get("aliases", [])]]
    for option in catalog.options:
        rows += [(f"{option['level']} {option['name']}", name, own_number(option["number"]))
                 for name in [option["name"], *option.get("aliases", [])]]
    rows += [(f"symbol of {where}", name, value) for where, name, value in symbols_of(catalog)
             if IDENTIFIER.match(name) and name.upper() == name]
    return rows


def compare_numbers(rows: list[tuple[str, str, int]], found: dict[str, Numbers]) -> tuple[list[str], int, list[str]]:
    """@return problems, how many were compared, the names that no header has"""
    problems, missing = [], []
    compared = 0
    for what, name, number in rows:
        places = [(header, numbers[name]) for header, numbers in found.items() if name in numbers]
        compared += len(places)
        problems += [f"{what}: {name} is {number} in the catalogue, {other} in <{header}>"
                     for header, other in places if other != number]
        if not places and not what.startswith("symbol"):
            missing.append(name)
    return problems, compared, sorted(set(missing))


def read_ignored(path: Path) -> dict[str, str]:
    """NAME (a * at its end stands for any rest) and the reason, a line each."""
    rows = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, _, reason = line.partition(" ")
        if not reason.strip():
            raise SystemExit(f"{path.name}:{number}: {name}: there is no reason")
        rows[name] = reason.strip()
    return rows


def check_unknown(rows: list[tuple[str, str, int]], found: dict[str, Numbers], ignored: dict[str, str]) -> list[str]:
    """Constants of the headers that look like options and that nobody has spoken of."""
    known = {name for _, name, _ in rows}
    problems = [f"headers-ignored.txt: {name} is in the catalogue" for name in ignored
                if "*" not in name and name in {n for what, n, _ in rows if not what.startswith("symbol")}]
    for header, numbers in found.items():
        for name in numbers:
            if not name.startswith(LEVELS_OF) or name in known:
                continue
            if not any(fnmatch.fnmatchcase(name, pattern) for pattern in ignored):
                problems.append(f"<{header}>: {name} ({numbers[name]}) is neither in the catalogue "
                                "nor in headers-ignored.txt")
    return sorted(set(problems))


def struct_program(catalog: facts.Catalog, name: str, header: str, fields: list[facts.Entry]) -> str:
    """Prints, of a struct, size here and there, and of each field offset and size here and there."""
    writer = to_c.Writer(catalog)
    writer.struct(name)
    layout = next(line for line in writer.lines if line.startswith(f"struct layout_{to_c.identifier(name)} {{"))
    here, there = f"struct layout_{to_c.identifier(name)}", f"struct {name}"
    body = f'\tprintf("%zu %zu\\n", sizeof({here}), sizeof({there}));\n'
    for field in fields:
        own, other = to_c.container(field), field["name"]
        body += (f'\tprintf("{other} %zu %zu %zu %zu\\n", offsetof({here}, {own}), offsetof({there}, {other}), '
                 f"sizeof((({here} *)0)->{own}), sizeof((({there} *)0)->{other}));\n")
    # Some headers of the kernel cannot stand beside those of the C library.
    sockets = "#include <sys/socket.h>\n#include <netinet/in.h>\n" if re.search(r"struct (sockaddr|in)", layout) else ""
    return (f"#include <stdint.h>\n#include <stdio.h>\n#include <stddef.h>\n{sockets}{include(header)}"
            f"{layout}\nint main(void)\n{{\n{body}}}\n")


def check_struct(compiler: Compiler, catalog: facts.Catalog, struct: facts.Entry) -> tuple[list[str], int, list[str]]:
    """@return problems, fields compared, what the header has not"""
    name, header = struct["name"], struct["header"]
    fields = [f for f in to_c.flatten(catalog, struct["field"]) if "bits" not in f]
    if compiler.run(struct_program(catalog, name, header, [])) is None:
        return [], 0, [f"struct {name}"]
    output = compiler.run(struct_program(catalog, name, header, fields))
    missing: list[str] = []
    if output is None:
        there = [f for f in fields if compiler.run(struct_program(catalog, name, header, [f])) is not None]
        missing = [f"{name}.{f['name']}" for f in fields if f not in there]
        fields = there
        output = compiler.run(struct_program(catalog, name, header, fields))
    if output is None or not fields:
        return [], 0, missing
    sizes, *lines = output.splitlines()
    here, other = map(int, sizes.split())
    problems = []
    if other > here and "tail" not in struct:
        problems.append(f"struct {name}: {here} bytes in the catalogue, {other} in <{header}>")
    if other < here and not missing and not any("since" in f for f in struct["field"]):
        problems.append(f"struct {name}: {here} bytes in the catalogue, only {other} in <{header}>")
    for line in lines:
        field, own_at, at, own_size, size = line.split()
        if own_at != at or own_size != size:
            problems.append(f"struct {name}: {field} is at {own_at}, {own_size} bytes, in the catalogue; "
                            f"at {at}, {size} bytes, in <{header}>")
    return problems, len(lines), missing


def main() -> int:
    if len(sys.argv) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    folder, command = Path(sys.argv[1]), sys.argv[2:]
    catalog = facts.load(folder)
    rows = expectations(catalog)
    wanted = {name for _, name, _ in rows}
    found: dict[str, Numbers] = {}
    with tempfile.TemporaryDirectory() as scratch:
        compiler = Compiler(command, Path(scratch))
        for header in HEADERS:
            names = compiler.macros_and_enumerators(header)
            if names is None:
                print(f"no <{header}> here")
                continue
            asked = [n for n in names if n in wanted or n.startswith(LEVELS_OF)]
            found[header] = compiler.numbers(header, asked) if asked else {}
        problems, compared, missing = compare_numbers(rows, found)
        problems += check_unknown(rows, found, read_ignored(folder / "headers-ignored.txt"))
        print(f"{len(rows)} names, {compared} numbers compared in {len(found)} headers")
        print(f"in no installed header: {' '.join(missing) or 'none'}")
        fields = 0
        for struct in catalog.structs.values():
            if "header" not in struct:
                print(f"struct {struct['name']}: no header of user space has it")
                continue
            wrong, count, absent = check_struct(compiler, catalog, struct)
            problems += wrong
            fields += count
            if absent:
                print(f"not in <{struct['header']}>: {' '.join(absent)}")
        print(f"{len(catalog.structs)} structs, {fields} fields compared")
    for problem in problems:
        print(problem, file=sys.stderr)
    if compared < len(catalog.options) or fields < len(catalog.structs):
        print("hardly anything could be compared: is there a C compiler with headers?", file=sys.stderr)
        return 1
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
