# SPDX-License-Identifier: MIT
"""When an option takes effect, on the life of a socket, as SVG: socket, bind, listen, accept, close."""

from __future__ import annotations

from typing import NamedTuple

from catalog import Entry
from rows import errno_name
from site_data import Site
from site_text import escape

WIDTH = 640
ACCEPTING_TYPES = {"stream", "seqpacket", "dccp"}
ACCEPTING_FAMILIES = {"unix", "inet", "inet6", "vsock", "tipc", "smc", "bluetooth", "rds", "x25", "llc", "ax25",
                      "netrom", "rose", "iucv", "phonet", "nfc", "caif"}
ACCEPTING_PROTOCOLS = {"tcp", "mptcp", "sctp", "dccp", "smc"}
START, BIND, LISTEN, ACCEPT, END = 28, 152, 276, 404, 612


class Stretch(NamedTuple):
    """A part of a socket's life: where it lies, the moments that still count in it, and the states that it is in."""

    left: int
    right: int
    before: tuple[str, ...]
    states: tuple[str, ...]


class Lane(NamedTuple):
    key: str
    stops: tuple[tuple[int, str], ...]
    stretches: tuple[Stretch, ...]


LISTENER = Lane("lane_listener", ((START, "socket"), (BIND, "bind"), (LISTEN, "listen"), (END, "close")), (
    Stretch(START, BIND, ("socket", "bind", "listen"), ("unbound", "unconnected")),
    Stretch(BIND, LISTEN, ("listen",), ("bound", "unconnected")),
    Stretch(LISTEN, END, ("listen",), ("listening", "unconnected"))))  # for the connections to come
ACCEPTED = Lane("lane_accepted", ((ACCEPT, "accept"), (END, "close")), (
    Stretch(ACCEPT, END, ("accept",), ("connected",)),))
CLIENT = Lane("lane_client", ((START, "socket"), (BIND, "bind"), (ACCEPT, "connect"), (END, "close")), (
    Stretch(START, BIND, ("socket", "bind", "connect"), ("unbound", "unconnected")),
    Stretch(BIND, ACCEPT, ("connect",), ("bound", "unconnected")),
    Stretch(ACCEPT, END, (), ("connected",))))
ALONE = CLIENT._replace(key="lane_socket")


def can_accept(tables: list[Entry]) -> bool:
    """Is there a socket among these that can listen?"""
    def one(table: Entry) -> bool:
        return (not table.get("type") or bool(ACCEPTING_TYPES & set(table["type"]))) and \
               (not table.get("family") or bool(ACCEPTING_FAMILIES & set(table["family"]))) and \
               (not table.get("protocol") or bool(ACCEPTING_PROTOCOLS & set(table["protocol"])))
    return not tables or any(one(table) for table in tables)


class Timeline:
    def __init__(self, site: Site, option: Entry):
        self.site = site
        self.option = option
        self.moments = option.get("moments", "any")
        self.refused = [row for row in option.get("refused", [])
                        if row.get("on", "set") == "set" and not {"family", "type", "protocol", "unless"} & set(row)]
        self.used: set[str] = set()

    def kind(self, stretch: Stretch) -> str:
        for row in self.refused:
            if set(stretch.states) & set(row["state"]):
                return "refused"
        works = self.moments == "any" or bool(set(self.moments) & set(stretch.before))
        return "works" if works else "late"

    def error(self, stretch: Stretch) -> str:
        return next(errno_name(row["errno"]) for row in self.refused if set(stretch.states) & set(row["state"]))

    def lane(self, lane: Lane, y: int) -> str:
        text = f'<text class=lane x={lane.stops[0][0] - (26 if lane.stops[0][0] == START else 10)} y={y - 28}>{escape(self.site.t(lane.key))}</text>'
        for stretch in lane.stretches:
            kind = self.kind(stretch)
            self.used.add(kind)
            text += f'<line class={kind} x1={stretch.left} y1={y} x2={stretch.right} y2={y} />'
            if kind == "refused":
                text += f'<text class=errno x={(stretch.left + stretch.right) // 2} y={y + 18}>{self.error(stretch)}</text>'
        for x, name in lane.stops:
            end = " end" if name == "close" else ""
            text += (f'<circle class="stop{end}" cx={x} cy={y} r=4.5 />'
                     f'<text class="call{end}" x={x} y={y - 11}>{name}</text>')
        return f"<g>{text}</g>"

    def branch(self, top: int, bottom: int) -> str:
        """From the listening socket to the accepted one, and what goes over with it."""
        inherits = self.option["inherits"]
        word = {"yes": "inherited", "adjusted": "is_derived", "no": "starts_default"}.get(inherits)
        x = ACCEPT - 30
        kind = "works" if inherits in ("yes", "adjusted") else "late"
        path = f'<path class="branch {kind}" d="M{x} {top} V{bottom - 12} Q{x} {bottom} {x + 12} {bottom} H{ACCEPT}" />'
        if word:
            path += f'<text class=inherit x={x - 8} y={bottom - 4}>{escape(self.site.t(word))}</text>'
        return path

    def draw(self) -> str:
        sets, gets = self.site.facts.applies(self.option)
        accepts = can_accept(sets or gets)
        y, body = 46, ""
        if accepts:
            body += self.branch(y, y + 72) + self.lane(LISTENER, y) + self.lane(ACCEPTED, y + 72)
            y += 150
        body += self.lane(CLIENT if accepts else ALONE, y)
        title = self.site.t("timeline_title").replace("%s", self.option["name"])
        svg = (f'<svg class=timeline viewBox="0 0 {WIDTH} {y + 26}" role=img aria-labelledby=timeline-title>'
               f"<title id=timeline-title>{escape(title)}</title>{body}</svg>")
        keys = "".join(f'<li class={kind}>{escape(self.site.t("key_" + kind))}</li>'
                       for kind in ("works", "late", "refused") if kind in self.used)
        return (f'<figure class=wide><div class=scroll tabindex=0 role=group aria-label="{escape(title)}">{svg}</div>'
                f"<figcaption><ul class=key>{keys}</ul></figcaption></figure>")
