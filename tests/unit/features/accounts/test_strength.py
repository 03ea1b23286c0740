"""Which passwords would be guessed soon."""

from __future__ import annotations

import time

import pytest

from matinee.features.accounts.strength import too_weak


@pytest.mark.parametrize("password", ["Passw0rd!2", "hunter2hunter2", "anna1987", "qwertyuiop1", "zanna2zanna2", "matinee1"])
def test_weak_passwords_are_refused_with_a_reason(password: str) -> None:
    problem = too_weak(password, "zanna")
    assert problem is not None
    assert problem.startswith("This password would be guessed soon. ")
    assert len(problem) > 40


@pytest.mark.parametrize("password", ["tiger lily", "seven sleepers", "correct horse battery staple", "kX9$vq2L", "Kohl um vier"])
def test_passwords_need_no_composition(password: str) -> None:
    assert too_weak(password, "zanna") is None


def test_the_longest_password_takes_no_longer_than_its_beginning() -> None:
    too_weak("warm up", "zanna")
    began = time.monotonic()
    too_weak("aB3$" * 64, "zanna")
    assert time.monotonic() - began < 2
