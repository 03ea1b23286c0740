"""Runs one server for as long as a given process lives: `python -m tests.servers.guardian KIND OWNER_PID`.

Prints one line of JSON with the server's address when it is ready.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import FrameType

from tests.servers import postgres, redis
from tests.servers.shared import START_SECONDS

STARTERS = {"postgres": postgres.start, "redis": redis.start}
LONGEST_RUN_SECONDS = 3 * 3600


def main(kind: str, owner: int) -> None:
    """Start the server, say where it is, wait for the owner's end, stop it, remove its files."""
    signal.signal(signal.SIGTERM, _leave)
    # Short, because a Unix socket's path has 107 characters at most; not in pytest's own folder, which others may not enter.
    folder = Path(tempfile.mkdtemp(prefix=f"mt-{kind[:2]}-", dir="/tmp"))
    process: subprocess.Popen[bytes] | None = None
    try:
        process, address, ready = STARTERS[kind](folder)
        _wait_until(ready, process)
        print(json.dumps(address), flush=True)
        deadline = time.monotonic() + LONGEST_RUN_SECONDS
        while _alive(owner) and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.2)
    finally:
        if process is not None:
            process.send_signal(signal.SIGQUIT if kind == "postgres" else signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
        shutil.rmtree(folder, ignore_errors=True)


def _wait_until(ready: postgres.Ready, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode} while starting")
        if time.monotonic() > deadline:
            raise RuntimeError("the server did not become ready")
        time.sleep(0.05)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
