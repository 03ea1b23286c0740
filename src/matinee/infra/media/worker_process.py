"""What runs inside a worker process: reads one JSON line per task from stdin, answers with one JSON line on stdout."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from collections.abc import Callable
from typing import IO, Any

from matinee.infra.media import inspection, keyframe_reader, subtitle_reader

_MEMORY_LIMIT = 4 * 1024**3  # address space; a hostile file asks for more than any real one needs


def main() -> None:
    """Serve tasks until stdin closes."""
    tasks: dict[str, Callable[..., Any]] = {
        "probe": inspection.inspect_file,
        "keyframes": keyframe_reader.read_key_frames,
        "subtitle_packets": subtitle_reader.read_text_packets,
    }
    answers = _take_stdout()
    _limit_self()
    for line in sys.stdin.buffer:
        question = json.loads(line)
        _die_after(question["seconds"] + 5)
        try:
            answer = tasks[question["task"]](**question["argument"])
        except Exception as error:  # noqa: BLE001 (the process is sound; this is about this file only)
            answer = {"error": {"code": "unreadable", "message": f"Reading it failed: {type(error).__name__} {error}"}}
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()
        _die_after(0)


def _take_stdout() -> IO[bytes]:
    """Keep stdout for answers: a C library that prints must not break the protocol."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def _limit_self() -> None:
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_LIMIT, _MEMORY_LIMIT))
    with contextlib.suppress(AttributeError, OSError):
        os.nice(5)  # people who watch come first


def _die_after(seconds: float) -> None:
    """A parent that was killed cannot kill us: the alarm's default action can, even inside C code."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)


if __name__ == "__main__":
    main()
