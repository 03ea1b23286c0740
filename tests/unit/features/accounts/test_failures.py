"""How many rows a flood of failures makes."""

from __future__ import annotations

import pytest

from matinee.features.accounts.failures import MANY, FailureGate
from matinee.infra.clock import ManualClock

pytestmark = pytest.mark.anyio


async def test_an_address_gets_so_many_rows_a_minute_and_one_for_the_rest(clock: ManualClock) -> None:
    gate = FailureGate(clock, each=3, together=100)
    assert [gate.admit("a") for _ in range(5)] == [True, True, True, False, False]
    assert gate.admit("b")
    assert gate.surplus() == [], "the minute is not over"
    began = int(clock.now().timestamp())
    await clock.advance(60)
    assert [(one.address, one.failures, one.began) for one in gate.surplus()] == [("a", 2, began)]
    assert gate.surplus() == []
    assert gate.admit("a")


async def test_many_addresses_share_a_number_of_rows_and_a_number_of_counters(clock: ManualClock) -> None:
    gate = FailureGate(clock, each=10, together=20, addresses=5)
    assert sum(gate.admit(f"10.0.{n // 250}.{n % 250}") for n in range(1000)) == 20
    await clock.advance(60)
    found = {one.address: one.failures for one in gate.surplus()}
    assert len(found) == 6
    assert found[MANY] == 1000 - 20 - 5


async def test_what_nobody_asks_for_does_not_grow_for_ever(clock: ManualClock) -> None:
    gate = FailureGate(clock, each=0, together=0, addresses=2)
    for _ in range(100):
        gate.admit("a")
        gate.admit("b")
        await clock.advance(60)
    assert len(gate.surplus()) <= 20
