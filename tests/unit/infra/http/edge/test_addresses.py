"""Whose address counts behind proxies."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.infra.addresses import network_of, plain, within
from matinee.infra.http.edge.addresses import RealAddress, TrustedProxies

PROXIES = TrustedProxies(("10.0.0.0/8", "2001:db8:ffff::/48"))
CLIENT = "203.0.113.7"


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "forwarded", "client"),
    [
        ("198.51.100.1", ["1.2.3.4"], [], "198.51.100.1"),
        ("198.51.100.1", [], ["for=1.2.3.4"], "198.51.100.1"),
        ("10.0.0.1", [], [], "10.0.0.1"),
        ("10.0.0.1", [CLIENT], [], CLIENT),
        ("10.0.0.1", [f"6.6.6.6, {CLIENT}"], [], CLIENT),
        ("10.0.0.1", ["6.6.6.6", CLIENT], [], CLIENT),
        ("10.0.0.1", [f"6.6.6.6,{CLIENT}, 10.0.0.9 ,10.1.1.1"], [], CLIENT),
        ("10.0.0.1", ["10.0.0.5, 10.0.0.6"], [], "10.0.0.5"),
        ("10.0.0.1", [f"{CLIENT}:51234"], [], CLIENT),
        ("10.0.0.1", ["[2001:db8::1]:51234"], [], "2001:db8::1"),
        ("10.0.0.1", ["2001:DB8:0:0::1"], [], "2001:db8::1"),
        ("10.0.0.1", ["::ffff:203.0.113.7"], [], CLIENT),
        ("::ffff:10.0.0.1", [CLIENT], [], CLIENT),
        ("2001:db8:ffff::1", [CLIENT], [], CLIENT),
        ("10.0.0.1", [f"{CLIENT}, unknown"], [], "10.0.0.1"),
        ("10.0.0.1", [f"{CLIENT}, nonsense, 10.0.0.2"], [], "10.0.0.2"),
        ("10.0.0.1", [""], [], "10.0.0.1"),
        ("10.0.0.1", [], [f"for={CLIENT};proto=https"], CLIENT),
        ("10.0.0.1", [], ['for="[2001:db8::1]:443"', "For=10.0.0.3"], "2001:db8::1"),
        ("10.0.0.1", [], [f"for={CLIENT}, for=_hidden"], "10.0.0.1"),
        ("10.0.0.1", [], ["by=10.0.0.2;proto=https"], "10.0.0.1"),
        ("10.0.0.1", [CLIENT], ["for=6.6.6.6"], CLIENT),
        ("unix", [CLIENT], [], "unix"),
    ],
)
def test_the_client_is_the_first_hop_from_the_right_that_is_no_trusted_proxy(
    peer: str, forwarded_for: list[str], forwarded: list[str], client: str
) -> None:
    assert PROXIES.client(peer, forwarded_for, forwarded) == client


@given(invented=st.lists(st.text(alphabet='0123456789abcdef:.,[] "x', max_size=30), max_size=6))
def test_whatever_a_client_invents_its_proxy_has_the_last_word(invented: list[str]) -> None:
    assert PROXIES.client("10.0.0.1", [*invented, CLIENT], ["for=6.6.6.6"]) == CLIENT


@given(invented=st.lists(st.text(max_size=30), max_size=6))
def test_nothing_is_believed_of_a_peer_that_is_no_proxy(invented: list[str]) -> None:
    assert PROXIES.client("198.51.100.1", invented, invented) == "198.51.100.1"
    assert TrustedProxies().client("198.51.100.1", invented, invented) == "198.51.100.1"


def test_a_list_without_end_costs_little() -> None:
    assert PROXIES.client("10.0.0.1", [CLIENT + ", 10.0.0.2" * 5000], []) == "10.0.0.2"


async def scope_after(peer: str, headers: list[tuple[bytes, bytes]], kind: str = "http") -> dict[str, Any]:
    seen: list[dict[str, Any]] = []

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        seen.append(scope)

    scheme = "http" if kind == "http" else "ws"
    scope = {"type": kind, "client": (peer, 1234), "scheme": scheme, "headers": [(b"host", b"inner"), *headers]}
    await RealAddress(app, PROXIES)(scope, None, None)  # type: ignore[arg-type]
    return seen[0]


@pytest.mark.anyio
async def test_scheme_and_host_count_from_a_trusted_proxy_alone() -> None:
    headers = [(b"x-forwarded-proto", b"https"), (b"x-forwarded-host", b"tv.example"), (b"x-forwarded-for", CLIENT.encode())]
    trusted = await scope_after("10.0.0.1", headers)
    assert (trusted["client"][0], trusted["scheme"], trusted["headers"][0]) == (CLIENT, "https", (b"host", b"tv.example"))
    spoofed = await scope_after("198.51.100.1", headers)
    assert (spoofed["client"], spoofed["scheme"], spoofed["headers"][0]) == (("198.51.100.1", 1234), "http", (b"host", b"inner"))
    nonsense = await scope_after("10.0.0.1", [(b"x-forwarded-proto", b"gopher")])
    assert nonsense["scheme"] == "http"


@pytest.mark.anyio
async def test_a_websocket_has_its_real_address_too() -> None:
    scope = await scope_after("10.0.0.1", [(b"x-forwarded-for", CLIENT.encode()), (b"x-forwarded-proto", b"https")], "websocket")
    assert (scope["client"][0], scope["scheme"]) == (CLIENT, "wss")


@pytest.mark.anyio
async def test_ipv4_in_ipv6_is_ipv4() -> None:
    assert (await scope_after("::ffff:198.51.100.1", []))["client"] == ("198.51.100.1", 1234)


def test_one_spelling_and_one_subscriber() -> None:
    assert plain("2001:DB8::0:1") == "2001:db8::1"
    assert plain("fe80::1%eth0") == "fe80::1"
    assert plain("nobody") == "nobody"
    assert network_of("::ffff:1.2.3.4") == "1.2.3.4"
    assert network_of("2001:db8:1:2:3:4:5:6") == network_of("2001:db8:1:2::") == "2001:db8:1:2::/64"
    assert not within("nobody", ())
