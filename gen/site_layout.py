# SPDX-License-Identifier: MIT
"""The bytes of structs and the bits of flags, as drawings and tables."""

from __future__ import annotations

from catalog import Entry
from entry import symbols_of
from rows import UNITS
from site_data import Site
from site_page import table
from site_text import code, escape
from sizes import Place, lay_out

ROW = 8  # bytes a line of the drawing
CELL = 76
HEIGHT = 34
TALLEST = 10  # lines: what is longer is told by the table alone


def layout(site: Site, struct: Entry) -> str:
    laid = lay_out(site.catalog, struct)
    rows = []
    tells = any("summary" in place.field for place in laid.places)
    for place in laid.places:
        field = place.field
        count = f"[{place.times}]" if place.times > 1 else ""
        rows.append([code(field["name"]), str(place.offset) + bits_of(field), f"{place.size}{count and ' × ' + str(place.times)}",
                     code(field["type"]), meaning(site, field)])
    tail = struct.get("tail")
    if tail:
        rows.append([code(tail["name"]), str(laid.size), "…", code(tail["type"]), code(f"[{tail['count']}]")])
    heads = [site.t("field"), site.t("offset"), site.t("bytes"), site.t("type"), site.t("meaning" if tells else "values")]
    if all(not row[4] for row in rows):
        heads, rows = heads[:4], [row[:4] for row in rows]
    name = f"<p><code>struct {escape(struct['name'])}</code>, {laid.size} {escape(site.t('bytes_word'))}</p>\n"
    return name + picture(site, struct, laid.places, laid.size) + table(heads, rows, "numbers fields", site.t("table_scroll"))


def bits_of(field: Entry) -> str:
    if "bits" not in field:
        return ""
    first = field.get("bit", 0)
    last = first + field["bits"] - 1
    return f"<br>bit {first}" if first == last else f"<br>bits {first}–{last}"


def meaning(site: Site, field: Entry) -> str:
    """What a field tells, with its unit or its values, as far as that is known."""
    summary = site.plain.text(site.facts.note(field, "summary")) if "summary" in field else ""
    rest = told(site, field)
    return f"{summary} ({rest})" if summary and rest and "symbols" not in field else f"{summary} {rest}".strip()


def told(site: Site, field: Entry) -> str:
    """Unit, or the names of a field's values."""
    symbols = symbols_of(site.catalog, field.get("symbols"))
    if symbols:
        form = "{:#x}" if field.get("flags") else "{}"
        words = [f"{code(name)}&nbsp;{form.format(value)}" for name, value in symbols.items()]
        return ", ".join(words) if len(words) < 4 else "<ul class=symbols>" + "".join(f"<li>{one}</li>" for one in words) + "</ul>"
    return escape(site.translate(UNITS[field["unit"]])) if "unit" in field else ""


def picture(site: Site, struct: Entry, places: list[Place], size: int) -> str:
    """Eight bytes a line; a field that goes on in the next line is drawn there, too."""
    lines = -(-size // ROW)
    if size < 4 or lines > TALLEST or any("bits" in place.field for place in places):
        return ""
    width = min(size, ROW)
    body = ""
    for x in range(width):
        body += f'<text class=at x={x * CELL + CELL // 2 + 30} y=12>{x}</text>'
    for line in range(lines):
        body += f'<text class="at line" x=22 y={line * HEIGHT + 41}>{line * ROW}</text>'
        body += (f'<rect class=pad x=30 y={line * HEIGHT + 20} width={min(ROW, size - line * ROW) * CELL} height={HEIGHT - 4} />')
    for place in places:
        body += boxes(place)
    label = f"struct {struct['name']}: " + ", ".join(f"{place.field['name']} {place.offset}" for place in places)
    return (f'<figure class=wide><div class=scroll tabindex=0 role=group aria-label="{escape(site.t("layout"))}">'
            f'<svg class=bytes viewBox="0 0 {width * CELL + 32} {lines * HEIGHT + 20}" style="max-width:{width * 4.2 + 2:.1f}rem;min-width:{width * 3.2 + 2:.1f}rem" '
            f'role=img aria-label="{escape(label)}">{body}</svg></div></figure>\n')


def boxes(place: Place) -> str:
    start, end = place.offset, place.offset + place.size * place.times
    body, named = "", False
    while start < end:
        line = start // ROW
        stop = min(end, (line + 1) * ROW)
        x, y, wide = start % ROW * CELL + 30, line * HEIGHT + 20, (stop - start) * CELL
        body += f"<rect class=field x={x} y={y} width={wide} height={HEIGHT - 4} />"
        name = place.field["name"] + (f"[{place.times}]" if place.times > 1 else "")
        fitting = max(2, int(wide / 8.2) - 1)
        if not named and (stop - start >= min(ROW, end - place.offset) or stop == end):
            shown = name if len(name) <= fitting else name[:fitting - 1] + "…"
            body += f'<text class=name x={x + wide // 2} y={y + 20}>{escape(shown)}</text>'
            named = True
        start = stop
    return body


def bits_table(site: Site, symbols: dict[str, int]) -> str:
    rows = []
    for name, value in symbols.items():
        value &= (1 << 64) - 1 if value >= 0 else 0xffffffff
        bit = str(value.bit_length() - 1) if value and value & (value - 1) == 0 else ""
        rows.append([code(name), f"<code>{value:#x}</code>", bit])
    return table([site.t("name"), site.t("value"), "Bit"], rows, "numbers")
