"""A known vulnerability fails unless somebody said why not; silence of the advisories is told apart from good news."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest

from scripts import audit
from scripts.audit import (
    Advisory,
    Audit,
    NotReached,
    allowances,
    main,
    not_allowed,
    npm_packages,
    of_npm_audit,
    of_pip_audit,
    python_packages,
    unknown_to,
)

TODAY = date(2026, 11, 21)
PIP: dict[str, Any] = {
    "dependencies": [
        {"name": "alpha", "version": "1.0", "vulns": []},
        {
            "name": "beta",
            "version": "2.0",
            "vulns": [{"id": "PYSEC-2026-1", "aliases": ["CVE-2026-1"], "fix_versions": ["2.1"], "description": "…"}],
        },
        {"name": "gamma", "skip_reason": "Dependency not found on PyPI and could not be audited: gamma (1.0)"},
    ],
    "fixes": [],
}
NPM: dict[str, Any] = {
    "auditReportVersion": 2,
    "vulnerabilities": {
        "left": {
            "name": "left",
            "range": "<1.2",
            "via": [{"source": 1, "url": "https://github.com/advisories/GHSA-aaaa-bbbb-cccc"}],
        },
        "right": {"name": "right", "range": "*", "via": ["left"]},
    },
}
BETA = Advisory("beta", "2.0", ("PYSEC-2026-1", "CVE-2026-1"), ("2.1",))


def test_what_pip_audit_found() -> None:
    assert of_pip_audit(PIP) == [BETA]
    assert str(BETA) == "beta 2.0: PYSEC-2026-1, CVE-2026-1; fixed in 2.1"


def test_packages_that_could_not_be_looked_up_are_counted_and_named() -> None:
    assert unknown_to(PIP) == ["gamma"]
    said = Audit(3, of_pip_audit(PIP), unknown_to(PIP)).said("Python")
    assert said == "!! 1 known vulnerabilities in 2 Python packages; nothing is known of 1 of 3: gamma"


def test_an_index_without_advisories_is_no_good_news() -> None:
    assert Audit(83, unknown=["alpha"] * 83).said("npm") == "!! NOT audited: nothing is known of any of the 83 npm packages"
    assert Audit(83).said("npm") == "0 known vulnerabilities in 83 npm packages"


def test_the_packages_asked_for_are_those_of_the_lock_files() -> None:
    assert {"aiohttp", "sqlalchemy"} <= set(python_packages())
    assert "matinee" not in python_packages()
    assert "preact" in npm_packages()


def test_unreachable_advisories_are_told_for_every_package(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def unreachable(_command: Sequence[str]) -> Mapping[str, Any]:
        raise NotReached("no answer")

    monkeypatch.setattr(audit, "_report", unreachable)
    monkeypatch.setattr(audit, "_output", lambda _command: "alpha==1.0\nbeta==2.0")
    assert main() == 0
    python, npm = capsys.readouterr().out.splitlines()
    everything = f"!! NOT audited: nothing is known of any of the {len(python_packages())} Python packages"
    assert python == f"{everything}, their advisories could not be reached: no answer"
    assert npm.startswith("!! NOT audited: nothing is known of any of the")


def test_what_npm_found_names_each_cause_once() -> None:
    assert of_npm_audit(NPM) == [Advisory("left", "<1.2", ("GHSA-aaaa-bbbb-cccc",))]


def test_an_error_of_npm_is_no_good_news() -> None:
    with pytest.raises(NotReached, match="405"):
        of_npm_audit({"message": "405 Method Not Allowed", "statusCode": 405, "error": {"summary": "", "detail": ""}})


def test_an_allowed_advisory_passes_until_its_day() -> None:
    text = '[[allowed]]\nid = "CVE-2026-1"\nreason = "Its parser is never called."\nuntil = 2026-11-21'
    allowed = allowances(text)
    assert not_allowed([BETA], allowed, TODAY) == []
    assert not_allowed([BETA], allowed, date(2026, 11, 22)) == [BETA]
    assert not_allowed([BETA], [], TODAY) == [BETA]


@pytest.mark.parametrize(
    "entry", ['id = "CVE-1"', 'id = "CVE-1"\nreason = "short"\nuntil = 2026-11-21', 'reason = "long enough reason"']
)
def test_an_entry_without_reason_or_day_is_refused(entry: str) -> None:
    with pytest.raises(ValueError, match="needs"):
        allowances(f"[[allowed]]\n{entry}")
