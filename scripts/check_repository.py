"""What must not be in the repository: addresses of package indexes, paths of somebody's machine, large files, secrets."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from scripts.tracked import tracked

LARGEST = 2 * 1024 * 1024
LOCKS = {
    "uv.lock": re.compile(r'\b(url|registry) = "[a-z+]+://'),
    "package-lock.json": re.compile(r'"resolved": "[a-z+]+://'),
}
MACHINE_PATH = re.compile(r"(?<![\w.~/-])/(?:root|home/\w+|Users/\w+|work|workspace)/[\w.-]+")
PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")


def main() -> None:
    """Print what is wrong; status 1 if anything is."""
    found = [problem for path in tracked() for problem in problems(path)]
    print("\n".join(found))
    sys.exit(bool(found))


def problems(path: Path) -> Iterator[str]:
    """What is wrong with one file."""
    if path.stat().st_size > LARGEST:
        yield f"{path}: {path.stat().st_size} bytes, {LARGEST} at most"
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return
    if path.name in LOCKS:
        if LOCKS[path.name].search(text):
            yield f"{path}: names the address of a package index; `make lock` writes it without"
        return
    for number, line in enumerate(text.splitlines(), 1):
        if MACHINE_PATH.search(line):
            yield f"{path}:{number}: a path of one machine: {line.strip()[:100]}"
        if PRIVATE_KEY.search(line):
            yield f"{path}:{number}: a private key"


if __name__ == "__main__":
    main()
