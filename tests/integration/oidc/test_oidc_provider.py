"""A provider's word, right and wrong in every way: only the right one is believed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from matinee.infra.clock import ManualClock
from matinee.ports.identity import EndedElsewhere, ProvenIdentity, RedirectRequest
from matinee.ports.metadata import Found, NotFound, Rejected, Unavailable
from matinee.providers.oidc import OidcSignIn
from tests.integration.accounts.other_ways import CALLBACK, oidc_at
from tests.servers.fake_http import Answered, as_json
from tests.servers.fake_oidc import CLIENT, FakeOidc, claims_of
from tests.servers.fault_proxy import Answer, FaultProxy, Garbage, Reset

pytestmark = pytest.mark.anyio
REQUEST = RedirectRequest(CALLBACK, "state-1", "nonce-1", "verifier-" + "v" * 50)


@pytest.fixture
def fake() -> Iterator[FakeOidc]:
    with FakeOidc(person="ada") as found:
        yield found


@pytest.fixture
async def home(fake: FakeOidc, clock: ManualClock) -> AsyncIterator[OidcSignIn]:
    async with oidc_at(fake, clock, role_claim="groups", admin_values=frozenset({"admins"})) as found:
        yield found


async def code_of(provider: OidcSignIn, request: RedirectRequest = REQUEST) -> str:
    """The person goes to the provider and comes back."""
    outcome = await provider.address(request)
    assert isinstance(outcome, Found), outcome
    async with httpx2.AsyncClient(trust_env=False) as browser:
        back = await browser.get(outcome.value)
    return parse_qs(urlsplit(back.headers["location"]).query)["code"][0]


async def redeemed(provider: OidcSignIn, fake: FakeOidc, request: RedirectRequest = REQUEST) -> Any:
    answered = RedirectRequest(request.callback, request.state, request.nonce, request.verifier, fake.issuer)
    return await provider.redeem(await code_of(provider, request), answered)


async def test_the_address_has_everything_that_binds_the_sign_in(home: OidcSignIn, fake: FakeOidc) -> None:
    outcome = await home.address(REQUEST)
    assert isinstance(outcome, Found)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(outcome.value).query).items()}
    assert asked.pop("code_challenge") not in {REQUEST.verifier, ""}
    assert asked == {
        "tenant": "1",
        "response_type": "code",
        "client_id": CLIENT[0],
        "redirect_uri": CALLBACK,
        "scope": "openid profile email",
        "state": "state-1",
        "nonce": "nonce-1",
        "code_challenge_method": "S256",
    }


async def test_a_right_answer_says_who_it_is(home: OidcSignIn, fake: FakeOidc) -> None:
    outcome = await redeemed(home, fake)
    assert isinstance(outcome, Found)
    person: ProvenIdentity = outcome.value
    assert (person.issuer, person.subject, person.name, person.label) == (fake.issuer, "u-ada", "ada", "ada@mail.example")
    assert (person.role, person.tier) == ("admin", None)
    assert person.session is not None


@pytest.mark.parametrize("kind", ["RS256", "ES256", "EdDSA"])
async def test_keys_of_every_kind(fake: FakeOidc, clock: ManualClock, kind: str) -> None:
    fake.kind = kind
    async with oidc_at(fake, clock) as provider:
        assert isinstance(await redeemed(provider, fake), Found)


WRONG: dict[str, dict[str, Any]] = {
    "another issuer": {"changes": {"iss": "https://evil.example"}},
    "no issuer": {"changes": {"iss": None}},
    "another audience": {"changes": {"aud": "other"}},
    "audiences without a party": {"changes": {"aud": [CLIENT[0], "other"]}},
    "another party": {"changes": {"azp": "other"}},
    "another party among several": {"changes": {"aud": [CLIENT[0], "other"], "azp": "other"}},
    "another nonce": {"changes": {"nonce": "nonce-2"}},
    "no nonce": {"changes": {"nonce": None}},
    "the end is over": {"changes": {"exp": 1_000_000_000}},
    "no end": {"changes": {"exp": None}},
    "an end that is no number": {"changes": {"exp": "tomorrow"}},
    "not yet": {"changes": {"nbf": 4_000_000_000}},
    "made in the future": {"changes": {"iat": 4_000_000_000}},
    "another access token": {"changes": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}},
    "nobody": {"changes": {"sub": None}},
    "an empty name": {"changes": {"sub": ""}},
    "an endless name": {"changes": {"sub": "x" * 256}},
    "a stranger's signature": {"sign": "stranger"},
    "a key that is not published": {"sign": "unpublished"},
    "no signature": {"sign": "none"},
    "an HMAC by the public key": {"sign": "hmac"},
    "a logout token": {"header": {"typ": "logout+jwt"}},
    "an access token": {"header": {"typ": "at+jwt"}},
    "an extension that must be understood": {"header": {"crit": ["exp"], "exp": 1}},
}


@pytest.mark.parametrize("wrong", WRONG, ids=str)
async def test_a_wrong_token_is_refused(home: OidcSignIn, fake: FakeOidc, wrong: str) -> None:
    for name, value in WRONG[wrong].items():
        setattr(fake, name, value)
    outcome = await redeemed(home, fake)
    assert isinstance(outcome, Rejected), outcome
    assert outcome.reason.startswith("its ID token is refused")


async def test_several_audiences_are_fine_when_it_was_given_to_us(home: OidcSignIn, fake: FakeOidc) -> None:
    fake.changes = {"aud": [CLIENT[0], "other"], "azp": CLIENT[0]}
    assert isinstance(await redeemed(home, fake), Found)


async def test_clocks_may_differ_by_a_minute(home: OidcSignIn, fake: FakeOidc, clock: ManualClock) -> None:
    at = clock.now().timestamp()
    fake.changes = {"exp": int(at) - 50, "iat": int(at) + 50}
    assert isinstance(await redeemed(home, fake), Found)
    fake.changes = {"exp": int(at) - 70}
    assert isinstance(await redeemed(home, fake), Rejected)


async def test_a_code_of_another_sign_in_is_refused(home: OidcSignIn, fake: FakeOidc) -> None:
    code = await code_of(home)
    other = RedirectRequest(CALLBACK, "state-2", "nonce-2", "another verifier " * 3, fake.issuer)
    outcome = await home.redeem(code, other)
    assert outcome == Rejected("it refused the code: invalid_grant")


async def test_an_answer_of_another_provider_is_refused(home: OidcSignIn, fake: FakeOidc) -> None:
    for issuer in ("https://evil.example", None):
        answered = RedirectRequest(CALLBACK, "state-1", "nonce-1", REQUEST.verifier, issuer)
        assert isinstance(await home.redeem(await code_of(home), answered), Rejected)
    assert fake.calls["/realms/home/token"] == 0


async def test_the_secret_goes_where_the_provider_wants_it(fake: FakeOidc, clock: ManualClock) -> None:
    for methods in (["client_secret_basic"], ["client_secret_post"]):
        fake.metadata = {"token_endpoint_auth_methods_supported": methods}
        async with oidc_at(fake, clock) as provider:
            assert isinstance(await redeemed(provider, fake), Found)
        sent = [asked for asked in fake.asked if asked.path.endswith("/token")][-1]
        assert ("authorization" in sent.headers) == (methods == ["client_secret_basic"])
        assert ("client_secret" in sent.form) == (methods == ["client_secret_post"])
        assert "client_secret" not in sent.query


async def test_a_wrong_secret_is_the_operators_to_repair(fake: FakeOidc, clock: ManualClock) -> None:
    async with oidc_at(fake, clock, client_secret="wrong") as provider:
        assert await redeemed(provider, fake) == Rejected("it refused the code: invalid_client")


async def test_keys_that_change_are_read_again(home: OidcSignIn, fake: FakeOidc, clock: ManualClock) -> None:
    assert isinstance(await redeemed(home, fake), Found)
    fake.rotate()
    await clock.advance(31)
    assert isinstance(await redeemed(home, fake), Found)
    assert fake.calls["/realms/home/keys"] == 2


async def test_tokens_with_unknown_keys_do_not_flood_the_provider(home: OidcSignIn, fake: FakeOidc) -> None:
    fake.sign = "unpublished"
    for _ in range(4):
        assert isinstance(await redeemed(home, fake), Rejected)
    assert fake.calls["/realms/home/keys"] == 1


async def test_claims_that_decide_are_asked_for(home: OidcSignIn, fake: FakeOidc) -> None:
    fake.in_token = False
    outcome = await redeemed(home, fake)
    assert isinstance(outcome, Found)
    assert (outcome.value.role, outcome.value.name) == ("admin", "ada")


async def test_claims_about_somebody_else_are_refused(home: OidcSignIn, fake: FakeOidc) -> None:
    fake.in_token = False
    fake.instead["/realms/home/userinfo"] = as_json({"sub": "u-ben", "groups": ["admins"]})
    assert isinstance(await redeemed(home, fake), Rejected)


async def test_a_role_that_cannot_be_asked_for_is_not_guessed(home: OidcSignIn, fake: FakeOidc) -> None:
    fake.in_token = False
    fake.instead["/realms/home/userinfo"] = Answered(500)
    assert isinstance(await redeemed(home, fake), Unavailable)


@pytest.mark.parametrize(
    ("claims", "role"),
    [
        ({"realm_access": {"roles": ["matinee-admin"]}}, "admin"),
        ({"realm_access": {"roles": "matinee-admin"}}, "admin"),
        ({"realm_access.roles": ["matinee-admin"]}, "admin"),
        ({"realm_access": {"roles": ["other"]}}, "user"),
        ({"realm_access": ["matinee-admin"]}, "user"),
        ({"realm_access": {"roles": {"matinee-admin": True}}}, "user"),
        ({}, "user"),
    ],
)
async def test_roles_are_found_where_the_setting_says(
    fake: FakeOidc, clock: ManualClock, claims: dict[str, Any], role: str
) -> None:
    fake.people["ada"] |= claims
    async with oidc_at(fake, clock, role_claim="realm_access.roles", admin_values=frozenset({"matinee-admin"})) as provider:
        outcome = await redeemed(provider, fake)
    assert isinstance(outcome, Found)
    assert outcome.value.role == role


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"},
        {"issuer": None},
        {"token_endpoint": None},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"token_endpoint": "https://user:pass@id.example/token"},
    ],
    ids=str,
)
async def test_metadata_that_cannot_be_trusted_is_not_used(fake: FakeOidc, clock: ManualClock, metadata: dict[str, Any]) -> None:
    fake.metadata = metadata
    async with oidc_at(fake, clock) as provider:
        assert isinstance(await provider.address(REQUEST), Unavailable)


@pytest.mark.parametrize("name", ["jwks_uri", "token_endpoint", "userinfo_endpoint"])
async def test_metadata_cannot_lead_into_the_private_network(fake: FakeOidc, clock: ManualClock, name: str) -> None:
    with FakeOidc() as inside:
        fake.in_token = False
        path = fake.metadata.get(name) or {"jwks_uri": "keys", "token_endpoint": "token", "userinfo_endpoint": "userinfo"}[name]
        fake.metadata = {name: f"{inside.issuer.replace('127.0.0.1', 'localhost')}/{path}"}
        async with oidc_at(fake, clock, role_claim="groups", admin_values=frozenset({"admins"})) as provider:
            outcome = await redeemed(provider, fake)
        assert isinstance(outcome, Rejected), outcome
        assert "may not be reached" in outcome.reason
        assert inside.asked == []


async def test_old_metadata_and_keys_serve_while_the_provider_does_not(fake: FakeOidc, clock: ManualClock) -> None:
    async with oidc_at(fake, clock) as provider:
        assert isinstance(await redeemed(provider, fake), Found)
        fake.instead["/realms/home/.well-known/openid-configuration"] = Answered(503)
        fake.instead["/realms/home/keys"] = Answered(503)
        await clock.advance(3700)
        assert isinstance(await redeemed(provider, fake), Found)
        await clock.advance(24 * 3600)
        assert isinstance(await provider.address(REQUEST), Unavailable)


@pytest.mark.parametrize(
    "fault", [Reset(), Garbage(), Answer(503), Answer(429, {"Retry-After": "20"}), Answer(200, body=b"[]")], ids=repr
)
async def test_a_broken_provider_is_said_so(fake: FakeOidc, clock: ManualClock, fault: Any) -> None:
    with FaultProxy(fake.port) as faults:
        faults.fault = fault
        async with oidc_at(fake, clock, issuer=faults.url + "/realms/home") as provider:
            assert isinstance(await provider.address(REQUEST), Unavailable)


async def test_words_of_the_provider_stay_out_of_our_answers(home: OidcSignIn, fake: FakeOidc) -> None:
    fake.instead["/realms/home/token"] = as_json({"error": "<script>", "error_description": "secret"}, 400)
    assert await redeemed(home, fake) == Rejected("it refused the code: status 400")


# the end of a sign-in


async def test_a_logout_token_says_whose_sign_in_has_ended(home: OidcSignIn, fake: FakeOidc) -> None:
    token = fake.logout_token("u-ada", "sid-1")
    outcome = await home.ended(token)
    assert isinstance(outcome, Found)
    notice: EndedElsewhere = outcome.value
    assert (notice.issuer, notice.subject, notice.session) == (fake.issuer, "u-ada", "sid-1")
    assert notice.token == claims_of(token)["jti"]
    assert notice.lifetime.total_seconds() > 120


WRONG_LOGOUT: dict[str, dict[str, Any]] = {
    "a nonce": {"nonce": "nonce-1"},
    "no events": {"events": None},
    "other events": {"events": {"http://schemas.example/other": {}}},
    "an event that is no object": {"events": {"http://schemas.openid.net/event/backchannel-logout": True}},
    "no name of its own": {"jti": None},
    "nobody": {"sub": None},
    "not made": {"iat": None},
    "made in the future": {"iat": 4_000_000_000},
    "over": {"exp": 1_000_000_000},
    "old and without an end": {"exp": None, "iat": 1_000_000_000},
}


@pytest.mark.parametrize("wrong", WRONG_LOGOUT, ids=str)
async def test_a_wrong_logout_token_is_refused(home: OidcSignIn, fake: FakeOidc, wrong: str) -> None:
    assert isinstance(await home.ended(fake.logout_token(**{"sub": "u-ada", **WRONG_LOGOUT[wrong]})), Rejected)


@pytest.mark.parametrize("sign", ["stranger", "none", "hmac", "unpublished"])
async def test_a_forged_logout_token_is_refused(home: OidcSignIn, fake: FakeOidc, sign: Any) -> None:
    fake.sign = sign
    assert isinstance(await home.ended(fake.logout_token("u-ada")), Rejected)


async def test_an_id_token_is_no_logout_token(home: OidcSignIn, fake: FakeOidc) -> None:
    fake.header = {"typ": "JWT"}
    token = fake.logout_token("u-ada", events=None, nonce="nonce-1")
    assert isinstance(await home.ended(token), Rejected)


async def test_a_logout_token_for_another_is_not_ours_to_judge(home: OidcSignIn, fake: FakeOidc) -> None:
    assert await home.ended(fake.logout_token("u-ada", aud="other")) == NotFound()
    assert await home.ended(fake.logout_token("u-ada", iss="https://other.example")) == NotFound()


@pytest.mark.parametrize("noise", ["", "a.b.c", "..", "ü.ü.ü", "x" * 20_000, "eyJhbGciOiJub25lIn0.W10."])
async def test_noise_is_refused(home: OidcSignIn, fake: FakeOidc, noise: str) -> None:
    assert isinstance(await home.ended(noise), Rejected)
    assert fake.asked == []


async def test_the_way_out_leads_back(home: OidcSignIn, fake: FakeOidc) -> None:
    target = await home.farewell("http://localhost/signin")
    assert target is not None
    asked = parse_qs(urlsplit(target).query)
    assert asked == {"client_id": [CLIENT[0]], "post_logout_redirect_uri": ["http://localhost/signin"]}


async def test_not_every_provider_has_a_way_out(fake: FakeOidc, clock: ManualClock) -> None:
    fake.metadata = {"end_session_endpoint": None}
    async with oidc_at(fake, clock) as provider:
        assert await provider.farewell("http://localhost/signin") is None
