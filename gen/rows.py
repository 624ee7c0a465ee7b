# SPDX-License-Identifier: MIT
"""The facts of an entry in rows of label and text, as 'sockopt explain' prints them.

The words are those of view/explain.c, translated by po/; tests/lint/same-facts.py compares each row of each option.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import catalog as facts
import kinds
from catalog import Catalog, Entry
from layout import C_TYPES, flatten
from to_c import SHOWN_TYPES, SIGNED, unwrap
from words import Translate

UNITS = {"s": "seconds", "ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds", "bytes": "bytes",
         "bytes/s": "bytes a second", "segments": "segments", "packets": "packets", "hops": "hops",
         "probes": "probes", "retries": "retries", "ifindex": "interface index",
         "ifindex-be": "interface index, network byte order", "port": "port", "fd": "file descriptor", "cpu": "CPU",
         "pid": "pid", "instructions": "instructions", "connections": "connections", "tos": "DSCP and ECN",
         "mark": "mark", "percent": "percent",
         "port-range": "two ports: low | high << 16"}
TRANSFORMS = {"doubled": "twice the value is kept and read back", "boolean": "whatever is not 0 reads back as 1",
              "clamped": "a value outside is cut to the nearest allowed one", "rounded": "the value is rounded",
              "masked": "only some bits are kept", "ignored": "accepted, and without effect",
              "adjusted": "the kernel adjusts the value", "bound": "bounded by another option"}
INHERITS = {"no": "no: accepted sockets begin with the default",
            "yes": "yes: accepted sockets have the listener's value",
            "adjusted": "adjusted: accepted sockets have a value derived from the listener's"}
BPF = {"yes": "bpf_getsockopt and bpf_setsockopt take it", "get": "bpf_getsockopt takes it",
       "set": "bpf_setsockopt takes it",
       "only": "only bpf_setsockopt and bpf_getsockopt take it, not the system calls"}
MOMENTS = ("socket", "bind", "listen", "connect", "accept")
IN_TIME = {"socket": "right after socket", "bind": "before bind", "listen": "before listen", "connect": "before connect",
           "accept": "on the accepted socket"}
STATES = ("unbound", "bound", "listening", "connecting", "connected", "unconnected", "shutdown")
PROTOCOL_WORDS = ("icmp", "igmp", "icmpv6", "tcp", "udp", "udplite", "sctp", "dccp", "mptcp", "smc", "raw")
# errno has two names for some numbers; these are the ones that glibc prints.
ERRNO_NAMES = {"EWOULDBLOCK": "EAGAIN", "ENOTSUP": "EOPNOTSUPP"}


class Row(NamedTuple):
    """label: translated, empty if the row goes on with the one before. key: which fact it is, in English."""

    key: str
    label: str
    text: str


def fill(pattern: str, *values: object) -> str:
    """A text of gettext with C's conversions: %s, %d, %lld and the PRI macros of <inttypes.h>."""
    for value in values:
        at = min((pattern.find(sign) for sign in ("%s", "%d", "%<PRId64>", "%<PRIu64>") if sign in pattern), default=-1)
        if at < 0:
            raise ValueError(f"too many values for {pattern!r}")
        sign = "%s" if pattern.startswith("%s", at) else "%d" if pattern.startswith("%d", at) else pattern[at:at + 9]
        pattern = pattern[:at] + str(value).replace("%", "\0") + pattern[at + len(sign):]
    return pattern.replace("\0", "%")


def errno_name(name: str) -> str:
    return ERRNO_NAMES.get(name, name)


def type_word(catalog: Catalog, option: Entry, name: str) -> str:
    base = name.removesuffix("[]")
    array = "[]" if name.endswith("[]") else ""
    if name == "none":
        return "none"
    if base in catalog.structs:
        return f"struct {base}{array}"
    return str(SHOWN_TYPES.get(base, C_TYPES.get(base, base))) + array


def is_scalar(catalog: Catalog, name: str) -> bool:
    return name != "none" and not name.endswith("[]") and name not in catalog.structs


def symbol_values(catalog: Catalog, option: Entry) -> dict[str, int]:
    """Name and value, in the order of the values."""
    symbols = option.get("symbols")
    shown = option["type"] in ("enum", "flags", "u8") or option.get("unit") == "tos"
    if symbols is None or not shown or not is_scalar(catalog, option["type"]):
        return {}
    values = catalog.symbols[symbols]["values"] if isinstance(symbols, str) else symbols
    return dict(sorted(values.items(), key=lambda pair: int(pair[1])))


def struct_of(catalog: Catalog, option: Entry) -> Entry | None:
    """The struct whose fields are told: that of set, or else that of get."""
    names = [option["type"], option.get("get_type", option["type"])]
    if names[0] in catalog.structs:
        return catalog.structs[names[0]]
    base = names[1].removesuffix("[]")
    if base not in catalog.structs:
        return None
    if names[1].endswith("[]") and len(flatten(catalog, catalog.structs[base]["field"])) < 2:
        return None
    return catalog.structs[base]


def in_time(moments: list[str]) -> list[str]:
    """Those that say it all: what is in time before a later call is so before an earlier one."""
    earlier = {"socket", "bind"} if {"listen", "connect"} & set(moments) else {"socket"} if "bind" in moments else set()
    return [moment for moment in MOMENTS if moment in set(moments) - earlier]


def where_words(table: Entry) -> str:
    """'tcp inet/inet6 stream'; empty if it holds anywhere."""
    protocols = table.get("protocol", [])
    families = table.get("family", []) or (["inet", "inet6"] if protocols else [])
    types = table.get("type", [])
    other = not {"inet", "inet6"} & set(families)
    parts = ["/".join(p if other or p in PROTOCOL_WORDS else str(kinds.PROTOCOLS[p]) for p in protocols)]
    parts.append("/".join(sorted(set(families), key=lambda f: kinds.FAMILIES[f])))
    parts.append("/".join(sorted(set(types), key=lambda t: kinds.TYPES[t])))
    return " ".join(part for part in parts if part)


def applies_words(tables: list[Entry], _: Translate) -> str:
    if not tables:
        return _("any socket")
    return "; ".join(where_words(table) or _("any socket") for table in tables)


def default_rows(option: Entry) -> list[Entry]:
    default = option.get("default", [])
    return default if isinstance(default, list) else [{"value": str(default)}]


def range_pairs(option: Entry) -> list[list[int]]:
    ranges = option.get("range", [])
    return [ranges] if ranges and isinstance(ranges[0], int) else list(ranges)


class Facts:
    """The rows of one catalogue in one language."""

    def __init__(self, catalog: Catalog, language: str, translate: Translate):
        self.catalog = catalog
        self.language = language
        self.translate = translate

    def text(self, text: Entry | None) -> str:
        """A text of the catalogue, each paragraph one line."""
        return str(unwrap(text)[self.language]) if text else ""

    def applies(self, option: Entry) -> tuple[list[Entry], list[Entry]]:
        """On which sockets set works, and get."""
        tables = option.get("applies", self.catalog.level(option["level"]).get("applies", []))
        return tables, option.get("applies_get", tables)

    def rows(self, option: Entry) -> list[Row]:
        makers = (self.names, self.types, self.values, self.fields, self.range, self.defaults, self.limit, self.tuning, self.kept,
                  self.access, self.places, self.scope, self.privilege, self.moments, self.refusals, self.inherits,
                  self.touches, self.inverse, self.dangers, self.versions, self.config, self.tried, self.elsewhere)
        return [row for maker in makers for row in maker(option)]

    def row(self, label: str, text: str, first: bool = True) -> Row:
        return Row(label, self.translate(label) if first else "", text)

    def several(self, label: str, texts: list[str]) -> list[Row]:
        return [self.row(label, text, i == 0) for i, text in enumerate(texts)]

    def words(self, label: str, words: list[str]) -> list[Row]:
        return [self.row(label, ", ".join(words))] if words else []

    def names(self, option: Entry) -> list[Row]:
        return self.words("also called", option.get("aliases", []))

    def types(self, option: Entry) -> list[Row]:
        _ = self.translate
        name, get_name = option["type"], option.get("get_type", option["type"])
        unit = UNITS.get(option.get("unit", "")) if is_scalar(self.catalog, name) else None
        after = f", {_(unit)}" if unit else ""
        set_word, get_word = (type_word(self.catalog, option, n) for n in (name, get_name))
        if name != get_name and set(option["access"]) == {"get", "set"}:
            text = fill(_("%s to set, %s when read%s%s"), set_word, get_word, after, "")
        else:
            text = (set_word if "set" in option["access"] else get_word) + after
        return [self.row("type", text)]

    def values(self, option: Entry) -> list[Row]:
        symbols = symbol_values(self.catalog, option)
        label = "flags" if option["type"] == "flags" else "values"
        return self.words(label, [f"{name} ({value})" for name, value in symbols.items()])

    def fields(self, option: Entry) -> list[Row]:
        struct = struct_of(self.catalog, option)
        if struct is None:
            return []
        fields = flatten(self.catalog, struct["field"])
        names = [field["name"] for field in fields]
        if any("summary" in field for field in fields):
            return self.several("fields", [self.field(field) for field in fields] + ([struct["tail"]["name"]] if "tail" in struct else []))
        return self.words("fields", names + ([struct["tail"]["name"]] if "tail" in struct else []))

    def field(self, field: Entry) -> str:
        told = f": {self.note(field, 'summary')}" if "summary" in field else ""
        return field["name"] + told + (f" ({self.translate(UNITS[field['unit']])})" if "unit" in field else "")

    def range(self, option: Entry) -> list[Row]:
        _ = self.translate
        pairs = range_pairs(option)
        if not pairs:
            return []
        pattern = "%<PRId64> to %<PRId64>" if option["type"].removesuffix("[]") in SIGNED else "%<PRIu64> to %<PRIu64>"
        text = _(" or ").join(fill(_(pattern), low, high) if low != high else str(low) for low, high in pairs)
        error = option.get("range_errno", "none")
        told = fill(_("%s; every value is taken"), text) if error == "none" else fill(_("%s; %s outside"), text, errno_name(error))
        return [self.row("range", told)]

    def defaults(self, option: Entry) -> list[Row]:
        texts = []
        for row in default_rows(option):
            place = where_words(row)
            value = row["sysctl"] if "sysctl" in row else row["value"] or '""'
            texts.append(value + (f" ({place})" if place else ""))
        return [self.row("default", "; ".join(texts))] if texts else []

    def limit(self, option: Entry) -> list[Row]:
        _ = self.translate
        limit = option.get("limit")
        if not limit:
            return []
        pattern = ("%s %s: beyond it the value is refused" if limit["effect"] == "refused" else
                   "%s %s: beyond it the value is cut, without an error")
        return [self.row("limit", fill(_(pattern), _("at most") if limit["bound"] == "max" else _("at least"), limit["sysctl"]))]

    def tuning(self, option: Entry) -> list[Row]:
        _ = self.translate
        tune = option.get("tune")
        if not tune:
            return []
        goals = ", ".join(_(goal) for goal in tune["goals"])
        return [self.row("worth trying", fill(_("for %s: %s"), goals, ", ".join(tune["values"])))]

    def kept(self, option: Entry) -> list[Row]:
        _ = self.translate
        transform = option.get("transform")
        if not transform:
            return []
        text = _(TRANSFORMS[transform["kind"]])
        text += fill(_(", at least %<PRId64>"), transform["min"]) if "min" in transform else ""
        text += fill(_(", at most %<PRId64>"), transform["max"]) if "max" in transform else ""
        note = self.note(transform, "note")
        return [self.row("kept as", text + (f": {note}" if note else ""))]

    def note(self, table: Entry, key: str) -> str:
        """A short text: as it stands, it is one line."""
        return str(table[key][self.language]).strip() if key in table else ""

    def access(self, option: Entry) -> list[Row]:
        _ = self.translate
        words = [_("readable")] if "get" in option["access"] else []
        words += [_("settable")] if "set" in option["access"] else []
        return self.words("access", words)

    def places(self, option: Entry) -> list[Row]:
        sets, gets = self.applies(option)
        return [self.row("applies to", applies_words(sets or gets, self.translate))]

    def scope(self, option: Entry) -> list[Row]:
        if "scope" not in option:
            return []
        return [self.row("is of", self.translate("the network namespace, whichever of its sockets is asked"))]

    def privilege(self, option: Entry) -> list[Row]:
        _ = self.translate
        privilege = option.get("privilege")
        if not privilege:
            return []
        over = _("in the initial user namespace") if privilege["userns"] == "init" else _("over the socket's network namespace")
        when = self.note(privilege, "when")
        text = f"{_(' or ').join(privilege['capability'])} ({over})" + (_(", if ") + when if when else "")
        return [self.row("needs", f"{text}; {errno_name(privilege['errno'])}")]

    def moments(self, option: Entry) -> list[Row]:
        _ = self.translate
        if "set" not in option["access"]:
            return []
        moments = option.get("moments", "any")
        if moments == "any":
            return [self.row("takes effect", _("at once, at any time"))]
        late = self.note(option, "late")
        words = _(" or ").join(_(IN_TIME[moment]) for moment in in_time(moments))
        return [self.row("takes effect", fill(_("if set %s%s%s"), words, _(". Later: ") if late else "", late))]

    def refusals(self, option: Entry) -> list[Row]:
        _ = self.translate
        texts = []
        for refusal in option.get("refused", []):
            states = ", ".join(state for state in STATES if state in refusal["state"])
            unless = self.note(refusal, "unless")
            place = where_words(refusal)
            states += f" ({place})" if place else ""
            texts.append((_("reading, ") if refusal.get("on") == "get" else "") + f"{states}: {errno_name(refusal['errno'])}"
                         + (_(", unless ") + unless if unless else ""))
        return self.several("refused", texts)

    def inherits(self, option: Entry) -> list[Row]:
        words = INHERITS.get(option["inherits"])
        return [self.row("inherited", self.translate(words))] if words else []

    def touches(self, option: Entry) -> list[Row]:
        return self.words("changes too", option.get("touches", []))

    def inverse(self, option: Entry) -> list[Row]:
        if "inverse" not in option:
            return []
        pattern = "%s with the same value; undo uses it" if "undo" in option else "%s with the same value"
        return [self.row("inverse", fill(self.translate(pattern), option["inverse"]))]

    def tried(self, option: Entry) -> list[Row]:
        """How far the facts were tried, where that is not all the way."""
        for key, pattern in (("unprobed", "no, read in the kernel's source alone: %s"), ("unverified", "in part: %s")):
            if key in option:
                return [self.row("probed", fill(self.translate(pattern), self.note(option, key)))]
        return []

    def dangers(self, option: Entry) -> list[Row]:
        danger, effect = option.get("danger"), option.get("read_effect")
        rows = []
        if danger:
            value = f"{danger['value']}: " if "value" in danger else ""
            rows.append(self.row("danger", value + self.note(danger, "why")))
        if effect:
            rows.append(self.row("reading it", self.note(effect, "why")))
        return rows

    def versions(self, option: Entry) -> list[Row]:
        _ = self.translate
        since = fill(_("Linux %s, until %s"), option["since"], option["until"]) if "until" in option else f"Linux {option['since']}"
        return self.several("since", [since] + [f"{change['version']}: {self.note(change, 'what')}" for change in option.get("changes", [])])

    def config(self, option: Entry) -> list[Row]:
        bpf = BPF.get(option.get("bpf", "no"))
        rows = self.words("needs config", option.get("config", []))
        return rows + ([Row("BPF", "BPF", self.translate(bpf))] if bpf else [])

    def elsewhere(self, option: Entry) -> list[Row]:
        """Those where nothing differs share a row."""
        _ = self.translate
        same = [self.catalog.systems[other["system"]] for other in option.get("other", []) if not {"name", "note"} & set(other)]
        texts = [f"{', '.join(same)}: {_('the same name')}"] if same else []
        for other in option.get("other", []):
            note = self.note(other, "note")
            if "name" in other or note:
                texts.append(f"{self.catalog.systems[other['system']]}: {other.get('name') or _('the same name')}" + (f"; {note}" if note else ""))
        return self.several("elsewhere", texts)


def source_words(source: dict[str, Any]) -> str:
    """Where a fact is from, in one line."""
    if "kernel" in source:
        symbol = f":{source['symbol']}" if "symbol" in source else ""
        return f"{source['kernel']}{symbol}" + (f" ({source['at']})" if "at" in source else "")
    if "rfc" in source:
        return f"RFC {source['rfc']}"
    return str(source.get("man") or source.get("run") or source.get("url") or "")
