"""What a process remembers of credentials."""

from __future__ import annotations

from datetime import timedelta

import pytest

from matinee.features.accounts.memory import LastUses, VerifiedCredentials
from matinee.features.accounts.policy import AccountsOptions
from matinee.infra.clock import ManualClock
from matinee.infra.http.caller import Caller
from matinee.infra.ids import UserId

pytestmark = pytest.mark.anyio


def caller(credential_id: str = "s1", user_id: str = "u1") -> Caller:
    return Caller(UserId(user_id), "anna", "user", "free", frozenset(), "cookie", credential_id)


@pytest.fixture
def verified(clock: ManualClock) -> VerifiedCredentials:
    return VerifiedCredentials(clock, AccountsOptions(credential_memory=timedelta(seconds=30), remembered_credentials=3))


async def test_forgets_after_a_while_and_never_outlives_the_credential(verified: VerifiedCredentials, clock: ManualClock) -> None:
    verified.put("long", caller())
    verified.put("short", caller(), lives=5)
    await clock.advance(5)
    assert verified.get("long") == caller()
    assert verified.get("short") is None
    await clock.advance(25)
    assert verified.get("long") is None


async def test_holds_no_more_than_its_limit_and_drops_the_least_used(verified: VerifiedCredentials) -> None:
    for key in "abc":
        verified.put(key, caller())
    verified.get("a")
    verified.put("d", caller())
    assert [key for key in "abcd" if verified.get(key)] == ["a", "c", "d"]


async def test_a_revocation_takes_effect_at_once(verified: VerifiedCredentials) -> None:
    verified.put("a", caller("s1"))
    verified.put("b", caller("s2"))
    verified.revoke("s1")
    assert verified.get("a") is None
    assert verified.get("b") is not None
    assert verified.is_revoked("s1")
    assert not verified.is_revoked("s2")


async def test_a_user_change_ends_the_tokens_issued_until_then(verified: VerifiedCredentials, clock: ManualClock) -> None:
    issued = clock.now().timestamp()
    verified.put("a", caller())
    await clock.advance(1)
    verified.revoke_user(UserId("u1"))
    assert verified.get("a") is None
    assert verified.is_ended(UserId("u1"), issued)
    await clock.advance(1)
    assert not verified.is_ended(UserId("u1"), clock.now().timestamp())
    assert not verified.is_ended(UserId("u2"), issued)


async def test_what_was_revoked_is_forgotten_when_tokens_have_ended(verified: VerifiedCredentials, clock: ManualClock) -> None:
    verified.revoke("s1")
    verified.revoke_user(UserId("u1"))
    await clock.advance(3600)
    verified.revoke("s2")
    assert not verified.is_revoked("s1")
    assert not verified.is_ended(UserId("u1"), 0)


async def test_last_uses_are_handed_over_once(clock: ManualClock) -> None:
    uses = LastUses(limit=2)
    for credential_id in ("a", "b", "c"):
        uses.note("session", credential_id, clock.now())
    uses.note("api_key", "k", clock.now())
    assert uses.take() == ({"a": clock.now(), "b": clock.now()}, {"k": clock.now()}, {})
    assert uses.take() == ({}, {}, {})
