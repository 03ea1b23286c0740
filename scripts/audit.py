"""Looks the locked dependencies up in the advisories of their registries: `make check` runs it.

A known vulnerability fails, unless `audit_allowed.toml` names it with a reason and a date that has not passed. Advisories that
cannot be reached never fail a build: one line beginning with `!!` says for how many packages nothing is known.
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


@dataclass(frozen=True, slots=True)
class Audit:
    """What one registry's advisories said of `packages` packages; `unknown` names those that they could not look up."""

    packages: int
    found: Sequence[Advisory] = ()
    unknown: Sequence[str] = ()

    def said(self, registry: str) -> str:
        """One line; it begins with `!!` where nothing is known of a package, and never leaves that to be guessed."""
        if self.packages and len(self.unknown) >= self.packages:
            return f"!! NOT audited: nothing is known of any of the {self.packages} {registry} packages"
        known = f"{len(self.found)} known vulnerabilities in {self.packages - len(self.unknown)} {registry} packages"
        if not self.unknown:
            return known
        return f"!! {known}; nothing is known of {len(self.unknown)} of {self.packages}: {', '.join(sorted(self.unknown))}"


def unknown_to(report: Mapping[str, Any]) -> list[str]:
    """The packages that `pip-audit --format json` says it could not look up."""
    return [str(one["name"]) for one in report["dependencies"] if one.get("skip_reason")]


def of_pip_audit(report: Mapping[str, Any]) -> list[Advisory]:
    """What `pip-audit --format json` found."""
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
    for name, packages, look_up in (("Python", python_packages(), _python), ("npm", npm_packages(), _npm)):
        try:
            audit = look_up(packages)
            print(audit.said(name))
        except NotReached as error:
            audit = Audit(len(packages), unknown=packages)
            print(f"{audit.said(name)}, their advisories could not be reached: {error}")
        for advisory in not_allowed(audit.found, allowed, today):
            print(f"  {advisory}")
            status = 1
    return status


def python_packages() -> list[str]:
    """The names of the locked packages that come from a registry."""
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    return sorted({one["name"] for one in lock["package"] if "registry" in one["source"]})


def npm_packages() -> list[str]:
    """The names of the locked packages; none where there is no web UI."""
    lock = ROOT / "web" / "package-lock.json"
    packages = json.loads(lock.read_text(encoding="utf-8"))["packages"] if lock.exists() else {}
    return sorted({path.rpartition("node_modules/")[2] for path in packages if path})


def _python(packages: Sequence[str]) -> Audit:
    export = ["uv", "export", "--quiet", "--frozen", "--format", "requirements-txt", "--no-emit-project", "--no-hashes"]
    locked = _output([*export, "--no-annotate", "--no-header"]).splitlines()
    first = _pip_audit(locked[:1])  # one question tells whether anybody answers
    if unknown_to(first):
        raise NotReached(first["dependencies"][0]["skip_reason"])
    report = _pip_audit(locked)
    return Audit(len(report["dependencies"]), of_pip_audit(report), unknown_to(report))


def _pip_audit(lines: Sequence[str]) -> Mapping[str, Any]:
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as requirements:
        requirements.write("\n".join(lines))
        requirements.flush()
        command = ["pip-audit", "--requirement", requirements.name, "--no-deps", "--disable-pip", "--progress-spinner", "off"]
        return _report([*command, "--vulnerability-service", "pypi", "--timeout", "5", "--format", "json"])


def _npm(packages: Sequence[str]) -> Audit:
    if not packages:
        return Audit(0)
    command = ["npm", "--prefix", str(ROOT / "web"), "audit", "--json", "--fetch-retries", "0"]
    return Audit(len(packages), of_npm_audit(_report(command)))


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
