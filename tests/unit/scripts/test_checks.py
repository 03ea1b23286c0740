"""The checks of the house find what they are for."""

from __future__ import annotations

from pathlib import Path

import grimp
import pytest

from scripts.check_lock import mismatches
from scripts.check_repository import problems
from scripts.check_sizes import too_long
from scripts.docs.links import broken
from scripts.import_contracts import FeatureDoors
from scripts.neutral_lock import neutral

INDEX = "https" + "://index.example/simple"


def test_a_lock_loses_addresses_and_nothing_else() -> None:
    lock = f"""
source = {{ registry = "{INDEX}" }}
sdist = {{ url = "{INDEX}/a/thing-1.0.tar.gz", hash = "sha256:00" }}
"""
    assert neutral(lock) == '\nsource = { registry = "index" }\nsdist = { filename = "thing-1.0.tar.gz", hash = "sha256:00" }\n'


def test_npms_lock_loses_addresses_and_keeps_hashes() -> None:
    lock = f'{{\n  "version": "1.0",\n  "resolved": "{INDEX}/a.tgz",\n  "integrity": "sha512-00"\n}}'
    assert neutral(lock) == '{\n  "version": "1.0",\n  "integrity": "sha512-00"\n}'


def test_an_address_in_a_lock_is_found(tmp_path: Path) -> None:
    (tmp_path / "uv.lock").write_text(f'source = {{ registry = "{INDEX}" }}')
    assert list(problems(tmp_path / "uv.lock"))
    (tmp_path / "uv.lock").write_text('source = { registry = "index" }')
    assert not list(problems(tmp_path / "uv.lock"))


def test_a_path_of_one_machine_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("see /ho" + "me/ada/films and ../work/x and https://example.org/home/x")
    assert len(list(problems(page))) == 1


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("x = 1\n" * 501, 1),
        ("# size: a table\n" + "x = 1\n" * 600, 0),
        ("def f():\n" + "    x = 1\n" * 60, 1),
        ("def f():  # size: a table\n" + "    x = 1\n" * 60, 0),
        ("def f():\n" + "    x = 1\n" * 59, 0),
    ],
)
def test_what_is_too_long_is_found(source: str, found: int, tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text(source)
    assert len(list(too_long(tmp_path / "module.py"))) == found


def test_a_stale_lock_is_found() -> None:
    project = {"project": {"dependencies": ["kept>=2", "New_One"]}}
    lock = {
        "package": [
            {"name": "matinee", "source": {"editable": "."}, "dependencies": [{"name": "kept"}, {"name": "gone"}]},
            {"name": "kept", "version": "1.0", "source": {"registry": "index"}},
        ]
    }
    found = list(mismatches(project, lock))
    assert [line.split()[0] for line in found] == ["new-one", "gone", "kept"]


def test_a_link_to_nowhere_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# A title\n\n[b](b.md) [here](#a-title) [b](b.md#two-words) [out](https://example.org)\n")
    (tmp_path / "b.md").write_text("# Two words\n")
    assert broken([tmp_path / "a.md"]) == []
    (tmp_path / "a.md").write_text("[c](c.md) [b](b.md#three) [gone](#gone)\n")
    assert len(broken([tmp_path / "a.md"])) == 3


def test_a_feature_is_entered_by_its_doors_only() -> None:
    graph = grimp.ImportGraph()
    graph.add_import(importer="m.features.a.service", imported="m.features.b.service")
    graph.add_import(importer="m.features.a.service", imported="m.features.a.repository")
    contract = FeatureDoors(name="doors", session_options={}, contract_options={"container": "m.features", "doors": ["service"]})
    assert contract.check(graph, verbose=False).kept
    graph.add_import(importer="m.features.a.service", imported="m.features.b.repository")
    broken_one = contract.check(graph, verbose=False)
    assert broken_one.metadata["wrong"] == [("m.features.a.service", "m.features.b.repository")]
