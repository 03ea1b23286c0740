"""The hot lane and the normal path give the same answers, to whatever is asked and however it is sent."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.http.twins import Twin, twins
from tests.integration.http.wire import Reply, Wire

THING = "/api/v1/things/"
KNOWN = ["short", "long", "old", "a%20b"]
TARGETS = [
    *(THING + name for name in KNOWN),
    THING + "missing",
    THING + "long?fields=id,title",
    THING + "long?fields=nonsense",
    THING + "long?unknown=1",
    THING + "short?",
    "/api/v1/nothing",
    "/api/health/live",
    "//api/v1/things/long",
]
CODINGS = ["", "gzip", "br", "zstd", "gzip;q=0.5, br;q=0.9", "gzip, deflate, br, zstd", "identity", "*", "*;q=0", ";;,"]
CREDENTIALS = [
    [],
    ["X-Api-Key: key-ada"],
    ["x-api-key: key-ben"],
    ["X-Api-Key: key-out"],
    ["X-API-KEY: wrong"],
    ["Authorization: Bearer key-ada"],
    ["Authorization: bearer  key-ada"],
    ["Cookie: other=1; matinee_session=key-ben"],
    ["Cookie: matinee_session=wrong"],
    ["X-Api-Key: key-ada", "X-Api-Key: wrong"],
    ["Authorization: Bearer key-ben", "X-Api-Key: key-ada"],
]
EXTRAS = [
    [],
    [],
    [],
    ["X-Request-ID: given-by-client-1"],
    ["X-Request-ID: bad id!"],
    ["Origin: https://elsewhere.example"],
    ["Content-Length: 0"],
    ["Range: bytes=0-9"],
    ["If-None-Match: *"],
    ['If-None-Match: "no such tag"'],
    ["Accept: text/html"],
    ["Accept-Encoding: gzip"],
    ["X-Forwarded-For: 10.1.2.3"],
    ["X-Forwarded-For: 203.0.113.7"],
    ["X-Forwarded-For: 203.0.113.99, 203.0.113.7, 127.0.0.1"],
    ["X-Forwarded-For: 203.0.113.7", "X-Forwarded-For: [2001:db8::7]:4711"],
    ["X-Forwarded-For: 203.0.113.8, unknown"],
    ['Forwarded: for="[2001:db8::7]:4711";proto=https, for=127.0.0.1'],
    ["Forwarded: for=203.0.113.7", "X-Forwarded-For: 203.0.113.9"],
    ["X-Forwarded-Proto: https", "X-Forwarded-Host: tv.example"],
    ["Expect: 100-continue"],
    ["Odd-Name: \t spaced \t"],
    ["Bad Name: x"],
]
# The date passes, and ids are drawn or counted unless the client gives one.
DIFFERS = {"date", "x-request-id"}


@st.composite
def request(draw: st.DrawFn) -> tuple[str, bytes]:
    """A request: its method and its bytes."""
    method = draw(st.sampled_from(["GET", "GET", "GET", "GET", "HEAD", "POST", "OPTIONS"]))
    target = draw(st.sampled_from(TARGETS))
    version = draw(st.sampled_from(["1.1"] * 9 + ["1.0"]))
    lines = ["Host: localhost", *draw(st.sampled_from(CREDENTIALS)), *draw(st.sampled_from(EXTRAS))]
    coding = draw(st.sampled_from(CODINGS))
    if coding:
        lines.append(f"Accept-Encoding: {coding}")
    if draw(st.integers(0, 19)) == 0:
        lines.append("Connection: close")
    lines = draw(st.permutations(lines))
    if method == "POST":
        lines.append("Content-Length: 2")
    text = f"{method} {target} HTTP/{version}\r\n" + "".join(f"{line}\r\n" for line in lines) + "\r\n"
    return method, text.encode() + (b"{}" if method == "POST" else b"")


STEPS = st.one_of(
    request().map(lambda one: ("ask", [one])),
    request().map(lambda one: ("ask", [one])),
    st.lists(request(), min_size=2, max_size=4).map(lambda some: ("pipeline", some)),
    request().map(lambda one: ("pieces", [one])),
    st.sampled_from(KNOWN).map(lambda name: ("invalidate", name)),
    st.just(("revoke", "")),
    st.sampled_from(["203.0.113.7", "2001:db8::/64", "203.0.113.0/24", "127.0.0.1"]).map(lambda one: ("block", one)),
    st.just(("unblock", "")),
)


@pytest.fixture(scope="module", params=[(False, True), (True, False), (True, True)], ids=["members", "public", "proxied"])
def pair(request: pytest.FixtureRequest) -> Iterator[tuple[Twin, Twin]]:
    public, proxied = request.param
    with twins(public=public, trusted=("127.0.0.0/8",) if proxied else ()) as both:
        yield both


def seen(reply: Reply | None) -> object:
    """What must be equal."""
    if reply is None:
        return None
    kept = sorted((name, value) for name, value in reply.headers if name not in DIFFERS)
    given_back = [reply.header("x-request-id")] if reply.header("x-request-id") == "given-by-client-1" else []
    body = b"" if b"correlation_id" in reply.body else reply.body
    length = [header for header in kept if header[0] != "content-length" or body]
    return reply.status, length, given_back, body


def differences(first: object, second: object) -> list[object]:
    """What the two do not share, part by part."""
    if not isinstance(first, tuple) or not isinstance(second, tuple):
        return [] if first == second else [first, second]
    headers = set(first[1]) ^ set(second[1])
    return sorted(headers) + [part for one, part in zip(first, second, strict=True) if one != part and not headers]


def played(twin: Twin, steps: list[tuple[str, object]]) -> list[object]:
    """All answers to the steps, on one connection as long as the server keeps it."""
    wire, found = Wire(twin.port), list[object]()
    twin.unblock_all()
    for what, argument in steps:
        if what == "invalidate":
            twin.invalidate(f"thing:{argument}")
        elif what == "block":
            twin.block(str(argument))
        elif what == "unblock":
            twin.unblock_all()
        elif what == "revoke":
            twin.forget_credentials()
        else:
            wire = _ask(twin, wire, what, argument, found)  # type: ignore[arg-type]
    wire.close()
    return found


def _ask(twin: Twin, wire: Wire, what: str, asked: list[tuple[str, bytes]], found: list[object]) -> Wire:
    if what == "pieces":
        data = asked[0][1]
        for start in range(0, len(data), max(1, len(data) // 3)):
            wire.send(data[start : start + max(1, len(data) // 3)])
            time.sleep(0.001)  # so that the pieces arrive as pieces
    else:
        wire.send(b"".join(data for _, data in asked))
    for method, _ in asked:
        reply = wire.reply(head=method == "HEAD")
        found.append(seen(reply))
        if reply is None or reply.header("connection") == "close":
            wire.close()
            return Wire(twin.port)
    return wire


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=1, max_size=8))
def test_both_ways_answer_alike(pair: tuple[Twin, Twin], steps: list[tuple[str, object]]) -> None:
    hot, plain = pair
    for first, second in zip(played(hot, steps), played(plain, steps), strict=True):
        assert differences(first, second) == []


def ask(wire: Wire, target: str, *lines: str, method: str = "GET") -> Reply:
    head = [f"{method} {target} HTTP/1.1", "Host: x", *lines, "", ""]
    wire.send("\r\n".join(head).encode())
    reply = wire.reply(head=method == "HEAD")
    assert reply is not None
    return reply


KEY = "X-Api-Key: key-ada"


def test_what_lies_ready_is_sent_by_the_hot_lane_and_counted_as_its_route() -> None:
    with twins() as (hot, _):
        wire = Wire(hot.port)
        first = ask(wire, THING + "long", KEY)
        assert (first.status, hot.hot()) == (200, 0)
        second = ask(wire, THING + "long", KEY, "Accept-Encoding: br")
        assert (second.header("content-encoding"), hot.hot()) == ("br", 1)
        again = ask(wire, THING + "long", KEY, "Accept-Encoding: br", f"If-None-Match: {second.header('etag')}")
        assert (again.status, again.body, hot.hot()) == (304, b"", 2)
        text = hot.metrics.render().decode()
        assert 'matinee_http_requests_total{method="GET",route="/api/v1/things/{name}",status="200"} 2.0' in text
        assert 'matinee_http_requests_total{method="GET",route="/api/v1/things/{name}",status="304"} 1.0' in text
        wire.close()


def test_an_invalidation_is_heard_before_the_next_answer() -> None:
    with twins() as (hot, _):
        wire = Wire(hot.port)
        for times in (1, 1, 1):
            assert f'"times":{times}'.encode() in ask(wire, THING + "short", KEY).body
        hot.invalidate("thing:short")
        assert b'"times":2' in ask(wire, THING + "short", KEY).body
        wire.close()


def test_a_revoked_credential_ends_on_an_open_connection() -> None:
    with twins() as (hot, _):
        wire = Wire(hot.port)
        for _ in range(3):
            assert ask(wire, THING + "short", KEY).status == 200
        hot.forget_credentials()
        before = hot.hot()
        assert ask(wire, THING + "short", KEY).status == 200  # verified anew by the normal path
        assert hot.hot() == before
        wire.close()


def test_the_limit_is_one_for_both_ways_and_for_all_connections_of_a_caller() -> None:
    with twins(limits={"api.hit": 10}) as pair:
        for twin in pair:
            statuses, left = [], []
            wires = [Wire(twin.port), Wire(twin.port)]
            for number in range(12):
                reply = ask(wires[number % 2], THING + "short", "X-Api-Key: key-few")
                statuses.append(reply.status)
                left.append(reply.header("x-ratelimit-remaining"))
            assert statuses == [200] * 10 + [429] * 2
            assert left[0] == "599"  # making it anew is another, dearer count
            assert left[1:] == [str(number) for number in range(8, -1, -1)] + ["0", "0"]
            assert ask(wires[0], THING + "short", "X-Api-Key: key-few").header("retry-after") == "60"
            assert ask(wires[0], THING + "short", KEY).status == 200
            for wire in wires:
                wire.close()


def test_identical_cold_requests_are_made_once() -> None:
    with twins() as (hot, _), ThreadPoolExecutor(40) as pool:
        ready = threading.Barrier(40)

        def one(_: int) -> int:
            wire = Wire(hot.port)
            ready.wait(10)
            status = ask(wire, THING + "long", KEY).status
            wire.close()
            return status

        assert set(pool.map(one, range(40))) == {200}
        assert hot.built["long"] == 1


def test_a_slow_reader_gets_every_answer_whole() -> None:
    with twins() as (hot, _):
        wire = Wire(hot.port)
        whole = ask(wire, THING + "long", KEY).body
        request = f"GET {THING}long HTTP/1.1\r\nHost: x\r\n{KEY}\r\n\r\n".encode()
        for _ in range(3000):
            wire.send(request)
        for _ in range(3000):
            reply = wire.reply()
            assert reply is not None
            assert reply.body == whole
        wire.close()


def test_below_a_base_path_and_outside_it_the_answers_are_alike() -> None:
    with twins(base_path="/cinema") as pair:
        for twin in pair:
            wire = Wire(twin.port)
            for prefix in ("/cinema", ""):
                for _ in range(2):
                    assert ask(wire, f"{prefix}{THING}short", KEY).status == 200
            wire.close()
        assert pair[0].hot() == 2


def test_a_connection_is_closed_while_the_server_stops() -> None:
    with twins() as (hot, _):
        wire = Wire(hot.port)
        for _ in range(2):
            assert ask(wire, THING + "short", KEY).status == 200
    assert wire.reply() is None
    wire.close()


BEHIND = {"trusted": ("127.0.0.0/8",), "public": True}
CLIENT = "X-Forwarded-For: 203.0.113.7"


def test_visitors_behind_a_trusted_proxy_have_the_hot_lane_and_limits_of_their_own() -> None:
    with twins(**BEHIND, limits={"anonymous.hit": 5}) as pair:
        for twin in pair:
            wire, other = Wire(twin.port), "X-Forwarded-For: 203.0.113.8, 127.0.0.5"
            statuses = [ask(wire, THING + "short", CLIENT).status for _ in range(7)]
            assert statuses == [200] * 5 + [429] * 2
            assert ask(wire, THING + "short", other).header("x-ratelimit-remaining") == "4"
            assert ask(wire, THING + "short", "X-Forwarded-For: 6.6.6.6, 203.0.113.7").status == 429
            wire.close()
        assert pair[0].hot() == 5


def test_ipv6_neighbours_share_one_limit() -> None:
    with twins(**BEHIND, limits={"anonymous.hit": 3}) as pair:
        for twin in pair:
            wire = Wire(twin.port)
            neighbours = [f"X-Forwarded-For: 2001:db8:1:2::{number}" for number in range(4)]
            assert [ask(wire, THING + "short", one).status for one in neighbours] == [200] * 3 + [429]
            wire.close()


def test_a_block_ends_hot_answers_on_an_open_connection_at_once() -> None:
    with twins(**BEHIND) as pair:
        for twin in pair:
            wire = Wire(twin.port)
            assert [ask(wire, THING + "short", CLIENT).status for _ in range(3)] == [200] * 3
            twin.block("203.0.113.0/24")
            refused = ask(wire, THING + "short", CLIENT)
            assert (refused.status, b'"address_blocked"' in refused.body) == (403, True)
            assert ask(wire, THING + "short", "X-Forwarded-For: 198.51.100.1").status == 200
            twin.unblock_all()
            assert ask(wire, THING + "short", CLIENT).status == 200
            wire.close()


def test_what_the_hot_lane_counted_counts_on_the_normal_path_too() -> None:
    with twins(limits={"premium.hit": 6}) as (hot, _):
        wire, remaining = Wire(hot.port), []
        for target in ("short", "short", "short?fields=id", "short", "nothing?", "short", "short"):
            reply = ask(wire, THING + target, KEY)
            remaining.append((reply.status, reply.header("x-ratelimit-limit"), reply.header("x-ratelimit-remaining")))
        assert [one for one in remaining if one[1] == "6"] == [
            (200, "6", "4"),  # the second: the first was a miss, which has its own count beside
            (200, "6", "2"),
            (200, "6", "0"),
            (429, "6", "0"),
        ]
        assert hot.hot() == 3
        wire.close()


def test_a_profile_with_a_maturity_limit_gets_nothing_from_the_lane() -> None:
    with twins() as (hot, _):
        wire = Wire(hot.port)
        for _ in range(3):
            assert ask(wire, THING + "short", "X-Api-Key: key-kid").status == 200
        assert hot.hot() == 0
        assert ask(wire, THING + "short", KEY).status == 200
        wire.close()
