"""Files of at most 500 lines and functions of at most 60, unless the first line (of the file, of the function) says why.

The reason stands in a comment: `# size: one table of all formats`.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from scripts.tracked import tracked

FILE_LINES, FUNCTION_LINES = 500, 60
SOURCES = {".py", ".ts", ".tsx", ".css", ".sh"}
REASON = "size:"


def main() -> None:
    """Print what is too long; status 1 if anything is."""
    found = [problem for path in tracked() if path.suffix in SOURCES for problem in too_long(path)]
    print("\n".join(found))
    sys.exit(bool(found))


def too_long(path: Path) -> Iterator[str]:
    """The problems of one file."""
    lines = path.read_text(encoding="utf-8").splitlines()
    if len(lines) > FILE_LINES and not any(REASON in line or "generated" in line.lower() for line in lines[:5]):
        yield f"{path}: {len(lines)} lines, {FILE_LINES} at most"
    if path.suffix != ".py" or "migrations" in path.parts:
        return
    for node in ast.walk(ast.parse("\n".join(lines))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES and REASON not in lines[node.lineno - 1]:
                yield f"{path}:{node.lineno}: {node.name} has {length} lines, {FUNCTION_LINES} at most"


if __name__ == "__main__":
    main()
