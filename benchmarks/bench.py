"""The measuring bench: which core does what, clips, load, processor time and memory of a process and its children."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
SERVER_CORE, LOAD_CORE = 0, min(1, (os.cpu_count() or 1) - 1)
_RATE = re.compile(r"Requests/sec:\s+([\d.]+)")
_P99 = re.compile(r"99%\s+([\d.]+)(us|ms|s)\b")
_UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0}
_ERRORS = re.compile(r"(Non-2xx or 3xx responses: \d+|Socket errors: .*)")


def pin(pid: int, core: int) -> None:
    """Keep a process and its children on one core."""
    process = psutil.Process(pid)
    for one in (process, *process.children(recursive=True)):
        one.cpu_affinity([core])


def memory(pid: int) -> float:
    """Resident megabytes of the process itself."""
    return float(psutil.Process(pid).memory_info().rss) / 1_048_576


def memory_of_tree(pid: int) -> float:
    """Resident megabytes of the process and all its children, shared pages counted once each (proportional set size)."""
    process = psutil.Process(pid)
    return float(sum(one.memory_full_info().pss for one in (process, *process.children(recursive=True)))) / 1_048_576


def processor_seconds(pid: int) -> float:
    """Processor time that the process itself has used."""
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


@dataclass(frozen=True, slots=True)
class Load:
    """What wrk saw. `p99` is in seconds; `failed` counts requests with an error status or none at all."""

    per_second: float
    errors: str
    p99: float = 0.0
    failed: int = 0


def wrk(url: str, *, seconds: int = 5, connections: int = 16, headers: dict[str, str] | None = None) -> Load:
    """Load one URL from the load generator's core."""
    command = ["taskset", "-c", str(LOAD_CORE), "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s"]
    for name, value in (headers or {}).items():
        command += ["-H", f"{name}: {value}"]
    done = subprocess.run([*command, url], check=True, capture_output=True, text=True, timeout=seconds + 30)
    return _load(done.stdout)


def wrk_many(url: str, paths: Sequence[str], folder: Path, *, seconds: int, connections: int, headers: dict[str, str]) -> Load:
    """The same with many paths in turn, and with latencies."""
    script = folder / "paths.lua"
    made = ",".join(f"wrk.format('GET', '{path}')" for path in paths)
    script.write_text(
        f"local n = 0\ninit = function(arguments) all = {{{made}}} end\n"
        "request = function() n = n + 1; return all[n % #all + 1] end\n"
    )
    command = ["taskset", "-c", str(LOAD_CORE), "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s"]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    command += ["--latency", "-s", str(script), url]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=seconds + 60)
    return _load(done.stdout)


def _load(said: str) -> Load:
    rate, p99 = _RATE.search(said), _P99.search(said)
    assert rate is not None, said
    failed = sum(
        int(number) for line in _ERRORS.findall(said) for number in re.findall(r"\d+", line.replace("Non-2xx or 3xx", ""))
    )
    tail = float(p99[1]) * _UNITS[p99[2]] if p99 else 0.0
    return Load(float(rate[1]), "; ".join(_ERRORS.findall(said)), tail, failed)


def median_seconds(action: Callable[[], object], times: int) -> float:
    """The median of `times` runs."""
    return sorted(_seconds(action) for _ in range(times))[times // 2]


def _seconds(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def film(path: Path, *, seconds: int, height: int = 1080, tone: int = 440, grain: int = 0) -> None:
    """An h264 film with aac sound, a key picture every two seconds. `grain` (0 to 100) makes it heavy, as a camera does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    size = f"{height * 16 // 9}x{height}"
    grained = f",noise=alls={grain}:allf=t" if grain else ""
    source = ["-f", "lavfi", "-i", f"testsrc2=size={size}:rate=24:duration={seconds}{grained}"]
    sound = ["-f", "lavfi", "-i", f"sine=frequency={tone}:duration={seconds}"]
    video = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "26", "-pix_fmt", "yuv420p", "-g", "48"]
    subprocess.run(
        ["ffmpeg", "-y", "-v", "error", *source, *sound, *video, "-c:a", "aac", "-shortest", str(path)], check=True, timeout=300
    )
