"""Writes what Matinee is made of, as CycloneDX 1.5, from the lock files: `make sbom`. What only developers need is left out.

uv and npm write it themselves, without asking any registry.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "build" / "sbom"
SECONDS = 120
COMMANDS: dict[str, tuple[Path, list[str]]] = {
    "matinee-python.cdx.json": (
        ROOT,
        [str(Path(sys.executable).with_name("uv")), "export", "--frozen", "--no-dev", "--quiet", "--format", "cyclonedx1.5"],
    ),
    "matinee-web.cdx.json": (
        ROOT / "web",
        ["npm", "sbom", "--silent", "--package-lock-only", "--omit", "dev", "--sbom-format", "cyclonedx"],
    ),
}


def written(folder: Path) -> dict[Path, dict[str, Any]]:  # Any: CycloneDX documents
    """Both bills in `folder`. Raises `CalledProcessError`."""
    folder.mkdir(parents=True, exist_ok=True)
    found = {}
    for name, (where, command) in COMMANDS.items():
        told = subprocess.run(command, cwd=where, check=True, capture_output=True, text=True, timeout=SECONDS).stdout
        path = folder / name
        path.write_text(told, encoding="utf-8")
        found[path] = json.loads(told)
    return found


def main() -> None:
    for path, bill in written(FOLDER).items():
        print(f"{len(bill['components'])} packages in {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
