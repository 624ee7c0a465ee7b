# SPDX-License-Identifier: MIT
"""catalogue -> catalog.gen.c: the entries as C tables, readable in a debugger.

usage: to_c.py CATALOG_FOLDER OUTPUT.c
"""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path
from typing import Any, Callable

import catalog as facts
import kernel_facts
import kinds
from c_text import POSTAMBLE, PREAMBLE, bits, identifier, quote, text_pair, word
from catalog import Catalog, Entry
from layout import C_TYPES, container, flatten, members, packing

SHOWN_TYPES = {"string": "char[]", "bytes": "bytes", "sockaddrs": "struct sockaddr[]", "bool": "int", "enum": "int", "flags": "int", "int": "int",
               "uint": "unsigned int"}
SIGNED = {"int", "s64", "long", "bool", "enum"}
SCALAR_WORDS = {"ipv4": "SOCKOPT_IPV4", "ipv6": "SOCKOPT_IPV6", "sockaddr": "SOCKOPT_SOCKADDR",
                "sockaddr4": "SOCKOPT_SOCKADDR", "sockaddr6": "SOCKOPT_SOCKADDR",
                "string": "SOCKOPT_STRING", "bytes": "SOCKOPT_BYTES", "sockaddrs": "SOCKOPT_SOCKADDRS", "be16": "SOCKOPT_BIG_ENDIAN",
                "be32": "SOCKOPT_BIG_ENDIAN"}
UNITS = {"s": "S", "ms": "MS", "us": "US", "ns": "NS", "bytes": "BYTES", "bytes/s": "BYTES_PER_SECOND",
         "segments": "SEGMENTS", "packets": "PACKETS", "hops": "HOPS", "probes": "PROBES",
         "retries": "RETRIES", "ifindex": "IFINDEX", "ifindex-be": "IFINDEX_BE", "port": "PORT", "fd": "FD",
         "cpu": "CPU", "pid": "PID", "instructions": "INSTRUCTIONS", "connections": "CONNECTIONS",
         "tos": "TOS", "mark": "MARK", "percent": "PERCENT", "port-range": "PORT_RANGE"}
STATES = {"unbound": 1, "bound": 2, "listening": 4, "connecting": 8, "connected": 16, "unconnected": 32,
          "shutdown": 64}
FACTS = {fact: 1 << i for i, fact in enumerate(facts.FACTS)}
GOALS = {"throughput": 1, "latency": 2, "connections": 4}
MOMENTS = {"socket": 1, "bind": 2, "listen": 4, "connect": 8, "accept": 16}
TRANSFORMS = {"doubled": "SOCKOPT_DOUBLED", "boolean": "SOCKOPT_TO_BOOLEAN", "clamped": "SOCKOPT_CLAMPED",
              "rounded": "SOCKOPT_ROUNDED", "masked": "SOCKOPT_MASKED", "ignored": "SOCKOPT_IGNORED",
              "adjusted": "SOCKOPT_ADJUSTED_VALUE", "bound": "SOCKOPT_BOUND_BY_OTHER"}
INHERITS = {"yes": "SOCKOPT_INHERITED", "no": "SOCKOPT_NOT_INHERITED", "adjusted": "SOCKOPT_ADJUSTED",
            "n/a": "SOCKOPT_NOTHING_TO_INHERIT"}


def header(option: Entry, level: Entry) -> str | None:
    word: str = option.get("header", level["header"])
    return None if word == "none" else word


class Writer:
    """Collects the tables of one catalogue; body is the finished C."""

    def __init__(self, catalog: Catalog):
        self.catalog = catalog
        self.lines: list[str] = []
        self.structs_done: set[str] = set()
        self.symbols_done: dict[str, str] = {}

    def out(self, text: str) -> None:
        self.lines.append(text)

    # ---- symbols, fields, types ----

    def symbols(self, owner: str, symbols: Any, prefix: str) -> str:
        if symbols is None:
            return "NULL"
        if isinstance(symbols, str):
            shared = self.catalog.symbols[symbols]
            return self.symbols_table("shared_" + identifier(symbols), shared["values"], prefix or shared.get("prefix", ""))
        return self.symbols_table(owner, symbols, prefix)

    def symbols_table(self, owner: str, values: dict[str, int], prefix: str) -> str:
        name = "symbols_" + identifier(owner)
        if name not in self.symbols_done:
            self.symbols_done[name] = name
            rows = "".join(f"\t{{ {quote(n)}, {v}LL }},\n" for n, v in sorted(values.items(), key=lambda p: p[1]))
            self.out(f"static const struct sockopt_symbol {name}_list[] = {{\n{rows}}};")
            self.out(f"static const struct sockopt_symbols {name} = {{ {quote(prefix)}, {name}_list, {len(values)} }};")
        return "&" + name

    def field(self, owner: str, layout: str, field: Entry) -> str:
        kind = field["type"]
        count = field.get("count", 1)
        size = f"sizeof({C_TYPES[kind]})"
        if kind in ("string", "bytes", "sockaddrs"):
            size, count = str(count), 1
        symbols = self.symbols(f"{owner}_{field['name']}", field.get("symbols"), field.get("prefix", ""))
        look = "NUMBER"
        if kind in ("bool", "enum", "flags"):
            look = kind.upper()
        elif field.get("symbols") is not None and field.get("unit") != "tos":
            look = "FLAGS" if field.get("flags") else "ENUM"
        scalar = SCALAR_WORDS.get(kind, "SOCKOPT_SIGNED" if kind in SIGNED else "SOCKOPT_UNSIGNED")
        unit = "SOCKOPT_UNIT_" + UNITS.get(field.get("unit", ""), "NONE")
        at = f"offsetof({layout}, {container(field)})" if layout else "0"
        return (f"\t{{ .name = {quote(field['name'])}, .scalar = {scalar}, .look = SOCKOPT_LOOK_{look}, .unit = {unit},\n"
                f"\t  .offset = {at}, .size = {size}, .count = {count}, .bit = {field.get('bit', 0)}, "
                f".bits = {field.get('bits', 0)}, .secret = {'true' if field.get('secret') else 'false'}, "
                f".bare = {'true' if field.get('bare') else 'false'}, .symbols = {symbols}, .summary = {text_pair(field.get('summary'))} }},\n")

    def struct(self, name: str) -> str:
        """Emits the layout and the type of a struct once; returns the C type's name."""
        struct = self.catalog.structs[name]
        layout = f"struct layout_{identifier(name)}"
        if name not in self.structs_done:
            self.structs_done.add(name)
            fields = flatten(self.catalog, struct["field"])
            self.out(f"{layout} {{\n{members(self.catalog, struct['field'])}}}{packing(struct)};")
            rows = "".join(self.field(name, layout, field) for field in fields)
            self.out(f"static const struct sockopt_field fields_{identifier(name)}[] = {{\n{rows}}};")
            if "tail" in struct:
                tail = self.field(name, "", {key: value for key, value in struct["tail"].items() if key != "count"})
                self.out(f"static const struct sockopt_field tail_{identifier(name)}[] = {{\n{tail}}};")
        return layout

    def type_of_struct(self, name: str, is_array: bool) -> str:
        layout = self.struct(name)
        struct = self.catalog.structs[name]
        key = f"type_{identifier(name)}" + ("_array" if is_array else "")
        if key not in self.symbols_done:
            self.symbols_done[key] = key
            fields = flatten(self.catalog, struct["field"])
            tail, index = "NULL", 0
            if "tail" in struct:
                tail = f"tail_{identifier(name)}"
                index = [f["name"] for f in fields].index(struct["tail"]["count"])
            shown = f"struct {name}" + ("[]" if is_array else "")
            short = word("SOCKOPT_SHORT_", struct.get("text", "none"))
            form = "SOCKOPT_FORM_ARRAY" if is_array else "SOCKOPT_FORM_STRUCT"
            self.out(f"static const struct sockopt_type {key} = {{ .name = {quote(shown)}, .form = {form}, .short_form = {short},\n"
                     f"\t.header = {quote(struct.get('header'))}, .gnu_source = {'true' if struct.get('gnu_source') else 'false'}, "
                     f".size = sizeof({layout}), .n_fields = {len(fields)}, .fields = fields_{identifier(name)}, "
                     f".tail = {tail}, .tail_count_field = {index}{self.variants(struct, fields)} }};")
        return "&" + key

    def variants(self, struct: Entry, fields: list[Entry]) -> str:
        """Emits the longer structs that begin with this one; returns the members of the type that name them."""
        if "variants" not in struct:
            return ""
        rows = "".join(f"\t{{ {row['number']}, {self.type_of_struct(row['struct'], False)} }},\n"
                       for row in struct["variants"]["of"])
        table = f"variants_{identifier(struct['name'])}"
        self.out(f"static const struct sockopt_variant {table}[] = {{\n{rows}}};")
        index = [f["name"] for f in fields].index(struct["variants"]["field"])
        return f", .variant_field = {index}, .n_variants = {len(struct['variants']['of'])}, .variants = {table}"

    def type(self, option: Entry, name: str, which: str) -> str:
        base = name.removesuffix("[]")
        if name == "none":
            return "&type_none"
        if base in self.catalog.structs:
            return self.type_of_struct(base, name.endswith("[]"))
        owner = f"{identifier(option['level'])}_{option['name']}_{which}"
        field = {"name": option["name"], "type": base, "unit": option.get("unit"), "prefix": option.get("prefix", "")}
        if base in ("enum", "flags", "u8") or option.get("unit") == "tos":
            field["symbols"] = option.get("symbols")
        if base in ("string", "bytes", "sockaddrs"):
            field["count"] = option["size"]
        field["secret"] = option.get("secret", False)
        self.out(f"static const struct sockopt_field field_{owner}[] = {{\n{self.field(owner, '', field)}}};")
        form = "SOCKOPT_FORM_ARRAY" if name.endswith("[]") else "SOCKOPT_FORM_SCALAR"
        shown = SHOWN_TYPES.get(base, C_TYPES.get(base, base)) + ("[]" if name.endswith("[]") else "")
        size = str(option["size"]) if base in ("string", "bytes", "sockaddrs") else f"sizeof({C_TYPES[base]})"
        self.out(f"static const struct sockopt_type type_{owner} = {{ .name = {quote(shown)}, .form = {form}, "
                 f".size = {size}, .n_fields = 1, .fields = field_{owner} }};")
        return "&type_" + owner

    # ---- lists ----

    def strings(self, owner: str, words: list[str]) -> str:
        if not words:
            return "no_strings"
        self.out(f"static const char *const {owner}[] = {{ {', '.join(quote(w) for w in words)}, NULL }};")
        return owner

    def tuning(self, own: str, row: Entry | None) -> str:
        if not row:
            return "{ 0 }"
        return f"{{ {bits(row['goals'], GOALS)}, {self.strings('tuning_' + own, row['values'])} }}"

    def array(self, ctype: str, owner: str, rows: list[str]) -> tuple[str, int]:
        if not rows:
            return "NULL", 0
        body = "".join(f"\t{row},\n" for row in rows)
        self.out(f"static const {ctype} {owner}[] = {{\n{body}}};")
        return owner, len(rows)

    def option(self, option: Entry) -> str:
        """Emits what an entry points to; returns its initialiser."""
        own = f"{identifier(option['level'])}_{option['name']}"
        level = self.catalog.level(option["level"])
        get_name = option.get("get_type", option["type"])
        set_type = self.type(option, option["type"], "set")
        get_type = set_type if get_name == option["type"] else self.type(option, get_name, "get")
        applies_set = option.get("applies", level.get("applies", []))
        applies_get = option.get("applies_get", applies_set)
        applies = self.array("struct sockopt_where", "applies_" + own, [where(w) for w in applies_set])
        gets = applies if applies_get == applies_set else self.array(
            "struct sockopt_where", "applies_get_" + own, [where(w) for w in applies_get])
        ranges = self.array("struct sockopt_range", "ranges_" + own, range_rows(option))
        defaults = self.array("struct sockopt_default", "defaults_" + own, [default(d) for d in default_list(option)])
        refused = self.array("struct sockopt_refusal", "refused_" + own, [refusal(r) for r in option.get("refused", [])])
        changes = self.array("struct sockopt_change", "changes_" + own,
                             [f"{{ {quote(c['version'])}, {text_pair(c['what'])}, {bits(c.get('facts', []), FACTS)} }}" for c in option.get("changes", [])])
        other = self.array("struct sockopt_elsewhere", "elsewhere_" + own,
                           [f"{{ {quote(o['system'])}, {quote(self.catalog.systems[o['system']])}, {quote(o.get('name'))}, {text_pair(o.get('note'))} }}" for o in option.get("other", [])])
        sources = self.array("struct sockopt_source", "sources_" + own, [source(s) for s in option["sources"]])
        given = option.get("input", {})
        inputs = self.array("struct sockopt_input", "inputs_" + own,
                            [given_input(k, v) for k, v in given.items()] if isinstance(given, dict) else [])
        default_otherwise = option.get("otherwise", "ENOPROTOOPT")
        chosen = option.get("chosen_if", {"option": None, "mask": 0})
        members: list[tuple[str, str]] = [
            ("name", quote(option["name"])),
            ("level", f"&levels[{self.catalog.levels.index(level)}]"),
            ("header", quote(header(option, level))),
            ("number", "NUMBER_" + own),
            ("aliases", self.strings("aliases_" + own, option.get("aliases", []))),
            ("twin", self.twin(option)),
            ("access", str((1 if "get" in option["access"] else 0) | (2 if "set" in option["access"] else 0))),
            ("nature", word("SOCKOPT_", option.get("nature", "setting"))),
            ("type", set_type), ("get_type", get_type),
            ("set_length", word("SOCKOPT_LENGTH_", option.get("set_length", "at-least"))),
            ("get_length", word("SOCKOPT_GET_", option.get("get_length", "fixed"))),
            ("shortest", str(option["shortest"]) if "shortest" in option else shortest(option, set_type)),
            ("length_errno", option.get("length_errno", "EINVAL")),
            ("ranges", ranges[0]), ("n_ranges", str(ranges[1])),
            ("range_errno", errno_of(option.get("range_errno"), option)),
            ("defaults", defaults[0]), ("n_defaults", str(defaults[1])),
            ("limit", limit(option.get("limit"))),
            ("tuning", self.tuning(own, option.get("tune"))),
            ("applies", applies[0]), ("n_applies", str(applies[1])),
            ("applies_get", gets[0]), ("n_applies_get", str(gets[1])),
            ("otherwise", default_otherwise), ("otherwise_get", option.get("otherwise_get", default_otherwise)),
            ("config", self.strings("config_" + own, option.get("config", []))),
            ("privilege", self.privilege(own, option.get("privilege"))),
            ("moments", "SOCKOPT_AT_ANY_TIME" if option.get("moments", "any") == "any" else str(bits(option["moments"], MOMENTS))),
            ("late", text_pair(option.get("late"))),
            ("refused", refused[0]), ("n_refused", str(refused[1])),
            ("inherits", INHERITS[option["inherits"]]),
            ("transform", transform(option.get("transform"))),
            ("touches", self.strings("touches_" + own, option.get("touches", []))),
            ("chosen_if_option", quote(chosen["option"])), ("chosen_if_mask", str(chosen["mask"])),
            ("adapts", str(bits(option.get("adapts", []), STATES))),
            ("inverse", quote(option.get("inverse"))),
            ("undone_by_inverse", "true" if option.get("undo") == "inverse" else "false"), ("bypass", quote(option.get("bypass"))),
            ("danger", danger(option.get("danger"))),
            ("read_effect", read_effect(option.get("read_effect"))),
            ("inputs", inputs[0]), ("n_inputs", str(inputs[1])),
            ("is_of_netns", "true" if option.get("scope") == "netns" else "false"),
            ("input_from_caller", "true" if given == "caller" else "false"),
            ("since", quote(option["since"])), ("until", quote(option.get("until"))),
            ("changes", changes[0]), ("n_changes", str(changes[1])),
            ("bpf", word("SOCKOPT_BPF_", option.get("bpf", "no"))),
            ("kernel", quote(kernel_facts.shown(option))),
            ("blocking_only", "true" if option.get("blocking_only") else "false"),
            ("elsewhere", other[0]), ("n_elsewhere", str(other[1])),
            ("constants", self.strings("constants_" + own, option.get("constants", []))),
            ("java", quote(option.get("java"))), ("node", quote(option.get("node"))),
            ("example", quote(option.get("example"))),
            ("example_state", str(STATES[option["example_state"]] if "example_state" in option else 0)),
            ("prepare", self.strings("prepare_" + own, option.get("prepare", []))),
            ("role", word("SOCKOPT_ROLE_", option.get("role", "none"))),
            ("unverified", text_pair(option.get("unverified"))),
            ("unprobed", text_pair(option.get("unprobed"))),
            ("summary", text_pair(option["summary"])),
            ("description", text_pair(unwrap(option["description"]))),
            ("sources", sources[0]), ("n_sources", str(sources[1])),
            ("see", self.strings("see_" + own, option.get("see", []))),
        ]
        return "\t{\n" + "".join(f"\t\t.{name} = {value},\n" for name, value in members) + "\t},\n"

    def twin(self, option: Entry) -> str:
        options = self.catalog.options
        here = options.index(option)
        for index in range(here + 1, len(options)):
            if options[index]["name"] == option["name"]:
                return f"&options[{index}]"
        return "NULL"

    def privilege(self, own: str, privilege: Entry | None) -> str:
        if not privilege:
            return "{ 0 }"
        names = self.strings("capabilities_" + own, privilege["capability"])
        applies, n_applies = self.array("struct sockopt_where", "privilege_" + own, [where(w) for w in privilege.get("applies", [])])
        access = "SOCKOPT_GET" if privilege.get("on") == "get" else "SOCKOPT_SET"
        return (f"{{ {names}, {'true' if privilege['userns'] == 'init' else 'false'}, {privilege['errno']}, {access}, "
                f"{text_pair(privilege.get('when'))}, {quote(privilege.get('value'))}, {applies}, {n_applies} }}")

    def levels(self) -> None:
        rows = []
        for level in self.catalog.levels:
            own = identifier(level["name"])
            applies = self.array("struct sockopt_where", "level_applies_" + own, [where(w) for w in level.get("applies", [])])
            aliases = self.strings("level_aliases_" + own, level.get("aliases", []))
            self.number("LEVEL_" + own, level["number"])
            rows.append(f"\t{{ .name = {quote(level['name'])}, .aliases = {aliases}, .key = {quote(level['key'])}, "
                        f".prefix = {quote(level.get('prefix', ''))}, .constant = {quote(level.get('constant', level['name']))}, "
                        f".number = LEVEL_{own},\n"
                        f"\t  .summary = {text_pair(level['summary'])}, .applies = {applies[0]}, .n_applies = {applies[1]} }},\n")
        self.out(f"static const struct sockopt_level levels[] = {{\n{''.join(rows)}}};")

    def number(self, macro: str, number: Any) -> None:
        if not isinstance(number, dict):
            self.out(f"#define {macro} {number}")
            return
        condition = "#if"
        for architecture, value in number.items():
            if architecture != "generic":
                self.out(f"{condition} {ARCHITECTURE_MACROS[architecture]}\n#define {macro} {value}")
                condition = "#elif"
        self.out(f"#else\n#define {macro} {number['generic']}\n#endif" if condition == "#elif" else f"#define {macro} {number['generic']}")

    def names(self) -> None:
        """Every word that finds an option by itself: names, aliases, and both without a prefix. Sorted for bsearch."""
        rows: list[tuple[str, int]] = []
        for index, option in enumerate(self.catalog.options):
            rows += [(name.lower(), index) for name in [option["name"], *option.get("aliases", [])]]
        # A word without its prefix, if it fits one option only (twins count as one). Rare levels come behind the others.
        bare: dict[str, set[str]] = {}
        for rare in (False, True):
            taken = set(bare) if rare else set()
            for option in self.catalog.options:
                if self.catalog.level(option["level"]).get("rare", False) != rare:
                    continue
                for name in [option["name"], *option.get("aliases", [])]:
                    word = name.lower().partition("_")[2]
                    if word not in taken:
                        bare.setdefault(word, set()).add(option["name"])
        known = {name for name, _ in rows}
        first = {option["name"]: index for index, option in reversed(list(enumerate(self.catalog.options)))}
        rows += [(word, first[names.pop()]) for word, names in bare.items()
                 if len(names) == 1 and word and word not in known]
        rows = sorted({name: index for name, index in reversed(rows)}.items())
        body = "".join(f"\t{{ {quote(name)}, {index} }},\n" for name, index in rows)
        self.out(f"static const struct catalog_name names[] = {{\n{body}}};")

    def write(self) -> str:
        self.levels()
        options = self.catalog.options
        self.out(f"static const struct sockopt_option options[{len(options)}];")
        for option in options:
            self.number(f"NUMBER_{identifier(option['level'])}_{option['name']}", option["number"])
        rows = [self.option(option) for option in options]
        self.out(f"static const struct sockopt_option options[{len(options)}] = {{\n{''.join(rows)}}};")
        self.names()
        return PREAMBLE + "\n".join(self.lines) + POSTAMBLE


ARCHITECTURE_MACROS = {"alpha": "defined(__alpha__)", "mips": "defined(__mips__)", "parisc": "defined(__hppa__)",
                       "sparc": "defined(__sparc__)", "powerpc": "defined(__powerpc__)"}


def unwrap(text: Entry) -> Entry:
    """Paragraphs as one line each: the screen decides where they break."""
    def join(one: str) -> str:
        return "\n\n".join(" ".join(p.split()) for p in one.strip().split("\n\n"))
    return {language: join(text[language]) for language in text}


def where(table: Entry) -> str:
    families = table.get("family", [])
    if not families and table.get("protocol"):
        families = ["inet", "inet6"]
    family_bits = sum(1 << kinds.FAMILIES[f] for f in set(families))
    type_bits = sum(1 << kinds.TYPES[t] for t in set(table.get("type", [])))
    protocols = [kinds.PROTOCOLS[p] for p in table.get("protocol", [])]
    listed = ", ".join(str(p) for p in protocols) or "0"
    return f"{{ {family_bits:#x}ULL, {type_bits:#x}U, {{ {listed} }}, {len(protocols)} }}"


def integer(value: int) -> str:
    """A constant of the full 64-bit range."""
    if value == -(1 << 63):
        return "INT64_MIN"
    return f"{value}LL" if value < 1 << 63 else f"(int64_t){value}ULL"


def range_rows(option: Entry) -> list[str]:
    ranges = option.get("range", [])
    if ranges and isinstance(ranges[0], int):
        ranges = [ranges]
    return [f"{{ {integer(low)}, {integer(high)} }}" for low, high in ranges]


def errno_of(name: str | None, option: Entry) -> str:
    if name in (None, "none"):
        return "0"
    return str(name)


def default_list(option: Entry) -> list[Entry]:
    default = option.get("default", [])
    return default if isinstance(default, list) else [{"value": str(default)}]


def default(row: Entry) -> str:
    scale = Fraction(str(row.get("scale", 1)))
    return (f"{{ {where(row)}, {quote(row.get('value'))}, {quote(row.get('sysctl'))}, "
            f"{scale.numerator}, {scale.denominator} }}")


def limit(row: Entry | None) -> str:
    if not row:
        return "{ 0 }"
    return (f"{{ {quote(row['sysctl'])}, {'true' if row['bound'] == 'max' else 'false'}, "
            f"{'true' if row['effect'] == 'refused' else 'false'}, {quote(row.get('bypass'))} }}")


def refusal(row: Entry) -> str:
    access = "SOCKOPT_GET" if row.get("on") == "get" else "SOCKOPT_SET"
    limits = {key: row[key] for key in ("family", "type", "protocol") if key in row}
    place = where(limits) if limits else "{ 0 }"
    return f"{{ {bits(row['state'], STATES)}, {row['errno']}, {access}, {text_pair(row.get('unless'))}, {place} }}"


def transform(row: Entry | None) -> str:
    if not row:
        return "{ 0 }"
    return (f"{{ {TRANSFORMS[row['kind']]}, {'true' if 'min' in row else 'false'}, {'true' if 'max' in row else 'false'}, "
            f"{integer(row.get('min', 0))}, {integer(row.get('max', 0))}, {row.get('mask', 0)}ULL, {text_pair(row.get('note'))} }}")


def danger(row: Entry | None) -> str:
    if not row:
        return "{ 0 }"
    return f"{{ {word('SOCKOPT_', row['kind'])}, {text_pair(row['why'])}, {quote(row.get('value'))} }}"


def given_input(field: str, value: int | str) -> str:
    return f"{{ {quote(field)}, 0, {quote(value)} }}" if isinstance(value, str) else f"{{ {quote(field)}, {value}, NULL }}"


def read_effect(row: Entry | None) -> str:
    if not row:
        return "{ 0 }"
    return f"{{ {word('SOCKOPT_READ_', row['kind'])}, {text_pair(row['why'])} }}"


def source(row: Entry) -> str:
    rfc = str(row["rfc"]) if "rfc" in row else None
    members: list[tuple[str, Callable[[], str | None]]] = [
        ("kernel", lambda: row.get("kernel")), ("symbol", lambda: row.get("symbol")), ("at", lambda: row.get("at")),
        ("rfc", lambda: rfc), ("man", lambda: row.get("man")), ("url", lambda: row.get("url")), ("run", lambda: row.get("run"))]
    return "{ " + ", ".join(f".{name} = {quote(value())}" for name, value in members if value()) + " }"


def shortest(option: Entry, ctype: str) -> str:
    if option["type"] == "none":
        return "0"
    if option["type"] == "sockaddrs":
        return "sizeof(struct sockaddr_in)"
    if option["type"] in ("string", "bytes") or option["type"].endswith("[]"):
        return "1"
    kind = option["type"]
    return f"sizeof({C_TYPES[kind]})" if kind in C_TYPES else f"sizeof(struct layout_{identifier(kind)})"


def main() -> int:
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        catalog = facts.load(Path(sys.argv[1]))
    except facts.CatalogError as error:
        print(error, file=sys.stderr)
        return 1
    Path(sys.argv[2]).write_text(Writer(catalog).write(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
