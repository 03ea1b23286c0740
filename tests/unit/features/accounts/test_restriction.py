"""What is left of a caller's rights in a profile."""

from __future__ import annotations

from matinee.features.accounts.restriction import acting_for
from matinee.infra.http.caller import ALL_SCOPES, Caller
from matinee.infra.ids import UserId

BOSS = Caller(
    UserId("u1"), "boss", "admin", "premium", ALL_SCOPES, "cookie", "s1", permissions=frozenset({"play", "transcode", "invite"})
)


def test_a_profile_without_a_limit_has_all_rights_of_its_account() -> None:
    found = acting_for(BOSS, "p1", None)
    assert (found.profile_id, found.viewer, found.user_id) == ("p1", "p1", "u1")
    assert (found.scopes, found.permissions, found.is_admin) == (ALL_SCOPES, BOSS.permissions, True)


def test_a_limited_one_looks_and_plays() -> None:
    found = acting_for(BOSS, "p1", 0)
    assert found.max_age == 0
    assert found.scopes == {"catalog:read", "library:read", "playback", "progress"}
    assert found.permissions == {"play", "transcode"}
    assert not found.is_admin


def test_nothing_is_added_to_a_key_that_may_do_less() -> None:
    key = Caller(UserId("u1"), "boss", "admin", "premium", frozenset({"playback"}), "api_key", "k1")
    assert acting_for(key, "p1", 12).scopes == {"playback"}
    assert acting_for(key, "p1", 12).permissions == frozenset()
