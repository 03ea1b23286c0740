"""Servers that end with the run that started them, even if that is killed."""

from __future__ import annotations

import ctypes
import signal


def end_with_parent() -> None:
    """For the child, before its program: have the kernel kill it when its parent is gone (prctl(2), Linux only)."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)
