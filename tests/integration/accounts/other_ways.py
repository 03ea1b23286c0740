"""Providers of the tests' own, on real connections, and a browser that goes there and back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
from prometheus_client import CollectorRegistry

from matinee.infra.clock import ManualClock, SystemClock
from matinee.infra.upstream import Upstreams
from matinee.infra.upstream.guard import Guard
from matinee.providers.oidc import OidcOptions, OidcSignIn, elsewhere_policy, issuer_policy
from matinee.providers.plex import PlexOptions, PlexSignIn
from matinee.providers.plex import policy as plex_policy
from tests.servers.fake_oidc import CLIENT, FakeOidc

CALLBACK = "http://localhost/api/v1/auth/oidc/callback"


@asynccontextmanager
async def plex_at(url: str, *, sign_up: bool = False, page_url: str = "http://plex.test/auth") -> AsyncIterator[PlexSignIn]:
    """The provider for Plex at `url`."""
    options = PlexOptions("c" * 32, "9.9", sign_up, (url,), page_url)
    async with Upstreams(SystemClock(), CollectorRegistry()) as upstreams:
        yield PlexSignIn(upstreams.add(plex_policy(options), kind="identity"), options)


@asynccontextmanager
async def oidc_at(fake: FakeOidc, clock: ManualClock, *, issuer: str = "", **more: Any) -> AsyncIterator[OidcSignIn]:
    """The provider `home`, its clock the test's."""
    fake.now = lambda: clock.now().timestamp()
    details = {"client_secret": CLIENT[1], **more}
    options = OidcOptions("home", "Home", issuer or fake.issuer, CLIENT[0], **details)
    async with Upstreams(SystemClock(), CollectorRegistry()) as upstreams:
        transports = [
            upstreams.add(policy, kind="identity") for policy in (issuer_policy(options), elsewhere_policy(options, Guard()))
        ]
        yield OidcSignIn(transports[0], transports[1], clock, options)


async def go_there(client: httpx2.AsyncClient, **query: str) -> str:
    """To the provider; gives the address that it sends the browser back to."""
    started = await client.get(
        "/auth/oidc/start", params={"provider": "home", **query}, headers={"sec-fetch-site": "same-origin"}
    )
    assert started.status_code == 303, started.text
    async with httpx2.AsyncClient(trust_env=False) as browser:
        back = await browser.get(started.headers["location"])
    assert back.status_code == 303, back.text
    return str(back.headers["location"])


async def come_back(client: httpx2.AsyncClient, address: str) -> httpx2.Response:
    """The callback."""
    return await client.get("/auth/oidc/callback", params=parse_qsl(urlsplit(address).query))


async def there_and_back(client: httpx2.AsyncClient, **query: str) -> httpx2.Response:
    """A whole sign-in."""
    return await come_back(client, await go_there(client, **query))
