"""The bills of material name every package that an installation gets, in the locked version."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

import pytest

from scripts.sbom import ROOT, written

Bills = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def bills(tmp_path_factory: pytest.TempPathFactory) -> Bills:
    return {path.name: bill for path, bill in written(tmp_path_factory.mktemp("sbom")).items()}


def versions(bill: dict[str, Any]) -> dict[str, str]:
    return {component["name"]: component["version"] for component in bill["components"]}


def test_python_as_it_is_locked(bills: Bills) -> None:
    bill = bills["matinee-python.cdx.json"]
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5")
    found, project = versions(bill), tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    names = (re.split(r"[\[<>=!~;, ]", one)[0] for one in project["project"]["dependencies"])
    wanted = {re.sub(r"[-_.]+", "-", name).lower() for name in names}
    assert wanted <= found.keys()
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    locked = {package["name"]: package.get("version") for package in lock["package"]}
    assert {name: locked[name] for name in found} == found
    assert not {"pytest", "ruff", "mypy"} & found.keys(), "what only developers need"
    assert all(component["purl"].startswith("pkg:pypi/") for component in bill["components"])


def test_the_web_ui_as_it_is_locked(bills: Bills) -> None:
    bill = bills["matinee-web.cdx.json"]
    found = versions(bill)
    package = json.loads((ROOT / "web" / "package.json").read_text(encoding="utf-8"))
    assert package["dependencies"].keys() <= found.keys()
    assert not package["devDependencies"].keys() & found.keys()
    locked = json.loads((ROOT / "web" / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert {name: locked[f"node_modules/{name}"]["version"] for name in found} == found


def test_no_address_of_a_registry_is_in_them(bills: Bills) -> None:
    hosts = set(re.findall(r"https?://([^/\"]+)", json.dumps(bills)))
    assert hosts <= {"cyclonedx.org"}


def test_the_folder_is_not_kept() -> None:
    assert "build" in (ROOT / ".gitignore").read_text(encoding="utf-8")
