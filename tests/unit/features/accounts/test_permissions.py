"""Permissions and limits as data."""

from __future__ import annotations

from typing import Any

import pytest

from matinee.features.accounts.permissions import (
    ALL_PERMISSIONS,
    CODES,
    PERMISSIONS,
    RIGHTS,
    allowance_of,
    decoded,
    encoded,
    permissions_of,
    refusal,
)
from matinee.infra.http.rights import UNLIMITED, Allowance


def test_every_permission_has_a_meaning_and_a_letter_of_its_own() -> None:
    assert PERMISSIONS.keys() == CODES.keys() == ALL_PERMISSIONS
    assert len(set(CODES.values())) == len(CODES)


@pytest.mark.parametrize(
    ("role", "granted", "denied", "has", "lacks"),
    [
        ("user", [], [], {"play", "transcode", "request", "download"}, {"auto_approve", "invite", "manage_requests"}),
        ("user", ["invite"], [], {"play", "invite"}, {"manage_requests"}),
        ("user", ["invite"], ["invite", "play"], {"request"}, {"invite", "play"}),
        ("user", ["of another version"], [], {"play"}, {"of another version"}),
        ("admin", [], ["play"], {"play", "invite", "manage_requests", "auto_approve"}, set()),
    ],
)
def test_a_denial_counts_more_than_a_grant_but_for_administrators(
    role: str, granted: list[str], denied: list[str], has: set[str], lacks: set[str]
) -> None:
    found = permissions_of(role, "free", granted, denied)
    assert has <= found
    assert not lacks & found


def test_an_unknown_tier_has_the_rights_of_free() -> None:
    assert permissions_of("user", "gold", [], []) == RIGHTS["free"].permissions


@pytest.mark.parametrize(
    ("role", "own", "expected"),
    [
        ("user", {}, RIGHTS["free"].limits),
        ("user", {"streams": 1, "transcodes": None, "of another version": 3}, Allowance(5, 20, 1, 2)),
        ("user", {"streams": 0}, Allowance(5, 20, 0, 2)),
        ("admin", {}, UNLIMITED),
        ("admin", {"downloads_per_day": 3}, Allowance(None, 3, None, None)),
    ],
)
def test_ones_own_numbers_come_before_the_tiers(role: str, own: dict[str, Any], expected: Allowance) -> None:
    assert allowance_of(role, "free", own) == expected


def test_a_token_carries_permissions_in_one_short_word() -> None:
    for permissions in (frozenset(), frozenset({"play", "invite"}), ALL_PERMISSIONS):
        word = encoded(permissions)  # type: ignore[arg-type]
        assert decoded(word) == permissions
        assert len(word) == len(permissions)
    assert decoded("p?") == {"play"}


def test_the_refusal_says_whether_another_tier_would_have_it() -> None:
    assert refusal("auto_approve", "free").code == "tier_required"
    assert "premium" in refusal("auto_approve", "free").detail
    assert refusal("auto_approve", "premium").code == "forbidden"
    assert refusal("invite", "free").code == "forbidden"
