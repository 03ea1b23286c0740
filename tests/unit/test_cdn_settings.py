"""Which network stands in front of the server follows from the settings, and settings that would leak are refused."""

from __future__ import annotations

import pytest
from prometheus_client import CollectorRegistry

from matinee.bootstrap.adapters import make_cdn
from matinee.bootstrap.serving import http_options
from matinee.config import Settings, SettingsError, load_settings, masked
from matinee.infra.clock import ManualClock
from matinee.infra.http.app import security_headers
from matinee.infra.upstream import Upstreams

pytestmark = pytest.mark.anyio
ZONE = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("values", "name", "limit", "state"),
    [
        ({}, "none", 0, "disabled"),
        ({"cdn_url": "https://cdn.example", "catalog_access": "public"}, "plain", 0, "disabled"),
        ({"cdn_url": "https://tv.example/cdn-cgi/image/", "catalog_access": "public"}, "cloudflare", 0, "disabled"),
        ({"cloudflare_zone": ZONE, "cloudflare_token": "t"}, "cloudflare", 100, "up"),
    ],
)
async def test_the_network_by_settings(values: dict[str, str], name: str, limit: int, state: str) -> None:
    upstreams = Upstreams(ManualClock(), CollectorRegistry())
    cdn = make_cdn(upstreams, load_settings(**values))
    assert (cdn.name, cdn.purge_limit) == (name, limit)
    assert upstreams.status("cloudflare").state == state


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"cdn_url": "https://cdn.example"}, "MATINEE_CDN_URL"),
        ({"cdn_url": "cdn.example", "catalog_access": "public"}, "MATINEE_CDN_URL"),
        ({"cdn_url": "https://cdn.example; script-src *", "catalog_access": "public"}, "MATINEE_CDN_URL"),
        ({"cdn_url": "https://cdn.example?x=1", "catalog_access": "public"}, "MATINEE_CDN_URL"),
        ({"cdn_url": "https://user@cdn.example", "catalog_access": "public"}, "MATINEE_CDN_URL"),
        ({"cloudflare_zone": ZONE}, "MATINEE_CLOUDFLARE_TOKEN"),
        ({"cloudflare_token": "t"}, "MATINEE_CLOUDFLARE_ZONE"),
        ({"cloudflare_zone": "tv.example", "cloudflare_token": "t"}, "MATINEE_CLOUDFLARE_ZONE"),
    ],
)
def test_settings_that_cannot_be(values: dict[str, str], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        load_settings(**values)


def test_the_token_is_a_secret() -> None:
    shown = masked(load_settings(cloudflare_zone=ZONE, cloudflare_token="very-secret"))
    assert "very-secret" not in str(shown)


def test_pages_may_load_pictures_from_the_network_and_nothing_else() -> None:
    def policy(settings: Settings) -> str:
        return security_headers(http_options(settings))["content-security-policy"]

    plain = policy(load_settings())
    public = policy(load_settings(cdn_url="https://cdn.example:8443/cdn-cgi/image", catalog_access="public"))
    assert public == plain.replace("img-src 'self'", "img-src 'self' https://cdn.example:8443")
    assert public.count("cdn.example") == 1
