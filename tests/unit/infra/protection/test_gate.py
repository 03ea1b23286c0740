"""Who is let in."""

from __future__ import annotations

from datetime import timedelta

import pytest

from matinee.infra.clock import ManualClock
from matinee.infra.protection.gate import Gate

pytestmark = pytest.mark.anyio


async def test_a_block_ends_by_itself(clock: ManualClock) -> None:
    gate = Gate(clock)
    assert gate.admits("203.0.113.7")
    gate.block("203.0.113.7", clock.now() + timedelta(minutes=10))
    assert not gate.admits("203.0.113.7")
    assert gate.admits("203.0.113.8")
    await clock.advance(601)
    assert gate.admits("203.0.113.7")


@pytest.mark.parametrize(
    ("network", "inside", "outside"),
    [
        ("203.0.113.0/24", "203.0.113.99", "203.0.114.1"),
        ("2001:db8:1:2::/64", "2001:db8:1:2:aaaa::1", "2001:db8:1:3::1"),
        ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::1"),
        ("2001:db8::5/128", "2001:db8::5", "2001:db8::6"),
        ("203.0.113.7", "::ffff:203.0.113.7", "203.0.113.70"),
    ],
)
async def test_networks_of_every_width(clock: ManualClock, network: str, inside: str, outside: str) -> None:
    gate = Gate(clock)
    for address in (inside, outside):
        assert gate.admits(address)
    gate.block(network, None)
    assert (gate.admits(inside), gate.admits(outside)) == (False, True)
    gate.replace({}, (), ())
    assert gate.admits(inside)
    gate.replace({}, (), (network,))
    assert (gate.admits(inside), gate.admits(outside)) == (False, True)


async def test_an_allow_list_wins(clock: ManualClock) -> None:
    gate = Gate(clock, allow=["203.0.113.0/28"], deny=["203.0.113.0/24"])
    assert [gate.admits(f"203.0.113.{number}") for number in (1, 99)] == [True, False]
    gate.block("203.0.113.1", None)
    assert gate.admits("203.0.113.1")
    gate.replace({}, ("203.0.113.99",), ())
    assert gate.admits("203.0.113.99")


async def test_what_is_remembered_is_bounded(clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matinee.infra.protection.gate._REMEMBERED", 100)
    gate = Gate(clock)
    for number in range(250):
        gate.admits(f"198.51.100.{number}")
    assert len(gate.let_in) <= 100
