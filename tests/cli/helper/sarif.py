# SPDX-License-Identifier: MIT
"""Holds a SARIF log (stdin) against what the schema of SARIF 2.1.0 asks of what is in it."""

import json
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


def main():
    log = json.load(sys.stdin)
    only(log, ("$schema", "version", "runs"), ("version", "runs"))
    assert log["version"] == "2.1.0" and log["$schema"].endswith("sarif-2.1.0.json")
    for run in log["runs"]:
        only(run, ("tool", "results", "columnKind"), ("tool",))
        assert run["columnKind"] in ("utf16CodeUnits", "unicodeCodePoints")
        driver = run["tool"]["driver"]
        only(driver, ("name", "version", "rules", "informationUri"), ("name",))
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
