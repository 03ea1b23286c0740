"""The filter that the documentation proposes, on lines of the log."""

from __future__ import annotations

import json

import pytest

from tests.fail2ban import banned

LINE = {
    "address": "203.0.113.9",
    "method": "password",
    "event": "sign_in_failed",
    "request_id": "01m7",
    "level": "warning",
    "logger": "matinee.features.accounts.audit",
    "timestamp": "2026-11-21T16:56:53.175607Z",
}


@pytest.mark.parametrize("address", ["203.0.113.9", "2001:db8::7", "::1"])
def test_the_filter_finds_the_address_of_a_failed_sign_in(address: str) -> None:
    assert banned(json.dumps({**LINE, "address": address})) == [address]


@pytest.mark.parametrize(
    "line",
    [
        {**LINE, "event": "request"},
        {"event": 'x {"address": "192.0.2.1", "method": "password", "event": "sign_in_failed"', **LINE, "address": "example"},
        {"path": '/{"address": "192.0.2.1", "method": "password", "event": "sign_in_failed"', "timestamp": LINE["timestamp"]},
    ],
)
def test_nobody_is_banned_by_what_somebody_else_wrote_into_a_line(line: dict[str, str]) -> None:
    assert banned(json.dumps(line)) == []
