"""`MATINEE_OIDC`: what is wrong with it is said before the server starts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from matinee.providers.oidc.settings import EXAMPLE, providers_of

HOME = {"id": "home", "issuer": "https://id.example/realms/home", "client_id": "matinee"}


def test_the_example_works() -> None:
    [one] = providers_of(EXAMPLE)
    assert (one.id, one.label, one.sign_up) == ("home", "Home", False)


def test_what_is_left_out_has_a_meaning() -> None:
    [one] = providers_of(json.dumps([HOME]))
    assert (one.label, one.scopes, one.client_secret) == ("home", ("openid", "profile", "email"), "")


def test_openid_is_always_asked_for() -> None:
    [one] = providers_of(json.dumps([{**HOME, "scopes": ["groups"]}]))
    assert one.scopes == ("openid", "groups")


@pytest.mark.parametrize(
    "issuer", ["http://localhost:8080", "http://192.168.1.5/realms/x", "http://authentik", "http://id.home.arpa"]
)
def test_a_provider_at_home_may_do_without_tls(issuer: str) -> None:
    assert providers_of(json.dumps([{**HOME, "issuer": issuer}]))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"issuer": "http://id.example"}, "must begin with https"),
        ({"issuer": "id.example"}, "issuer must be an address"),
        ({"issuer": "https://user:pass@id.example"}, "issuer must be an address"),
        ({"issuer": "https://id.example/?tenant=1"}, "no query"),
        ({"issuer": "https://id.example/#x"}, "issuer must be an address"),
        ({"id": "Home"}, "id must be"),
        ({"id": "plex"}, "id must be"),
        ({"id": ""}, "id must be"),
        ({"client_id": ""}, "client_id"),
        ({"scopes": ["a b"]}, "scopes"),
        ({"role_claim": "groups"}, "role_claim and admin_values belong together"),
        ({"premium_values": ["gold"]}, "tier_claim and premium_values belong together"),
        ({"clientid": "x"}, "clientid"),
        ({"sign_up": "yes"}, "sign_up"),
        ({"scopes": "openid"}, "scopes"),
    ],
)
def test_what_is_wrong_is_named(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        providers_of(json.dumps([{**HOME, **change, "client_secret": "hush"}]))


@pytest.mark.parametrize("text", ["", "{}", "[1]", "nonsense", '[{"id": "x"}]'])
def test_what_is_no_list_of_providers_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        providers_of(text)


def test_two_providers_have_two_ids() -> None:
    with pytest.raises(ValueError, match="two providers have the id 'home'"):
        providers_of(json.dumps([HOME, HOME]))


def test_no_secret_is_in_a_message() -> None:
    with pytest.raises(ValueError) as told:
        providers_of(json.dumps([{**HOME, "client_secret": "hush-hush", "id": "!"}]))
    assert "hush" not in str(told.value)
    assert "hush-hush" not in repr(providers_of(json.dumps([{**HOME, "client_secret": "hush-hush"}])))
