"""`make bench`: measure, print the table. `--only F10,F14` measures a part, `--record` writes the page of record."""

from __future__ import annotations

import argparse
import platform
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psutil
from rich.console import Console

from benchmarks import cached, misses, outage, pages, pictures, playback, protection, recommender, scan, search, start
from benchmarks.table import Figure, markdown, show

SECTIONS: dict[str, Callable[[Path], Iterator[Figure]]] = {
    "F1": cached.measure_nginx,
    "F2": cached.measure_peer,
    "F3": misses.measure_cost,
    "F4": misses.measure_calls,
    "F5": outage.measure,
    "F10": start.measure,
    "F11": playback.measure,
    "F12": scan.measure,
    "F13": search.measure,
    "F14": pages.measure,
    "recommender": recommender.measure,
    "pictures": pictures.measure,
    "protection": protection.measure,
}
RECORD = Path("docs/reference/benchmarks.md")
HEAD = """# Benchmarks

Absolute times mean little on a shared machine. So a target is a ratio measured in one run (the server on one core, the load on
another, nginx serving the same bytes beside it), processor time of the server's own process, or a count. `make bench` measures
anew and prints this table; `.venv/bin/python -m benchmarks --record` writes it here.

"""


def main() -> None:
    """Measure the chosen sections."""
    arguments = argparse.ArgumentParser(prog="python -m benchmarks")
    arguments.add_argument("--only", default=",".join(SECTIONS), help="sections, separated by commas")
    arguments.add_argument("--record", action="store_true", help=f"write {RECORD}")
    chosen = arguments.parse_args()
    console, figures = Console(stderr=True), []
    for name in chosen.only.split(","):
        console.print(f"{name} …")
        with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as folder:
            for figure in SECTIONS[name](Path(folder)):
                figures.append(figure)
                console.print(f"  {figure.what}: {figure.shown}")
    show(figures)
    if chosen.record:
        RECORD.write_text(HEAD + _machine() + markdown(figures), encoding="utf-8")


def _machine() -> str:
    memory = psutil.virtual_memory().total / 1024**3
    today = datetime.now(UTC).date().isoformat()
    machine = f"{psutil.cpu_count()} cores, {memory:.0f} GiB, Python {platform.python_version()}, SQLite"
    busy = f"load average {psutil.getloadavg()[2]:.1f} in the last quarter of an hour, this run included"
    return f"Of record, {today}: {machine}; {busy}.\n\n"


if __name__ == "__main__":
    main()
