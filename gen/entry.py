# SPDX-License-Identifier: MIT
"""An entry as an object of JSON: the members that 'sockopt explain --json' prints, code and probe apart, and more.

tests/lint/same-facts.py compares both, member by member.
"""

from __future__ import annotations

from typing import Any

import catalog as facts
from catalog import Catalog, Entry
from rows import MOMENTS, STATES, applies_words, default_rows, errno_name, range_pairs, type_word, where_words
from sizes import lay_out, size_of
from to_c import SCALAR_WORDS, SIGNED, unwrap

Object = dict[str, Any]


def same(text: str) -> str:
    return text


def present(**members: Any) -> Object:
    """The members that have a value."""
    return {name: value for name, value in members.items() if value is not None}


def text_of(text: Entry | None) -> Object | None:
    return {language: text[language].strip() for language in facts.LANGUAGES} if text else None


def symbols_of(catalog: Catalog, symbols: Any) -> Object | None:
    if symbols is None:
        return None
    values = catalog.symbols[symbols]["values"] if isinstance(symbols, str) else symbols
    return dict(sorted(values.items(), key=lambda pair: int(pair[1])))


def encoding_of(kind: str) -> str:
    word = SCALAR_WORDS.get(kind, "SOCKOPT_SIGNED" if kind in SIGNED else "SOCKOPT_UNSIGNED")
    return word.removeprefix("SOCKOPT_").lower().replace("_", "-")


def type_of(catalog: Catalog, option: Entry, name: str) -> Object:
    base = name.removesuffix("[]")
    fields: list[Object] = []
    if base in catalog.structs:
        for place in lay_out(catalog, catalog.structs[base]).places:
            field = place.field
            fields.append(present(name=field["name"], offset=place.offset, size=place.size,
                                  count=place.times if place.times > 1 else None,
                                  bit=field.get("bit", 0) if "bits" in field else None, bits=field.get("bits"),
                                  encoding=encoding_of(field["type"]), unit=field.get("unit"),
                                  symbols=symbols_of(catalog, field.get("symbols")), summary=text_of(field.get("summary"))))
    elif base != "none":
        shown = base in ("enum", "flags", "u8") or option.get("unit") == "tos"
        fields.append(present(name=option["name"], offset=0, size=size_of(catalog, option, name),
                              encoding=encoding_of(base), unit=option.get("unit"),
                              symbols=symbols_of(catalog, option.get("symbols")) if shown else None))
    return {"name": type_word(catalog, option, name), "size": size_of(catalog, option, name), "fields": fields}


def defaults_of(option: Entry) -> list[Object]:
    return [present(value=row.get("value"), sysctl=row.get("sysctl"), where=where_words(row) or "any socket")
            for row in default_rows(option)]


def refusals_of(option: Entry) -> list[Object]:
    return [present(states=", ".join(state for state in STATES if state in row["state"]), where=where_words(row) or None,
                    errno=errno_name(row["errno"]), on=row.get("on", "set")) for row in option.get("refused", [])]


def privilege_of(option: Entry) -> Object | None:
    privilege = option.get("privilege")
    if not privilege:
        return None
    return present(capability=privilege["capability"], userns=privilege["userns"], errno=errno_name(privilege["errno"]),
                   when=text_of(privilege.get("when")))


def moments_of(option: Entry) -> str:
    moments = option.get("moments", "any")
    return "any" if moments == "any" else ", ".join(moment for moment in MOMENTS if moment in moments)


def changes_of(option: Entry) -> list[Object]:
    return [present(version=row["version"], what=text_of(row["what"]),
                    facts=[fact for fact in facts.FACTS if fact in row["facts"]] if row.get("facts") else None)
            for row in option.get("changes", [])]


def source_of(row: Entry) -> Object:
    return {key: str(row[key]) for key in ("kernel", "symbol", "at", "rfc", "man", "url", "run") if key in row}


def explained(catalog: Catalog, option: Entry) -> Object:
    """What 'sockopt explain --json' has, too, and equal."""
    level = catalog.level(option["level"])
    get_name = option.get("get_type", option["type"])
    sets = option.get("applies", level.get("applies", []))
    error = option.get("range_errno", "none")
    danger, effect = option.get("danger"), option.get("read_effect")
    return present(
        name=option["name"], level=level["name"], level_number=facts.generic(level["number"]),
        number=facts.generic(option["number"]), aliases=option.get("aliases", []),
        summary=text_of(option["summary"]), description=unwrap(option["description"]),
        type=type_of(catalog, option, option["type"]),
        get_type=type_of(catalog, option, get_name) if get_name != option["type"] else None,
        range=range_pairs(option), range_errno=None if error == "none" else errno_name(error),
        defaults=defaults_of(option), limit=option["limit"]["sysctl"] if "limit" in option else None,
        tune={"goals": option["tune"]["goals"], "values": option["tune"]["values"]} if "tune" in option else None,
        example=option.get("example"), access=[word for word in ("get", "set") if word in option["access"]],
        nature=option.get("nature", "setting"), scope=option.get("scope", "socket"), applies=applies_words(sets, same),
        applies_get=applies_words(option.get("applies_get", sets), same), moments=moments_of(option),
        late=text_of(option.get("late")), refused=refusals_of(option), inherits=option["inherits"],
        transform=option["transform"]["kind"] if "transform" in option else "kept", touches=option.get("touches", []),
        inverse=option.get("inverse"), undone_by_inverse="undo" in option if "inverse" in option else None,
        danger=danger["kind"] if danger else None, danger_why=text_of(danger["why"]) if danger else None,
        read_effect=effect["kind"] if effect else None, read_effect_why=text_of(effect["why"]) if effect else None,
        privilege=privilege_of(option), since=option["since"], until=option.get("until"), changes=changes_of(option),
        config=option.get("config", []), bpf=option.get("bpf", "no"),
        other=[present(system=row["system"], name=row.get("name"), note=text_of(row.get("note")))
               for row in option.get("other", [])],
        unverified=text_of(option.get("unverified")), unprobed=text_of(option.get("unprobed")),
        see=option.get("see", []), sources=[source_of(row) for row in option["sources"]])


def places_of(tables: list[Entry]) -> list[Object]:
    return [{key: table[key] for key in ("family", "type", "protocol") if key in table} for table in tables]


def architectures(number: Any) -> Object | None:
    return dict(number) if isinstance(number, dict) else None


def more(catalog: Catalog, option: Entry) -> Object:
    """What programs can use beyond that: lists in place of words, and the other names of languages."""
    level = catalog.level(option["level"])
    sets = option.get("applies", level.get("applies", []))
    gets = option.get("applies_get", sets)
    otherwise = option.get("otherwise", "ENOPROTOOPT")
    otherwise_get = option.get("otherwise_get", otherwise)
    return present(
        numbers=architectures(option["number"]), unit=option.get("unit"), sockets=places_of(sets),
        sockets_get=places_of(gets) if gets != sets else None,
        otherwise=errno_name(otherwise) if otherwise != "0" else None,
        otherwise_get=errno_name(otherwise_get) if otherwise_get != "0" else None,
        prefix=option.get("prefix"), bypass=option.get("bypass"),
        limit_bound=option["limit"]["bound"] if "limit" in option else None,
        limit_effect=option["limit"]["effect"] if "limit" in option else None,
        secret=True if option.get("secret") else None, constants=option.get("constants", []),
        java=option.get("java"), node=option.get("node"))


def entry(catalog: Catalog, option: Entry) -> Object:
    return explained(catalog, option) | more(catalog, option)


