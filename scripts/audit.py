"""Looks the locked dependencies up in the advisories of their registries: `make check` runs it.

A known vulnerability fails, unless `audit_allowed.toml` names it with a reason and a date that has not passed. Advisories that
cannot be reached never fail a build: one line beginning with `!!` says that nothing was looked up.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
ALLOWED = Path(__file__).with_name("audit_allowed.toml")
SECONDS = 120


class NotReached(Exception):
    """The advisories did not answer; the text says why."""


@dataclass(frozen=True, slots=True)
class Advisory:
    """One known vulnerability of one package. `ids` are all its names (CVE, GHSA, PYSEC, ...)."""

    package: str
    version: str
    ids: tuple[str, ...]
    fixed_in: tuple[str, ...] = ()

    def __str__(self) -> str:
        fixed = f"; fixed in {', '.join(self.fixed_in)}" if self.fixed_in else "; no fixed version"
        return f"{self.package} {self.version}: {', '.join(self.ids)}{fixed}"


@dataclass(frozen=True, slots=True)
class Allowance:
    """An advisory that does not concern us, or not yet: why, and until when that is believed."""

    id: str
    reason: str
    until: date


def of_pip_audit(report: Mapping[str, Any]) -> list[Advisory]:
    """What `pip-audit --format json` found. Raises `NotReached` where it could not look up what it was asked for."""
    skipped = [one["name"] for one in report["dependencies"] if one.get("skip_reason")]
    if skipped and len(skipped) == len(report["dependencies"]):
        raise NotReached(f"nothing is known of {skipped[0]} and {len(skipped) - 1} others")
    return [
        Advisory(one["name"], one["version"], (found["id"], *found.get("aliases", ())), tuple(found.get("fix_versions", ())))
        for one in report["dependencies"]
        for found in one.get("vulns", ())
    ]


def of_npm_audit(report: Mapping[str, Any]) -> list[Advisory]:
    """What `npm audit --json` found. Raises `NotReached` for its report of an error."""
    if "vulnerabilities" not in report:
        raise NotReached(str(report.get("message") or report.get("error", {}).get("summary") or "npm gave no report"))
    found = []
    for name, one in sorted(report["vulnerabilities"].items()):
        for cause in one.get("via", ()):
            if isinstance(cause, dict):  # a text names the package that brings it, which has its own entry
                identity = str(cause.get("url", "")).rpartition("/")[2] or str(cause.get("source", "?"))
                found.append(Advisory(name, str(one.get("range", "")), (identity,)))
    return found


def allowances(text: str) -> list[Allowance]:
    """The list of `audit_allowed.toml`. Raises ValueError for an entry without id, reason or date."""
    found = []
    for entry in tomllib.loads(text).get("allowed", ()):
        reason, until = str(entry.get("reason", "")).strip(), entry.get("until")
        if not entry.get("id") or len(reason) < 10 or not isinstance(until, date):
            raise ValueError(f"{entry}: needs an id, a reason and a date")
        found.append(Allowance(str(entry["id"]), reason, until))
    return found


def not_allowed(found: Sequence[Advisory], allowed: Sequence[Allowance], today: date) -> list[Advisory]:
    """The advisories that no entry names which still counts."""
    ids = {entry.id for entry in allowed if entry.until >= today}
    return [advisory for advisory in found if ids.isdisjoint(advisory.ids)]


def main() -> int:
    """Both registries; the exit status is 1 for what is known and not allowed."""
    allowed = allowances(ALLOWED.read_text(encoding="utf-8"))
    today = datetime.now(UTC).date()
    status = 0
    for name, audit in (("Python", _python), ("npm", _npm)):
        try:
            found = audit()
        except NotReached as error:
            print(f"!! {name} dependencies were NOT audited, their advisories could not be reached: {error}")
            continue
        bad = not_allowed(found, allowed, today)
        print(f"{name}: {len(found)} known, {len(bad)} not allowed")
        for advisory in bad:
            print(f"  {advisory}")
            status = 1
    return status


def _python() -> list[Advisory]:
    export = ["uv", "export", "--quiet", "--frozen", "--format", "requirements-txt", "--no-emit-project", "--no-hashes"]
    locked = _output([*export, "--no-annotate", "--no-header"]).splitlines()
    _pip_audit(locked[:1])  # one question tells whether anybody answers
    return _pip_audit(locked)


def _pip_audit(lines: Sequence[str]) -> list[Advisory]:
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as requirements:
        requirements.write("\n".join(lines))
        requirements.flush()
        command = ["pip-audit", "--requirement", requirements.name, "--no-deps", "--disable-pip", "--progress-spinner", "off"]
        return of_pip_audit(_report([*command, "--vulnerability-service", "pypi", "--timeout", "5", "--format", "json"]))


def _npm() -> list[Advisory]:
    if not (ROOT / "web" / "package-lock.json").exists():
        return []
    return of_npm_audit(_report(["npm", "--prefix", str(ROOT / "web"), "audit", "--json", "--fetch-retries", "0"]))


def _report(command: Sequence[str]) -> Mapping[str, Any]:
    text = _output(command)
    try:
        found: Mapping[str, Any] = json.loads(text)
    except ValueError:
        raise NotReached(f"{command[0]} gave no report") from None
    return found


def _output(command: Sequence[str]) -> str:
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=SECONDS, cwd=ROOT)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotReached(f"{command[0]}: {type(error).__name__}") from error
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
