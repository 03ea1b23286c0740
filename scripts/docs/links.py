"""Links between the pages lead somewhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.*)$", re.MULTILINE)
FENCE = re.compile(r"```.*?```", re.DOTALL)


def broken(documents: Sequence[Path]) -> list[str]:
    """Each link to a file, or to a heading in one, that is not there."""
    found = []
    for document in documents:
        for target in LINK.findall(FENCE.sub("", document.read_text(encoding="utf-8"))):
            if "://" in target or target.startswith("mailto:"):
                continue
            name, _, anchor = target.partition("#")
            path = (document.parent / name) if name else document
            if not path.exists():
                found.append(f"{document}: {target} is not there")
            elif anchor and path.suffix == ".md" and anchor not in _anchors(path):
                found.append(f"{document}: {name or 'this page'} has no heading #{anchor}")
    return found


def _anchors(path: Path) -> set[str]:
    text = FENCE.sub("", path.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in HEADING.findall(text)}
