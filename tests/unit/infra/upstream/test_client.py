"""One exchange: what is sent, what comes back, and how the library's errors are named."""

from __future__ import annotations

import socket
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import aiohttp
import httpx2
import pytest
from aiohttp.client_reqrep import ConnectionKey, RequestInfo
from msgspec.structs import replace
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from matinee.infra.upstream import Call, ResponseTooLarge, UpstreamError, UpstreamRejected, UpstreamTimeout, UpstreamUnavailable
from matinee.infra.upstream.client import HttpClient
from matinee.infra.upstream.network import Answered, named
from tests.servers.mock_network import MockNetwork
from tests.unit.infra.upstream.doubles import BASE, GET, LoopClock, policy

pytestmark = pytest.mark.anyio
STRAY = "the request cannot be written; is there a stray character in a credential or address?"
Handler = Callable[[httpx2.Request], httpx2.Response]


def client(handler: Handler, **changes: Any) -> HttpClient:
    return HttpClient(policy(**changes), LoopClock(), MockNetwork(handler))


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


BAD, REFUSED = ssl.SSLCertVerificationError(), ConnectionRefusedError(111, "refused")
KEY = ConnectionKey("api.example", 443, True, True, None, None, None)
REQUEST = RequestInfo(URL(BASE), "GET", CIMultiDictProxy(CIMultiDict()), URL(BASE))


@pytest.mark.parametrize(
    ("error", "kind", "sent", "words"),
    [
        (aiohttp.ClientConnectorError(KEY, REFUSED), UpstreamUnavailable, False, "it refuses connections"),
        (aiohttp.ClientConnectorDNSError(KEY, socket.gaierror()), UpstreamUnavailable, False, "its name was not found"),
        (aiohttp.ClientConnectorCertificateError(KEY, BAD), UpstreamUnavailable, False, "its certificate is not valid"),
        (aiohttp.ClientConnectorSSLError(KEY, ssl.SSLError()), UpstreamUnavailable, False, "no TLS connection"),
        (aiohttp.ClientConnectorError(KEY, OSError()), UpstreamUnavailable, False, "no connection"),
        (aiohttp.ClientProxyConnectionError(KEY, OSError()), UpstreamUnavailable, False, "the proxy refused to connect"),
        (aiohttp.ClientHttpProxyError(REQUEST, ()), UpstreamUnavailable, False, "the proxy refused to connect"),
        (aiohttp.ConnectionTimeoutError(), UpstreamTimeout, False, "no connection in time"),
        (aiohttp.SocketTimeoutError(), UpstreamTimeout, True, "no answer in time"),
        (aiohttp.ClientOSError(), UpstreamUnavailable, True, "the connection broke"),
        (ConnectionResetError(), UpstreamUnavailable, True, "the connection broke"),
        (aiohttp.ServerDisconnectedError(), UpstreamUnavailable, True, "its answer was cut off or is not HTTP"),
        (aiohttp.ClientPayloadError(), UpstreamUnavailable, True, "its answer was cut off or is not HTTP"),
        (aiohttp.ClientResponseError(REQUEST, ()), UpstreamUnavailable, True, "its answer was cut off or is not HTTP"),
        (aiohttp.InvalidURL("x"), UpstreamRejected, False, STRAY),
    ],
)  # fmt: skip
async def test_failures_are_named(error: Exception, kind: type[UpstreamError], sent: bool, words: str) -> None:
    found = await raised_by(HttpClient(policy(), LoopClock(), Failing(error)))
    assert type(found) is kind
    assert (found.sent, found.reason) == (sent, words)


class Failing:
    """A `Network` on which everything ends with one error of the library."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def ask(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answered:
        raise named(self._error)

    async def aclose(self) -> None:
        """Nothing is open."""


async def raised_by(asked: HttpClient, call: Call = GET) -> UpstreamError:
    with pytest.raises(UpstreamError) as error:
        await asked.send(call)
    return error.value


@pytest.mark.parametrize("value", ["geheim\nx: y", "geheim\ry", "geheim\0", "geheimé"])
async def test_a_credential_that_is_no_header_is_rejected_without_being_shown(value: str) -> None:
    error = await raised_by(
        HttpClient(policy(base_urls=("http://127.0.0.1:9",)), LoopClock()), replace(GET, headers={"Authorization": value})
    )
    assert isinstance(error, UpstreamRejected)
    assert (error.sent, error.reason) == (False, STRAY)
    assert "geheim" not in repr(error) + str(error.__cause__) + str(error.__context__)


async def test_an_address_that_cannot_be_is_rejected() -> None:
    for base in ("http://[::1", "http://x:99999"):
        error = await raised_by(client(lambda _: httpx2.Response(200)), Call("GET", "/x", base_url=base))
        assert isinstance(error, UpstreamRejected), base


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
