"""Encryption of the secrets of authenticator apps."""

from __future__ import annotations

import pytest

from matinee.features.accounts.policy import AccountsOptions, lacks_factor
from matinee.features.accounts.sealing import Sealing
from matinee.infra.clock import ManualClock
from matinee.infra.signing import Signer

SECRET = b"12345678901234567890"


def test_a_sealed_secret_comes_back_and_is_sealed_anew_each_time() -> None:
    sealing = Sealing(Signer(b"k" * 32))
    first, second = sealing.seal("anna", SECRET), sealing.seal("anna", SECRET)
    assert first != second
    assert len(first) <= 255
    assert sealing.unseal("anna", first) == sealing.unseal("anna", second) == SECRET
    assert Sealing(Signer(b"k" * 32)).unseal("anna", first) == SECRET


def test_another_account_or_another_secret_key_opens_nothing() -> None:
    sealed = Sealing(Signer(b"k" * 32)).seal("anna", SECRET)
    assert Sealing(Signer(b"k" * 32)).unseal("bert", sealed) is None
    assert Sealing(Signer(b"x" * 32)).unseal("anna", sealed) is None


@pytest.mark.parametrize(
    ("setting", "role", "enrolled", "method", "lacking"),
    [
        ("offered", "admin", False, "password", False),
        ("admins", "admin", False, "password", True),
        ("admins", "admin", False, "device", True),
        ("admins", "admin", False, "", True),
        ("admins", "admin", True, "password", False),
        ("admins", "user", False, "password", False),
        ("admins", "admin", False, "oidc", False),
        ("admins", "admin", False, "plex", False),
    ],
)
def test_who_has_to_set_up_a_second_factor(setting: str, role: str, enrolled: bool, method: str, lacking: bool) -> None:
    options = AccountsOptions(second_factor="admins" if setting == "admins" else "offered")
    since = ManualClock().now() if enrolled else None
    assert lacks_factor(options, role, since, method) is lacking
