"""The conventions of the API hold on every route, not only where somebody thought of them."""

from __future__ import annotations

import re

import httpx2
import pytest

from tests.contract.operations import GUARDED, LISTS, OPERATIONS, Operation

READS = [
    o
    for o in OPERATIONS
    if o.method == "GET"
    and "{" not in o.path
    and not o.is_signed
    and o.path != "/api/v1/events"
    and "200" in o.details["responses"]
]
JSON_READS = [o for o in READS if o.path.startswith("/api/v1/") and "bandwidth" not in o.path]
REQUIRED = {"/api/v1/search": {"q": "a"}, "/api/v1/search/suggest": {"q": "a"}}


def get(client: httpx2.Client, operation: Operation, **parameters: object) -> httpx2.Response:
    return client.get(operation.path, params={**REQUIRED.get(operation.path, {}), **parameters})


@pytest.mark.parametrize("operation", READS, ids=str)
def test_an_unknown_parameter_is_refused(operation: Operation, admin: httpx2.Client) -> None:
    answer = get(admin, operation, no_such_parameter="1")
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_parameter")


@pytest.mark.parametrize("operation", LISTS, ids=str)
def test_a_parameter_given_twice_is_refused(operation: Operation, admin: httpx2.Client) -> None:
    answer = get(admin, operation, limit=["1", "2"])
    assert (answer.status_code, answer.json()["code"]) == (400, "parameter_pollution")


@pytest.mark.parametrize("operation", LISTS, ids=str)
@pytest.mark.parametrize("limit", ["0", "101", "-1", "many"])
def test_a_limit_outside_its_range_is_refused(operation: Operation, limit: str, admin: httpx2.Client) -> None:
    answer = get(admin, operation, limit=limit)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert answer.json()["errors"][0]["location"] == "query.limit"


@pytest.mark.parametrize("operation", LISTS, ids=str)
@pytest.mark.parametrize("cursor", ["nonsense", "WzFd.AAAAAAAAAAAAAAAAAAAAAA", "."])
def test_a_forged_cursor_is_refused(operation: Operation, cursor: str, admin: httpx2.Client) -> None:
    answer = get(admin, operation, cursor=cursor)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor")


@pytest.mark.parametrize("operation", LISTS, ids=str)
def test_a_list_has_the_shape_of_lists_and_pages_without_gaps(operation: Operation, admin: httpx2.Client) -> None:
    whole = get(admin, operation, limit=100).json()
    assert whole.keys() >= {"items", "next_cursor"}
    seen, cursor = [], None
    for _ in range(len(whole["items"]) + 1):
        page = get(admin, operation, limit=1, **({"cursor": cursor} if cursor else {})).json()
        seen += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    identities = [[item.get("id", item) for item in items] for items in (seen, whole["items"])]
    assert identities[0] == identities[1]


@pytest.mark.parametrize("operation", [o for o in JSON_READS if "fields" in o.parameters], ids=str)
def test_an_unknown_field_is_refused(operation: Operation, admin: httpx2.Client) -> None:
    answer = get(admin, operation, fields="no_such_field")
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_field")


def test_fields_keep_only_what_is_named(admin: httpx2.Client) -> None:
    items = admin.get("/api/v1/library/movies", params={"fields": "id,title"}).json()["items"]
    assert items
    assert all(item.keys() == {"id", "title"} for item in items)


@pytest.mark.parametrize("operation", JSON_READS, ids=str)
def test_a_read_can_be_repeated_for_nothing(operation: Operation, admin: httpx2.Client) -> None:
    first = get(admin, operation)
    assert first.status_code == 200, first.text
    assert first.headers["cache-control"]
    if "no-store" in first.headers["cache-control"]:
        return
    again = admin.get(first.url, headers={"if-none-match": first.headers["etag"]})
    assert again.status_code in {200, 304}
    if again.status_code == 200:  # something personal changed meanwhile: then the tag must have changed too
        assert again.headers["etag"] != first.headers["etag"]


@pytest.mark.parametrize("operation", READS, ids=str)
def test_a_request_can_be_followed(operation: Operation, admin: httpx2.Client) -> None:
    given = admin.get(operation.path, params=REQUIRED.get(operation.path), headers={"x-request-id": "follow-me-42"})
    assert given.headers["x-request-id"] == "follow-me-42"
    made = admin.get(operation.path, params=REQUIRED.get(operation.path), headers={"x-request-id": "bad id\twith spaces"})
    assert re.fullmatch(r"[\w-]{8,}", made.headers["x-request-id"])


@pytest.mark.parametrize("operation", [o for o in GUARDED if o.method in {"POST", "PUT"} and "requestBody" in o.details], ids=str)
def test_a_body_that_is_no_json_is_refused(operation: Operation, admin: httpx2.Client) -> None:
    answer = admin.request(operation.method, operation.url(), content=b"{not json", headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_json")


def test_a_body_that_is_too_large_is_refused(admin: httpx2.Client) -> None:
    answer = admin.post("/api/v1/me/api-keys", content=b" " * 2_000_000, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (413, "payload_too_large")


def test_security_headers_are_on_every_answer(anybody: httpx2.Client) -> None:
    for path in ("/", "/api/health", "/api/v1/home", "/docs", "/nowhere.txt"):
        headers = anybody.get(path, follow_redirects=True).headers
        assert headers["x-content-type-options"] == "nosniff", path
        assert "default-src 'self'" in headers["content-security-policy"], path
