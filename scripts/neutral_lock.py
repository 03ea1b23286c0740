"""Takes the addresses of package indexes out of lock files: `python scripts/neutral_lock.py uv.lock web/package-lock.json`.

Names, versions and hashes decide what is installed; where it is fetched from is the machine's own setting. In `uv.lock` files are
then named by `filename` and the registry by a word, in `package-lock.json` the line `resolved` is left out: the same locks serve
every mirror, and nothing in the repository names a host.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

FILE = re.compile(r'\burl = "[a-z]+://[^"]*/([^"/]+)"')
RESOLVED = re.compile(r'^ *"resolved": "[a-z]+://[^"]*",\n', re.MULTILINE)
REGISTRY = re.compile(r'\bregistry = "[a-z]+://[^"]*"')


def neutral(lock: str) -> str:
    """The lock without addresses."""
    return RESOLVED.sub("", REGISTRY.sub('registry = "index"', FILE.sub(r'filename = "\1"', lock)))


def main(paths: list[Path]) -> None:
    """Rewrite the files that are there."""
    for path in paths:
        if path.exists():
            path.write_text(neutral(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
