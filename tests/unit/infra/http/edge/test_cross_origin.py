"""CORS: pages of the origins that the operator named may read answers, with credentials only where origins are named."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from matinee.infra.http.app import HttpOptions, hot_headers
from matinee.infra.http.edge.cross_origin import CrossOrigin, checked_origins

HERE, ELSEWHERE = "https://tv.example", "https://evil.example"
PREFLIGHT = {"access-control-request-method": "DELETE", "access-control-request-headers": "x-api-key"}


def client(*origins: str) -> TestClient:
    async def page(_request: Request) -> Response:
        return PlainTextResponse("content", headers={"vary": "Accept-Encoding"})

    inner = Starlette(routes=[Route("/", page)])
    return TestClient(CrossOrigin(inner, checked_origins(origins)))


def cors_of(answer: object) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name.startswith("access-control-")}  # type: ignore[attr-defined]


def test_without_the_setting_nothing_changes() -> None:
    answer = client().get("/", headers={"origin": HERE})
    assert cors_of(answer) == {}
    assert answer.headers["vary"] == "Accept-Encoding"
    assert client().options("/", headers={"origin": HERE, **PREFLIGHT}).status_code == 405


def test_a_page_of_a_named_origin_may_read_with_its_credentials() -> None:
    answer = client(HERE).get("/", headers={"origin": HERE})
    assert answer.headers["access-control-allow-origin"] == HERE
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert "ETag" in answer.headers["access-control-expose-headers"]


@pytest.mark.parametrize(
    "origin", [ELSEWHERE, "null", "https://tv.example.evil.example", "http://tv.example", "https://tv.example:444"]
)
def test_a_page_of_another_origin_may_not(origin: str) -> None:
    assert cors_of(client(HERE).get("/", headers={"origin": origin})) == {}
    refused = client(HERE).options("/", headers={"origin": origin, **PREFLIGHT})
    assert (refused.status_code, refused.json()["code"], cors_of(refused)) == (403, "forbidden", {})


@pytest.mark.parametrize("headers", [{}, {"origin": HERE}, {"origin": ELSEWHERE}])
def test_no_cache_mixes_the_answers_up(headers: dict[str, str]) -> None:
    assert client(HERE).get("/", headers=headers).headers["vary"] == "Accept-Encoding, Origin"


def test_a_preflight_says_what_is_allowed() -> None:
    answer = client(HERE).options("/", headers={"origin": HERE, **PREFLIGHT})
    assert (answer.status_code, answer.text) == (204, "")
    assert "DELETE" in answer.headers["access-control-allow-methods"]
    assert "X-Api-Key" in answer.headers["access-control-allow-headers"]
    assert "Access-Control-Request-Headers" in answer.headers["vary"]


def test_anybody_means_never_with_credentials() -> None:
    for answer in (
        client("*").get("/", headers={"origin": ELSEWHERE}),
        client("*").options("/", headers={"origin": ELSEWHERE, **PREFLIGHT}),
    ):
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize(
    "origins", [("*", HERE), ("tv.example",), ("https://tv.example/",), ("https://*.example",), ("null",), ("",)]
)
def test_what_is_no_origin_is_refused(origins: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=r"origin|alone"):
        checked_origins(origins)


def test_the_hot_lane_says_that_answers_differ_by_origin() -> None:
    assert hot_headers(HttpOptions(origins=(HERE,)))["vary"] == "Origin"
    assert "vary" not in hot_headers(HttpOptions())
    assert "vary" not in hot_headers(HttpOptions(origins=("*",)))


def test_policies_are_strict() -> None:
    headers = hot_headers(HttpOptions(behind_tls=True))
    assert "unsafe" not in headers["content-security-policy"]
    for directive in (
        "default-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ):
        assert directive in headers["content-security-policy"]
    assert headers["strict-transport-security"].startswith("max-age=31536000")
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert "strict-transport-security" not in hot_headers(HttpOptions())
