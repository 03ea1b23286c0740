"""Network addresses: one spelling for each, who is one subscriber, what is private."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network
_REMEMBERED = 16_384


def networks_of(texts: Iterable[str]) -> tuple[Network, ...]:
    """Networks from addresses and CIDRs. Raises ValueError."""
    return tuple(ip_network(text.strip(), strict=False) for text in texts)


PRIVATE = networks_of(
    (
        *("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"),
        "100.64.0.0/10",  # shared address space (RFC 6598), which overlay networks use
        *("::1/128", "fc00::/7", "fe80::/10"),
    )
)
"""Loopback, private and link-local networks."""


def parsed(address: str) -> IPv4Address | IPv6Address | None:
    """The address without a zone, IPv4 in IPv6 as IPv4; None for what is none."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        return found.ipv4_mapped
    return found


def within(address: str, networks: Iterable[Network]) -> bool:
    """Whether an address is in one of the networks."""
    found = parsed(address)
    return found is not None and any(found.version == network.version and found in network for network in networks)


@lru_cache(maxsize=_REMEMBERED)
def plain(address: str) -> str:
    """An address in its one spelling. What is no address stays as it is."""
    found = parsed(address)
    return address if found is None else str(found)


@lru_cache(maxsize=_REMEMBERED)
def network_of(address: str) -> str:
    """What counts as one subscriber: an IPv4 address, and of an IPv6 address its /64, which one subscriber has whole."""
    found = parsed(address)
    if found is None:
        return address
    if isinstance(found, IPv4Address):
        return str(found)
    return f"{IPv6Address(int(found) >> 64 << 64)}/64"
