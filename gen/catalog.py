# SPDX-License-Identifier: MIT
"""Reads catalog/*.toml and checks every entry against catalog/schema.toml.

The one parser of the catalogue: all generators get their objects from load().
Standard library only (tomllib: Python 3.11).
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
import tomllib
from pathlib import Path
from typing import Any, Iterator, NoReturn

import forms
import kinds

Entry = dict[str, Any]

LANGUAGES = ("en", "es")
SCALARS = ("bool", "int", "uint", "u8", "u16", "u32", "s64", "u64", "ulong", "enum", "flags",
           "ipv4", "ipv6", "sockaddr", "sockaddr4", "sockaddr6")
FIELD_SCALARS = ("int", "uint", "u8", "u16", "u32", "s64", "u64", "long", "ulong", "be16", "be32",
                 "ipv4", "ipv6", "sockaddr", "sockaddr4", "sockaddr6", "sockaddrs", "string", "bytes", "pointer")
FIELD_KEYS = {"name", "type", "count", "unit", "symbols", "prefix", "flags", "since", "bit", "bits", "secret", "bare"}
LEVEL_KEYS = {"name", "number", "aliases", "key", "header", "prefix", "constant", "summary", "applies", "rare", "unprobed"}
STRUCT_KEYS = {"name", "header", "text", "field", "told", "kernel", "tail", "variants", "packed", "align", "gnu_source", "description"}
SYMBOLS_KEYS = {"name", "values", "prefix"}
VERSION = re.compile(r"^\d+(\.\d+){1,2}$")
# What a change can be about: the groups of facts that `sockopt probe --verify` verifies.
FACTS = ("readable", "writable", "get_length", "set_length", "default", "range", "example", "transform", "refused",
         "inherits", "privilege", "touches")
SUMMARY_MAX = 90


class Place:
    """Where an entry stands, to name file and line of a wrong field."""

    def __init__(self, path: Path, first_line: int, fields: dict[str, int], what: str):
        self.path = path
        self.first_line = first_line
        self.fields = fields
        self.what = what
        self.at = "name"  # the field that is looked at

    def fail(self, field: str, problem: str) -> NoReturn:
        line = self.fields.get(field.split(".")[0], self.first_line)
        raise CatalogError(f"{self.path}:{line}: {self.what}: {field}: {problem}")

    @contextlib.contextmanager
    def guard(self) -> Iterator[None]:
        """A value of a form that nobody thought of is a wrong fact, too, and no fault of the reader's."""
        try:
            yield
        except (AttributeError, IndexError, KeyError, TypeError, ValueError, RecursionError) as error:
            self.fail(self.at, f"is not of a form that can be read here ({type(error).__name__}: {error})")


class CatalogError(Exception):
    """A wrong or missing fact: the message names file, line, entry and field."""


class Catalog:
    """All levels, structs, symbols and options, checked and linked."""

    def __init__(self) -> None:
        self.levels: list[Entry] = []
        self.structs: dict[str, Entry] = {}
        self.symbols: dict[str, Entry] = {}
        self.options: list[Entry] = []
        self.systems: dict[str, str] = {}  # the keys of "other", and what people call them

    def level(self, name: str) -> Entry:
        return next(level for level in self.levels if level["name"] == name)


def read_toml(path: Path) -> tuple[str, Entry]:
    """The text of a file, and what stands in it; CatalogError names the line of what is no TOML."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = path.read_bytes().count(b"\n", 0, error.start) + 1
        raise CatalogError(f"{path}:{line}: not UTF-8: {error.reason}") from error
    try:
        return text, tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        raise CatalogError(f"{path}:{line}: {error}") from error
    except RecursionError as error:
        raise CatalogError(f"{path}:1: nested too deeply") from error


def places(path: Path, text: str) -> Iterator[tuple[str, int, dict[str, int]]]:
    """Yields (table, line, {field: line}) for each [[table]] of a file, in order."""
    header = re.compile(r"^\[\[(\w+)\]\]")
    key = re.compile(r"^\s*([A-Za-z_]+)[A-Za-z_.]*\s*=")
    current: tuple[str, int, dict[str, int]] | None = None
    in_text = False
    depth = 0
    for number, line in enumerate(text.split("\n"), 1):
        if in_text:
            in_text = "'''" not in line and '"""' not in line
            continue
        match = header.match(line)
        if match:
            if current:
                yield current
            current = (match[1], number, {})
            depth = 0
            continue
        found = key.match(line)
        if current and found and depth == 0:
            current[2].setdefault(found[1], number)
        bare = re.sub(r'"(\\.|[^"\\])*"', '""', line.split(" #")[0])
        in_text = len(re.findall(r"'''|\"\"\"", line)) == 1
        depth += bare.count("[") + bare.count("{") - bare.count("]") - bare.count("}")
    if current:
        yield current


def check_text(place: Place, field: str, value: Any) -> None:
    if not isinstance(value, dict) or set(value) != set(LANGUAGES):
        place.fail(field, "must have the keys en and es")
    for language in LANGUAGES:
        if not isinstance(value[language], str) or not value[language].strip() or {value[language].strip()[i] for i in (0, -1)} == {"'"}:
            place.fail(field, f"the text in {language} is empty, or stands in quotes")


def check_keys(place: Place, field: str, value: Any, keys: list[str]) -> None:
    if not isinstance(value, dict):
        place.fail(field, "must be a table")
    allowed = {key.rstrip("!") for key in keys}
    for key in value:
        if key not in allowed:
            place.fail(field, f"unknown key '{key}' (known: {', '.join(sorted(allowed))})")
    for key in keys:
        if key.endswith("!") and key[:-1] not in value:
            place.fail(field, f"the key '{key[:-1]}' is missing")
    for key in ("when", "why", "note", "what", "unless"):
        if key in value:
            check_text(place, f"{field}.{key}", value[key])


def check_value(place: Place, field: str, value: Any, rule: Entry) -> None:
    python = {"string": str, "bool": bool, "int": int, "list": list, "table": dict, "tables": list}
    kind = rule["type"]
    if kind == "text":
        check_text(place, field, value)
    elif kind != "any" and not isinstance(value, python[kind]):
        place.fail(field, f"must be a {kind}: {rule['meaning']}")
    if "one_of" in rule:
        words = value if isinstance(value, list) else [value]
        if not (rule["type"] == "any" and value == "any"):
            for word in words:
                if word not in rule["one_of"]:
                    place.fail(field, f"'{word}' is not one of {', '.join(rule['one_of'])}")
    if kind == "table" and "keys" in rule:
        check_keys(place, field, value, rule["keys"])
        kinds.check_where(place, field, value.get("applies", []))
    if kind == "list" and not all(isinstance(word, str) for word in value):
        place.fail(field, f"must be a list of strings: {rule['meaning']}")
    if kind == "tables":
        for table in value:
            check_keys(place, field, table, rule["keys"])
        if field.startswith("applies") or field == "refused":
            kinds.check_where(place, field, value)


def is_needed(rule: Entry, option: Entry) -> bool:
    needed = rule["needed"]
    return needed == "always" or (needed in ("get", "set") and needed in option.get("access", []))


def check_option(place: Place, option: Entry, schema: dict[str, Entry]) -> None:
    for field in option:
        if field not in schema:
            near = nearest(field, schema)
            place.fields.setdefault(field, place.first_line)
            place.fail(field, f"there is no such field{near}")
    for field, rule in schema.items():
        place.at = field
        if field in option:
            check_value(place, field, option[field], rule)
        elif is_needed(rule, option):
            place.fail(field, f"is missing: {rule['meaning']}")
    check_consistency(place, option)
    for other in option.get("other", []):
        if other["system"] not in schema["other"]["systems"]:
            place.fail("other", f"'{other['system']}' is not one of {', '.join(schema['other']['systems'])}")


def nearest(word: str, words: Any) -> str:
    import difflib

    close = difflib.get_close_matches(word, list(words), 1)
    return f"; did you mean '{close[0]}'?" if close else ""


def check_consistency(place: Place, option: Entry) -> None:
    """What one field says about another."""
    for language in LANGUAGES:
        summary = option["summary"][language]
        if len(summary) > SUMMARY_MAX or summary.endswith(".") or "\n" in summary:
            place.fail("summary", f"{language}: one line of at most {SUMMARY_MAX} characters, no full stop ({len(summary)})")
    if not VERSION.match(option["since"]):
        place.fail("since", f"'{option['since']}' is not a version such as 2.6.37 or 6.1")
    settable = "set" in option["access"]
    setting = option.get("nature", "setting") == "setting"
    if settable and option["type"] in ("int", "uint", "u8", "u16", "u32", "s64", "u64", "ulong"):
        for field in ("range", "range_errno"):
            if field not in option:
                place.fail(field, "is missing: a settable number needs it")
    if setting and "get" in option["access"] and "default" not in option:
        place.fail("default", "is missing: a setting that can be read has a default")
    if settable and option["moments"] != "any" and "late" not in option:
        place.fail("late", "is missing: say what happens when it is set after " + ", ".join(option["moments"]))
    if not option["access"] and option.get("bpf") != "only":
        place.fail("access", "is empty, which only options of BPF (bpf = \"only\") may be")
    forms.check_number(place, option["number"])
    if "range" in option:
        forms.check_range(place, option["range"])
    if "default" in option:
        forms.check_default(place, option["default"])
    if not option["sources"]:
        place.fail("sources", "at least one is needed")
    check_changes(place, option.get("changes", []))


def check_changes(place: Place, changes: list[Entry]) -> None:
    for change in changes:
        if not VERSION.match(change["version"]):
            place.fail("changes", f"'{change['version']}' is not a version such as 2.6.37 or 6.1")
        for fact in change.get("facts", []):
            if fact not in FACTS:
                place.fail("changes", f"'{fact}' is not a fact (known: {', '.join(FACTS)}){nearest(fact, FACTS)}")


def check_plain(place: Place, entry: Entry, known: set[str], needed: tuple[str, ...]) -> None:
    for key in entry:
        if key not in known:
            place.fail(key, f"there is no such field{nearest(key, known)}")
    for key in needed:
        if key not in entry:
            place.fail(key, "is missing")


def check_struct(place: Place, entry: Entry) -> None:
    check_plain(place, entry, STRUCT_KEYS, ("name", "field"))
    forms.check_struct(place, entry)
    for field in entry["field"]:
        for key in field:
            if key not in FIELD_KEYS:
                place.fail("field", f"{field.get('name')}: unknown key '{key}'{nearest(key, FIELD_KEYS)}")
        if "name" not in field or "type" not in field:
            place.fail("field", f"{field}: needs name and type")
    forms.check_told(place, entry)
    for name, told in entry.get("told", {}).items():
        check_text(place, f"told.{name}", told)
        named = [field for field in entry["field"] if field["name"] == name]
        if not named:
            place.fail("told", f"there is no field '{name}'{nearest(name, {field['name'] for field in entry['field']})}")
        named[0]["summary"] = told
    if "variants" in entry:
        check_keys(place, "variants", entry["variants"], ["field!", "of!"])
        if entry["variants"]["field"] not in [field["name"] for field in entry["field"]]:
            place.fail("variants", f"there is no field '{entry['variants']['field']}'")


class Linker:
    """Resolves the names that entries use: structs, symbols, other options."""

    def __init__(self, catalog: Catalog, where: dict[str, Place]):
        self.catalog = catalog
        self.where = where

    def run(self, references: bool = True) -> None:
        names = {name for o in self.catalog.options for name in [o["name"], *o.get("aliases", [])]}
        for name, struct in self.catalog.structs.items():
            place = self.where["struct " + name]
            place.at = "field"
            with place.guard():
                self.struct(place, struct)
        for option in self.catalog.options:
            place = self.where[option["level"] + " " + option["name"]]
            with place.guard():
                self.option(place, option, names if references else None)

    def option(self, place: Place, option: Entry, names: set[str] | None) -> None:
        for field in ("type", "get_type"):
            if field in option:
                place.at = field
                self.type(place, field, option[field], option)
        if names is not None:
            self.references(place, option, names)
        place.at = "symbols"
        self.symbols(place, option)
        place.at = "input"
        forms.check_input(place, option, self.catalog.structs)

    def type(self, place: Place, field: str, name: str, option: Entry) -> None:
        base = name.removesuffix("[]")
        if name in (*SCALARS, "none"):
            return
        if name in ("string", "bytes", "sockaddrs"):
            if "size" not in option:
                place.fail("size", f"is missing: type {name} needs it")
            return
        if name.endswith("[]") and base in FIELD_SCALARS:
            return
        if base not in self.catalog.structs:
            place.fail(field, f"'{name}' is neither a scalar type nor a [[struct]]{nearest(base, [*SCALARS, *self.catalog.structs])}")

    def struct(self, place: Place, struct: Entry) -> None:
        if struct.get("align", "u64") not in FIELD_SCALARS:
            place.fail("align", f"'{struct['align']}' is not a type of a field")
        for field in struct["field"]:
            if field["type"] not in FIELD_SCALARS and field["type"] not in self.catalog.structs:
                place.fail("field", f"{field['name']}: '{field['type']}' is not a type of a field")
            if isinstance(field.get("symbols"), str) and field["symbols"] not in self.catalog.symbols:
                place.fail("field", f"{field['name']}: there is no [[symbols]] '{field['symbols']}'")
        for row in struct.get("variants", {"of": []})["of"]:
            if row.get("struct") not in self.catalog.structs or not isinstance(row.get("number"), int):
                place.fail("variants", f"{row} is not {{ number = N, struct = \"NAME\" }}")

    def symbols(self, place: Place, option: Entry) -> None:
        symbols = option.get("symbols")
        kinds = {option["type"], option.get("get_type")}
        if symbols is None and kinds & {"enum", "flags"}:
            place.fail("symbols", "is missing: an enum or flags needs it")
        if isinstance(symbols, str) and symbols not in self.catalog.symbols:
            place.fail("symbols", f"there is no [[symbols]] '{symbols}'")

    def references(self, place: Place, option: Entry, names: set[str]) -> None:
        used = {"see": option.get("see", []), "touches": option.get("touches", []),
                "inverse": [option[k] for k in ["inverse"] if k in option],
                "bypass": [option[k] for k in ["bypass"] if k in option],
                "chosen_if": [option["chosen_if"]["option"]] if "chosen_if" in option else []}
        if "undo" in option and "inverse" not in option:
            place.fail("undo", "there is no inverse that could")
        for field, wanted in used.items():
            place.at = field
            for name in wanted:
                if name not in names:
                    place.fail(field, f"there is no option '{name}'{nearest(name, names)}")


def read_file(path: Path, catalog: Catalog, schema: dict[str, Entry], where: dict[str, Place]) -> None:
    text, data = read_toml(path)
    for place, table, entry in entries(path, text, data, "name"):
        with place.guard():
            add_entry(table, entry, place, data, catalog, schema, where)
    for key in data:
        if key not in ("level", "option", "struct", "symbols"):
            raise CatalogError(f"{path}:1: there is no table or key '{key}' (level, [[option]], [[struct]], [[symbols]])")


def entries(path: Path, text: str, data: Entry, name: str) -> Iterator[tuple[Place, str, Entry]]:
    """Each [[table]] of a file with its place: in the text and in what TOML makes of it they must be the same ones."""
    counters: dict[str, int] = {}
    for table, line, fields in places(path, text):
        index = counters.get(table, 0)
        counters[table] = index + 1
        tables = data.get(table)
        if not isinstance(tables, list) or len(tables) <= index or not isinstance(tables[index], dict):
            raise CatalogError(f"{path}:{line}: '[[{table}]]' is not the header of a table here")
        entry = tables[index]
        yield Place(path, line, fields, f"{table} {entry.get(name, '#%d' % (index + 1))}"), table, entry
    for key, value in data.items():
        if isinstance(value, list) and len(value) != counters.get(key, 0):
            raise CatalogError(f"{path}:1: '{key}' has {len(value)} tables, and {counters.get(key, 0)} lines '[[{key}]]': "
                               "each begins with such a line, without blanks")


def add_entry(table: str, entry: Entry, place: Place, data: Entry, catalog: Catalog,
              schema: dict[str, Entry], where: dict[str, Place]) -> None:
    if table == "level":
        check_plain(place, entry, LEVEL_KEYS, ("name", "number", "key", "header", "summary"))
        forms.check(place, entry, forms.LEVEL)
        forms.check_number(place, entry["number"])
        kinds.check_where(place, "applies", entry.get("applies", []))
        for field in ("summary", "unprobed"):
            if field in entry:
                check_text(place, field, entry[field])
        catalog.levels.append(entry)
    elif table == "struct":
        check_struct(place, entry)
        if entry["name"] in catalog.structs:
            place.fail("name", f"struct {entry['name']} is defined twice: {where['struct ' + entry['name']].path}")
        where["struct " + entry["name"]] = place
        catalog.structs[entry["name"]] = entry
    elif table == "symbols":
        check_plain(place, entry, SYMBOLS_KEYS, ("name", "values"))
        forms.check(place, entry, forms.SYMBOLS)
        catalog.symbols[entry["name"]] = entry
    elif table == "option":
        check_option(place, entry, schema)
        if not isinstance(data.get("level"), str):
            raise CatalogError(f"{place.path}:1: the file does not say of which level its options are (level = \"IPPROTO_TCP\")")
        entry["level"] = data["level"]
        entry["place"] = place
        key = entry["level"] + " " + entry["name"]
        if key in where:
            place.fail("name", f"{entry['name']} is there twice: {where[key].path}:{where[key].first_line}")
        where[key] = place
        catalog.options.append(entry)
    else:
        raise CatalogError(f"{place.path}:{place.first_line}: there is no table '[[{table}]]'")


def load(folder: Path, only: list[Path] | None = None) -> Catalog:
    """Reads and checks the catalogue; raises CatalogError on the first wrong fact.

    only: check these files alone (and what all share), not the references to other options.
    """
    schema = read_toml(folder / "schema.toml")[1]["option"]
    catalog = Catalog()
    catalog.systems = schema["other"]["systems"]
    where: dict[str, Place] = {}
    shared = [folder / "levels.toml", folder / "types.toml"]
    for path in shared + only if only else files(folder):
        read_file(path, catalog, schema, where)
    known = [level["name"] for level in catalog.levels]
    for option in catalog.options:
        if option["level"] not in known:
            where[option["level"] + " " + option["name"]].fail("level", f"'{option['level']}' is not in levels.toml")
    for option in catalog.options:
        level = catalog.level(option["level"])
        if "unprobed" in level:
            option.setdefault("unprobed", level["unprobed"])
        if "unprobed" in option:
            forms.check_unprobed(where[option["level"] + " " + option["name"]], option)
    check_numbers(catalog, where)
    Linker(catalog, where).run(references=not only and not os.environ.get('SOCKOPT_PARTIAL'))
    catalog.options.sort(key=lambda o: (known.index(o["level"]), generic(o["number"])))
    return catalog


def check_numbers(catalog: Catalog, where: dict[str, Place]) -> None:
    """Two options may share their numbers if one is read and the other set, or if no socket has both their levels."""
    seen: dict[tuple[int, int, str], list[Entry]] = {}
    for option in catalog.options:
        level = catalog.level(option["level"])
        for access in option["access"]:
            for other in seen.setdefault((generic(level["number"]), generic(option["number"]), access), []):
                if families(level) & families(catalog.level(other["level"])):
                    where[f"{option['level']} {option['name']}"].fail("number", f"{option['number']} is {other['name']} already ({access})")
            seen[generic(level["number"]), generic(option["number"]), access].append(option)


def families(level: Entry) -> set[str]:
    """Those whose sockets have the level: all, where it does not say."""
    return {family for row in level.get("applies") or [{}]
            for family in row.get("family", ["inet", "inet6"] if "protocol" in row else kinds.FAMILIES)}


def files(folder: Path) -> list[Path]:
    """The catalogue's files: those that a build depends on, schema, checks and configs apart."""
    return sorted(p for p in folder.rglob("*.toml")
                  if p.name != "schema.toml" and not {"checks", "configs"} & set(p.relative_to(folder).parts))


def generic(number: Any) -> int:
    return int(number["generic"] if isinstance(number, dict) else number)


def main() -> int:
    try:
        only = [Path(name) for name in sys.argv[2:]]
        catalog = load(Path(sys.argv[1] if len(sys.argv) > 1 else "catalog"), only or None)
    except CatalogError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{len(catalog.options)} options of {len(catalog.levels)} levels, {len(catalog.structs)} structs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
