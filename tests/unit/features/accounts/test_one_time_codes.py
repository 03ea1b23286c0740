"""Codes of authenticator apps: the vectors of the RFCs, the drift of clocks, and no code twice."""

from __future__ import annotations

from base64 import b32decode
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from matinee.features.accounts.one_time_codes import (
    RECOVERY_CODES,
    code_at,
    fitting_step,
    is_from_app,
    new_recovery_codes,
    new_shared_secret,
    otpauth_uri,
    recovery_hash,
    shown_secret,
    step_at,
    typed,
)

SECRET = b"12345678901234567890"
"""Of the appendices of both RFCs."""
NOW = datetime(2026, 1, 1, 12, 0, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_vectors_of_rfc_6238_appendix_b(seconds: int, code: str) -> None:
    step = step_at(datetime.fromtimestamp(seconds, UTC))
    assert code_at(SECRET, step, digits=8) == code
    assert code_at(SECRET, step) == code[2:]


def test_the_vectors_of_rfc_4226_appendix_d() -> None:
    wanted = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"]
    assert [code_at(SECRET, count) for count in range(10)] == wanted


@pytest.mark.parametrize(("steps", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_off_by_one_step_either_way(steps: int, taken: bool) -> None:
    code = code_at(SECRET, step_at(NOW) + steps)
    assert (fitting_step(SECRET, code, NOW, 0) is not None) is taken


def test_a_step_that_was_taken_and_those_before_it_are_over() -> None:
    step = step_at(NOW)
    assert fitting_step(SECRET, code_at(SECRET, step), NOW, step - 1) == step
    assert fitting_step(SECRET, code_at(SECRET, step), NOW, step) is None
    assert fitting_step(SECRET, code_at(SECRET, step - 1), NOW, step) is None
    later = NOW + timedelta(seconds=30)
    assert fitting_step(SECRET, code_at(SECRET, step + 1), later, step) == step + 1


@pytest.mark.parametrize("code", ["", "28708", "2870822", "28708２", "abcdef"])
def test_what_is_no_code_fits_nothing(code: str) -> None:
    assert fitting_step(SECRET, code, NOW, 0) is None
    assert not is_from_app(code)


def test_the_address_in_the_qr_code_says_who_and_where() -> None:
    secret = new_shared_secret()
    address = urlsplit(otpauth_uri(secret, "Matinee", "Anna & Bö:rn"))
    assert (address.scheme, address.netloc) == ("otpauth", "totp")
    assert address.path == "/Matinee:Anna%20%26%20B%C3%B6%3Arn"
    assert parse_qs(address.query) == {"secret": [shown_secret(secret)], "issuer": ["Matinee"]}
    assert b32decode(shown_secret(secret)) == secret


def test_recovery_codes_are_many_different_and_typed_as_one_likes() -> None:
    codes = new_recovery_codes()
    assert len(set(codes)) == RECOVERY_CODES
    assert all(len(typed(code)) == 16 and not is_from_app(typed(code)) for code in codes)
    hashed = recovery_hash("anna", codes[0])
    assert recovery_hash("anna", f" {codes[0].upper().replace('-', ' ')} ") == hashed
    assert recovery_hash("anna", codes[0].replace("o", "0").replace("l", "1")) == hashed
    assert recovery_hash("bert", codes[0]) != hashed
