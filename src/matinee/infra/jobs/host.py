"""Which process this is, and whether another one on the same machine still lives."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True, slots=True)
class ProcessIdentity:
    """`host` names the space in which `pid` is unique: the machine since its start, and the container."""

    host: str
    pid: int
    born: float


def this_process() -> ProcessIdentity:
    """The identity of the calling process."""
    pid = os.getpid()
    return ProcessIdentity(_host(), pid, psutil.Process(pid).create_time())


def is_gone(other: ProcessIdentity, here: ProcessIdentity) -> bool:
    """Whether `other` certainly lives no more. Of another host nothing is certain."""
    if other.host != here.host:
        return False
    try:
        process = psutil.Process(other.pid)
        return abs(process.create_time() - other.born) > 1 or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
    except psutil.Error:
        return False


def _host() -> str:
    boot = _text("/proc/sys/kernel/random/boot_id") or f"{psutil.boot_time():.0f}"
    try:
        space = str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        space = ""
    return f"{socket.gethostname()[:100]}/{boot}/{space}"


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="ascii").strip()
    except OSError:
        return ""
