"""Whether another process lives: only where that can be known."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import psutil

from matinee.infra.jobs.host import ProcessIdentity, is_gone, this_process


def test_this_process_lives() -> None:
    here = this_process()
    assert here.pid == os.getpid()
    assert not is_gone(here, here)


def test_a_process_that_has_ended_is_gone() -> None:
    here = this_process()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        identity = ProcessIdentity(here.host, child.pid, psutil.Process(child.pid).create_time())
        assert not is_gone(identity, here)
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert is_gone(identity, here)  # as a zombie
    assert is_gone(identity, here)


def test_another_process_with_the_same_number_does_not_count() -> None:
    here = this_process()
    assert is_gone(replace(here, born=here.born - 3600), here)


def test_nothing_is_known_of_another_machine() -> None:
    here = this_process()
    assert not is_gone(ProcessIdentity("elsewhere", 999_999_999, 0.0), here)
