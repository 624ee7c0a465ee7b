#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Does the JSON of show say what the program itself reads?

agree.py LAYOUT BEFORE SHOWN AFTER: the layouts, a dump before, the output of
`show --all --json`, a dump after. The bytes are decoded here, apart from the
program's own decoder. What the kernel moves by itself between the two dumps
(nature: state) may have any value; nothing else may.
"""
import ipaddress
import json
import sys

SIGNED, UNSIGNED, BIG_ENDIAN, IPV4, IPV6, SOCKADDR, STRING, BYTES = range(8)
NONE, SCALAR, STRUCT, ARRAY = range(4)
UNIT_NONE, IFINDEX_BE = 0, 13


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.startswith("{")]


def sockaddr(raw):
    family = int.from_bytes(raw[:2], sys.byteorder)
    port = int.from_bytes(raw[2:4], "big")
    if family == 2:
        return f"{ipaddress.IPv4Address(raw[4:8])}:{port}"
    if family == 10:
        return f"[{ipaddress.IPv6Address(raw[8:24])}]:{port}"
    return "-" if family == 0 else "0x" + raw.hex()


def number(field, raw):
    order = sys.byteorder
    if field["scalar"] == BIG_ENDIAN or field["unit"] == IFINDEX_BE:
        order = "big"
    value = int.from_bytes(raw, order)
    width = 8 * field["size"]
    if field["bits"]:
        value = value >> field["bit"] & ((1 << field["bits"]) - 1)
        width = field["bits"]
    if field["scalar"] == SIGNED and value >> (width - 1):
        value -= 1 << width
    if field["scalar"] == UNSIGNED and field["size"] == 8 and field["unit"] == UNIT_NONE:
        return str(value)
    return value


def one(field, raw):
    scalar = field["scalar"]
    if field["secret"] and raw:
        return "***"
    if scalar == BYTES:
        return "0x" + raw.hex()
    if scalar == STRING:
        return raw.split(b"\0")[0].decode()
    if scalar == IPV4:
        return str(ipaddress.IPv4Address(raw))
    if scalar == IPV6:
        return str(ipaddress.IPv6Address(raw))
    return sockaddr(raw) if scalar == SOCKADDR else number(field, raw)


def struct(layout, raw):
    value = {}
    for field in layout["fields"]:
        at, size, count = field["offset"], field["size"], field["count"]
        if at + size * count > len(raw):
            break
        each = [one(field, raw[at + i * size:at + (i + 1) * size]) for i in range(count)]
        value[field["name"]] = each if count > 1 and not field["secret"] else each[0]
    tail = layout["tail"]
    if tail and len(raw) > layout["size"]:
        rest = raw[layout["size"]:]
        value[tail["name"]] = [one(tail, rest[i:i + tail["size"]])
                               for i in range(0, len(rest) - tail["size"] + 1, tail["size"])]
    elif len(raw) > layout["size"]:
        value["more"] = "0x" + raw[layout["size"]:].hex()
    return value


def decode(layout, raw):
    size = layout["size"]
    if layout["program"] or layout["form"] == NONE:
        return "0x" + raw.hex()
    if layout["form"] == STRUCT:
        return struct(layout, raw)
    if layout["form"] == ARRAY:
        elements = [raw[i:i + size] for i in range(0, len(raw) - size + 1, size)]
        if len(layout["fields"]) == 1:
            return [one(layout["fields"][0], element) for element in elements]
        return [struct(layout, element) for element in elements]
    field = layout["fields"][0]
    if len(raw) < field["size"] and field["scalar"] not in (STRING, BYTES, SOCKADDR):
        return "0x" + raw.hex()
    return one(field, raw[:field["size"]])


def expected(layouts, option):
    if "error" in option:
        return {"error": option["error"]}
    layout = layouts[option["name"], option["level"]]
    value = decode(layout, bytes.fromhex(option["hex"]))
    said = {"value": value, "text": option["text"]}
    if layout["doubled"]:
        said["asked"] = value // 2
    return said


def options_of(layouts, sockets):
    """{cookie: {name: (nature, what show has to say)}}; of a name at two levels show gives the first."""
    told = {}
    for socket in sockets:
        options = told[socket["cookie"]] = {}
        for option in socket["options"]:
            nature = layouts[option["name"], option["level"]]["nature"]
            options.setdefault(option["name"], (nature, expected(layouts, option)))
    return told


def main():
    layouts = {(layout["name"], layout["level"]): layout for layout in lines(sys.argv[1])}
    before = options_of(layouts, lines(sys.argv[2]))
    after = options_of(layouts, lines(sys.argv[4]))
    shown = {socket["cookie"]: socket["options"] for socket in lines(sys.argv[3])}
    wrong = compared = moved = 0
    for cookie, options in before.items():
        if cookie not in shown:
            print(f"socket {cookie} is not shown")
            wrong += 1
            continue
        for name in shown[cookie].keys() - options.keys():
            print(f"socket {cookie}: {name} is shown, and was not to be")
            wrong += 1
        for name, (nature, said) in options.items():
            if nature == 1 and after[cookie][name][1] != said:
                moved += 1
                continue
            compared += 1
            if shown[cookie].get(name) != said:
                print(f"socket {cookie}: {name}: shown {shown[cookie].get(name)}, is {said}")
                wrong += 1
    print(f"{len(before)} sockets, {compared} values compared, {moved} moved meanwhile, {wrong} wrong")
    sys.exit(1 if wrong or compared < 500 else 0)


main()
