"""One server for all workers of a test run.

The first worker that needs a server starts a guardian process (`tests.servers.guardian`), which starts the server and stops it
when the run's first process has ended, however it ended. The others find its address in a file.
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

START_SECONDS = 60


class EngineMissing(RuntimeError):
    """A database or cache server that the tests need is not installed. Tests fail then; they are never skipped."""


class Shared:
    """A folder and an owner that all workers of a run have in common."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # A worker of pytest-xdist is a child of the controller; without xdist this process is the run.
        self.owner = os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()

    @contextmanager
    def locked(self, name: str) -> Iterator[Path]:
        """Hold the run's lock of that name; gives the file beside it, where what was made can be noted."""
        with (self.folder / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield self.folder / f"{name}.json"

    def server(self, kind: str) -> dict[str, str]:
        """The address of the run's server of that kind (`postgres`, `redis`), started if it is not running yet."""
        with self.locked(kind) as noted:
            if not noted.exists():
                noted.write_text(json.dumps(self._start(kind)))
            found: dict[str, str] = json.loads(noted.read_text())
            return found

    def _start(self, kind: str) -> dict[str, str]:
        log = self.folder / f"{kind}.log"
        with log.open("w") as errors:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.servers.guardian", kind, str(self.owner)],
                cwd=Path(__file__).parents[2],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,  # Ctrl-C reaches the test run only; the guardian then sees it end
                text=True,
            )
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise EngineMissing(f"{kind} did not start:\n{log.read_text()}")
        found: dict[str, str] = json.loads(line)
        # The guardian outlives this object on purpose: say so, or the interpreter warns about a child left behind.
        process.returncode = 0
        process.stdout.close()
        return found
