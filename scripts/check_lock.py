"""`uv.lock` belongs to `pyproject.toml`: the same direct requirements, each locked to a version that satisfies it.

Needs no network, unlike resolving anew.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def main() -> None:
    """Print what does not fit; status 1 if anything does not."""
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
    lock = tomllib.loads(Path("uv.lock").read_text(encoding="utf-8"))
    found = list(mismatches(project, lock))
    print("\n".join(found))
    sys.exit(bool(found))


def mismatches(project: dict[str, object], lock: dict[str, object]) -> Iterator[str]:
    """Requirements that the lock lacks, locks of what is not required, versions that do not satisfy."""
    wanted: dict[str, Requirement] = {canonicalize_name(r.name): r for r in map(Requirement, _declared(project))}
    packages = lock["package"]
    assert isinstance(packages, list)
    versions: dict[str, list[str]] = {}
    locked: set[str] = set()
    for package in packages:
        if "virtual" in package["source"] or "editable" in package["source"]:
            direct = [*package.get("dependencies", ()), *(d for ds in package.get("dev-dependencies", {}).values() for d in ds)]
            locked |= {d["name"] for d in direct}
        else:
            versions.setdefault(package["name"], []).append(package["version"])
    for name in sorted(wanted.keys() - locked):
        yield f"{name} is required but not locked: run `make lock`"
    for name in sorted(locked - wanted.keys()):
        yield f"{name} is locked but not required any more: run `make lock`"
    for name, requirement in sorted(wanted.items()):
        for version in versions.get(name, ()):
            if not requirement.specifier.contains(version, prereleases=True):
                yield f"{name} is locked to {version}, required is {requirement.specifier}: run `make lock`"


def _declared(project: dict[str, object]) -> list[str]:
    section, groups = project["project"], project.get("dependency-groups", {})
    assert isinstance(section, dict)
    assert isinstance(groups, dict)
    extras = section.get("optional-dependencies", {}).values()
    return [*section["dependencies"], *(r for extra in extras for r in extra), *(r for group in groups.values() for r in group)]


if __name__ == "__main__":
    main()
