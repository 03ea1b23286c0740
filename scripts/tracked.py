"""The files of the project."""

from __future__ import annotations

import subprocess
from pathlib import Path


def tracked() -> list[Path]:
    """Every file that git tracks or would track, and that exists."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], check=True, capture_output=True, text=True)
    return [path for name in sorted(set(listed.stdout.split("\0"))) if name and (path := Path(name)).is_file()]
