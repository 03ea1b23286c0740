"""One exchange: what is sent, what comes back, and how the library's errors are named."""

from __future__ import annotations

import socket
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from matinee.infra.upstream import Call, ResponseTooLarge, UpstreamError, UpstreamRejected, UpstreamTimeout, UpstreamUnavailable
from matinee.infra.upstream.client import HttpClient
from tests.unit.infra.upstream.doubles import BASE, GET, LoopClock, policy

pytestmark = pytest.mark.anyio
Handler = Callable[[httpx2.Request], httpx2.Response]


def client(handler: Handler, **changes: Any) -> HttpClient:
    return HttpClient(policy(**changes), LoopClock(), httpx2.MockTransport(handler))


async def test_a_request_as_it_is_sent() -> None:
    seen: list[httpx2.Request] = []

    def handler(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return httpx2.Response(200, json={"id": 603}, headers={"ETag": '"x"'})

    call = Call(
        "GET",
        "/movie/603",
        query={"language": "de-DE", "adult": False, "page": 2, "query": "a&b"},
        headers={"Authorization": "Bearer t"},
        expects="application/json",
    )
    answer = await client(handler).send(call)
    assert str(seen[0].url) == f"{BASE}/movie/603?language=de-DE&adult=false&page=2&query=a%26b"
    assert seen[0].headers["authorization"] == "Bearer t"
    assert seen[0].headers["accept"] == "application/json"
    assert seen[0].headers["accept-encoding"] == "gzip"
    assert seen[0].headers["user-agent"].startswith("Matinee/")
    assert (answer.status, answer.body, answer.headers["etag"], answer.base_url) == (200, b'{"id":603}', '"x"', BASE)


async def test_repeated_names_bodies_and_another_base_url() -> None:
    seen: list[httpx2.Request] = []

    def handler(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return httpx2.Response(201)

    call = Call("POST", "/x", query=[("a", 1), ("a", 2)], body=b"hello", base_url="http://other.example:81/")
    assert (await client(handler).send(call)).base_url == "http://other.example:81/"
    assert (str(seen[0].url), seen[0].content) == ("http://other.example:81/x?a=1&a=2", b"hello")


@pytest.mark.parametrize("path", ["@evil.example/", "movie/603", "/movie?x=1", "/movie#x"])
async def test_a_path_cannot_change_the_place(path: str) -> None:
    with pytest.raises(AssertionError):
        await client(lambda _: httpx2.Response(200)).send(Call("GET", path))


def raising(error: Exception, cause: BaseException | None = None) -> Handler:
    def handler(_request: httpx2.Request) -> httpx2.Response:
        raise error from cause

    return handler


BAD_CERTIFICATE = ssl.SSLCertVerificationError()
REFUSED = ExceptionGroup("x", [ConnectionRefusedError(111, "refused")])


@pytest.mark.parametrize(
    ("handler", "kind", "sent", "words"),
    [
        (raising(httpx2.ConnectError("x"), REFUSED), UpstreamUnavailable, False, "it refuses connections"),
        (raising(httpx2.ConnectError("x"), socket.gaierror()), UpstreamUnavailable, False, "its name was not found"),
        (raising(httpx2.ConnectError("x"), BAD_CERTIFICATE), UpstreamUnavailable, False, "its certificate is not valid"),
        (raising(httpx2.ConnectError("x"), OSError()), UpstreamUnavailable, False, "no connection"),
        (raising(httpx2.ProxyError("x")), UpstreamUnavailable, False, "the proxy refused to connect"),
        (raising(httpx2.ConnectTimeout("x")), UpstreamTimeout, False, "no connection in time"),
        (raising(httpx2.ReadTimeout("x")), UpstreamTimeout, True, "no answer in time"),
        (raising(httpx2.ReadError("x")), UpstreamUnavailable, True, "the connection broke"),
        (raising(ConnectionResetError()), UpstreamUnavailable, True, "the connection broke"),
        (raising(httpx2.RemoteProtocolError("x")), UpstreamUnavailable, True, "its answer was cut off or is not HTTP"),
    ],
)  # fmt: skip
async def test_failures_are_named(handler: Handler, kind: type[UpstreamError], sent: bool, words: str) -> None:
    with pytest.raises(kind) as error:
        await client(handler).send(GET)
    assert (error.value.sent, error.value.reason) == (sent, words)


@pytest.mark.parametrize("value", ["geheim\nx: y", "geheimé"])
async def test_a_credential_that_is_no_header_is_rejected_without_being_shown(value: str) -> None:
    real = HttpClient(policy(base_urls=("http://127.0.0.1:9",)), LoopClock(), Refusing())
    with pytest.raises(UpstreamRejected) as error:
        await real.send(replace(GET, headers={"Authorization": value}))
    assert "geheim" not in repr(error.value) + str(error.value.__cause__)
    assert error.value.__suppress_context__


class Refusing(httpx2.AsyncBaseTransport):
    """Refuses the same headers as the real one, which cannot be asked without a connection."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        for _name, value in request.headers.raw:
            if b"\n" in value:
                raise httpx2.LocalProtocolError(f"Illegal header value {value!r}")
        raise AssertionError("was accepted")


async def test_a_declared_length_over_the_cap_is_not_even_read() -> None:
    async def body() -> AsyncIterator[bytes]:
        raise AssertionError("was read")
        yield b""

    def handler(_request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, headers={"content-length": "1001"}, content=body())

    with pytest.raises(ResponseTooLarge):
        await client(handler, response_limit=1000).send(GET)


async def test_a_redirect_is_an_answer_unless_the_policy_says_otherwise() -> None:
    def handler(request: httpx2.Request) -> httpx2.Response:
        target = {"/a": "/b", "/b": "c", "/away": "http://127.0.0.1/", "/round": "/round"}.get(request.url.path)
        return httpx2.Response(302, headers={"location": target}) if target else httpx2.Response(200, content=b"there")

    place = {"base_urls": ("https://api.example",)}
    assert (await client(handler, **place).send(Call("GET", "/a"))).status == 302
    assert (await client(handler, **place, redirects=2).send(Call("GET", "/a"))).body == b"there"
    for path in ("/away", "/round"):
        with pytest.raises(UpstreamUnavailable):
            await client(handler, **place, redirects=2).send(Call("GET", path))
    assert (await client(handler, **place, redirects=2).send(Call("POST", "/a"))).status == 302


def test_policies_that_cannot_work_are_refused() -> None:
    for wrong in (
        {"base_urls": ()},
        {"base_urls": ("ftp://x",)},
        {"base_urls": ("https://x/?a=1",)},
        {"attempts": 0},
        {"proxy": "x"},
    ):
        with pytest.raises(ValueError, match="films"):
            policy(**wrong)
    assert "hunter2" not in repr(policy(base_urls=("https://u:hunter2@x",), proxy="http://u:hunter2@p"))
