"""Which addresses may be reached when somebody else named the host."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.infra.upstream.guard import AddressRefused, Guard, region_of

PUBLIC = ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"]
SPECIAL = {
    "loopback": ["127.0.0.1", "127.255.255.254", "::1"],
    "private": ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fc00::1", "fd12::1", "fec0::1"],
    "link local": ["169.254.0.1", "fe80::1", "fe80::1%eth0"],
    "carrier": ["100.64.0.1", "100.127.255.255"],
    "unspecified": ["0.0.0.0", "0.1.2.3", "::"],
    "multicast": ["224.0.0.1", "239.255.255.255", "ff02::1"],
    "reserved": ["240.0.0.1", "255.255.255.255", "4000::1"],
    "documentation": ["192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1"],
    "mapped": ["::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:a9fe:a9fe"],
    "compatible": ["::127.0.0.1", "::10.0.0.1", "::8.8.8.8"],
    "NAT64": ["64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::808:808"],
    "6to4": ["2002:7f00:1::", "2002:a00:1::1", "2002:c0a8:101::1"],
    "Teredo": ["2001:0:808:808::1"],
    "ISATAP": ["2a00:1::5efe:a00:1", "2a00:1::200:5efe:7f00:1"],
    "metadata": ["169.254.169.254", "fd00:ec2::254", "168.63.129.16", "100.100.100.200", "192.0.0.192", "::ffff:169.254.169.254"],
    "no address": ["", "localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.0.0.1:80", "[::1]"],
}


@pytest.mark.parametrize("address", PUBLIC)
def test_the_open_internet_may_be_reached(address: str) -> None:
    Guard().check(address)


@pytest.mark.parametrize(("kind", "address"), [(kind, one) for kind, several in SPECIAL.items() for one in several])
def test_special_addresses_may_not(kind: str, address: str) -> None:
    with pytest.raises(AddressRefused):
        Guard().check(address)


def test_an_operator_allows_networks_and_nothing_beside_them() -> None:
    guard = Guard.allowing(["10.1.0.0/16", "fd12::/64"])
    assert [guard.permits(one) for one in ("10.1.2.3", "::ffff:10.1.2.3", "fd12::5")] == [True] * 3
    assert [guard.permits(one) for one in ("10.2.0.1", "127.0.0.1", "fd13::5", "::ffff:10.2.0.1")] == [False] * 4


@pytest.mark.parametrize("address", SPECIAL["metadata"])
def test_metadata_is_not_among_what_a_wide_network_allows(address: str) -> None:
    assert not Guard.allowing(["0.0.0.0/0", "::/0"]).permits(address)


def test_metadata_may_be_allowed_by_name() -> None:
    assert Guard.allowing(["169.254.169.254/32"]).permits("169.254.169.254")


@given(st.integers(0, 2**32 - 1))
def test_no_spelling_of_an_address_is_judged_better_than_the_address(number: int) -> None:
    plain = ipaddress.IPv4Address(number)
    guard = Guard()
    spellings = [
        f"::ffff:{plain}",
        f"::{plain}",
        str(ipaddress.IPv6Address((0x64FF9B << 96) | number)),
        str(ipaddress.IPv6Address((0x2002 << 112) | (number << 80))),
        str(ipaddress.IPv6Address((0x2A000001 << 96) | (0x5EFE << 32) | number)),
    ]
    if not guard.permits(str(plain)):
        assert not any(guard.permits(one) for one in spellings)
    else:
        assert plain.is_global or plain in ipaddress.ip_network("192.0.0.0/24")


@given(st.ip_addresses(v=6))
def test_what_python_calls_private_is_not_public(address: ipaddress.IPv6Address) -> None:
    if Guard().permits(str(address)):
        odd = (address.is_loopback, address.is_link_local, address.is_multicast, address.is_unspecified, address.is_site_local)
        assert not any(odd)


@pytest.mark.parametrize(
    ("address", "region"),
    [
        ("127.0.0.1", "loopback"),
        ("::1", "loopback"),
        ("::ffff:127.0.0.1", "loopback"),
        ("0.0.0.0", "loopback"),
        ("169.254.7.7", "link_local"),
        ("fe80::1%eth0", "link_local"),
        ("169.254.169.254", "metadata"),
        ("64:ff9b::a9fe:a9fe", "metadata"),
        ("fd00:ec2::254", "metadata"),
        ("10.0.0.1", "private"),
        ("2002:c0a8:0101::1", "private"),
        ("fd00::1", "private"),
        ("198.18.0.1", "special"),
        ("no address", "special"),
    ],
)
def test_a_refused_address_has_a_region(address: str, region: str) -> None:
    assert region_of(address) == region
    with pytest.raises(AddressRefused) as caught:
        Guard().check(address)
    assert (caught.value.address, caught.value.region) == (address, region)
