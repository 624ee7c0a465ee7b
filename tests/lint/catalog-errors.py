# SPDX-License-Identifier: MIT
"""The generator rejects a wrong entry, and names file, line, entry and field.

The catalogue is copied to a folder of its own and broken there in one place
after the other; gen/catalog.py must fail each time, with the message that a
person can act on. gen/to_c.py and gen/to_typed.py must write nothing then. Wrong
kernel facts are gen/to_values.py's to refuse.

usage: catalog-errors.py ROOT
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from sources import finish, usage


@dataclass
class Break:
    """One way to spoil an entry: what is replaced in it, and what must be said of it."""

    what: str
    entry: str
    pattern: str
    replacement: str
    field: str
    says: str
    at_entry: bool = False  # the line named is that of the entry's [[option]], not the field's


BREAKS = [
    Break("a field is missing", "TCP_NODELAY", r"^inherits\s*=.*\n", "", "inherits", "is missing", at_entry=True),
    Break("a summary is missing", "TCP_NODELAY", r"^summary\.(en|es)\s*=.*\n", "", "summary", "is missing", at_entry=True),
    Break("a translation is missing", "TCP_NODELAY", r"^summary\.es\s*=.*\n", "", "summary", "en and es"),
    Break("a translation is empty", "TCP_NODELAY", r"^summary\.es\s*=.*", 'summary.es = " "', "summary", "es is empty"),
    Break("a field is misspelt", "TCP_NODELAY", r"^inherits", "inherit", "inherit", "did you mean 'inherits'"),
    Break("a number is a string", "TCP_NODELAY", r"^number\s*=.*", 'number = "1"', "number", "must be an integer"),
    Break("a list is a string", "TCP_NODELAY", r"^access\s*=.*", 'access = "get"', "access", "must be a list"),
    Break("a text is no table", "TCP_NODELAY", r"^summary\.en\s*=.*\n", 'summary = "one"\n', "summary", "en and es"),
    Break("a word is not one of the list", "TCP_NODELAY", r"^access\s*=.*", 'access = ["got"]', "access", "'got' is not one of"),
    Break("a type does not exist", "TCP_NODELAY", r'^type\s*=.*', 'type = "boolean"', "type", "'boolean' is neither"),
    Break("two options have one number", "TCP_MAXSEG", r"^number\s*=.*", "number = 1", "number", "is TCP_NODELAY already"),
    Break("a version is none", "TCP_NODELAY", r"^since\s*=.*", 'since = "old"', "since", "is not a version"),
    Break("a version of a change is none", "IP_TOS", r'version = "5.17"', 'version = "soon"', "changes", "'soon' is not a version"),
    Break("a change of a fact that is none", "IP_TOS", r'version = "5.17"', 'version = "5.17", facts = ["refusal"]', "changes",
          "'refusal' is not a fact"),
    Break("a related option does not exist", "TCP_NODELAY", r"^see\s*=.*", 'see = ["TCP_NODELYA"]', "see",
          "there is no option 'TCP_NODELYA'; did you mean"),
    Break("there are no sources", "TCP_NODELAY", r"^sources\s*=.*\n(?:.*\n)*?\]\n", "sources = []\n", "sources", "at least one"),
    Break("a number has no range", "TCP_KEEPIDLE", r"^range\s*=.*\n", "", "range", "is missing", at_entry=True),
    Break("a setting has no default", "TCP_KEEPIDLE", r"^default\s*=.*\n(?:[ \]].*\n)*", "", "default", "is missing", at_entry=True),
    Break("a summary is too long", "TCP_NODELAY", r"^summary\.en\s*=.*", f'summary.en = "{"x" * 91}"', "summary", "at most 90"),
    Break("an unknown architecture", "SO_REUSEADDR", r"^number\s*=.*", "number = { generic = 2, vax = 3 }", "number",
          "'vax' is not an architecture"),
    Break("an unknown key in a table", "SO_RCVBUF", r"^transform\s*=.*", 'transform = { kind = "doubled", minimum = 1 }',
          "transform", "unknown key 'minimum'"),
    Break("a list of no strings", "TCP_NODELAY", r"^see\s*=.*", 'see = [["TCP_CORK"]]', "see", "must be a list of strings"),
    Break("a table of another form", "TCP_NODELAY", r"^default\s*=.*", 'chosen_if = { option = [] }\ndefault = [1]', "chosen_if",
          ""),
    Break("a range of one number", "TCP_KEEPIDLE", r"^range\s*=.*", "range = [[1]]", "range", "not a pair"),
    Break("nothing was tried, and nothing read in the kernel", "TCP_NODELAY", r"^sources\s*=.*\n(?:.*\n)*?\]\n",
          'unprobed = { en = "one", es = "uno" }\nsources = [{ man = "tcp(7)" }]\n', "sources", "(kernel and symbol)"),
    Break("nothing was tried, and yet it was seen", "TCP_NODELAY", r"^sources\s*=.*\n(?:.*\n)*?\]\n",
          'unprobed = { en = "one", es = "uno" }\nsources = [{ kernel = "a.c", symbol = "f", run = "seen" }]\n', "sources",
          "cannot have been seen"),
    Break("nothing was tried, and some of it", "TCP_NODELAY", r"^inherits\s*=",
          'unprobed = { en = "one", es = "uno" }\nunverified = { en = "two", es = "dos" }\ninherits =', "unprobed",
          "not unverified in part"),
    Break("an input of a field that is not there", "SCTP_RTOINFO", r"^input\s*=.*", "input = { srto_assoc = 0 }", "input",
          "has no field 'srto_assoc'"),
    Break("a text into a number", "SCTP_RTOINFO", r"^input\s*=.*", 'input = { srto_assoc_id = "0" }', "input",
          "a string takes a text"),
    Break("a number into a text", "IPT_SO_GET_INFO", r"^input\s*=.*", "input = { name = 0 }", "input", "a string takes a text"),
    Break("a scope that is none", "SO_IP_SET", r"^scope\s*=.*", 'scope = "host"', "scope", "'host' is not one of"),
    Break("two commands of one number and direction", "IPT_SO_GET_ENTRIES", r"^number\s*=.*", "number = 64", "number",
          "is IPT_SO_GET_INFO already (get)"),
    Break("an unknown system", "TCP_NODELAY", r"^other\s*=.*", 'other = [\n  { system = "freebds" },', "other", "'freebds' is not one of"),
    Break("an unknown family", "IP_TTL", r"^access\s*=", 'applies = [{ family = ["inet4"] }]\naccess =', "applies",
          "'inet4' is not a family"),
]


# What may be wrong with where the kernel keeps a value: (what, the field in its place, what must be said of it).
KERNEL_BREAKS = [
    ("a number", "1.5", "is not of a form that can be read here"),
    ("a struct that cannot be read", '"tcp_sok.nonagle"', "'tcp_sok' is not a struct that can be read (known: "),
    ("a word that is no field", '"nonagle & 1"', "'nonagle' in 'nonagle & 1' is neither a field"),
    ("a function that is not there", '"popcount(tcp_sock.nonagle)"', "'popcount' in "),
    ("a statement", '"tcp_sock.nonagle; x = 1"', "'x' in "),
    ("no text at all", "{ }", "neither a value nor a condition is said"),
    ("an unknown key", '{ valeu = "tcp_sock.nonagle" }', "unknown key 'valeu' (known: "),
    ("two conditions", '{ value = "tcp_sock.nonagle", default_if = "tcp_sock.nonagle", empty_if = "tcp_sock.nonagle" }',
     "only one of default_if, empty_if and error_if"),
    ("an error without a condition", '{ value = "tcp_sock.nonagle", error = "EPERM" }', "error_if and error belong together"),
    ("a condition without its error", '{ error_if = "tcp_sock.nonagle" }', "error_if and error belong together"),
    ("a text without a target", '{ text = "tcp_sock.nonagle" }', "is not of the form FIELD -> STRUCT.MEMBER"),
    ("an address that is not the peer's", '{ address = "local" }', 'address can be "peer"'),
    ("an address beside a value", '{ address = "peer", value = "tcp_sock.nonagle" }', "stands alone, or with ask_if"),
    ("fields where there are none", '{ value = { on = "tcp_sock.nonagle" } }', "the value has no fields"),
    ("a wrong word in a condition", '{ value = "tcp_sock.nonagle", ask_if = "repair" }', "'repair' in 'repair' is neither a field"),
    ("a wrong alternative", '["tcp_sock.nonagle & 1", "udp.nonagle"]', "'udp' is not a struct"),
]


def entry_span(text: str, name: str) -> tuple[int, int]:
    """Where the [[option]] of this name begins and ends."""
    starts = [match.start() for match in re.finditer(r"^\[\[\w+\]\]", text, re.M)] + [len(text)]
    for begin, end in zip(starts, starts[1:]):
        if re.match(rf'\[\[option\]\]\s*\nname\s*=\s*"{name}"', text[begin:end]):
            return begin, end
    raise LookupError(name)


def file_of(folder: Path, name: str) -> Path:
    for path in sorted(folder.glob("*.toml")):
        try:
            entry_span(path.read_text(encoding="utf-8"), name)
            return path
        except LookupError:
            continue
    raise LookupError(name)


def run(root: Path, generator: str, folder: Path, *output: str) -> tuple[int, str]:
    done = subprocess.run([sys.executable, str(root / "gen" / generator), str(folder), *output], capture_output=True,
                          text=True, check=False)
    return done.returncode, done.stderr.strip()


def try_break(root: Path, folder: Path, wrong: Break) -> str | None:
    """None, or what is not as it should be."""
    path = file_of(folder, wrong.entry)
    text = path.read_text(encoding="utf-8")
    begin, end = entry_span(text, wrong.entry)
    old = text[begin:end]
    applied = re.sub(r"^applies\s*=.*\n(?:[ \]].*\n)*", "", old, flags=re.M) if wrong.field == "applies" else old
    broken, count = re.subn(wrong.pattern, wrong.replacement.replace("\\", r"\\"), applied, flags=re.M)
    if count == 0:
        return f"{wrong.what}: {wrong.entry} has nothing like {wrong.pattern}"
    if wrong.what == "a text is no table":
        broken = re.sub(r"^summary\.es\s*=.*\n", "", broken, flags=re.M)
    path.write_text(text[:begin] + broken + text[end:], encoding="utf-8")
    status, said = run(root, "catalog.py", folder)
    first = text.count("\n", 0, begin) + 1
    line = first if wrong.at_entry else first + next(
        (i for i, one in enumerate(broken.split("\n")) if re.match(rf"{re.escape(wrong.field)}\b", one)), 0)
    path.write_text(text, encoding="utf-8")
    wanted = f"{path}:{line}: option {wrong.entry}: {wrong.field}"
    if status != 1:
        return f"{wrong.what}: accepted, status {status}"
    if not said.startswith(wanted) or wrong.says not in said:
        return f"{wrong.what}: '{said}', not '{wanted}: ... {wrong.says}'"
    return None


def try_kernel(root: Path, folder: Path, what: str, kernel: str, says: str, entry: str = "TCP_NODELAY") -> str | None:
    """A wrong kernel fact: gen/to_values.py names file, line and option, and writes nothing."""
    path = file_of(folder, entry)
    text = path.read_text(encoding="utf-8")
    begin, end = entry_span(text, entry)
    old = re.sub(r"^kernel\s*=.*\n", "", text[begin:end], flags=re.M)
    broken = re.sub(r"^(access\s*=.*\n)", lambda match: f"{match[1]}kernel = {kernel}\n", old, count=1, flags=re.M)
    path.write_text(text[:begin] + broken + text[end:], encoding="utf-8")
    output = folder / "output"
    status, said = run(root, "to_values.py", folder, "layout", str(output))
    path.write_text(text, encoding="utf-8")
    line = text.count("\n", 0, begin) + broken.split("kernel = ")[0].count("\n") + 1
    wanted = f"{path}:{line}: option {entry}: kernel: "
    if status != 1 or output.exists():
        return f"{what}: status {status}, wrote: {output.exists()}, '{said}'"
    if not said.startswith(wanted) or says not in said:
        return f"{what}: '{said}', not '{wanted}... {says}'"
    return None


def kernel_facts(root: Path, folder: Path) -> list[str | None]:
    problems = [try_kernel(root, folder, *wrong) for wrong in KERNEL_BREAKS]
    problems.append(try_kernel(root, folder, "a struct without one of its fields", '{ value = { l_onoff = "sock.sk_type" } }',
                               "the value must be said of l_linger, l_onoff", "SO_LINGER"))
    output = folder / "output"
    status, said = run(root, "to_values.py", folder, "layout", str(output))
    if status != 0 or not output.exists():
        problems.append(f"to_values.py on the catalogue itself: {said}")
    output.unlink(missing_ok=True)
    return problems


def try_file(root: Path, folder: Path, what: str, path: Path, text: str | None, says: str) -> str | None:
    """A file spoilt as a whole; the message must name it."""
    old = path.read_text(encoding="utf-8") if path.exists() else None
    path.write_text(text or "", encoding="utf-8")
    status, said = run(root, "catalog.py", folder)
    if old is None:
        path.unlink()
    else:
        path.write_text(old, encoding="utf-8")
    if status != 1 or str(path) not in said or says not in said:
        return f"{what}: status {status}, '{said}'"
    return None


def whole_files(root: Path, folder: Path) -> list[str | None]:
    tcp = file_of(folder, "TCP_NODELAY")
    text = tcp.read_text(encoding="utf-8")
    begin, end = entry_span(text, "TCP_NODELAY")
    return [
        try_file(root, folder, "no TOML", tcp, text + "\nx = = 1\n", "line"),
        try_file(root, folder, "an unknown table", tcp, text + "\n[[opton]]\nname = \"X\"\n", "opton"),
        try_file(root, folder, "no level", folder / "zz.toml", text[begin:end].replace("TCP_NODELAY", "TCP_ZZ"), "level"),
        try_file(root, folder, "an entry twice", folder / "zz.toml",
                 'level = "IPPROTO_TCP"\n\n' + text[begin:end], "is there twice"),
        try_file(root, folder, "an unknown level", folder / "zz.toml",
                 'level = "IPPROTO_NONE"\n\n' + text[begin:end], "is not in levels.toml"),
    ]


def fields_of_structs(root: Path, folder: Path) -> list[str | None]:
    """What a field tells: of a field that is there, in both languages."""
    path = file_of(folder, "TCP_INFO")
    text = path.read_text(encoding="utf-8")
    return [
        try_file(root, folder, "what no field tells", path, text.replace("\ntcpi_rtt = {", "\ntcpi_rrt = {"),
                 "there is no field 'tcpi_rrt'"),
        try_file(root, folder, "a field in one language", path, re.sub(r"(\ntcpi_rtt = \{.*?), es = .*", r"\1 }", text),
                 "must have the keys en and es"),
    ]


def writes_nothing(root: Path, folder: Path) -> list[str | None]:
    """The generators that write C, on a wrong catalogue."""
    path = file_of(folder, "TCP_NODELAY")
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("inherits", "inherit", 1), encoding="utf-8")
    problems: list[str | None] = []
    for generator in ("to_c.py", "to_typed.py"):
        output = folder / "output.c"
        status, said = run(root, generator, folder, str(output))
        if status != 1 or "inherit" not in said or output.exists():
            problems.append(f"{generator}: status {status}, wrote: {output.exists()}, '{said}'")
    path.write_text(text, encoding="utf-8")
    return problems


def main() -> int:
    usage(__doc__, 1)
    root = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / "catalog"
        shutil.copytree(root / "catalog", folder)
        status, said = run(root, "catalog.py", folder)
        if status != 0:
            return finish([f"the catalogue itself: {said}"], "catalogue")
        results = [try_break(root, folder, wrong) for wrong in BREAKS]
        results += whole_files(root, folder) + fields_of_structs(root, folder) + writes_nothing(root, folder) + kernel_facts(root, folder)
        status, said = run(root, "catalog.py", folder)
        if status != 0:
            results.append(f"not mended after the tests: {said}")
    return finish([problem for problem in results if problem], f"{len(BREAKS) + len(KERNEL_BREAKS) + 8} broken catalogues")


if __name__ == "__main__":
    sys.exit(main())
