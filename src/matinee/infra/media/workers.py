"""A pool of worker processes for C libraries that a broken file may hang or crash.

The pool is used from any thread and any event loop. A worker that misses its deadline or dies is replaced; nothing of
the parent's is shared with it but a pipe of JSON lines.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

_COMMAND = (sys.executable, "-P", "-m", "matinee.infra.media.worker_process")
_TASKS_PER_WORKER = 500  # a leak in a demuxer must not grow for ever


class WorkerTimeout(Exception):
    """The task was not done at its deadline; its process was killed."""


class WorkerCrashed(Exception):
    """The process died of the task."""


class WorkerPool:
    """Runs named tasks in at most `size` processes, started when first needed."""

    def __init__(self, size: int, *, command: Sequence[str] = _COMMAND) -> None:
        self._command = tuple(command)
        self._size = max(1, size)
        self._threads = ThreadPoolExecutor(self._size, thread_name_prefix="media-worker")
        self._local = threading.local()
        self._workers: set[_Worker] = set()
        self._lock = threading.Lock()
        self._closed = False

    @property
    def size(self) -> int:
        """How many tasks run at once."""
        return self._size

    async def run(self, task: str, argument: Mapping[str, Any], deadline: timedelta) -> Any:  # Any: JSON in, JSON out
        """The task's answer. Time spent waiting for a free worker does not count against the deadline.

        Raises `WorkerTimeout` or `WorkerCrashed`.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._run, task, argument, deadline.total_seconds())

    async def aclose(self) -> None:
        """Kill the processes; tasks that run or wait fail with `WorkerCrashed`."""
        with self._lock:
            self._closed = True
            workers, self._workers = self._workers, set()
        for worker in workers:
            worker.kill()
        await asyncio.get_running_loop().run_in_executor(None, self._threads.shutdown)

    def _run(self, task: str, argument: Mapping[str, Any], seconds: float) -> Any:  # Any: JSON in, JSON out
        if self._closed:
            raise WorkerCrashed("the pool is closed")
        worker = self._worker()
        try:
            answer = worker.ask({"task": task, "argument": dict(argument), "seconds": seconds}, seconds)
        except (WorkerTimeout, WorkerCrashed):
            self._drop(worker)
            raise
        if worker.answered >= _TASKS_PER_WORKER:
            self._drop(worker)
        return answer

    def _worker(self) -> _Worker:
        worker: _Worker | None = getattr(self._local, "worker", None)
        if worker is None:
            worker = _Worker(self._command)
            with self._lock:
                if self._closed:
                    worker.kill()
                    raise WorkerCrashed("the pool is closed")
                self._workers.add(worker)
            self._local.worker = worker
        return worker

    def _drop(self, worker: _Worker) -> None:
        worker.kill()
        self._local.worker = None
        with self._lock:
            self._workers.discard(worker)


class _Worker:
    """One process, used by one thread."""

    def __init__(self, command: Sequence[str]) -> None:
        self.answered = 0
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
        )

    def ask(self, question: Mapping[str, Any], seconds: float) -> Any:  # Any: JSON in, JSON out
        """The answer to one question, or an error and a dead process."""
        late = threading.Event()
        timer = threading.Timer(seconds, self._expire, (late,))
        timer.start()
        try:
            line = self._exchange(json.dumps(question).encode() + b"\n")
        finally:
            timer.cancel()
        if line.endswith(b"\n"):
            self.answered += 1
            return json.loads(line)
        if late.is_set():
            raise WorkerTimeout(f"no answer after {seconds:g} s")
        raise WorkerCrashed(f"the worker ended with code {self._process.wait()}")

    def kill(self) -> None:
        """End the process and release its pipes."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _exchange(self, request: bytes) -> bytes:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(request)
            self._process.stdin.flush()
            return self._process.stdout.readline()
        except (OSError, ValueError):  # the process is gone, or was killed by `aclose`
            return b""

    def _expire(self, late: threading.Event) -> None:
        late.set()
        self._process.kill()
