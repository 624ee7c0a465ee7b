# SPDX-License-Identifier: MIT
"""Holds a SARIF log (stdin) against what the schema of SARIF 2.1.0 asks of what is in it: sarif.py [LANGUAGE]

The schema itself is OASIS's and not part of this: with SARIF_SCHEMA=FILE, sarif-2.1/schema/sarif-schema-2.1.0.json of
github.com/oasis-tcs/sarif-spec, and Python's jsonschema the log is held against all of it, too.
"""

import json
import os
import sys

LEVELS = ("none", "note", "warning", "error")


def only(what, names, needed=()):
    assert set(what) <= set(names), f"unknown: {set(what) - set(names)}"
    assert set(needed) <= set(what), f"missing: {set(needed) - set(what)}"


def message(what):
    only(what, ("text", "markdown", "id", "arguments"), ("text",))
    assert what["text"] and isinstance(what["text"], str)


def rule(what):
    only(what, ("id", "name", "shortDescription", "fullDescription", "help", "helpUri", "defaultConfiguration"), ("id",))
    for name in ("shortDescription", "fullDescription", "help"):
        message(what[name])
    assert what["defaultConfiguration"]["level"] in LEVELS


def place(what):
    only(what, ("physicalLocation",), ("physicalLocation",))
    physical = what["physicalLocation"]
    only(physical, ("artifactLocation", "region"), ("artifactLocation", "region"))
    assert " " not in physical["artifactLocation"]["uri"]
    region = physical["region"]
    only(region, ("startLine", "startColumn", "endColumn", "snippet"), ("startLine",))
    assert region["startLine"] >= 1 and region.get("startColumn", 1) >= 1
    assert region.get("endColumn", 1 << 30) > region.get("startColumn", 1)


def follow_schema(log):
    import jsonschema

    with open(os.environ["SARIF_SCHEMA"], encoding="utf-8") as file:
        schema = json.load(file)
    validator = jsonschema.validators.validator_for(schema)
    validator(schema, format_checker=validator.FORMAT_CHECKER).validate(log)


def main():
    log = json.load(sys.stdin)
    if os.environ.get("SARIF_SCHEMA"):
        follow_schema(log)
    only(log, ("$schema", "version", "runs"), ("version", "runs"))
    assert log["version"] == "2.1.0" and log["$schema"].endswith("sarif-2.1.0.json")
    for run in log["runs"]:
        only(run, ("tool", "results", "columnKind", "language"), ("tool",))
        assert run["language"] == run["tool"]["driver"]["language"] == (sys.argv[1] if sys.argv[1:] else "en")
        assert run["columnKind"] in ("utf16CodeUnits", "unicodeCodePoints")
        driver = run["tool"]["driver"]
        only(driver, ("name", "version", "rules", "informationUri", "language"), ("name",))
        for one in driver["rules"]:
            rule(one)
        assert len({one["id"] for one in driver["rules"]}) == len(driver["rules"])
        for result in run["results"]:
            only(result, ("ruleId", "ruleIndex", "level", "message", "locations"), ("message",))
            assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
            assert result["level"] in LEVELS
            message(result["message"])
            assert result["locations"]
            for one in result["locations"]:
                place(one)


if __name__ == "__main__":
    main()
