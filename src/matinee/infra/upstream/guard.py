"""Which addresses may be reached when somebody else named the host: a user, or another system.

A name proves nothing, so the rules look at the address alone, and they are asked at the moment when it becomes a connection
(`network.RealNetwork`): what a name meant a moment before does not count, and redirects pass the same place. Sources: the IANA
registries of special-purpose addresses for IPv4 and IPv6, RFC 6890, RFC 6052 (NAT64), RFC 3056 (6to4), RFC 4380 (Teredo),
RFC 5214 (ISATAP), and what the larger clouds document of their metadata services.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Literal

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_SPECIAL_4 = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this network, and the unspecified address
        "10.0.0.0/8",
        "100.64.0.0/10",  # carriers' NAT; one cloud's metadata is in it
        "127.0.0.0/8",
        "169.254.0.0/16",  # link local; most clouds' metadata
        "172.16.0.0/12",
        "192.0.0.0/24",  # protocol assignments; one cloud's metadata
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",  # relays of 6to4
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",  # reserved, and the broadcast address
    )
)
_GLOBAL_6 = IPv6Network("2000::/3")
"""Everything that is assigned to be reached from everywhere; all other addresses are local, multicast or nothing yet."""
_SPECIAL_6 = tuple(IPv6Network(text) for text in ("2001::/23", "2001:db8::/32", "2620:4f:8000::/48", "3fff::/20", "5f00::/16"))
_METADATA = frozenset(map(ip_address, ("169.254.169.254", "169.254.170.2", "100.100.100.200", "168.63.129.16", "192.0.0.192")))
_METADATA_6 = frozenset(map(ip_address, ("fd00:ec2::254", "fd20:ce::254")))
_NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
_COMPATIBLE = IPv6Network("::/96")
_ISATAP = (0x00005EFE, 0x02005EFE)


Region = Literal["metadata", "loopback", "link_local", "private", "special"]
"""What kind of address was refused; `special` is all the rest, what is no address too."""
_REGIONS: tuple[tuple[Region, tuple[Network, ...]], ...] = (
    ("loopback", (IPv4Network("127.0.0.0/8"), IPv4Network("0.0.0.0/8"), IPv6Network("::/127"))),
    ("link_local", (IPv4Network("169.254.0.0/16"), IPv6Network("fe80::/10"))),
    (
        "private",
        tuple(map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"))),
    ),
)


class AddressRefused(OSError):
    """The address may not be reached. An `OSError`, as sockets raise, so that another address of the name is tried."""

    def __init__(self, address: str) -> None:
        super().__init__("the address is in a private or special network")
        self.address = address
        self.region = region_of(address)


@dataclass(frozen=True, slots=True)
class Guard:
    """`networks` are the special ranges that an operator allows all the same.

    A cloud's metadata service tells secrets to whoever asks, so it is allowed only where a network names it alone.
    """

    networks: tuple[Network, ...] = ()

    @classmethod
    def allowing(cls, networks: Iterable[str]) -> Guard:
        """Networks as CIDR. Raises ValueError."""
        return cls(tuple(ip_network(text, strict=False) for text in networks))

    def check(self, address: str) -> None:
        """Raises `AddressRefused` for an address that may not be reached, and for what is none."""
        if not self.permits(address):
            raise AddressRefused(address)

    def permits(self, address: str) -> bool:
        """Whether an address may be reached. It must be one: names are for the resolver."""
        try:
            found = ip_address(address.partition("%")[0])
        except ValueError:
            return False
        meant = meanings(found)
        if any(one in _METADATA or one in _METADATA_6 for one in meant):
            return all(self._names_alone(one) for one in meant)
        # An address that stands for another one must be fit itself, and so must the other.
        return all(self._allows(one) or is_public(one, wraps=len(meant) > 1) for one in meant)

    def _allows(self, address: Address) -> bool:
        return any(address.version == network.version and address in network for network in self.networks)

    def _names_alone(self, address: Address) -> bool:
        return any(network.num_addresses == 1 and address == network.network_address for network in self.networks)


def meanings(address: Address) -> tuple[Address, ...]:
    """The address, and the IPv4 address that packets to it may end up at, where it has one in it."""
    if isinstance(address, IPv4Address):
        return (address,)
    if address.ipv4_mapped is not None:
        return (address.ipv4_mapped,)  # the same thing in other letters
    low = int(address) & 0xFFFFFFFF
    if address in _COMPATIBLE and low > 1:
        return (address, IPv4Address(low))
    if any(address in network for network in _NAT64):
        return (address, IPv4Address(low))
    if address.sixtofour is not None:
        return (address, address.sixtofour)
    if (int(address) >> 32) & 0xFFFFFFFF in _ISATAP:
        return (address, IPv4Address(low))
    return (address,)


def region_of(address: str) -> Region:
    """What kind of address it is, by where packets to it end up; for addresses that were refused."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return "special"
    for one in reversed(meanings(found)):
        if one in _METADATA or one in _METADATA_6:
            return "metadata"
        for region, networks in _REGIONS:
            if any(one.version == network.version and one in network for network in networks):
                return region
    return "special"


def is_public(address: Address, *, wraps: bool = False) -> bool:
    """Whether an address is one of the open internet. `wraps`: it stands for an IPv4 address that is looked at by itself."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _SPECIAL_4) and address not in _METADATA
    if wraps and address in _NAT64[0]:
        return True  # how networks without IPv4 reach what has nothing else
    return address in _GLOBAL_6 and not any(address in network for network in _SPECIAL_6)
