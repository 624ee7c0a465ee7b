# SPDX-License-Identifier: MIT
"""Conditions of checks: text -> a program of steps for a stack, with every name and unit checked.

The grammar is in catalog/checks/vocabulary.toml. Python's own parser reads the
expressions, since what they share with it is all that they have; what it knows
beyond is refused.
"""

from __future__ import annotations

import ast
import errno
import re
from dataclasses import dataclass

from catalog import Catalog, Entry, nearest
from layout import flatten

# What one of a unit is in the unit that programs reckon in: microseconds, bytes, bytes a second.
TIMES = {"ns": 0, "us": 1, "ms": 1000, "s": 1000000, "min": 60000000, "h": 3600000000, "d": 86400000000}
SIZES = {"B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
TIME, BYTES, RATE, PLAIN, ANY = "time", "bytes", "rate", "plain", "any"
UNIT_DIMENSIONS = {"s": TIME, "ms": TIME, "us": TIME, "ns": TIME, "bytes": BYTES, "B": BYTES, "bytes/s": RATE}
OPERATORS = {ast.Add: "ADD", ast.Sub: "SUBTRACT", ast.Mult: "MULTIPLY", ast.Div: "DIVIDE", ast.BitAnd: "BITS",
             ast.LShift: "SHIFT"}
COMPARISONS = {ast.Eq: "EQUAL", ast.NotEq: "UNEQUAL", ast.Lt: "LESS", ast.LtE: "AT_MOST", ast.Gt: "MORE",
               ast.GtE: "AT_LEAST"}
NUMBER_TYPES = {"int", "uint", "u8", "u16", "u32", "s64", "u64", "ulong", "long", "bool", "enum", "flags", "be16", "be32"}
# The functions that are known in a place, besides max and min.
PLACES_OF = {"live": ("default", "limit", "sysctl"), "trace": ("kept", "about", "sysctl", "limit"), "source": ("given", "about"),
             "config": ("given", "sysctl", "limit", "about")}
STACK = 16  # CHECK_STACK of rule/check.h


class ConditionError(Exception):
    """What is wrong with an expression."""


@dataclass(frozen=True)
class Step:
    op: str
    number: int = 0
    name: str = ""
    field: int = 0


@dataclass
class Program:
    source: str
    steps: list[Step]
    dimension: str


class Compiler:
    """Compiles the expressions of one place: live, trace, source or config."""

    def __init__(self, catalog: Catalog, vocabulary: Entry, place: str):
        self.catalog = catalog
        self.options = {o["name"]: o for o in reversed(catalog.options)}
        self.sysctls = vocabulary["sysctl"]
        self.facts = {name: fact for name, fact in vocabulary["fact"].items() if place in fact["where"]}
        self.place = place
        self.steps: list[Step] = []

    def compile(self, text: str) -> Program:
        self.steps = []
        dimension = self.node(self.parse(text))
        if self.depth() > STACK:
            raise ConditionError(f"is nested too deeply: {text}")
        return Program(text.strip(), self.steps, dimension)

    def depth(self) -> int:
        """The most numbers that lie on the stack at once."""
        now = most = 0
        for step in self.steps:
            now += -1 if step.op in (*OPERATORS.values(), *COMPARISONS.values(), "AND", "OR", "MAX", "MIN") else \
                0 if step.op == "NOT" else 1
            most = max(most, now)
        return most

    @staticmethod
    def parse(text: str) -> ast.expr:
        units = "|".join(sorted([*TIMES, *SIZES], key=len, reverse=True))
        python = re.sub(rf"(?<![\w.\[])(\d+)({units})\b", r"unit(\1, '\2')", text.strip())
        python = re.sub(r"(?<![=!<>])=(?!=)", "==", python)
        try:
            return ast.parse(" ".join(python.split()), mode="eval").body
        except SyntaxError as error:
            raise ConditionError(f"cannot be read: {text.strip()} ({error.msg})") from error

    def push(self, op: str, number: int = 0, name: str = "", field: int = 0) -> None:
        self.steps.append(Step(op, number, name, field))

    # ---- one kind of node each; all return the dimension ----

    def node(self, node: ast.expr) -> str:
        if isinstance(node, ast.BoolOp):
            return self.joined(node)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            self.node(node.operand)
            self.push("NOT")
            return PLAIN
        if isinstance(node, ast.Compare):
            return self.compared(node)
        if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
            return self.reckoned(node)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return self.called(node.func.id, node.args)
        if isinstance(node, ast.Constant) and type(node.value) is int:
            self.push("NUMBER", node.value)
            return ANY if node.value == 0 else PLAIN
        if isinstance(node, ast.Name):
            return self.named(node.id)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            return self.option("OPTION", node.value.id, node.attr)
        raise ConditionError(f"'{ast.unparse(node)}' is not part of the language")

    def joined(self, node: ast.BoolOp) -> str:
        self.node(node.values[0])
        for value in node.values[1:]:
            self.node(value)
            self.push("AND" if isinstance(node.op, ast.And) else "OR")
        return PLAIN

    def compared(self, node: ast.Compare) -> str:
        if len(node.ops) != 1 or type(node.ops[0]) not in COMPARISONS:
            raise ConditionError(f"'{ast.unparse(node)}': compare two things with = != < <= > >=")
        self.alike(node, self.node(node.left), self.node(node.comparators[0]))
        self.push(COMPARISONS[type(node.ops[0])])
        return PLAIN

    def reckoned(self, node: ast.BinOp) -> str:
        left, right = self.node(node.left), self.node(node.right)
        self.push(OPERATORS[type(node.op)])
        if isinstance(node.op, (ast.Add, ast.Sub)):
            return self.alike(node, left, right)
        if isinstance(node.op, ast.Div) and left == right:
            return PLAIN
        if isinstance(node.op, ast.Mult) and left in (PLAIN, ANY):
            return right
        if right in (PLAIN, ANY):
            return left
        raise ConditionError(f"'{ast.unparse(node)}': {left} and {right} do not go together")

    @staticmethod
    def alike(node: ast.expr, left: str, right: str) -> str:
        if ANY in (left, right) or left == right:
            return right if left == ANY else left
        raise ConditionError(f"'{ast.unparse(node)}': {left} and {right} are not alike")

    def called(self, name: str, arguments: list[ast.expr]) -> str:
        if name == "unit":
            number, unit = (argument.value for argument in arguments if isinstance(argument, ast.Constant))
            self.push("NUMBER", number * {**TIMES, **SIZES}[unit])
            return TIME if unit in TIMES else BYTES
        if name in ("max", "min") and len(arguments) == 2:
            dimension = self.alike(arguments[0], self.node(arguments[0]), self.node(arguments[1]))
            self.push(name.upper())
            return dimension
        if len(arguments) != 1:
            raise ConditionError(f"'{name}' takes one thing in parentheses")
        if name in ("sysctl", "limit") and name not in PLACES_OF[self.place]:
            raise ConditionError(f"'{name}' is not known in place '{self.place}'")
        if name == "sysctl":
            return self.sysctl(ast.unparse(arguments[0]))
        word = arguments[0]
        if name in ("given", "about") and name in PLACES_OF[self.place] and isinstance(word, ast.Name):
            self.entry(word.id)
            self.push(name.upper(), name=word.id)
            return PLAIN
        if name in ("default", "kept") and isinstance(word, (ast.Name, ast.Attribute)):
            if name not in PLACES_OF[self.place]:
                raise ConditionError(f"'{name}' is not known in place '{self.place}'")
            whole = ast.unparse(word)
            return self.option(name.upper(), *(whole.split(".") if "." in whole else (whole, "")))
        if name == "limit" and isinstance(word, ast.Name):
            limit = self.entry(word.id).get("limit")
            if not limit:
                raise ConditionError(f"limit({word.id}): no sysctl bounds this option")
            return self.sysctl(limit["sysctl"])
        raise ConditionError(f"'{name}' is not a function (known: max, min, {', '.join(PLACES_OF[self.place])})")

    def sysctl(self, name: str) -> str:
        if name not in self.sysctls:
            raise ConditionError(f"the sysctl '{name}' is not in vocabulary.toml{nearest(name, self.sysctls)}")
        unit = self.sysctls[name]
        self.push("SYSCTL", {**TIMES, **SIZES, "": 1}[unit], name)
        return UNIT_DIMENSIONS.get(unit, PLAIN)

    def named(self, name: str) -> str:
        if self.place in ("trace", "source") and re.fullmatch(r"E[A-Z0-9]+", name) and hasattr(errno, name):
            self.push("NUMBER", name=name)  # numbers of errnos differ by architecture: C knows them
            return PLAIN
        if name in self.facts:
            self.push("FACT", name="CHECK_FACT_" + name.upper())
            return PLAIN
        return self.option("OPTION", name, "")

    def entry(self, name: str) -> Entry:
        if name not in self.options:
            raise ConditionError(f"'{name}' is neither an option nor a fact of place '{self.place}'"
                                 f"{nearest(name, [*self.options, *self.facts])}")
        return self.options[name]

    def option(self, op: str, name: str, field_name: str) -> str:
        option = self.entry(name)
        kind = option.get("get_type", option["type"])
        if "get" not in option["access"]:
            raise ConditionError(f"{name} cannot be read")
        if not field_name:
            if kind not in NUMBER_TYPES:
                raise ConditionError(f"{name} is a {kind}, not a number: name one of its fields")
            self.push(op, name=name)
            return UNIT_DIMENSIONS.get(option.get("unit", ""), PLAIN)
        if kind not in self.catalog.structs:
            raise ConditionError(f"{name} is a {kind} and has no fields")
        fields = flatten(self.catalog, self.catalog.structs[kind]["field"])
        names = [field["name"] for field in fields]
        if field_name not in names:
            raise ConditionError(f"{name} has no field '{field_name}'{nearest(field_name, names)}")
        field = fields[names.index(field_name)]
        if field["type"] not in NUMBER_TYPES:
            raise ConditionError(f"{name}.{field_name} is a {field['type']}, not a number")
        self.push(op, name=name, field=names.index(field_name))
        return UNIT_DIMENSIONS.get(field.get("unit", ""), PLAIN)
