# SPDX-License-Identifier: MIT
"""Small drawings of what options do, where one says it quicker than a text. By the part that an option plays."""

from __future__ import annotations

from typing import Callable

from catalog import Entry
from site_data import Site
from site_text import escape

Words = Callable[[str], str]
Draw = Callable[[Words, str], tuple[int, int, str]]


def text(x: float, y: float, words: str, kind: str = "", middle: bool = True) -> str:
    kinds = " ".join(part for part in (kind, "mid" if middle else "") if part)
    return f'<text{f" class={chr(34)}{kinds}{chr(34)}" if kinds else ""} x={x:g} y={y:g}>{escape(words)}</text>'


def line(x1: float, y1: float, x2: float, y2: float, kind: str = "axis") -> str:
    return f'<line class="{kind}" x1={x1:g} y1={y1:g} x2={x2:g} y2={y2:g} />'


def arrow(x1: float, y1: float, x2: float, y2: float, kind: str = "axis") -> str:
    """A line with a head at its end, which is drawn by hand: a marker has no colour of its own."""
    length = ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5
    ux, uy = (x2 - x1) / length, (y2 - y1) / length
    head = (f"M{x2 - 8 * ux - 4 * uy:.1f} {y2 - 8 * uy + 4 * ux:.1f} L{x2:.1f} {y2:.1f} "
            f"L{x2 - 8 * ux + 4 * uy:.1f} {y2 - 8 * uy - 4 * ux:.1f}")
    return line(x1, y1, x2, y2, kind) + f'<path class="{kind} head" d="{head}" />'


def span(x1: float, x2: float, y: float, words: str, kind: str) -> str:
    """A bracket over a stretch of time, with its name."""
    return (f'<path class="brace {kind}" d="M{x1:g} {y + 5:g} V{y:g} H{x2:g} V{y + 5:g}" />' + text((x1 + x2) / 2, y - 6, words, kind))


def box(x: float, y: float, width: float, height: float, words: str, kind: str = "") -> str:
    return (f'<rect class="box {kind}" x={x:g} y={y:g} width={width:g} height={height:g} />'
            + text(x + width / 2, y + height / 2 + 5, words, kind))


def writes_key(t: Words, y: float) -> str:
    """What the dots and the arrows of writes are."""
    return (f"<circle class=dot cx=180 cy={y - 5:g} r=4 />" + text(192, y, t("draw_write"), "soft", False)
            + arrow(392, y - 14, 392, y + 2) + text(404, y, t("draw_wire"), "soft", False))


def keepalive(t: Words, role: str) -> tuple[int, int, str]:
    mine = {"keepalive-idle": 0, "keepalive-interval": 1, "keepalive-probes": 2}.get(role, -1)
    kind = ["this" if mine == i else "" for i in range(3)]
    body = line(20, 80, 620, 80) + text(20, 104, t("draw_last"), middle=False)
    body += '<circle class=dot cx=20 cy=80 r=4 />'
    probes = (260, 370, 480)
    for x in probes:
        body += arrow(x, 52, x, 76, "call") + text(x, 104, t("draw_probe"), "soft")
    body += '<path class="cross" d="M583 73 L597 87 M597 73 L583 87" />' + text(590, 104, t("draw_end"))
    body += span(20, 256, 40, t("draw_idle") + ": TCP_KEEPIDLE", kind[0])
    body += span(264, 366, 40, "TCP_KEEPINTVL", kind[1])
    return 640, 150, body + f'<path class="brace {kind[2]}" d="M250 114 V119 H490 V114" />' + text(370, 136, t("draw_count") + ": TCP_KEEPCNT", kind[2])


def user_timeout(t: Words, _: str) -> tuple[int, int, str]:
    body = line(20, 80, 620, 80) + '<circle class=dot cx=20 cy=80 r=4 />' + text(20, 104, t("draw_sent"), middle=False)
    for x in (70, 120, 210, 370):
        body += arrow(x, 54, x, 76, "call")
    body += text(230, 104, t("draw_retries"), "soft")
    body += '<path class="cross" d="M543 73 L557 87 M557 73 L543 87" />' + text(550, 104, t("draw_timeout"))
    return 640, 116, body + span(70, 550, 38, "TCP_USER_TIMEOUT", "this")


def buffer(t: Words, role: str) -> tuple[int, int, str]:
    name = "SO_RCVBUF" if role == "receive-buffer" else "SO_SNDBUF"
    body = box(20, 26, 220, 34, f"{name} = 64 KiB", "this") + text(260, 48, t("asked"), "soft", False)
    body += box(20, 76, 220, 34, "64 KiB", "this") + box(240, 76, 220, 34, "64 KiB", "soft") + text(476, 98, f"{t('kept')}: 128 KiB", "soft", False)
    return 640, 136, body + text(350, 128, t("draw_overhead"), "soft")


def tos(t: Words, _: str) -> tuple[int, int, str]:
    body = ""
    for i, bit in enumerate("10111000"):
        x = 40 + i * 60
        body += box(x, 24, 60, 36, bit, "this" if i < 6 else "soft") + text(x + 30, 16, str(7 - i), "soft")
    body += f'<path class="brace" d="M42 68 V73 H398 V68" /><path class="brace" d="M402 68 V73 H518 V68" />'
    return 640, 100, body + text(220, 92, t("draw_dscp") + ", ef = 46") + text(460, 92, t("draw_ecn")) + text(540, 48, "0xb8", "soft", False)


def defer(t: Words, _: str) -> tuple[int, int, str]:
    body = text(120, 16, t("draw_client")) + text(400, 16, t("draw_server"))
    body += line(120, 26, 120, 196) + line(400, 26, 400, 196)
    rows = ((40, True, "SYN"), (70, False, "SYN-ACK"), (100, True, "ACK"), (156, True, "GET / …"))
    for y, right, words in rows:
        body += arrow(122, y, 398, y + 16, "call") if right else arrow(398, y, 122, y + 16, "call")
        body += text(260, y + 2, words, "soft")
    return 640, 204, body + text(414, 122, t("draw_waits"), "soft", False) + text(414, 178, t("draw_wakes"), "this", False)


def nodelay(t: Words, _: str) -> tuple[int, int, str]:
    body = ""
    for y, name, xs in ((44, "TCP_NODELAY=off", (180, 430, 430)), (118, "TCP_NODELAY=on", (180, 260, 340))):
        kind = "this" if name.endswith("on") else "soft"
        body += text(20, y + 4, name, kind, False) + line(180, y, 620, y)
        for write, sent in zip((180, 260, 340), xs):
            body += f"<circle class=dot cx={write} cy={y} r=4 />" + arrow(sent, y + 4, sent, y + 26, "call" if kind == "this" else "axis")
        if kind == "soft":
            body += span(260, 430, y - 14, t("draw_held"), "")
    return 640, 178, body + writes_key(t, 172)


def linger(t: Words, _: str) -> tuple[int, int, str]:
    rows = (("off", 200, t("draw_background"), ""), ("on:5s", 430, t("draw_returns"), "this"), ("on:0s", 200, t("draw_discard"), "bad"))
    body = line(190, 14, 190, 150, "axis dotted") + text(190, 10, t("draw_close"))
    for i, (value, end, words, kind) in enumerate(rows):
        y = 40 + i * 44
        body += text(20, y + 5, f"SO_LINGER={value}", kind or "soft", False) + line(190, y, 430 if end > 300 else 240, y, f"thick {kind}")
        body += text(444 if end > 300 else 254, y + 5, words, kind or "soft", False)
    return 640, 152, body


def reuseport(t: Words, _: str) -> tuple[int, int, str]:
    body = box(20, 66, 130, 36, t("draw_port") + " :80", "soft")
    for i in range(3):
        y = 20 + i * 64
        body += arrow(152, 84, 318, y + 18, "call") + box(320, y - 2, 150, 36, t("draw_process").replace("%d", str(i + 1)), "this")
    return 640, 190, body


def cork(t: Words, _: str) -> tuple[int, int, str]:
    body = text(20, 48, "TCP_CORK=on", "this", False) + line(160, 44, 620, 44)
    for x in (180, 240, 300):
        body += f"<circle class=dot cx={x} cy=44 r=4 />"
    body += span(180, 430, 26, t("draw_gathered"), "this") + arrow(430, 48, 430, 74, "call") + text(440, 30, "TCP_CORK=off", "", False)
    return 640, 108, body + writes_key(t, 102)


def fastopen(t: Words, _: str) -> tuple[int, int, str]:
    body = text(120, 16, t("draw_client")) + text(400, 16, t("draw_server"))
    body += line(120, 26, 120, 180) + line(400, 26, 400, 180)
    rows = ((40, True, "SYN + cookie + " + t("draw_data"), "this"), (76, False, "SYN-ACK", ""), (108, False, t("draw_data"), ""),
            (144, True, "ACK", ""))
    for y, right, words, kind in rows:
        body += arrow(122, y, 398, y + 16, "call") if right else arrow(398, y, 122, y + 16, "call")
        body += text(260, y + 2, words, kind or "soft")
    return 640, 188, body + text(414, 62, t("draw_wakes"), "this", False)


def reuseaddr(t: Words, _: str) -> tuple[int, int, str]:
    body = box(20, 26, 170, 34, t("draw_connection"), "soft") + box(190, 26, 300, 34, "TIME_WAIT, 60 s", "soft")
    body += text(20, 97, "SO_REUSEADDR=off", "soft", False) + line(190, 92, 490, 92, "thick bad") + line(490, 92, 620, 92, "thick this")
    body += text(200, 84, "EADDRINUSE", "bad", False) + text(20, 131, "SO_REUSEADDR=on", "soft", False)
    body += line(190, 126, 620, 126, "thick this")
    return 640, 140, body


DRAWINGS: dict[str, tuple[str, Draw]] = {
    "keepalive": ("draw_keepalive", keepalive), "keepalive-idle": ("draw_keepalive", keepalive),
    "keepalive-interval": ("draw_keepalive", keepalive), "keepalive-probes": ("draw_keepalive", keepalive),
    "user-timeout": ("draw_user_timeout", user_timeout), "receive-buffer": ("draw_buffer", buffer),
    "send-buffer": ("draw_buffer", buffer), "tos": ("draw_tos", tos), "tclass": ("draw_tos", tos),
    "defer-accept": ("draw_defer", defer), "TCP_NODELAY": ("draw_nodelay", nodelay), "SO_LINGER": ("draw_linger", linger),
    "TCP_CORK": ("draw_cork", cork), "TCP_FASTOPEN": ("draw_fastopen", fastopen),
    "TCP_FASTOPEN_CONNECT": ("draw_fastopen", fastopen), "SO_REUSEADDR": ("draw_reuseaddr", reuseaddr),
    "SO_REUSEPORT": ("draw_reuseport", reuseport),
}


def drawing(site: Site, option: Entry) -> str:
    """The figure of an option; empty for most."""
    role = option.get("role", option["name"])
    if role not in DRAWINGS:
        return ""
    key, draw = DRAWINGS[role]
    width, height, body = draw(site.t, role)
    title = site.t(key)
    return (f'<figure class=wide><div class=scroll tabindex=0 role=group aria-label="{escape(title)}">'
            f'<svg class=drawing viewBox="0 0 {width} {height}" role=img aria-label="{escape(title)}">{body}</svg></div>'
            f"<figcaption>{escape(title)}.</figcaption></figure>\n")
