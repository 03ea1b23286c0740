"""Access tokens and CSRF values."""

from __future__ import annotations

import base64
import json

import pytest
from joserfc import jwt
from joserfc.jwk import OKPKey

from matinee.features.accounts.errors import SessionExpired, TokenRevoked
from matinee.features.accounts.policy import AccountsOptions
from matinee.features.accounts.tokens import AccessTokens, CsrfTokens
from matinee.infra.clock import ManualClock
from matinee.infra.http.caller import USER_SCOPES, Caller
from matinee.infra.ids import UserId
from matinee.infra.signing import Signer

pytestmark = pytest.mark.anyio
ANNA = Caller(UserId("u1"), "anna", "user", "free", USER_SCOPES, "token", "s1")


@pytest.fixture
def tokens(clock: ManualClock) -> AccessTokens:
    return AccessTokens(Signer(b"k" * 32), clock, AccountsOptions())


def segment(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


async def test_a_token_says_who_it_is(tokens: AccessTokens) -> None:
    assert tokens.verify(tokens.issue(ANNA)[0]).caller == ANNA


async def test_it_ends(tokens: AccessTokens, clock: ManualClock) -> None:
    token, lifetime = tokens.issue(ANNA)
    await clock.advance(lifetime.total_seconds() - 1)
    tokens.verify(token)
    await clock.advance(1)
    with pytest.raises(SessionExpired):
        tokens.verify(token)


async def test_others_verify_it_by_the_published_key(tokens: AccessTokens) -> None:
    key = tokens.jwks()["keys"][0]
    assert set(key) == {"kty", "crv", "x", "kid", "use", "alg"}
    found = jwt.decode(tokens.issue(ANNA)[0], OKPKey.import_key(dict(key)), algorithms=["Ed25519"])
    assert found.header["kid"] == key["kid"]
    assert found.claims["sub"] == "u1"


async def test_two_processes_with_one_secret_trust_each_other_and_no_one_else(tokens: AccessTokens, clock: ManualClock) -> None:
    twin = AccessTokens(Signer(b"k" * 32), clock, AccountsOptions())
    stranger = AccessTokens(Signer(b"x" * 32), clock, AccountsOptions())
    assert tokens.verify(twin.issue(ANNA)[0]).caller == ANNA
    with pytest.raises(TokenRevoked):
        tokens.verify(stranger.issue(ANNA)[0])


def with_key(number: int, clock: ManualClock) -> AccessTokens:
    return AccessTokens(Signer(b"k" * 32), clock, AccountsOptions(token_key=number))


async def test_a_new_key_and_the_one_before_understand_each_other_while_processes_are_restarted(clock: ManualClock) -> None:
    old, new = with_key(4, clock), with_key(5, clock)
    assert old.verify(new.issue(ANNA)[0]).caller == ANNA
    assert new.verify(old.issue(ANNA)[0]).caller == ANNA
    assert {one["kid"] for one in old.jwks()["keys"]} >= {new.jwks()["keys"][0]["kid"]}
    assert old.jwks()["keys"][0]["kid"] != new.jwks()["keys"][0]["kid"]


async def test_an_old_key_is_believed_no_longer_than_its_last_token(clock: ManualClock) -> None:
    old, new = with_key(4, clock), with_key(5, clock)
    kid = old.jwks()["keys"][0]["kid"]
    await clock.advance(15 * 60 - 1)
    assert new.verify(old.issue(ANNA)[0]).caller == ANNA
    await clock.advance(1)
    with pytest.raises(TokenRevoked):
        new.verify(old.issue(ANNA)[0])
    assert kid not in {one["kid"] for one in new.jwks()["keys"]}


async def test_keys_further_away_are_not_believed(clock: ManualClock) -> None:
    for number in (1, 2, 3, 7, 8):
        with pytest.raises(TokenRevoked):
            with_key(5, clock).verify(with_key(number, clock).issue(ANNA)[0])


async def test_the_first_key_is_the_one_from_before_there_were_numbers(tokens: AccessTokens, clock: ManualClock) -> None:
    assert with_key(1, clock).jwks() == tokens.jwks()


@pytest.mark.parametrize("kind", ["none", "cut", "changed", "empty", "noise", "hmac", "unicode"])
async def test_refuses_forgeries(tokens: AccessTokens, kind: str) -> None:
    token = tokens.issue(ANNA)[0]
    head, body, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    forged = {
        "none": f"{segment({'alg': 'none', 'typ': 'at+jwt'})}.{body}.",
        "cut": token[:-4],
        "changed": f"{head}.{segment({**claims, 'role': 'admin', 'scope': 'admin'})}.{signature}",
        "empty": "",
        "noise": "a.b.c",
        "hmac": f"{segment({'alg': 'HS256', 'typ': 'at+jwt'})}.{body}.{signature}",
        "unicode": "ü.ü.ü",
    }[kind]
    with pytest.raises(TokenRevoked):
        tokens.verify(forged)


async def test_a_csrf_value_fits_its_session_only() -> None:
    csrf = CsrfTokens(Signer(b"k" * 32))
    assert csrf.fits("s1", csrf.of("s1"))
    assert not csrf.fits("s1", csrf.of("s2"))
    assert not csrf.fits("s1", "")
    assert not csrf.fits("s1", "ü")
