"""Nothing comes in unchecked: every value of a request has bounds, and what looks dangerous is text or an error."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.contract.conftest import DOCUMENT
from tests.contract.operations import OPERATIONS, Operation

COMPONENTS: dict[str, Any] = DOCUMENT["components"]["schemas"]
WITH_BODY = [o for o in OPERATIONS if "requestBody" in o.details]
WITH_JSON = [one for one in WITH_BODY if "application/json" in one.details["requestBody"]["content"]]
WITH_ID = [o for o in OPERATIONS if "{" in o.path and o.method == "GET" and not o.is_signed]
INJECTIONS = [
    "' OR '1'='1' --",
    '\'; DROP TABLE "user"; --',
    '{"$gt": ""}',
    "a'||this.x=='a",
    "{{7*7}}${7*7}#{7*7}",
    "%0d%0aSet-Cookie: a=b",
    "../../../../etc/passwd",
    "=cmd|' /C calc'!A0",
    "|| ping -c 1 127.0.0.1 ||",
    "𝒯ext 文字 نص",
]
STRANGE_IDS = ["%00", "%ff", "..%2f..%2fetc%2fpasswd", "a" * 3000, "%F0%9F%98%80", "'%20OR%201=1", "a%0a"]
HEADERS = {
    "accept": ["", "text/nothing", "*/*;q=not-a-number", "application/json;" + "a=b;" * 200],
    "accept-language": ["", "xx-XX-xx", "en;q=nan, de;q=-1", ";;;,,,", "*" * 300],
    "accept-encoding": ["", "br;q=nan", "gzip;q=0, *;q=0", "zstd" * 100],
    "range": ["bytes=", "bytes=-", "bytes=9-1", "bytes=0-0,1-1," + "2-2," * 100, "lines=1-2", "bytes=99999999999999999999-"],
    "if-none-match": ["", "W/", '"', "*, *", '"a"' * 200],
    "if-match": ["", '"', "W/*"],
    "if-modified-since": ["never", "Thu, 99 Foo 9999 99:99:99 GMT"],
    "content-type": ["", "application/", "multipart/form-data", "application/json; charset=\xff"],
    "x-request-id": ["", "a" * 500, "<script>", "\xe9\xe8"],
    "traceparent": ["00-0-0-0", "zz"],
    "authorization": ["", "Bearer", "Basic YTpi", "Bearer \xe9", "Bearer " + "a" * 4000],
    "x-api-key": ["", "mtn_", "\xe9", "a" * 4000],
    "cookie": ["matinee_session", "matinee_session=;matinee_session=x", "=;=;=", "\xe9=\xe8"],
    "origin": ["null", "https://", "javascript:1"],
    "x-forwarded-for": ["999.1.1.1", ",,,", "::1, ' OR 1=1", "a" * 2000],
    "host": ["evil.example", "a:b:c"],
}


def schemas_of(operation: Operation) -> Iterator[tuple[str, dict[str, Any]]]:
    for parameter in operation.details.get("parameters", ()):
        yield from parts(f"{parameter['in']}.{parameter['name']}", parameter["schema"], ())
    body = operation.details.get("requestBody", {}).get("content", {}).get("application/json")
    if body is not None:  # a form comes from another system, which chooses its members
        yield from parts("body", body["schema"], ())


def parts(place: str, schema: dict[str, Any], above: tuple[str, ...]) -> Iterator[tuple[str, dict[str, Any]]]:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if name not in above:
            yield from parts(place, {**COMPONENTS[name], "name": name}, (*above, name))
        return
    for inner in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        yield from parts(place, inner, above)
    yield place, schema
    for name, inner in schema.get("properties", {}).items():
        yield from parts(f"{place}.{name}", inner, above)
    if "items" in schema:
        yield from parts(f"{place}[]", schema["items"], above)


def unbounded(schema: dict[str, Any]) -> str:
    """What a schema lacks; empty when nothing."""
    kind = schema.get("type")
    if "enum" in schema or "const" in schema:
        return ""
    if (
        kind == "string"
        and "maxLength" not in schema
        and not schema.get("pattern", "").startswith("^")
        and "format" not in schema
    ):
        return "a text without a longest length or a pattern"
    if kind in {"integer", "number"} and not (
        {"maximum", "exclusiveMaximum"} & schema.keys() and {"minimum", "exclusiveMinimum"} & schema.keys()
    ):
        return "a number without bounds"
    if kind == "array" and "maxItems" not in schema and not schema.get("uniqueItems"):
        return "a list of any length"
    if kind == "object" and "properties" in schema and schema.get("additionalProperties") is not False:
        return "an object that takes unknown members"
    return ""


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_every_value_has_bounds(operation: Operation) -> None:
    wrong = [f"{place}: {lack}" for place, schema in schemas_of(operation) if (lack := unbounded(schema))]
    assert wrong == []


@pytest.mark.parametrize("text", INJECTIONS)
def test_text_that_looks_like_a_query_is_stored_and_given_back(text: str, admin: httpx2.Client) -> None:
    made = admin.post("/api/v1/me/api-keys", json={"name": text, "scopes": ["catalog:read"]})
    assert made.status_code == 201, made.text
    listed = admin.get("/api/v1/me/api-keys").json()["items"]
    assert [key["name"] for key in listed if key["id"] == made.json()["id"]] == [text]
    assert admin.delete(f"/api/v1/me/api-keys/{made.json()['id']}").status_code == 204
    assert admin.get("/api/v1/search", params={"q": text}).status_code in {200, 503}
    assert admin.get("/api/v1/library/movies", params={"q": text}).status_code == 200


def test_html_is_taken_out_and_what_is_left_is_kept(admin: httpx2.Client) -> None:
    made = admin.post("/api/v1/me/api-keys", json={"name": "<b>TV</b><script>x</script> <3", "scopes": ["catalog:read"]})
    assert made.json()["name"] == "TV <3"


@pytest.mark.parametrize("name", ["a\u202eb", "a\u0007b", "   ", "<i></i>", "a\ud800", "x" * 5000])
def test_a_deceiving_name_is_refused_at_its_place(name: str, admin: httpx2.Client) -> None:
    body = json.dumps({"name": name, "scopes": ["catalog:read"]})
    answer = admin.post("/api/v1/me/api-keys", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert [error["location"] for error in answer.json()["errors"]] == ["body.name"]


@pytest.mark.parametrize("operation", WITH_JSON, ids=str)
def test_an_unknown_member_is_refused_at_its_place(operation: Operation, admin: httpx2.Client) -> None:
    answer = admin.request(operation.method, operation.url(), json={"no_such_member": 1})
    if answer.status_code == 422:
        assert "body.no_such_member" in {error["location"] for error in answer.json()["errors"]}
    else:  # refused for what came before the body
        assert answer.status_code in {403, 404, 409, 429}, answer.text


def truths(operation: Operation) -> list[str]:
    """The members of the body that are true or false."""
    places = dict(schemas_of(operation))
    return [place for place, schema in places.items() if schema.get("type") == "boolean" and re.fullmatch(r"body\.\w+", place)]


@pytest.mark.parametrize("operation", [one for one in WITH_JSON if truths(one)], ids=str)
def test_a_number_or_a_word_is_not_taken_for_true_or_false(operation: Operation, admin: httpx2.Client) -> None:
    for place in truths(operation):
        for value in (0, 1, "true", "no"):
            answer = admin.request(operation.method, operation.url(), json={place.removeprefix("body."): value})
            assert answer.status_code == 422, (value, answer.text)
            assert place in {error["location"] for error in answer.json()["errors"]}


@pytest.mark.parametrize("operation", WITH_ID, ids=str)
def test_a_strange_id_leads_nowhere(operation: Operation, admin: httpx2.Client) -> None:
    for value in STRANGE_IDS:
        path = re.sub(r"\{[^}]*\}", lambda _found, value=value: value, operation.path)
        answer = admin.get(path)
        assert answer.status_code in {404, 414, 422}, (value[:20], answer.text)
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("name", HEADERS)
def test_a_strange_header_breaks_nothing(name: str, admin: httpx2.Client) -> None:
    for value in HEADERS[name]:
        for method, path in (
            ("GET", "/api/v1/library/movies"),
            ("GET", "/api/health/live"),
            ("POST", "/api/v1/me/api-keys"),
            ("GET", "/"),
        ):
            answer = admin.request(
                method, path, headers={name: value.encode("latin-1")}, content=b"{}" if method == "POST" else None
            )
            assert answer.status_code < 500, (value[:40], method, path, answer.text)


def test_two_lengths_or_a_wrong_one_are_no_request(product: Any) -> None:
    host, port = product.url.removeprefix("http://").split(":")
    for lines in (
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: -1",
        "Content-Length: 1\r\nTransfer-Encoding: chunked",
        "A b: c",
    ):
        with socket.create_connection((host, int(port)), timeout=10) as raw:
            raw.sendall(f"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\n{lines}\r\n\r\n{{}}".encode())
            assert raw.recv(4096).split(b"\r\n")[0].split(b" ")[1] in {b"400", b"415", b"422"}, lines
