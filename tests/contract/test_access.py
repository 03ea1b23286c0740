"""Everything but sign-in, health and the page itself needs a caller, and a key reaches no further than its scopes."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest

from tests.contract.operations import GUARDED, OPERATIONS, PUBLIC, Operation
from tests.servers.product import Product

OWN = ("/api/v1/me", "/api/v1/events")
"""What belongs to the caller itself and needs no scope beyond being somebody."""


def call(client: httpx2.Client, operation: Operation) -> httpx2.Response:
    body = {} if operation.method in {"POST", "PUT", "PATCH"} else None
    return client.request(operation.method, operation.url(), json=body)


@pytest.fixture(scope="module")
def powerless(product: Product, admin: httpx2.Client) -> Iterator[httpx2.Client]:
    """A key with one scope that no route uses yet."""
    made = admin.post("/api/v1/me/api-keys", json={"name": "powerless", "scopes": ["downloads"]})
    assert made.status_code == 201, made.text
    with product.client() as client:
        client.headers["x-api-key"] = made.json()["key"]
        yield client


def test_the_table_of_public_operations_is_true() -> None:
    assert {(operation.method, operation.path) for operation in OPERATIONS} >= PUBLIC


@pytest.mark.parametrize("operation", GUARDED, ids=str)
def test_nobody_gets_in_without_a_credential(operation: Operation, anybody: httpx2.Client) -> None:
    answer = call(anybody, operation)
    assert answer.status_code == 401, answer.text
    assert answer.json()["code"] == "authentication_required"
    assert answer.headers["www-authenticate"]


@pytest.mark.parametrize("operation", [o for o in GUARDED if not o.path.startswith(OWN)], ids=str)
def test_a_key_without_the_scope_gets_no_further(operation: Operation, powerless: httpx2.Client) -> None:
    answer = call(powerless, operation)
    assert answer.status_code == 403, answer.text
    assert answer.json()["code"] in {"scope_missing", "forbidden"}


@pytest.mark.parametrize("operation", [o for o in OPERATIONS if o.is_signed], ids=str)
def test_a_playback_url_needs_its_signature(operation: Operation, admin: httpx2.Client) -> None:
    answer = admin.request(operation.method, operation.url())
    assert answer.status_code in {403, 404, 410, 422}, answer.text


def test_a_wrong_key_is_refused_and_not_ignored(anybody: httpx2.Client) -> None:
    answer = anybody.get("/api/v1/me", headers={"x-api-key": "mk_nonsense"})
    assert (answer.status_code, answer.json()["code"]) == (401, "api_key_invalid")


def test_a_key_in_the_query_string_is_no_credential(admin: httpx2.Client, anybody: httpx2.Client) -> None:
    key = admin.post("/api/v1/me/api-keys", json={"name": "query", "scopes": ["catalog:read"]}).json()["key"]
    assert anybody.get("/api/v1/home", params={"api_key": key}).status_code in {400, 401}
