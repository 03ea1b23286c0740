"""Scores: how they grow, fade and are kept."""

from __future__ import annotations

import pytest

from matinee.infra.clock import ManualClock
from matinee.infra.protection.policy import ProtectionPolicy
from matinee.infra.protection.rules import Found, Seen
from matinee.infra.protection.suspects import Suspects

pytestmark = pytest.mark.anyio
SCAN = Found("path_scanning", 20.0, {"paths": ["/.env"]})


@pytest.fixture
def suspects(clock: ManualClock) -> Suspects:
    return Suspects(clock, ProtectionPolicy(suspects=100, agents=4))


async def test_a_score_halves_every_ten_minutes_and_ends(suspects: Suspects, clock: ManualClock) -> None:
    for _ in range(4):
        suspects.found("1.2.3.4", SCAN)
    assert suspects.score("1.2.3.4") == 80
    await clock.advance(600)
    assert suspects.score("1.2.3.4") == 40
    suspects.found("1.2.3.4", SCAN)
    assert suspects.score("1.2.3.4") == 60
    await clock.advance(600 * 7)
    assert suspects.score("1.2.3.4") == 0
    assert suspects.findings("1.2.3.4") == []


async def test_the_worst_are_shown_with_what_they_did(suspects: Suspects, clock: ManualClock) -> None:
    suspects.found("1.1.1.1", SCAN)
    await clock.advance(30)
    for found in (SCAN, SCAN, Found("slow_body", 5.0, {"bytes": 1})):
        suspects.found("2.2.2.2", found)
    first, second = suspects.worst(10)
    assert (first.key, first.score, second.key) == ("2.2.2.2", 45, "1.1.1.1")
    assert [(one.rule, one.points) for one in first.findings] == [("path_scanning", 40), ("slow_body", 5)]
    assert (clock.now() - second.last_seen_at).total_seconds() == 30
    assert len(suspects.worst(1)) == 1


async def test_those_not_seen_for_longest_fall_out(suspects: Suspects) -> None:
    for number in range(250):
        suspects.seen(f"10.0.0.{number}", Seen("/", 200, True, float(number)), "")
    assert len(suspects) == 100
    assert suspects.worst(10) == []


async def test_one_program_on_many_suspicious_addresses(suspects: Suspects) -> None:
    for number in range(4):
        assert [one.rule for one in suspects.found(f"10.0.0.{number}", SCAN, "scanner/1")] == ["path_scanning"]
    added = suspects.found("10.0.0.4", SCAN, "scanner/1")
    assert [one.rule for one in added] == ["path_scanning", "shared_user_agent"]
    assert added[1].evidence == {"user_agent": "scanner/1", "addresses": 5}
    assert [one.rule for one in suspects.found("10.0.0.5", SCAN, "another/1")] == ["path_scanning"]


async def test_a_common_program_of_people_who_do_nothing_wrong_is_not_noticed(suspects: Suspects) -> None:
    for number in range(50):
        assert not suspects.seen(f"10.0.1.{number}", Seen("/api/v1/home", 200, True, 0.0), "Mozilla/5.0")
    assert [one.rule for one in suspects.found("10.0.1.1", SCAN, "Mozilla/5.0")] == ["path_scanning"]


async def test_addresses_of_a_program_are_forgotten_in_time(suspects: Suspects, clock: ManualClock) -> None:
    for number in range(8):
        added = suspects.found(f"10.0.0.{number}", SCAN, "scanner/1")
        assert [one.rule for one in added] == ["path_scanning"]
        await clock.advance(200)
