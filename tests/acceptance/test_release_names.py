"""Real release names: how many the parser gets right. Scored as the data's README says."""

from __future__ import annotations

import csv
import os
from collections import Counter
from pathlib import Path

import pytest

from matinee.features.library.names import ParsedName, parse_path
from matinee.features.library.names.text import folded

pytestmark = pytest.mark.acceptance

DATA = Path(__file__).parents[2] / os.environ.get("MATINEE_TEST_DATA", "../shared/data")
BARS = {"movie title": 0.97, "episode title": 0.95, "season": 0.97, "episode": 0.97, "kind": 0.97, "year": 0.97}


def _names() -> list[Path]:
    folder = DATA / "release-names"
    files = sorted(folder.glob("names-*.csv"))
    if not files:
        pytest.fail(f"no names-*.csv in {folder}: set MATINEE_TEST_DATA to the folder of the test data")
    return files


def score(row: dict[str, str], parsed: ParsedName) -> dict[str, bool]:
    """What is right about a name; only what the row states is scored."""
    right = {
        f"{row['type']} title": folded(parsed.title) == folded(row["title"]),
        "kind": parsed.kind == row["type"],
    }
    if row["year"]:
        right["year"] = str(parsed.year) == row["year"]
    if row["season"]:
        right["season"] = "+".join(map(str, parsed.seasons)) == row["season"]
    if row["episode"]:
        found = str(parsed.air_date) if "-" in row["episode"] else "+".join(map(str, parsed.episodes))
        right["episode"] = found == row["episode"]
    return right


def test_titles_seasons_and_episodes_of_real_release_names() -> None:
    asked: Counter[str] = Counter()
    right: Counter[str] = Counter()
    wrong: list[str] = []
    for path in _names():
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                parsed = parse_path(row["filename"])
                for what, is_right in score(row, parsed).items():
                    asked[what] += 1
                    right[what] += is_right
                    if not is_right:
                        wrong.append(f"{what}: {row['filename']} -> {parsed}")
    shares = {what: right[what] / asked[what] for what in sorted(asked)}
    report = "\n".join([*(f"{what}: {right[what]}/{asked[what]} = {share:.1%}" for what, share in shares.items()), *wrong])
    print(report)  # noqa: T201  # the numbers are what this test is for
    assert all(shares[what] >= bar for what, bar in BARS.items()), report
