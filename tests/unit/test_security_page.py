"""The page of what is met points at what exists, and leaves no chapter out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reference" / "security.md").read_text(encoding="utf-8")
ROWS = [line.split(" | ") for line in PAGE.splitlines() if re.match(r"\| \d+\.\d+ \|", line)]


def test_every_chapter_is_there() -> None:
    assert re.findall(r"^## V(\d+) ", PAGE, re.MULTILINE) == [str(number) for number in range(1, 15)]
    assert len(ROWS) > 50


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`((?:tests|docs|scripts)/[\w./-]+)`", PAGE))))
def test_what_is_named_exists(path: str) -> None:
    assert (ROOT / path).exists()


def test_every_row_says_how_it_stands() -> None:
    assert {row[2].strip() for row in ROWS} <= {"met", "partly", "not met", "n/a"}
    silent = [row[0] for row in ROWS if row[2].strip() != "n/a" and len(row[3].strip(" |")) < 20]
    assert silent == []
